// Edit the cells of a chapter where they stand, and run them in a worker.

const beside = (name) => import(new URL(name + new URL(import.meta.url).search, import.meta.url));
const [{ Python }, { coloured }] = await Promise.all(["python.js", "colours.js"].map(beside));

const style = `
.live-layer { display: grid; overflow-x: auto; }
.live-layer > * { grid-area: 1 / 1; margin: 0 !important; }
.live-layer > pre { overflow: visible; width: max-content; min-width: 100%; white-space: pre; }
.live-layer > textarea { display: block; width: 100%; height: 100%; box-sizing: border-box; border-color: transparent; background: none; color: transparent; caret-color: var(--pst-color-text-base); white-space: pre; overflow: hidden; resize: none; }
.live-layer > textarea:focus-visible { outline: 2px solid var(--pst-color-link); outline-offset: -2px; }
@media (pointer: coarse) { .live-layer > pre, .live-layer > textarea { font-size: 16px !important; } }
.live-bar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.5rem; margin: 0.3rem 0; }
.live-bar [role="status"] { color: var(--pst-color-text-base); font-size: 0.8rem; }
.live-output pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.live-output.live-error { border-left: 3px solid var(--pst-color-danger); padding-left: 0.5rem; }
.live-answer { margin: 0 0 1rem; }
[hidden] { display: none !important; }
`;
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets.push(sheet);

let facts, chapter, shown, key, python;
const ran = new Set(); // the cells whose names are there
const editors = new Map(); // by the cell's number among all, shown or not
const numbers = []; // of the cells that are shown

export async function open(told, elements, storage) {
  [facts, shown, key] = [told, elements, storage];
  const got = await fetch(new URL(`chapters/${facts.page}.json`, import.meta.url), { cache: "no-cache" });
  if (!got.ok) throw new Error(`the server says ${got.status}`);
  chapter = await got.json();
  chapter.cells.forEach((cell, number) => cell.shown && numbers.push(number));
  python = new Python(facts, () => ran.clear());
  return { edit, solve };
}

function edit(place, focus) {
  const number = numbers[place];
  if (!editors.has(number)) editors.set(number, new Editor(shown[place], number));
  if (focus) editors.get(number).focus();
}

function solve(task, place) {
  task.querySelector(".live-solve")?.remove();
  const exercise = chapter.exercises[place];
  const before = shown.findLastIndex((cell) => cell.compareDocumentPosition(task) & Node.DOCUMENT_POSITION_FOLLOWING);
  const first = exercise.solution[0] ?? (before < 0 ? 0 : numbers[before] + 1);
  new Answer(task, exercise, first).focus();
}

/** Keep what the reader wrote, on this device only; nothing if it is the book's own. */
function keep(name, was, is) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
    if (was === is) delete kept[name];
    else kept[name] = { was, is };
    if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify(kept));
    else localStorage.removeItem(key);
  } catch {
    // no storage: the edit lives as long as the page
  }
}

function kept(name, was) {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "{}")[name];
    return found?.was === was ? found.is : was;
  } catch {
    return was;
  }
}

/** A text area over coloured code, with buttons below. */
class Field {
  constructor(pre, name, code, label) {
    [this.pre, this.name, this.code] = [pre, name, code];
    this.area = document.createElement("textarea");
    Object.assign(this.area, { value: kept(name, code), spellcheck: false, autocapitalize: "off", autocomplete: "off", className: "live-area" });
    this.area.ariaLabel = `${label}; Shift and Enter run it, Escape leaves it`;
    const layer = document.createElement("div");
    layer.className = "live-layer";
    pre.replaceWith(layer);
    layer.append(pre, this.area);
    pre.setAttribute("aria-hidden", "true");
    for (const name of ["tabindex", "role", "aria-label"]) pre.removeAttribute(name);
    pre.classList.remove("more");
    const like = getComputedStyle(pre);
    for (const name of ["font", "lineHeight", "letterSpacing", "padding", "borderWidth", "tabSize"]) this.area.style[name] = like[name];
    this.bar = document.createElement("div");
    this.bar.className = "live-bar";
    this.status = document.createElement("span");
    this.status.setAttribute("role", "status");
    this.area.addEventListener("input", () => this.changed());
    this.area.addEventListener("keydown", (event) => this.pressed(event));
    this.paint();
  }

