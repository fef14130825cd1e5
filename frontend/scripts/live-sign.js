// @ts-check
// The sign in the toolbar that says how the page follows its data.
import { find } from "./elements.js";

/** @param {"live" | "by-hand" | "away"} state "away": the server does not answer */
export const say = (state) => {
  const sign = find(document, ".live-sign");
  if (!sign || sign.dataset.state === state) return;
  sign.dataset.state = state;
  const isAway = state === "away";
  const words = /** @type {HTMLElement} */ (sign.nextElementSibling);
  words.textContent = isAway ? "Offline" : (words.dataset.words ?? "");
  const summary = /** @type {HTMLElement} */ (sign.closest("summary"));
  summary.setAttribute("aria-label", `Follows its data: ${words.textContent}`);
  summary.title = isAway
    ? "The server is not responding. This page stays as it is, and catches up once the server is back."
    : "";
};
