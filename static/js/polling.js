// Without a stream (stream.js) each visible tab asks every 15 seconds whether something has changed, and says "missed".
{
  const POLL = 15000;
  const EARLY = 1000; // less than a turn (stream.js) early is on time: turns are never quite five seconds apart
  const SOON = 5000; // after a stream was lost
  const meta = () => document.querySelector("meta[name='live']");
  let mark = ""; // of what this page may see, as of the last question
  let asked = Date.now();
  let isLost = false;

  const poll = async () => {
    asked = Date.now();
    if (!meta().dataset.poll) return;
    const shown = [...document.querySelectorAll("[data-card], #rows [data-contact]")].slice(0, 400);
    const query = new URLSearchParams({ contacts: shown.map(({ id }) => id.split("-")[1]).join() });
    const own = meta().dataset.at.split("-")[1];
    if (own) query.set("contact", own);
    if (!mark) query.set("seen", meta().dataset.seen); // so that what changed while the page was loading is not missed
    const answer = await request.ask(`${meta().dataset.poll}?${query}`, { page: true, known: mark });
    if (answer.moved) { // to the login: until somebody comes back
      stream.leave();
      stream.tell("missed"); // which asks anew for the page, and so says why
    }
    if (!answer.ok || stream.isLive()) return;
    if (mark || answer.text) stream.tell("missed");
    mark = answer.headers.get("ETag");
  };

  document.addEventListener("lost", ({ detail: { isKnown } }) => {
    if (!isKnown && !mark) poll();
    if (isKnown && !isLost) {
      mark = "lost"; // whatever it is now, it is another
      asked = Math.max(asked, Date.now() - POLL + SOON);
    }
    isLost = true; // further attempts put nothing off
  });
  document.addEventListener("streamed", () => (isLost = false));
  document.addEventListener("silent", () => Date.now() - asked > POLL - EARLY && poll());
  addEventListener("focus", () => stream.isLive() || Date.now() - asked < POLL || stream.comeBack(true));
}
