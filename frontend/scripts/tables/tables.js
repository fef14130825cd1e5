// @ts-check
// The server sorts and pages tables, through the form around each. Where all rows were sent, this
// does the same at once. What the reader chose is kept on the section around the table, into which
// newer markup is put, and in the address.
import { find, findAll } from "../elements.js";
import { PAGE, SORT } from "../shared.js";
import { remember } from "./address.js";
import { arrange } from "./rows.js";

const WHOLE = "form.tb-form[data-whole]";

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (!form.matches(".tb-form") || !button) return;
  if (!form.matches(WHOLE)) {
    dropOrder(form, button);
    return;
  }
  event.preventDefault();
  const [section, { panel = "" }] = [sectionOf(form), form.dataset];
  const value = button.value.slice(panel.length + 1);
  // Another order begins at its first page.
  const [sort, page] = button.name === SORT ? [value, 0] : [section.dataset.sort ?? "", Number(value) - 1];
  Object.assign(section.dataset, { sort, at: page });
  arrange(form, sort, page);
  const scroll = form.closest(".scroll");
  if (button.name === PAGE && scroll) scroll.scrollTop = 0;
  remember(panel, { [SORT]: sort, [PAGE]: page ? String(page + 1) : "" });
  // A button that was disabled has lost the focus.
  if (button.disabled) find(form, ".tb-pager button:enabled")?.focus();
});

/**
 * The page buttons send the current order along; a new order replaces it.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 */
const dropOrder = (form, button) => {
  if (button.name !== SORT) return;
  const before = `input[name=${SORT}][value^="${CSS.escape(form.dataset.panel ?? "")}:"]`;
  for (const input of findAll(form, before)) input.setAttribute("disabled", "");
};

/** @param {HTMLFormElement} form */
const sectionOf = (form) => /** @type {HTMLElement} */ (form.closest("section"));

/**
 * The first markup reflects the address that the reader opened; later markup follows their choices.
 *
 * @param {HTMLFormElement} form
 */
const follow = (form) => {
  const { dataset: chosen } = sectionOf(form);
  const { sort = "", at = "0" } = form.dataset;
  chosen.sort ??= sort;
  chosen.at ??= at;
  if (chosen.sort !== sort || chosen.at !== at) arrange(form, chosen.sort, Number(chosen.at));
};

/** @param {Node} root */
const followAll = (root) => {
  if (!(root instanceof Element || root instanceof Document)) return;
  /** @type {HTMLFormElement[]} */ (findAll(root, WHOLE)).forEach(follow);
};

new MutationObserver((changes) => {
  for (const { addedNodes } of changes) addedNodes.forEach(followAll);
}).observe(document.documentElement, { childList: true, subtree: true });
followAll(document);
