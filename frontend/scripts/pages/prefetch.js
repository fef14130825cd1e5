// @ts-check
// Fetches pages ahead of a click: once a pointer rests on their link, it gets the focus, or a finger
// touches it.
import { closest } from "../elements.js";
import { get, isPage } from "./request.js";

// How long a prefetched page counts as current, in ms.
const CURRENT = 5_000;
// How long a pointer has to stay to count as resting, in ms.
const REST = 80;

/** @type {Map<string, { page: Promise<Document>, at: number }>} */
const prefetched = new Map();

/**
 * The page of an address, fetched ahead or now.
 *
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export const pageAt = (address, signal) => {
  const [href] = address.split("#");
  const known = prefetched.get(href);
  prefetched.delete(href);
  return known && performance.now() - known.at < CURRENT ? known.page : get(href, signal);
};

/** @param {string} href */
const prefetch = (href) => {
  const page = get(href);
  page.catch(() => prefetched.delete(href));
  prefetched.set(href, { page, at: performance.now() });
  setTimeout(() => prefetched.delete(href), CURRENT);
};

/** Only some browsers know. */
const savesData = () =>
  /** @type {Navigator & { connection?: { saveData: boolean } }} */ (navigator).connection?.saveData;

/** @type {number | undefined} */
let resting;
/** @param {Event} event */
const intend = (event) => {
  const link = closest(event, "a[href]");
  if (!link || savesData()) return;
  // By the attribute: links in drawings have no URL in `href`.
  const url = new URL(link.getAttribute("href") ?? "", location.href);
  url.hash = "";
  if (!isPage(url) || url.href === location.href.split("#")[0] || prefetched.has(url.href)) return;
  clearTimeout(resting);
  if (event.type === "touchstart") prefetch(url.href);
  else resting = setTimeout(() => prefetch(url.href), REST);
};
document.addEventListener("pointerover", intend);
document.addEventListener("pointerout", () => clearTimeout(resting));
document.addEventListener("focusin", intend);
document.addEventListener("touchstart", intend, { passive: true });
