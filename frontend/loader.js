// Starts each island as it appears, also those that stream in after the first.
const { js, wasm } = document.getElementById("loader").dataset;
const module = await import(js);
await module.default({ module_or_path: wasm });
module.hydrate();

// While the page streams in, the parser may be in the middle of an island: one that has nothing behind
// it yet may lack some of its own markup, and waits for what comes next.
const waiting = new Set();
const charts = new Map();
const isWhole = (node) => {
  if (document.readyState !== "loading") return true;
  for (let at = node; at; at = at.parentNode) if (at.nextSibling) return true;
  return false;
};

const start = (island) => {
  if ("started" in island.dataset) return;
  if (!isWhole(island)) return waiting.add(island);
  waiting.delete(island);
  const { component } = island.dataset;
  // The page and the wasm come from different builds: reloading brings them together.
  if (!module[component]) return console.error("no such island:", component);
  if (!component.startsWith("Chart_")) {
    island.dataset.started = "";
    module[component](island);
  } else if (!("waits" in island.dataset)) {
    // The server has drawn it: it starts when it comes near to being seen, or is touched.
    island.dataset.waits = "";
    near.observe(boxOf(island));
  }
};
// An island has no box of its own, but it has a panel around it.
const boxOf = (island) => island.closest("section") ?? document.body;
const startAll = (root) => root.querySelectorAll?.("leptos-island").forEach(start);

// Charts are replaced as their data change, and have to give back what they took.
const startChart = (island) => {
  if (!("waits" in island.dataset)) return;
  delete island.dataset.waits;
  near.unobserve(boxOf(island));
  island.dataset.started = "";
  charts.set(island, module.start_chart(island));
};
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) target.querySelectorAll("leptos-island[data-waits]").forEach(startChart);
    }
  },
  { rootMargin: "200px" },
);
for (const touch of ["pointerover", "focusin", "touchstart"]) {
  addEventListener(
    touch,
    ({ target }) => {
      const island = target.closest?.("leptos-island[data-waits]");
      if (island) startChart(island);
    },
    { capture: true, passive: true },
  );
}

// Those that were only moved are still there when all changes are known.
const endAll = () => {
  for (const [island, chart] of charts) {
    if (island.isConnected) continue;
    charts.delete(island);
    chart?.free();
  }
};

new MutationObserver((changes) => {
  waiting.forEach(start);
  for (const change of changes) {
    for (const node of change.addedNodes) {
      if (node.localName === "leptos-island") start(node);
      startAll(node);
    }
  }
  if (changes.some(({ removedNodes }) => removedNodes.length > 0)) endAll();
}).observe(document.documentElement, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => waiting.forEach(start));
startAll(document);
