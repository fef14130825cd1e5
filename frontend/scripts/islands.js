// @ts-check
// Starts each island as it appears, also those that stream in later.
import { closest, findAll } from "./elements.js";

/** @typedef {{ free(): void }} Chart what a started chart holds until it is freed */
/**
 * What wasm-bindgen writes, and a function for each component.
 *
 * @typedef {{
 *   default(options: { module_or_path: string | undefined }): Promise<unknown>,
 *   hydrate(): void,
 *   start_chart(island: Element): Chart | undefined,
 * } & Record<string, (island: Element) => void>} Wasm
 */

// The latest pointer event: the pointer may rest on a chart before that starts.
/** @type {PointerEvent | undefined} */
let pointer;
addEventListener("pointermove", (event) => (pointer = event), { capture: true, passive: true });

const { js, wasm } = /** @type {HTMLElement} */ (document.getElementById("loader")).dataset;
/** @type {Wasm} */
const module = await import(/** @type {string} */ (js));
await module.default({ module_or_path: wasm });
module.hydrate();

/** @type {Set<HTMLElement>} */
const incomplete = new Set();
/** @type {Map<HTMLElement, Chart | undefined>} */
const charts = new Map();

/**
 * While the page streams in, the parser may be in the middle of an island: one that nothing follows
 * yet may lack some of its own markup.
 *
 * @param {Node | null} node
 */
const isComplete = (node) => {
  if (document.readyState !== "loading") return true;
  for (let at = node; at; at = at.parentNode) if (at.nextSibling) return true;
  return false;
};

/** @param {HTMLElement} island */
const start = (island) => {
  if ("started" in island.dataset) return;
  if (!isComplete(island)) {
    incomplete.add(island);
    return;
  }
  incomplete.delete(island);
  const component = island.dataset.component ?? "";
  if (!module[component]) {
    // The page and the wasm come from different builds: reloading brings them together.
    console.error("no such island:", component);
  } else if (!component.startsWith("Chart_")) {
    island.dataset.started = "";
    module[component](island);
  } else if (!("waits" in island.dataset)) {
    // The server has drawn it: it starts when it comes near the viewport, or is touched.
    island.dataset.waits = "";
    near.observe(boxOf(island));
  }
};

/**
 * An island has no box of its own, but it has a panel around it.
 *
 * @param {HTMLElement} island
 * @returns {HTMLElement}
 */
const boxOf = (island) => island.closest("section") ?? document.body;

/** @param {ParentNode} root */
const startAll = (root) => findAll(root, "leptos-island").forEach(start);

/**
 * Charts are replaced as their data change, and have to be freed then.
 *
 * @param {HTMLElement} island
 */
const startChart = (island) => {
  if (!("waits" in island.dataset)) return;
  delete island.dataset.waits;
  near.unobserve(boxOf(island));
  island.dataset.started = "";
  charts.set(island, module.start_chart(island));
  // A task later, once it listens.
  setTimeout(() => pointAgain(island));
};

/**
 * Repeats the latest pointer event for a chart that has just started under it.
 *
 * @param {HTMLElement} island
 */
const pointAgain = (island) => {
  // A reader who is on a point, by whatever means, stays there.
  if (!pointer || pointer.pointerType === "touch" || "reading" in boxOf(island).dataset) return;
  const { clientX, clientY, pointerType } = pointer;
  const under = document.elementFromPoint(clientX, clientY);
  if (!under || !island.closest(".chart")?.contains(under)) return;
  under.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, pointerType, bubbles: true }));
};

const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) findAll(target, "leptos-island[data-waits]").forEach(startChart);
    }
  },
  { rootMargin: "200px" },
);
for (const touch of ["pointerover", "focusin", "touchstart"]) {
  addEventListener(
    touch,
    (event) => {
      const island = closest(event, ".chart")?.querySelector("leptos-island[data-waits]");
      if (island instanceof HTMLElement) startChart(island);
    },
    { capture: true, passive: true },
  );
}

const freeRemoved = () => {
  for (const [island, chart] of charts) {
    if (island.isConnected) continue;
    charts.delete(island);
    chart?.free();
  }
};

new MutationObserver((changes) => {
  incomplete.forEach(start);
  for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
    if (!(node instanceof HTMLElement)) continue;
    if (node.localName === "leptos-island") start(node);
    startAll(node);
  }
  // Islands that were only moved are back in the page by the time all changes are known.
  if (changes.some(({ removedNodes }) => removedNodes.length > 0)) freeRemoved();
}).observe(document.documentElement, { childList: true, subtree: true });
document.addEventListener("DOMContentLoaded", () => incomplete.forEach(start));
startAll(document);
