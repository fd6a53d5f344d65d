// Colour Python with the classes that the page's style sheet knows.

const WORDS = "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield";
const RULES = new RegExp(
  [
    "(#.*)",
    /([rbfu]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/i.source,
    `\\b(${WORDS.replaceAll(" ", "|")})\\b`,
    "\\b(True|False|None)\\b",
    /\b(\d[\d_.]*(?:e[-+]?\d+)?)/.source,
    /([A-Za-z_]\w*)/.source,
    /([-+*/%@&|^~<>=!]+)/.source,
  ].join("|"),
  "g",
);
const KINDS = ["c1", "s2", "k", "kc", "mi", "n", "o"];
const safe = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** Code as HTML. */
export function coloured(code) {
  let [end, html] = [0, ""];
  for (const match of code.matchAll(RULES)) {
    const kind = KINDS[match.slice(1).findIndex((part) => part !== undefined)];
    html += `${safe(code.slice(end, match.index))}<span class="${kind}">${safe(match[0])}</span>`;
    end = match.index + match[0].length;
  }
  return html + safe(code.slice(end));
}
