import { expect, layoutShifts, settled, test } from "../fixtures";

test("charts on a time axis share the crosshair, and only one has the tooltip", async ({ page }) => {
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("#revenue-by-day").scrollIntoViewIfNeeded();
  await page.locator("#revenue-by-day .chart").hover({ position: { x: 400, y: 100 } });
  await expect(page.locator("#revenue-by-day .crosshair")).toBeVisible();
  await expect(page.locator("#orders-by-day .twin")).toBeVisible();
  await expect(page.locator(".tooltip")).toHaveCount(1);
  await expect(page.locator("#revenue-by-day .twin")).toHaveCount(0);
  // Charts without a time axis have none, nor do those outside the viewport.
  await expect(page.locator("#price-bands .twin")).toHaveCount(0);
  await expect(page.locator("#cancellations .twin")).toHaveCount(0);
  await page.mouse.move(5, 5);
  await expect(page.locator(".twin")).toHaveCount(0);
});

test("the crosshair is at the same day in lines and in bars", async ({ page }) => {
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await settled(page);
  const line = page.locator("#revenue-by-day .chart");
  await line.focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < 9; i++) await page.keyboard.press("ArrowRight");
  await expect(line.locator(".tooltip")).toContainText("Thu 10 Nov 2011");
  const bars = page.locator("#orders-by-day .chart");
  const twin = (await bars.locator(".twin").boundingBox())!;
  await bars.hover({ position: { x: twin.x - (await bars.boundingBox())!.x, y: 100 } });
  await expect(bars.locator(".tooltip")).toContainText("Thu 10 Nov 2011");
});

test("following the pointer moves nothing else and causes no layout shift", async ({ page }) => {
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("#revenue-by-day").scrollIntoViewIfNeeded();
  const chart = page.locator("#revenue-by-day .chart");
  const seen = new Set<string>();
  for (const x of [100, 180, 300, 420, 560]) {
    await chart.hover({ position: { x, y: 100 } });
    await expect(chart.locator(".tooltip")).toBeVisible();
    seen.add((await chart.locator(".tooltip").textContent())!);
    // Layout shifts are recorded per animation frame.
    await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
  }
  expect(seen.size).toBe(5);
  expect(await layoutShifts(page)).toEqual([]);
});

test("crosshairs disappear with the chart under the pointer", async ({ page }) => {
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("#revenue-by-day .chart").hover({ position: { x: 400, y: 100 } });
  await expect(page.locator("#orders-by-day .twin")).toBeVisible();
  // As when newer markup replaces it, without a final pointer event.
  await page.locator("#revenue-by-day .chart").evaluate((chart) => chart.remove());
  await expect(page.locator(".twin")).toHaveCount(0);
});
