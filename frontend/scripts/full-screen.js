// @ts-check
// The button that enters and leaves full screen.
import { closest } from "./elements.js";

document.addEventListener("click", async (event) => {
  if (!closest(event, "[data-full-screen]")) return;
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    // Browsers may refuse, and some have no full screen; then nothing changes.
  }
});
