// The page of an import follows what others do with it. What the worker does it asks for itself (`_import_state.html`).
{
  const place = () => document.getElementById("import");

  // Swapped only if the import has got further: choices that were made here stay.
  const follow = async () => {
    const answer = await request.ask(location.pathname);
    const now = new DOMParser().parseFromString(answer.text, "text/html").getElementById("import");
    if (!answer.ok || !now || now.dataset.state === place().dataset.state) return;
    await htmx.swap({ text: answer.text, sourceElement: document.body, target: place(), swap: "outerHTML" });
  };

  document.addEventListener("changed", ({ detail }) => detail.kind === "imported" && follow());
  document.addEventListener("missed", follow);
}
