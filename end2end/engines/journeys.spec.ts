// What readers do, in each engine: rows, popovers, range, filter, form, zoom, live, print.
import { expect, test as base } from "@playwright/test";
import type { Driver } from "./driver";
import { pagesOf } from "./paper";
import { Reader } from "./reader";
import * as chromium from "./chromium";
import * as firefox from "./firefox";
import * as webkit from "./webkit";

const engines: Record<string, () => Promise<Driver>> = {
  "engine-chromium": chromium.launch,
  "engine-firefox": firefox.launch,
  "engine-webkit": webkit.launch,
};

const test = base.extend<{ reader: Reader }, { driver: Driver }>({
  driver: [
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use, { project }) => {
      const driver = await engines[project.name]();
      await driver.resize(1440, 900);
      await use(driver);
      await driver.close();
    },
    { scope: "worker" },
  ],
  reader: async ({ driver, baseURL }, use) => use(new Reader(driver, baseURL!)),
});

const november = "/d/online-retail?from=2011-11-01&to=2011-11-30";

test("a press anywhere on a row opens that row's link", async ({ reader }) => {
  await reader.open(november);
  await reader.find("#country-table tbody tr");
  const wrong = await reader.driver.evaluate(() => {
    const scroll = document.querySelector("#country-table .scroll")!;
    const rows = [...scroll.querySelectorAll("tr.to")];
    const { top, bottom, left, width } = scroll.getBoundingClientRect();
    const head = scroll.querySelector("th")!.getBoundingClientRect().height;
    return rows
      .filter((row) => {
        const box = row.getBoundingClientRect();
        const y = box.top + box.height / 2;
        if (y < top + head || y > bottom - 4) return false;
        return [0.1, 0.5, 0.9].some((part) => document.elementFromPoint(left + width * part, y)?.closest("tr") !== row);
      })
      .map((row) => row.textContent);
  });
  expect(wrong).toEqual([]);
  const slides = await reader.driver.evaluate(() => {
    const { scrollWidth, clientWidth } = document.querySelector("#country-table .scroll")!;
    return scrollWidth - clientWidth;
  });
  expect(slides, "the card does not slide").toBe(0);
  await reader.press("#country-table tr.to", "Germany");
  await reader.leadsTo(/^\/d\/products\?.*country=Germany/);
  await reader.sees("the other dashboard", "Products and prices", () => document.querySelector("h1")!.textContent);
  await reader.staysInPlace();
});

for (const top of [0, 700]) {
  test(`popovers open beside their button and can be pressed on a page scrolled by ${top} px`, async ({ reader }) => {
    await reader.open(november);
    for (const popover of [".toolbar .controls > .pop:first-child", ".live-sign", "#revenue-by-day .panel-head .pop", "#country-table .panel-head .pop"]) {
      await reader.scrollTo(top);
      const summary = popover === ".live-sign" ? "summary:has(.live-sign)" : `${popover} > summary`;
      await reader.press(summary);
      await reader.sees(`${popover} is open`, true, () => document.querySelector(".pop[open] > .pop-box") !== null);
      const seen = await reader.driver.evaluate(async () => {
        await Promise.all(document.getAnimations().filter(({ timeline }) => timeline instanceof DocumentTimeline).map(({ finished, effect }) => effect?.getTiming().iterations === Infinity || finished));
        const box = document.querySelector(".pop[open] > .pop-box")!;
        const [own, button] = [box.getBoundingClientRect(), document.querySelector(".pop[open] > summary")!.getBoundingClientRect()];
        const gap = Math.max(own.top - button.bottom, button.top - own.bottom);
        const missed = [...box.querySelectorAll<HTMLElement>("a[href], button, summary, input:not([type=hidden])")].filter((choice) => {
          const { x, y, width, height } = choice.getBoundingClientRect();
          if (!choice.checkVisibility() || (choice as HTMLButtonElement).disabled || y + height > innerHeight) return false;
          const hit = document.elementFromPoint(x + width / 2, y + height / 2);
          return !choice.contains(hit);
        });
        const cut = [...box.querySelectorAll<HTMLElement>("input, .custom, .menu")].filter((part) => part.getBoundingClientRect().right > own.right + 0.5 || part.scrollWidth > part.clientWidth + 1);
        return {
          isBeside: gap > 0 && gap < 12 && own.left < button.right && own.right > button.left,
          isWide: own.width >= 190,
          isInSight: own.left >= 0 && own.right <= innerWidth,
          missed: missed.map((choice) => choice.outerHTML.slice(0, 80)),
          cut: cut.map((part) => part.outerHTML.slice(0, 80)),
        };
      });
      expect(seen, `${popover} at ${top}`).toEqual({ isBeside: true, isWide: true, isInSight: true, missed: [], cut: [] });
      // A press anywhere else closes it.
      await reader.pressAt({ x: 5, y: 880 });
      await reader.sees(`${popover} is closed`, true, () => document.querySelector(".pop[open]") === null);
    }
  });
}

