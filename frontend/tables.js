// Tables are put in order and turned in pages by the server, through the form around them. Where all
// rows are here, this does the same at once: by the places that the server gave each row.
// What the reader chose is kept on the section around the table, which newer markup is put into, and
// in the address.
{
  const TABLES = "form.tb-form[data-whole]";

  const show = (form, sort, page) => {
    const [table, size] = [form.querySelector("table"), Number(form.dataset.page)];
    const [body, heads] = [table.tBodies[0], [...table.tHead.rows[0].cells]];
    const split = sort.indexOf(":");
    const [direction, column] = [sort.slice(0, split), sort.slice(split + 1)];
    let place = 0;
    heads.forEach((head, i) => {
      const button = head.querySelector("button");
      if (!button) return;
      const { column: own, first } = button.dataset;
      const other = first === "asc" ? "desc" : "asc";
      const isSorted = sort && own === column;
      if (isSorted) {
        place = i + 1;
        head.setAttribute("aria-sort", direction === "asc" ? "ascending" : "descending");
      } else head.removeAttribute("aria-sort");
      const next = !isSorted ? first : direction === first ? other : "";
      button.value = `${form.dataset.panel}:${next && `${next}:${own}`}`;
    });
    const sign = direction === "desc" && place ? -1 : 1;
    const rows = [...body.rows].map((row) => [row, row.dataset.o.split(",")]);
    rows.sort(([, a], [, b]) => {
      // NULL has no place, and is last whichever way.
      const order = (a[place] === "") - (b[place] === "") || sign * (a[place] - b[place]);
      return order || a[0] - b[0];
    });
    const last = Math.max(0, Math.ceil(rows.length / size) - 1);
    page = Math.min(page, last);
    const [from, to] = [page * size, Math.min(rows.length, (page + 1) * size)];
    rows.forEach(([row], i) => (row.hidden = i < from || i >= to));
    body.append(...rows.map(([row]) => row));
    const pager = form.querySelector(".tb-pager");
    if (!pager) return;
    pager.querySelector("span").textContent = `${from + 1}–${to} of ${rows.length}`;
    const [before, after] = pager.querySelectorAll("button");
    for (const [button, at] of [[before, page - 1], [after, page + 1]]) {
      button.disabled = at < 0 || at > last;
      button.value = `${form.dataset.panel}:${at + 1}`;
    }
  };

  const remember = ({ dataset: { panel } }, values) => {
    const url = new URL(location);
    for (const [name, value] of Object.entries(values)) {
      const others = url.searchParams.getAll(name).filter((v) => !v.startsWith(`${panel}:`));
      url.searchParams.delete(name);
      for (const other of others) url.searchParams.append(name, other);
      if (value) url.searchParams.append(name, `${panel}:${value}`);
    }
    history.replaceState(null, "", url);
    hasChanged = true;
  };

  // The links and forms of the page were written before: they take along what was chosen since.
  let hasChanged = false;
  const take = (parameters) => {
    const { searchParams } = new URL(location);
    for (const name of ["sort", "page"]) {
      parameters.delete(name);
      for (const value of searchParams.getAll(name)) parameters.append(name, value);
    }
  };
  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[href]");
    if (!hasChanged || !link) return;
    // By its attribute: links in drawings have no other way.
    const url = new URL(link.getAttribute("href"), location);
    if (url.origin !== location.origin || url.pathname !== location.pathname) return;
    take(url.searchParams);
    link.setAttribute("href", url);
  }, true);
  document.addEventListener("formdata", ({ target, formData }) => {
    if (hasChanged && target.method === "get" && !target.matches(".tb-form")) take(formData);
  });

  document.addEventListener("submit", (event) => {
    const [form, button] = [event.target, event.submitter];
    if (!form.matches(".tb-form") || !button) return;
    if (!form.matches(TABLES)) {
      // The order so far is for the buttons that turn pages: another one takes its place.
      const before = `input[name=sort][value^="${CSS.escape(form.dataset.panel)}:"]`;
      if (button.name === "sort") for (const own of form.querySelectorAll(before)) own.disabled = true;
      return;
    }
    event.preventDefault();
    const section = form.closest("section");
    const value = button.value.slice(form.dataset.panel.length + 1);
    let [sort = "", page] = [section.dataset.sort, 0];
    if (button.name === "sort") sort = value;
    else page = value - 1;
    [section.dataset.sort, section.dataset.at] = [sort, page];
    show(form, sort, page);
    if (button.name === "page") form.closest(".scroll").scrollTop = 0;
    remember(form, { sort, page: page ? page + 1 : "" });
    if (button.disabled) form.querySelector(".tb-pager button:enabled")?.focus();
  });

  // What is there first says how the reader came here; what comes later follows what they chose.
  const meet = (form) => {
    const { dataset } = form.closest("section");
    dataset.sort ??= form.dataset.sort ?? "";
    dataset.at ??= form.dataset.at ?? 0;
    if (dataset.sort !== (form.dataset.sort ?? "") || dataset.at !== (form.dataset.at ?? "0"))
      show(form, dataset.sort, Number(dataset.at));
  };
  const meetAll = (root) => root.querySelectorAll?.(TABLES).forEach(meet);
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(meetAll);
  }).observe(document.documentElement, { childList: true, subtree: true });
  meetAll(document);
}
