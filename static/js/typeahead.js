// Searching while typing, on list and board: after 200 ms the content of what has been typed is fetched with the parts
// marked data-live (number, chips, switch), and put into this page. Field and cursor stay. Without this script
// Enter does it.
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

  // Whoever does not see the list is told how many it holds now.
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
    // One letter finds half the office: it is worth a search only when somebody asks for it with Enter.
    if (field.value.trim().length !== 1) timer = setTimeout(search, WAIT, field.form);
  });

  document.addEventListener("submit", (event) => {
    if (event.target.querySelector("[data-typeahead]")) clearTimeout(timer);
  }, { capture: true });
}
