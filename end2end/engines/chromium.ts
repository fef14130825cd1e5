// Chromium, as in all other specs.
import { chromium } from "@playwright/test";
import type { Action, Driver } from "./driver";

type Step = { type: string; x: number; y: number; value: string };

export async function launch(): Promise<Driver> {
  const browser = await chromium.launch({
    executablePath: process.env.BRISK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
    // Scroll bars that take up space, as on most desktops.
    ignoreDefaultArgs: ["--hide-scrollbars"],
  });
  const page = await browser.newPage();
  const does: Record<string, (step: Step) => Promise<void>> = {
    pointerMove: ({ x, y }) => page.mouse.move(x, y),
    pointerDown: () => page.mouse.down(),
    pointerUp: () => page.mouse.up(),
    keyDown: ({ value }) => page.keyboard.down(value),
    keyUp: ({ value }) => page.keyboard.up(value),
  };
  return {
    async goto(url) {
      await page.goto(url);
    },
    evaluate: (run, ...values) => page.evaluate(`(${run})(...${JSON.stringify(values)})`),
    async perform(actions: Action[]) {
      for (const step of actions.flatMap((source) => source.actions as Step[])) await does[step.type](step);
    },
    resize: (width, height) => page.setViewportSize({ width, height }),
    screenshot: () => page.screenshot(),
    pdf: () => page.pdf({ format: "A4" }),
    close: () => browser.close(),
  };
}
