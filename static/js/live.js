// What others change appears here. The contacts that stream.js hears of are asked for in the views that show them to
// this user and filter: at once after silence, at most once a second. Whoever is busy (fresh.js) is left alone: changes
// wait. An answer that something of one's own has overtaken is asked for again.
// What is asked for is up to the page: `live.refetch(ids, isAll, isStill)` (live-board.js, live-list.js), or all of it.
window.live = (() => {
  const PAUSE = 1000; // milliseconds between two questions
  const BUSY = 250; // until the next look whether somebody is still busy
  const LONGEST = 30000; // between two attempts, while the server does not answer
  const meta = () => document.querySelector("meta[name='live']");
  const waiting = new Set();
  let isDue = false;
  let isAll = false; // more than is known
  let isAnew = false; // the page as if it were loaded again
  let isLost = false; // this user may no longer see the contact whose page this is: nobody is too busy for that
  let isAsking = false;
  let timer = null;
  let last = 0;
  let failures = 0; // questions in a row that were not answered
  let touched = 0; // counts what may overtake an answer
  for (const name of ["lifted", "dropped", "answered", "found"]) document.addEventListener(name, () => (touched += 1));

  const later = (milliseconds) => (timer ??= setTimeout(run, milliseconds));
  // A long wait for a server that did not answer ends with a sign of it.
  const hurry = () => {
    isDue = true;
    if (isAsking) return; // goes on by itself
    clearTimeout(timer);
    timer = null;
    later(Math.max(0, last + PAUSE - Date.now()));
  };

  // Resolves to whether the page now shows what was asked for.
  const fetchThem = (ids, wasAll, wasAnew, isStill) =>
    (wasAnew || !api.refetch ? fresh.ask(isStill) : api.refetch(ids, wasAll, isStill));

  const run = async () => {
    const ids = [...waiting];
    const [wasAll, wasAnew] = [isAll, isAnew];
    let wait = BUSY;
    if (!document.hidden && (isLost || !fresh.isBusy())) {
      waiting.clear();
      isDue = isAll = isAnew = false;
      last = Date.now();
      wait = PAUSE;
      const before = touched;
      const isStill = () => touched === before && !fresh.isBusy();
      isAsking = true;
      if (await fetchThem(ids, wasAll, wasAnew, isStill).catch(reportError)) {
        isLost = false;
        failures = 0;
      } else {
        ids.forEach((id) => waiting.add(id));
        isAll ||= wasAll;
        isAnew ||= wasAnew;
        isDue = true;
        failures = isStill() ? failures + 1 : 0;
        wait = Math.min(PAUSE * 2 ** Math.max(failures - 1, 0), LONGEST);
      }
      isAsking = false;
    }
    timer = null;
    if (isDue && !document.hidden) later(wait);
  };

  // What a change means to this page: on a contact's, only that contact, its column and series matter.
  const own = meta().dataset.at.match(/^contact-(\d+)$/)?.[1];
  const isProgress = ({ kind, contacts, columns }) => kind === "imported" && contacts?.length === 0 && !columns?.length;
  const concerns = ({ kind, contacts, columns }) =>
    !own || !contacts || columns?.length || kind === "series" || contacts.some(([id]) => String(id) === own);

  document.addEventListener("changed", ({ detail }) => {
    if ((detail.origin && detail.origin === request.tab) || isProgress(detail) || !concerns(detail)) return;
    isLost ||= Boolean(own) && detail.kind === "gone";
    if (detail.contacts) for (const [id] of detail.contacts) waiting.add(String(id));
    else isAll = true;
    hurry();
  });
  document.addEventListener("missed", ({ detail }) => {
    if (detail.isBack) isAnew = true;
    else isAll = true;
    hurry();
  });
  document.addEventListener("visibilitychange", () => document.hidden || (isDue && hurry()));

  const api = {
    refetch: null,
    want: (id) => {
      waiting.add(id);
      isDue = true;
    },
    wantAll: () => (isDue = isAll = true),
    // The address at which this page asks for changes, with its filter.
    address: (values) => {
      const query = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(values)) query.set(name, value);
      return `${meta().dataset.changes}?${query}`;
    },
  };
  return api;
})();
