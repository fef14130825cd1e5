import { expect, expectAccessible, settled, test } from "../fixtures";

const november = "/d/online-retail?from=2011-11-01&to=2011-11-30";

test("a bar filters all other panels, and a second click removes the filter", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  await expect(page.locator("#revenue .stat-figure")).toHaveText("£1.46M");
  await page.locator("#countries a[data-i='1']").click();
  await expect(page).toHaveURL(/country=France#countries$/);
  await settled(page);
  await expect(page.locator("#revenue .stat-figure")).not.toHaveText("£1.46M");
  await expect(page.locator(".chip")).toContainText("France");
  const chosen = page.locator("#countries svg a[aria-current]");
  await expect(chosen).toHaveCount(1);
  await expect(page.locator("#countries .chosen")).toHaveText("✓ France");
  // The others stay available, dimmed.
  await expect(page.locator("#countries svg a:not([aria-current])")).toHaveCount(9);
  const opacity = (bar: string) =>
    page.locator(`#countries svg a${bar} rect[data-i]`).first().evaluate((e) => getComputedStyle(e).fillOpacity);
  expect(await opacity(":not([aria-current])")).toBe("0.35");
  expect(await opacity("[aria-current]")).toBe("1");
  await expect(page.locator("#countries")).toBeInViewport();
  await expectAccessible(page);
  await chosen.click();
  await expect(page).not.toHaveURL(/country=/);
  await settled(page);
  await expect(page.locator("#revenue .stat-figure")).toHaveText("£1.46M");
});

test("slices and legend entries filter, with the keyboard alone, too", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  const name = page.locator("#price-bands").getByRole("link", { name: /^£1 to £2/ });
  await name.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/price_band=%C2%A31%20to%20%C2%A32/);
  await settled(page);
  await page.locator("#price-bands svg a[data-i='4']").click();
  await expect(page).toHaveURL(/price_band=%C2%A310%20and%20over/);
});

test("arrow keys read a chart, and Enter filters by the mark being read", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  const chart = page.locator("#countries .chart");
  await chart.focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await expect(chart.locator(".tooltip")).toContainText("France");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/country=France/);
  // Reading continues from there.
  await expect(page.locator("#countries .chart")).toBeFocused();
});

test("a row filters, and the table keeps its order", async ({ page }) => {
  await page.goto("/d/tables?sort=rows:desc:amount");
  await settled(page);
  const row = page.locator("#rows tr.to:visible").first();
  await expect(row).toContainText("99.9");
  await row.click({ position: { x: 200, y: 10 } });
  await expect(page).toHaveURL(/name=Name%20\d+.*#rows/);
  await expect(page).toHaveURL(/sort=rows%3Adesc%3Aamount/);
  await expect(page.locator("#rows tr.chosen")).toHaveCount(1);
  // The variable's own statement returns only another name.
  await expect(page.locator(".chip")).toContainText("not among the choices");
  await page.goto("/d/tables?name=Name+7");
  await expect(page.locator(".chip")).not.toContainText("not among");
  await page.goBack();
  await expectAccessible(page);
});

test("filters are links that work without scripts @no-script", async ({ page }) => {
  await page.goto(november);
  await expect(page.locator(".skeleton")).toHaveCount(0, { timeout: 20_000 });
  await page.locator("#countries").getByRole("link", { name: /^France.*show only this/ }).click();
  await expect(page).toHaveURL(/country=France/);
  await expect(page.locator(".skeleton")).toHaveCount(0, { timeout: 20_000 });
  await page.locator("#countries").getByRole("link", { name: /France.*take it back/ }).click();
  await expect(page).not.toHaveURL(/country=/);
});
