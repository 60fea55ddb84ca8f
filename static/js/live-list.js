// Rows that others changed (live.js) are swapped where they stand, and none moves while somebody reads: one that is no
// longer found stays, marked as such, and of what has entered what is found a line says how much there is.
{
  const MOST = 50; // contacts of one question
  const meta = () => document.querySelector("meta[name='live']");
  const met = new Set(); // contacts that were heard of and are not shown
  let since;
  let before; // how many contacts this list knew when it was loaded, or searched anew
  const learn = () => {
    if (since === meta().content) return;
    since = meta().content;
    before = Number(document.querySelector("[data-total]").textContent.replace(/\D/g, ""));
    met.clear();
  };
  learn();

  live.refetch = async (ids, isAll, isStill) => {
    const rows = [...document.querySelectorAll("#rows [data-contact]")];
    if (!rows.length) return fresh.ask(isStill);
    learn();
    const shown = new Set(rows.map(({ dataset }) => dataset.contact));
    for (const id of ids) if (!shown.has(id)) met.add(id);
    const asked = isAll ? rows : rows.filter(({ dataset }) => ids.includes(dataset.contact));
    const left = rows.filter((row) => row.matches(".row--gone") && !asked.includes(row)).length;
    const query = { rows: asked.map((row) => row.dataset.contact).join(), met: [...met].slice(-MOST).join() };
    const answer = await request.ask(live.address({ ...query, since, before: before - left }));
    if (fresh.isOver(answer)) return fresh.ask(isStill);
    if (!answer.ok || !isStill()) return false;
    const back = fresh.hold();
    await request.apply(answer.text);
    for (const row of asked) {
      if (answer.text.includes(`id="${row.id}"`)) continue;
      row.inert = true;
      row.classList.add("row--gone");
      row.querySelector(".list__name").dataset.gone = row.parentElement.dataset.gone;
      const box = row.querySelector("input:checked");
      if (box) box.checked = false;
      box?.dispatchEvent(new Event("change", { bubbles: true })); // no tick is left on it
    }
    back();
    document.dispatchEvent(new CustomEvent("found"));
    return true;
  };

  // Each row names its column.
  document.addEventListener("changed", ({ detail }) => detail.kind === "columns" && live.wantAll());
}
