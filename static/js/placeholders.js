// A click on a placeholder below the editor inserts it at the cursor: in the text, or in the subject if that had the
// focus last. Without this script they are a list to copy from.
{
  const form = document.querySelector("form[data-draft]");
  const list = document.querySelector("[data-insert]");
  const used = new Set();
  let field = form?.elements.body;

  // Inserted as if typed, so that the browser can undo it and the preview updates.
  const insert = (text) => {
    if (!used.has(field)) field.setSelectionRange(field.value.length, field.value.length);
    field.focus();
    const start = field.selectionStart;
    document.execCommand("insertText", false, text);
    const bar = text.indexOf("|");
    if (bar > 0) field.setSelectionRange(start + bar + 1, start + text.length - 2); // selects the fallback
  };

  if (form && list) {
    form.addEventListener("focusin", (event) => {
      if (!["subject", "body"].includes(event.target.name)) return;
      field = event.target;
      used.add(field);
    });
    for (const code of list.querySelectorAll("code")) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "writing__insert", title: list.dataset.insert });
      code.replaceWith(button);
      button.append(code);
      button.addEventListener("click", () => insert(code.textContent));
    }
    list.nextElementSibling.hidden = false;
  }
}
