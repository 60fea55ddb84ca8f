// The one way to the server: scripts ask by `request`, and tell of a failure by it.
const request = (() => {
  const UNREACHED = ["AbortError", "TimeoutError", "TypeError"]; // given up, too late, no line

  // A fragment is asked for, or with `page` a whole page; with a `body` it is a POST. The answer:
  //   status   0 without one: offline, too late, or given up by the `signal`
  //   ok       it is what was asked for, and came from there
  //   isPage   a whole page, or another address's answer (`moved` is that address)
  const ask = async (address, { body, page, signal } = {}) => {
    const headers = page ? {} : { "HX-Request": "true", "HX-Current-URL": location.href };
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

  // The parts of a text with hx-swap-oob go to their places.
  const apply = (text) => htmx.swap({ text, sourceElement: document.body, target: document.body, swap: "none" });

  // messages.js says why nothing came of it.
  const refuse = ({ status, text }) => document.dispatchEvent(new CustomEvent("refused", { detail: { status, text } }));

  // A refusal that speaks for itself goes to its places, any other is said.
  const fail = async (answer) => {
    if (!answer.isPage && answer.text.includes("hx-swap-oob")) await apply(answer.text);
    else refuse(answer);
  };

  return { ask, apply, refuse, fail };
})();
