// What the explorables share. An explorable is a figure that can be touched: a custom element
// around the very drawing that stands there where no script runs.
//
// To write one, say `NAME.js` for <conv-NAME>:
//
//   class Stepper extends Explorable {
//     static fields = { x: table(8), padding: integer(0, 3), flip: flag, mode: choice(MODES) };
//     static style = "…";             // of its own, after what stands here
//     build() { return [element, …]; } // once, near the window: the parts, from top to bottom; this.note, the line
//                                     // for remarks and refusals, stands last if it is not among them
//     reset() {}                      // before new settings: forget what is no setting
//     settle() {}                     // make this.state consistent; this.problem ||= a sentence
//     remark() {}                     // what is worth noticing in this.state, instead of the hint
//     draw() {}                       // show this.state; cheap, called for every change
//     python() { return [line, …]; }  // what is shown as a program; its last line is always seen
//   }
//   define("stepper", Stepper);
//
// The base class gives it
//   this.given     the JSON that Python wrote (`Explorable(Figure)`): fields as text, and extras
//   this.state     one value a field: in `given`, in a link "#fig-name?x=0,1/2,3&padding=1", or in
//                  a sentence of the page ({try}), always the same text
//   this.set({})   take settings (text), all others as in the beginning; a bad one gets a sentence
//   this.change()  settle, draw: call it after you changed this.state; this.put({}) does both
//   this.bound(name, {})  the { get, set } of a setting, for a control
//   this.starts(label)    buttons for given.examples
//   this.say(text)    for a screen reader, politely, after half a second of rest, if it was touched
//   this.tell(text)   one line for everybody, at the foot: why something was refused
//   this.link()       the address of what is shown
//   this.copied       what is told when it has been copied
// and at the foot: a hint, the program, "Copy the Python", "Copy a link", "Start again".
//
// Fields    integer(low, high) · choice(names) · flag · table(most rows) · tables(most rows) ·
//           pair() · list(length) · words
// Controls  button(label, action) · spinner(label, {get, set, low, high}) · chooser(label, names, {get,
//           set}) · toggle(label, {get, set}) · slider(label, {get, set, low, high, step, said}); each
//           but button has .refresh(), and this.refresh() of the base class calls them all if you made
//           them by this.add(control)
// Grid      numbers in a role's colour: arrows move (one Tab stop), typing ("1/9"), Backspace,
//           PageUp and PageDown and dragging sideways change, pointing previews, pressing keeps
// Texts     number(v) to show, parse(text) to read, bracket(v) with brackets if negative; some(n, word),
//           few(items, sign), quoted(text)
//
// Room: Python gives the height that the element needs, wide and narrow (`rooms`), so that nothing
// jumps when the script comes. Never grow beyond it: controls above what changes, lines reserved.

// -- Texts -------------------------------------------------------------------

/** A number as it is, but with three decimals at most, and a real minus. */
export const number = (value) => String(Number(value.toFixed(3))).replace("-", "−");

export const bracket = (value) => number(value).replace(/^−.*/, "($&)");

export const quoted = (text) => `“${text.length > 24 ? `${text.slice(0, 24)}…` : text}”`;

/** Read "3", "−2.5" or "1/9"; throw a sentence for anything else. */
export function parse(text) {
  const match = /^\s*([+\-−]?(?:\d+\.?\d*|\.\d+))\s*(?:\/\s*(\d+))?\s*$/.exec(text);
  const value = match ? Number(match[1].replace("−", "-")) / Number(match[2] ?? 1) : NaN;
  if (!(Math.abs(value) <= 9999)) throw new Error(`${quoted(text)} is not a number within ±9999, such as 3, −2.5 or 1/9.`);
  return value;
}

/** A number and its word. */
export const some = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** As many items, each with its text, as fit a number of letters, and a sign between them. */
export function few(items, sign, room = 170) {
  const most = items.findIndex(({ textContent }) => (room -= textContent.length + sign.length) < 0);
  const shown = items.slice(0, most < 0 ? undefined : most).flatMap((item, k) => (k ? [sign, item] : [item]));
  return most < 0 ? shown : [...shown, ` and ${items.length - most} more`];
}

