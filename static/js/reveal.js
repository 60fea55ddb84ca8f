// The eye beside a password: shows what is typed until it is pressed again or the form leaves.
{
  const show = (button, isShown) => {
    const field = document.getElementById(button.getAttribute("aria-controls"));
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
    return field;
  };

  for (const button of document.querySelectorAll("[data-reveal]")) button.hidden = false; // without scripts it is none

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (button) show(button, button.getAttribute("aria-pressed") !== "true").focus();
  });

  // Else the browser would offer to keep the password as a text typed before.
  document.addEventListener("submit", (event) => {
    for (const button of event.target.querySelectorAll("[data-reveal]")) show(button, false);
  });
}
