// Live preview: typing posts the form marked data-draft into the frame next to it, by the form's own button.
// Each answer is loaded into a new frame, which then replaces the old one, to avoid flicker and entries in the history
// of the browser. Without this script the button updates the preview.
{
  const WAIT = 400;
  const form = document.querySelector("form[data-draft]");
  const button = document.querySelector("[data-preview]");
  const stage = document.querySelector(".preview__stage");
  let timer;
  let count = 0;

  // Each frame needs a name of its own, since a frame keeps its first one.
  const fresh = () => {
    for (const unfinished of stage.querySelectorAll("[data-coming]")) unfinished.remove();
    const frame = stage.querySelector("iframe").cloneNode();
    frame.name = `preview-${++count}`;
    frame.dataset.coming = "";
    stage.append(frame); // loads the initial empty page before the listener is added
    frame.addEventListener("load", () => {
      delete frame.dataset.coming;
      for (const other of stage.querySelectorAll("iframe")) if (other !== frame) other.remove();
    }, { once: true });
    return frame.name;
  };

  // Without subject or text there is nothing to show yet, and no error either.
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
    if (owner !== form || event.isComposing || !["subject", "body", "who", "format"].includes(name)) return;
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  });
  if (form && button) show();
}

// Suggestions for a field marked data-suggest: the contacts that its address finds for the typed text.
{
  const WAIT = 200;
  const field = document.querySelector("[data-suggest]");
  let timer;

  const suggest = async () => {
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("who", field.value);
    const answer = await request.ask(address);
    if (!answer.ok) return; // no suggestions then
    const options = new DOMParser().parseFromString(answer.text, "text/html").querySelectorAll("option");
    field.list.replaceChildren(...options);
  };

  field?.addEventListener("input", () => {
    clearTimeout(timer);
    if (field.value.trim().length > 1) timer = setTimeout(suggest, WAIT);
  });
}
