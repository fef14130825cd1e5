// @ts-check
// Remembers where the focus is, to restore it in the next page.
import { find, findAll } from "../elements.js";

const SUMMARIES = "details.pop > summary";

/** @typedef {() => HTMLElement | null | undefined} Place looks for the element in the page as it is then */

/** @returns {Place | undefined} */
export const placeOfFocus = () => {
  const element = document.activeElement;
  if (!element || element === document.body) return undefined;
  const popover = element.closest("details.pop");
  if (popover) {
    // A popover closes after a choice; its button gets the focus, as after Escape.
    const index = findAll(document, SUMMARIES).findIndex(({ parentNode }) => parentNode === popover);
    return () => findAll(document, SUMMARIES)[index];
  }
  const { id } = element;
  if (id) return () => document.getElementById(id);
  /** @type {HTMLElement | null} */
  const panel = element.closest("[data-panel]");
  return panel ? placeInPanel(panel, element) : undefined;
};

/**
 * @param {HTMLElement} panel
 * @param {Element} element
 * @returns {Place}
 */
const placeInPanel = ({ dataset }, element) => {
  const selector = `[data-panel="${CSS.escape(dataset.panel ?? "")}"]`;
  const label = element.getAttribute("aria-label");
  const candidates = ["a"];
  if (element.closest(".chart")) candidates.unshift(".chart");
  // After a choice, a chart's mark has the same label but another address.
  if (element.closest(".chart") && label) candidates.unshift(`[aria-label="${CSS.escape(label)}"]`);
  return () => {
    const after = find(document, selector);
    return after && candidates.map((candidate) => find(after, candidate)).find(Boolean);
  };
};
