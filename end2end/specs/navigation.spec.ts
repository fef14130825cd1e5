// From one view to the next: the page is replaced without a full load.
import { expect, expectAccessible, recordToasts, settled, test } from "../fixtures";
import { chromium, type Page } from "@playwright/test";

const stay = (page: Page) => page.evaluate(() => Object.assign(window, { stayed: true }));
const stayed = (page: Page) => page.evaluate(() => "stayed" in window);

test("another range keeps the scroll position and the focus, and Back goes back", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  await stay(page);
  await page.locator("summary", { hasText: "Last 90 days" }).click();
  // Playwright scrolls to the sticky bar's original position to click there.
  await page.evaluate(() => scrollTo(0, 300));
  await page.getByRole("link", { name: "Last 30 days" }).press("Enter");
  await expect(page).toHaveURL(/range=last-30-days/);
  await expect(page.locator("summary", { hasText: "Last 30 days" })).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(300);
  expect(await stayed(page)).toBe(true);
  await settled(page);
  await page.locator("#revenue-by-day .panel-body").hover();
  await expect(page.locator("#revenue-by-day .tooltip")).toBeVisible();
  await page.goBack();
  await expect(page.locator("summary", { hasText: "Last 90 days" })).toBeVisible();
  expect(await stayed(page)).toBe(true);
  await page.goForward();
  await expect(page.locator("summary", { hasText: "Last 30 days" })).toBeVisible();
  await settled(page);
  await expectAccessible(page);
});

test("another dashboard begins at the top, with its title focused", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  await stay(page);
  await page.locator("summary", { hasText: "Dashboards" }).click();
  await page.evaluate(() => scrollTo(0, 500));
  await page.locator(".topbar").getByRole("link", { name: "Products and prices" }).evaluate((link: HTMLElement) => link.click());
  await expect(page.locator("h1")).toHaveText("Products and prices");
  await expect(page).toHaveTitle(/^Products and prices/);
  await expect(page.locator("h1")).toBeFocused();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  expect(await stayed(page)).toBe(true);
  await settled(page);
  await page.goBack();
  await expect(page.locator("h1")).toHaveText("Online retail");
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(500);
});

test("submitting a form replaces the page in place, too", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  await stay(page);
  await page.locator("summary", { hasText: "Country" }).click();
  await page.getByRole("checkbox", { name: "France" }).check();
  await page.getByRole("button", { name: "Apply" }).first().click();
  await expect(page).toHaveURL(/country=France/);
  await expect(page.locator(".chip", { hasText: "France" })).toBeVisible();
  expect(await stayed(page)).toBe(true);
});

test("hovering over a link prefetches its target, once", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("last-7-days")) asked.push(request.url());
  });
  await page.locator("summary", { hasText: "Last 90 days" }).click();
  await page.getByRole("link", { name: "Last 7 days" }).hover();
  await expect.poll(() => asked.filter((url) => !url.includes("/live")).length).toBe(1);
  await page.getByRole("link", { name: "Last 7 days" }).click();
  await expect(page.locator("summary", { hasText: "Last 7 days" })).toBeVisible();
  expect(asked.filter((url) => !url.includes("/live") && !url.includes("/fn/")).length).toBe(1);
});

test.describe("when the server answers unexpectedly", () => {
  test.use({ expectedErrors: [/status of 500/] });
  test("a response that is not a page becomes an ordinary navigation", async ({ page }) => {
    await page.goto("/d/online-retail");
    await settled(page);
    await stay(page);
    // Only to scripts, however often they ask: a pointer that rests on the link asks, too.
    await page.route("**/d/products", (route) =>
      route.request().isNavigationRequest()
        ? route.continue()
        : route.fulfill({ status: 500, contentType: "text/plain", body: "no" }),
    );
    await page.locator("summary", { hasText: "Dashboards" }).click();
    await page.locator(".topbar").getByRole("link", { name: "Products and prices" }).click();
    // A full page load.
    await expect(page.locator("h1")).toHaveText("Products and prices", { timeout: 20_000 });
    expect(await stayed(page)).toBe(false);
  });
});

test("what can be pressed can be pressed in each frame while one page takes the place of another", async ({ page }) => {
  for (const [name, press] of [
    ["Products and prices", ".topbar"],
    ["Last 30 days", ".toolbar"],
  ]) {
    await page.goto("/d/online-retail");
    await settled(page);
    await page.evaluate(() => {
      const hits = new Set<string>();
      const look = () => {
        for (const summary of document.querySelectorAll(".pop:not([open]) > summary")) {
          const { x, y, width, height } = summary.getBoundingClientRect();
          const hit = document.elementFromPoint(x + width / 2, y + height / 2);
          // The open popover's own cover, until the page is there.
          if (height > 0 && y + height < innerHeight && !document.querySelector(".pop[open]")) hits.add(summary.contains(hit) ? "summary" : (hit?.localName ?? ""));
        }
        requestAnimationFrame(look);
      };
      look();
      Object.assign(window, { hits });
    });
    const popover = page.locator(press).locator(".pop", { has: page.getByRole("link", { name, includeHidden: true }) }).first();
    await popover.locator("summary").click();
    await popover.getByRole("link", { name }).click();
    await expect(page.locator("h1, .toolbar summary").filter({ hasText: name })).toBeVisible();
    await settled(page);
    await page.waitForFunction(() => document.getAnimations().every(({ timeline, playState }) => !(timeline instanceof DocumentTimeline) || playState !== "running"));
    expect(await page.evaluate(() => [...(window as unknown as { hits: Set<string> }).hits])).toEqual(["summary"]);
  }
});

