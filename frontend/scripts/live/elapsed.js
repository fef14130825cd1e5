// @ts-check
// Late panels show for how long they have been loading.
import { find, findAll } from "../elements.js";

/**
 * Counts from when the load began, as the server says.
 *
 * @param {HTMLElement} content
 * @param {import("./news.js").Heard} news
 */
export const countFrom = ({ dataset }, { elapsed = 0, heard }) => {
  dataset.elapsed = String(elapsed + performance.now() - heard);
  delete dataset.since;
};

/** @param {HTMLElement} main */
export const showElapsed = (main) => {
  for (const content of findAll(main, '.content[data-state="late"]')) {
    const elapsed = elapsedOf(content);
    const words = find(content, ".elapsed");
    const bar = content.querySelector("progress");
    if (words) words.textContent = `${Math.round(elapsed / 1_000)} s`;
    // Never full before it is done.
    if (bar) bar.value = Math.min(elapsed, bar.max * 0.98);
  }
};

/** @param {HTMLElement} content */
const elapsedOf = ({ dataset }) => {
  dataset.since ??= String(performance.now() - Number(dataset.elapsed ?? 0));
  return performance.now() - Number(dataset.since);
};
