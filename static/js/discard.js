// Confirmation before a dialog or popup with typed text closes (Escape, a click outside).
// "discard" {from, stay, leave} on the document asks and calls `stay` or `leave`; `leave` at once if nothing was typed
// in `from`.
{
  const question = document.getElementById("discard");
  const TYPED = "input:not([type='hidden'], [type='submit'], [data-filter]), textarea";

  const isChanged = (field) => (["checkbox", "radio"].includes(field.type)
    ? field.checked !== field.defaultChecked
    : field.value !== field.defaultValue);

  document.addEventListener("discard", (event) => {
    const { from, stay, leave } = event.detail;
    if (![...from.querySelectorAll(TYPED)].some(isChanged)) return leave();
    question.returnValue = "stay"; // Escape keeps the text
    question.addEventListener("close", () => (question.returnValue === "discard" ? leave() : stay()), { once: true });
    question.showModal();
  });
}
