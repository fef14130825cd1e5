import { expect, expectAccessible, test } from "../fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the sources page is accessible, ${colorScheme} @sizes`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/");
    await page.getByRole("link", { name: "Sources" }).click();
    await expect(page.locator("h1")).toHaveText("Sources");
    const rollup = page.locator("#sales");
    await expect(rollup.locator("dt", { hasText: "Last run" })).toBeVisible();
    // The page does not follow what the server builds as it starts.
    await expect(async () => {
      await page.reload();
      await expect(rollup.locator("summary")).toBeVisible({ timeout: 1_000 });
    }, "the run that built the rollup is listed").toPass({ timeout: 30_000 });
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

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages about the cache and what invalidates it are accessible, ${colorScheme} @sizes`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/d/products");
    await page.goto("/admin/sources");
    const pages = page.getByRole("navigation", { name: "Administration" });
    await pages.getByRole("link", { name: "Cache" }).click();
    await expect(page.locator("h1")).toHaveText("Cache");
    await expect(page.getByText("Hit rate").first()).toBeVisible();
    await expectAccessible(page);
    await page.getByRole("link", { name: "Products and prices" }).first().click();
    await expect(page.locator("h1")).toHaveText("Products and prices");
    await page.getByText("Entries and tags").first().click();
    await expectAccessible(page);
    await page.getByRole("link", { name: "Purge…" }).first().click();
    await expect(page.locator("h1")).toHaveText("Purge dashboard:products?");
    await expectAccessible(page);
    await page.goto("/admin/webhooks");
    await expect(page.locator("h1")).toHaveText("Invalidation");
    await page.getByText("From a shell", { exact: true }).click();
    await expectAccessible(page);
  });
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });
    test("a dashboard is purged after a look at what that touches, and warmed", async ({ page }) => {
      await page.goto("/admin/cache/purged");
      const first = page.locator("section.operation h2 .state").first();
      await page.getByRole("button", { name: "Warm" }).click();
      await expect(page.getByRole("status")).toContainText("loaded");
      // The page does not follow a load that takes longer than the form waits.
      await expect(async () => {
        await page.reload();
        await expect(first).toHaveText("fresh", { timeout: 1_000 });
      }).toPass({ timeout: 30_000 });
      await page.getByRole("link", { name: "Purge…" }).first().click();
      await expect(page.getByText("One panel loads again")).toBeVisible();
      await page.getByRole("button", { name: "Purge" }).click();
      await expect(page.getByRole("status")).toContainText("Purged");
      await expect(first).toHaveText("previous");
    });
  });
}
