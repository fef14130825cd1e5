// Open pages follow their data: they are updated in place, and nothing moves.
import { spawn } from "node:child_process";
import { expect, expectAccessible, layoutShifts, panelStarted, settled, test } from "../fixtures";
import type { Page } from "@playwright/test";

const figure = (page: Page, panel: string) => page.locator(`#${panel} .stat-figure`);
/** All digits of a figure. */
const exact = async (page: Page, panel: string) => (await figure(page, panel).getAttribute("title")) ?? "";
const sign = (page: Page) => page.locator(".live-sign");

/** Reloads the whole dashboard, as if another reader had refreshed it. */
async function refresh(page: Page, slug = "live") {
  const answer = await page.request.post(`/d/${slug}/refresh`, { maxRedirects: 0 });
  expect(answer.status()).toBe(303);
}

/** The panels that the page requests, in order. */
function requested(page: Page): string[] {
  const panels: string[] = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.pathname === "/fn/cards") panels.push(...(url.searchParams.get("panels") ?? "").split(","));
  });
  return panels;
}

/** Records which properties of the panels' bodies are animated from now on. */
async function recordAnimated(page: Page) {
  const animated = await page.evaluateHandle(() => {
    const names = new Set<string>();
    const own = ["offset", "computedOffset", "easing", "composite"];
    const look = () => {
      for (const { effect, timeline } of document.getAnimations()) {
        if (!(effect instanceof KeyframeEffect && timeline instanceof DocumentTimeline)) continue;
        if (!effect.target?.matches(".panel-body")) continue;
        for (const frame of effect.getKeyframes()) Object.keys(frame).forEach((name) => own.includes(name) || names.add(name));
      }
      requestAnimationFrame(look);
    };
    look();
    return names;
  });
  return () => animated.evaluate((names) => [...names]);
}

/** Holds the statements of `dashboards/late.toml`; returns what lets them go. */
async function hold() {
  const psql = spawn(process.env.BRISK_PSQL!, [process.env.BRISK_HELD_URL!, "-qAt"], { stdio: ["pipe", "pipe", "inherit"] });
  psql.stdin.write("begin; lock table held in access exclusive mode;\n\\echo held\n");
  for await (const text of psql.stdout) if (String(text).includes("held")) break;
  const letGo = () => psql.kill();
  releases.push(letGo);
  return letGo;
}

const releases: (() => void)[] = [];
test.afterEach(() => releases.splice(0).forEach((letGo) => letGo()));

test.describe.configure({ mode: "serial" });

test("an open page follows changes, without a reload or a layout shift", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  const before = await exact(page, "dice");
  const edition = await page.locator("#by-day .content").getAttribute("data-edition");
  const animated = await recordAnimated(page);
  await refresh(page);
  await expect(figure(page, "dice")).not.toHaveAttribute("title", before);
  await expect(page.locator("#by-day .content")).not.toHaveAttribute("data-edition", edition ?? "");
  await settled(page);
  // The new chart is as interactive as the old one.
  await page.locator("#by-day .panel-body").hover();
  await expect(page.locator("#by-day .tooltip")).toBeVisible();
  await expect(figure(page, "sure")).toHaveText("42");
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
  // Chromium counts the end of an animated opacity as a layout shift, once in some thirty times.
  expect(await animated()).toEqual(["--fade"]);
  expect(await layoutShifts(page)).toEqual([]);
  // Other tests change the same dashboard meanwhile: the check must not run during a fade.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await expectAccessible(page);
});

test("panels off screen are fetched when they come into view", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  const panels = requested(page);
  const before = await exact(page, "far");
  await refresh(page);
  await expect.poll(() => panels).toContain("dice");
  await expect(figure(page, "far")).toHaveAttribute("title", before);
  expect(panels).not.toContain("far");
  await figure(page, "far").scrollIntoViewIfNeeded();
  await expect(figure(page, "far")).not.toHaveAttribute("title", before);
});

test("a hidden tab waits until it is visible", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  const panels = requested(page);
  await hide(true);
  const before = await exact(page, "dice");
  const heard = page.evaluate(
    () => new Promise((resolve) => new MutationObserver(resolve).observe(document.querySelector("#dice")!, { childList: true, subtree: true })),
  );
  await refresh(page);
  const other = await page.context().newPage();
  // Another page, which is visible, has the new value already.
  await other.goto("/d/live");
  await settled(other);
  await other.close();
  expect(panels).toEqual([]);
  await hide(false);
  await heard;
  await expect(figure(page, "dice")).not.toHaveAttribute("title", before);
});

