// The placeholders below the editor put themselves where one was typing: in the text, or in the subject if that was the
// last. Without this script they are a list to type from.
{
  const form = document.querySelector("form[data-draft]");
  const list = document.querySelector("[data-insert]");
  const used = new Set();
  let field = form?.elements.body;

  // As if typed, so that the browser can take it back and the preview hears of it.
  const insert = (text) => {
    if (!used.has(field)) field.setSelectionRange(field.value.length, field.value.length);
    field.focus();
    const start = field.selectionStart;
    document.execCommand("insertText", false, text);
    const bar = text.indexOf("|");
    if (bar > 0) field.setSelectionRange(start + bar + 1, start + text.length - 2); // the fallback is to be typed over
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
