// First paint in a real browser, against a dedicated server: `cargo xtask bench --only browser`.
//
// BRISK_URL: the server. BRISK_DASHBOARDS: its dashboards directory, which this writes to.
// BRISK_ASSETS: its assets directory, which gets the static page for comparison.
import { chromium } from "@playwright/test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calibration, elsewhere, here } from "./dashboards.mjs";

/** @typedef {import("@playwright/test").Page} Page */
/**
 * What the script in the page records.
 *
 * @typedef {{ seen: Record<string, number>, shift: number, largest?: number }} Noted
 */
/** @typedef {Awaited<ReturnType<typeof times>>} Times */

const { BRISK_URL: base = "", BRISK_DASHBOARDS: dashboards = "", BRISK_ASSETS: assets = "" } = process.env;
const ROUNDS = 7;
const HOT = `${base}/d/online-retail`;

const browser = await chromium.launch({
  executablePath: process.env.BRISK_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});
/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
/** @param {number} value */
const ms = (value) => `${value.toFixed(0)} ms`;
/**
 * The median of one figure.
 *
 * @template {string} Name
 * @param {Record<Name, number>[]} list
 * @param {Name} name
 */
const of = (list, name) => median(list.map((one) => one[name]));
/**
 * @param {string} name
 * @param {string} value
 */
const say = (name, value) => console.log(`${name.padEnd(64)} ${value}`);

/**
 * A page in a browser with an empty cache, which records when its panels become visible.
 *
 * @param {boolean} [slow] with a throttled network and CPU
 */