  /** Begin at the beginning: the end of a long line would scroll a phone sideways. */
  focus() {
    this.area.setSelectionRange(0, 0);
    this.area.focus();
  }

  get edited() {
    return this.area.value !== this.code;
  }

  changed() {
    keep(this.name, this.code, this.area.value);
    this.paint();
  }

  paint() {
    this.area.rows = this.area.value.split("\n").length;
    this.pre.innerHTML = `${coloured(this.area.value)}\n`;
  }

  /** Keys stay in the code: the page listens for some of them. */
  pressed(event) {
    event.stopPropagation();
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") this.first.focus();
    else if (event.key === "Enter" && event.shiftKey) this.run();
    else if (event.key === "Enter") this.insert(`\n${this.indent()}`);
    else if (event.key === "Tab" && !event.shiftKey && this.atBeginning()) this.insert("    ");
    else return;
    event.preventDefault();
  }

  get line() {
    return this.area.value.slice(0, this.area.selectionStart).split("\n").pop();
  }

  indent() {
    return /^ */.exec(this.line)[0] + (this.line.trimEnd().endsWith(":") ? "    " : "");
  }

  atBeginning() {
    return this.area.selectionStart === this.area.selectionEnd && !this.line.trim();
  }

  /** Type a text as the reader would, so that it can be undone. */
  insert(text) {
    if (!document.execCommand("insertText", false, text)) this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
    this.changed();
  }

  say(text) {
    this.status.textContent = text;
  }

  /** The buttons that every field has. */
  buttons(...others) {
    this.first = button(`Run (Python, ${facts.first}, fetched once)`, () => this.run());
    this.stop = button("Stop", () => python.stop());
    this.anew = button("Start anew", () => this.restart());
    this.back = button("Back to the book’s version", () => this.reset());
    this.bar.append(this.first, this.stop, ...others, this.back, this.anew, this.status);
    this.refresh(false);
  }

  refresh(running) {
    this.first.disabled = running;
    this.stop.hidden = !running;
    this.anew.hidden = running || !python.started;
    this.back.hidden = running || !(this.edited || this.replaced);
    if (python.started) this.first.textContent = "Run";
  }

  restart() {
    return this.work(async () => {
      await python.anew();
      this.say("Python has forgotten all names; the next run begins with the first cell.");
    });
  }

  /** Do something with Python, and say how it goes. */
  async work(action) {
    if (this.first.disabled) return;
    this.refresh(true);
    try {
      await action();
    } catch (error) {
      this.say(error.message);
    }
    this.refresh(false);
    if (document.activeElement === document.body) this.first.focus();
  }

  /** Run the cells before a number that have not run; remember those that fail. */
  async before(end) {
    this.failures = [];
    for (let number = 0; number < end; number++) {
      if (ran.has(number)) continue;
      this.say(`Running the cells before this one: ${number + 1} of ${end} …`);
      const cell = chapter.cells[number];
      const outputs = await this.ask(editors.get(number)?.area.value ?? cell.code, false);
      ran.add(number);
      const error = outputs.find(([kind]) => kind === "error");
      if (error && !cell.raises) this.failures.push([number, error[1]]);
    }
  }

  ask(code, visible) {
    return python.run(code, visible, (text) => this.say(text));
  }

  /** What to say when a run is over. */
  over(began, outputs) {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const failed = outputs.some(([kind]) => kind === "error");
    const [number, error] = this.failures[0] ?? [];
    const earlier = error ? ` An earlier cell, number ${number + 1} of the chapter, failed: ${error.split("\n").pop()}` : "";
    this.say((failed ? "The cell stopped with an error." : `Done in ${seconds} s.`) + earlier);
  }
}

/** A cell of the book. */
class Editor extends Field {
  constructor(element, number) {
    const box = element.querySelector(".cell_input");
    super(box.querySelector("pre"), numbers.indexOf(number), chapter.cells[number].code, `Code of cell ${numbers.indexOf(number) + 1}`);
    [this.element, this.number] = [element, number];
    box.querySelector(".live-open")?.remove();
    box.after(this.bar);
    this.buttons();
    if (this.edited) this.say("You have changed this cell; it has not run yet.");
  }

