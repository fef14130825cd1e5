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

  let main, stream, known, wanted, slow, visible, observer, pause, timer, hidden, ticking, outdated, begun, ends;

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
      say("live");
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
    if (!sign || sign.dataset.state === state) return;
    sign.dataset.state = state;
    const [summary, words] = [sign.closest("summary"), sign.nextElementSibling];
    words.textContent = state === "away" ? "Offline" : words.dataset.words;
    summary.setAttribute("aria-label", `Follows its data: ${words.textContent}`);
    summary.title = state === "away" ? "The server does not answer. What you see stays, and follows again when it does." : "";
  };

  // ---- What is known of each panel.

  const hear = (id, news) => {
    known.set(id, { ...news, heard: performance.now() });
    const own = card(id);
    const shown = content(own);
    if (!shown) return;
    const isShown =
      news.state === "failed"
        ? news.error === shown.dataset.error
        : news.edition !== undefined && news.edition === shown.dataset.edition;
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
      if (asking || document.hidden || !main) return;
      // What has never been shown belongs to the page that the reader asked for; only newer values
      // wait until they can be seen.
      const isNew = (id) => content(card(id))?.dataset.edition === undefined;
      const now = [...wanted].filter((id) => !slow.has(id) && (visible.has(id) || isNew(id)));
      if (now.length === 0) return;
      for (const id of now) wanted.delete(id);
      const own = ends;
      asking = own;
      let failed = false;
      try {
        await take(now, false);
      } catch {
        failed = !own.signal.aborted;
        if (failed) for (const id of now) wanted.add(id);
      }
      if (asking !== own) return;
      asking = undefined;
      // What failed is asked for again in a while, and when something is said next.
      if (wanted.size > 0) setTimeout(fetchSoon, failed ? 3_000 + 3_000 * Math.random() : 0);
    }, 0);
  };

  // What is said to be there, and is not: nothing is stored of it. It is waited for by itself, so that
  // nothing else has to.
  const takeSlowly = async (id) => {
    slow.add(id);
    const own = ends;
    try {
      await take([id], true);
    } catch {
      if (!own.signal.aborted) wanted.add(id);
    }
    if (own !== ends) return;
    slow.delete(id);
    if (wanted.has(id)) setTimeout(fetchSoon, 3_000 + 3_000 * Math.random());
  };

  const take = async (ids, wait) => {
    const { slug, large, view } = main.dataset;
    const query = new URLSearchParams({ slug, panels: ids.join(), query: view, large: large ?? "false", wait });
    const { signal } = ends;
    const answer = await fetch(`/fn/cards?${query}`, { headers: { accept: "application/json" }, signal });
    if (!answer.ok) throw new Error(answer.statusText);
    const cards = await answer.json();
    if (signal.aborted) return;
    for (const { panel, html, table } of cards) {
      const after = replace(card(panel), html, table);
      const isLate = after?.dataset.state === "late" && known.get(panel)?.state !== "loading";
      if (isLate && !wait && known.has(panel)) takeSlowly(panel);
    }
    updated();
    closeIfDone();
  };

  // What has the focus is looked for again in what takes its place: the same link or button, else the
  // first that can have it.
  const place = (element) => {
    for (const name of ["href", "value", "aria-label"]) {
      const value = element.getAttribute(name);
      if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
    }
    return "[tabindex]";
  };

  const replace = (own, html, table) => {
    const before = content(own);
    if (!before) return undefined;
    const template = document.createElement("template");
    template.innerHTML = html;
    const after = template.content.firstElementChild;
    // What is shown stays until there is something to show.
    if (after.dataset.state === "late" && before.dataset.edition !== undefined) {
      mark(before);
      return after;
    }
    const focused = before.contains(document.activeElement) ? place(document.activeElement) : undefined;
    // What is taken out of the page has forgotten it.
    const { scrollTop: top = 0, scrollLeft: left = 0 } = before.querySelector(".scroll") ?? {};
    const figures = before.querySelector(".stat-figure")?.textContent;
    const { reading } = own.dataset;
    // Who was told once that something failed is not told again and again.
    if (before.dataset.error && before.dataset.error === after.dataset.error) {
      after.querySelector("[role=alert]")?.removeAttribute("role");
    }
    before.replaceWith(after);
    // Where the reader was: at a point of the chart, and in the middle of a long table.
    if (reading !== undefined) own.dataset.reading = reading;
    if (focused) (after.querySelector(focused) ?? after.querySelector("[tabindex]"))?.focus({ preventScroll: true });
    const scrolls = after.querySelector(".scroll");
    scrolls?.scrollTo({ top, left, behavior: "instant" });
    if (before.dataset.edition !== after.dataset.edition) arrive(after, figures);
    if (table) fill(table);
    // What was said meanwhile.
    const news = known.get(own.dataset.panel);
    if (news?.state === "loading") countFrom(after, news);
    if (news?.state === "previous" && news.edition === after.dataset.edition) mark(after);
    return after;
  };

  // The table below the chart, on a panel's own page.
  const fill = (table) => {
    const box = document.querySelector("#data .scroll");
    if (!box) return;
    const focused = box.contains(document.activeElement) && box !== document.activeElement
      ? place(document.activeElement)
      : undefined;
    const { scrollTop: top, scrollLeft: left } = box;
    box.innerHTML = table;
    box.scrollTo({ top, left, behavior: "instant" });
    if (focused) (box.querySelector(focused) ?? box).focus({ preventScroll: true });
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

  // While processes of two builds serve, a page may be out of date for one of them again and again: it
  // does not follow them there without end.
  const [RELOADS, WITHIN, KEY] = [5, 60_000, "brisk-reloads"];
  const reload = () => {
    const now = Date.now();
    const lately = JSON.parse(sessionStorage.getItem(KEY) ?? "[]").filter((at) => at <= now && now - at < WITHIN);
    if (lately.length >= RELOADS) {
      timer = setTimeout(() => !document.hidden && reload(), WITHIN - (now - lately[0]));
      return;
    }
    sessionStorage.setItem(KEY, JSON.stringify([...lately, now]));
    if (!window.brisk) {
      location.reload();
      return;
    }
    window.brisk.reload().then((isShown) => {
      if (isShown || !outdated) return;
      say("away");
      timer = setTimeout(() => !document.hidden && reload(), pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
  };

  const begin = () => {
    // A page without a live channel that shows what is under way is looked at again.
    const busy = document.querySelector("main[data-again]");
    if (busy) setTimeout(() => busy.isConnected && location.reload(), AGAIN);
    close();
    observer?.disconnect();
    clearInterval(ticking);
    // What the page before this one still waits for is nothing to this one.
    ends?.abort();
    [ends, asking] = [new AbortController(), undefined];
    main = document.querySelector("main[data-live]");
    [known, wanted, slow, visible] = [new Map(), new Set(), new Set(), new Set()];
    [pause, outdated] = [1_000, false];
    if (!main) return;
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

  return { begin, say };
})();
// What streams is in the page before this begins to look at it.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", live.begin);
else live.begin();
