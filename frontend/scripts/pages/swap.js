// @ts-check
// Replaces the current page by another: scroll position and focus stay, and nothing goes blank.
import { find, findAll } from "../elements.js";
import { fadeIn } from "../fade-in.js";
import { released } from "../press.js";
import { placeOfFocus } from "./focus.js";
import { Away } from "./request.js";

/** @type {(() => void)[]} */
const beginnings = [];

/**
 * Runs `begin` once the first page is complete, and again for each that replaces it.
 *
 * @param {() => void} begin
 */
export const onEachPage = (begin) => {
  beginnings.push(begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
};

let turn = 0;

/**
 * The outcome of loading a page: "shown", also where a newer one has begun meanwhile; "away" if the
 * server does not answer, and the current page stays; "other" if it cannot replace a page.
 *
 * @param {() => Promise<Document>} coming
 * @param {boolean} isSame whether it is another view of what is shown
 * @param {{ signal?: AbortSignal, put?: (swap: () => void) => void }} [options] `put` swaps, and does
 *   what belongs to the same moment
 * @returns {Promise<"shown" | "away" | "other">}
 */
export const show = async (coming, isSame, { signal, put = (swap) => swap() } = {}) => {
  const root = document.documentElement;
  const own = ++turn;
  root.dataset.swapping = "";
  const busy = setTimeout(() => root.classList.add("busy"), 150);
  const isOver = () => own !== turn || signal?.aborted;
  try {
    const page = await coming();
    await released();
    if (isOver()) return "shown";
    if (isOfAnotherBuild(page)) {
      location.reload();
      return "shown";
    }
    put(() => swap(page, isSame));
    // Not as a view transition: while one runs, presses are lost.
    fadeIn(findAll(document, isSame ? ".panel-body" : "main"));
    return "shown";
  } catch (error) {
    if (isOver() || (error instanceof DOMException && error.name === "AbortError")) return "shown";
    return error instanceof Away ? "away" : "other";
  } finally {
    clearTimeout(busy);
    if (own === turn) {
      root.classList.remove("busy");
      delete root.dataset.swapping;
    }
  }
};

/**
 * Whether another build of the server wrote the page: scripts, wasm and styles belong to the pages
 * of their own build.
 *
 * @param {Document} page
 */
const isOfAnotherBuild = (page) => assetsOf(page) !== assetsOf(document);

/** @param {Document} page */
const assetsOf = (page) => {
  const { src, dataset } = /** @type {HTMLScriptElement} */ (page.getElementById("loader"));
  return [src, dataset.js, dataset.wasm, find(page, "link[rel=stylesheet]")?.getAttribute("href")].join();
};

/**
 * @param {Document} page
 * @param {boolean} isSame
 */
const swap = (page, isSame) => {
  const place = isSame ? placeOfFocus() : undefined;
  document.title = page.title;
  takeLooks(document.documentElement, page.documentElement);
  takeLooks(document.body, page.body);
  // What would have streamed comes over the live channel.
  for (const late of page.querySelectorAll("body > :is(template, script)")) late.remove();
  document.body.replaceChildren(...page.body.childNodes);
  for (const begin of beginnings) begin();
  const focused = place?.();
  focused?.focus({ preventScroll: true });
  if (!focused && !isSame) focusHeading();
};

/**
 * @param {HTMLElement} own
 * @param {HTMLElement} other
 */
const takeLooks = (own, other) => {
  for (const name of ["class", "data-theme"]) {
    const value = other.getAttribute(name);
    if (value === null) own.removeAttribute(name);
    else own.setAttribute(name, value);
  }
};

const focusHeading = () => {
  const heading = find(document, "h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
};
