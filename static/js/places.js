// Placing cards: each card in an answer names its position (data-in, data-after). It is moved there after every request
// (a drop, the card's menu, „Rückgängig“, a refusal), so that the board always matches the server.
{
  const settle = (card) => {
    const list = document.getElementById(`column-${card.dataset.in}-cards`);
    const above = card.dataset.after && document.getElementById(`card-${card.dataset.after}`);
    const isFirst = card.dataset.after === "";
    delete card.dataset.in;
    delete card.dataset.after;
    if (!list) return card.remove(); // a column added since this board was loaded
    if (isFirst || above?.parentElement === list) {
      const next = isFirst ? list.firstElementChild : above.nextElementSibling;
      if (next !== card) list.insertBefore(card, next);
    } else if (list.querySelector(":scope > .cards__more")) return card.remove(); // it comes with a further page
    else if (list.lastElementChild !== card) list.append(card);
    card.classList.add("card--landed");
    card.addEventListener("animationend", () => card.classList.remove("card--landed"), { once: true });
    return undefined;
  };

  let held = null; // the card that had the focus before its element was replaced

  // htmx copies attributes of a replaced element, and the content security policy refuses even the empty style
  // attribute that SortableJS leaves behind.
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
