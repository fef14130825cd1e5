// A panel's menu: the clipboard, and what the cache has, which is asked for when it is opened.
{
  const copy = async (text, words) => {
    try {
      if (navigator.clipboard) await navigator.clipboard.writeText(text);
      else {
        // Browsers have no clipboard for pages that come without TLS; this still works there.
        const field = document.createElement("textarea");
        field.value = text;
        document.body.append(field);
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        if (!done) throw new Error("refused");
      }
      toast(words);
    } catch {
      toast(`The browser did not allow to copy: ${text}`);
    }
  };
  const figureOf = (element) => element?.closest("section")?.querySelector("[data-exact]");
  const copyValue = (element) => {
    const { exact, label } = figureOf(element)?.dataset ?? {};
    if (!exact) return toast("There is no value to copy.");
    copy(exact, `Copied ${exact}${label ? ` (${label})` : ""}`);
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (!button) return;
    const menu = button.closest("details.pop");
    menu.open = false;
    menu.querySelector("summary").focus();
    if (button.dataset.copy === "value") copyValue(button);
    else copy(new URL(button.dataset.link, location).href, "Copied the link");
  });

  // While a point of a chart is read, `c` copies its figure.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey) return;
    const chart = event.target.closest?.(".chart[data-active]");
    if (chart) copyValue(chart);
  });

  // `toggle` does not bubble.
  document.addEventListener("toggle", async ({ target }) => {
    if (!target.open) return;
    const small = target.querySelector("[data-copy=value] small");
    if (small) small.textContent = figureOf(target)?.dataset.label?.split(",")[0] ?? "";
    if (!target.matches("details.cache")) return;
    const box = target.querySelector(".cache-box");
    try {
      const answer = await fetch(target.dataset.src, { headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      box.innerHTML = await answer.json();
    } catch {
      box.textContent = "What the cache has could not be asked. Try again.";
    }
  }, true);
}
