// @ts-check
// Does what `navigation.js` does where the browser has no Navigation API: takes over links, forms and
// zooms that lead to pages of Brisk, and back and forward.
import { closest } from "../elements.js";
import { sayAway } from "./away.js";
import { pageAt } from "./prefetch.js";
import { isPage } from "./request.js";
import { show } from "./swap.js";

/** The index of the entry that is shown, which its state holds. */
let at = Number(history.state?.at ?? 0);
/** How far each entry was scrolled. @type {Map<number, number>} */
const scrolled = new Map();

/** @param {{ pathname: string, search: string }} url */
const pageOf = ({ pathname, search }) => pathname + search;
let shown = pageOf(location);

/** @param {URL} url */
const open = async (url) => {
  const isSame = url.pathname === location.pathname;
  const put = (/** @type {() => void} */ swap) => {
    scrolled.set(at, scrollY);
    if (url.href !== location.href) {
      at += 1;
      history.pushState({ at }, "", url);
    }
    shown = pageOf(url);
    swap();
    if (!isSame) scrollToPlace(url.hash);
  };
  const result = await show(() => pageAt(url.href), isSame, { put });
  if (result === "away") sayAway();
  if (result === "other") location.assign(url);
};

/** @param {string} hash */
const scrollToPlace = (hash) => {
  scrollTo({ top: 0, behavior: "instant" });
  if (!hash) return;
  // This, unlike a new entry, makes it the page's `:target`.
  location.replace(hash);
  history.replaceState({ at }, "");
};

/** @param {PopStateEvent} event */
const traverse = async ({ state }) => {
  // Another anchor on the current page.
  if (pageOf(location) === shown) return;
  const [from, to] = [at, Number(state?.at ?? 0)];
  const top = scrollY;
  const isSame = location.pathname === new URL(shown, location.href).pathname;
  const put = (/** @type {() => void} */ swap) => {
    scrolled.set(from, top);
    at = to;
    shown = pageOf(location);
    swap();
    scrollTo({ top: scrolled.get(to) ?? 0, behavior: "instant" });
  };
  const result = await show(() => pageAt(location.href), isSame, { put });
  if (result === "other") location.reload();
  if (result !== "away") return;
  sayAway();
  // Restores the address, because the page never came.
  history.go(from - to);
};

/** @param {MouseEvent} event */
const follow = (event) => {
  const link = closest(event, "a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.hasAttribute("download") || link.hasAttribute("target")) return;
  // By the attribute: links in drawings have no URL in `href`.
  const url = new URL(link.getAttribute("href") ?? "", location.href);
  if (!isPage(url) || (url.hash && pageOf(url) === pageOf(location))) return;
  event.preventDefault();
  open(url);
};

/** @param {SubmitEvent} event */
const submit = (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const url = new URL(form.action);
  if (event.defaultPrevented || form.method !== "get" || !isPage(url)) return;
  event.preventDefault();
  // Brisk's forms have fields of text only.
  const fields = /** @type {[string, string][]} */ ([...new FormData(form, event.submitter)]);
  url.search = String(new URLSearchParams(fields));
  open(url);
};

/** A chart opens what was chosen in it. @param {Event} event */
const choose = (event) => {
  const url = new URL(/** @type {CustomEvent<string>} */ (event).detail, location.href);
  if (!isPage(url)) return;
  event.preventDefault();
  open(url);
};

if (!("navigation" in window)) {
  if (!history.state) history.replaceState({ at }, "");
  // While this page is shown: the browser would scroll before the content is there.
  addEventListener("pageshow", () => (history.scrollRestoration = "manual"));
  addEventListener("pagehide", () => (history.scrollRestoration = "auto"));
  addEventListener("popstate", traverse);
  document.addEventListener("click", follow);
  document.addEventListener("submit", submit);
  document.addEventListener("brisk-open", choose);
}
