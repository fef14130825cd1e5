// @ts-check
// Fades new content in, not with reduced motion. A property of ours is animated, which gives the
// opacity: Chromium composits an animated opacity, and at times counts its end as a layout shift from
// the window's corner.

const DURATION = 150;

/** @param {Iterable<Element>} parts */
export const fadeIn = (parts) => {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const part of parts) part.animate({ "--fade": [0.4, 1] }, { duration: DURATION, easing: "ease-out" });
};
