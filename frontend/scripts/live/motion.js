// @ts-check
// How a newer value arrives: figures count up or down to it, all else fades in; neither with
// reduced motion.
import { find, findAll } from "../elements.js";
import { fadeIn } from "../fade-in.js";

const RUN = 180;
const NUMBER = /-?\d[\d,]*(?:\.\d+)?/;

/**
 * @param {HTMLElement} content
 * @param {string | undefined} before the figure that it takes the place of
 */
export const arrive = (content, before) => {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const figure = find(content, ".stat-figure");
  const after = figure?.textContent;
  if (figure && before !== undefined && before !== after) run(figure, before, after ?? "");
  fadeIn(findAll(content, ".panel-body"));
};

/**
 * @param {HTMLElement} figure
 * @param {string} before
 * @param {string} after
 */
const run = (figure, before, after) => {
  const node = [...figure.childNodes].find((child) => child instanceof Text && NUMBER.test(child.data));
  const [from, to] = [before, after].map((text) => NUMBER.exec(text)?.[0]);
  // Only where the numbers alone differ: there is nothing to show between 950 and 1.2K.
  if (!(node instanceof Text) || !from || !to || before.replace(NUMBER, "") !== after.replace(NUMBER, "")) return;
  const [start, end] = [from, to].map((text) => Number(text.replaceAll(",", "")));
  const digits = to.split(".")[1]?.length ?? 0;
  const useGrouping = to.includes(",");
  const format = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping });
  const [written, begun] = [node.data, performance.now()];
  /** @param {number} now */
  const step = (now) => {
    const part = Math.min((now - begun) / RUN, 1);
    const eased = 1 - (1 - part) ** 3;
    // The last step is what the server wrote.
    node.data = part < 1 ? written.replace(NUMBER, format.format(start + (end - start) * eased)) : written;
    if (part < 1) requestAnimationFrame(step);
  };
  step(begun);
};
