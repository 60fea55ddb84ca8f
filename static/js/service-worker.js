// Runs in browsers in which somebody switched notifications on, also while no page of ours is open. It shows what the
// server pushes and opens the page that it names; it does nothing else, and keeps nothing.
const told = (data) => {
  try {
    return data.json();
  } catch {
    return {};
  }
};

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const { title = "Kontakte-Pipeline", body = "", url = self.location.origin } = event.data ? told(event.data) : {};
  const shown = { body, lang: "de", tag: "contacts", renotify: true, data: { url } };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.url ?? "", self.location.origin);
  const ours = address.origin === self.location.origin ? address.href : self.location.origin;
  const open = async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = pages.find((page) => page.url === ours);
    return there ? there.focus() : self.clients.openWindow(ours);
  };
  event.waitUntil(open());
});
