// Pages for people who have signed in that no other spec looks at: each is accessible, and fits.
import type { Page } from "@playwright/test";
import { expect, expectAccessible, test } from "../fixtures";
import { Replicas } from "../replicas";

let replicas: Replicas;
test.beforeAll(async ({ browser }) => {
  replicas = await Replicas.start(1);
  replicas.person("eve", "editor");
  // What an admin has made: a schedule beside the dashboard's own, a source, an editor of all that is in no folder.
  const context = await browser.newContext();
  await replicas.signIn(context, "root");
  const post = async (path: string, form: Record<string, string>) => {
    const answer = await context.request.post(replicas.urls[0] + path, { form, maxRedirects: 0 });
    expect(answer.status(), await answer.text()).toBeLessThan(400);
  };
  await post("/admin/schedules", { do: "set", name: "monday", warms: "all", expression: "30 5 * * 1", zone: "Europe/London" });
  const limits = { connections: "2", seconds: "30", rows: "1000" };
  await post("/admin/sources/edit", { do: "save", name: "extra", url: replicas.reader(), ...limits });
  await post("/admin/folders", { do: "editors", folder: "", editors: "eve" });
  await context.close();
});
test.afterAll(() => replicas.stop());

// What is not there is one of them.
test.use({ expectedErrors: [/status of 404/] });

const PAGES = {
  "that list": [
    ["/", "Dashboards"],
    ["/admin/cache/orders", "Orders"],
    ["/admin/schedules", "Schedules"],
    ["/admin/sources", "Sources"],
    ["/admin/nothing", "Not found"],
  ],
  "that ask first": [
    ["/admin/cache/purge?tag=source:shop", "Purge source:shop?"],
    ["/admin/cache/warm?tag=panel:orders/total", "Warm panel:orders/total?"],
    ["/admin/schedules/remove?name=monday", "Remove the schedule monday?"],
    ["/admin/sources/remove?name=extra", "Remove the source extra?"],
  ],
  "that set something": [
    ["/second-factor", "Second factor"],
    ["/admin/cache/policy?scope=global", "Policy of global"],
    ["/admin/cache/policy?scope=panel:orders/total", "Policy of panel:orders/total"],
    ["/admin/schedules?name=monday", "Schedules"],
    ["/admin/sources/edit?name=extra", "Source extra"],
  ],
};
const OF_EDITORS = [
  ["/admin/cache", "Cache"],
  ["/admin/cache/orders", "Orders"],
  ["/admin/folders", "Folders"],
];

const open = async (page: Page, path: string, title: string) => {
  await page.goto(replicas.urls[0] + path);
  await expect(page.locator("h1")).toHaveText(title);
  await page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>("main details").forEach((details) => (details.open = true)));
  await expectAccessible(page);
  // Nothing is wider than the window.
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
};

for (const colorScheme of ["light", "dark"] as const) {
  for (const [kind, pages] of [...Object.entries(PAGES), ["of editors", OF_EDITORS] as const]) {
    test(`pages ${kind} are accessible, ${colorScheme} @sizes`, async ({ page, context }) => {
      await page.emulateMedia({ colorScheme });
      await replicas.signIn(context, kind === "of editors" ? "eve" : "root");
      for (const [path, title] of pages) await open(page, path, title);
    });
  }
}
