import { expect, test } from "../fixtures";

test("without scripts, all charts are shown, and range and variables work @no-script", async ({ page }) => {
  await page.goto("/d/online-retail");
  // Late panels arrive when the page reloads itself.
  await expect(page.locator(".skeleton")).toHaveCount(0, { timeout: 20_000 });
  await expect(page.locator("section.panel")).toHaveCount(20);
  await expect(page.locator("section.panel svg.c").first()).toBeVisible();
  await page.locator("summary", { hasText: "Last 90 days" }).click();
  await page.getByRole("link", { name: "Last 30 days" }).click();
  await expect(page).toHaveURL(/range=last-30-days/);
  await page.locator("summary", { hasText: "Last 30 days" }).click();
  await page.getByLabel("From", { exact: true }).fill("2011-11-01");
  await page.getByLabel("To", { exact: true }).fill("2011-11-30");
  await page.locator("form.custom").getByRole("button", { name: "Apply" }).click();
  await expect(page.locator(".as-of b")).toHaveText("1 – 30 Nov 2011");
  await page.locator("summary", { hasText: "Country" }).click();
  await page.getByRole("checkbox", { name: "France" }).check();
  await page.getByRole("button", { name: "Apply" }).first().click();
  await expect(page).toHaveURL(/country=France/);
  await page.locator("summary", { hasText: "By day" }).click();
  await page.getByRole("link", { name: "By week", exact: true }).click();
  await expect(page).toHaveURL(/interval=week/);
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page).toHaveURL(/country=France/);
  await page.getByRole("link", { name: "Reset" }).click();
  await expect(page).toHaveURL("/d/online-retail");
  await expect(page.locator(".cal")).toBeHidden();
  await page.getByRole("link", { name: "Only the panels" }).click();
  await expect(page.locator(".topbar")).toBeHidden();
  await expect(page.locator("section.panel")).toHaveCount(20);
});
