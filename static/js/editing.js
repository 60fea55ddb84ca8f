// A line in a form that edits what somebody else has just changed, before it is saved: who and what. A form names what
// it edits (data-edits="contact-17"), and the address that knows (data-latest). Of what this user may no longer see,
// nothing stays but what they have typed, for copying.
window.editing = (() => {
  const PAUSE = 1000; // milliseconds between two questions of a form
  const SILENT = ["placed", "mailed", "series"]; // kinds that no form edits
  const UNTYPED = ["hidden", "checkbox", "radio"];

  const isTyped = (field) => field.matches("[data-typed]")
    || (!UNTYPED.includes(field.type) && (field.value !== field.defaultValue || "bound" in field.form.dataset));

  // Puts what was typed into forms of the one part into the box that the other has for it.
  const keep = (from, to) => {
    const fields = [...from.querySelectorAll("input, textarea")].filter((field) => field.closest("[data-edits]"));
    const box = to.querySelector("[data-typed]");
    box.textContent = fields.filter(isTyped).map(({ value }) => value).filter(Boolean).join("\n");
    box.parentElement.hidden = !box.textContent;
  };

  const warn = async (form, { user, kind }) => {
    const answer = await request.ask(`${form.dataset.latest}&actor=${user ?? ""}&kind=${kind}`);
    if (!answer.ok) return request.refuse(answer);
    const line = fresh.parsed(answer.text).querySelector("[data-said]");
    if (!line) return undefined;
    form.querySelector("[data-said]")?.remove();
    const place = form.querySelector(".dialog__body, .menu__body, .column__said") ?? form;
    if ("lost" in line.dataset) {
      keep(form, line);
      place.replaceChildren();
      form.querySelector(".dialog__actions")?.remove();
    }
    place.prepend(line);
    return undefined;
  };

  // At once, and again after a pause if something was changed meanwhile.
  const waiting = new Map();
  const ask = (form, told) => {
    if (waiting.has(form)) return waiting.set(form, told);
    waiting.set(form, null);
    setTimeout(() => {
      const due = waiting.get(form);
      waiting.delete(form);
      if (due && form.isConnected) ask(form, due);
    }, PAUSE);
    return warn(form, told);
  };

  document.addEventListener("changed", ({ detail }) => {
    const { kind, contacts, columns, origin } = detail;
    if ((origin && origin === request.tab) || SILENT.includes(kind)) return;
    const changed = kind === "columns"
      ? columns.map((id) => `column-${id}`)
      : (contacts ?? []).map(([id]) => `contact-${id}`);
    for (const form of document.querySelectorAll("form[data-edits]")) {
      if (changed.includes(form.dataset.edits)) ask(form, detail);
    }
  });

  return { keep };
})();
