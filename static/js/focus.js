// Keyboard focus after a change. On a new page: the first field with an error, or the heading if there is a message.
// Inside a page: a form marked data-focus names the element to focus when the form has its response and is removed.
{
  const isLost = () => !document.activeElement || document.activeElement === document.body;

  const goTo = (element) => {
    if (!element.matches("a[href], button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
    element.focus({ preventScroll: true });
  };

  const atFault = document.querySelector("main [aria-invalid='true']");
  if (atFault) atFault.focus();
  else if (document.querySelector("#messages .toast") && !document.querySelector("main [autofocus]") && isLost()) {
    const heading = document.querySelector("h1") ?? document.getElementById("content");
    if (heading) goTo(heading);
  }

  document.addEventListener("answered", ({ detail: { form, status } }) => {
    if (!form.dataset.focus || status >= 400 || !isLost()) return;
    const next = document.querySelector(form.dataset.focus);
    if (next) goTo(next);
  });
}
