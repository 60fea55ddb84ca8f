// Filters apply at once: a change submits a form marked data-autosubmit (its button is for browsers without scripts).
// Empty fields are left out of the address to keep it readable. Text is submitted with Enter, or by clearing it.
{
  const send = (form) => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== "") query.append(name, value);
    const address = new URL(form.getAttribute("action") || location.pathname, location.href);
    address.search = query;
    location.assign(address);
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select, input:not([type='search'], [type='text'])")) send(form);
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-autosubmit]")) return;
    event.preventDefault();
    send(event.target);
  });

  // The clear button of a search field; typing alone never reloads the page.
  document.addEventListener("search", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.value === "") send(form);
  });
}