test("the dates of the range picker are not cut", async ({ reader }) => {
  await reader.open(november);
  await reader.press(".toolbar .controls > .pop:first-child > summary");
  const [menu, custom] = [await reader.boxOf(".range .menu"), await reader.boxOf(".range .custom")];
  expect(menu.width).toBeGreaterThanOrEqual(156);
  expect(custom.width).toBeGreaterThanOrEqual(300);
});

test("another range takes the place of the page, and Back and Forward go where they were", async ({ reader }) => {
  await reader.open("/d/online-retail");
  await reader.scrollTo(300);
  await reader.press(".toolbar summary", "Last 90 days");
  await reader.press(".range .menu a", "Last 30 days");
  await reader.leadsTo(/range=last-30-days/);
  await reader.sees("the range", "Range: Last 30 days", () => document.querySelector(".toolbar summary")!.getAttribute("aria-label"));
  await reader.sees("the focus stays", "Range: Last 30 days", () => document.activeElement!.getAttribute("aria-label"));
  expect(await reader.driver.evaluate(() => scrollY)).toBe(300);
  await reader.press(".topbar summary", "Dashboards");
  await reader.press(".topbar .menu a", "Products and prices");
  await reader.leadsTo(/^\/d\/products$/);
  await reader.sees("the other page begins at its top", 0, () => scrollY);
  await reader.driver.evaluate(() => history.back());
  await reader.leadsTo(/^\/d\/online-retail\?range=last-30-days/);
  await reader.sees("the page before", "Online retail", () => document.querySelector("h1")!.textContent);
  await reader.driver.evaluate(() => history.back());
  await reader.leadsTo(/^\/d\/online-retail$/);
  await reader.sees("the range before", "Range: Last 90 days", () => document.querySelector(".toolbar summary")!.getAttribute("aria-label"));
  await reader.driver.evaluate(() => history.forward());
  await reader.leadsTo(/range=last-30-days/);
  await reader.staysInPlace();
});

test("a bar filters, and a second press takes the filter back", async ({ reader }) => {
  await reader.open(november);
  await reader.press("#countries svg a[data-i='1']");
  await reader.leadsTo(/country=France/);
  await reader.sees("the chip", true, () => document.querySelector(".chip")?.textContent?.includes("France") ?? false);
  await reader.press("#countries svg a[aria-current]");
  await reader.leadsTo(/^(?!.*country=)/);
  await reader.staysInPlace();
});

test("a form's choices take the place of the page", async ({ reader }) => {
  await reader.open(november);
  await reader.press(".toolbar summary", "Country");
  await reader.press(".options .option", "France");
  await reader.press(".choices footer button", "Apply");
  await reader.leadsTo(/country=France/);
  await reader.staysInPlace();
});

test("a drag zooms, selects no text, and can be reset", async ({ reader }) => {
  await reader.open("/d/online-retail");
  const { x, y, width } = await reader.boxOf("#revenue-by-day .chart");
  // Over the labels of the axis, too.
  await reader.drag({ x: x + width * 0.3, y: y + 80 }, { x: x + width * 0.6, y: y + 90 });
  await reader.leadsTo(/from=2011-.*zoom=/);
  expect(await reader.driver.evaluate(() => String(getSelection()))).toBe("");
  await reader.press("a", "Reset zoom");
  await reader.leadsTo(/^\/d\/online-retail$/);
  await reader.staysInPlace();
});

