// Starts each island as it appears, also those that stream in after the first.
const { js, wasm } = document.getElementById("loader").dataset;
const module = await import(js);
await module.default({ module_or_path: wasm });
module.hydrate();

const start = (island) => {
  if ("started" in island.dataset) return;
  island.dataset.started = "";
  const run = module[island.dataset.component];
  // The page and the wasm come from different builds: reloading brings them together.
  if (!run) return console.error("no such island:", island.dataset.component);
  run(island);
};
const startAll = (root) => root.querySelectorAll?.("leptos-island").forEach(start);

new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) {
      if (node.localName === "leptos-island") start(node);
      startAll(node);
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });
startAll(document);
