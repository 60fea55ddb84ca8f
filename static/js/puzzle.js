// A form that asks for a proof of work: the widget of ALTCHA solves a puzzle of ours when the form is sent.
const widget = document.querySelector("altcha-widget");

if (widget && globalThis.$altcha) {
  const { form } = widget.closest("form").querySelector("[name=token]");
  const says = form.querySelector("[data-solving]");
  $altcha.algorithms.set("PBKDF2/SHA-256", () => new Worker(widget.dataset.worker));
  widget.configure?.({ minDuration: 0, humanInteractionSignature: false });

  widget.addEventListener("statechange", ({ detail: { state } }) => {
    says.textContent = state === "verifying" ? says.dataset.says : "";
    if (state === "expired") widget.reset();
    // Whatever failed, the office hears of it: unsolved, it waits for a person there.
    if (state === "error") setTimeout(() => form.requestSubmit());
  });

  // A second click meanwhile would send it unsolved.
  const wait = (event) => widget.getState?.() === "verifying" && event.preventDefault();
  form.addEventListener("submit", wait, { capture: true });
}