test("a full screen that is refused is no error", async ({ reader }) => {
  await reader.open("/d/live");
  const errors = await reader.driver.evaluate(async () => {
    const caught: string[] = [];
    const listen = ({ reason }: PromiseRejectionEvent) => caught.push(String(reason));
    addEventListener("unhandledrejection", listen);
    let asked = 0;
    Element.prototype.requestFullscreen = () => {
      asked += 1;
      return Promise.reject(new TypeError("refused"));
    };
    document.querySelector<HTMLElement>("[data-full-screen]")!.click();
    // Unhandled rejections are reported after the microtasks of the press.
    await new Promise((resolve) => setTimeout(resolve));
    removeEventListener("unhandledrejection", listen);
    return { asked, caught };
  });
  expect(errors).toEqual({ asked: 1, caught: [] });
  await reader.staysInPlace();
});

test("an open page follows its data, and is not offline while it is left", async ({ reader, baseURL }) => {
  await reader.open("/d/live");
  const state = () => document.querySelector<HTMLElement>(".live-sign")!.dataset.state;
  const figure = () => document.querySelector("#dice .stat-figure")!.getAttribute("title");
  await reader.sees("the sign", "live", state);
  const before = await reader.driver.evaluate(figure);
  const answer = await fetch(`${baseURL}/d/live/refresh`, { method: "POST", redirect: "manual" });
  expect(answer.status).toBe(303);
  await expect.poll(() => reader.driver.evaluate(figure)).not.toBe(before);
  await reader.staysInPlace();
  await reader.driver.evaluate(() => {
    sessionStorage.removeItem("states");
    new MutationObserver(() => {
      const { state: now } = document.querySelector<HTMLElement>(".live-sign")!.dataset;
      sessionStorage.setItem("states", `${sessionStorage.getItem("states") ?? ""} ${now}`);
    }).observe(document.querySelector(".live-sign")!, { attributeFilter: ["data-state"] });
  });
  await reader.driver.goto(`${baseURL}/api`);
  expect(await reader.driver.evaluate(() => sessionStorage.getItem("states") ?? "")).not.toContain("away");
});

test("tables slide only where they are wider than their card, with bars that take room", async ({ reader }) => {
  for (const path of [november, "/d/tables"]) {
    await reader.open(path);
    const slide = await reader.driver.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".panel .scroll")]
        .filter((scroll) => {
          const table = scroll.querySelector(".tb")!;
          const over = scroll.scrollWidth - scroll.clientWidth;
          // Wider than the card by more than a scroll bar.
          return over > 0 && table.getBoundingClientRect().width < scroll.clientWidth + 24;
        })
        .map((scroll) => `${scroll.closest("section")?.id}: ${scroll.scrollWidth} in ${scroll.clientWidth}`),
    );
    expect(slide, path).toEqual([]);
  }
});

test("on paper nothing is cut", async ({ reader }) => {
  for (const path of [november, "/d/online-retail/p/country-table", "/d/tables"]) {
    await reader.open(path);
    // WebKit's driver cannot print; its print rules are checked below.
    if (reader.driver.pdf) {
      const pages = pagesOf(await reader.driver.pdf());
      expect(pages, path).toBeGreaterThan(0);
      expect(pages, path).toBeLessThan(9);
    }
    // The print style, on a screen as wide as paper.
    await reader.driver.resize(703, 1000);
    const cut = await reader.driver.evaluate(() => {
      const onPaper = (rules: CSSRuleList) => {
        for (const rule of rules) {
          if (rule instanceof CSSMediaRule && rule.media.mediaText === "print") rule.media.mediaText = "all";
        }
      };
      for (const sheet of document.styleSheets) onPaper(sheet.cssRules);
      const parts = [...document.querySelectorAll(".panel, .panel table, .panel th, .legend, .panel-title")];
      // The paper's edge, in the units of its contents: WebKit measures zoomed elements before zoom.
      const edge = document.querySelector("main")!.getBoundingClientRect().right;
      const beyond = parts.filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > edge + 1);
      const bodies = [...document.querySelectorAll(".panel-body.scroll")].filter((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX !== "visible");
      return [...beyond, ...bodies].map((part) => `${part.localName}.${part.className} in ${part.closest("section")?.id}: ${part.textContent?.slice(0, 20)}`);
    });
    await reader.driver.resize(1440, 900);
    expect(cut, path).toEqual([]);
  }
});
