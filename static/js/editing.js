// A line in a form that edits what somebody else has just changed, before it is saved: who and what. A form names what
// it edits (data-edits="contact-17"), and the address that knows (data-latest).
{
  const PAUSE = 1000; // milliseconds between two questions of a form
  const TOLD = ["edited", "due", "acted", "assigned", "moved", "trashed", "gone", "columns"];

  const warn = async (form, by) => {
    const answer = await request.ask(`${form.dataset.latest}?by=${by ?? ""}`);
    if (!answer.ok) return request.refuse(answer);
    form.querySelector("[data-said]")?.remove();
    const place = form.querySelector(".dialog__body, .menu__body, .column__said") ?? form;
    place.insertAdjacentHTML("afterbegin", answer.text);
    return undefined;
  };

  // At once, and again after a pause if something was changed meanwhile.
  const waiting = new Map();
  const ask = (form, by) => {
    if (waiting.has(form)) return waiting.set(form, [by]);
    waiting.set(form, []);
    setTimeout(() => {
      const due = waiting.get(form);
      waiting.delete(form);
      if (due.length && form.isConnected) ask(form, ...due);
    }, PAUSE);
    return warn(form, by);
  };

  document.addEventListener("changed", ({ detail: { kind, contacts, columns, user, origin } }) => {
    if ((origin && origin === request.tab) || !TOLD.includes(kind)) return;
    const changed = kind === "columns"
      ? columns.map((id) => `column-${id}`)
      : (contacts ?? []).map(([id]) => `contact-${id}`);
    for (const form of document.querySelectorAll("form[data-edits]")) {
      if (changed.includes(form.dataset.edits)) ask(form, user);
    }
  });
}