/** A table of numbers as Python writes it. */
export const array = (rows, type = "") => `np.array(${nested(rows)}${type})`;
/** Lines that make arrays of one dtype, as the library wants them. */
export function arrays(named) {
  const type = Object.values(named).flat(Infinity).every(Number.isInteger) ? "" : ", float";
  return Object.entries(named).map(([name, rows]) => `${name} = ${array(rows, type)}`);
}
const nested = (value) => (Array.isArray(value) ? `[${value.map(nested).join(", ")}]` : String(Number(value.toPrecision(12))));

// -- Fields: settings as text and as values ----------------------------------

const refuse = (text, rule) => { throw new Error(`The link says ${quoted(text)}, but it must be ${rule}.`); };
const plain = { write: String };

export const integer = (low, high) => ({
  ...plain,
  read: (text) => (/^\d+$/.test(text) && text >= low && text <= high ? Number(text) : refuse(text, `a whole number from ${low} to ${high}`)),
});
export const choice = (names) => ({ ...plain, read: (text) => (names.includes(text) ? text : refuse(text, `one of ${names.join(", ")}`)) });
export const flag = { ...plain, read: (text) => (/^(true|false)$/.test(text) ? text === "true" : refuse(text, "true or false")) };
export const words = { ...plain, read: String };
export const list = (length) => ({
  write: String,
  read: (text) => (/^-?\d+(,-?\d+)*$/.test(text) && text.split(",").length === length ? text.split(",").map(Number) : refuse(text, `${length} whole numbers, as in 0,1`)),
});
export const pair = () => list(2);
export const table = (most) => ({
  write: (rows) => rows.map((row) => row.map((v) => Number(v.toPrecision(12))).join(",")).join("/"),
  read(text) {
    const rows = String(text).split("/").map((row) => row.split(",").map(parse));
    if (rows.length > most || rows.some((row) => row.length !== rows[0].length || row.length > most))
      refuse(text, `rows of equal length, at most ${most} by ${most} numbers`);
    return rows;
  },
});

/** Several tables of one size, one a plane. */
export const tables = (most) => ({
  write: (planes) => planes.map(table(most).write).join(";"),
  read(text) {
    const planes = String(text).split(";").map(table(most).read);
    return planes.every((rows) => rows.length === planes[0].length && rows[0].length === planes[0][0].length) ? planes : refuse(text, "tables of one size");
  },
});

// -- The element -------------------------------------------------------------

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Style an element, unless that changes nothing: all that is inside it would be styled anew. */
export function dress(element, style) {
  if (element.dressed !== style) element.style = element.dressed = style;
}

export const sign = (text) => make("div", { className: "sign", textContent: text, ariaHidden: "true" });

/** A piece of a sentence, in a colour. */
export const mark = (kind, text) => make("span", { className: kind, textContent: text });

/** Write a text, unless it stands there already: that would cost a layout. */
export const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

export const range = (length) => Array.from({ length }, (_, k) => k);

/** A table with one number changed. */
export const edited = (rows, r, c, value) => rows.map((row, k) => (k === r ? row.with(c, value) : row));

/** A table in a square of another size; new places hold digits that are easy to recognise. */
export const resized = (rows, side, first = 0) =>
  range(side).map((r) => range(side).map((c) => rows[r]?.[c] ?? (r * side + c + first) % 10));

export function define(name, element) {
  if (!customElements.get(`conv-${name}`)) customElements.define(`conv-${name}`, element);
}

/** Call once, when an element comes near the window and the page has a moment. */
function whenNear(element, action) {
  new IntersectionObserver(([seen], watcher) => {
    if (!seen.isIntersecting) return;
    watcher.disconnect();
    (window.requestIdleCallback ?? setTimeout)(action, { timeout: 300 });
  }, { rootMargin: "100%" }).observe(element);
}

const TOUCH = matchMedia("(pointer: coarse)").matches;

export class Explorable extends HTMLElement {
  static fields = {};
  static style = "";
  static hint = `Drag a number sideways to change it, or ${TOUCH ? "tap it twice and type" : "type. Arrow keys move"}.`;

