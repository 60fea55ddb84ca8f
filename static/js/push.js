// „Auf diesem Gerät benachrichtigen“ on the page of the user's own settings: the browser asks whether it may show
// notifications, its vendor gives it an address, and the server keeps that. What it shows is up to service-worker.js.
{
  const button = document.querySelector("[data-push]");
  const say = (name) => {
    for (const one of document.querySelectorAll("[data-push-says]")) one.hidden = one.dataset.pushSays !== name;
  };
  const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const letters = (text) => text.replace(/[^A-Za-z0-9]/g, ""); // the same in base64 and base64url
  const isOf = (subscription, key) => {
    const known = subscription.options.applicationServerKey;
    return !known || letters(btoa(String.fromCharCode(...new Uint8Array(known)))) === letters(key);
  };

  const subscribe = async () => {
    if ((await Notification.requestPermission()) !== "granted") return say("denied");
    const { worker, key, address } = button.dataset;
    const registration = await navigator.serviceWorker.register(worker, { updateViaCache: "none" });
    await navigator.serviceWorker.ready;
    let subscription = await registration.pushManager.getSubscription();
    if (subscription && !isOf(subscription, key)) {
      await subscription.unsubscribe(); // for another installation, or another key of this one
      subscription = null;
    }
    subscription ??= await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = subscription.toJSON();
    const answer = await request.ask(address, { body: new URLSearchParams({ endpoint, ...keys }) });
    if (answer.ok) location.reload();
    else request.refuse(answer);
  };

  if (button) {
    button.hidden = !isAble;
    say(!isAble ? "unable" : Notification.permission === "denied" ? "denied" : "");
    button.addEventListener("click", async () => {
      button.disabled = true;
      await subscribe().catch(() => say("failed"));
      button.disabled = false;
    });
  }
}
