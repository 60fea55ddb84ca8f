// The stream of what others change: one for all tabs of a browser, held by a tab that is visible, which passes on what
// it hears. A hidden tab hears nothing. Without a stream pages ask (polling.js). On the document:
//   "changed" {kind, contacts, columns, user, origin}    what a colleague or the worker has changed
//   "missed" {isBack}    something may have changed; isBack: while nobody looked at this tab, or a day has begun
//   "here" {at, people}    who looks at what
//   "streamed", "silent"    there is a stream, there is none
//   "lost" {isKnown}    an attempt at one has failed; isKnown: there was one before
window.stream = (() => {
  const TICK = 5000;
  const AWAY = 15000; // whoever was away for longer gets the page anew
  const SILENCE = 50000; // a line on which nothing comes for so long is dead: a sign of life comes every 20 seconds
  const LONGEST = 40000; // until the next attempt, and half as much for some: a minute at most
  const SPREAD = 1500; // over which all pages ask that have missed the same
  const NAMES = { hello: "streamed", beat: "", change: "changed", resync: "missed", here: "here" };
  const meta = () => document.querySelector("meta[name='live']");
  const name = `live-${document.body.dataset.user}`;
  const tell = (type, detail = {}) => document.dispatchEvent(new CustomEvent(type, { detail }));
  const ahead = Number(meta().content) - Date.now(); // the server's clock
  let since = Number(meta().content); // until when this page has everything
  let source = null;
  let channel = null;
  let visit = null; // ends when the tab is hidden
  let heard = 0; // when the last sign of life came, from the stream or the tab that has it; 0: there is none
  let lost = 0; // since when
  let isReady = false;
  let isKnown = false; // whether there ever was one
  let retry;
  let [ticked, left] = [Date.now(), Date.now()];

  const isLive = () => Date.now() - heard < SILENCE;

  const hear = ({ type, data, id }) => {
    heard = Date.now();
    since = Number(id);
    if (NAMES[type]) setTimeout(tell, type === "resync" ? SPREAD * Math.random() : 0, NAMES[type], JSON.parse(data));
  };

  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
    heard = 0;
  };

  const open = () => {
    close();
    source = new EventSource(`${meta().dataset.stream}?since=${since}`);
    for (const kind of Object.keys(NAMES)) {
      source.addEventListener(kind, ({ type, data, lastEventId: id }) => {
        isKnown = true;
        lost = 0;
        channel.postMessage({ type, data, id });
        hear({ type, data, id });
      });
    }
    source.addEventListener("error", lose);
  };

  // Tries again after a quarter of the time since it was lost, and never at the same time as all others.
  const lose = () => {
    close();
    lost ||= Date.now() - (isKnown ? 0 : LONGEST);
    const wait = Math.min(Math.max(1000, (Date.now() - lost) / 4), LONGEST);
    retry = setTimeout(open, wait * (0.5 + Math.random()));
    tell("lost", { isKnown });
  };

  const join = () => {
    if (visit || document.hidden || !isReady) return;
    visit = new AbortController();
    const { signal } = visit;
    channel = new BroadcastChannel(navigator.locks ? name : request.tab);
    channel.addEventListener("message", ({ data }) => {
      if (!data.since) hear(data);
      else if (source) {
        since = Math.min(since, data.since);
        open();
      }
    });
    const hold = () => new Promise((done) => {
      signal.addEventListener("abort", done);
      open();
    });
    if (!navigator.locks) open(); // not on plain http beyond localhost: each visible tab has a stream of its own
    navigator.locks?.request(name, { signal }, hold).catch(() => {}); // it was left before its turn came
    setTimeout(() => source || signal.aborted || channel.postMessage({ since }), 300); // another tab has it
  };

  const leave = () => {
    if (!visit) return;
    visit.abort();
    channel.close();
    close();
    visit = null;
    left = Date.now();
  };

  const comeBack = (isLong = Date.now() - left > AWAY) => {
    leave();
    join();
    if (isLong && !document.hidden) tell("missed", { isBack: true });
  };

  const tick = () => {
    const isAwake = Date.now() - ticked < AWAY;
    ticked = Date.now();
    if (document.hidden) return;
    if (!isAwake) comeBack(true);
    else if (!visit) return;
    else if (Date.now() + ahead > Number(meta().dataset.midnight)) tell("missed", { isBack: true });
    else if (source && isKnown && heard && !isLive()) open();
    else if (!isLive()) tell("silent");
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : comeBack()));
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward") comeBack(true);
  });
  addEventListener("offline", leave);
  addEventListener("online", () => comeBack(true));
  setInterval(tick, TICK);

  // The page first.
  addEventListener("load", () => setTimeout(() => {
    isReady = true;
    join();
  }, 1000));

  return { comeBack, isLive, leave, tell };
})();
