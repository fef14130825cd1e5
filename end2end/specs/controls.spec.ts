import { expect, expectAccessible, settled, test } from "../fixtures";

test("a range can be picked in the calendar", async ({ page }) => {
  await page.goto("/d/products?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("summary", { hasText: "1 – 30 Nov 2011" }).click();
  const calendar = page.locator(".cal");
  await expect(calendar).toContainText("November 2011");
  await page.getByRole("button", { name: "Month before" }).click();
  await expect(calendar).toContainText("October 2011");
  await calendar.getByRole("button", { name: "5 October 2011", exact: true }).click();
  await calendar.getByRole("button", { name: "20 October 2011", exact: true }).click();
  await expect(page.getByLabel("From", { exact: true })).toHaveValue("2011-10-05");
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("2011-10-20");
  await expectAccessible(page);
  await page.locator("form.custom").getByRole("button", { name: "Apply" }).click();
  await expect(page.locator(".as-of b")).toHaveText("5 – 20 Oct 2011");
});

test("the calendar works with the keyboard alone", async ({ page }) => {
  await page.goto("/d/products?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("summary", { hasText: "1 – 30 Nov 2011" }).click();
  await page.locator(".cal [tabindex='0']").focus();
  await page.keyboard.press("ArrowDown");
  // The focus follows once the other month is there; a key before that has nothing to act on.
  await expect(page.getByRole("button", { name: "7 December 2011", exact: true })).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("button", { name: "6 December 2011", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("From", { exact: true })).toHaveValue("2011-12-06");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("button", { name: "7 December 2011", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("To", { exact: true })).toHaveValue("2011-12-07");
});

test("Escape closes a menu and returns the focus", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  const summary = page.locator("summary", { hasText: "Country" });
  await summary.click();
  await page.getByPlaceholder("Find a country").focus();
  await page.keyboard.press("Escape");
  await expect(page.locator("details[open]")).toHaveCount(0);
  await expect(summary).toBeFocused();
});

test("chosen values come first, so that they are easy to remove", async ({ page }) => {
  await page.goto("/d/online-retail?country=USA");
  await settled(page);
  await page.locator("summary", { hasText: "Country" }).first().click();
  await expect(page.locator(".option").first()).toContainText("USA");
});

test("arrow keys move through the choices", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  const summary = page.locator("summary", { hasText: "Last 90 days" });
  await summary.focus();
  await page.keyboard.press("ArrowDown");
  const first = page.locator(".pop-box.range a").first();
  await expect(first).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.locator(".pop-box.range a").nth(1)).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(summary).toBeFocused();
  // With many options, the search field comes first.
  await page.keyboard.press("Escape");
  await page.locator("summary", { hasText: "Country" }).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.type("port");
  await expect(page.locator(".options label:visible")).toHaveText(["Portugal"]);
});

test("picked days are in the URL in the same form as a zoom's", async ({ page }) => {
  await page.goto("/d/products?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("summary", { hasText: "1 – 30 Nov 2011" }).click();
  await page.getByLabel("To", { exact: true }).fill("2011-11-20");
  await page.locator("form.custom").getByRole("button", { name: "Apply" }).click();
  await expect(page.locator(".as-of b")).toHaveText("1 – 20 Nov 2011");
  expect(new URL(page.url()).search).toBe("?from=2011-11-01&to=2011-11-20");
});
