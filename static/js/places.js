// A card in an answer says where it truly stands (data-in, data-after). Whatever asked for it (a drop, the card's menu,
// „Rückgängig“, a refusal), the card goes there: the browser never keeps a place the server does not have.
{
  const settle = (card) => {
    const list = document.getElementById(`column-${card.dataset.in}-cards`);
    const above = card.dataset.after && document.getElementById(`card-${card.dataset.after}`);
    const isFirst = card.dataset.after === "";
    delete card.dataset.in;
    delete card.dataset.after;
    if (!list) return card.remove(); // a column that came since this board was opened
    if (above?.parentElement === list) {
      if (above.nextElementSibling !== card) above.after(card);
    } else if (isFirst ? list.firstElementChild !== card : card.parentElement !== list) {
      list.prepend(card);
    }
    card.classList.add("card--landed");
    card.addEventListener("animationend", () => card.classList.remove("card--landed"), { once: true });
    return undefined;
  };

  let held = null; // the card the focus was in before its element was replaced

  // htmx carries the attributes of what it replaces over, and the policy refuses even the empty style attribute that
  // SortableJS leaves behind.
  const dropEmptyStyles = () => {
    document.querySelectorAll("[data-card][style='']").forEach((card) => card.removeAttribute("style"));
  };

  document.addEventListener("htmx:before:swap", () => {
    dropEmptyStyles();
    held = document.activeElement?.closest("[data-card]")?.id ?? held;
  });

  document.addEventListener("htmx:after:swap", () => {
    document.querySelectorAll("[data-card][data-in]").forEach(settle);
    const card = held && document.getElementById(held);
    if (card && document.activeElement === document.body) card.querySelector("a").focus({ preventScroll: true });
    held = null;
  });
}
