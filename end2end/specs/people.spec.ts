// A server with accounts, over two replicas: disabling an account, and the pages about people.
import { expect, expectAccessible, test } from "../fixtures";
import { Replicas } from "../replicas";

let replicas: Replicas;
test.beforeAll(async () => {
  replicas = await Replicas.start(2);
});
test.afterAll(() => replicas.stop());

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    // Signing in to an account that is disabled is refused.
    test.use({ javaScriptEnabled, expectedErrors: [/status of 401/] });

    test("who is disabled on one replica is led to the sign-in page from the other, and reads why", async ({ page, context, browser }) => {
      const name = javaScriptEnabled ? "ann" : "ben";
      replicas.person(name, "viewer");
      await replicas.signIn(context, name, 1);
      await page.goto(`${replicas.urls[1]}/d/orders`);
      await expect(page.locator("#total .stat-figure")).toHaveText("42");
      if (javaScriptEnabled) await expect(page.locator(".live-sign")).toHaveAttribute("data-state", "live");

      const admins = await browser.newContext({ javaScriptEnabled });
      await replicas.signIn(admins, "root");
      const admin = await admins.newPage();
      await admin.goto(`${replicas.urls[0]}/admin/people`);
      await admin.getByRole("link", { name: `Name of ${name}` }).click();
      await admin.getByRole("button", { name: `Disable: ${name}` }).click();
      await expect(admin.getByRole("status")).toBeVisible();
      await expect(admin.getByRole("button", { name: `Enable: ${name}` })).toBeVisible();
      await admins.close();

      // The open page leaves on its own; without scripts, at the next request.
      if (!javaScriptEnabled) await expect(async () => {
        await page.goto(`${replicas.urls[1]}/d/orders`);
        expect(page.url()).toContain("/sign-in");
      }).toPass();
      await expect(page.locator("h1")).toHaveText("Sign in");
      await expect(page.getByRole("alert")).toContainText("Your session has ended");
      await expect(page.locator("#total")).toHaveCount(0);
      expect(new URL(page.url()).searchParams.get("back")).toBe("/d/orders");
      // Signing in again says no more than it would to anybody.
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("Password").fill("seven quiet lighthouses");
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("alert")).toContainText("do not match");
    });
  });
}

test.describe("while a session is over", () => {
  test.use({ expectedErrors: [/status of 401/] });

  test("a page that lost its connection meanwhile is led to the sign-in page, too", async ({ page, context }) => {
    replicas.person("eve", "viewer");
    await replicas.signIn(context, "eve", 1);
    await page.goto(`${replicas.urls[1]}/d/orders`);
    await expect(page.locator(".live-sign")).toHaveAttribute("data-state", "live");
    // Like a machine that slept: the stream is gone, and the session with it.
    await context.clearCookies();
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent("pagehide"));
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    });
    await expect(page.locator("h1")).toHaveText("Sign in");
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`the pages about people are accessible, ${colorScheme} @sizes`, async ({ page, context }, { project }) => {
    await page.emulateMedia({ colorScheme });
    const url = replicas.urls[0];
    const fits = async (title: string) => {
      await expect(page.locator("h1")).toHaveText(title);
      await page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>("main details").forEach((details) => (details.open = true)));
      await expectAccessible(page);
      // Nothing is wider than the window.
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    };
    await page.goto(`${url}/sign-in`);
    await fits("Sign in");
    await replicas.signIn(context, "root");
    await page.goto(`${url}/profile`);
    await fits("Name of root");
    await page.getByRole("button", { name: "Set up" }).click();
    await expect(page.getByRole("img", { name: "QR code" })).toBeVisible();
    await fits("Name of root");
    await page.getByLabel("Name", { exact: true }).fill("script");
    await page.getByRole("button", { name: "Create token" }).click();
    await expect(page.locator(".once code")).toContainText("brisk_");
    await fits("Name of root");
    await page.goto(`${url}/admin/people`);
    await page.getByLabel("Name to sign in with").fill(`guest-${project.name}-${colorScheme}`);
    await page.getByRole("button", { name: "Invite" }).click();
    const link = await page.locator(".once code").innerText();
    await fits("People");
    await page.getByRole("link", { name: `guest-${project.name}-${colorScheme}` }).click();
    await fits(`guest-${project.name}-${colorScheme}`);
    await page.getByLabel("Own attributes").fill("region=north\nshift=late");
    await page.getByRole("region", { name: "Role and teams" }).getByRole("button", { name: "Save" }).click();
    await expect(page.locator(".effective li")).toHaveText(["region=norththeir own", "shift=latetheir own"]);
    await fits(`guest-${project.name}-${colorScheme}`);
    await page.goto(`${url}/admin/activity`);
    await fits("Activity");
    await context.clearCookies();
    await page.goto(link);
    await fits("Choose a password");
  });
}
