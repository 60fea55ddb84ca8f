// Columns: renaming in the head, and keeping the server's order.
{
  const board = document.querySelector(".board");
  let named = "none"; // the column whose menu gets a lost focus: renamed, or the one before a deleted one

  const loadHead = async (address) => {
    const answer = await request.ask(address);
    await (answer.ok ? request.apply(answer.text) : request.fail(answer));
  };

  const cancelAddress = (form) => {
    const query = new URLSearchParams(location.search);
    query.append("cancel", "");
    return `${form.dataset.rename}?${query}`;
  };

  const leave = (form) => {
    const input = form.elements.name;
    form.dataset.left = "true"; // do not submit again on the blur that follows
    input.blur();
    loadHead(cancelAddress(form));
  };

  // „Umbenennen“ in the column's menu.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-head]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.getElementById("popup").hidePopover();
    loadHead(link.getAttribute("href"));
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("[data-rename]");
    if (!form) return;
    if (["Enter", "Escape", "Tab"].includes(event.key)) named = form.closest("[data-column]").id;
    if (event.key === "Escape") leave(form);
  });

  // Clicking elsewhere saves the typed name, as Enter does; an empty one is discarded.
  document.addEventListener("focusout", (event) => {
    const form = event.target.closest?.("[data-rename]");
    if (!form?.isConnected || form.dataset.left || form.getAttribute("aria-busy") === "true") return;
    const { value, defaultValue } = form.elements.name;
    if (value.trim() && value !== defaultValue) form.requestSubmit();
    else leave(form);
  });

  const leaveOut = (column) => {
    named = column.previousElementSibling.id; // the first one always stays
    column.remove();
  };

  const arrange = () => {
    const order = document.getElementById("board-order")?.dataset.order.split(",") ?? [];
    const found = [...board.querySelectorAll(":scope > [data-column]")];
    found.filter((column) => !order.includes(column.dataset.column)).forEach(leaveOut);
    const columns = new Map(found.map((column) => [column.dataset.column, column]));
    let place = board.querySelector(":scope > [data-column]");
    for (const id of order) {
      const column = columns.get(id);
      if (!column) continue;
      if (column === place) {
        place = place.nextElementSibling;
        continue;
      }
      const list = column.querySelector("[data-cards]");
      const { scrollTop } = list;
      board.insertBefore(column, place);
      list.scrollTop = scrollTop;
    }
  };

  // A card that was dropped further down appears again with the next page of its column. Runs after the columns are
  // arranged: until then a removed column still contains cards that the answer put into another one.
  const dropTwins = () => {
    const seen = new Set();
    for (const card of document.querySelectorAll("[data-card]")) {
      if (seen.has(card.id)) card.remove();
      else seen.add(card.id);
    }
  };

  // After renaming by keyboard the focus goes to the column's menu, after deleting to that of the column before.
  const giveFocusBack = () => {
    if (document.activeElement !== document.body) return;
    document.querySelector(`#${named} .column__menu`)?.focus({ preventScroll: true });
    named = "none";
  };

  const startTyping = () => {
    const input = document.querySelector("[data-rename] [name='name']:not([data-ready])");
    if (!input) return;
    input.dataset.ready = "";
    input.focus();
    input.select();
    input.closest("[data-column]").scrollIntoView({ inline: "nearest", block: "nearest" });
  };

  // One answer swaps several parts: order and focus are set after all of them, when the menu is closed.
  let turn;
  if (board) {
    document.addEventListener("htmx:after:swap", () => {
      clearTimeout(turn);
      turn = setTimeout(() => {
        arrange();
        dropTwins();
        startTyping();
        giveFocusBack();
      });
    });
    document.addEventListener("answered", giveFocusBack); // its menu or dialog is closed
  }
}
