// The number of contacts that wait (_news.html) stands in the page's title, too. A page that asks for its own contact
// alone (live.js) asks for the number when a change may alter it.
{
  const PAUSE = 2000; // milliseconds in which several changes are one question
  const KINDS = ["moved", "arrived", "trashed", "restored", "erased", "imported", "assigned", "columns", "gone"];
  let timer = null;

  const show = () => {
    const number = document.querySelector("#news [data-number]")?.dataset.number;
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    const wanted = number ? `(${number}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
  };

  const ask = async () => {
    timer = null;
    const answer = await request.ask(document.querySelector("meta[name='live']").dataset.news);
    if (answer.ok && !answer.isPage) request.apply(answer.text);
  };

  const home = document.getElementById("news")?.parentElement;
  if (home) new MutationObserver(show).observe(home, { attributes: true, childList: true, subtree: true });
  document.addEventListener("changed", ({ detail: { kind } }) => {
    if (home && !live.refetch && KINDS.includes(kind)) timer ??= setTimeout(ask, PAUSE);
  });
}
