// Scrolling while a card is dragged: near the top or bottom of the column under it, and near the left or right edge of
// the board, while it is held there, even if the pointer does not move. Where columns snap (on phones) the board
// scrolls by one column and pauses, so that the card can be dropped there.
{
  const EDGE = 60; // pixels from an edge within which it scrolls
  const FASTEST = 18; // pixels per sixtieth of a second
  const PAUSE = 900; // milliseconds for which a snapping board stops at each column
  let pointer = null;
  let isHeld = false;
  let last = 0;
  let rested = 0; // when the snapping board may scroll on

  // -1 … 1: how close the position is to the start or end of the visible part of the box, or beyond it.
  const pull = (place, start, end) => {
    const edge = Math.min(EDGE, (end - start) / 3);
    if (place < start + edge) return -Math.min(1, (start + edge - place) / edge);
    return place > end - edge ? Math.min(1, (place - end + edge) / edge) : 0;
  };

  const columnAt = (board, x) =>
    [...board.querySelectorAll(":scope > [data-column]")].find((column) => {
      const { left, right } = column.getBoundingClientRect();
      return x >= left && x <= right;
    });

  const along = (list, y, pace) => {
    const { top, bottom } = list.getBoundingClientRect();
    const before = list.scrollTop;
    if (y < top - EDGE || y > bottom + EDGE) return false;
    list.scrollTop += Math.round(pull(y, top, Math.min(bottom, innerHeight)) * FASTEST * pace);
    return list.scrollTop !== before;
  };

  const step = (board, direction) => {
    const middle = board.getBoundingClientRect().left + board.clientWidth / 2;
    const columns = [...board.querySelectorAll(":scope > [data-column]")];
    const here = columns.findIndex((column) => column.getBoundingClientRect().right > middle);
    columns[here + direction]?.scrollIntoView({ inline: "center", block: "nearest" });
  };

  const across = (board, x, pace, now) => {
    const { left, right } = board.getBoundingClientRect();
    const force = pull(x, Math.max(left, 0), Math.min(right, innerWidth));
    const before = board.scrollLeft;
    if (!force) {
      rested = 0; // away from the edge: the next time the wait starts again
      return false;
    }
    if (!matchMedia("(max-width: 700px)").matches) board.scrollLeft += Math.round(force * FASTEST * pace);
    else if (!rested) rested = now + PAUSE / 2; // do not scroll when the pointer only passes the edge
    else if (now >= rested) {
      step(board, Math.sign(force));
      rested = now + PAUSE;
    }
    return board.scrollLeft !== before;
  };

  // SortableJS updates the position only when the pointer moves: simulate a tiny move after scrolling.
  const tell = () => {
    const { x, y, type, id } = pointer;
    const moved = { clientX: x + (pointer.hair = pointer.hair ? 0 : 1), clientY: y, pointerType: type, pointerId: id };
    const options = { ...moved, bubbles: true, cancelable: true, isPrimary: true };
    document.dispatchEvent(new PointerEvent("pointermove", options));
  };

  const run = (now) => {
    if (!isHeld) return;
    const pace = Math.min(now - last, 50) / (1000 / 60);
    last = now;
    const board = document.querySelector(".board");
    if (pointer && board) {
      const list = columnAt(board, pointer.x)?.querySelector("[data-cards]");
      const isScrolled = [list && along(list, pointer.y, pace), across(board, pointer.x, pace, now)];
      if (isScrolled.includes(true)) tell();
    }
    requestAnimationFrame(run);
  };

  for (const name of ["pointerdown", "pointermove"]) {
    document.addEventListener(name, (event) => {
      if (!event.isTrusted) return;
      pointer = { x: event.clientX, y: event.clientY, type: event.pointerType, id: event.pointerId, hair: 0 };
    }, { capture: true, passive: true });
  }
  document.addEventListener("lifted", () => (rested = 0));
  document.addEventListener("dragging", () => {
    isHeld = true;
    last = performance.now();
    requestAnimationFrame(run);
  });
  document.addEventListener("landed", () => (isHeld = false));
}
