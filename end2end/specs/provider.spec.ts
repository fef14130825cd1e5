// Signing in at a third party's provider, in a browser: whether forms and policies of both sides allow the
// way there and back.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "../fixtures";
import { PASSWORD, Replicas } from "../replicas";

let replicas: Replicas;
test.beforeAll(async () => {
  replicas = await Replicas.startWithProvider();
});
test.afterAll(() => replicas.stop());

/** Signs in at the provider, and agrees to what it asks. */
async function signInThere(page: Page, name: string) {
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("x");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    // The provider's pages request an icon that it does not have, and web fonts; a wrong password is 422.
    test.use({ javaScriptEnabled, expectedErrors: [/status of 4(04|22)|net::ERR_/] });
    const isAccessible = async (page: Page) => {
      if (javaScriptEnabled) await expectAccessible(page);
    };

    test("somebody connects an account, signs in there, signs out on both sides, and disconnects it", async ({ page, context }) => {
      const [url] = replicas.urls;
      const name = javaScriptEnabled ? "ann" : "ben";
      replicas.person(name, "viewer");
      await replicas.signIn(context, name);
      await page.goto(`${url}/profile`);
      await isAccessible(page);
      const elsewhere = page.getByRole("region", { name: "Signing in elsewhere" });
      await elsewhere.getByLabel("Current password").fill(PASSWORD);
      await elsewhere.getByRole("button", { name: "Connect with Example" }).click();
      await signInThere(page, `${name}-there`);
      await expect(page.getByRole("status")).toContainText("Your account is connected");
      await expect(elsewhere).toContainText(`${name}-there`);

      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      // This session was opened with a password: the provider is not involved.
      await expect(page).toHaveURL(`${url}/sign-in`);
      await page.getByRole("link", { name: "Sign in with Example" }).click();
      // After a recent sign-in, the provider asks nothing, unless a question is left.
      const agree = page.getByRole("button", { name: "Continue" });
      await expect(agree.or(page.getByRole("heading", { name: "Dashboards" }))).toBeVisible();
      if (await agree.isVisible()) await agree.click();
      await expect(page.locator("h1")).toHaveText("Dashboards");

      await page.goto(`${url}/profile`);
      await expect(page.locator("h1")).toHaveText(`Name of ${name}`);
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      // The provider asks, and leads back.
      await page.getByRole("button", { name: "Yes, sign me out" }).click();
      await expect(page).toHaveURL(`${url}/sign-in`);
      await page.getByRole("link", { name: "Sign in with Example" }).click();
      await expect(page.locator("input[name=login]")).toBeVisible();

      await replicas.signIn(context, name);
      await page.goto(`${url}/profile`);
      await elsewhere.getByRole("link", { name: "Disconnect: Example" }).click();
      await isAccessible(page);
      await elsewhere.getByLabel("Current password").fill("guess");
      await elsewhere.getByRole("button", { name: "Disconnect" }).click();
      await expect(page.getByRole("alert")).toContainText("another one");
      await elsewhere.getByLabel("Current password").fill(PASSWORD);
      await elsewhere.getByRole("button", { name: "Disconnect" }).click();
      await expect(page.getByRole("status")).toContainText("It is disconnected");
      await expect(elsewhere.getByRole("button", { name: "Connect with Example" })).toBeVisible();
    });
  });
}
