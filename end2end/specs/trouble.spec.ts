import { expect, expectAccessible, settled, test } from "../fixtures";

test.describe("bad input", () => {
  test.use({ expectedErrors: [/status of 40[04]/] });
  const cases: [string, number, RegExp][] = [
    ["/nowhere", 404, /does not exist/],
    ["/d/nowhere", 404, /no dashboard "nowhere"/],
    ["/d/%00%ff", 404, /does not exist/],
    ["/d/online-retail/p/nothing", 404, /no panel "nothing"/],
    ["/d/online-retail?range=soon", 400, /range "soon" is not known/i],
    ["/d/online-retail?from=2011-02-30&to=2011-03-01", 400, /not a date/],
    ["/d/online-retail?from=2011-03-02&to=2011-03-01", 400, /ends .* before it starts/],
    ["/d/online-retail?from=2011-03-02", 400, /both from and to/],
    ["/d/online-retail?interval=fortnight", 400, /interval "fortnight"/i],
    ["/d/online-retail?interval=minute&range=last-2-years", 400, /too fine/],
    ["/d/online-retail?price_band=%3Cscript%3E", 400, /no choice "<script>"/],
  ];
  for (const [path, status, message] of cases) {
    test(`${path} answers ${status} with a sentence`, async ({ page }) => {
      const response = await page.goto(path);
      expect(response?.status()).toBe(status);
      await expect(page.locator("main .sheet")).toContainText(message);
      await expectAccessible(page);
    });
  }
});

test("a panel that fails or is slow does not hold up the others", async ({ page }) => {
  await page.goto("/d/trouble", { waitUntil: "commit" });
  await expect(page.locator("#good .stat-figure")).toHaveText("42");
  await expect(page.locator("#broken .notice")).toContainText("no such column: no_such_column");
  await expect(page.locator("#undeclared .notice")).toContainText('Source "nowhere" is not declared');
  await expect(page.locator("#empty")).toContainText("No data in this range");
  await expect(page.locator(".skeleton")).toHaveCount(0, { timeout: 30_000 });
  await settled(page);
  await expect(page.locator("#slow .stat-figure")).toHaveText("3.00M");
  await expect(page.locator("#hostile table")).toContainText("<img src=x");
  await expectAccessible(page);
});
