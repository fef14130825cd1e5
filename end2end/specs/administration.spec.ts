import { expect, expectAccessible, test } from "../fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the sources page is accessible, ${colorScheme} @sizes`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    await page.getByRole("link", { name: "Sources" }).click();
    await expect(page.locator("h1")).toHaveText("Sources");
    const rollup = page.locator("#sales");
    await expect(rollup.locator("dt", { hasText: "Last run" })).toBeVisible();
    await rollup.locator("summary").click();
    await expect(rollup.locator("tbody tr").first()).toBeVisible();
    await expectAccessible(page);
  });
}

test("a rollup is rebuilt by a click", async ({ page }) => {
  await page.goto("/admin/sources");
  await page.locator("#sales").getByRole("button", { name: "Rebuild" }).click();
  await expect(page.locator("#sales .state")).toHaveText("up to date", { timeout: 30_000 });
  await page.locator("#sales summary").click();
  await expect(page.locator("#sales tbody tr", { hasText: "all of it" }).first()).toBeVisible();
});
