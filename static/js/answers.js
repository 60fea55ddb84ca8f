// Forms marked data-swap are posted without leaving the page, and their answer is swapped in:
//   fragments with hx-swap-oob replace their targets; the rest goes into the popup, dialog or data-target of the form
//   (a form with its errors, 422); without a rest, the popup or dialog closes.
// After 401, 403 and server errors page and input stay as they are, and a message gives the reason.
{
  const KEEP_OPEN = [401, 403, 429];

  const fill = (target, text) => htmx.swap({ text, sourceElement: document.body, target, swap: "innerHTML" });

  const leavesSomething = (text) => {
    const rest = new DOMParser().parseFromString(text, "text/html").body;
    rest.querySelectorAll("[hx-swap-oob], template[hx]").forEach((part) => part.remove());
    return rest.childElementCount > 0;
  };

  const close = (home) => {
    // Sent: closing must not ask about unsaved input.
    if (["popup", "dialog-content"].includes(home?.id)) home.replaceChildren();
    if (home?.id === "popup") home.hidePopover();
    if (home?.id === "dialog-content") home.closest("dialog").close();
  };

  const goElsewhere = ({ headers, moved }) => {
    const address = headers.get("HX-Redirect") || moved;
    if (address) location.assign(address);
    else if (headers.get("HX-Refresh") === "true") location.reload();
    else return false;
    return true;
  };

  const show = async (form, answer) => {
    const { status, ok, text } = answer;
    const { target } = form.dataset;
    const home = target ? document.querySelector(target) : form.closest("#popup, #dialog-content");
    const isUnderstood = ok || [401, 403, 404, 409, 410, 422, 429].includes(status);
    if (answer.isPage || !isUnderstood || (!ok && !text.trim())) return request.refuse(answer);
    const fills = home && leavesSomething(text);
    const kept = KEEP_OPEN.includes(status);
    await (fills && !kept ? fill(home, text) : request.apply(text));
    if (fills && !kept) {
      (home.querySelector("[aria-invalid='true']") ?? home.querySelector("[autofocus]"))?.focus();
    } else if (!kept && status !== 422) close(home);
    return undefined;
  };

  // After a login in another tab the CSRF token is stale: get the new one from this address, for the same user.
  const renew = async () => {
    const { text } = await request.ask(location.href, { page: true });
    const page = new DOMParser().parseFromString(text, "text/html");
    const token = page.querySelector("meta[name='csrf-token']")?.content;
    if (!token || page.body.dataset.user !== document.body.dataset.user) return false;
    document.querySelector("meta[name='csrf-token']").content = token;
    document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of document.querySelectorAll("[name='csrfmiddlewaretoken']")) field.value = token;
    return true;
  };

  // Back from the login: remove the message that asked for it.
  addEventListener("focus", async () => {
    const asking = [...document.querySelectorAll("#messages .toast:has([data-login])")];
    if (asking.length && (await renew())) asking.forEach((toast) => toast.remove());
  });

  // Parts that reload themselves after each answer: a response in flight is outdated.
  const forgetTheOld = () => {
    for (const part of document.querySelectorAll("[hx-trigger^='answered']")) htmx.trigger(part, "htmx:abort");
  };

  const send = (form, submitter) => {
    const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
    return request.ask(address, { body: new FormData(form, submitter), signal: AbortSignal.timeout(15000) });
  };

  const post = async (form, submitter) => {
    forgetTheOld();
    form.setAttribute("aria-busy", "true");
    try {
      let answer = await send(form, submitter);
      if (answer.headers.has("X-CSRF-Failure") && (await renew())) answer = await send(form, submitter);
      if (!answer.status) return request.refuse(answer);
      if (goElsewhere(answer)) return undefined; // this page is not updated any more
      await show(form, answer);
      document.dispatchEvent(new CustomEvent("answered", { detail: { form, status: answer.status } }));
      return undefined;
    } finally {
      form.removeAttribute("aria-busy");
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-swap]") || event.defaultPrevented) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") post(form, event.submitter);
  });

  // A disabled menu entry stays focusable, so that its reason can be read, but does nothing.
  document.addEventListener(
    "click",
    (event) => {
      const refused = event.target.closest("[aria-disabled='true']");
      if (!refused) return;
      event.preventDefault();
      event.stopPropagation();
      const text = refused.dataset.reason;
      if (text) document.dispatchEvent(new CustomEvent("say", { detail: { text } }));
    },
    { capture: true },
  );
}
