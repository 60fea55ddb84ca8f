// Ticked rows of a table: shows the bar with the actions for them, whose form submits the selection.
// If the form has data-ticks, ticks survive paging, sorting and searching: at most data-most of them are kept in this
// tab, until an action was done with them or half an hour has passed.
// Without this script the bar is always visible, and the boxes are fields of a plain form.
{
  const MINUTES = 30;
  const BOX = "input[name='contact'][type='checkbox']";
  const form = () => document.getElementById("selection");
  const bar = () => form()?.querySelector("[data-bulkbar]");
  const boxes = () => [...document.querySelectorAll(BOX)];
  const pages = () => [...document.querySelectorAll("[data-page]")];
  const everything = () => form()?.querySelector("[data-everything]");
  const key = `ticks:${document.body.dataset.user ?? ""}`;
  const isKept = () => form()?.hasAttribute("data-ticks");
  let last = null;

  const remembered = () => {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return new Set(isKept() && kept && Date.now() - kept.at < MINUTES * 60e3 ? kept.ids : []);
  };
  const ticks = remembered(); // of all pages

  const keep = () => {
    if (!isKept()) return;
    if (ticks.size) sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), ids: [...ticks] }));
    else sessionStorage.removeItem(key);
  };

  const elsewhere = () => {
    const here = new Set(boxes().map((box) => box.value));
    return [...ticks].filter((id) => !here.has(id));
  };

  const say = (away) => {
    const label = bar().querySelector("[data-picked]");
    const { one, many, every, away: further } = label.dataset;
    const counted = ticks.size === 1 ? one : many.replace("%s", ticks.size.toLocaleString("de-DE"));
    const text = everything()?.checked ? every : counted;
    const isMore = away.length && further && !everything()?.checked;
    const more = isMore ? further.replace("%s", away.length.toLocaleString("de-DE")) : "";
    if (label.textContent !== text + more) label.textContent = text + more;
    label.dataset.selectedTotal = everything()?.checked ? everything().dataset.everything : ticks.size;
  };

  const sync = () => {
    if (!bar()) return;
    const all = boxes();
    const away = isKept() ? elsewhere() : [];
    const ticked = all.filter((box) => box.checked).length;
    for (const page of pages()) {
      page.hidden = false;
      page.checked = ticked > 0 && ticked === all.length;
      page.indeterminate = ticked > 0 && ticked < all.length;
    }
    if (ticked < all.length && everything()) everything().checked = false;
    const field = form().querySelector("[data-elsewhere]");
    if (field) field.value = away.join(",");
    say(away);
    bar().dataset.on = ticks.size > 0 || everything()?.checked ? "true" : "";
  };

  // The boxes decide for the rows of this page; beyond the maximum a box stays empty.
  const read = () => {
    const most = Number(form()?.dataset.most ?? Infinity);
    if (!isKept()) ticks.clear();
    let isFull = false;
    for (const box of boxes()) {
      if (!box.checked) ticks.delete(box.value);
      else if (ticks.size < most || ticks.has(box.value)) ticks.add(box.value);
      else {
        box.checked = false;
        isFull = true;
      }
    }
    const text = form()?.dataset.full;
    if (isFull) document.dispatchEvent(new CustomEvent("say", { detail: { text, error: true } }));
    keep();
    sync();
  };

  // A row that was rendered again, or belongs to another page, is ticked as before.
  const show = () => {
    if (isKept()) for (const box of boxes()) box.checked = ticks.has(box.value);
    read();
  };

  const tickAll = (checked) => boxes().forEach((box) => (box.checked = checked));

  // With Shift all boxes between two clicks get the state of the second.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-untick]")) {
      ticks.clear();
      if (everything()) everything().checked = false;
      tickAll(false);
      read();
      pages()[0]?.focus();
    }
    if (!event.target.matches(BOX)) return;
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) all.slice(from, to + 1).forEach((box) => (box.checked = event.target.checked));
    last = event.target;
    read();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-page]")) tickAll(event.target.checked);
    else if (event.target.matches("[data-everything]")) {
      if (event.target.checked) tickAll(true);
    } else if (!event.target.matches("input[name='contact']")) return;
    read();
  });

  // Forget the ticks after an action; a refusal keeps them.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-uses-ticks]")) sessionStorage.removeItem(key);
  });
  for (const name of ["answered", "refused"]) document.addEventListener(name, keep);

  document.addEventListener("htmx:after:swap", show);
  document.addEventListener("found", show);
  addEventListener("pageshow", (event) => {
    if (event.persisted && isKept()) {
      ticks.clear();
      remembered().forEach((id) => ticks.add(id));
    }
    show();
  });
  show();
}