test("a page from the back/forward cache follows its data again", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  const sign = page.locator(".live-sign");
  await expect(sign).toHaveAttribute("data-state", "live");
  // The events of a browser that puts a page into that cache and restores it. An open connection
  // would keep the page out of it.
  const ended = page.waitForEvent("requestfailed", (request) => request.url().includes("/live"));
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await ended;
  const before = await page.locator("#dice .stat-figure").getAttribute("title");
  expect((await page.request.post("/d/live/refresh", { maxRedirects: 0 })).status()).toBe(303);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await expect(page.locator("#dice .stat-figure")).not.toHaveAttribute("title", before ?? "");
});

test("at 200 % zoom nothing has to be scrolled horizontally @sizes", async ({ page, viewport }) => {
  // No narrower than required (WCAG 2.2, 1.4.10: 320 px).
  const width = Math.max(320, Math.round(viewport!.width / 2));
  await page.setViewportSize({ width, height: Math.round(viewport!.height / 2) });
  for (const path of ["/d/online-retail", "/d/late", "/d/online-retail/p/revenue-by-day"]) {
    await page.goto(path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide, path).toBeLessThanOrEqual(0);
  }
});

test("a printed page has panels and no controls", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".toolbar")).toBeHidden();
  await expect(page.locator(".topbar")).toBeHidden();
  await expect(page.locator("section.panel")).toHaveCount(20);
  const pdf = await page.pdf({ format: "A4" });
  // Twenty panels fit on a few pages, not one page each.
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g)?.length ?? 0;
  expect(pages).toBeGreaterThan(1);
  expect(pages).toBeLessThan(7);
});

test("a printed page cuts nothing off: tables, legends, sparklines", async ({ page }) => {
  for (const path of ["/d/online-retail", "/d/tables"]) {
    await page.goto(path);
    await settled(page);
    await page.emulateMedia({ media: "print" });
    // A4 and Letter without their margins.
    for (const width of [703, 725]) {
      await page.setViewportSize({ width, height: 1000 });
      const cut = await page.evaluate(() => {
        const all = [...document.querySelectorAll(".panel table, .legend, .panel-title")];
        const beyond = all.filter((own) => own.getBoundingClientRect().right > innerWidth + 1);
        const sliding = [...document.querySelectorAll(".legend, .panel-body.scroll")].filter(
          (own) => own.scrollWidth > own.clientWidth + 1 && getComputedStyle(own).overflowX !== "visible",
        );
        const lines = [...document.querySelectorAll(".stat .spark")].filter((own) => own.getBoundingClientRect().width < 20);
        return [...beyond, ...sliding, ...lines].map((own) => `${own.className} in ${own.closest("section")?.id}`);
      });
      expect(cut, `${path} at ${width}`).toEqual([]);
      // A table that continues on the next page repeats its head.
      const heads = await page.locator(".panel thead").evaluateAll((own) => own.map((head) => getComputedStyle(head).display));
      expect(new Set(heads)).toEqual(new Set(["table-header-group"]));
    }
    await page.emulateMedia({ media: null });
  }
});

test("a screen reader gets title, state and panels in order", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  const headings = await page.locator("main :is(h1, h2)").allTextContents();
  expect(headings).toEqual(["Live", "Dice", "Sure", "By day", "Table", "Far below"]);
});

/** Reloads the page in place, as when it is outdated; returns whether that worked. */
const reloadInPlace = (page: Page): Promise<boolean> =>
  page.evaluate(async () => {
    const scripts = await import(document.querySelector<HTMLScriptElement>("#loader")!.src);
    return scripts.reloadInPlace();
  });

test.describe("while the server is away", () => {
  test.use({ expectedErrors: [/status of 502/] });
  test("a page that tries to reload stays as it is", async ({ page }) => {
    await page.goto("/d/live");
    await settled(page);
    await page.route("**/d/live", (route) =>
      route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }),
    );
    expect(await reloadInPlace(page)).toBe(false);
    await expect(page.locator("h1")).toHaveText("Live");
  });
});

