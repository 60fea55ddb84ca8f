// Ticked rows of a table: the bar with what can be done with them appears, and its buttons carry the choice.
// Without this script the bar always stands there, and the boxes are fields of a plain form.
{
  const form = () => document.getElementById("selection");
  const bar = () => form()?.querySelector("[data-bulkbar]");
  const boxes = () => [...document.querySelectorAll("input[name='contact'][type='checkbox']")];
  const pages = () => [...document.querySelectorAll("[data-page]")];
  const everything = () => form()?.querySelector("[data-everything]");
  let last = null;

  const say = (ticked) => {
    const label = bar().querySelector("[data-picked]");
    const { one, many, every } = label.dataset;
    const text = everything()?.checked ? every : ticked === 1 ? one : many.replace("%s", ticked);
    if (label.textContent !== text) label.textContent = text;
  };

  // Dialogs are fetched from the button's address, so the address carries what a plain form would send.
  const address = () => {
    const query = new URLSearchParams(new FormData(form()));
    if (everything()?.checked) query.delete("contact");
    for (const button of bar().querySelectorAll("[data-dialog]")) {
      const path = button.getAttribute("formaction").split("?")[0];
      button.setAttribute("formaction", `${path}?${query}`);
    }
  };

  const sync = () => {
    if (!bar()) return;
    const all = boxes();
    const ticked = all.filter((box) => box.checked).length;
    for (const page of pages()) {
      page.hidden = false;
      page.checked = ticked > 0 && ticked === all.length;
      page.indeterminate = ticked > 0 && ticked < all.length;
    }
    if (ticked < all.length && everything()) everything().checked = false;
    say(ticked);
    address();
    bar().hidden = ticked === 0;
  };

  const tickAll = (checked) => boxes().forEach((box) => (box.checked = checked));

  // With Shift everything between two clicks gets the state of the second.
  document.addEventListener("click", (event) => {
    if (!event.target.matches("input[name='contact'][type='checkbox']")) return;
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) all.slice(from, to + 1).forEach((box) => (box.checked = event.target.checked));
    last = event.target;
    sync();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-page]")) tickAll(event.target.checked);
    else if (event.target.matches("[data-everything]")) {
      if (event.target.checked) tickAll(true);
    } else if (!event.target.matches("input[name='contact']")) return;
    sync();
  });

  // A row that was rendered anew is no longer ticked; a page from the browser's store still is.
  document.addEventListener("htmx:after:swap", sync);
  document.addEventListener("found", sync);
  addEventListener("pageshow", sync);
  sync();
}
