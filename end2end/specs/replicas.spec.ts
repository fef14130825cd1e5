// An admin's changes on one of two replicas take effect on the other within a second: TTLs, webhooks,
// switches.
import { expect, expectAccessible, test } from "../fixtures";
import { Replicas } from "../replicas";

let replicas: Replicas;
test.beforeAll(async () => {
  replicas = await Replicas.start(2);
});
test.afterAll(() => replicas.stop());

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled });

    test("a webhook is made, tried, used on the other replica, and switched off", async ({ page, context }) => {
      const name = javaScriptEnabled ? "with-scripts" : "without-scripts";
      const [here] = replicas.urls;
      await replicas.signIn(context, "root");
      await page.goto(`${here}/admin/invalidation`);
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("May invalidate").fill("table:shop.*");
      await page.getByRole("button", { name: "Create webhook" }).click();
      await expect(page.locator("h1")).toContainText(`Webhook ${name}`);
      const secret = await page.locator(".once code").innerText();

      await page.getByLabel("Tags").fill("table:shop.public.orders");
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await expect(page.getByText("The answer was 200")).toBeVisible();
      await expect(page.locator("main")).toContainText("Orders: Total");
      await expect(page.locator("main")).not.toContainText(secret);

      const answered = (status: number) => expect.poll(() => replicas.deliver(name, secret, 1)).toBe(status);
      await answered(200);
      await page.goto(`${here}/admin/invalidation`);
      // A replica writes its part of the log a second later.
      await expect(async () => {
        await page.reload();
        await expect(page.locator("table tr", { hasText: name }).filter({ hasText: "200" }).first()).toBeVisible({ timeout: 1_000 });
      }).toPass();

      await page.getByRole("link", { name: `Change or test: webhook ${name}` }).click();
      await page.getByRole("button", { name: `Switch off: webhook ${name}` }).click();
      await expect(page.getByRole("status")).toContainText("switched off");
      await answered(403);
      await page.getByRole("button", { name: `Switch on: webhook ${name}` }).click();
      await answered(200);
    });

    test("a TTL that is set on one replica holds on the other", async ({ page, context }) => {
      const [here, there] = replicas.urls;
      const time = javaScriptEnabled ? 7 : 8;
      await replicas.signIn(context, "root");
      await page.goto(`${here}/admin/cache/policy?scope=panel:orders/total`);
      await page.getByLabel("Time to live").fill(`${time}m`);
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByRole("status")).toContainText("The policy is set");
      await expect(async () => {
        await page.goto(`${there}/admin/cache/orders`);
        await expect(page.locator("main")).toContainText(`${time} min`, { timeout: 1_000 });
      }).toPass({ timeout: 10_000 });
    });

    test("a webhook of the configuration is switched off and on", async ({ page, context }) => {
      const [here] = replicas.urls;
      const answered = (status: number) => expect.poll(() => replicas.deliver("etl", replicas.secret, 1)).toBe(status);
      await answered(200);
      await replicas.signIn(context, "root");
      await page.goto(`${here}/admin/invalidation/webhooks/etl`);
      await page.getByRole("button", { name: "Switch off: webhook etl" }).click();
      await expect(page.locator("main")).toContainText("switched off by root");
      await answered(403);
      await page.goto(`${here}/admin/invalidation`);
      await expect(page.getByRole("heading", { name: "Webhook etl" })).toContainText("switched off");
      await page.getByRole("link", { name: "Test: webhook etl" }).click();
      await page.getByRole("button", { name: "Switch on: webhook etl" }).click();
      await answered(200);
    });
  });
}

test.describe.configure({ mode: "serial" });

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages about invalidation are accessible, ${colorScheme} @sizes`, async ({ page, context }) => {
    await page.emulateMedia({ colorScheme });
    await replicas.signIn(context, "root");
    for (const [path, title] of [
      ["", "Invalidation"],
      ["/webhooks/etl", "Webhook etl"],
      ["/sources/shop", "Triggers of shop"],
    ] as const) {
      await page.goto(`${replicas.urls[0]}/admin/invalidation${path}`);
      await expect(page.locator("h1")).toHaveText(title);
      await page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>("main details").forEach((details) => (details.open = true)));
      await expectAccessible(page);
      // Nothing is wider than the window.
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    await expect(page.locator("main")).toContainText("public.orders");
  });
}
