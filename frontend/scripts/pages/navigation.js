// @ts-check
// Takes over navigations between Brisk's pages. Where the answer is not a page, it becomes an
// ordinary navigation. For browsers without the Navigation API, see `history.js`.
import { sayAway } from "./away.js";
import { pageAt } from "./prefetch.js";
import { isPage, post } from "./request.js";
import { show } from "./swap.js";

// Not every browser has it, whatever its type says.
const navigation = /** @type {Navigation | undefined} */ (window.navigation);

// Restores the address after a page that never came: the one before it is still shown.
const BACK = "back to what is shown";

navigation?.addEventListener("navigate", (event) => {
  const url = new URL(event.destination.url);
  if (event.info === BACK && event.canIntercept) {
    event.intercept({ focusReset: "manual", scroll: "manual", handler: async () => {} });
    return;
  }
  if (!event.canIntercept || event.hashChange || event.downloadRequest !== null || event.formData) return;
  if (!isPage(url) || event.navigationType === "reload") return;
  // A script has changed the address, and shows the change already.
  if (event.destination.sameDocument && event.navigationType !== "traverse") return;
  const isSame = url.pathname === location.pathname;
  const before = { key: navigation.currentEntry?.key ?? "", url: location.href };
  event.intercept({
    focusReset: "manual",
    // Back and forward restore their scroll position; the same dashboard keeps its own.
    scroll: isSame && event.navigationType !== "traverse" ? "manual" : "after-transition",
    handler: async () => {
      const result = await show(() => pageAt(url.href, event.signal), isSame, { signal: event.signal });
      // The address is the new one already.
      if (result === "other") location.reload();
      if (result !== "away") return;
      sayAway();
      // Not before this navigation has ended.
      setTimeout(() => giveBack(before, event.navigationType));
    },
  });
});

/**
 * @param {{ key: string, url: string }} before
 * @param {NavigationType} type
 */
const giveBack = ({ key, url }, type) => {
  if (type === "replace") history.replaceState(null, "", url);
  else navigation?.traverseTo(key, { info: BACK });
};

// "Refresh" leads back to where it was pressed.
document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { pathname } = new URL(form.action);
  if (event.defaultPrevented || form.method !== "post" || !/^\/d\/[^/]+\/refresh$/.test(pathname)) return;
  event.preventDefault();
  const result = await show(() => post(form), true);
  if (result === "away") sayAway();
  // An ordinary page load shows what is wrong.
  if (result === "other") location.reload();
});
