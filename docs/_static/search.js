// Search the book's prose by section. search-index.js has set `sections`: [address, title, page, kind, text].
(() => {
  const query = (new URLSearchParams(location.search).get("q") || "").trim();
  const input = document.querySelector(".search-form input");
  const status = document.querySelector("#search-status");
  const list = document.querySelector(".search-results");
  if (!query) return;

  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const stem = (word) => (word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, "").replace(/([bdgmnprt])\1$/, "$1") : word);
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
  const starts = words.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${escape(stem(word))}\\p{L}*`, "giu"));
  const count = (text, start) => (text.match(start) || []).length;
  const phrase = query.toLowerCase();

  // A word belongs to the chapter that says it most.
  const totals = new Map();
  for (const [, , page, kind, text] of sections)
    if (kind === "chapter") totals.set(page, (totals.get(page) || 0) + Math.min(...starts.map((start) => count(text, start))));
  const most = Math.max(1, ...totals.values());

  function score([, title, page, kind, text]) {
    const name = title.toLowerCase();
    let points = 0;
    for (const start of starts) {
      const inTitle = count(title, start), inText = count(text, start);
      if (!inTitle && !inText && !count(page, start)) return 0;
      points += 12 * Math.min(1, inTitle) + 2 * Math.min(8, inText);
    }
    if (name.replace("()", "") === phrase) points += kind === "library" ? 40 : 20;
    if (words.length > 1 && name.includes(phrase)) points += 20;
    if (words.length > 1 && text.toLowerCase().includes(phrase)) points += 6;
    if (/^(read the source|exercises)$/i.test(title)) points /= 2;
    if (kind === "glossary") points /= 2; // it leads to the chapter, so the chapter comes first
    if (kind === "chapter") points = 1.5 * points + 30 * ((totals.get(page) || 0) / most) ** 2;
    return points;
  }

  function excerpt(text) {
    const places = starts.map((start) => text.search(start)).filter((place) => place >= 0);
    const at = places.length ? Math.min(...places) : 0;
    const from = Math.max(0, text.lastIndexOf(". ", at) + 1);
    const start = at - from > 160 ? text.indexOf(" ", at - 100) : from;
    const cut = text.slice(start, start + 240).trim();
    return (start > from ? "… " : "") + cut + (start + 240 < text.length ? " …" : "");
  }

  function marked(text) {
    const part = document.createElement("p");
    const either = new RegExp(starts.map((start) => start.source).join("|"), "giu");
    let end = 0;
    for (const found of text.matchAll(either)) {
      const word = document.createElement("mark");
      word.textContent = found[0];
      part.append(text.slice(end, found.index), word);
      end = found.index + found[0].length;
    }
    part.append(text.slice(end));
    return part;
  }

  const found = sections.map((section) => [score(section), section]).filter(([points]) => points > 0);
  found.sort(([a], [b]) => b - a);
  for (const [, [address, title, page, , text]] of found.slice(0, 40)) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = address;
    link.textContent = title === page ? title : `${page} › ${title}`;
    item.append(link, marked(excerpt(text)));
    list.append(item);
  }
  input.value = query;
  document.title = `${query}: search results`;
  const shown = found.length > 40 ? `the best 40 of ${found.length}` : found.length;
  status.textContent = found.length ? `Results for “${query}”: ${shown}` : `Nothing found for “${query}”. Try fewer or shorter words.`;
  status.focus();
})();
