import { expect, expectAccessible, test } from "../fixtures";

test("the home page lists the dashboards and links to them @sizes", async ({ page }) => {
  await page.goto("/");
  await expect(page).toHaveTitle("Dashboards · Brisk");
  await expect(page.getByRole("link", { name: "Online retail" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Online retail" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Online retail");
});