test("a table keeps its focus and scroll position when its content is replaced", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  // Not in a style element, which the page's policy refuses.
  await page.evaluate(() => {
    const wide = new CSSStyleSheet();
    wide.replaceSync("#table table { min-width: 3000px }");
    document.adoptedStyleSheets.push(wide);
  });
  const body = page.locator("#table .scroll");
  await body.focus();
  await body.evaluate((element) => element.scrollTo({ top: 200, left: 300, behavior: "instant" }));
  const edition = await page.locator("#table .content").getAttribute("data-edition");
  await refresh(page);
  await expect(page.locator("#table .content")).not.toHaveAttribute("data-edition", edition ?? "");
  await expect(body).toBeFocused();
  expect(await body.evaluate((element) => [element.scrollTop, element.scrollLeft])).toEqual([200, 300]);
});

test.describe("without a network", () => {
  test.use({ expectedErrors: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED/] });
  test("the page is marked as offline, and catches up once it is back", async ({ page }) => {
    await page.route("**/d/live/live*", (route) => route.abort());
    await page.goto("/d/live");
    await settled(page);
    await expect(sign(page)).toHaveAttribute("data-state", "away");
    const before = await exact(page, "dice");
    const answer = await page.request.post("/d/live/refresh", { maxRedirects: 0 });
    expect(answer.status()).toBe(303);
    await page.unroute("**/d/live/live*");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await expect(sign(page)).toHaveAttribute("data-state", "live", { timeout: 20_000 });
    await expect(figure(page, "dice")).not.toHaveAttribute("title", before);
  });
});

test("a slow panel shows how long it has been loading, and the others respond meanwhile", async ({ page }) => {
  const letGo = await hold();
  await refresh(page, "late");
  await page.goto("/d/late", { waitUntil: "commit" });
  await expect(page.locator("#late .late")).toContainText("Still loading");
  await expect(page.locator("#late .elapsed")).toHaveText(/^\d+ s$/);
  await expect(figure(page, "quick")).toHaveText("42");
  await panelStarted(page, "chart");
  await page.locator("#chart .panel-body").hover();
  await expect(page.locator("#chart .tooltip")).toBeVisible();
  await expect(page.locator("#late .late"), "still loading when the chart responds").toBeVisible();
  letGo();
  await expect(figure(page, "late")).toHaveText("14.0M");
  expect(await layoutShifts(page)).toEqual([]);
  await expectAccessible(page);
});

test("a press on what is about to be replaced is not lost", async ({ page }) => {
  await page.goto("/d/live/p/table");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  const panel = page.locator('section[data-panel="table"]');
  const content = panel.locator(".content");
  const before = (await content.getAttribute("data-edition")) ?? "";
  await panel.getByRole("button", { name: "Invoices" }).hover();
  await page.mouse.down();
  const newer = page.waitForResponse((response) => response.url().includes("/fn/cards"));
  await refresh(page);
  await (await newer).finished();
  // The page has read it by then.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  await expect(content).toHaveAttribute("data-edition", before);
  await page.mouse.up();
  await expect(page).toHaveURL(/sort=table%3Adesc%3Ainvoices/);
  await expect(content).not.toHaveAttribute("data-edition", before);
  await expect(panel.locator("th[aria-sort=descending]")).toHaveText("Invoices");
});

test("by hand, a page requests nothing by itself", async ({ page }) => {
  await page.goto("/d/live?refresh=off");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "by-hand");
  const panels = requested(page);
  const before = await exact(page, "dice");
  await refresh(page);
  const other = await page.context().newPage();
  await other.goto("/d/live");
  await settled(other);
  await other.close();
  expect(panels).toEqual([]);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(figure(page, "dice")).not.toHaveAttribute("title", before);
  await expect(page).toHaveURL(/refresh=off/);
});

