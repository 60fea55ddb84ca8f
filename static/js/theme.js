// The choice of light, dark or system: applied at once, stored by the server.
{
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-theme-form]") || !event.submitter) return;
    event.preventDefault();
    const root = document.documentElement;
    const before = root.dataset.theme;
    const press = (theme) => {
      root.dataset.theme = theme;
      for (const button of form.elements.theme) button.setAttribute("aria-pressed", String(button.value === theme));
    };
    press(event.submitter.value);
    const answer = await request.ask(form.getAttribute("action"), { body: new FormData(form, event.submitter) });
    if (answer.ok) return;
    press(before);
    await request.fail(answer);
  });
}
