// @ts-check
// The stream of events of a page: which edition each panel has, and that the page is outdated.
import { say } from "../live-sign.js";
import { attemptLater, cancelAttempt, resetPause } from "./attempts.js";

/** @typedef {import("./news.js").News} News */
/** @typedef {{ panels(news: Record<string, News>): void, outdated(): void }} Listener */

/** @type {EventSource | undefined} */
let stream;

/**
 * Opens the stream where there is none and the page is looked at. The server repeats all that it
 * knows when a page comes back, unless the page has it already.
 *
 * @param {string} address
 * @param {Listener} listener
 */
export const open = (address, listener) => {
  if (stream || document.hidden) return;
  stream = new EventSource(new URL(address, location.href));
  stream.addEventListener("open", () => {
    resetPause();
    say("live");
  });
  stream.addEventListener("panels", ({ data }) => {
    say("live");
    listener.panels(JSON.parse(data));
  });
  stream.addEventListener("outdated", () => {
    close();
    listener.outdated();
  });
  stream.addEventListener("error", () => {
    say("away");
    // The browser comes back by itself, unless the answer was no stream at all.
    if (stream?.readyState !== EventSource.CLOSED) return;
    close();
    attemptLater(() => open(address, listener));
  });
};

export const close = () => {
  cancelAttempt();
  stream?.close();
  stream = undefined;
};
