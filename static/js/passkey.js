// The login library reports a failed passkey only on the console; show a sentence as well.
{
  const { passkeyFailed } = document.currentScript.dataset;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const detail = { text: passkeyFailed, error: true };
    document.dispatchEvent(new CustomEvent("say", { detail }));
  });
}
