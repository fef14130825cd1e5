import { expect, settled, test } from "../fixtures";

test("a row links to another dashboard with the range and its own value", async ({ page }) => {
  await page.goto("/d/online-retail?from=2011-11-01&to=2011-11-30&interval=week");
  await settled(page);
  await page.locator("#country-table").getByRole("link", { name: /^EIRE/ }).click();
  await expect(page).toHaveURL("/d/products?from=2011-11-01&to=2011-11-30&interval=week&country=EIRE");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Products and prices");
  await expect(page.locator(".chip")).toContainText("EIRE");
  // And back, with the variables that both have.
  await page.locator("#products-sold .pop > summary").click();
  await page.getByRole("link", { name: "Open Online retail" }).click();
  await expect(page).toHaveURL("/d/online-retail?from=2011-11-01&to=2011-11-30&interval=week&country=EIRE");
});

test("a panel's menu links to another dashboard @no-script", async ({ page }) => {
  // The whole page at once: without scripts, one that waits for a panel loads itself again and closes the menu.
  await page.goto(
    "/d/online-retail?range=last-30-days&country=France&price_band=Under%20%C2%A31&whole-page=1",
  );
  await page.locator("#top-products .pop > summary").click();
  await page.getByRole("link", { name: "Open Products and prices", exact: true }).click();
  await expect(page).toHaveURL("/d/products?range=last-30-days&interval=auto&country=France");
});

test("several values are not passed on to a single-choice variable", async ({ page }) => {
  await page.goto("/d/online-retail?country=France&country=EIRE");
  await page.locator("#top-products .pop > summary").click();
  const link = page.getByRole("link", { name: "Open Products and prices", exact: true });
  await expect(link).toHaveAttribute("href", "/d/products?range=last-90-days&interval=auto");
});
