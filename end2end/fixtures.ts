// Shared by all specs: a page that fails its test on any console error, broken request or violation of
// its security policy, an axe check, and the layout shifts since the page opened.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";

export { expect };

export const test = base.extend<{ expectedErrors: RegExp[] }>({
  expectedErrors: [[], { option: true }],
  page: async ({ page, expectedErrors }, use) => {
    const errors: string[] = [];
    const note = (text: string) => {
      if (!expectedErrors.some((expected) => expected.test(text))) errors.push(text);
    };
    page.on("console", (message) => {
      if (message.type() === "error") note(message.text());
    });
    page.on("pageerror", (error) => note(String(error)));
    await page.exposeFunction("violated", note);
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile, sample }) => {
        const { violated } = window as unknown as { violated(text: string): void };
        violated(`security policy: ${violatedDirective} ${blockedURI} ${sourceFile} ${sample}`);
      });
    });
    await use(page);
    expect(errors, "the console has no errors").toEqual([]);
  },
});

/** Waits until the navigation is over, every panel is drawn, and every island near the viewport has started. */
export async function settled(page: Page) {
  await expect(page.locator("html[data-swapping]")).toHaveCount(0, { timeout: 20_000 });
  const loading = page.locator('.skeleton, .content:is([data-state="loading"], [data-state="late"])');
  await expect(loading).toHaveCount(0, { timeout: 20_000 });
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLElement>("leptos-island")].every((island) => {
      const { top, bottom } = (island.closest("section") ?? document.body).getBoundingClientRect();
      return "started" in island.dataset || ("waits" in island.dataset && (top > innerHeight || bottom < 0));
    }),
  );
}

/** Waits until the islands of one panel have started: until then, its chart ignores the pointer. For pages
  * that still load. */
export async function panelStarted(page: Page, panel: string) {
  await page.waitForFunction((id) => {
    const islands = [...document.querySelectorAll<HTMLElement>(`#${id} leptos-island`)];
    return islands.length > 0 && islands.every((island) => "started" in island.dataset);
  }, panel);
}

/** No violation of WCAG 2.2 A and AA, nor of axe's best practices. */
export async function expectAccessible(page: Page) {
  // Contrast is only final once fades have ended.
  await page.waitForFunction(() =>
    document.getAnimations().every(({ timeline, playState, effect }) =>
      !(timeline instanceof DocumentTimeline) || playState !== "running" || effect?.getTiming().iterations === Infinity),
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3).join(" | ")}`);
  expect(found).toEqual([]);
}

/** Layout shifts since the page opened, except those after input: score and elements. There should be none. */
export async function layoutShifts(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const moved: string[] = [];
        new PerformanceObserver((list) => {
          type Source = { node?: Element; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly };
          type Shift = { value: number; hadRecentInput: boolean; sources: Source[] };
          const place = ({ x, y, width, height }: DOMRectReadOnly) => [x, y, width, height].map(Math.round).join(" ");
          for (const entry of list.getEntries() as unknown as Shift[]) {
            if (entry.hadRecentInput) continue;
            // A node that was replaced since is gone, but its position is known.
            const nodes = entry.sources.map(({ node, previousRect, currentRect }) => {
              const what = node?.outerHTML?.slice(0, 120) ?? node?.nodeName ?? "replaced since";
              return `${what} from ${place(previousRect)} to ${place(currentRect)}`;
            });
            moved.push(`${entry.value}: ${nodes.join(" | ")}`);
          }
        }).observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(moved)));
      }),
  );
}

/** Records the toasts of a page, which disappear on their own; the answer gives those so far. */
export const recordToasts = async (page: Page): Promise<() => Promise<string[]>> => {
  await page.evaluate(() => {
    const toasts: string[] = [];
    Object.assign(window, { toasts });
    // Each new text is a new node, also where it is the same as before.
    new MutationObserver((records) => {
      for (const { target, addedNodes } of records) {
        const isToast = target instanceof Element && target.matches(".toast");
        if (isToast && addedNodes.length > 0) toasts.push(target.textContent ?? "");
      }
    }).observe(document.documentElement, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => (window as unknown as { toasts: string[] }).toasts);
};
