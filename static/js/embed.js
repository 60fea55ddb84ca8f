// For websites of offices: makes frames with our forms as high as what is in them.
//
// Loaded by its plain address for years: what it says to the frames must stay understood.
(() => {
  const ours = new URL(document.currentScript.src).origin;
  const frames = () => [...document.querySelectorAll("iframe")].filter((frame) => frame.src.startsWith(`${ours}/f/`));
  const greeted = new WeakSet();

  // Of the query only what says which campaign led there: the rest is nothing to us.
  const campaign = /^(utm_(source|medium|campaign|term|content)|gclid|fbclid|msclkid)$/;
  const page = () => {
    const { origin, pathname, searchParams } = new URL(location.href);
    const said = [...searchParams].filter(([name]) => campaign.test(name));
    return `${origin}${pathname}?${new URLSearchParams(said)}`;
  };
  const greet = (frame) => frame.contentWindow.postMessage({ form: "greeting", page: page() }, ours);

  window.addEventListener("message", ({ source, origin, data }) => {
    const frame = origin === ours && frames().find((one) => one.contentWindow === source);
    if (!frame) return;
    if (data?.form === "ready") greet(frame);
    const height = Number(data?.height);
    if (data?.form === "height" && height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
  });

  const watch = () => {
    for (const frame of frames()) {
      if (greeted.has(frame)) continue;
      greeted.add(frame);
      frame.addEventListener("load", () => {
        greet(frame);
        if (frame.getBoundingClientRect().top < 0) frame.scrollIntoView(); // what was sent is answered at its top
      });
    }
  };
  watch();
  document.addEventListener("DOMContentLoaded", watch);
})();
