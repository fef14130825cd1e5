import { expect, expectAccessible, test } from "../fixtures";

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages about schedules, folders, images, reports, jobs and a new source are accessible, ${colorScheme} @sizes`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    for (const [path, title] of [
      ["/admin/schedules", "Schedules"],
      ["/admin/folders", "Folders"],
      ["/admin/images", "Images"],
      ["/admin/reports", "Reports"],
      ["/admin/jobs", "Jobs"],
      ["/api/graphql/playground", "GraphQL"],
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
    // What is refused is answered with 422, which Chromium notes.
    test.use({ javaScriptEnabled, expectedErrors: [/status of 422/] });
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

    test("an image gets an address for other pages, until its key is revoked", async ({ page, request }, { project }) => {
      const name = `wiki of ${project.name} ${javaScriptEnabled ? "with" : "without"} scripts`;
      await page.goto("/admin/images");
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("Shows").fill("online-retail/revenue-by-day");
      await page.getByRole("button", { name: "Add key" }).click();
      await expect(page.getByRole("status")).toContainText("is added");
      await page.getByLabel("Panel").fill("/d/online-retail/p/revenue-by-day?from=2011-11-01&to=2011-11-30");
      await page.getByLabel("Key", { exact: true }).selectOption({ label: `${name} (online-retail/revenue-by-day)` });
      await page.getByRole("button", { name: "Make address" }).click();
      const image = page.locator("img.signed-image");
      await expect.poll(() => image.evaluate((shown: HTMLImageElement) => shown.naturalWidth)).toBe(1440);
      const address = (await image.getAttribute("src")) ?? "";
      expect((await request.get(address)).headers()["content-type"]).toBe("image/png");
      expect((await request.get(address.replace("2011-11-30", "2011-11-29"))).status()).toBe(404);
      await page.getByRole("button", { name: `Revoke: ${name}` }).click();
      await expect(page.getByRole("status")).toContainText("revoked");
      expect((await request.get(address)).status()).toBe(404);
    });
    test("a report is written, corrected, sent by hand, paused and removed", async ({ page }, { project }) => {
      const name = `by-${project.name}-${javaScriptEnabled ? "with" : "without"}-scripts`;
      const report = (cron: string) =>
        `title = "${name}"\ndashboard = "online-retail"\nform = "link"\nto = ["channel:archive"]\ncron = "${cron}"\n`;
      await page.goto("/admin/reports");
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("Definition").fill(report("soon"));
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByRole("alert")).toContainText("soon");
      await page.getByLabel("Definition").fill(report("0 6 * * 1-5"));
      await page.getByRole("button", { name: "Save" }).click();
      const own = () => page.locator("li.rollup", { hasText: name });
      await expect(own()).toContainText("06:00");
      await own().getByRole("button", { name: "Pause" }).click();
      await expect(own().getByRole("button", { name: "Resume" })).toBeVisible();
      await own().getByRole("button", { name: "Send now" }).click();
      // No channel of that name is configured, which the run says.
      await expect
        .poll(async () => {
          await page.goto(`/admin/reports/${name}`);
          return page.locator("main").innerText();
        })
        .toContain("no [channel.archive]");
      await page.goto("/admin/reports");
      await own().getByRole("link", { name: "Remove" }).click();
      await page.getByRole("button", { name: "Remove" }).click();
      await expect(own()).toHaveCount(0);
    });
  });
}
