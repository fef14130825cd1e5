import { expect, settled, test } from "../fixtures";

const november = "/d/online-retail?from=2011-11-01&to=2011-11-30";

test("a tooltip follows the pointer and the arrow keys", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  const chart = page.locator("#revenue-by-day .chart");
  await chart.hover({ position: { x: 300, y: 100 } });
  await expect(chart.locator(".tooltip")).toContainText("Nov 2011");
  await expect(chart.locator(".crosshair")).toBeVisible();
  await chart.focus();
  await page.keyboard.press("Home");
  await expect(chart.locator(".tooltip")).toContainText("Tue 1 Nov 2011");
  await page.keyboard.press("ArrowRight");
  await expect(chart.locator(".tooltip")).toContainText("Wed 2 Nov 2011");
  await page.keyboard.press("End");
  await expect(chart.locator(".tooltip")).toContainText("Wed 30 Nov 2011");
  await page.keyboard.press("Escape");
  await expect(chart.locator(".tooltip")).toHaveCount(0);
});

test("a pointer that rests on a chart before it starts is shown the values there", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(november, { waitUntil: "domcontentloaded" });
  // The scripts run, and wait for the wasm.
  await expect(page.locator(".live-sign")).toHaveAttribute("data-state", "live");
  const chart = page.locator("#revenue-by-day .chart");
  await chart.hover({ position: { x: 300, y: 100 } });
  await expect(chart.locator("leptos-island")).not.toHaveAttribute("data-started");
  release();
  await expect(chart.locator(".tooltip")).toContainText("Nov 2011");
});

test("a mark shows its value", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  await page.locator("#countries rect[data-i='0']").hover();
  await expect(page.locator("#countries .tooltip")).toContainText("United Kingdom");
});

test("dragging zooms to whole days and changes the URL", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  const box = (await page.locator("#revenue-by-day .chart").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 5 });
  await expect(page.locator("#revenue-by-day .brush")).toBeVisible();
  await page.mouse.up();
  await expect(page).toHaveURL(/from=2011-11-\d\d&to=2011-11-\d\d/);
  await expect(page).not.toHaveURL(/from=2011-11-01&/);
});

test("the legend switches a series off and on, and the axis follows", async ({ page }) => {
  await page.goto("/d/products");
  await settled(page);
  const panel = page.locator("#by-band");
  const drawn = panel.locator(".drawn").last();
  await panel.getByRole("button", { name: "£2 to £5" }).click();
  await expect(drawn.locator("path.l:not(.pt)")).toHaveCount(4);
  await expect(panel.getByRole("button", { name: "£2 to £5" })).toHaveAttribute("aria-pressed", "false");
  await panel.getByRole("button", { name: "£2 to £5" }).click();
  await expect(drawn.locator("path.l:not(.pt)")).toHaveCount(5);
});

test("many options are found by typing", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  await page.locator("summary", { hasText: "Country" }).click();
  await page.getByPlaceholder("Find a country").fill("ger");
  await expect(page.locator(".option:visible")).toHaveCount(2);
  await page.getByRole("checkbox", { name: "Germany" }).check();
  await page.getByRole("button", { name: "Apply" }).first().click();
  await expect(page).toHaveURL(/country=Germany/);
  await expect(page.locator(".chip")).toContainText("Germany");
});

test("a chart far below starts when it comes near the viewport, or is touched", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  const islands = page.locator("leptos-island[data-component^=Chart_]");
  const waiting = page.locator("leptos-island[data-waits]");
  expect(await waiting.count()).toBeGreaterThan(2);
  expect(await waiting.count()).toBeLessThan(await islands.count());
  // Focus alone is enough, before it is scrolled to.
  const last = page.locator("section:has(leptos-island[data-waits]) .chart").last();
  await last.evaluate((chart: HTMLElement) => chart.focus({ preventScroll: true }));
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(".chart:focus .tooltip")).toBeAttached();
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect.poll(() => waiting.count()).toBeLessThan(3);
});

test.describe("on a touch screen", () => {
  test.use({ hasTouch: true });
  test("a tooltip stays until something else is touched", async ({ page }) => {
    await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
    await settled(page);
    const chart = page.locator("#revenue-by-day .chart");
    await chart.tap({ position: { x: 400, y: 100 } });
    await expect(chart.locator(".tooltip")).toContainText("Nov 2011");
    const first = await chart.locator(".tooltip").textContent();
    await chart.tap({ position: { x: 200, y: 100 } });
    await expect(chart.locator(".tooltip")).not.toHaveText(first!);
    await page.locator("h1").tap();
    await expect(chart.locator(".tooltip")).toHaveCount(0);
  });
});
