// Asks anew for the open page and puts in place what is different, without a trace of it in what somebody does: focus,
// scroll positions, ticks and open forms stay, and so do cards and entries that were loaded further.
// Busy is who holds a card, a menu or a dialog, renames a column, has selected text, or waits for an answer.
window.fresh = (() => {
  const SELECTED = 60000; // milliseconds for which nothing is put below selected text
  const FURTHER = 10; // entries beyond those of a page that are worth asking for
  const LIVE = "meta[name='live']";
  const FOCUSABLE = "a[href], button, input, select, textarea, summary";
  const byId = (id) => document.getElementById(id);
  const content = byId("content");
  const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
  let isCarried = false;
  let selected = 0;
  document.addEventListener("lifted", () => (isCarried = true));
  document.addEventListener("landed", () => (isCarried = false));
  document.addEventListener("selectionchange", () => (selected = Date.now()));

  const isSelecting = () => {
    const { isCollapsed, anchorNode } = getSelection();
    return !isCollapsed && Date.now() - selected < SELECTED && content.contains(anchorNode);
  };
  const BUSY = "dialog[open], :popover-open, [data-rename], [data-popup][aria-busy='true'], main [aria-busy='true']";
  const isBusy = () => isCarried || isSelecting() || document.querySelector(BUSY) !== null;

  const topOf = (element) => element.getBoundingClientRect().top;

  // Returns a function that leaves what one reads in a column that was scrolled where it is, whatever comes above it.
  const anchor = (list) => {
    const seen = [...list.children].filter((card) => card.id && card.getBoundingClientRect().bottom > topOf(list));
    const tops = seen.map((card) => [card.id, topOf(card) - topOf(list)]);
    return () => {
      const [id, top] = tops.find(([one]) => byId(one)?.parentElement === list) ?? [];
      if (id) list.scrollTop += topOf(byId(id)) - topOf(list) - top;
    };
  };

  // Returns a function that gives focus and scroll positions back once something was swapped.
  const hold = () => {
    const focused = document.activeElement;
    const home = focused?.closest("[id]");
    const place = home ? [...home.querySelectorAll(FOCUSABLE)].indexOf(focused) : -1;
    const scrolled = [content, ...document.querySelectorAll("[data-cards]")].map((box) =>
      [box.id, box.scrollLeft, box.scrollTop]);
    const anchors = [...document.querySelectorAll("[data-cards]")].filter((list) => list.scrollTop > 0).map(anchor);
    return () => {
      for (const [id, left, top] of scrolled) byId(id)?.scrollTo({ left, top, behavior: "instant" });
      for (const settle of anchors) settle();
      if (!home || document.activeElement !== document.body) return;
      const twin = byId(home.id);
      (place < 0 ? twin : twin?.querySelectorAll(FOCUSABLE)[place])?.focus({ preventScroll: true });
    };
  };

  // Returns a function that lets these cards glide from where they were to where they are.
  const glide = (cards) => {
    const before = [...cards].map((card) => [card.id, card.getBoundingClientRect()]);
    return () => {
      if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
      for (const [id, from] of before) {
        const to = byId(id)?.getBoundingClientRect();
        if (!to || (from.x === to.x && from.y === to.y) || Math.min(from.y, to.y) > innerHeight) continue;
        const path = [{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: "0 0" }];
        byId(id).animate(path, { duration: 220, easing: "cubic-bezier(0.2, 0.8, 0.2, 1)" });
      }
    };
  };

  const entries = (home) => home?.querySelectorAll("li").length ?? 0;
  const isShallow = (mark) => {
    const home = mark.closest("[id]");
    return entries(byId(home.id)) > entries(home) + FURTHER;
  };

  // Loads as much of each list as was loaded here; returns whether it could.
  const deepen = async (page) => {
    for (;;) {
      const mark = [...page.querySelectorAll("[data-more]")].find(isShallow);
      if (!mark) return true;
      const answer = await request.ask((mark.querySelector("[hx-get]") ?? mark).getAttribute("hx-get"));
      if (!answer.ok) return false;
      mark.outerHTML = answer.text;
    }
  };

  // The parts marked data-live, and the whole content unless there are some in it. A part with an open form stays.
  const parts = () => {
    const live = [...document.querySelectorAll("[data-live]")].filter((part) => !part.querySelector("form[data-keep]"));
    return content.querySelector("[data-live]") ? live : [...live, content];
  };

  // Takes over since when the page has everything, where to ask, and for how long the day lasts.
  const renew = (page) => {
    const [meta, now] = [document, page].map((one) => one.querySelector(LIVE));
    if (meta && now) meta.replaceWith(document.adoptNode(now));
  };

  const put = async (page) => {
    const back = hold();
    const settle = glide(document.querySelectorAll("[data-card]"));
    for (const target of page.getElementById("gone") ? [content] : parts()) {
      const text = page.getElementById(target.id)?.innerHTML;
      if (text !== undefined) await htmx.swap({ text, sourceElement: document.body, target, swap: "innerMorph" });
    }
    renew(page);
    if (page.title) document.title = page.title; // a fragment has none
    back();
    settle();
    document.dispatchEvent(new CustomEvent("found"));
  };

  // Whether this page is no longer for this user, who is to be told why, or led elsewhere.
  const isOver = ({ status, moved }) => moved || [401, 403, 404, 410].includes(status);

  const shut = () => {
    for (const id of ["popup", "dialog-content"]) byId(id).replaceChildren(); // what was typed is not asked about
    byId("popup").hidePopover();
    byId("dialog").close();
  };

  // Returns whether the page is right now. Of a contact that has gone the page says so until it is back; as long as a
  // form is open that says so too it stays, unless this user may no longer see it.
  const ask = async (isStill = () => true) => {
    const answer = await request.ask(live.refetch ? location.href : live.address({}));
    if (answer.status === 401) document.querySelector("#messages [data-login]") ?? request.refuse(answer);
    else if (isOver(answer)) {
      if (!content.querySelector("form[data-keep]")) location.reload();
    } else if (answer.ok) {
      const page = parsed(answer.text);
      const gone = page.getElementById("gone");
      if (gone && "lost" in gone.dataset) {
        editing.keep(document, gone);
        shut();
      } else if (gone && content.querySelector("form[data-keep]")) return false;
      else if (!(await deepen(page)) || isBusy() || !isStill()) return false;
      await put(page);
    } else return false;
    return true;
  };

  return { ask, isBusy, isOver, hold, glide, parsed, renew };
})();
