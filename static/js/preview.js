// The preview follows the typing: the form marked data-draft is posted into the frame beside it by its own button.
// Each answer comes into a fresh frame that takes the old one's place when it is there: no flicker, and no entry in the
// browser's history for every word. Without this script the button does it.
{
  const WAIT = 400;
  const form = document.querySelector("form[data-draft]");
  const button = document.querySelector("[data-preview]");
  const stage = document.querySelector(".preview__stage");
  let timer;
  let count = 0;

  // A name of its own for each, since a frame keeps the one it began with.
  const fresh = () => {
    for (const unfinished of stage.querySelectorAll("[data-coming]")) unfinished.remove();
    const frame = stage.querySelector("iframe").cloneNode();
    frame.name = `preview-${++count}`;
    frame.dataset.coming = "";
    stage.append(frame); // loads the empty page every frame begins with, before anybody listens
    frame.addEventListener("load", () => {
      delete frame.dataset.coming;
      for (const other of stage.querySelectorAll("iframe")) if (other !== frame) other.remove();
    }, { once: true });
    return frame.name;
  };

  // A mail without subject or text is none yet: nothing to show, and nothing to complain of either.
  const show = () => {
    clearTimeout(timer);
    const { subject, body } = form.elements;
    if (subject.value.trim() && body.value.trim()) form.requestSubmit(button);
  };

  document.addEventListener("submit", (event) => {
    if (event.target !== form) return;
    clearTimeout(timer);
    if (event.submitter?.hasAttribute("formtarget")) event.submitter.formTarget = fresh();
  }, { capture: true });

  document.addEventListener("input", (event) => {
    const { name, form: owner } = event.target;
    if (owner !== form || event.isComposing || !["subject", "body", "who", "face"].includes(name)) return;
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
  if (form && button) show();
}

// Suggestions for a field marked data-suggest: the contacts its address finds for what has been typed.
{
  const WAIT = 200;
  const field = document.querySelector("[data-suggest]");
  let timer;

  const suggest = async () => {
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("who", field.value);
    const answer = await request.ask(address);
    if (!answer.ok) return; // typing goes on without suggestions
    const options = new DOMParser().parseFromString(answer.text, "text/html").querySelectorAll("option");
    field.list.replaceChildren(...options);
  };

  field?.addEventListener("input", () => {
    clearTimeout(timer);
    if (field.value.trim().length > 1) timer = setTimeout(suggest, WAIT);
  });
}
