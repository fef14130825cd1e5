// @ts-check
// One sentence about what has just happened, or could not.

const SHOWN = 4_000;

const status = document.createElement("p");
status.className = "toast";
status.setAttribute("role", "status");

// Screen readers announce changes only in an element that was there before, and this script runs
// while the page still streams in.
const attach = () => {
  if (!status.isConnected) document.body.append(status);
};
// A page that replaces another removes it.
document.addEventListener("focusin", attach);

/** @type {number | undefined} */
let timer;

/** @param {string} text */
export const toast = (text) => {
  attach();
  status.textContent = text;
  clearTimeout(timer);
  timer = setTimeout(() => (status.textContent = ""), SHOWN);
};
