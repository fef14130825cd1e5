import { readFileSync } from "node:fs";
import { expect, expectAccessible, settled, test } from "../fixtures";

const november = "/d/online-retail?from=2011-11-01&to=2011-11-30";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("a menu links to the large panel, its table and its files", async ({ page }) => {
  await page.goto(`${november}&country=EIRE`);
  await settled(page);
  await page.locator("#revenue-by-day .pop > summary").click();
  const menu = page.locator("#revenue-by-day .panel-menu");
  await expect(menu).toBeVisible();
  await expectAccessible(page);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    menu.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  const csv = readFileSync(await download.path(), "utf8");
  expect(csv.split("\n")[0].trim()).toBe("day,revenue,revenue (previous period),complete");
  expect(csv.trim().split("\n").length).toBeGreaterThan(10);
  for (const [name, beginning] of [["PNG", "\x89PNG"], ["SVG", "<svg "]]) {
    const [image] = await Promise.all([
      page.waitForEvent("download"),
      menu.getByRole("link", { name: `Download ${name}` }).click(),
    ]);
    expect(image.suggestedFilename()).toBe(`online-retail_revenue-by-day_2011-11-01_2011-11-30.${name.toLowerCase()}`);
    expect(readFileSync(await image.path(), "latin1").startsWith(beginning), name).toBe(true);
  }
  await menu.getByRole("link", { name: "Show as table" }).click();
  await expect(page).toHaveURL(/\/p\/revenue-by-day\?from=2011-11-01&to=2011-11-30&country=EIRE#data/);
});

test("a link and all digits of a figure can be copied, with a confirmation", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  const toast = page.locator(".toast");
  await page.locator("#revenue .pop > summary").click();
  await page.getByRole("button", { name: "Copy value" }).click();
  await expect(toast).toContainText("Copied 1461756.250");
  expect(await copied()).toBe("1461756.250");
  await expect(page.locator("#revenue .pop > summary")).toBeFocused();
  await page.locator("#revenue .pop > summary").click();
  await page.getByRole("button", { name: "Copy link to panel" }).click();
  await expect(toast).toHaveText("Copied the link");
  expect(await copied()).toMatch(/^http.*\/d\/online-retail\/p\/revenue\?from=2011-11-01&to=2011-11-30$/);
});

test("a panel can be copied as an image", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  await page.locator("#revenue-by-day .pop > summary").click();
  await page.locator("#revenue-by-day").getByRole("button", { name: "Copy image" }).click();
  await expect(page.locator(".toast")).toHaveText("Copied the image");
  const size = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const { width, height } = await createImageBitmap(await item.getType("image/png"));
    return [width, height];
  });
  expect(size).toEqual([1440, 720]);
});

test("c copies the figure being read, with all its digits", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  const chart = page.locator("#revenue-by-day .chart");
  await chart.focus();
  await page.keyboard.press("c");
  await expect(page.locator(".toast"), "no figure is being read yet").toBeEmpty();
  await page.keyboard.press("Home");
  await page.keyboard.press("c");
  await expect(page.locator(".toast")).toContainText(/^Copied \d+\.\d{3} \(Tue 1 Nov 2011, Revenue\)$/);
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const csv = await (await page.request.get("/api/v1/dashboards/online-retail/panels/revenue-by-day.csv?from=2011-11-01&to=2011-11-30")).text();
  expect(csv.split("\n")[1]).toContain(copied);
  // The menu item copies the figure that was read last, and names its point.
  await page.locator("#revenue-by-day .pop > summary").click();
  await expect(page.locator("#revenue-by-day [data-copy=value]")).toContainText("Tue 1 Nov 2011");
});

test("what can be pressed in a popover is in its place from the first frame @sizes", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  for (const summary of [".topbar .pop > summary", ".toolbar .pop > summary", "#revenue-by-day .pop > summary"]) {
    const moved = await page.locator(summary).first().evaluate(async (pressed: HTMLElement) => {
      pressed.click();
      const popover = pressed.parentElement!;
      const choices = [...popover.querySelectorAll<HTMLElement>(".pop-box :is(a[href], button, summary)")].slice(0, 4);
      const places = () =>
        choices.map((choice) => {
          const { x, y, width, height } = choice.getBoundingClientRect();
          const isHit = choice.contains(document.elementFromPoint(x + width / 2, y + height / 2));
          return [x, y, width, height, isHit].join();
        });
      const seen = [places()];
      const isFading = () => popover.getAnimations({ subtree: true }).some(({ playState }) => playState === "running");
      do {
        await new Promise(requestAnimationFrame);
        seen.push(places());
      } while (isFading());
      popover.removeAttribute("open");
      return { choices: choices.length, places: [...new Set(seen.map((each) => each.join(" | ")))] };
    });
    expect(moved.choices, summary).toBeGreaterThan(1);
    expect(moved.places, summary).toHaveLength(1);
    expect(moved.places[0], summary).not.toContain("false");
  }
});

test("cache details are fetched when they are opened", async ({ page }) => {
  await page.goto(november);
  await settled(page);
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/fn/cache")) asked.push(request.url());
  });
  await page.locator("#revenue .pop > summary").click();
  expect(asked).toEqual([]);
  await page.locator("#revenue .cache > summary").click();
  await expect(page.locator("#revenue .cache")).toHaveAttribute("open");
  const entries = page.locator("#revenue .cache-entry");
  await expect(entries).toHaveCount(4);
  await expect(entries.first()).toContainText("fresh");
  await expect(entries.first()).toContainText("nothing that it depends on was invalidated since");
  await expect(entries.first()).toContainText("from the built-in default");
  await expect(entries.first()).toContainText("source:retail");
  expect(asked).toHaveLength(1);
  await expectAccessible(page);
});

test("without scripts, a panel's own page shows the cache details @no-script", async ({ page }) => {
  await page.goto(november);
  await page.locator("#revenue .pop > summary").click();
  await expect(page.getByRole("button", { name: "Copy value" })).toBeHidden();
  await page.locator("#revenue .cache > summary").click();
  await page.locator("#revenue").getByRole("link", { name: "On the panel's page" }).click();
  await expect(page.locator("#cache .cache-entry")).toHaveCount(4);
});

test("a hidden series stays hidden when newer markup replaces the chart", async ({ page }) => {
  await page.goto("/d/products");
  await settled(page);
  const panel = page.locator("#by-band");
  await panel.getByRole("button", { name: "£2 to £5" }).click();
  await expect(panel.locator(".drawn").last().locator("path.l:not(.pt)")).toHaveCount(4);
  const old = await panel.locator(".content").elementHandle();
  // As if another reader had refreshed it.
  await page.request.post("/d/products/refresh", { maxRedirects: 0 });
  // Newer markup has arrived, drawn by the server without the series from the start.
  await expect.poll(() => old!.evaluate((content) => content.isConnected)).toBe(false);
  await expect(panel.getByRole("button", { name: "£2 to £5" })).toHaveAttribute("aria-pressed", "false");
  await expect(panel.locator(".drawn").last().locator("path.l:not(.pt)")).toHaveCount(4);
});
