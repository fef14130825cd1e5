import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "../fixtures";

test("a changed file shows at once, a broken one keeps its last good version", async ({ page }) => {
  const file = join(process.env.BRISK_DASHBOARDS!, "changing.toml");
  const text = (title: string) =>
    `title = "${title}"\nsource = "retail"\n[[panel]]\nid = "one"\ntitle = "One"\nkind = "stat"\nsql = "select 1 as one"\n`;
  const reads = (title: string) => async () => {
    await page.goto("/d/changing");
    return (await page.locator("h1").textContent()) === title;
  };
  writeFileSync(file, text("First"));
  await expect.poll(async () => (await page.request.get("/d/changing")).status()).toBe(200);
  await expect.poll(reads("First")).toBe(true);
  writeFileSync(file, text("Second"));
  await expect.poll(reads("Second")).toBe(true);
  writeFileSync(file, readFileSync(file, "utf8").replace("kind =", "knd ="));
  await expect(async () => {
    await page.goto("/d/changing");
    // A loaded page does not show later problems; only another load does.
    expect(await page.locator(".banner").allTextContents()).toContainEqual(expect.stringContaining("last good version"));
  }).toPass();
  await expect(page.locator("h1")).toHaveText("Second");
});
