// Popovers open and close without scripts; this adds keys: Escape, which gives the focus back, and the
// arrows, which go through what can be chosen.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popover of document.querySelectorAll("details.pop[open]")) {
    const inside = popover.contains(document.activeElement);
    popover.open = false;
    if (inside) popover.querySelector("summary").focus();
  }
});
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const popover = event.target.closest?.("details.pop");
  // The calendar and fields of dates have arrows of their own.
  if (!step || !popover || event.defaultPrevented || event.target.matches("input:not([type=search], [type=checkbox])")) return;
  const summary = popover.querySelector("summary");
  if (event.target === summary && step > 0) popover.open = true;
  if (!popover.open) return;
  const all = [...popover.querySelectorAll("summary, a[href], button, input:not([type=hidden])")];
  const shown = all.filter((own) => own.checkVisibility() && !own.disabled);
  const at = shown.indexOf(event.target);
  event.preventDefault();
  shown[Math.min(Math.max(at + step, 0), shown.length - 1)]?.focus();
});
