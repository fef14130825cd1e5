import { expect, expectAccessible, test } from "../fixtures";

// Chromium logs this when a page with view transitions navigates to a response without any.
test.use({ expectedErrors: [/ViewTransition opt-in disabled/] });

for (const colorScheme of ["light", "dark"] as const) {
  test(`the API page is accessible, and its forms open responses, ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/api");
    await expect(page.locator("h1")).toHaveText("API");
    await expectAccessible(page);
    const form = page.locator('form[action="/api/try/panel"]');
    await form.getByRole("button").click();
    await expect(page).toHaveURL(/\/api\/v1\/dashboards\/.*\/panels\//);
    const answer = JSON.parse((await page.locator("body").textContent())!);
    expect(answer.panel.frame.columns.length).toBeGreaterThan(0);
  });
}

test("a page shows the API's figures, digit for digit", async ({ page, request }) => {
  const answer = await request.get("/api/v1/dashboards/online-retail/panels/revenue?range=previous-month");
  expect(answer.status()).toBe(200);
  const again = await request.get("/api/v1/dashboards/online-retail/panels/revenue?range=previous-month", {
    headers: { "if-none-match": answer.headers()["etag"]! },
  });
  expect(again.status()).toBe(304);
  const csv = await request.get("/api/v1/dashboards/online-retail/panels/revenue.csv?range=previous-month");
  // The figure, and that of the period before.
  const figures = (await csv.text()).trim().split("\n").at(-1)!.trim().split(",");
  const json = JSON.stringify(await answer.json());
  for (const figure of figures) expect(json).toContain(`"${figure}"`);
  const figure = figures[0]!;
  await page.goto("/d/online-retail/p/revenue?range=previous-month&table=1#data");
  const pounds = Number(figure).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 3 });
  await expect(page.locator("#data")).toContainText(pounds.replace(/0$/, "").slice(0, -1));
});
