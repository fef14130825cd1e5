// @ts-check
// The mark on a panel whose newer value is on its way, as the server would write it.
import { find } from "../elements.js";

/**
 * Marks what is shown, without moving anything.
 *
 * @param {HTMLElement} content
 */
export const markPrevious = (content) => {
  if (content.dataset.edition === undefined || find(content, ":scope > .mark.updating")) return;
  find(content, ":scope > .mark")?.remove();
  content.dataset.state = "previous";
  const mark = document.createElement("span");
  mark.className = "mark updating";
  mark.title = "A newer value is on its way";
  mark.append(`as of ${content.dataset.at}`);
  const words = document.createElement("span");
  words.className = "mark-words";
  words.append(", updating");
  mark.append(words);
  content.prepend(mark);
};