  connectedCallback() {
    this.figure = this.closest("figure")?.id || this.id;
    this.forget = new AbortController();
    const { signal } = this.forget;
    whenNear(this, () => this.wake());
    addEventListener("keydown", ({ key }) => key === "Tab" && this.wake(), { signal, capture: true }); // Tab finds what there is
    addEventListener("hashchange", () => this.#address(), { signal });
    for (const link of document.querySelectorAll(`a[data-try][href="#${this.figure}"]`)) {
      link.href += `?${link.dataset.try}`; // it can be copied, and opened elsewhere
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        history.pushState("set", "", link.href); // the way back leads to the sentence
        this.#address(true);
        this.shadowRoot.firstChild.focus({ preventScroll: true }); // where the next Tab begins
      }, { signal });
    }
    this.#address();
  }

  disconnectedCallback() {
    this.forget.abort();
  }

  /** Take the drawing's place, once: when the figure comes near the window, or somebody asks for it. */
  wake() {
    if (!this.shadowRoot) this.#build();
  }

  #build() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE + this.constructor.style);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.addEventListener("keydown", (event) => event.key === "/" && event.stopPropagation()); // Sphinx searches
    for (const type of ["focusin", "pointerdown"]) root.addEventListener(type, () => (this.touched = true));
    this.given = JSON.parse(this.querySelector("script[type='application/json']")?.textContent ?? "{}");
    this.controls = [];
    this.voice = make("div", { className: "unseen", role: "status" });
    this.note = make("p", { className: "note", textContent: this.heard = this.constructor.hint });
    const panel = make("div", { className: "panel", tabIndex: -1, role: "group", ariaLabel: this.given.label ?? "a figure to touch" });
    root.append(panel, make("slot"));
    panel.append(...this.build());
    if (!this.note.parentNode) panel.append(this.note);
    panel.append(this.#foot(), this.voice);
    this.set({});
  }

  #foot() {
    this.line = make("code");
    this.program = make("pre", { tabIndex: 0 });
    const copy = (label, text) => button(label, async () => {
      let said = this.copied;
      await navigator.clipboard.writeText(text()).catch(() => (said = "This browser lets no page copy: take it from the address bar or the program."));
      this.tell(said);
    });
    this.code = make("details", { className: "code" }, make("summary", {}, this.line), this.program);
    return make("div", { className: "foot" }, this.code, make("div", { className: "bar" },
      copy("Copy the Python", () => this.program.textContent),
      copy("Copy a link", () => { history.replaceState(null, "", this.link()); return location.href; }),
      button("Start again", () => {
        if (location.hash.startsWith(`#${this.figure}?`)) history.replaceState(null, "", `#${this.figure}`);
        this.set({});
      })));
  }

  #address(scroll = !history.state) {
    const [name, ...query] = location.hash.slice(1).split("?");
    if (name !== this.figure || !query.length) return;
    this.touched = true;
    this.set(Object.fromEntries(new URLSearchParams(query.join("?"))));
    if (scroll) this.scrollIntoView({ block: this.offsetHeight > innerHeight ? "start" : "nearest" });
  }

  set(settings) {
    this.wake();
    const { fields } = this.constructor;
    let problem = "";
    this.state = {};
    for (const [name, field] of Object.entries(fields)) this.state[name] = field.read(String(this.given[name]));
    for (const [name, text] of Object.entries(settings)) {
      try {
        if (!Object.hasOwn(fields, name)) throw new Error(`The link sets ${quoted(name)}, which this figure does not have.`);
        this.state[name] = fields[name].read(text);
      } catch (error) {
        problem ||= error.message;
      }
    }
    this.reset();
    this.change(problem);
  }

  change(problem = "") {
    this.problem = problem;
    this.settle();
    this.refresh();
    this.tell(this.problem);
  }

  refresh() {
    this.draw();
    for (const control of this.controls) control.refresh();
    const lines = this.python();
    write(this.line, lines.at(-1));
    write(this.program, lines.join("\n"));
  }

  add(control) {
    this.controls.push(control);
    return control;
  }

  put(changes) {
    Object.assign(this.state, changes);
    this.change();
  }

  /** How a control reads and sets a setting. */
  bound(name, rest) {
    return { get: () => this.state[name], set: (value) => this.put({ [name]: value }), ...rest };
  }

  /** Buttons for the settings that Python offers to start from. */
  starts(label) {
    return make("div", { className: "bar" }, make("span", { className: "quiet", textContent: label }), ...Object.entries(this.given.examples).map(([name, query]) => {
      const wanted = [...new URLSearchParams(query)];
      const start = this.add(button(name, () => this.set({ ...this.settings(), ...Object.fromEntries(wanted) })));
      start.refresh = () => (start.ariaPressed = String(wanted.every(([key, text]) => this.constructor.fields[key].write(this.state[key]) === text)));
      return start;
    }));
  }

  /** The settings that are not as in the beginning, as text. */
  settings() {
    const written = Object.entries(this.constructor.fields).map(([name, field]) => [name, field.write(this.state[name])]);
    return Object.fromEntries(written.filter(([name, text]) => text !== String(this.given[name])));
  }

  link() {
    const query = Object.entries(this.settings()).map(([name, text]) => `${name}=${encodeURI(text)}`).join("&");
    return `${location.href.split("#")[0]}#${this.figure}${query && `?${query}`}`;
  }

  say(text) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const { textContent: more } = this.note; // what is new at the foot is said too
      if (this.touched) this.voice.textContent = (more === text || more === this.heard ? text : `${text} ${more}`).replace(/ ?[·×] ?/g, " times ");
      this.heard = more;
    }, 500);
  }

  tell(text) {
    write(this.note, text || this.remark() || this.constructor.hint);
    this.note.classList.toggle("problem", Boolean(text));
    if (text) this.say(text);
  }

  reset() {}
  settle() {}
  get copied() { return "Copied."; }
  remark() { return ""; }
  draw() {}
  python() { return [""]; }
}

