// Counts on how long a lead has waited for its answer, within the office's hours that the page names. A card counts
// from what the server said last, whenever it was swapped in.
{
  const TICK = 5000; // milliseconds
  const AN_HOUR = 60;
  const MINUTE = 60000;
  const known = new WeakMap(); // by element: the minutes it shows, those the server said, and when

  const spans = ({ open }) => open.split(" ").filter(Boolean).map((span) => span.split("-").map(Number));
  // Minutes for which the office was open between two moments, in minutes since 1970.
  const between = (hours, from, to) =>
    hours.reduce((sum, [opens, closes]) => sum + Math.max(0, Math.min(to, closes) - Math.max(from, opens)), 0);

  const tick = () => {
    const office = document.querySelector("meta[name='live']")?.dataset;
    if (!office) return;
    const now = Date.now() / MINUTE;
    const hours = spans(office);
    for (const one of document.querySelectorAll("[data-waiting]")) {
      const shown = one.dataset.waiting;
      if (known.get(one)?.shown !== shown) known.set(one, { shown, said: Number(shown), at: now });
      const mark = known.get(one);
      const minutes = Math.floor(mark.said + between(hours, mark.at, now));
      if (minutes <= Number(shown)) continue;
      mark.shown = one.dataset.waiting = String(minutes);
      if (office.late && minutes >= Number(office.late)) one.dataset.clock = "late";
      const isShort = minutes < AN_HOUR;
      const words = isShort ? office.minutes : office.hours;
      const text = words.replace("%s", isShort ? minutes : Math.floor(minutes / AN_HOUR));
      const place = one.matches(".wait") ? one : one.querySelector(".wait");
      if (place.textContent !== text) place.textContent = text;
    }
  };
  setInterval(tick, TICK);
  document.addEventListener("visibilitychange", tick);
  for (const name of ["found", "answered"]) document.addEventListener(name, tick);
  tick();
}
