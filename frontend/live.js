// An open page follows its data. The server says over one stream of events which edition each
// panel has; the page fetches the content of those that it shows: what is off screen, or in a
// hidden tab, waits until it is looked at.
const live = (() => {
  // A tab that stays hidden for so long gives its connection back.
  const HIDDEN = 60_000;
  const LONGEST_PAUSE = 60_000;
  // A page that shows what is under way, and has no stream, is looked at again after this.
  const AGAIN = 2_000;
  // As long as a page that streams waits.
  const PATIENCE = 1_500;

  let main, stream, known, wanted, visible, observer, pause, timer, hidden, ticking, outdated, begun;

  const card = (id) => main.querySelector(`[data-panel="${CSS.escape(id)}"]`);
  const content = (card) => card?.querySelector(":scope > .content");

  // ---- The stream of events.

  // The server repeats all that it knows when a page comes back, unless the page has it already.
  const open = () => {
    if (stream || !main || document.hidden) return;
    const url = new URL(main.dataset.live, location.href);
    stream = new EventSource(url);
    stream.onopen = () => {
      pause = 1_000;
      say("live");
    };
    stream.addEventListener("panels", (event) => {
      for (const [id, news] of Object.entries(JSON.parse(event.data))) hear(id, news);
      fetchSoon();
      closeIfDone();
    });
    stream.addEventListener("outdated", () => {
      outdated = true;
      close();
      if (!document.hidden) reload();
    });
    stream.onerror = () => {
      say("away");
      // The browser comes back by itself, unless the answer was no stream at all.
      if (stream?.readyState !== EventSource.CLOSED) return;
      close();
      timer = setTimeout(open, pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  };

  const close = () => {
    clearTimeout(timer);
    stream?.close();
    stream = undefined;
  };

  // Who refreshes by hand has a stream only for what the page could not wait for.
  const closeIfDone = () => {
    if (main.dataset.pace === "by-hand" && !main.querySelector('.content:is([data-state="late"], [data-state="previous"])')) {
      close();
      say("by-hand");
    }
  };

  const say = (state) => {
    const sign = document.querySelector(".live-sign");
    if (sign) sign.dataset.state = state;
  };

  // ---- What is known of each panel.

  const hear = (id, news) => {
    known.set(id, { ...news, heard: performance.now() });
    const own = card(id);
    const shown = content(own);
    if (!shown) return;
    const isShown = news.edition !== undefined && news.edition === shown.dataset.edition;
    if (news.state === "loading") {
      if (shown.dataset.state === "late") countFrom(shown, known.get(id));
      else mark(shown);
    } else if (isShown && news.state === "previous") mark(shown);
    else if (!isShown || news.state !== shown.dataset.state) wanted.add(id);
  };

  // Says that a newer value is on its way, without moving anything.
  const mark = (shown) => {
    if (shown.dataset.edition === undefined || shown.querySelector(":scope > .mark.updating")) return;
    shown.querySelector(":scope > .mark")?.remove();
    shown.dataset.state = "previous";
    const sign = document.createElement("span");
    sign.className = "mark updating";
    sign.setAttribute("role", "status");
    sign.title = "A newer value is on its way";
    sign.append(`as of ${shown.dataset.at}`);
    const words = document.createElement("span");
    words.className = "mark-words";
    words.append(", updating");
    sign.append(words);
    shown.prepend(sign);
  };

  // ---- Contents.

  let soon, asking;
  const fetchSoon = () => {
    soon ??= setTimeout(async () => {
      soon = undefined;
      if (asking || document.hidden) return;
      // What has never been shown belongs to the page that the reader asked for; only newer values
      // wait until they can be seen.
      const isNew = (id) => content(card(id))?.dataset.edition === undefined;
      const now = [...wanted].filter((id) => visible.has(id) || isNew(id));
      if (now.length === 0) return;
      for (const id of now) wanted.delete(id);
      asking = true;
      const of = main;
      let failed = false;
      try {
        // What is said to be there is waited for: nothing may be stored of it. What is being loaded
        // only says for how long.
        const isLoading = (id) => known.get(id)?.state === "loading";
        const [loading, there] = [now.filter(isLoading), now.filter((id) => !isLoading(id))];
        await Promise.all([take(loading, false), take(there, true)]);
      } catch {
        failed = of === main;
        if (failed) for (const id of now) wanted.add(id);
      }
      asking = false;
      // What failed is asked for again in a while, and when something is said next.
      if (wanted.size > 0) setTimeout(fetchSoon, failed ? 3_000 + 3_000 * Math.random() : 0);
    }, 0);
  };

  const take = async (ids, wait) => {
    if (ids.length === 0) return;
    const { slug, large, view } = main.dataset;
    const query = new URLSearchParams({ slug, panels: ids.join(), query: view, large: large ?? "false", wait });
    const of = main;
    const answer = await fetch(`/fn/cards?${query}`, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const cards = await answer.json();
    if (of !== main) return;
    for (const { panel, html } of cards) replace(card(panel), html);
    updated();
    closeIfDone();
  };

  const replace = (own, html) => {
    const before = content(own);
    if (!before) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const after = template.content.firstElementChild;
    const focused = before.contains(document.activeElement);
    // What is taken out of the page has forgotten it.
    const top = before.querySelector(".scroll")?.scrollTop ?? 0;
    const figures = before.querySelector(".stat-figure")?.textContent;
    before.replaceWith(after);
    // Where the reader was: in the chart by keyboard, and in the middle of a long table.
    if (focused) after.querySelector("[tabindex]")?.focus({ preventScroll: true });
    const scrolls = after.querySelector(".scroll");
    if (scrolls) scrolls.scrollTop = top;
    if (before.dataset.edition !== after.dataset.edition) arrive(after, figures);
    // What was said meanwhile.
    const news = known.get(own.dataset.panel);
    if (news?.state === "loading") countFrom(after, news);
    if (news?.state === "previous" && news.edition === after.dataset.edition) mark(after);
  };

  // Numbers run to their new value, all else fades in; not where motion is not wanted.
  const arrive = (after, before) => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const figure = after.querySelector(".stat-figure");
    const counted = figure && before !== undefined && before !== figure.textContent;
    if (counted) count(figure, before, figure.textContent);
    after.querySelector(".panel-body")?.animate({ opacity: [0.4, 1] }, { duration: 160, easing: "ease-out" });
  };

  const NUMBER = /-?\d[\d,]*(?:\.\d+)?/;
  const count = (figure, before, after) => {
    const node = [...figure.childNodes].find((n) => n.nodeType === Node.TEXT_NODE && NUMBER.test(n.data));
    const [from, to] = [before, after].map((text) => NUMBER.exec(text)?.[0]);
    // Only what differs by its number alone: from 950 to 1.2K there is no way in between.
    if (!node || !from || !to || before.replace(NUMBER, "") !== after.replace(NUMBER, "")) return;
    const value = (text) => Number(text.replaceAll(",", ""));
    const digits = to.split(".")[1]?.length ?? 0;
    const format = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const [whole, begun] = [node.data, performance.now()];
    const step = (now) => {
      const part = Math.min((now - begun) / 180, 1);
      const eased = 1 - (1 - part) ** 3;
      const between = value(from) + (value(to) - value(from)) * eased;
      // The last step is what the server wrote.
      node.data = part < 1 ? whole.replace(NUMBER, format.format(between)) : whole;
      if (part < 1) requestAnimationFrame(step);
    };
    step(begun);
  };

  // The head says when the oldest panel was loaded.
  const updated = () => {
    const place = document.querySelector(".loaded-at");
    const shown = [...main.querySelectorAll(".content[data-as-of]")];
    if (!place || shown.length === 0) return;
    const oldest = shown.reduce((a, b) => (Number(b.dataset.asOf) < Number(a.dataset.asOf) ? b : a));
    place.textContent = `loaded ${oldest.dataset.at}`;
  };

  // ---- What is late says for how long.

  const elapsed = (shown) => {
    shown.dataset.since ??= String(performance.now() - Number(shown.dataset.elapsed ?? 0));
    return performance.now() - Number(shown.dataset.since);
  };
  const countFrom = (shown, news) => {
    shown.dataset.elapsed = news.elapsed + performance.now() - news.heard;
    delete shown.dataset.since;
  };
  const tick = () => {
    // A page that was put in place of another waited for nothing: what takes long says so now.
    if (!document.hidden && performance.now() - begun > PATIENCE) {
      for (const shown of main.querySelectorAll('.content[data-state="loading"]')) {
        const { panel } = shown.closest("[data-panel]").dataset;
        if (known.get(panel)?.state === "loading") wanted.add(panel);
      }
      if (wanted.size > 0) fetchSoon();
    }
    for (const shown of main.querySelectorAll('.content[data-state="late"]')) {
      const passed = elapsed(shown);
      const [words, bar] = [shown.querySelector(".elapsed"), shown.querySelector("progress")];
      if (words) words.textContent = `${Math.round(passed / 1_000)} s`;
      if (bar) bar.value = Math.min(passed, bar.max * 0.98);
    }
  };

  // ---- The page comes and goes.

  const reload = () => {
    outdated = false;
    if (window.brisk?.reload) window.brisk.reload();
    else location.reload();
  };

  const begin = () => {
    // A page without a live channel that shows what is under way is looked at again.
    const busy = document.querySelector("main[data-again]");
    if (busy) setTimeout(() => busy.isConnected && location.reload(), AGAIN);
    close();
    observer?.disconnect();
    clearInterval(ticking);
    main = document.querySelector("main[data-live]");
    if (!main) return;
    [known, wanted, visible, pause, outdated] = [new Map(), new Set(), new Set(), 1_000, false];
    begun = performance.now();
    observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) visible.add(target.dataset.panel);
          else visible.delete(target.dataset.panel);
        }
        if (wanted.size > 0) fetchSoon();
      },
      // What is about to be seen is there when it is.
      { rootMargin: "200px" },
    );
    for (const own of main.querySelectorAll("[data-panel]")) observer.observe(own);
    ticking = setInterval(tick, 1_000);
    const waits = main.querySelector('.content:not([data-state="current"], [data-state="failed"])');
    if (main.dataset.pace !== "by-hand" || waits) open();
    else say("by-hand");
  };

  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(close, HIDDEN);
    else if (outdated) reload();
    else if (main) {
      if (main.dataset.pace !== "by-hand") open();
      fetchSoon();
    }
  });
  // Pages with an open connection are not kept for the way back.
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && main && open());
  addEventListener("online", () => {
    pause = 1_000;
    if (main && main.dataset.pace !== "by-hand") open();
  });

  return { begin };
})();
// What streams is in the page before this begins to look at it.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", live.begin);
else live.begin();
