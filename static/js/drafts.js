// Drafts: the input of forms marked data-keep="<name>" is kept in this tab, never on the server, until it is sent. It
// is restored after the end of a session, an error page, a reload, or a change to another kind of action. Forms with
// the same name share common fields. Drafts belong to one user; logging out deletes them.
{
  const PREFIX = "draft:";
  const HOURS = 12;
  const user = document.body.dataset.user ?? "";
  const visit = crypto.randomUUID(); // this load of the page: its own drafts are restored without a message

  const page = location.pathname + location.search;

  const read = (key) => {
    const draft = JSON.parse(sessionStorage.getItem(key) ?? "null");
    return draft && draft.user === user && Date.now() - draft.at < HOURS * 3600e3 ? draft : null;
  };
  const keyOf = (form) => PREFIX + form.dataset.keep;
  const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  const forget = (key) => sessionStorage.removeItem(key);

  const fields = (form) => [...form.elements].filter((field) =>
    field.name && !["hidden", "password", "file", "submit", "button", "reset"].includes(field.type)
    && !field.autocomplete?.includes("password")); // a revealed password has the type text
  const valueOf = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.value);
  const defaultOf = (field) => {
    if (["checkbox", "radio"].includes(field.type)) return field.defaultChecked;
    if (field.type !== "select-one") return field.defaultValue;
    return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value;
  };
  const nameOf = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.name);

  const keep = (form, isSent) => {
    const changed = fields(form).filter((field) => valueOf(field) !== defaultOf(field));
    if (!changed.length && !form.dataset.bound) return forget(keyOf(form));
    const typed = form.dataset.bound ? fields(form) : changed;
    const values = Object.fromEntries(typed.map((field) => [nameOf(field), valueOf(field)]));
    sessionStorage.setItem(keyOf(form), JSON.stringify({ user, visit, page, at: Date.now(), sent: isSent, values }));
  };

  const fill = (field, value) => {
    if (["checkbox", "radio"].includes(field.type)) field.checked = value;
    else field.value = value;
  };

  const restore = (form) => {
    if (form.dataset.kept) return;
    form.dataset.kept = "true";
    const draft = read(keyOf(form));
    if (!draft || form.dataset.bound) return; // the server's answer is newer
    const found = fields(form).filter((field) => nameOf(field) in draft.values);
    for (const field of found) {
      fill(field, draft.values[nameOf(field)]);
      field.closest("details")?.setAttribute("open", "");
    }
    if (!found.length || draft.visit === visit) return;
    form.prepend(document.getElementById("draft-note").content.cloneNode(true));
  };

  const restoreAll = () => document.querySelectorAll("form[data-keep]").forEach(restore);

  // A sent form has arrived, unless it was refused, or the browser goes back or reloads the form. A refusal and the
  // login after it have no user; a login without `next` follows a logout.
  const cameAnew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  const loggedOut = document.querySelector("form[data-login]") && !location.search;
  const settle = () => {
    for (const key of keys()) {
      const draft = JSON.parse(sessionStorage.getItem(key));
      if (loggedOut || (user && (!read(key) || (draft.sent && cameAnew)))) forget(key);
      else if (!user && draft.sent) offerWayBack(key, draft);
    }
  };

  const offerWayBack = (key, draft) => {
    sessionStorage.setItem(key, JSON.stringify({ ...draft, sent: false }));
    const way = document.querySelector("main a.button");
    if (way?.matches("[data-login]")) way.search = new URLSearchParams({ next: draft.page });
    else if (way) way.href = draft.page;
  };

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (form) keep(form, false);
  });
  document.addEventListener("submit", (event) => {
    const leavesPage = !event.target.matches("[data-swap]") && !event.submitter?.formTarget;
    if (event.target.matches("form[data-keep]")) keep(event.target, leavesPage);
  });
  document.addEventListener("answered", (event) => {
    const { form, status } = event.detail;
    if (form.matches("[data-keep]") && status < 300) forget(keyOf(form));
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-forget]")?.closest("form[data-keep]");
    if (form) forget(keyOf(form));
  });
  document.addEventListener("reset", (event) => {
    if (!event.target.matches("form[data-keep]")) return;
    forget(keyOf(event.target));
    event.target.querySelector("[data-draft-note]")?.remove();
  });
  document.addEventListener("htmx:after:process", restoreAll); // swapped content

  settle();
  restoreAll();
}
