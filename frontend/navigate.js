// Other ranges, choices and dashboards take the place of the page in it: where the reader was
// scrolled to and what has the focus stay, and nothing goes blank. Where a browser cannot, or the
// answer is no page, it is an ordinary navigation.
const navigate = (() => {
  // How long a page that was fetched ahead counts as current.
  const AHEAD = 5_000;
  const ahead = new Map();

  const isPage = (url) =>
    url.origin === location.origin && (url.pathname === "/" || /^\/d\/[^/]+(\/p\/[^/]+)?$/.test(url.pathname));

  // The server does not answer, or somebody in front of it says so.
  class Away extends Error {}
  const ask = async (href, options) => {
    const headers = { "brisk-swap": "1" };
    const answer = await fetch(href, { headers, ...options }).catch((error) => {
      throw error.name === "AbortError" ? error : new Away();
    });
    if ([502, 503, 504].includes(answer.status)) throw new Away();
    return answer;
  };
  const read = async (answer) => {
    const type = answer.headers.get("content-type") ?? "";
    if (!type.startsWith("text/html")) throw new Error("not a page");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("loader")) throw new Error("not a page of ours");
    return page;
  };
  const get = async (href, signal) => {
    const answer = await ask(href, { signal });
    if (answer.redirected) throw new Error("not the page that was asked for");
    return read(answer);
  };

  const taken = (address, signal) => {
    const [href] = address.split("#");
    const known = ahead.get(href);
    ahead.delete(href);
    return known && performance.now() - known.at < AHEAD ? known.page : get(href, signal);
  };

  // ---- Ahead of a click: a pointer that rests on a link, or a finger that touches it.

  let resting;
  const intend = (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || navigator.connection?.saveData) return;
    // By its attribute: links in drawings have no other way.
    const url = new URL(link.getAttribute("href"), location);
    url.hash = "";
    if (!isPage(url) || url.href === location.href.split("#")[0] || ahead.has(url.href)) return;
    clearTimeout(resting);
    const fetchAhead = () => {
      const page = get(url.href);
      page.catch(() => ahead.delete(url.href));
      ahead.set(url.href, { page, at: performance.now() });
      setTimeout(() => ahead.delete(url.href), AHEAD);
    };
    if (event.type === "touchstart") fetchAhead();
    else resting = setTimeout(fetchAhead, 80);
  };
  document.addEventListener("pointerover", intend);
  document.addEventListener("pointerout", () => clearTimeout(resting));
  document.addEventListener("focusin", intend);
  document.addEventListener("touchstart", intend, { passive: true });

  // ---- The place of the focus, to be found again in the new page.

  const focused = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const popover = element.closest("details.pop");
    if (popover) {
      // What was chosen from closes; its button has the focus, as after Escape.
      const all = [...document.querySelectorAll("details.pop > summary")];
      return { summary: all.indexOf(popover.querySelector("summary")) };
    }
    if (element.id) return { id: element.id };
    const panel = element.closest("[data-panel]");
    if (!panel) return undefined;
    // A mark of a chart says the same after a choice, and leads elsewhere.
    const label = element.getAttribute("aria-label");
    const within = element.closest(".chart") ? [label && `[aria-label="${CSS.escape(label)}"]`, ".chart"] : [];
    return { panel: panel.dataset.panel, within: within.filter(Boolean) };
  };
  const find = ({ id, panel, within, summary }) => {
    if (id) return document.getElementById(id);
    if (!panel) return document.querySelectorAll("details.pop > summary")[summary];
    const own = document.querySelector(`[data-panel="${CSS.escape(panel)}"]`);
    return [...within, "a"].map((selector) => own?.querySelector(selector)).find(Boolean);
  };
  const focusAgain = (place) => {
    const found = place && find(place);
    found?.focus({ preventScroll: true });
    return Boolean(found);
  };

  const swap = (page, isSame) => {
    const place = isSame ? focused() : undefined;
    document.title = page.title;
    for (const name of ["class", "data-theme"]) {
      for (const [own, other] of [
        [document.documentElement, page.documentElement],
        [document.body, page.body],
      ]) {
        const value = other.getAttribute(name);
        if (value === null) own.removeAttribute(name);
        else own.setAttribute(name, value);
      }
    }
    // What would have streamed comes over the live channel.
    for (const late of page.querySelectorAll("body > :is(template, script)")) late.remove();
    document.body.replaceChildren(...page.body.childNodes);
    live.begin();
    if (!focusAgain(place) && !isSame) {
      const heading = document.querySelector("h1");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus({ preventScroll: true });
    }
  };

  const changed = (page) => {
    // The program was replaced: its scripts, its wasm and its styles belong to its pages.
    const parts = (of) => {
      const { src, dataset } = of.getElementById("loader");
      return [src, dataset.js, dataset.wasm, of.querySelector("link[rel=stylesheet]")?.getAttribute("href")].join();
    };
    return parts(page) !== parts(document);
  };

  let turn = 0;
  // What became of it: "shown", or a newer one has begun; "away", the server does not answer, and what
  // is shown stays; "other", it is no page that can be put in place.
  const show = async (coming, isSame, signal) => {
    const root = document.documentElement;
    const own = ++turn;
    root.dataset.swapping = "";
    const busy = setTimeout(() => root.classList.add("busy"), 150);
    // The next one may have begun: then this one is not wanted any more.
    const isOver = () => own !== turn || signal?.aborted;
    try {
      const page = await coming();
      if (isOver()) return "shown";
      if (changed(page)) {
        location.reload();
        return "shown";
      }
      const moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;
      const swapped = () => isOver() || swap(page, isSame);
      if (document.startViewTransition && moves && !document.hidden) {
        await document.startViewTransition(swapped).updateCallbackDone;
      } else swapped();
      return "shown";
    } catch (error) {
      if (isOver() || error.name === "AbortError") return "shown";
      return error instanceof Away ? "away" : "other";
    } finally {
      clearTimeout(busy);
      // The next one may have begun.
      if (own === turn) {
        root.classList.remove("busy");
        delete root.dataset.swapping;
      }
    }
  };

  const sayAway = () => {
    live.say("away");
    toast("The server does not answer. What you see stays: try again in a moment.");
  };

  // The address of a page that never came is given back: the one before it is still shown.
  const BACK = "back to what is shown";
  const giveBack = ({ key, url }, type) => {
    if (type === "replace") history.replaceState(null, "", url);
    else navigation.traverseTo(key, { info: BACK });
  };

  window.navigation?.addEventListener("navigate", (event) => {
    const url = new URL(event.destination.url);
    if (event.info === BACK && event.canIntercept) {
      event.intercept({ focusReset: "manual", scroll: "manual", handler: async () => {} });
      return;
    }
    if (!event.canIntercept || event.hashChange || event.downloadRequest !== null || event.formData) return;
    if (!isPage(url) || event.navigationType === "reload") return;
    // A script has noted something in the address, and shows it already.
    if (event.destination.sameDocument && event.navigationType !== "traverse") return;
    const isSame = url.pathname === location.pathname;
    const before = { key: navigation.currentEntry.key, url: location.href };
    event.intercept({
      focusReset: "manual",
      // Back and forward go where they were; the same dashboard stays where it is.
      scroll: isSame && event.navigationType !== "traverse" ? "manual" : "after-transition",
      handler: async () => {
        const shown = await show(() => taken(url.href, event.signal), isSame, event.signal);
        // The address is the new one already.
        if (shown === "other") location.reload();
        if (shown !== "away") return;
        sayAway();
        // Once this one has ended.
        setTimeout(() => giveBack(before, event.navigationType));
      },
    });
  });

  // "Refresh" leads back to where it was pressed.
  document.addEventListener("submit", async (event) => {
    const { target: form, defaultPrevented } = event;
    const action = new URL(form.action);
    if (defaultPrevented || form.method !== "post" || !/^\/d\/[^/]+\/refresh$/.test(action.pathname)) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    const loaded = async () => read(await ask(action, { method: "POST", body }));
    const shown = await show(loaded, true);
    if (shown === "away") sayAway();
    // It says what is wrong by itself.
    if (shown === "other") location.reload();
  });

  // What is out of date is shown anew, in place where that can be done. Nobody asked for it: while the
  // server is away, what is shown stays.
  window.brisk = {
    reload: async () => (await show(() => taken(location.href), true)) === "shown",
  };
})();
