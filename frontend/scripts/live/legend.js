// @ts-check
// The legend of a chart: its entries switch series off and on. The server draws what is left. Which
// ones are hidden is kept on the section around the chart, into which newer markup is put.
import { closest, findAll } from "../elements.js";

/**
 * Calls `changed` with a panel's section whenever its visible series change.
 *
 * @param {(card: HTMLElement) => void} changed
 */
export const onToggle = (changed) =>
  document.addEventListener("click", (event) => {
    const entry = closest(event, ".legend-item");
    /** @type {HTMLElement | null | undefined} */
    const card = entry?.closest("[data-panel]");
    if (!entry || !card) return;
    entry.setAttribute("aria-pressed", String(entry.getAttribute("aria-pressed") === "false"));
    const off = /** @type {HTMLButtonElement[]} */ (findAll(card, '.legend-item[aria-pressed="false"]'));
    card.dataset.hidden = off.map(({ value }) => value).join("\n");
    changed(card);
  });

/**
 * The hidden series of these panels, as the server reads them: a block for each, separated by empty
 * lines; its first line is the panel, each other line a series.
 *
 * @param {(HTMLElement | null)[]} cards
 */
export const hiddenIn = (cards) =>
  cards.flatMap((card) => (card?.dataset.hidden ? [`${card.dataset.panel}\n${card.dataset.hidden}`] : [])).join("\n\n");
