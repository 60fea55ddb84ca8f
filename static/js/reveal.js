// The eye next to a password field: shows the password until it is pressed again or the form is sent.
{
  const show = (button, isShown) => {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
    return field;
  };

  for (const button of document.querySelectorAll("[data-reveal]")) button.hidden = false; // hidden without scripts

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (button) show(button, button.getAttribute("aria-pressed") !== "true").focus();
  });

  // Otherwise the browser would offer to store the password as form data.
  document.addEventListener("submit", (event) => {
    for (const button of event.target.querySelectorAll("[data-reveal]")) show(button, false);
  });
}
