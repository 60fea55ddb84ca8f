// Pages in the native dialog: the fragment at the formaction or href of a [data-dialog] fills #dialog-content.
// Without this script the same link or button opens the page.
{
  const dialog = document.getElementById("dialog");
  const content = document.getElementById("dialog-content");
  const messages = document.getElementById("messages");
  let opener = null;

  const show = (text) => {
    content.innerHTML = text;
    // Outside a modal dialog nothing can be clicked or is read aloud: move the messages into it.
    dialog.append(messages);
    if (!dialog.open) dialog.showModal();
    htmx.process(content);
    const first =
      "[autofocus], [aria-invalid='true'], input:not([type='hidden']), select, textarea, button[type='submit']";
    // In a dialog without fields the focus starts at „Abbrechen“, not at the close button.
    (content.querySelector(first) ?? content.querySelector(".dialog__actions .button"))?.focus();
  };

  // A form marked data-ask may hold more data than fits into an address.
  const bodyOf = (form) => {
    if (!form?.hasAttribute("data-ask")) return undefined;
    const body = new URLSearchParams(new FormData(form));
    if (body.has("all")) for (const name of ["contact", "contacts"]) body.delete(name);
    body.set("ask", "1");
    return body;
  };

  const load = async (button) => {
    const address = button.getAttribute("formaction") ?? button.getAttribute("href");
    const answer = await request.ask(address, { body: bodyOf(button.form) });
    if (answer.isPage && answer.status < 300) location.assign(address); // a page without a fragment
    else if (answer.ok) show(answer.text);
    else await request.fail(answer);
  };

  if (dialog) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-dialog]");
      if (!button || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // A menu entry is hidden when its menu closes; then the focus returns to the menu's button.
      opener = button.closest("#popup") ? document.querySelector("[data-popup][aria-expanded='true']") : button;
      document.getElementById("popup").hidePopover();
      load(button);
    });

    dialog.addEventListener("click", (event) => {
      // „Abbrechen“ links to the previous page; inside the dialog it closes it.
      if (!event.target.closest("[data-dismiss]")) return;
      event.preventDefault();
      dialog.close();
    });

    // A download leaves the page as it is: close the dialog once its form is sent.
    dialog.addEventListener("submit", (event) => {
      if (event.target.matches("[data-file]")) setTimeout(() => dialog.close());
    });

    // Escape or a click outside closes the dialog; unsaved input must be confirmed first.
    const leave = () => {
      const focused = document.activeElement;
      const detail = { from: content, stay: () => focused.focus(), leave: () => dialog.close() };
      document.dispatchEvent(new CustomEvent("discard", { detail }));
    };
    dialog.addEventListener("cancel", (event) => {
      if (event.target !== dialog) return; // file fields fire cancel, too
      event.preventDefault();
      leave();
    });
    dialog.addEventListener("pointerdown", (event) => {
      if (event.target !== dialog) return;
      const box = dialog.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right
        && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) leave();
    });

    dialog.addEventListener("close", () => {
      document.querySelector(".skip").after(messages);
      content.replaceChildren();
      if (opener?.isConnected) opener.focus({ preventScroll: true });
    });
  }
}
