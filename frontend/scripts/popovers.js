// @ts-check
// Popovers open and close without scripts; this adds keys: Escape, which restores the focus, and
// the arrows, which move through the choices.
import { closest, find, findAll } from "./elements.js";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popover of findAll(document, "details.pop[open]")) {
    const hadFocus = popover.contains(document.activeElement);
    popover.removeAttribute("open");
    if (hadFocus) find(popover, "summary")?.focus();
  }
});

// The calendar and date fields have arrows of their own.
const OWN_ARROWS = "input:not([type=search], [type=checkbox])";
const CHOICES = "summary, a[href], button, input:not([type=hidden])";

document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const popover = closest(event, "details.pop");
  if (!step || !(popover instanceof HTMLDetailsElement) || event.defaultPrevented || closest(event, OWN_ARROWS)) return;
  const focused = /** @type {HTMLElement} */ (event.target);
  if (focused === find(popover, "summary") && step > 0) popover.open = true;
  if (!popover.open) return;
  const choices = findAll(popover, CHOICES).filter((choice) => choice.checkVisibility() && !choice.matches(":disabled"));
  const next = choices.indexOf(focused) + step;
  event.preventDefault();
  choices[Math.min(Math.max(next, 0), choices.length - 1)]?.focus();
});
