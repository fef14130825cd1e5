// @ts-check
// The order and the page of tables in the page's address. The page's links and forms were written
// before the reader's choices, and get those added.
import { closest } from "../elements.js";
import { PAGE, SORT } from "../shared.js";

let hasChanged = false;

/**
 * @param {string} panel
 * @param {Record<string, string>} chosen the order and the page, by their parameters
 */
export const remember = (panel, chosen) => {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(chosen)) {
    const others = url.searchParams.getAll(name).filter((other) => !other.startsWith(`${panel}:`));
    url.searchParams.delete(name);
    for (const other of others) url.searchParams.append(name, other);
    if (value) url.searchParams.append(name, `${panel}:${value}`);
  }
  history.replaceState(history.state, "", url);
  hasChanged = true;
};

/** @param {URLSearchParams | FormData} parameters */
const take = (parameters) => {
  const { searchParams } = new URL(location.href);
  for (const name of [SORT, PAGE]) {
    parameters.delete(name);
    for (const value of searchParams.getAll(name)) parameters.append(name, value);
  }
};

document.addEventListener(
  "click",
  (event) => {
    const link = closest(event, "a[href]");
    if (!hasChanged || !link) return;
    // By the attribute: links in drawings have no URL in `href`.
    const url = new URL(link.getAttribute("href") ?? "", location.href);
    if (url.origin !== location.origin || url.pathname !== location.pathname) return;
    take(url.searchParams);
    link.setAttribute("href", url.href);
  },
  true,
);
document.addEventListener("formdata", ({ target, formData }) => {
  const form = /** @type {HTMLFormElement} */ (target);
  if (hasChanged && form.method === "get" && !form.matches(".tb-form")) take(formData);
});
