import { type Page } from "@playwright/test";
import { expect, expectAccessible, settled, test } from "../fixtures";

const amounts = (page: Page) => page.locator("#rows tbody tr:visible td:nth-child(2)");
const head = (page: Page, name: string) => page.locator("#rows").getByRole("columnheader", { name });

for (const tag of ["", " @no-script"]) {
  const how = tag ? "by the server" : "in the browser";
  test(`a table is sorted and paged ${how}${tag}`, async ({ page }) => {
    await page.goto("/d/tables?range=last-7-days");
    if (!tag) await settled(page);
    await expect(amounts(page)).toHaveCount(50);
    await expect(page.locator("#rows .tb-pager span")).toHaveText("1–50 of 312");
    // Numbers are first sorted from the largest, by value, not by text.
    await page.locator("#rows").getByRole("button", { name: "Amount" }).click();
    await expect(head(page, "Amount")).toHaveAttribute("aria-sort", "descending");
    await expect(amounts(page).first()).toHaveText("99.9");
    await page.locator("#rows").getByRole("button", { name: "Amount" }).click();
    await expect(head(page, "Amount")).toHaveAttribute("aria-sort", "ascending");
    await expect(amounts(page).first()).toHaveText("2.6");
    await expect(page).toHaveURL(/range=last-7-days.*sort=rows(:|%3A)asc(:|%3A)amount/);
    await page.locator("#rows").getByRole("button", { name: "Next" }).click();
    await expect(page.locator("#rows .tb-pager span")).toHaveText("51–100 of 312");
    await expect(page).toHaveURL(/page=rows(:|%3A)2/);
    for (let i = 0; i < 5; i++) await page.locator("#rows").getByRole("button", { name: "Next" }).click();
    await expect(page.locator("#rows .tb-pager span")).toHaveText("301–312 of 312");
    await expect(amounts(page).last(), "NULL is last").toHaveText("–");
    await expect(page.locator("#rows").getByRole("button", { name: "Next" })).toBeDisabled();
    // Another order begins at the first page; the third click restores the statement's order.
    await page.locator("#rows").getByRole("button", { name: "Amount" }).click();
    await expect(head(page, "Amount")).not.toHaveAttribute("aria-sort", /./);
    await expect(page.locator("#rows .tb-pager span")).toHaveText("1–50 of 312");
    await expect(page.locator("#rows tbody tr:visible").first()).toContainText("Name 1");
    // The other table is unchanged.
    await expect(page.locator("#many .tb-pager span")).toHaveText("1–50 of 1,234");
  });
}

test("the URL restores the order and the page", async ({ page }) => {
  await page.goto("/d/tables");
  await settled(page);
  await page.locator("#rows").getByRole("button", { name: "Name" }).click();
  await page.locator("#rows").getByRole("button", { name: "Next" }).click();
  const shown = await page.locator("#rows tbody tr:visible").allTextContents();
  await page.reload();
  await settled(page);
  expect(await page.locator("#rows tbody tr:visible").allTextContents()).toEqual(shown);
});

test("a table too long to be sent whole is sorted by the server", async ({ page }) => {
  await page.goto("/d/tables");
  await settled(page);
  await page.locator("#many").getByRole("button", { name: "Number" }).click();
  await expect(page).toHaveURL(/sort=many(:|%3A)desc(:|%3A)number/);
  await expect(page.locator("#many tbody tr").first()).toContainText("1,234");
  // Another order replaces the previous one, in the URL as well.
  await page.locator("#many").getByRole("button", { name: "Number" }).click();
  await expect(page).toHaveURL(/sort=many(:|%3A)asc(:|%3A)number/);
  expect(new URL(page.url()).searchParams.getAll("sort")).toEqual(["many:asc:number"]);
});

test("links and forms on the page keep the order", async ({ page }) => {
  await page.goto("/d/tables");
  await settled(page);
  await page.locator("#rows").getByRole("button", { name: "Amount" }).click();
  await page.locator("#rows tr.to:visible a").first().click();
  await expect(page).toHaveURL(/name=Name\+27.*sort=rows%3Adesc%3Aamount.*#rows/);
  await settled(page);
  await page.locator("#rows").getByRole("button", { name: "Amount" }).click();
  await page.locator("summary", { hasText: "Last 90 days" }).click();
  await page.getByLabel("From", { exact: true }).fill("2011-11-01");
  await page.getByLabel("To", { exact: true }).fill("2011-11-30");
  await page.locator("form.custom").getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/from=2011-11-01.*sort=rows%3Aasc%3Aamount/);
});

test("the order survives when newer markup replaces the table", async ({ page }) => {
  await page.goto("/d/tables");
  await settled(page);
  const fresh = await page.locator("#rows .panel-body").evaluate((body) => body.outerHTML);
  await page.locator("#rows").getByRole("button", { name: "Amount" }).click();
  await page.locator("#rows").getByRole("button", { name: "Next" }).click();
  const shown = await amounts(page).allTextContents();
  await page.locator("#rows .panel-body").evaluate((body, html) => (body.outerHTML = html), fresh);
  await expect(page.locator("#rows .tb-pager span")).toHaveText("51–100 of 312");
  expect(await amounts(page).allTextContents()).toEqual(shown);
});

test("a panel's own page sorts its table, with the keyboard alone", async ({ page }) => {
  await page.goto("/d/online-retail/p/revenue-by-day?from=2011-11-01&to=2011-11-30");
  await settled(page);
  await page.locator("#data").getByRole("button", { name: /^Revenue\b(?! \(previous)/ }).focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#data tbody tr").first()).toContainText("£112");
  await expect(page.locator("#data").getByRole("button", { name: /^Revenue\b(?! \(previous)/ })).toBeFocused();
  await expectAccessible(page);
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });

    test("a table is on its own page once, where it is sorted and paged", async ({ page }) => {
      await page.goto("/d/tables/p/rows?range=last-7-days");
      const card = page.locator("#data");
      await expect(page.locator("main table.tb")).toHaveCount(1);
      await expect(card.getByRole("heading", { name: "Table" })).toBeVisible();
      await card.getByRole("button", { name: "Amount" }).click();
      await expect(card.locator("tbody tr:visible td:nth-child(2)").first()).toHaveText("99.9");
      await card.getByRole("button", { name: "Next" }).click();
      await expect(card.locator(".tb-pager span")).toHaveText("51–100 of 312");
      if (javaScriptEnabled) await expectAccessible(page);
    });
  });
}
