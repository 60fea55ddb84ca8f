// The column switcher on phones: one button per column, built from the columns of the page, so that it follows renamed,
// new and shifted ones. Hidden by the stylesheet in wider windows.
{
  const bar = document.querySelector("[data-columnbar]");
  const board = document.querySelector(".board");
  const columns = () => [...board.querySelectorAll(":scope > [data-column]")];

  const mark = () => {
    const middle = board.getBoundingClientRect().left + board.clientWidth / 2;
    const current = columns().findIndex((column) => column.getBoundingClientRect().right > middle);
    [...bar.children].forEach((button, index) => {
      if (index !== current) button.removeAttribute("aria-current");
      else if (!button.hasAttribute("aria-current")) {
        button.setAttribute("aria-current", "true");
        bar.scrollTo({ left: button.offsetLeft - (bar.clientWidth - button.offsetWidth) / 2, behavior: "smooth" });
      }
    });
  };

  const fill = () => {
    bar.replaceChildren(...columns().map((column, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.key = column.dataset.key ?? "";
      button.textContent = column.querySelector("h2")?.textContent.trim() ?? "";
      // Queried again: a search replaces the columns.
      const place = { inline: "center", block: "nearest", behavior: "smooth" };
      button.addEventListener("click", () => columns()[index]?.scrollIntoView(place));
      return button;
    }));
    mark();
  };

  if (bar && board) {
    fill();
    board.addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
    const names = () => columns().map((column) => column.querySelector("h2")?.textContent.trim()).join("\n");
    let known = names();
    document.addEventListener("htmx:after:swap", () => {
      if (names() === known) return;
      known = names();
      fill();
    });
  }
}
