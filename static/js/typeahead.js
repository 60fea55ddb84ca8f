// Searching while typing, on list and board: after 200 ms the results are loaded, with the parts marked data-live
// (number, chips, switch), and replaced in this page. Field and cursor stay. Without this script Enter searches.
{
  const WAIT = 200;
  let timer;
  let running;

  const addressOf = (form) => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value.trim() !== "") query.append(name, value);
    const address = new URL(form.getAttribute("action"), location.href);
    address.search = query;
    return address;
  };

  const put = async (page) => {
    for (const target of document.querySelectorAll("[data-live], #content")) {
      const text = page.getElementById(target.id).innerHTML;
      await htmx.swap({ text, sourceElement: document.body, target, swap: "innerHTML" });
    }
  };

  // Screen readers announce the new number of results.
  const tell = () => {
    const place = document.querySelector("[data-found]");
    place.textContent = place.dataset.found.replace("%s", document.querySelector("[data-total]").textContent);
  };

  const search = async (form) => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const address = addressOf(form);
    const answer = await request.ask(address, { signal });
    if (signal.aborted) return undefined;
    if (!answer.status) return request.refuse(answer);
    if (!answer.ok) return location.assign(address);
    await put(new DOMParser().parseFromString(answer.text, "text/html"));
    history.replaceState(history.state, "", address);
    const field = form.querySelector("[data-typeahead]").closest(".field");
    field.classList.toggle("field--set", address.searchParams.has("q"));
    tell();
    document.dispatchEvent(new CustomEvent("found"));
    return undefined;
  };

  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-typeahead]");
    if (!field || event.isComposing) return;
    clearTimeout(timer);
    // One letter finds half of all contacts: searched only on Enter.
    if (field.value.trim().length !== 1) timer = setTimeout(search, WAIT, field.form);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.querySelector("[data-typeahead]")) clearTimeout(timer);
  }, { capture: true });
}
