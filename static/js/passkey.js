// The login library reports a failed passkey only on the console; show a sentence as well.
{
  const text = document.getElementById("passkey-failed").textContent.trim();
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const detail = { text, error: true };
    document.dispatchEvent(new CustomEvent("say", { detail }));
  });
}
