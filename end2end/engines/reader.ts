// Simulates a reader: finds text, presses only elements that are hit where they are pressed, and
// waits for what appears.
import { expect } from "@playwright/test";
import { drag, key, press, type Driver, type Point } from "./driver";

type Box = { x: number; y: number; width: number; height: number };
type Found = { box: Box; hit: string };

export class Reader {
  constructor(
    readonly driver: Driver,
    private readonly origin: string,
  ) {}

  /** Opens a page and waits until it is whole: panels drawn, islands started. */
  async open(path: string) {
    await this.driver.goto(this.origin + path);
    await this.settled();
    // Records what happens from here on, and whether the page is still the same one.
    await this.driver.evaluate(() => {
      const errors: string[] = [];
      addEventListener("error", ({ message }) => errors.push(message));
      addEventListener("unhandledrejection", ({ reason }) => errors.push(String(reason)));
      Object.assign(window, { stayed: true, errors });
    });
  }

  async settled() {
    await this.sees("panels and islands", true, () => {
      const waits = '.skeleton, .content:is([data-state="loading"], [data-state="late"]), html[data-swapping], leptos-island[data-component^="Chart"]:not([data-started], [data-waits])';
      return document.readyState === "complete" && !document.querySelector(waits);
    });
  }

  /** Waits until what `look` sees is what is expected. */
  async sees<Result, Arguments extends unknown[]>(words: string, expected: Result, look: (...values: Arguments) => Result, ...values: Arguments) {
    await expect.poll(() => this.driver.evaluate(look, ...values).catch(String), { message: words }).toEqual(expected);
  }

  url = () => this.driver.evaluate(() => location.pathname + location.search);

  async leadsTo(expected: RegExp) {
    await expect.poll(this.url).toMatch(expected);
    await this.settled();
  }

  /** The page was replaced in place, and said nothing of errors. */
  async staysInPlace() {
    expect(await this.driver.evaluate(() => ["stayed" in window, ...(window as unknown as { errors: string[] }).errors])).toEqual([true]);
  }

  scrollTo = (y: number) => this.driver.evaluate((top) => scrollTo({ top, behavior: "instant" }), y);

  /** Presses the first visible element with that text, in its middle, which has to hit it. */
  async press(selector: string, text = "") {
    let at: Point | undefined;
    await expect
      .poll(async () => {
        const found = await this.find(selector, text);
        if (!found) return "nothing";
        at = middle(found.box);
        return found.hit;
      }, `${selector} ${text} is hit in its middle`)
      .toBe("hit");
    await this.driver.perform(press(at!));
  }

  pressAt = (at: Point) => this.driver.perform(press(at));
  drag = (from: Point, to: Point) => this.driver.perform(drag(from, to));
  key = (value: string) => this.driver.perform(key(value));

  /** Where an element is, scrolled into view, once it rests there; and what a press in its middle hits. */
  find = (selector: string, text = "") =>
    this.driver.evaluate(
      async (own, words): Promise<Found | undefined> => {
        const element = [...document.querySelectorAll(own)].find((each) => each.checkVisibility() && each.textContent?.includes(words));
        if (!element) return undefined;
        const place = () => element.getBoundingClientRect();
        const hit = () => {
          const { x, y, width, height } = place();
          return document.elementFromPoint(x + width / 2, y + height / 2);
        };
        const isHit = () => {
          const top = hit();
          return top !== null && (element.contains(top) || top.contains(element));
        };
        if (!isHit()) element.scrollIntoView({ block: "center", behavior: "instant" });
        let last = "";
        for (let same = 0; same < 2; ) {
          await new Promise(requestAnimationFrame);
          const now = JSON.stringify(place());
          same = now === last ? same + 1 : 0;
          last = now;
        }
        const { x, y, width, height } = place();
        return { box: { x, y, width, height }, hit: isHit() ? "hit" : `${hit()?.outerHTML.slice(0, 80)}` };
      },
      selector,
      text,
    );

  /** Where an element is once its chart, which waits while it is far below, takes a pointer. */
  async boxOf(selector: string): Promise<Box> {
    await this.find(selector);
    const isStarted = (own: string) => {
      const island = document.querySelector(own)?.closest<HTMLElement>("leptos-island");
      return !island || island.dataset.started !== undefined;
    };
    await this.sees(`the island of ${selector} has started`, true, isStarted, selector);
    const found = await this.find(selector);
    expect(found, selector).toBeDefined();
    return found!.box;
  }
}

export const middle = ({ x, y, width, height }: Box): Point => ({ x: x + width / 2, y: y + height / 2 });
