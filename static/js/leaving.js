// The browser asks before leaving the page with unsaved text in a form marked data-asks, unless it is being saved or
// „Abbrechen“ was clicked.
{
  let isMeant = false;
  const isChanged = (field) => {
    if (!field.name || ["hidden", "submit", "button", "search"].includes(field.type)) return false;
    if (["checkbox", "radio"].includes(field.type)) return field.checked !== field.defaultChecked;
    if (field.type === "select-one") {
      return !field.options[field.selectedIndex]?.defaultSelected && field.selectedIndex > 0;
    }
    return field.value !== field.defaultValue;
  };
  const forms = () => [...document.querySelectorAll("form[data-asks]")];
  const isUnsaved = () => forms().some((form) => form.dataset.bound || [...form.elements].some(isChanged));

  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[data-asks]") && !event.submitter?.formTarget) isMeant = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("form[data-asks] [data-forget]")) isMeant = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!isMeant && isUnsaved()) event.preventDefault();
  });
  addEventListener("pageshow", () => (isMeant = false));
}
