// @ts-check
// The next attempt to reach the server: one at a time, after a pause that grows with failures. The
// pause is random, so that pages that lost a server do not all return at once.

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

let pause = FIRST_PAUSE;
/** @type {number | undefined} */
let timer;

/** @param {() => void} attempt */
export const attemptLater = (attempt) => {
  attemptAfter(pause * (0.5 + Math.random()), attempt);
  pause = Math.min(pause * 2, LONGEST_PAUSE);
};

/**
 * @param {number} milliseconds
 * @param {() => void} attempt
 */
export const attemptAfter = (milliseconds, attempt) => {
  timer = setTimeout(attempt, milliseconds);
};

export const cancelAttempt = () => clearTimeout(timer);

export const resetPause = () => {
  pause = FIRST_PAUSE;
};
