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
  function mark([box, name, scrolls, hidden]) {
    const set = (key, value) => (scrolls ? box.setAttribute(key, value) : box.removeAttribute(key));
    set("tabindex", 0);
    set("role", "region");
    set("aria-label", name);
    box.classList.toggle("more", hidden);
  }

  // A faded edge says that there is more at the right.
  const more = (box) => box.scrollLeft + box.clientWidth < box.scrollWidth - 2;

  // All is first measured and then marked, and at first only what is near the window. Whoever presses
  // Tab gets all.
  const names = new Map();
  const near = new Set();
  let keyboard = false;
  const measured = (box) => [box, names.get(box), box.scrollWidth > box.clientWidth, more(box)];
  const markAll = () => [...(keyboard ? names.keys() : near)].map(measured).forEach(mark);

  const watch = new IntersectionObserver((changes) => {
    for (const { target, isIntersecting } of changes) isIntersecting ? near.add(target) : near.delete(target);
    markAll();
  }, { rootMargin: "100% 0px" });

  function collect() {
    for (const [kind, where] of kinds)
      document.querySelectorAll(where).forEach((box, i) => {
        names.set(box, `${kind} ${i + 1}, scrolls sideways`);
        watch.observe(box);
      });
    markAll();
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

  fold();
  addEventListener("load", nameButtons);
  addEventListener("resize", markAll);
  addEventListener("keydown", (event) => {
    if (keyboard || event.key !== "Tab") return;
    keyboard = true;
    markAll();
  });
  // Outputs may join, formulas get their font, and the column its width.
  const sizes = new ResizeObserver(collect);
  for (const box of document.querySelectorAll("article, .math-scroll > *")) sizes.observe(box);
  document.addEventListener("toggle", markAll, true); // folds
  document.addEventListener("scroll", (event) => event.target.matches?.("[role=region]") && event.target.classList.toggle("more", more(event.target)), true);

  // What can be touched comes after what is to be read.
  addEventListener("load", () => {
    const names = Array.from(document.querySelectorAll(".touch > *"), (element) => element.localName);
    for (const name of new Set(names)) import(`./explore/${name.slice("conv-".length)}.js`);
  });

  // The theme drops the focus when a menu opens or a colour is chosen.
  const keep = (button) => setTimeout(() => button.focus(), 0);
  document.addEventListener("shown.bs.dropdown", (event) => keep(event.target));
  for (const item of document.querySelectorAll(".theme-change-button")) {
    item.addEventListener("click", () => keep(item.closest(".dropdown").querySelector(".dropdown-toggle")));
  }
})();