test("the table on a panel's own page follows its data, too", async ({ page }) => {
  await page.goto("/d/live/p/table");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  const figures = () => page.locator("#data tbody td:nth-child(2)").allTextContents();
  const before = await figures();
  await refresh(page);
  await expect.poll(figures).not.toEqual(before);
  // The panel above it shows the same.
  await expect.poll(() => page.locator('section[data-panel="table"] tbody td:nth-child(2)').allTextContents()).toEqual(await figures());
});

test("a chart read by keyboard stays at the same point when it is replaced", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  const chart = page.locator("#by-day .chart");
  await chart.focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowRight");
  const read = await page.locator("#by-day").getAttribute("data-reading");
  expect(read).toBeTruthy();
  const edition = await page.locator("#by-day .content").getAttribute("data-edition");
  await refresh(page);
  await expect(page.locator("#by-day .content")).not.toHaveAttribute("data-edition", edition ?? "");
  await expect(chart).toBeFocused();
  await expect(page.locator("#by-day .tooltip")).toBeVisible();
  await expect(page.locator("#by-day")).toHaveAttribute("data-reading", read!);
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("#by-day")).not.toHaveAttribute("data-reading", read!);
});

test("a figure counts up to its new value, unless reduced motion is preferred", async ({ page }) => {
  for (const reducedMotion of ["no-preference", "reduce"] as const) {
    await page.emulateMedia({ reducedMotion });
    await page.goto("/d/live");
    await settled(page);
    await expect(sign(page)).toHaveAttribute("data-state", "live");
    // All texts that the figure shows, in order.
    await page.evaluate(() => {
      const texts: string[] = [];
      Object.assign(window, { texts });
      const look = () => {
        const text = document.querySelector("#dice .stat-figure")?.textContent ?? "";
        if (texts.at(-1) !== text) texts.push(text);
      };
      look();
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    const before = await exact(page, "dice");
    await refresh(page);
    await expect(figure(page, "dice")).not.toHaveAttribute("title", before);
    const texts = () => page.evaluate(() => (window as unknown as { texts: string[] }).texts);
    if (reducedMotion === "reduce") {
      await settled(page);
      expect((await texts()).length).toBe(2);
    } else {
      await expect.poll(async () => (await texts()).length).toBeGreaterThan(2);
    }
    // It ends with the server's text, in thousands.
    const thousands = Number((await exact(page, "dice")).replace(/\D/g, "")) / 1_000;
    // One throw in a thousand lies in the middle; there the server takes the even neighbour.
    const floor = Math.floor(thousands);
    const rounded = thousands % 1 === 0.5 ? floor + (floor % 2) : Math.round(thousands);
    await expect(figure(page, "dice")).toHaveText(`${rounded}k`);
  }
});

test("a panel that waits does not keep others from updating", async ({ page }) => {
  // To the page, a statement that never ends: the request for its card gets no response.
  await page.route(/\/fn\/cards\?.*panels=dice&.*wait=true/, () => {});
  await page.route(/\/fn\/cards\?.*wait=false/, async (route) => {
    const answer = await route.fetch();
    const cards = (await answer.json()) as { panel: string; html: string }[];
    const late = '<div class="content" data-state="late" data-elapsed="0"><div class="panel-body notice late"></div></div>';
    await route.fulfill({ response: answer, json: cards.map((card) => (card.panel === "dice" ? { ...card, html: late } : card)) });
  });
  await page.goto("/d/live");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  for (let i = 0; i < 2; i++) {
    const edition = await page.locator("#by-day .content").getAttribute("data-edition");
    await refresh(page);
    await expect(page.locator("#by-day .content")).not.toHaveAttribute("data-edition", edition ?? "");
  }
  await expect(page.locator("#dice .content")).toHaveAttribute("data-state", "previous");
});

test("replaced charts are released", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await expect(sign(page)).toHaveAttribute("data-state", "live");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const nodes = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "Nodes")!.value;
  };
  const replaced = async (times: number) => {
    for (let i = 0; i < times; i++) {
      const edition = await page.locator("#by-day .content").getAttribute("data-edition");
      await refresh(page);
      await expect(page.locator("#by-day .content")).not.toHaveAttribute("data-edition", edition ?? "");
    }
    await settled(page);
  };
  await replaced(3);
  const before = await nodes();
  await replaced(10);
  // A chart has about sixty nodes: ten of them would be six hundred more.
  expect(await nodes()).toBeLessThan(before + 150);
});