test("a late response does not replace a newer page", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route("**/d/live", async (route) => {
    await held;
    await route.continue();
  });
  const late = reloadInPlace(page);
  await page.locator("summary", { hasText: "Dashboards" }).click();
  await page.locator(".topbar").getByRole("link", { name: "Products and prices" }).click();
  await expect(page.locator("h1")).toHaveText("Products and prices");
  letGo();
  await late;
  await settled(page);
  await expect(page.locator("h1")).toHaveText("Products and prices");
  await expect(page.locator("main")).toHaveAttribute("data-slug", "products");
});

test("slow choices arrive with the page on a first visit", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await page.locator("summary", { hasText: "Dashboards" }).click();
  await page.locator(".topbar").getByRole("link", { name: "Slow choices" }).click();
  await expect(page.locator("h1")).toHaveText("Slow choices");
  await page.locator(".toolbar summary", { hasText: "Country" }).click();
  await expect(page.locator(".toolbar").getByText("France")).toBeVisible();
});

test("a page restored from the browser's real back/forward cache is interactive and follows its data", async ({ baseURL }) => {
  // Playwright disables that cache and cannot inspect a page restored from it: the page
  // records its state in localStorage, and another page reads it.
  const browser = await chromium.launch({
    executablePath: process.env.BRISK_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
  });
  try {
    const context = await browser.newContext();
    const reader = await context.newPage();
    await reader.goto(`${baseURL}/api`);
    const noted = (name: string) => reader.evaluate((key) => localStorage.getItem(key), name);
    const page = await context.newPage();
    await page.addInitScript(() => {
      if (!location.pathname.startsWith("/d/live")) {
        addEventListener("load", () => setTimeout(() => history.back(), 200));
        return;
      }
      addEventListener("pageshow", (event) => {
        const note = () => {
          localStorage.setItem("sign", document.querySelector<HTMLElement>(".live-sign")?.dataset.state ?? "");
          localStorage.setItem("figure", document.querySelector("#dice .stat-figure")?.getAttribute("title") ?? "");
        };
        localStorage.setItem("persisted", String(event.persisted));
        setInterval(note, 100);
      });
    });
    await page.goto(`${baseURL}/d/live`);
    await expect.poll(() => noted("sign")).toBe("live");
    await page.evaluate(() => setTimeout(() => (location.href = "/api"), 100));
    await expect.poll(() => noted("persisted"), { timeout: 20_000 }).toBe("true");
    await expect.poll(() => noted("sign")).toBe("live");
    const before = await noted("figure");
    expect((await reader.request.post(`${baseURL}/d/live/refresh`, { maxRedirects: 0 })).status()).toBe(303);
    await expect.poll(() => noted("figure")).not.toBe(before);
  } finally {
    await browser.close();
  }
});

test.describe("while the server is away", () => {
  test.use({ expectedErrors: [/ERR_FAILED|status of 50[23]/] });
  test("the page stays, and so does its URL", async ({ page }) => {
    await page.goto("/d/online-retail");
    await settled(page);
    await stay(page);
    const address = page.url();
    const sign = page.locator("summary", { has: page.locator(".live-sign") });
    const toasts = await recordToasts(page);
    await page.route("**/d/products", (route) => route.abort());
    await page.locator("summary", { hasText: "Dashboards" }).click();
    await page.locator(".topbar").getByRole("link", { name: "Products and prices" }).click();
    await expect.poll(toasts).toEqual([expect.stringContaining("not responding")]);
    await expect(sign).toContainText("Offline");
    await expect(sign).toHaveAccessibleName("Follows its data: Offline");
    await expect.poll(() => page.url()).toBe(address);
    await expect(page.locator("h1")).toHaveText("Online retail");
    await page.keyboard.press("Escape");
    // The same for a POST, and for a proxy's response in place of the server's.
    await page.route("**/d/online-retail/refresh*", (route) => route.fulfill({ status: 502, body: "bad gateway" }));
    await page.getByRole("button", { name: "Refresh" }).click();
    await expect.poll(async () => (await toasts()).length).toBe(2);
    expect((await toasts())[1]).toContain("not responding");
    expect(await stayed(page)).toBe(true);
    // Then the server is back.
    await page.unroute("**/d/products");
    await page.locator("summary", { hasText: "Dashboards" }).click();
    await page.locator(".topbar").getByRole("link", { name: "Products and prices" }).click();
    await expect(page.locator("h1")).toHaveText("Products and prices");
    await expect(sign).toContainText("Live");
    expect(await stayed(page)).toBe(true);
  });
});

test("a refresh by hand updates the page in place", async ({ page }) => {
  await page.goto("/d/live");
  await settled(page);
  await stay(page);
  const before = await page.locator("#dice .stat-figure").getAttribute("title");
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.locator("#dice .stat-figure")).not.toHaveAttribute("title", before ?? "");
  expect(await stayed(page)).toBe(true);
  expect(new URL(page.url()).pathname).toBe("/d/live");
});
