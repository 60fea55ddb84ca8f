// The preview follows the typing: the form marked data-draft is posted into the frame beside it by its own button.
// Each answer comes into a fresh frame that takes the old one's place when it is there: no flicker, and no entry in the
// browser's history for every word. Without this script the button does it.
{
  const WAIT = 400;
  const form = document.querySelector("form[data-draft]");
  const button = document.querySelector("[data-preview]");
  const stage = document.querySelector(".preview__stage");
  let timer;

  const show = () => {
    clearTimeout(timer);
    for (const unfinished of stage.querySelectorAll("[data-coming]")) unfinished.remove();
    const old = stage.querySelector("iframe");
    const fresh = old.cloneNode();
    fresh.removeAttribute("src");
    fresh.dataset.coming = "";
    old.removeAttribute("name");
    stage.append(fresh);
    // The first load is the empty page every frame begins with.
    fresh.addEventListener("load", () => {
      if (!fresh.isConnected || stage.querySelector("[data-coming]") !== fresh) return;
      delete fresh.dataset.coming;
      for (const other of stage.querySelectorAll("iframe")) if (other !== fresh) other.remove();
    });
    form.requestSubmit(button);
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(show, WAIT);
  };

  const follows = (field) => field.form === form && ["subject", "body", "who", "face"].includes(field.name);
  document.addEventListener("input", (event) => {
    if (follows(event.target) && !event.isComposing) later();
  });
  document.addEventListener("submit", (event) => {
    if (event.target === form) clearTimeout(timer);
  }, { capture: true });
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
    try {
      const response = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!response.ok) return;
      const options = new DOMParser().parseFromString(await response.text(), "text/html").querySelectorAll("option");
      field.list.replaceChildren(...options);
    } catch (error) {
      if (error.name !== "TypeError") throw error; // offline: typing goes on without suggestions
    }
  };

  field?.addEventListener("input", () => {
    clearTimeout(timer);
    if (field.value.trim().length > 1) timer = setTimeout(suggest, WAIT);
  });
}
