import { expect, settled, test } from "../fixtures";

// The fixture fails a test on any violation of a page's policy: these open every page and use what
// scripts add.
test.use({ expectedErrors: [/status of 404/] });

const PAGES = [
  "/",
  "/api",
  "/sign-in",
  "/nowhere",
  "/d/online-retail",
  "/d/online-retail?country=France&full",
  "/d/products",
  "/d/live",
  "/d/tables",
  "/d/trouble",
  "/d/online-retail/p/revenue-by-day",
  "/d/online-retail/p/revenue-by-day?cache=1",
  "/admin/sources",
  "/admin/cache",
  "/admin/cache/online-retail",
  "/admin/cache/purge?tag=all",
  "/admin/cache/policy?scope=global",
  "/admin/invalidation",
  "/admin/jobs",
  "/admin/activity",
  "/admin/people",
];

for (const path of PAGES) {
  test(`no page has what its policy forbids: ${path}`, async ({ page, request }) => {
    const answer = await request.get(path);
    const policy = answer.headers()["content-security-policy"];
    expect(policy).toContain("style-src 'self';");
    expect(policy).not.toContain("unsafe-inline");
    const markup = await answer.text();
    await page.goto(path);
    await settled(page);
    const forbidden = await page.evaluate((text) => {
      const elements = [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("*")];
      const isOwn = (element: Element) => element.matches("style, [style]") || element.getAttributeNames().some((name) => name.startsWith("on"));
      return elements.filter(isOwn).map((element) => element.outerHTML.slice(0, 120));
    }, markup);
    expect(forbidden).toEqual([]);
    expect(await page.locator("[style]:not(leptos-island *, .twin)").count()).toBe(0);
  });
}

test("what is drawn under the pointer keeps to the policy, and is in its place", async ({ page }) => {
  await page.goto("/d/online-retail");
  await settled(page);
  const chart = page.locator("#revenue-by-day .chart");
  await chart.hover();
  await expect(chart.locator(".tooltip")).toBeVisible();
  const [line, box] = await Promise.all([chart.locator(".crosshair").boundingBox(), chart.boundingBox()]);
  expect(Math.abs(line!.x - (box!.x + box!.width / 2))).toBeLessThan(box!.width / 10);
  expect(line!.height).toBeGreaterThan(box!.height / 2);
  expect(await chart.locator(".point").count()).toBeGreaterThan(0);
});

test.describe("what comes from elsewhere", () => {
  test.use({ expectedErrors: [/security policy|Content Security Policy/] });

  test("styles and scripts in markup are left out", async ({ page }) => {
    await page.goto("/");
    const result = await page.evaluate(async () => {
      let count = 0;
      document.addEventListener("securitypolicyviolation", () => (count += 1));
      document.body.insertAdjacentHTML("beforeend", '<p id="evil" style="position:fixed" onclick="window.evil=1">x</p><style>#evil{color:red}</style>');
      const evil = document.getElementById("evil")!;
      evil.click();
      await new Promise((resolve) => setTimeout(resolve));
      return { count, position: getComputedStyle(evil).position, ran: "evil" in window && window.evil === 1 };
    });
    expect(result.position).toBe("static");
    expect(result.ran).toBe(false);
    expect(result.count).toBeGreaterThanOrEqual(2);
  });
});
