// @ts-check
// Charts on a time axis share their crosshair: the one under the pointer writes its instant into
// `data-at`, and all others in sight get a thin line there. Nothing subscribes, so charts may come
// and go.
import { find, findAll } from "./elements.js";

/** @param {string | undefined} list */
const numbers = (list = "") => list.split(" ").map(Number);

/**
 * Where the instant lies on another chart, as a fraction of its plot: lines place a bucket at its
 * start, bars have a band for each.
 *
 * @param {HTMLElement} chart
 * @param {number[]} instant the start and the middle of the bucket
 */
const fraction = (chart, [start, middle]) => {
  const [from, to, bars] = numbers(chart.dataset.t);
  const x = ((bars ? middle : start) - from) / (to - from);
  if (!(x >= 0 && x <= 1)) return undefined;
  return bars ? (Math.min(Math.floor(x * bars), bars - 1) + 0.5) / bars : x;
};

/** @param {HTMLElement} chart */
const isInSight = (chart) => {
  const { top, bottom } = chart.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
};

/** @param {HTMLElement} chart */
const lineOf = (chart) => {
  const line = find(chart, ":scope > .twin") ?? document.createElement("div");
  line.className = "twin";
  if (!line.isConnected) chart.append(line);
  return line;
};

/** @param {HTMLElement} source */
const share = (source) => {
  const at = source.dataset.at && numbers(source.dataset.at);
  for (const chart of findAll(document, ".chart[data-t]")) {
    const x = at && chart !== source && isInSight(chart) ? fraction(chart, at) : undefined;
    if (x === undefined) {
      find(chart, ":scope > .twin")?.remove();
      continue;
    }
    const [left, right, top, bottom] = numbers(chart.dataset.m);
    lineOf(chart).style.cssText = `--at-x:calc(${left}px + (100cqw - ${left + right}px) * ${x});--top:${top}px;--bottom:${bottom}px`;
  }
};

/** @type {HTMLElement | undefined} */
let shared;
new MutationObserver((changes) => {
  const pointed = changes.flatMap(({ type, target }) =>
    // A chart that was removed from the page points nowhere.
    type === "attributes" && target instanceof HTMLElement && target.isConnected ? [target] : [],
  );
  // Of several changes at once, only the last one has the pointer's position.
  const chart = pointed.findLast(({ dataset }) => "at" in dataset) ?? pointed.at(-1);
  if (chart) share((shared = chart));
  else if (shared && !shared.isConnected) {
    shared = undefined;
    for (const line of findAll(document, ".chart > .twin")) line.remove();
  }
}).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-at"] });
