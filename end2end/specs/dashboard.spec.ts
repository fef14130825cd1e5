import { expect, expectAccessible, layoutShifts, settled, test } from "../fixtures";

for (const slug of ["online-retail", "products"]) {
  test(`${slug} is drawn, accessible and without layout shifts @sizes`, async ({ page }, info) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(`/d/${slug}`);
      await settled(page);
      await expect(page.locator(".notice.bad")).toHaveCount(0);
      await expectAccessible(page);
      expect(await layoutShifts(page)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow, "no horizontal scrolling").toBeLessThanOrEqual(0);
      await page.screenshot({ path: info.outputPath(`${slug}-${colorScheme}.png`), fullPage: true });
    }
  });
}

test("twenty panels show the real figures", async ({ page }) => {
  // All of November 2011: gross 1,509,496.33 before cancellations.
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await expect(page.locator("section.panel")).toHaveCount(20);
  await expect(page.locator("#revenue .stat-figure")).toHaveText("£1.46M");
  await expect(page.locator("#revenue .stat-figure")).toHaveAttribute("title", "£1,461,756.25");
  await expect(page.locator(".as-of b")).toHaveText("1 – 30 Nov 2011");
});

test("every chart has a text alternative with its key figures", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  for (const label of await page.locator("svg[role=img]").evaluateAll((all) => all.map((e) => e.getAttribute("aria-label")))) {
    expect(label?.length ?? 0).toBeGreaterThan(10);
  }
});

test("the page of one panel has its chart and its table @sizes", async ({ page }) => {
  await page.goto("/d/online-retail/p/revenue-by-day?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Revenue by day");
  await expect(page.locator("table.tb tbody tr")).toHaveCount(26);
  await expectAccessible(page);
});

test("a theme is remembered", async ({ page }) => {
  await page.goto("/d/products");
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page).toHaveURL("/d/products");
  await page.goto("/");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});
