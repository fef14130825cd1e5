// Signing in at a third party's provider, in a browser: whether forms and policies of both sides allow the
// way there and back.
import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "../fixtures";
import { PASSWORD, Replicas } from "../replicas";

let replicas: Replicas;
test.beforeAll(async () => {
  replicas = await Replicas.startWithProvider();
});
test.afterAll(() => replicas.stop());

/** What an authenticator with that key shows now (RFC 6238). */
function codeOf(key: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", Buffer.from(bytes)).update(step).digest();
  const number = (hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, "0");
}

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

    test("who has an authenticator types a code after coming from the provider", async ({ page, context }) => {
      const [url] = replicas.urls;
      const name = javaScriptEnabled ? "eve" : "fay";
      replicas.person(name, "viewer");
      await replicas.signIn(context, name);
      await page.goto(`${url}/profile`);
      const elsewhere = page.getByRole("region", { name: "Signing in elsewhere" });
      await elsewhere.getByLabel("Current password").fill(PASSWORD);
      await elsewhere.getByRole("button", { name: "Connect with Example" }).click();
      await signInThere(page, `${name}-there`);
      await expect(page.getByRole("status")).toContainText("Your account is connected");
      const factor = page.getByRole("region", { name: "Second factor" });
      await factor.getByRole("button", { name: "Set up" }).click();
      const key = await factor.locator("input[name=key]").inputValue();
      await factor.getByLabel("Code", { exact: true }).fill(codeOf(key));
      await factor.getByLabel("Current password").fill(PASSWORD);
      await factor.getByRole("button", { name: "Confirm" }).click();
      // A code is taken once: signing in takes another one.
      const recovery = await page.locator(".once code").first().innerText();
      await context.clearCookies({ name: "brisk_session" });

      await page.goto(`${url}/sign-in`);
      await page.getByRole("link", { name: "Sign in with Example" }).click();
      const agree = page.getByRole("button", { name: "Continue" });
      const code = page.getByLabel("Code", { exact: true });
      await expect(agree.or(code).first()).toBeVisible();
      if (!(await code.isVisible())) await agree.click();
      await expect(code).toBeVisible();
      await expect(page).toHaveURL(`${url}/sign-in/code`);
      await isAccessible(page);
      await code.fill(recovery);
      await page.getByRole("button", { name: "Continue" }).click();
      await expect(page.locator("h1")).toHaveText("Dashboards");
      // The provider knows whose session ends.
      await page.goto(`${url}/profile`);
      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await page.getByRole("button", { name: "Yes, sign me out" }).click();
      await expect(page).toHaveURL(`${url}/sign-in`);
      await page.goto(`${url}/sign-in?done=signed-out`);
      await isAccessible(page);
    });
  });
}
