// @ts-check
// An open page follows its data. The server says over one stream which edition each panel has, and the
// page fetches the contents of those that it shows.
import { find } from "../elements.js";
import { say } from "../live-sign.js";
import { onEachPage } from "../pages/swap.js";
import { resetPause } from "./attempts.js";
import { onToggle } from "./legend.js";
import { replaceOutdated } from "./outdated.js";
import { Panels } from "./panels.js";
import { close, open } from "./stream.js";

// A tab that stays hidden for this long closes its stream.
const HIDDEN = 60_000;
// A page that shows work in progress, and has no stream, is reloaded after this.
const AGAIN = 2_000;

/** @type {Panels | undefined} */
let panels;
let isOutdated = false;

const begin = () => {
  lookAgain();
  close();
  panels?.end();
  panels = undefined;
  isOutdated = false;
  resetPause();
  const main = find(document, "main[data-live]");
  if (!main) return;
  panels = new Panels(main, closeIfDone);
  const waits = find(main, '.content:not([data-state="current"], [data-state="failed"])');
  if (!isByHand(panels) || waits) follow(panels);
  else say("by-hand");
};

const lookAgain = () => {
  const busy = find(document, "main[data-again]");
  if (busy) setTimeout(() => busy.isConnected && location.reload(), AGAIN);
};

/** @param {Panels} of */
const isByHand = ({ main }) => main.dataset.pace === "by-hand";

/** @param {Panels} followed */
const follow = (followed) =>
  open(followed.main.dataset.live ?? "", {
    panels(all) {
      for (const [id, news] of Object.entries(all)) followed.hear(id, news);
      followed.fetchSoon();
      closeIfDone();
    },
    outdated() {
      isOutdated = true;
      if (!document.hidden) replaceOutdated(() => isOutdated);
    },
  });

// A page that is refreshed by hand has a stream only for what it could not wait for.
const closeIfDone = () => {
  if (!panels || !isByHand(panels) || !panels.areComplete) return;
  close();
  say("by-hand");
};

/** @type {number | undefined} */
let hidden;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(close, HIDDEN);
  else if (isOutdated) replaceOutdated(() => isOutdated);
  else if (panels) {
    if (!isByHand(panels)) follow(panels);
    panels.fetchSoon();
  }
});
// Browsers do not keep pages with an open connection in the back/forward cache.
addEventListener("pagehide", close);
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && panels) follow(panels);
});
addEventListener("online", () => {
  resetPause();
  if (panels && !isByHand(panels)) follow(panels);
});

onToggle(({ dataset }) => panels?.redraw(dataset.panel ?? ""));

// Begins once everything that streams is in the page.
onEachPage(begin);
