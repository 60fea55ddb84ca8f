// Questions in the native dialog: [data-dialog] with formaction or href names the page, whose fragment fills
// #dialog-content.
// Without this script the same link or button opens that page.
{
  const dialog = document.getElementById("dialog");
  const content = document.getElementById("dialog-content");
  const messages = document.getElementById("messages");
  let opener = null;

  const show = (text) => {
    content.innerHTML = text;
    // Outside a modal dialog nothing is heard or clicked: the messages come along.
    dialog.append(messages);
    if (!dialog.open) dialog.showModal();
    htmx.process(content);
    const first =
      "[autofocus], [aria-invalid='true'], input:not([type='hidden']), select, textarea, button[type='submit']";
    // A question without a field begins at the way out, not at the cross in its head.
    (content.querySelector(first) ?? content.querySelector(".dialog__actions .button"))?.focus();
  };

  // A form marked data-ask may carry more than an address has room for.
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
    if (answer.isPage && answer.status < 300) location.assign(address); // a page that knows no fragment
    else if (answer.ok) show(answer.text);
    else await request.fail(answer);
  };

  if (dialog) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-dialog]");
      if (!button || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      // A menu entry is gone when its menu closes; then the focus goes back to where the menu was opened.
      opener = button.closest("#popup") ? document.querySelector("[data-popup][aria-expanded='true']") : button;
      document.getElementById("popup").hidePopover();
      load(button);
    });

    dialog.addEventListener("click", (event) => {
      // „Abbrechen“ is a link to where the page came from; inside the dialog it closes it.
      if (!event.target.closest("[data-dismiss]")) return;
      event.preventDefault();
      dialog.close();
    });

    // A form answered by a file leaves the page as it is: once it is sent, the question is answered.
    dialog.addEventListener("submit", (event) => {
      if (event.target.matches("[data-file]")) setTimeout(() => dialog.close());
    });

    // Escape or a click beside the dialog closes it; what has been typed is asked about first.
    const leave = () => {
      const focused = document.activeElement;
      const detail = { from: content, stay: () => focused.focus(), leave: () => dialog.close() };
      document.dispatchEvent(new CustomEvent("discard", { detail }));
    };
    dialog.addEventListener("cancel", (event) => {
      if (event.target !== dialog) return; // a file field cancels too
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
