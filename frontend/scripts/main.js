// @ts-check
// Everything that the page's one script does, in the order in which it begins. What only listens
// comes first; the islands come last, because they wait for the wasm.
import "./popovers.js";
import "./tables/tables.js";
import "./crosshair.js";
import "./menus.js";
import "./full-screen.js";
import "./option-search.js";
import "./playground.js";
import "./live/live.js";
import "./pages/navigation.js";
import "./pages/history.js";
import "./islands.js";

// For the browser tests, which cannot wait until a page is outdated.
export { reloadInPlace } from "./pages/reload.js";
