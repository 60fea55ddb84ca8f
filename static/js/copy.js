// Buttons that copy a field; without this script it can be marked and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    await navigator.clipboard.writeText(field.value);
    document.dispatchEvent(new CustomEvent("say", { detail: { text: button.dataset.copied } }));
  });
}
