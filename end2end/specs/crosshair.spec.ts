import { expect, settled, test } from "../fixtures";

test("charts on a time axis share the crosshair, and only one has the tooltip", async ({ page }) => {
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("#revenue-by-day").scrollIntoViewIfNeeded();
  await page.locator("#revenue-by-day .chart").hover({ position: { x: 400, y: 100 } });
  await expect(page.locator("#revenue-by-day .crosshair")).toBeVisible();
  await expect(page.locator("#orders-by-day .twin")).toBeVisible();
  await expect(page.locator(".tooltip")).toHaveCount(1);
  await expect(page.locator("#revenue-by-day .twin")).toHaveCount(0);
  // Charts without a time axis have none, and neither have those that cannot be seen.
  await expect(page.locator("#price-bands .twin")).toHaveCount(0);
  await expect(page.locator("#cancellations .twin")).toHaveCount(0);
  await page.mouse.move(5, 5);
  await expect(page.locator(".twin")).toHaveCount(0);
});

test("the line stands at the same day in lines and in bars", async ({ page }) => {
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
