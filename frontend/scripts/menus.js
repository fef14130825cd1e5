// @ts-check
// A panel's menu: copying its link, its image and its value, and what the cache has, which is fetched once
// it is opened.
import { copy, copyImage } from "./clipboard.js";
import { closest, find } from "./elements.js";
import { toast } from "./toast.js";

/** @param {Element} element */
const figureOf = (element) => {
  const panel = element.closest("section");
  return panel && find(panel, "[data-exact]");
};

/** @param {Element} element */
const copyValue = (element) => {
  const { exact, label } = figureOf(element)?.dataset ?? {};
  if (exact) copy(exact, `Copied ${exact}${label ? ` (${label})` : ""}`);
  else toast("There is no value to copy.");
};

document.addEventListener("click", (event) => {
  const button = closest(event, "[data-copy]");
  const menu = button?.closest("details.pop");
  if (!button || !menu) return;
  menu.removeAttribute("open");
  find(menu, "summary")?.focus();
  if (button.dataset.copy === "value") copyValue(button);
  else if (button.dataset.copy === "image") copyImage(button.dataset.link ?? "");
  else copy(new URL(button.dataset.link ?? "", location.href).href, "Copied the link");
});

// While the reader is on a point of a chart, `c` copies its figure.
document.addEventListener("keydown", (event) => {
  if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey) return;
  const chart = closest(event, ".chart[data-active]");
  if (chart) copyValue(chart);
});

/** @param {HTMLDetailsElement} details */
const loadCacheDetails = async (details) => {
  const box = find(details, ".cache-box");
  if (!box) return;
  try {
    const response = await fetch(details.dataset.src ?? "", { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    box.innerHTML = await response.json();
  } catch {
    box.textContent = "The cache details could not be loaded. Try again.";
  }
};

// `toggle` does not bubble, but it can be captured.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.open) return;
    const point = find(target, "[data-copy=value] small");
    if (point) point.textContent = figureOf(target)?.dataset.label?.split(",")[0] ?? "";
    if (target.matches("details.cache")) loadCacheDetails(target);
  },
  true,
);

// Opened before this script was there.
for (const details of document.querySelectorAll("details.cache[open]")) {
  if (details instanceof HTMLDetailsElement) loadCacheDetails(details);
}
