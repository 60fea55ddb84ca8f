// Dragging cards: SortableJS moves the element, the server decides, and its answer is what stays.
{
  const TIMEOUT = 10000; // milliseconds until a drop without an answer is given back
  const token = () => document.querySelector("meta[name='csrf-token']").content;
  const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const byId = (id) => document.getElementById(`card-${id}`);
  const apply = (text) => htmx.swap({ text, sourceElement: document.body, target: document.body, swap: "none" });
  const isFragment = (text) => text.includes("hx-swap-oob");
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // What the server has for this card now; asked again until it can be reached.
  const fetchTruth = async (id) => {
    for (let attempt = 0; attempt < 30; attempt += 1) {
      try {
        const response = await fetch(`/cards/${id}/${location.search}`, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(TIMEOUT) });
        if (response.ok) return apply(await response.text());
        if ([404, 410].includes(response.status)) return byId(id)?.remove();
        if (response.status < 500) return undefined;
      } catch {
        // not reachable yet
      }
      await pause(2000);
    }
    return undefined;
  };

  const send = async (address, body) => {
    const request = { method: "POST", body, headers: { "HX-Request": "true", "X-CSRFToken": token() } };
    try {
      const response = await fetch(address, { ...request, signal: AbortSignal.timeout(TIMEOUT) });
      return { status: response.status, ok: response.ok && !response.redirected, text: await response.text() };
    } catch {
      return { status: 0, ok: false, text: "" };
    }
  };

  const persist = async (id, { column, after, putBack }) => {
    const card = byId(id);
    const body = new URLSearchParams({ column, after, version: card.dataset.version, key: newKey(), via: "board" });
    card.setAttribute("aria-busy", "true");
    const answer = await send(`/cards/${id}/position/${location.search}`, body);
    byId(id)?.removeAttribute("aria-busy");
    if (answer.ok) return apply(answer.text);
    putBack(); // first what the user had, then what the server says
    if (isFragment(answer.text)) await apply(answer.text);
    else say("refused", answer);
    if (!answer.text.includes(`id="card-${id}"`) && answer.status !== 401) await fetchTruth(id);
    return undefined;
  };

  const queues = new Map(); // a card dropped again before its answer waits for it: the answer brings the new version
  const enqueue = (id, drop) => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(() => byId(id) && persist(id, drop));
    queues.set(id, turn);
    turn.finally(() => queues.get(id) === turn && queues.delete(id));
  };

  const cardsIn = (list) => [...list.querySelectorAll(":scope > [data-card]")];
  let start = null; // where the lifted card stood
  let waiting = null;

  const lift = ({ item, from }) => {
    start = { list: from, next: cardsIn(from)[cardsIn(from).indexOf(item) + 1] ?? null };
    item.closest(".board").classList.add("board--dragging");
  };

  const glideBack = (id, { list, next }) => {
    const card = byId(id);
    if (!card) return;
    const from = card.getBoundingClientRect();
    const before = next && byId(next.dataset.card);
    if (before?.parentElement === list) list.insertBefore(card, before);
    else list.insertBefore(card, list.querySelector(":scope > .cards__more"));
    const to = card.getBoundingClientRect();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const path = [{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: "0 0" }];
    card.animate(path, { duration: 220, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" });
  };

  const drop = ({ item, to }) => {
    document.querySelector(".board").classList.remove("board--dragging");
    const origin = start;
    const id = item.dataset.card;
    start = null;
    const cards = cardsIn(to);
    const place = cards.indexOf(item);
    if (waiting === "escape") {
      waiting = null;
      glideBack(id, origin);
      return;
    }
    if (to === origin.list && (cards[place + 1] ?? null) === origin.next) return; // the same place: nothing to say
    const after = cards[place - 1]?.dataset.card ?? "";
    const { column } = to.closest("[data-column]").dataset;
    enqueue(id, { column, after, putBack: () => glideBack(id, origin) });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !start) return;
    waiting = "escape";
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  });

  const wire = (root) => {
    for (const list of root.querySelectorAll?.(".board [data-cards]") ?? []) {
      if (Sortable.get(list)) continue;
      Sortable.create(list, {
        group: "cards", draggable: "[data-card]", filter: "button", preventOnFilter: false, animation: 150,
        forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
        delay: 250, delayOnTouchOnly: true, touchStartThreshold: 5,
        scroll: true, bubbleScroll: true, forceAutoScrollFallback: true, scrollSensitivity: 60,
        onStart: lift, onEnd: drop,
      });
    }
  };

  wire(document);
  document.addEventListener("htmx:after:swap", () => wire(document));
}
