// Menus next to their button: the fragment at the formaction or href of a [data-popup] is shown in #popup.
// Without this script the same button opens the page.
{
  const popup = document.getElementById("popup");
  const ITEMS = "[role='menuitem'], [role='menuitemradio'], [role='option']";
  let opener = null;
  let wasOpen = null; // the pressed button, whose popup the browser closes before the click event

  const addressOf = (button) => button.getAttribute("formaction") ?? button.getAttribute("href");
  const items = () => [...popup.querySelectorAll(ITEMS)].filter((item) => item.checkVisibility());

  const positionAt = (button) => {
    const box = button.getBoundingClientRect();
    const { offsetWidth: width, scrollHeight: height } = popup;
    const left = box.left + width > innerWidth - 8 ? box.right - width : box.left;
    const below = innerHeight - box.bottom - 12;
    const above = box.top - 12;
    const isBelow = height <= below || below >= above;
    const room = Math.max(isBelow ? below : above, 120);
    const top = isBelow ? box.bottom + 4 : box.top - 4 - Math.min(height, room);
    popup.style.setProperty("--x", `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
    popup.style.setProperty("--y", `${Math.max(8, top)}px`);
    popup.style.setProperty("--room", `${room}px`);
  };

  const show = (button, text) => {
    if (!popup.contains(button)) opener = button; // a submenu keeps the position of its menu
    popup.innerHTML = text;
    if (!popup.matches(":popover-open")) popup.showPopover();
    positionAt(opener);
    opener.setAttribute("aria-expanded", "true");
    htmx.process(popup);
    const chosen = popup.querySelector("[aria-selected='true'], [aria-checked='true']");
    const first = popup.querySelector("[autofocus], [data-filter]") ?? chosen ?? items()[0];
    const fields = [...popup.querySelectorAll("input, select, textarea, button, a[href]")];
    (first ?? fields.find((field) => field.checkVisibility() && !field.disabled && field.type !== "hidden"))?.focus();
  };

  const load = async (button) => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const answer = await request.ask(addressOf(button));
    if (answer.ok) show(button, answer.text);
    else await request.fail(answer);
    button.removeAttribute("aria-busy");
  };

  // The card may have been swapped meanwhile: find its new button by the address.
  const giveFocusBack = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const twin = opener.isConnected
      ? opener
      : [...document.querySelectorAll("[data-popup]")].find((button) => addressOf(button) === addressOf(opener));
    twin?.focus({ preventScroll: true });
  };

  const move = (step) => {
    const all = items();
    const now = all.indexOf(document.activeElement);
    const next = step === "first" ? 0 : step === "last" ? all.length - 1 : now < 0 ? (step < 0 ? -1 : 0) : now + step;
    all.at(next % all.length)?.focus();
  };

  const filter = (input) => {
    const wanted = input.value.trim().toLocaleLowerCase();
    for (const option of popup.querySelectorAll(ITEMS)) {
      const entry = option.closest("li") ?? option;
      entry.hidden = !option.textContent.toLocaleLowerCase().includes(wanted);
    }
    const none = popup.querySelector("[data-none]");
    if (none) none.hidden = items().length > 0;
    positionAt(opener);
  };

  const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };

  if (popup) {
    document.addEventListener("pointerdown", (event) => {
      const button = event.target.closest("[data-popup]");
      wasOpen = button && button === opener && popup.matches(":popover-open") ? button : null;
    }, { capture: true });

    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-popup]");
      if (!button || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (button === wasOpen) popup.matches(":popover-open") && popup.hidePopover();
      else load(button);
      wasOpen = null;
    });

    // A right click, a long press or Shift+F10 on what has a menu of its own; an arrow key on the menu's button.
    document.addEventListener("contextmenu", (event) => {
      const button = event.target.closest("[data-context]")?.querySelector("[data-popup]");
      if (!button || event.target.closest("input")) return;
      event.preventDefault();
      load(button);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" || !event.target.matches("[data-popup][aria-haspopup='menu']")) return;
      event.preventDefault();
      load(event.target);
    });

    popup.addEventListener("toggle", (event) => {
      if (event.newState === "open") return;
      const stay = () => popup.showPopover();
      const leave = () => {
        opener?.setAttribute("aria-expanded", "false");
        popup.replaceChildren();
        giveFocusBack();
      };
      document.dispatchEvent(new CustomEvent("discard", { detail: { from: popup, stay, leave } }));
    });

    popup.addEventListener("input", (event) => {
      if (event.target.matches("[data-filter]")) filter(event.target);
    });

    popup.addEventListener("keydown", (event) => {
      const field = popup.querySelector("[data-filter]");
      const inField = event.target.matches("input, select, textarea");
      const inFilter = field && event.target === field;
      if (event.key in STEPS && items().length && (!inField || (inFilter && event.key.startsWith("Arrow")))) {
        event.preventDefault();
        move(STEPS[event.key]);
      } else if (event.key === "Enter" && inFilter) {
        event.preventDefault();
        items()[0]?.click();
      } else if (event.key === "Tab" && popup.querySelector("[role='menu'], [role='listbox']")) {
        popup.hidePopover();
      } else if (event.key.length === 1 && event.key !== " " && !inField && !event.ctrlKey && !event.metaKey) {
        const letter = event.key.toLocaleLowerCase();
        if (field) field.focus();
        else items().find((item) => item.textContent.trim().toLocaleLowerCase().startsWith(letter))?.focus();
      }
    });

    addEventListener("resize", () => popup.matches(":popover-open") && positionAt(opener));
  }
}