// -- Controls ----------------------------------------------------------------

export const button = (label, action, properties = {}) =>
  make("button", { type: "button", textContent: label, onclick: action, ...properties });

/** A number with a button on either side. */
export function spinner(label, { get, set, low, high }) {
  const [less, more] = [["−", "less", -1], ["+", "more", 1]].map(([sign, name, step]) =>
    button(sign, () => get() + step >= low() && get() + step <= high() && set(get() + step), { ariaLabel: `${name === "less" && label.endsWith("s") ? "fewer" : name} ${label}` }));
  const value = make("span", { className: "value" });
  const element = make("div", { className: "spinner", role: "group", ariaLabel: label }, make("span", { textContent: label }), less, value, more);
  element.refresh = () => {
    value.textContent = get();
    less.ariaDisabled = String(get() <= low());
    more.ariaDisabled = String(get() >= high());
  };
  return element;
}

export function chooser(label, names, { get, set }) {
  const select = make("select", {}, ...names.map((name) => make("option", { value: name, textContent: name })));
  select.onchange = () => set(select.value);
  const element = make("label", { className: "chooser" }, make("span", { textContent: label }), select);
  element.refresh = () => (select.value = get());
  return element;
}

export function toggle(label, { get, set }) {
  const input = make("input", { type: "checkbox" });
  input.onchange = () => set(input.checked);
  const element = make("label", { className: "toggle" }, input, label);
  element.refresh = () => (input.checked = get());
  return element;
}

/** A range; `said` puts its value into words. */
export function slider(label, { get, set, low = () => 0, high, step = 1, said = number }) {
  const input = make("input", { type: "range", step });
  input.oninput = () => set(Number(input.value));
  const value = make("span", { className: "value" });
  const element = make("label", { className: "slider" }, make("span", { textContent: label }), input, value);
  element.refresh = () => {
    Object.assign(input, { min: low(), max: high(), value: get() });
    value.textContent = input.ariaValueText = said(get());
  };
  return element;
}

// -- Numbers to touch --------------------------------------------------------

/** A grid of numbers: one Tab stop, arrows inside.
 *
 *  new Grid({ name, show, pick, edit, tell })
 *    name   its role, which is its colour (input, kernel, output, …) and its title
 *    show   called with [row, column] under the mouse, or null when it leaves
 *    pick   called with [row, column] when a cell is pressed or reached by keys
 *    edit   { value(r, c), set(r, c, v) }; leave it out if nothing can be changed
 *    tell   called with a sentence when what was typed is no number
 *  .box     the element: .title above .body
 *  .draw(rows, columns, describe, [first row, first column])
 *    describe(r, c) → { text, note, kind, fixed, label }: the number, the small text beside it, CSS
 *    classes (now, lit, hot, rim, …), whether it cannot be changed, its name for a screen reader
 */
