// Requests to the server: all scripts send them by `request`, which also reports failures.
window.request = (() => {
  const UNREACHED = ["AbortError", "TimeoutError", "TypeError"]; // aborted, timed out, offline

  // Of this load of the page: what it changes is told to all open pages, and not shown a second time on this one.
  const tab = Array.from(crypto.getRandomValues(new Uint32Array(3)), (number) => number.toString(36)).join("");

  // Requests a fragment, or with `page` a page; with a `body` by POST; with `isShort` only its beginning,
  // unless it is still what is `known` of it. Returns:
  //   status   0 without an answer: offline, timed out, or aborted by the `signal`
  //   ok       whether it is the requested fragment or page, from the requested address
  //   isPage   whether it is a page, or the response of another address (`moved`)
  const ask = async (address, { body, page, signal, isShort, known } = {}) => {
    const headers = { "X-Tab": tab };
    if (!page) Object.assign(headers, { "HX-Request": "true", "HX-Current-URL": location.href });
    if (isShort) headers["X-Short"] = "1";
    if (known) headers["If-None-Match"] = known;
    const token = document.querySelector("meta[name='csrf-token']")?.content ?? "";
    const how = body ? { method: "POST", body, headers: { ...headers, "X-CSRFToken": token } } : { headers };
    try {
      const response = await fetch(address, { cache: "no-store", signal, ...how });
      const text = await response.text();
      const moved = response.redirected ? response.url : "";
      const isPage = Boolean(moved) || /^\s*<(!doctype|html)/i.test(text);
      return { status: response.status, ok: response.ok && !moved, text, isPage, moved, headers: response.headers };
    } catch (error) {
      if (!UNREACHED.includes(error.name)) throw error;
      return { status: 0, ok: false, text: "", isPage: false, moved: "", headers: new Headers() };
    }
  };

  // Swaps in the parts of a text that have hx-swap-oob.
  const apply = (text) => htmx.swap({ text, sourceElement: document.body, target: document.body, swap: "none" });

  // Has messages.js show the reason of a failure.
  const refuse = ({ status, text }) => document.dispatchEvent(new CustomEvent("refused", { detail: { status, text } }));

  // Swaps in a refusal that has fragments, and shows any other as a message.
  const fail = async (answer) => {
    if (!answer.isPage && answer.text.includes("hx-swap-oob")) await apply(answer.text);
    else refuse(answer);
  };

  return { ask, apply, refuse, fail, tab };
})();
