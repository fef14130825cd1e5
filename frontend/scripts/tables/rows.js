// @ts-check
// The rows of a table that was sent whole: sorts and pages them by the places that the server gave
// each row.
import { find, findAll } from "../elements.js";

/**
 * @param {HTMLFormElement} form the form around the table
 * @param {string} sort `asc:column`, `desc:column`, or nothing: the statement's order
 * @param {number} page from 0
 */
export const arrange = (form, sort, page) => {
  const table = /** @type {HTMLTableElement} */ (find(form, "table"));
  const split = sort.indexOf(":");
  const [direction, column] = [sort.slice(0, split), sort.slice(split + 1)];
  const place = markHeads(form, table, direction, sort && column);
  const rows = ordered(table.tBodies[0], place, direction === "desc" && place ? -1 : 1);
  const size = Number(form.dataset.page);
  const last = Math.max(0, Math.ceil(rows.length / size) - 1);
  const shown = Math.min(page, last);
  const [from, to] = [shown * size, Math.min(rows.length, (shown + 1) * size)];
  rows.forEach((row, i) => (row.hidden = i < from || i >= to));
  table.tBodies[0].append(...rows);
  const pager = find(form, ".tb-pager");
  if (pager) turn(pager, form, `${from + 1}–${to} of ${rows.length}`, shown, last);
};

/**
 * Marks in the heads how the table is sorted, and what pressing each does next.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLTableElement} table
 * @param {string} direction
 * @param {string} column
 * @returns which of a row's places counts; 0 is the statement's order
 */
const markHeads = (form, table, direction, column) => {
  let place = 0;
  [.../** @type {HTMLTableSectionElement} */ (table.tHead).rows[0].cells].forEach((head, i) => {
    const button = head.querySelector("button");
    if (!button) return;
    const { column: own, first = "" } = button.dataset;
    const other = first === "asc" ? "desc" : "asc";
    const isSorted = column && own === column;
    if (isSorted) {
      place = i + 1;
      head.setAttribute("aria-sort", direction === "asc" ? "ascending" : "descending");
    } else head.removeAttribute("aria-sort");
    const next = !isSorted ? first : direction === first ? other : "";
    button.value = `${form.dataset.panel}:${next && `${next}:${own}`}`;
  });
  return place;
};

/**
 * @param {HTMLTableSectionElement} body
 * @param {number} place
 * @param {1 | -1} sign
 */
const ordered = (body, place, sign) => {
  const rows = [...body.rows].map((row) => ({ row, places: (row.dataset.o ?? "").split(",") }));
  rows.sort(({ places: a }, { places: b }) => {
    // NULL has no place, and is last in both directions.
    const nulls = Number(a[place] === "") - Number(b[place] === "");
    return nulls || sign * (Number(a[place]) - Number(b[place])) || Number(a[0]) - Number(b[0]);
  });
  return rows.map(({ row }) => row);
};

/**
 * @param {HTMLElement} pager
 * @param {HTMLFormElement} form
 * @param {string} shown
 * @param {number} page
 * @param {number} last
 */
const turn = (pager, form, shown, page, last) => {
  /** @type {HTMLElement} */ (find(pager, "span")).textContent = shown;
  const [before, after] = /** @type {HTMLButtonElement[]} */ (findAll(pager, "button"));
  for (const [button, at] of /** @type {const} */ ([[before, page - 1], [after, page + 1]])) {
    button.disabled = at < 0 || at > last;
    button.value = `${form.dataset.panel}:${at + 1}`;
  }
};
