// On a phone a menu is a sheet over the dimmed page: a tap beside it closes it, and does nothing else.
{
  const popup = document.getElementById("popup");
  const NARROW = matchMedia("(max-width: 700px)");
  let isBeside = false;

  if (popup) {
    document.addEventListener("pointerdown", (event) => {
      isBeside = NARROW.matches && popup.matches(":popover-open") && !popup.contains(event.target);
    }, { capture: true });

    document.addEventListener("click", (event) => {
      if (!isBeside) return;
      isBeside = false;
      event.preventDefault();
      event.stopPropagation();
    }, { capture: true });
  }
}