export class Grid {
  constructor({ name, show = () => {}, pick = () => {}, edit, tell = () => {}, slides = false }) {
    Object.assign(this, { name, show, pick, edit, tell, slides, size: "", cells: new Map(), at: null });
    this.title = make("div", { className: "title" }, name);
    this.body = make("div", { role: "grid", className: "grid", ariaLabel: name });
    this.box = make("div", { className: `box ${name}` }, this.title, this.body);
    if (slides) this.body.style.touchAction = "none";
    const on = (type, listener) => this.body.addEventListener(type, listener);
    on("pointerover", (event) => event.pointerType === "mouse" && !this.drag && this.show(this.place(event)));
    on("pointerleave", (event) => event.pointerType === "mouse" && !this.drag && this.show(null));
    on("pointerdown", (event) => this.#press(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", () => this.#release());
    on("pointercancel", () => { // the page scrolls
      if (this.drag?.moved) this.#set(this.drag.place, this.drag.start);
      this.drag = null;
    });
    on("dblclick", (event) => this.place(event) && this.type(this.place(event)));
    on("keydown", (event) => this.#key(event));
    on("focusin", (event) => !this.input && this.place(event) && String(this.place(event)) !== String(this.at) && this.choose(this.place(event), false));
  }

  place(event) {
    const at = event.composedPath().find((node) => node.dataset?.at)?.dataset.at;
    return at ? at.split(",").map(Number) : null;
  }

  draw(rows, columns, describe, first = [0, 0]) {
    if (this.size !== String([rows, columns, first])) this.#lay(rows, columns, first);
    let longest = 1;
    const entry = String(this.at ?? this.entry);
    for (const [key, cell] of this.cells) {
      const { text, note = "", kind = "", fixed = !this.edit, label = "" } = describe(...cell.place);
      const [value, small] = cell.children;
      write(value, text);
      write(small, note);
      if (cell.className !== kind) cell.className = kind;
      if (label && cell.ariaLabel !== label) cell.ariaLabel = label;
      longest = Math.max(longest, text.length);
      if (cell.fixed !== fixed) {
        cell.fixed = fixed;
        cell.toggleAttribute("data-edit", !fixed);
        cell.ariaReadOnly = String(fixed);
      }
      const stop = key === entry ? 0 : -1;
      if (cell.tabIndex !== stop) cell.tabIndex = stop;
    }
    if (this.longest !== longest) this.body.style.setProperty("--shrink", Math.min(1, 2.5 / (this.longest = longest)));
  }

  #lay(rows, columns, first) {
    const held = this.body.getRootNode().activeElement?.closest?.(".grid") === this.body;
    Object.assign(this, { rows, columns, first, size: String([rows, columns, first]) });
    this.entry = first.map((k) => Math.max(0, k));
    this.cells.clear();
    const count = (length) => Array.from({ length }, (_, k) => k);
    const laid = count(rows).map((r) => make("div", { role: "row" }, ...count(columns).map((c) => {
      const cell = make("div", { role: "gridcell", tabIndex: -1 }, make("b"), make("i", { ariaHidden: "true" }));
      cell.place = [r + first[0], c + first[1]];
      cell.dataset.at = String(cell.place);
      this.cells.set(cell.dataset.at, cell);
      return cell;
    })));
    this.body.replaceChildren(...laid);
    if (!this.cells.has(String(this.at))) this.at = held ? this.entry : null; // what is focused is not picked anew
    if (held) this.cells.get(String(this.at))?.focus({ preventScroll: true });
  }

  cell(place) {
    return this.cells.get(String(place));
  }

  /** Make a cell the grid's entry, and tell the owner; returns whether it was so before. */
  choose(place, focus = true) {
    if (!this.cell(place)) return false;
    const again = String(this.at) === String(place);
    this.at = place;
    for (const [key, cell] of this.cells) cell.tabIndex = key === String(place) ? 0 : -1;
    if (focus) this.cell(place).focus({ preventScroll: true });
    this.pick(place);
    return again;
  }

  #press(event) {
    const place = this.place(event);
    if (!place || event.button || this.input?.parentNode === this.cell(place)) return;
    this.input?.blur();
    event.preventDefault(); // no selection of text; choose() sets the focus
    const touch = event.pointerType !== "mouse", later = touch && !this.slides; // a finger may want to scroll
    this.drag = { x: event.clientX, place, touch, later, again: !later && this.choose(place) };
    if (this.slides || this.cell(place).fixed) return;
    this.drag.start = this.edit.value(...place);
    this.body.setPointerCapture(event.pointerId);
  }

