// Popovers open and close without scripts; this adds the Escape key, which gives the focus back.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const popover of document.querySelectorAll("details.pop[open]")) {
    const inside = popover.contains(document.activeElement);
    popover.open = false;
    if (inside) popover.querySelector("summary").focus();
  }
});
