// @ts-check
// Puts the newer content of a panel in place of what it shows. The reader stays where they were: in a
// long table, at a point of a chart, and with the focus.
import { find } from "../elements.js";
import { countFrom } from "./elapsed.js";
import { markPrevious } from "./freshness-mark.js";
import { arrive } from "./motion.js";

/** @typedef {import("./news.js").Heard} Heard */

/**
 * What a panel shows.
 *
 * @param {HTMLElement | null} card
 */
export const contentOf = (card) => card && find(card, ":scope > .content");

/**
 * @param {HTMLElement | null} card
 * @param {string} html
 * @param {Heard | undefined} news what was said of the panel while its content came
 * @returns the new content, also where what is shown stays
 */
export const replace = (card, html, news) => {
  const before = contentOf(card);
  if (!card || !before) return undefined;
  const template = document.createElement("template");
  template.innerHTML = html;
  const after = /** @type {HTMLElement} */ (template.content.firstElementChild);
  // What is shown stays until there is something to show.
  if (after.dataset.state === "late" && before.dataset.edition !== undefined) {
    markPrevious(before);
    return after;
  }
  const focused = focusWithin(before);
  const scroll = find(before, ".scroll");
  // Read before the element leaves the page, which resets it.
  const { scrollTop: top, scrollLeft: left } = scroll ?? { scrollTop: 0, scrollLeft: 0 };
  const figure = find(before, ".stat-figure")?.textContent;
  const { reading } = card.dataset;
  // A failure is announced once, not again and again.
  if (before.dataset.error && before.dataset.error === after.dataset.error) {
    find(after, "[role=alert]")?.removeAttribute("role");
  }
  before.replaceWith(after);
  // The old chart clears the current point when it ends.
  if (reading !== undefined) card.dataset.reading = reading;
  if (focused) (find(after, focused) ?? find(after, "[tabindex]"))?.focus({ preventScroll: true });
  find(after, ".scroll")?.scrollTo({ top, left, behavior: "instant" });
  if (before.dataset.edition !== after.dataset.edition) arrive(after, figure);
  if (news?.state === "loading") countFrom(after, news);
  if (news?.state === "previous" && news.edition === after.dataset.edition) markPrevious(after);
  return after;
};

/**
 * Fills the table below the chart, on a panel's own page.
 *
 * @param {string} html
 */
export const fillTable = (html) => {
  const box = find(document, "#data .scroll");
  if (!box) return;
  const focused = box === document.activeElement ? undefined : focusWithin(box);
  const { scrollTop: top, scrollLeft: left } = box;
  box.innerHTML = html;
  box.scrollTo({ top, left, behavior: "instant" });
  if (focused) (find(box, focused) ?? box).focus({ preventScroll: true });
};

/**
 * A selector that finds the focused element again in newer markup: the same link or button, else
 * the first focusable one.
 *
 * @param {HTMLElement} element
 */
const focusWithin = (element) => {
  const focused = document.activeElement;
  if (!focused || !element.contains(focused)) return undefined;
  for (const name of ["href", "value", "aria-label"]) {
    const value = focused.getAttribute(name);
    if (value) return `${focused.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return "[tabindex]";
};
