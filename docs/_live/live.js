// Offer the cells of a chapter to be edited and run. Nothing else is fetched before a click.

const facts = JSON.parse(document.querySelector("script[data-live]").dataset.live);
const { v, page, first } = facts;
const KEY = `convbook:live:${page}`;
let notebook; // the other module, once it is wanted

const style = `
.live-open { position: absolute; right: 0.5rem; bottom: -0.7rem; z-index: 1; opacity: 0; }
.live-open:focus-visible, div.cell:hover > * .live-open, div.cell:focus-within > * .live-open, .live-solve { opacity: 1; }
.live-solve { position: static; margin: 0 0 1rem; }
div.cell_input:has(> .live-open) { position: relative; }
.live-open, .live-bar button { padding: 0.1rem 0.6rem; border: 1px solid var(--pst-color-text-muted); border-radius: 4px; background: var(--pst-color-background); color: var(--pst-color-text-base); font-size: 0.8rem; line-height: 1.5; }
.live-open:hover, .live-bar button:hover { border-color: var(--pst-color-link); color: var(--pst-color-link); }
@media (pointer: coarse) { .live-open { opacity: 1; } .live-open, .live-bar button { min-height: 2rem; } }
@media print { .live-open, .live-bar { display: none; } }
`;

/** A button that does something; its name goes on where its text ends, as speech input needs it. */
function button(text, place, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.ariaLabel = `${text}, ${place}`;
  made.addEventListener("click", action);
  return made;
}

/** The module that edits and runs, which fetches the chapter's cells. */
const load = () => (notebook ??= import(new URL(`_static/live/notebook.js?v=${v}`, location)).then((module) => module.open(facts, shown, KEY)));

async function open(place, focus = true) {
  try {
    (await load()).edit(place, focus);
  } catch (error) {
    notebook = undefined;
    alert(`The cell cannot be opened: ${error.message}`);
  }
}

async function solve(task, place) {
  try {
    (await load()).solve(task, place);
  } catch (error) {
    notebook = undefined;
    alert(`The exercise cannot be opened: ${error.message}`);
  }
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets.push(sheet);

// A page opened from disk can fetch nothing, so it offers nothing.
const article = location.protocol === "file:" ? document.createElement("article") : document.querySelector("article");
const shown = [...article.querySelectorAll("div.cell")];
shown.forEach((cell, place) => {
  const box = cell.querySelector(".cell_input");
  const size = place ? "" : ` (Python, ${first}, fetched once)`;
  const made = button(`Edit and run${size}`, `cell ${place + 1}`, () => open(place));
  made.className = "live-open";
  box?.append(made);
});
[...article.querySelectorAll(".admonition.exercise")].forEach((task, place) => {
  const made = button("Solve it here", `exercise ${place + 1}, in Python`, () => solve(task, place));
  made.className = "live-open live-solve";
  task.append(made);
});

// What the reader has changed before is there again, and waits to be run.
try {
  for (const place of Object.keys(JSON.parse(localStorage.getItem(KEY) ?? "{}"))) if (place in shown) open(Number(place), false);
} catch {
  // no storage, no edits
}