async function fresh(slow) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const noted = Object.assign(window, /** @type {Noted} */ ({ seen: {}, shift: 0 }));
    const look = () => {
      for (const card of document.querySelectorAll("[data-panel]")) {
        const isCurrent = card.querySelector(":scope > .content")?.getAttribute("data-state") === "current";
        if (isCurrent) noted.seen[card.getAttribute("data-panel") ?? ""] ??= performance.now();
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    new PerformanceObserver((list) => {
      const shifts = /** @type {(PerformanceEntry & { hadRecentInput: boolean, value: number })[]} */ (list.getEntries());
      for (const { hadRecentInput, value } of shifts) if (!hadRecentInput) noted.shift += value;
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => {
      noted.largest = list.getEntries().at(-1)?.startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  if (slow) {
    const devtools = await context.newCDPSession(page);
    // Chromium's Slow 3G preset, and a CPU at a quarter of its speed.
    const rate = (500 * 1024) / 8 / 1.25;
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 400 * 5,
      downloadThroughput: rate,
      uploadThroughput: rate,
    });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  }
  return { context, page };
}

/** @param {Page} page */
const times = (page) =>
  page.evaluate(() => {
    const [navigation] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    const resources = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
    const { seen, shift, largest = NaN } = /** @type {Window & Noted} */ (/** @type {unknown} */ (window));
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    /** @type {Record<string, number>} */
    const bytes = { html: navigation.encodedBodySize };
    const wasm = [];
    for (const entry of resources) {
      const kind = entry.name.match(/\.(\w+)$/)?.[1] ?? "other";
      bytes[kind] = (bytes[kind] ?? 0) + entry.encodedBodySize;
      if (kind === "wasm") wasm.push(entry.responseEnd);
    }
    return {
      firstByte: navigation.responseStart,
      paint: paint?.startTime ?? NaN,
      largest,
      shift,
      seen,
      wasm: Math.max(...wasm),
      bytes,
    };
  });

/**
 * How long a pointer resting on a chart waits for its tooltip.
 *
 * @param {Page} page
 * @param {string} chart
 */
async function untilTooltip(page, chart) {
  const body = page.locator(`#${chart} .panel-body`);
  const box = await body.boundingBox();
  if (!box) throw new Error(`${chart} has no box`);
  for (let i = 0; ; i += 1) {
    await page.mouse.move(box.x + box.width / 2 + (i % 2), box.y + box.height / 2);
    if (await page.locator(`#${chart} .tooltip`).count()) return page.evaluate(() => performance.now());
    if (i > 2_000) throw new Error("no tooltip");
  }
}

/** @param {string} url */
async function settle(url) {
  for (let i = 0; i < 100; i += 1) {
    const answer = await fetch(url);
    await answer.text();
    if (answer.headers.get("etag")) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} is never complete`);
}

/** The hot page, and a file of the same markup. */
async function hotPage() {
  await settle(HOT);
  const markup = await (await fetch(HOT)).text();
  writeFileSync(join(assets, "assets/static.html"), markup);
  const still = `${base}/assets/static.html`;
  /** @type {Times[]} */
  const hot = [];
  /** @type {Times[]} */
  const plain = [];
  const tooltips = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [url, into] of /** @type {const} */ ([
      [HOT, hot],
      [still, plain],
    ])) {
      const { context, page } = await fresh();
      await page.goto(url, { waitUntil: "load" });
      if (url === HOT) tooltips.push(await untilTooltip(page, "revenue-by-day"));
      await page.waitForTimeout(300);
      into.push(await times(page));
      await context.close();
    }
  }
  console.log("the hot page of twenty panels (medians)");
  say("  first byte", ms(of(hot, "firstByte")));
  say("  first contentful paint", ms(of(hot, "paint")));
  say("  largest contentful paint", ms(of(hot, "largest")));
  say("  until the first tooltip", ms(median(tooltips)));
  say("  layout shift, worst", Math.max(...hot.map((one) => one.shift)).toFixed(4));
  for (const [kind, bytes] of Object.entries(hot[0].bytes)) say(`  ${kind}, as sent`, `${(bytes / 1e3).toFixed(1)} kB`);
  say("  first contentful paint of a file of the same markup", ms(of(plain, "paint")));
  const ratios = hot.map((one, i) => one.paint / plain[i].paint);
  say("  one by the other, round by round: median", `${median(ratios).toFixed(2)} (${ratios.map((r) => r.toFixed(2)).join(", ")})`);
}

/** A slow network and a slow processor. */
async function slowPage() {
  const { context, page } = await fresh(true);
  await page.goto(HOT, { waitUntil: "commit", timeout: 180_000 });
  await page.waitForFunction(() => Object.keys(/** @type {any} */ (window).seen).length === 20, null, { timeout: 180_000 });
  await page.waitForFunction(
    () =>
      /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource")).some(
        (entry) => entry.name.endsWith(".wasm") && entry.responseEnd > 0,
      ),
    null,
    { timeout: 180_000 },
  );
  const slow = await times(page);
  const all = Math.max(...Object.values(slow.seen));
  console.log("\nslow 3G and a quarter of the processor");
  say("  first contentful paint", ms(slow.paint));
  say("  all twenty charts in the page, painted", ms(Math.max(all, slow.paint)));
  say("  the wasm has arrived", ms(slow.wasm));
  say("  layout shift", slow.shift.toFixed(4));
  await context.close();
  if (Math.max(all, slow.paint) >= slow.wasm) throw new Error("the charts waited for the wasm");
}

if (process.env.BRISK_ONLY !== "cold") {
  await hotPage();
  await slowPage();
}

// ---- A cold page with one panel of five seconds.

mkdirSync(dashboards, { recursive: true });
/** @param {string} slug */
const appears = async (slug) => {
  for (let i = 0; i < 200; i += 1) {
    const answer = await fetch(`${base}/api/v1/dashboards/${slug}`);
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${slug} is not served`);
};
/**
 * How long one panel takes by itself.
 *
 * @param {string} slug
 * @param {string} panel
 */
const alone = async (slug, panel) => {
  const begun = performance.now();
  const answer = await fetch(`${base}/api/v1/dashboards/${slug}/panels/${panel}`);
  await answer.text();
  return performance.now() - begun;
};
writeFileSync(join(dashboards, "calibration.toml"), calibration(2_000_000));
await appears("calibration");
const counts = [];
for (let i = 0; i < 3; i += 1) {
  counts.push(await alone("calibration", "count"));
  await new Promise((resolve) => setTimeout(resolve, 1_500));
}
const perSecond = 2_000_000 / (median(counts) / 1_000);

/**
 * @param {string} slug
 * @param {string} text the dashboard
 */
async function cold(slug, text) {
  writeFileSync(join(dashboards, `${slug}.toml`), text);
  await appears(slug);
  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    // No page has it open any more, and nothing of it is cached.
    const forget = async () => {
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await fetch(`${base}/d/${slug}/refresh`, { method: "POST", redirect: "manual" });
    };
    await forget();
    const second = await alone(slug, "second");
    await forget();
    const { context, page } = await fresh();
    await page.goto(`${base}/d/${slug}`, { waitUntil: "commit" });
    await page.waitForFunction(() => "second" in /** @type {any} */ (window).seen);
    await page.locator("#range-picker, .toolbar summary").first().click();
    const started = await page.waitForFunction(
      () =>
        [...document.querySelectorAll("leptos-island")].every((island) => island.matches("[data-started], [data-waits]")) &&
        performance.now(),
    );
    const answers = Number(await started.jsonValue());
    await page.waitForFunction(() => "slowest" in /** @type {any} */ (window).seen, null, { timeout: 60_000 });
    const { seen, shift } = await times(page);
    const others = Math.max(...Object.entries(seen).map(([id, at]) => (id === "slowest" ? 0 : at)));
    rounds.push({ second, others, answers, slowest: seen.slowest, shift, ratio: others / second });
    await context.close();
  }
  console.log(`\na cold page of twenty panels, one of them of five seconds: ${slug} (medians)`);
  say("  the second-slowest query alone", ms(of(rounds, "second")));
  say("  all panels but the slowest can be seen", ms(of(rounds, "others")));
  say("  one by the other, round by round: median", `${of(rounds, "ratio").toFixed(2)} (${rounds.map((one) => one.ratio.toFixed(2)).join(", ")})`);
  say("  all islands answer", ms(of(rounds, "answers")));
  say("  the slowest can be seen", ms(of(rounds, "slowest")));
  say("  layout shift, worst", Math.max(...rounds.map((one) => one.shift)).toFixed(4));
  rmSync(join(dashboards, `${slug}.toml`));
}

await cold("elsewhere", elsewhere());
await cold("here", here(perSecond));
rmSync(join(dashboards, "calibration.toml"));
await browser.close();
