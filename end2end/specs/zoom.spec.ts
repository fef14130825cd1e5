import { expect, settled, test } from "../fixtures";

test("a drag shows its dates, zooms to them, and can be reset", async ({ page }) => {
  await page.goto("/d/online-retail?country=France");
  await settled(page);
  const chart = page.locator("#revenue-by-day .chart");
  const box = (await chart.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 5 });
  const dates = (await page.locator("#revenue-by-day .brush span").textContent())!;
  expect(dates).toMatch(/^\d+ \w+ – \d+ \w+ 2011$/);
  await page.mouse.up();
  await expect(page).toHaveURL(/from=2011-/);
  // The range shown is the one the brush showed.
  await expect(page.locator(".as-of b")).toHaveText(dates);
  await settled(page);
  // Two zooms are reset together.
  await page.mouse.move(box.x + box.width * 0.3, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 90, { steps: 5 });
  await page.mouse.up();
  await expect(page.locator(".as-of b")).not.toHaveText(dates);
  await page.getByRole("link", { name: "Reset zoom" }).click();
  await expect(page).toHaveURL("/d/online-retail?country=France");
  await expect(page.getByRole("link", { name: "Reset zoom" })).toHaveCount(0);
});

test("Escape and a zero-length drag change nothing, and a drag continues outside the chart", async ({ page }) => {
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await settled(page);
  const box = (await page.locator("#revenue-by-day .chart").boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + 80);
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 5 });
  await page.keyboard.press("Escape");
  await expect(page.locator(".brush")).toHaveCount(0);
  await page.mouse.up();
  await expect(page).toHaveURL("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 200, box.y + 90, { steps: 5 });
  await expect(page.locator(".brush span")).toContainText("– 30 Nov 2011");
  await page.mouse.up();
  await expect(page).toHaveURL(/zoom=2011-11-01\.\.2011-11-30%2Cauto/);
});

test("a zoom can be reset without scripts, and another range forgets it @no-script", async ({ page }) => {
  const zoomed = "/d/online-retail?from=2011-11-03&to=2011-11-05&zoom=last-30-days%2Cweek";
  await page.goto(zoomed);
  await page.getByRole("link", { name: "Reset zoom" }).click();
  await expect(page).toHaveURL("/d/online-retail?range=last-30-days&interval=week");
  await page.goto(zoomed);
  await page.locator("summary", { hasText: "3 – 5 Nov 2011" }).click();
  await page.getByRole("link", { name: "Last 7 days" }).click();
  await expect(page).toHaveURL("/d/online-retail?range=last-7-days");
});
