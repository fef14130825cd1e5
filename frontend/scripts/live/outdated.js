// @ts-check
// Reloads an outdated page, but not endlessly: while processes of two builds serve, it may be
// outdated for one of them each time.
import { say } from "../live-sign.js";
import { reloadInPlace } from "../pages/reload.js";
import { attemptAfter, attemptLater } from "./attempts.js";

const [RELOADS, WITHIN, KEY] = [5, 60_000, "brisk-reloads"];

/**
 * Tries until the page has been replaced.
 *
 * @param {() => boolean} isOutdated whether it still is
 */
export const replaceOutdated = async (isOutdated) => {
  const again = () => {
    if (!document.hidden) replaceOutdated(isOutdated);
  };
  const now = Date.now();
  /** @type {number[]} */
  const stored = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
  const lately = stored.filter((at) => at <= now && now - at < WITHIN);
  if (lately.length >= RELOADS) {
    attemptAfter(WITHIN - (now - lately[0]), again);
    return;
  }
  sessionStorage.setItem(KEY, JSON.stringify([...lately, now]));
  if ((await reloadInPlace()) || !isOutdated()) return;
  say("away");
  attemptLater(again);
};
