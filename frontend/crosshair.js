// Charts on a time axis share their crosshair: the one that is pointed at says the instant in
// `data-at`, and all others that can be seen get a thin line there. Nobody has to subscribe, so
// charts may come and go.
{
  // Where the instant lies on another chart, as a fraction of its plot: lines place a bucket at its
  // start, bars have a band for each.
  const placed = (chart, [start, middle]) => {
    const [from, to, bars] = chart.dataset.t.split(" ").map(Number);
    const x = ((bars ? middle : start) - from) / (to - from);
    if (!(x >= 0 && x <= 1)) return;
    return bars ? (Math.min(Math.floor(x * bars), bars - 1) + 0.5) / bars : x;
  };
  const isSeen = (chart) => {
    const { top, bottom } = chart.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };

  const share = (from) => {
    const at = from.dataset.at?.split(" ").map(Number);
    for (const chart of document.querySelectorAll(".chart[data-t]")) {
      const x = at && chart !== from && isSeen(chart) ? placed(chart, at) : undefined;
      let line = chart.querySelector(":scope > .twin");
      if (x === undefined) {
        line?.remove();
        continue;
      }
      if (!line) {
        line = document.createElement("div");
        line.className = "twin";
        chart.append(line);
      }
      const [left, right, top, bottom] = chart.dataset.m.split(" ").map(Number);
      line.style = `--at-x:calc(${left}px + (100cqw - ${left + right}px) * ${x});top:${top}px;bottom:${bottom}px`;
    }
  };

  let sharing;
  new MutationObserver((changes) => {
    // Of several changes in a moment only the last says where the pointer is. A chart that was taken out
    // of the page points nowhere.
    const pointed = changes.filter(({ type, target }) => type === "attributes" && target.isConnected);
    const chart = pointed.findLast(({ target }) => "at" in target.dataset)?.target ?? pointed.at(-1)?.target;
    if (chart) share((sharing = chart));
    else if (sharing && !sharing.isConnected) {
      sharing = undefined;
      for (const line of document.querySelectorAll(".chart > .twin")) line.remove();
    }
  }).observe(document.documentElement, { subtree: true, childList: true, attributeFilter: ["data-at"] });
}
