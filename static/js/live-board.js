// Cards that others changed (live.js): each is swapped where it is and put where the server has it, with a glide.
{
  const MOST = 50; // contacts; for more the whole board is asked for
  const FURTHER = 10; // cards by which a column may have grown
  const byId = (id) => document.getElementById(id);
  const cardOf = (id) => byId(`card-${id}`);
  const moreOf = (list) => list.querySelector(":scope > .cards__more");

  // Puts the first cards of a column in the server's order. Cards below the last one that was loaded come with the next
  // page; one that is missing above it is asked for.
  const arrange = (list, first, changed, isWhole) => {
    const isLoaded = (id) => !changed.has(id) && cardOf(id)?.parentElement === list;
    let end = moreOf(list) && !isWhole ? first.findLastIndex(isLoaded) + 1 : first.length;
    let place = list.firstElementChild;
    first.forEach((id, index) => {
      const card = cardOf(id);
      if (index === end && card) end += 1;
      if (index >= end) {
        if (changed.has(id)) card?.remove();
      } else if (!card) changed.has(id) || live.want(id);
      else if (card === place) place = place.nextElementSibling;
      else list.insertBefore(card, place);
    });
    if (!isWhole && !moreOf(list)) live.wantAll();
  };

  // After all are arranged: what is not among all cards of a column has left it.
  const prune = (list, first) => {
    const known = new Set(first.map(cardOf));
    for (const card of [...list.children]) if (!known.has(card)) card.remove();
  };

  // Whether more cards of a column are loaded than are answered, which is over a thousand. Then the whole board is
  // asked for: nobody scrolls that far to read, and a second way of comparing orders would be for them alone.
  const isBeyond = ({ list, first, isWhole }) => list && !isWhole && list.childElementCount > first.length;

  live.refetch = async (ids, isAll, isStill) => {
    if (isAll || ids.length > MOST || document.querySelector(".firststeps")) return fresh.ask(isStill);
    const depths = [...document.querySelectorAll("[data-cards]")].map((list) =>
      list.childElementCount + (moreOf(list) ? 0 : FURTHER));
    const depth = Math.max(...depths);
    const answer = await request.ask(live.address({ cards: ids.join(), first: depth }));
    if (fresh.isOver(answer)) return fresh.ask(isStill);
    if (!answer.ok || !isStill()) return false;
    const columns = [...fresh.parsed(answer.text).querySelectorAll("[data-first]")].map(({ dataset }) => ({
      list: byId(`column-${dataset.of}-cards`),
      first: dataset.first.split(",").filter(Boolean),
      isWhole: "whole" in dataset,
    }));
    if (columns.some(isBeyond)) return fresh.ask(isStill);
    const settle = fresh.glide(ids.map(cardOf).filter(Boolean));
    const back = fresh.hold();
    const room = document.createElement("ul"); // for cards that were not on this board
    room.hidden = true;
    room.append(...ids.filter((id) => !cardOf(id)).map((id) => {
      const card = document.createElement("li");
      card.id = `card-${id}`;
      return card;
    }));
    byId("content").append(room);
    await request.apply(answer.text.replaceAll('hx-swap-oob="true"', 'hx-swap-oob="outerMorph"'));
    for (const { list, first, isWhole } of columns) {
      if (list) arrange(list, first, new Set(ids), isWhole);
      else live.wantAll(); // a new column
    }
    for (const { list, first, isWhole } of columns) if (list && isWhole) prune(list, first);
    const shown = new Set(columns.flatMap(({ first }) => first));
    for (const id of ids) if (!shown.has(id)) cardOf(id)?.remove(); // further down than is loaded
    room.remove();
    back();
    settle();
    for (const card of ids.map(cardOf).filter(Boolean)) {
      card.classList.add("card--landed");
      card.addEventListener("animationend", () => card.classList.remove("card--landed"), { once: true });
    }
    return true;
  };
}
