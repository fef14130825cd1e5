// @ts-check
// Whether the reader is pressing on something. A click needs its press to begin and end on one
// element, so nothing is replaced in between: the click would be lost.

// How long after a touch its click may still arrive, in ms; none comes if it was no tap.
const CLICK = 50;

/** @type {Set<number>} */
const pressed = new Set();
/** @type {(() => void)[]} */
let waiting = [];
/** @type {number | undefined} */
let clicking;

const end = () => {
  clearTimeout(clicking);
  clicking = undefined;
  if (pressed.size > 0) return;
  for (const go of waiting) go();
  waiting = [];
};

/** @param {number} delay */
const endAfter = (delay) => {
  clearTimeout(clicking);
  clicking = setTimeout(end, delay);
};

/** @param {PointerEvent} event */
const release = ({ pointerId }) => {
  if (pressed.delete(pointerId)) endAfter(CLICK);
};

addEventListener("pointerdown", ({ pointerId, button }) => button === 0 && pressed.add(pointerId), true);
addEventListener("pointerup", release, true);
addEventListener("pointercancel", release, true);
// Its release was not seen: another window had it.
addEventListener("pointermove", (event) => event.buttons === 0 && release(event), { capture: true, passive: true });
addEventListener("blur", () => {
  pressed.clear();
  end();
});
// After what the click does.
addEventListener("click", () => clicking !== undefined && endAfter(0));

/** Resolves when nothing is pressed, and what was pressed has been clicked. */
export const released = async () => {
  if (pressed.size > 0 || clicking !== undefined) await new Promise((go) => waiting.push(() => go(undefined)));
};
