// The login library reports a passkey that did not work only to the console; people need a sentence.
{
  const { passkeyFailed } = document.currentScript.dataset;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const detail = { text: passkeyFailed, error: true };
    document.dispatchEvent(new CustomEvent("say", { detail }));
  });
}
