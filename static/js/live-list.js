// Rows that others changed (live.js) are swapped where they stand, and none moves while somebody reads: one that is no
// longer found stays, marked as such, and of new contacts a line says how many there are.
{
  live.refetch = async (ids, isAll, isStill) => {
    const rows = [...document.querySelectorAll("#rows [data-contact]")];
    if (!rows.length) return fresh.ask(isStill);
    const asked = isAll ? rows : rows.filter(({ dataset }) => ids.includes(dataset.contact));
    const since = document.querySelector("meta[name='live']").content;
    const answer = await request.ask(live.address({ rows: asked.map((row) => row.dataset.contact).join(), since }));
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
