// @ts-check
// The head of a page says when its oldest panel was loaded.
import { find, findAll } from "../elements.js";

/** @param {HTMLElement} main */
export const showLoadedAt = (main) => {
  const place = find(document, ".loaded-at");
  const shown = findAll(main, ".content[data-as-of]").map(({ dataset }) => dataset);
  if (!place || shown.length === 0) return;
  const oldest = shown.reduce((a, b) => (Number(b.asOf) < Number(a.asOf) ? b : a));
  place.textContent = `loaded ${oldest.at}`;
};
