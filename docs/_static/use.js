// What a keyboard, a screen reader and a small screen need beyond the theme.
(() => {
  const small = matchMedia("(max-width: 599px)");
  const kinds = [
    ["Formula", ".math-scroll"],
    ["Table", ".pst-scrollable-table-container"],
    ["Output", ".cell_output > .output"],
    ["Code", "pre"],
  ];

  // What scrolls sideways is reached by keyboard and has a name, and only what scrolls.
  function mark(box, name) {
    const scrolls = box.scrollWidth > box.clientWidth;
    const set = (key, value) => (scrolls ? box.setAttribute(key, value) : box.removeAttribute(key));
    set("tabindex", 0);
    set("role", "region");
    set("aria-label", name);
    edge(box);
  }

  // A faded edge says that there is more at the right.
  function edge(box) {
    box.classList.toggle("more", box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
  }

  function markAll() {
    for (const [kind, where] of kinds)
      document.querySelectorAll(where).forEach((box, i) => mark(box, `${kind} ${i + 1}, scrolls sideways`));
  }

  // On a phone, a table that is too wide becomes cards. Its cells keep their roles and say their column.
  function deal(box) {
    const table = box.querySelector("table");
    table.classList.remove("cards");
    const heads = [...table.querySelectorAll("thead tr:last-child th")].map((head) => head.textContent.trim());
    if (!small.matches || !heads.length || box.scrollWidth <= box.clientWidth) return;
    const roles = { table: "table", "thead, tbody": "rowgroup", tr: "row", td: "cell", "thead th": "columnheader" };
    table.setAttribute("role", "table");
    for (const [which, role] of Object.entries(roles))
      table.querySelectorAll(which).forEach((part) => part.setAttribute("role", role));
    for (const row of table.querySelectorAll("tbody tr"))
      [...row.cells].forEach((cell, i) => cell.tagName === "TD" && heads[i] && (cell.dataset.column = heads[i]));
    table.classList.add("cards");
  }

  // On a phone, the code of a long cell is folded, like the code that is folded everywhere.
  function fold() {
    if (!small.matches) return;
    for (const code of document.querySelectorAll("div.cell > .cell_input")) {
      if (code.textContent.trim().split("\n").length < 7) continue;
      const box = document.createElement("details");
      box.className = "hide above-input";
      box.innerHTML = '<summary><span class="collapsed">Show the code</span><span class="expanded">Hide the code</span></summary>';
      code.replaceWith(box);
      box.append(code);
    }
  }

  function nameButtons() {
    document.querySelectorAll("button.copybtn").forEach((button, i) => button.setAttribute("aria-label", `Copy code ${i + 1}`));
  }

  function arrange() {
    document.querySelectorAll(".pst-scrollable-table-container:has(table)").forEach(deal);
    markAll();
  }

  fold();
  arrange();
  addEventListener("load", () => {
    nameButtons();
    arrange();
  });
  document.fonts.ready.then(arrange); // formulas change their width when their font arrives
  addEventListener("resize", arrange);
  const watch = new ResizeObserver(markAll); // the column may follow the window some frames later
  for (const box of document.querySelectorAll("article, .math-scroll > *")) watch.observe(box);
  document.addEventListener("toggle", markAll, true); // folds
  document.addEventListener("scroll", (event) => event.target.matches?.("[role=region]") && edge(event.target), true);

  // The theme drops the focus when a menu opens or a colour is chosen.
  const keep = (button) => setTimeout(() => button.focus(), 0);
  document.addEventListener("shown.bs.dropdown", (event) => keep(event.target));
  for (const item of document.querySelectorAll(".theme-change-button")) {
    item.addEventListener("click", () => keep(item.closest(".dropdown").querySelector(".dropdown-toggle")));
  }
})();
