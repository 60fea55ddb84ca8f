// The column switcher of the phone: one button per column of the board, made from the columns themselves, so that it
// knows every renamed, new or shifted one. Hidden by the stylesheet on wider windows.
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
      // Asked anew: a search replaces the columns.
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
