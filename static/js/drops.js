// Sending a dropped card (see board.js): the server decides, and its answer is shown.
{
  const TIMEOUT = 10000; // milliseconds until a drop without an answer is undone
  const byId = (id) => document.getElementById(`card-${id}`);
  const example = (name) => document.querySelector(`meta[name='${name}-address']`).content; // of the card 1
  const addressOf = (name, id) => example(name).replace("1", id) + location.search;
  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join("");

  // While a card is dragged nothing is swapped: SortableJS keeps a reference to the lifted element.
  let landed = Promise.resolve();
  document.addEventListener("lifted", () => {
    landed = new Promise((done) => document.addEventListener("landed", done, { once: true }));
  });

  const queues = new Map(); // a card dropped again waits for the answer to its first drop, which holds the new version
  const asking = new Set();
  // Resolves after some milliseconds, or as soon as the browser is online again.
  const later = (milliseconds) =>
    new Promise((done) => {
      const over = new AbortController();
      const finish = () => (over.abort(), done());
      addEventListener("online", finish, { signal: over.signal });
      setTimeout(finish, milliseconds);
    });

  // Answers to overlapping requests may arrive in another order than the server handled them: when all are there, the
  // heads are loaded again.
  let open = 0;
  let isMixed = false;
  const track = async (id, work) => {
    isMixed ||= open > 0;
    open += 1;
    try {
      return await work(id);
    } finally {
      open -= 1;
      if (!open && isMixed) {
        isMixed = false;
        setTimeout(fetchTruth, 0, id);
      }
    }
  };

  const ask = async (id) => {
    if (queues.has(id)) return false; // dropped again meanwhile: wait for that answer
    const answer = await request.ask(addressOf("card", id), { signal: AbortSignal.timeout(TIMEOUT) });
    await landed;
    if (answer.status === 404) byId(id)?.remove();
    if (answer.ok || answer.status === 404) await request.apply(answer.text);
    return answer.status > 0 && answer.status < 500; // otherwise not reachable yet
  };

  // Loads the server's state of this card and all heads; retries until the server is reachable.
  const fetchTruth = async (id) => {
    if (asking.has(id)) return;
    asking.add(id);
    byId(id)?.setAttribute("aria-busy", "true");
    await pause(0); // until the drop has left its queue
    for (let attempt = 1; !(await track(id, ask)); attempt += 1) await later(Math.min(attempt * 2000, 15000));
    asking.delete(id);
    byId(id)?.removeAttribute("aria-busy");
  };

  const persist = async (id, { column, after, putDown, putBack }) => {
    putDown(); // the answer to an earlier drop may have moved the card away from its last drop
    const card = byId(id);
    const body = new URLSearchParams({ column, after, version: card.dataset.version, key: newKey(), via: "board" });
    card.setAttribute("aria-busy", "true");
    const signal = AbortSignal.timeout(TIMEOUT);
    const answer = await request.ask(addressOf("position", id), { body, signal });
    await landed;
    if (!asking.has(id)) byId(id)?.removeAttribute("aria-busy");
    if (answer.ok) return request.apply(answer.text);
    putBack(); // first the state before the drop, then the server's
    await request.fail(answer);
    if (!answer.text.includes(`id="card-${id}"`) && answer.status !== 401) fetchTruth(id);
    return undefined;
  };

  document.addEventListener("dropped", ({ detail: { id, ...drop } }) => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(() => byId(id) && track(id, () => persist(id, drop)));
    queues.set(id, turn);
    turn.finally(() => queues.get(id) === turn && queues.delete(id));
  });
}