  run() {
    return this.work(async () => {
      const began = performance.now();
      await this.before(this.number);
      this.say("Running …");
      const outputs = await this.ask(this.area.value, true);
      ran.add(this.number);
      this.show(outputs);
      this.over(began, outputs);
    });
  }

  /** Put outputs where the book's are. */
  show(outputs) {
    let place = this.element.querySelector(".cell_output");
    if (!place) {
      place = document.createElement("div");
      place.className = "cell_output docutils container";
      this.element.append(place);
    }
    const home = place.querySelector("figure") ?? place;
    this.replaced ??= [...place.querySelectorAll(".output")].map((output) => [output, output.parentNode, output.nextSibling]);
    for (const old of place.querySelectorAll(".output")) old.remove();
    home.prepend(...outputs.map(drawn));
    wake(home);
  }

  /** Show the book's code and outputs again. */
  reset() {
    this.area.value = this.code;
    this.changed();
    if (this.replaced) {
      for (const old of this.element.querySelectorAll(".live-output")) old.remove();
      for (const [output, parent, next] of this.replaced.toReversed()) parent.insertBefore(output, next);
      this.replaced = undefined;
    }
    ran.delete(this.number);
    this.say("This is the book’s version again.");
    this.refresh(false);
    this.area.focus();
  }
}

/** The empty cell of an exercise. */
class Answer extends Field {
  constructor(task, exercise, first) {
    const cell = document.createElement("div");
    cell.className = "cell live-answer";
    cell.innerHTML = '<div class="cell_input"><div class="highlight-ipython3 notranslate"><div class="highlight"><pre></pre></div></div></div><div class="cell_output"></div>';
    task.after(cell);
    const title = task.querySelector(".admonition-title").textContent.trim();
    super(cell.querySelector("pre"), `answer ${first} ${title}`, exercise.template, `Your answer to ${title}`);
    [this.exercise, this.end, this.output] = [exercise, first, cell.querySelector(".cell_output")];
    cell.querySelector(".cell_input").after(this.bar);
    this.check = button("Check", () => this.judge());
    this.check.hidden = !exercise.asks.length;
    this.buttons(this.check);
    this.back.textContent = "Empty it";
    this.say(exercise.asks.length ? `Give ${exercise.asks.join(", ")} a value; everything above is at hand.` : "Everything above is at hand. Compare with the solution.");
  }

  run() {
    return this.work(() => this.answer());
  }

  async answer() {
    const began = performance.now();
    await this.before(this.end);
    this.say("Running …");
    const outputs = await this.ask(this.area.value, true);
    this.output.replaceChildren(...outputs.map(drawn));
    wake(this.output);
    this.over(began, outputs);
    return !outputs.some(([kind]) => kind === "error");
  }

  judge() {
    return this.work(async () => {
      if (!(await this.answer())) return;
      const cells = this.exercise.solution.map((number) => chapter.cells[number].code);
      this.say("Checking …");
      const said = await python.check(cells, this.exercise.asks, (text) => this.say(text));
      this.say(said.join(" "));
    });
  }

  reset() {
    this.area.value = this.code;
    this.changed();
    this.output.replaceChildren();
    this.say("");
    this.refresh(false);
    this.area.focus();
  }
}

function button(text, action) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

/** An output as the book shows it. */
function drawn([kind, content]) {
  const box = document.createElement("div");
  box.className = `output ${kind === "html" ? "text_html" : "text_plain"} live-output`;
  box.classList.toggle("live-error", kind === "error");
  if (kind === "html") box.innerHTML = content;
  else box.append(Object.assign(document.createElement("pre"), { textContent: content }));
  return box;
}

/** Fetch what brings a figure that can be touched to life. */
function wake(place) {
  const names = [...place.querySelectorAll("*")].map((element) => element.localName).filter((name) => name.startsWith("conv-"));
  for (const name of new Set(names)) if (!customElements.get(name)) import(new URL(`../explore/${name.slice(5)}.js`, import.meta.url));
}
