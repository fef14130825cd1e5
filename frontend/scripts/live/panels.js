// @ts-check
// The panels of one page: the latest news of each, and which contents to fetch. Panels off screen, or
// in a hidden tab, wait until they are seen.
import { find, findAll } from "../elements.js";
import { contentOf, fillTable, replace } from "./content.js";
import { countFrom, showElapsed } from "./elapsed.js";
import { hiddenIn } from "./legend.js";
import { showLoadedAt } from "./loaded-at.js";
import { markPrevious } from "./freshness-mark.js";
import { hear } from "./news.js";
import { released } from "../press.js";
import { PAGE_WAIT } from "../shared.js";

/** @typedef {import("./news.js").News} News */
/** @typedef {import("./news.js").Heard} Heard */
/** @typedef {{ panel: string, html: string, table?: string }} Card */

/** The pause after a failure: random, so that pages do not retry all at once. */
const inAWhile = () => 3_000 + 3_000 * Math.random();

export class Panels {
  /** @type {Map<string, Heard>} */
  #known = new Map();
  /** @type {Set<string>} */
  #wanted = new Set();
  /** @type {Set<string>} those that are waited for by themselves */
  #slow = new Set();
  /** @type {Set<string | undefined>} */
  #visible = new Set();
  #ends = new AbortController();
  #begun = performance.now();
  #isSoon = false;
  #isFetching = false;

  /**
   * @param {HTMLElement} main
   * @param {() => void} fetched called after contents have been put into the page
   */
  constructor(main, fetched) {
    this.main = main;
    this.fetched = fetched;
    this.observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const { panel } = /** @type {HTMLElement} */ (target).dataset;
          if (isIntersecting) this.#visible.add(panel);
          else this.#visible.delete(panel);
        }
        if (this.#wanted.size > 0) this.fetchSoon();
      },
      // Fetched shortly before they scroll into view.
      { rootMargin: "200px" },
    );
    for (const card of findAll(main, "[data-panel]")) this.observer.observe(card);
    this.ticking = setInterval(() => this.#tick(), 1_000);
  }

  /** Drops what the page still waits for, when another replaces it. */
  end() {
    this.observer.disconnect();
    clearInterval(this.ticking);
    this.#ends.abort();
  }

  /** Whether all panels are up to date. */
  get areComplete() {
    return !find(this.main, '.content:is([data-state="late"], [data-state="previous"])');
  }

  /**
   * @param {string} id
   * @param {News} news
   */
  hear(id, news) {
    const heard = hear(news);
    this.#known.set(id, heard);
    const content = contentOf(this.#card(id));
    if (!content) return;
    const shown = content.dataset;
    const isShown =
      news.state === "failed"
        ? news.error === shown.error
        : news.edition !== undefined && news.edition === shown.edition;
    if (news.state === "loading") {
      if (shown.state === "late") countFrom(content, heard);
      else markPrevious(content);
    } else if (isShown && news.state === "previous") markPrevious(content);
    else if (!isShown || news.state !== shown.state) this.#wanted.add(id);
  }

  /**
   * Fetches a panel again, because the reader wants to see something else of it.
   *
   * @param {string} id
   */
  redraw(id) {
    this.#wanted.add(id);
    this.fetchSoon();
  }

  /** Fetches all that is wanted and can be seen, in one request. */
  fetchSoon() {
    if (this.#isSoon) return;
    this.#isSoon = true;
    setTimeout(() => {
      this.#isSoon = false;
      this.#fetch();
    }, 0);
  }

  async #fetch() {
    if (this.#isFetching || document.hidden || this.#hasEnded) return;
    const now = [...this.#wanted].filter((id) => !this.#slow.has(id) && (this.#visible.has(id) || this.#isNew(id)));
    if (now.length === 0) return;
    for (const id of now) this.#wanted.delete(id);
    this.#isFetching = true;
    let hasFailed = false;
    try {
      await this.#take(now, false);
    } catch {
      hasFailed = true;
      for (const id of now) this.#wanted.add(id);
    }
    this.#isFetching = false;
    // Failed ones are also fetched with the next news.
    if (this.#wanted.size > 0) setTimeout(() => this.fetchSoon(), hasFailed ? inAWhile() : 0);
  }

  /**
   * A panel that has shown nothing yet is fetched wherever it is; only newer values wait until they
   * can be seen.
   *
   * @param {string} id
   */
  #isNew(id) {
    return contentOf(this.#card(id))?.dataset.edition === undefined;
  }

  /**
   * A panel reported as ready whose value is never stored. It gets a request of its own, so that no
   * other panel has to wait.
   *
   * @param {string} id
   */
  async #takeSlowly(id) {
    this.#slow.add(id);
    try {
      await this.#take([id], true);
    } catch {
      this.#wanted.add(id);
    }
    this.#slow.delete(id);
    if (this.#wanted.has(id)) setTimeout(() => this.fetchSoon(), inAWhile());
  }

  /**
   * @param {string[]} ids
   * @param {boolean} wait whether the answer waits for what is not there yet
   */
  async #take(ids, wait) {
    const { slug = "", large = "false", view = "" } = this.main.dataset;
    const query = new URLSearchParams({ slug, panels: ids.join(), query: view, large, wait: String(wait) });
    const hidden = hiddenIn(ids.map((id) => this.#card(id)));
    if (hidden) query.set("hidden", hidden);
    const asked = new Map(ids.map((id) => [id, this.#card(id)?.dataset.hidden ?? ""]));
    const { signal } = this.#ends;
    const response = await fetch(`/fn/cards?${query}`, { headers: { accept: "application/json" }, signal });
    if (!response.ok) throw new Error(response.statusText);
    /** @type {Card[]} */
    const cards = await response.json();
    await released();
    if (this.#hasEnded) return;
    for (const { panel, html, table } of cards) {
      const news = this.#known.get(panel);
      const card = this.#card(panel);
      // The reader has changed the series since: the next answer has them.
      if (asked.get(panel) !== (card?.dataset.hidden ?? "")) continue;
      const content = replace(card, html, news);
      if (content?.isConnected && table) fillTable(table);
      if (content?.dataset.state === "late" && news && news.state !== "loading" && !wait) this.#takeSlowly(panel);
    }
    showLoadedAt(this.main);
    this.fetched();
  }

  #tick() {
    // A page that replaced another waited for nothing: slow panels show so now.
    if (!document.hidden && performance.now() - this.#begun > PAGE_WAIT) {
      for (const content of findAll(this.main, '.content[data-state="loading"]')) {
        /** @type {HTMLElement | null} */
        const card = content.closest("[data-panel]");
        const id = card?.dataset.panel ?? "";
        if (this.#known.get(id)?.state === "loading") this.#wanted.add(id);
      }
      if (this.#wanted.size > 0) this.fetchSoon();
    }
    showElapsed(this.main);
  }

  get #hasEnded() {
    return this.#ends.signal.aborted;
  }

  /** @param {string} id */
  #card(id) {
    return find(this.main, `[data-panel="${CSS.escape(id)}"]`);
  }
}
