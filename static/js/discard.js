// A dialog or popup that would close over typed text (Escape, a click beside it) asks first, once.
// "discard" {from, stay, leave} on the document asks: `stay` keeps it open, `leave` closes it. Nothing typed in `from`:
// it leaves at once.
{
  const question = document.getElementById("discard");
  const TYPED = "input:not([type='hidden'], [type='submit'], [data-filter]), textarea";

  const isChanged = (field) => (["checkbox", "radio"].includes(field.type)
    ? field.checked !== field.defaultChecked
    : field.value !== field.defaultValue);

  document.addEventListener("discard", (event) => {
    const { from, stay, leave } = event.detail;
    if (![...from.querySelectorAll(TYPED)].some(isChanged)) return leave();
    question.returnValue = "stay"; // Escape here keeps the text
    question.addEventListener("close", () => (question.returnValue === "discard" ? leave() : stay()), { once: true });
    question.showModal();
  });
}