  #move(event) {
    if (!this.drag) return;
    const { x, place, start } = this.drag;
    if (start === undefined) { // a finger that slides over results picks each
      const under = this.body.getRootNode().elementFromPoint(event.clientX, event.clientY)?.closest("[data-at]");
      if (under && this.body.contains(under) && String(under.place) !== String(this.at)) {
        this.drag.later = false;
        this.choose(under.place);
      }
      return;
    }
    const way = event.clientX - x;
    if (!this.drag.moved && Math.abs(way) < 5) return;
    if (this.drag.later) this.choose(place);
    Object.assign(this.drag, { moved: true, later: false });
    const value = start + (event.altKey ? 0.1 : 1) * Math.round(way / 9);
    this.#set(place, Math.round(value * 1e9) / 1e9);
  }

  #release() {
    const { touch, later, again, moved, place } = this.drag ?? {};
    this.drag = null;
    if ((later ? this.choose(place) : touch && again) && !moved) this.type(place);
  }

  #set(place, value) {
    if (Math.abs(value) <= 9999) this.edit.set(...place, value);
  }

  #key(event) {
    const place = this.place(event);
    if (!place || this.input || event.ctrlKey || event.metaKey) return;
    const [[r, c], { key }] = [place, event];
    const goal = {
      ArrowUp: [r - 1, c], ArrowDown: [r + 1, c], ArrowLeft: [r, c - 1], ArrowRight: [r, c + 1],
      Home: [r, this.first[1]], End: [r, this.first[1] + this.columns - 1],
    }[key];
    const step = { PageUp: 1, PageDown: -1 }[key];
    const free = !this.cell(place).fixed;
    if (goal) this.choose(goal);
    else if (step && free) this.#set(place, this.edit.value(r, c) + step);
    else if (/^(Backspace|Delete)$/.test(key) && free) this.#set(place, this.edit.value(r, c) && 0);
    else if (/^([\d.+\-−]|Enter|F2| )$/.test(key)) free && this.type(place, /\S/.test(key) && key.length === 1 ? key : undefined);
    else return;
    event.preventDefault();
    event.stopPropagation(); // the theme and Sphinx listen for keys too
  }

  /** Put a text field over a cell. */
  type(place, begun) {
    const cell = this.cell(place);
    if (this.input || !cell || cell.fixed) return;
    const held = this.edit.text?.(...place) ?? number(this.edit.value(...place)).replace("−", "-");
    const input = make("input", { value: begun ?? held, type: "text", autocomplete: "off", enterKeyHint: "done" });
    input.ariaLabel = `${this.name}, row ${place[0]}, column ${place[1]}`;
    this.input = input;
    cell.append(input);
    input.focus();
    if (begun === undefined) input.select();
    const done = (keep, next) => {
      if (this.input !== input) return;
      this.input = null;
      input.remove();
      if (next) this.choose(next);
      try {
        if (!keep) this.tell("");
        else if (input.value.trim() && input.value !== held) this.edit.set(...place, parse(input.value)); // what is shown may be rounded
      } catch (error) {
        this.tell(error.message);
      }
    };
    input.addEventListener("blur", () => done(true));
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const next = [place[0], place[1] + (event.shiftKey ? -1 : 1)];
      if (event.key === "Enter" || event.key === "Escape") done(event.key === "Enter", place);
      else if (event.key === "Tab" && this.cell(next)) {
        done(true, next);
        this.type(next);
      } else return;
      event.preventDefault();
    });
  }
}

// -- The look ----------------------------------------------------------------

