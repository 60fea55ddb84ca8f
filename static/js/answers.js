// Forms marked data-swap are posted without leaving the page, and their answer is put where it belongs:
//   fragments with hx-swap-oob go to their places; what is left over goes into the popup, dialog or data-target it came
//   from (a form with its errors, 422); with nothing left over, the popup or dialog has done its work and closes.
// After 401, 403 and faults everything stays as it was, with what was typed, and a message says why.
{
  const KEEP_OPEN = [401, 403, 429];

  const put = (text, target) =>
    htmx.swap({ text, sourceElement: document.body, target, swap: target === document.body ? "none" : "innerHTML" });

  const leavesSomething = (text) => {
    const rest = new DOMParser().parseFromString(text, "text/html").body;
    rest.querySelectorAll("[hx-swap-oob], template[hx]").forEach((part) => part.remove());
    return rest.childElementCount > 0;
  };

  const close = (home) => {
    if (["popup", "dialog-content"].includes(home?.id)) home.replaceChildren(); // sent: nothing is left to be asked about
    if (home?.id === "popup") home.hidePopover();
    if (home?.id === "dialog-content") home.closest("dialog").close();
  };

  const goElsewhere = (response) => {
    const address = response.headers.get("HX-Redirect") || (response.redirected && response.url);
    if (address) location.assign(address);
    else if (response.headers.get("HX-Refresh") === "true") location.reload();
    else return false;
    return true;
  };

  const show = async (form, response, text) => {
    const { target } = form.dataset;
    const home = target ? document.querySelector(target) : form.closest("#popup, #dialog-content");
    const isFragment = !/^\s*<(!doctype|html)/i.test(text);
    const isUnderstood = response.ok || [401, 403, 404, 409, 410, 422, 429].includes(response.status);
    if (!isFragment || !isUnderstood || (!response.ok && !text.trim())) {
      document.dispatchEvent(new CustomEvent("refused", { detail: { status: response.status, text } }));
      return;
    }
    const fills = home && leavesSomething(text);
    const kept = KEEP_OPEN.includes(response.status);
    await put(text, fills && !kept ? home : document.body);
    if (fills && !kept) {
      (home.querySelector("[aria-invalid='true']") ?? home.querySelector("[autofocus]"))?.focus();
    } else if (!kept && response.status !== 422) close(home);
  };

  // Logged in again beside this page, its token is stale: the page's own address has the new one, for the same user only.
  const renew = async () => {
    const response = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const token = page.querySelector("meta[name='csrf-token']")?.content;
    if (!token || page.body.dataset.user !== document.body.dataset.user) return false;
    document.querySelector("meta[name='csrf-token']").content = token;
    document.body.setAttribute("hx-headers:inherited", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of document.querySelectorAll("[name='csrfmiddlewaretoken']")) field.value = token;
    return true;
  };

  // Back from the login: the message that asked for it has been followed.
  addEventListener("focus", async () => {
    const asking = [...document.querySelectorAll("#messages .toast:has([data-login])")];
    if (asking.length && (await renew().catch(() => false))) asking.forEach((toast) => toast.remove());
  });

  // Parts that ask for themselves again after each answer: what they were to hear now is older than what comes.
  const forgetTheOld = () => {
    for (const part of document.querySelectorAll("[hx-trigger^='answered']")) htmx.trigger(part, "htmx:abort");
  };

  const send = (form, submitter) => {
    const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
    const token = document.querySelector("meta[name='csrf-token']")?.content ?? "";
    return fetch(address, {
      method: "POST",
      body: new FormData(form, submitter),
      headers: { "HX-Request": "true", "HX-Current-URL": location.href, "X-CSRFToken": token },
      signal: AbortSignal.timeout(15000),
    });
  };

  const post = async (form, submitter) => {
    forgetTheOld();
    form.setAttribute("aria-busy", "true");
    try {
      let response = await send(form, submitter);
      if (response.headers.has("X-CSRF-Failure") && (await renew())) response = await send(form, submitter);
      const text = await response.text();
      if (goElsewhere(response)) return; // nothing here is brought up to date any more
      await show(form, response, text);
      const detail = { form, status: response.status };
      document.dispatchEvent(new CustomEvent("answered", { detail }));
    } catch (error) {
      if (!["AbortError", "TimeoutError", "TypeError"].includes(error.name)) throw error;
      document.dispatchEvent(new CustomEvent("refused", { detail: { status: 0 } }));
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

  // A refused entry stays reachable, so that its reason can be read, but does nothing.
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
