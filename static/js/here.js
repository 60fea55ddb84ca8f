// Who else has the same board or the same contact open: the initials of at most five, and how many more there are.
// A visible tab says so every 15 seconds, and when it leaves, as long as there is a stream to tell others.
{
  const BEAT = 15000;
  const MOST = 5;
  const meta = () => document.querySelector("meta[name='live']");
  const find = () => document.getElementById("here");
  const me = Number(document.body.dataset.user);
  let isTold = false;
  let isDoubted = false; // whether the last sign found no answer: the next one decides

  const hide = () => {
    const place = find();
    place.replaceChildren();
    place.hidden = true;
  };

  const say = async (leaving) => {
    const { at, here } = meta().dataset;
    const body = new FormData();
    const token = document.querySelector("meta[name='csrf-token']").content;
    for (const [name, value] of Object.entries({ at, tab: request.tab, csrfmiddlewaretoken: token })) {
      body.set(name, value);
    }
    if (leaving) {
      body.set("leaving", "1");
      navigator.sendBeacon(here, body);
      return;
    }
    const answer = await request.ask(here, { body });
    if (fresh.isOver(answer)) isTold = false;
    const place = find();
    place.hidden = !place.children.length || (!answer.ok && (isDoubted || !isTold));
    isDoubted = !answer.ok;
  };

  const circle = (text, hue) => {
    const element = document.createElement("span");
    element.className = `avatar avatar--small ${hue ? `hue-${hue}` : "avatar--none"}`;
    element.ariaHidden = "true";
    element.textContent = text;
    return element;
  };

  document.addEventListener("here", ({ detail: { at, people } }) => {
    if (at !== meta().dataset.at) return;
    const place = find();
    const others = people.filter(([id]) => id !== me);
    const names = others.map(([, , name]) => name).join(", ");
    const circles = others.slice(0, MOST).map(([, initials, , hue]) => circle(initials, hue));
    if (others.length > MOST) circles.push(circle(`+${others.length - MOST}`));
    place.hidden = !others.length;
    place.title = place.ariaLabel = place.dataset.names.replace("%s", names);
    place.replaceChildren(...circles);
  });

  // Nobody is at a contact that has gone.
  document.addEventListener("changed", ({ detail: { kind, contacts } }) => {
    const isOwn = contacts?.some(([id]) => `contact-${id}` === meta().dataset.at);
    if (isOwn) isTold = !["trashed", "erased", "gone"].includes(kind);
  });
  document.addEventListener("silent", hide);
  document.addEventListener("streamed", () => {
    isTold = true;
    say();
  });
  setInterval(() => isTold && !document.hidden && say(), BEAT);
  for (const [target, name] of [[document, "visibilitychange"], [window, "pagehide"]]) {
    target.addEventListener(name, () => {
      if (isTold && (document.hidden || name === "pagehide")) say(true);
      isTold = false;
    });
  }
}