const STYLE = `
:host { --ground: var(--pst-color-background); --muted: var(--pst-color-text-muted); --accent: var(--pst-color-primary); display: block; font-variant-numeric: tabular-nums; text-align: left; container-type: inline-size; color: var(--pst-color-text-base); font-size: .95rem; line-height: 1.45; }
* { box-sizing: border-box; }
slot { display: none; }
.panel { contain: layout paint; min-height: inherit; padding: .8rem 1rem; border: 1px solid var(--cb-rule); border-radius: 6px; background: var(--ground); }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .9rem; }
.bar + .bar { margin-top: .5rem; }
button, select, input { font: inherit; color: inherit; }
button, select { min-height: 2rem; padding: .1rem .6rem; border: 1px solid var(--cb-rule); border-radius: 5px; background: var(--ground); cursor: pointer; }
:is(button, select):hover { border-color: var(--accent); }
button[aria-pressed=true] { border-color: var(--accent); background: color-mix(in srgb, var(--accent) 16%, var(--ground)); }
button[aria-disabled=true] { color: var(--muted); cursor: default; }
:is(button, select, input, summary, [tabindex]):focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; z-index: 3; }
.spinner, .chooser, .toggle, .slider { display: inline-flex; align-items: center; gap: .4rem; min-height: 2rem; }
.spinner { gap: 0; }
.spinner > span:first-child { margin-right: .4rem; }
.spinner button { width: 2rem; padding: 0; }
.spinner .value { min-width: 1.9rem; text-align: center; }
.toggle { cursor: pointer; }
input:is([type=checkbox], [type=range]) { accent-color: var(--accent); cursor: pointer; }
input[type=checkbox] { width: 1.1rem; height: 1.1rem; margin: 0; }
input[type=range] { min-height: 2rem; min-width: 4rem; }
.box { text-align: center; }
.title { min-height: 1.5rem; color: var(--ink); white-space: nowrap; }
.input { --ink: var(--cb-input); } .kernel { --ink: var(--cb-kernel); } .output { --ink: var(--cb-output); } .padding { --ink: var(--cb-padding); }
.frame, .grid { user-select: none; -webkit-user-select: none; }
.grid { position: relative; display: inline-block; touch-action: pan-y; }
[role=row] { display: flex; }
[role=gridcell] { --tint: 10%; position: relative; display: grid; place-items: center; width: var(--cell, 2.5rem); height: var(--cell, 2.5rem); margin: 0 -1px -1px 0; border: 1px solid var(--edge, var(--ink)); background: color-mix(in srgb, var(--ink) var(--tint), var(--ground)); color: var(--cb-ink); cursor: pointer; }
[role=gridcell][data-edit] { cursor: ew-resize; }
[role=gridcell] b { font-weight: 400; font-size: max(9px, calc(var(--cell, 2.5rem) * .4 * var(--shrink))); line-height: 1; white-space: nowrap; }
[role=gridcell] i { position: absolute; right: .14em; bottom: .12em; font-size: max(10.5px, calc(var(--cell, 2.5rem) * .27)); font-style: normal; line-height: 1; }
[role=gridcell]:has(i:not(:empty)) b { translate: -16% -28%; }
[role=gridcell] input { position: absolute; inset: -1px; z-index: 4; width: calc(100% + 2px); min-width: 2.6rem; padding: 0; border: 2px solid var(--accent); background: var(--ground); text-align: center; font-size: 16px; }
.lit { --tint: 26% !important; }
.now { --tint: 38% !important; z-index: 1; } .now b { font-weight: 700 !important; }
.hot { outline: 2px solid var(--cb-ink); outline-offset: -3px; z-index: 2; }
.note { min-height: 2.9em; margin: .3rem 0 0; color: var(--muted); font-size: .88rem; }
.note.problem { color: var(--pst-color-text-base); font-weight: 600; }
.foot { margin-top: .6rem; padding-top: .6rem; border-top: 1px solid var(--cb-rule); font-size: .88rem; }
.foot .bar { margin-top: .4rem; }
summary { cursor: pointer; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
code, pre { margin: 0; font-family: var(--pst-font-family-monospace); font-size: .92em; overflow-wrap: anywhere; }
pre { padding: .4rem 0 0 1rem; white-space: pre-wrap; }
.words { margin: 0; line-height: 1.6; overflow: hidden; }
.words, .words + .note { text-align: center; }
.x { color: var(--cb-input); } .w { color: var(--cb-kernel); } .y { color: var(--cb-output); font-weight: 700; } .none, .quiet, .sign { color: var(--muted); }
.stage { display: flex; justify-content: center; align-items: center; gap: .4rem .9rem; margin: .5rem 0 .2rem; }
.stage > .sign { padding-top: 1.5rem; font-size: 1.5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@container (max-width: 560px) { .panel { min-height: inherit; padding: .7rem .6rem; } .bar { gap: .4rem .5rem; } .note { min-height: 4.35em; }
  .options { align-items: end; } .options :is(.spinner, .chooser) { display: grid; grid-template-columns: 2rem minmax(1.3rem, auto) 2rem; } .options .spinner span { min-width: 0; margin: 0; white-space: nowrap; } .options select { padding-inline: .2rem; } .options .chooser { grid-template-columns: auto; gap: 0; } .options :is(.spinner, .chooser) > span:first-child { grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
@media (forced-colors: active) {
  .lit { outline: 2px dashed CanvasText; outline-offset: -4px; } .now { outline: 3px solid Highlight; outline-offset: -3px; }
  button[aria-pressed=true] { border: 2px solid Highlight; }
}
@media print { .panel { display: none; } slot { display: block; } }
`;
