import { expect, expectAccessible, test } from "../fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages about schedules, folders and a new source are accessible, ${colorScheme} @sizes`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    for (const [path, title] of [
      ["/admin/schedules", "Schedules"],
      ["/admin/folders", "Folders"],
      ["/admin/sources/edit", "Add a source"],
      ["/admin/cache/warm?tag=all", "Warm all?"],
    ] as const) {
      await page.goto(path);
      await expect(page.locator("h1")).toHaveText(title);
      await page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>("main details").forEach((details) => (details.open = true)));
      await expectAccessible(page);
      // Nothing is wider than the window.
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
  });
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });
    test("a schedule is made, switched off, and removed after a question", async ({ page }, { project }) => {
      const name = `by ${project.name} ${javaScriptEnabled ? "with" : "without"} scripts`;
      await page.goto("/admin/schedules");
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("What to warm").fill("all");
      await page.getByLabel("When").fill("0 6 * * 1-5");
      await page.getByLabel("Time zone").fill("Europe/London");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByRole("status")).toContainText("kept");
      const own = page.locator("li.rollup", { hasText: name });
      await expect(own).toContainText("06:00");
      await own.getByRole("button", { name: "Switch off" }).click();
      await expect(page.locator("li.rollup", { hasText: name }).getByRole("button", { name: "Switch on" })).toBeVisible();
      await page.locator("li.rollup", { hasText: name }).getByRole("link", { name: "Remove" }).click();
      await expect(page.locator("h1")).toContainText(`Remove the schedule ${name}?`);
      await page.getByRole("button", { name: "Remove" }).click();
      await expect(page.getByRole("status")).toContainText("removed");
      await expect(page.locator("li.rollup", { hasText: name })).toHaveCount(0);
    });
  });
}
