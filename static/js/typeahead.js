// Searching while typing, on list and board: after 200 ms the results are loaded, with the parts marked data-live
// (number, chips, switch), and replaced in this page. Field and cursor stay. Without this script Enter searches.
// A low window is answered with the cards and rows it shows; those below it follow once nobody types.
{
  const WAIT = 200;
  const LOW = 950; // pixels that the beginning of a short answer fills
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
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
      const text = page.getElementById(target.id)?.innerHTML;
      if (text === undefined) continue; // what no search changes
      await htmx.swap({ text, sourceElement: document.body, target, swap: "innerHTML" });
    }
    fresh.renew(page);
  };

  // Screen readers announce the new number of results, once it is known.
  const isCounting = () => Boolean(document.querySelector("[data-counting]"));
  const tell = () => {
    if (isCounting()) return;
    const place = document.querySelector("[data-found]");
    place.textContent = place.dataset.found.replace("%s", document.querySelector("[data-total]").textContent);
  };

  // Whatever is behind the last card or row in the complete answer, or has gone meanwhile, takes the place of the mark.
  const fill = async (page) => {
    for (const mark of document.querySelectorAll("[data-short]")) {
      const fresh = [...page.getElementById(mark.parentElement.id)?.children ?? []];
      const place = fresh.findIndex(({ id }) => id && id === mark.previousElementSibling?.id);
      const rest = fresh.slice(place + 1).filter(({ id }) => !id || !document.getElementById(id));
      const text = rest.map((element) => element.outerHTML).join("");
      await htmx.swap({ text, sourceElement: document.body, target: mark, swap: "outerHTML" });
    }
    const links = page.querySelector(".pagination");
    document.querySelector("#content .pagination")?.replaceWith(...(links ? [document.adoptNode(links)] : []));
  };

  // Where "…" stood in an answer that did not count, its part of the page comes from the one that did.
  const count = async (page) => {
    if (!isCounting()) return;
    const places = new Set([...document.querySelectorAll("[data-counting]")].map((sign) => sign.closest("[id]")));
    for (const target of places) {
      const text = page.getElementById(target.id)?.outerHTML ?? "";
      await htmx.swap({ text, sourceElement: document.body, target, swap: "outerHTML" });
    }
    tell();
  };

  const complete = async (address, signal) => {
    const answer = signal.aborted ? {} : await request.ask(address, { signal });
    if (signal.aborted) return undefined;
    if (!answer.ok) return isCounting() ? request.refuse(answer) : undefined;
    const page = parsed(answer.text);
    await fill(page);
    return count(page);
  };

  const search = async (form) => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const address = addressOf(form);
    const answer = await request.ask(address, { signal, isShort: innerHeight <= LOW });
    if (signal.aborted) return undefined;
    if (!answer.status) return request.refuse(answer);
    if (!answer.ok) return location.assign(address);
    await put(parsed(answer.text));
    history.replaceState(history.state, "", address);
    const field = form.querySelector("[data-typeahead]").closest(".field");
    field.classList.toggle("field--set", address.searchParams.has("q"));
    tell();
    document.dispatchEvent(new CustomEvent("found"));
    if (document.querySelector("[data-short]")) setTimeout(complete, WAIT, address, signal);
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
