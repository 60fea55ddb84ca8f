// Dragging cards: SortableJS moves the element; drops.js sends the drop.
{
  const say = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
  const byId = (id) => document.getElementById(`card-${id}`);
  const cardsIn = (list) => [...list.querySelectorAll(":scope > [data-card]")];
  const GAP = 28; // pixels next to a column that count as part of it, also at the edge of the board
  let start = null; // where the lifted card stood
  let isCancelled = false;

  const lift = ({ item, from }) => {
    const next = cardsIn(from)[cardsIn(from).indexOf(item) + 1] ?? null;
    start = { list: from, next, isFocused: item.contains(document.activeElement) };
    item.closest(".board").classList.add("board--dragging");
    say("lifted");
    say("dragging");
  };

  const put = (card, { list, next }) => {
    const before = next && byId(next.dataset.card);
    if (before?.parentElement === list) list.insertBefore(card, before);
    else list.insertBefore(card, list.querySelector(":scope > .cards__more"));
  };

  const glideBack = (id, place) => {
    const card = byId(id);
    if (!card) return;
    const glide = fresh.glide([card]);
    put(card, place);
    glide();
  };

  // Between two columns counts as the board; on the bars, below it or outside the window does not.
  const isBeside = (event) => {
    const { clientX: x, clientY: y } = event?.changedTouches?.[0] ?? event ?? {};
    if (x === undefined) return false;
    const inside = ({ left, right, top, bottom }, slack) =>
      x >= left - slack && x <= right + slack && y >= top && y <= bottom;
    const board = document.querySelector(".board");
    const columns = [...board.querySelectorAll(":scope > [data-column]")];
    return !inside(board.getBoundingClientRect(), 0)
      || !columns.some((column) => inside(column.getBoundingClientRect(), GAP));
  };

  const drop = ({ item, to, originalEvent }) => {
    document.querySelector(".board").classList.remove("board--dragging");
    const origin = start;
    const id = item.dataset.card;
    start = null;
    say("landed");
    if (origin.isFocused) item.querySelector("a").focus({ preventScroll: true }); // moving the element loses it
    const cards = cardsIn(to);
    const place = cards.indexOf(item);
    if (isCancelled || isBeside(originalEvent)) {
      isCancelled = false;
      return glideBack(id, origin);
    }
    const isSamePlace = to === origin.list && (cards[place + 1] ?? null) === origin.next;
    if (isSamePlace) return undefined;
    const after = cards[place - 1]?.dataset.card ?? "";
    const { column } = to.closest("[data-column]").dataset;
    const here = { list: to, next: cards[place + 1] ?? null };
    const putDown = () => byId(id).parentElement === to || put(byId(id), here);
    return say("dropped", { id, column, after, putDown, putBack: () => glideBack(id, origin) });
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !start) return;
    isCancelled = true;
    document.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  });

  // A card counts as dragged as soon as it is pressed: if it were replaced before the first movement, SortableJS would
  // drag an element that is no longer in the page.
  document.addEventListener("pointerdown", (event) => {
    if (event.isPrimary && event.button === 0 && event.target.closest("[data-card]")) say("lifted");
  });
  for (const end of ["pointerup", "pointercancel", "contextmenu"]) {
    document.addEventListener(end, () => start || say("landed"), { capture: true });
  }

  const wire = () => {
    for (const list of document.querySelectorAll(".board [data-cards]")) {
      if (Sortable.get(list)) continue;
      Sortable.create(list, {
        group: "cards", draggable: "[data-card]", filter: "button", preventOnFilter: false, animation: 150,
        forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
        invertedSwapThreshold: 1.01, // with 1 a drop exactly on the middle of a card is ignored
        delay: 250, delayOnTouchOnly: true, touchStartThreshold: 5,
        scroll: false, // autoscroll.js does it
        onStart: lift, onEnd: drop,
      });
    }
  };

  wire();
  document.addEventListener("htmx:after:swap", wire);
}
