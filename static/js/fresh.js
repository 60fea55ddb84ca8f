// Reloads a page that is shown again (back and forward, a sleeping tab, another window), so that nobody works on an
// outdated board. Open dialogs and typed text are left alone, and the columns keep their scroll positions.
{
  const OLD = 15000; // milliseconds after which a page is reloaded when it is shown again
  let asked = Date.now();
  let isCarried = false;
  let isAsking = false;
  document.addEventListener("lifted", () => (isCarried = true));
  document.addEventListener("landed", () => (isCarried = false));

  const isChanged = (field) =>
    !["checkbox", "radio"].includes(field.type) && field.value !== field.defaultValue;
  const isBusy = () => isCarried || isAsking
    || document.querySelector("dialog[open], :popover-open, [data-rename], [aria-busy='true']")
    || [...document.querySelectorAll("main textarea, main input:not([type='hidden'])")].some(isChanged);

  const scrolled = () => [document.getElementById("content"), ...document.querySelectorAll("[data-cards]")]
    .map((box) => [box.id, box.scrollLeft, box.scrollTop]);
  const scrollBack = (places) => {
    for (const [id, left, top] of places) document.getElementById(id)?.scrollTo({ left, top, behavior: "instant" });
  };

  const put = async (page) => {
    const places = scrolled();
    const focused = document.activeElement?.id;
    for (const target of document.querySelectorAll("[data-live], #content")) {
      const fresh = page.getElementById(target.id);
      if (!fresh) continue;
      await htmx.swap({ text: fresh.innerHTML, sourceElement: document.body, target, swap: "innerHTML" });
    }
    scrollBack(places);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("found"));
  };

  const ask = async () => {
    if (isBusy()) return;
    asked = Date.now();
    isAsking = true;
    try {
      const answer = await request.ask(location.href); // if not reachable: drops and forms report it when they are used
      if (answer.status === 401) request.refuse(answer);
      else if (answer.moved || [403, 404, 410].includes(answer.status)) location.reload();
      else if (answer.ok && !isCarried) await put(new DOMParser().parseFromString(answer.text, "text/html"));
    } finally {
      isAsking = false;
    }
  };

  // The detail page is reloaded, since it has no fragment for this; drafts.js restores typed text.
  const again = () => {
    const way = document.querySelector("meta[name='fresh']")?.content;
    if (way === "reload") isBusy() || location.reload();
    else if (way) ask();
  };

  addEventListener("pageshow", (event) => {
    const came = performance.getEntriesByType("navigation")[0]?.type;
    if (event.persisted || came === "back_forward") again();
  });
  const back = () => document.visibilityState === "visible" && Date.now() - asked > OLD && again();
  document.addEventListener("visibilitychange", back);
  addEventListener("focus", back);
}
