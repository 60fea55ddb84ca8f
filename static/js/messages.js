// Messages: each new toast in #messages gets a close button and, unless it is an error, closes after ten seconds (as
// long as a move can be undone) or after its data-minutes. Other scripts dispatch events on the document:
//   "say"      {text, error, action: {label, href}}    show a sentence
//   "refused"  {status, text}    show an answer that cannot be swapped in; status 0: no answer
{
  const place = document.getElementById("messages");
  const SECONDS = 10;

  const closeIcon = () => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M18 6 6 18M6 6l12 12");
    svg.append(path);
    return svg;
  };

  const leave = (toast) => {
    toast.classList.add("toast--leaving");
    setTimeout(() => toast.remove(), 200);
  };

  const keepTime = (toast) => {
    let timer;
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(() => leave(toast), 1000 * (60 * (toast.dataset.minutes ?? 0) || SECONDS));
    };
    const stop = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", stop);
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("focusout", start);
    start();
  };

  const wire = (toast) => {
    if (toast.querySelector("[data-close]")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "icon-button";
    button.dataset.close = "";
    button.setAttribute("aria-label", place.dataset.closeLabel);
    button.append(closeIcon());
    toast.append(button);
    const isError = (one) => one.classList.contains("toast--error");
    const textOf = (one) => one.querySelector("p")?.textContent;
    const asksLogin = (one) => one.querySelector("[data-login]");
    const isSame = (one) => textOf(one) === textOf(toast) || (asksLogin(one) && asksLogin(toast));
    if (!isError(toast)) keepTime(toast);
    // Only the newest success is shown: its undo belongs to the last change. An error is shown once, however often it
    // occurs (that somebody has to log in, whatever it kept from), and never more than a few messages at a time.
    const others = [...place.querySelectorAll(".toast:not(.toast--leaving)")].filter((one) => one !== toast);
    for (const one of others) {
      if (isError(one) ? isSame(one) : !isError(toast)) one.remove();
    }
    const all = place.querySelectorAll(".toast:not(.toast--leaving)");
    if (all.length > 3) leave(all[0]);
  };

  const say = ({ text, error, action }) => {
    const toast = document.createElement("div");
    toast.className = error ? "toast toast--error" : "toast";
    const words = document.createElement("p");
    words.textContent = text;
    toast.append(words);
    if (action) {
      const link = document.createElement("a");
      link.className = "toast__action";
      link.href = action.href;
      if (action.beside) Object.assign(link, { target: "_blank", rel: "noopener" }).dataset.login = "";
      link.textContent = action.label;
      toast.append(link);
    }
    place.append(toast);
  };

  // Returns the sentence of an error page, or our own for the status.
  const explain = ({ status, text = "" }) => {
    if (status === 401) {
      const action = { label: place.dataset.login, href: place.dataset.loginAddress, beside: true };
      return say({ text: place.dataset.expired, error: true, action });
    }
    const page = new DOMParser().parseFromString(text, "text/html");
    const own = page.querySelector("[data-message]")?.textContent.trim();
    const { offline, forbidden, missing, failed } = place.dataset;
    const known = { 0: offline, 403: forbidden, 404: missing, 410: missing };
    say({ text: own || known[status] || failed, error: true });
  };

  if (place) {
    place.querySelectorAll(".toast").forEach(wire);
    new MutationObserver((changes) => {
      for (const change of changes) {
        for (const node of change.addedNodes) if (node.matches?.(".toast")) wire(node);
      }
    }).observe(place, { childList: true });

    place.addEventListener("click", (event) => {
      const toast = event.target.closest("[data-close]")?.closest(".toast");
      if (toast) leave(toast);
    });
    // Strg+Z undoes the last change, except while typing.
    document.addEventListener("keydown", (event) => {
      const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";
      if (!isUndo || event.target.closest("input:not([type='checkbox']), textarea, select, [contenteditable]")) return;
      const button = [...place.querySelectorAll(".toast:not(.toast--leaving) form[data-swap] button")].at(-1);
      if (!button) return;
      event.preventDefault();
      button.click();
    });
    // Remove the undo after its response, whatever it is.
    document.addEventListener("answered", (event) => {
      const toast = event.detail.form.closest(".toast");
      if (toast) leave(toast);
    });
    document.addEventListener("say", (event) => say(event.detail));
    document.addEventListener("refused", (event) => explain(event.detail));
    document.addEventListener("htmx:error", () => explain({ status: 0 }));
    document.addEventListener("htmx:response:error", (event) => {
      const { response, text } = event.detail.ctx;
      const speaks = text?.includes("hx-swap-oob") || ![400, 404].includes(response.status);
      if (response.status >= 500 || !speaks) explain({ status: response.status, text });
    });
  }
}
