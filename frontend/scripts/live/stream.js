// @ts-check
// The stream of events of a page: which edition each panel has, and that the page is outdated.
import { say } from "../live-sign.js";
import { attemptLater, cancelAttempt, resetPause } from "./attempts.js";

/** @typedef {import("./news.js").News} News */
/** @typedef {{ panels(news: Record<string, News>): void, outdated(): void }} Listener */

// Some browsers end a page's stream on leaving it, which is not a failure.
const AWAY = 1_000;

/** @type {EventSource | undefined} */
let stream;
/** @type {number | undefined} */
let away;

/**
 * Opens the stream if there is none and the page is visible. When a page reconnects, the server
 * repeats all news that the page does not have yet.
 *
 * @param {string} address
 * @param {Listener} listener
 */
export const open = (address, listener) => {
  if (stream || document.hidden) return;
  stream = new EventSource(new URL(address, location.href));
  stream.addEventListener("open", () => {
    resetPause();
    sayLive();
  });
  stream.addEventListener("panels", ({ data }) => {
    sayLive();
    listener.panels(JSON.parse(data));
  });
  stream.addEventListener("outdated", () => {
    close();
    listener.outdated();
  });
  stream.addEventListener("error", () => {
    away ??= setTimeout(() => say("away"), AWAY);
    // The browser reconnects on its own, unless the answer was not a stream.
    if (stream?.readyState !== EventSource.CLOSED) return;
    end();
    attemptLater(() => open(address, listener));
  });
};

export const close = () => {
  end();
  dropAway();
};

const end = () => {
  cancelAttempt();
  stream?.close();
  stream = undefined;
};

const sayLive = () => {
  dropAway();
  say("live");
};

const dropAway = () => {
  clearTimeout(away);
  away = undefined;
};
