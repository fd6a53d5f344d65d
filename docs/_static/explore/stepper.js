// <conv-stepper>: one convolution, small enough to see every product, and all of it can be changed.

import { MODES, allTaps, conv2d, fitted, largest, least, most, smallest, total, turned } from "./arithmetic.js";
import { Explorable, Grid, arrays, bracket, button, choice, chooser, define, dress, edited, flag, integer, make, mark, number, pair, resized, sign, slider, spinner, table, toggle } from "./parts.js";

const LARGEST = { x: 8, w: 5, padded: 10 };
const GRIDS = { input: "x", kernel: "w", output: "y" };
const flat = (rows) => rows.flat();
const equal = (one, other) => String(one) === String(other);

const GOALS = {
  none: null,
  "all zeros": { text: "Make every output 0, but no weight.", met: ({ x, w, y }) => flat(y).every((v) => v === 0) && flat(w).every(Boolean) && flat(x).some(Boolean) },
  "no flip": { text: "Turn the flip on, and let no output notice. All weights equal is too easy.",
    met: ({ w, flip }) => flip && equal(w, turned(w)) && new Set(flat(w)).size > 1 },
};

class Stepper extends Explorable {
  static fields = {
    x: table(LARGEST.x), w: table(LARGEST.w), padding: integer(0, 3), mode: choice(MODES), stride: integer(1, 4),
    dilation: integer(1, 3), flip: flag, goal: choice(Object.keys(GOALS)), on: choice(Object.keys(GRIDS)), at: pair(),
  };

  build() {
    const fits = (dilation) => least(this.state.x, this.state.w, dilation) <= this.state.padding;
    const choices = {
      padding: () => spinner("padding", this.bound("padding", {
        low: () => least(this.state.x, this.state.w, this.state.dilation), high: () => Math.min(3, most(this.state.x, this.state.mode, LARGEST.padded)),
      })),
      mode: () => chooser("mode", MODES, this.bound("mode")),
      stride: () => spinner("stride", this.bound("stride", { low: () => 1, high: () => 4 })),
      dilation: () => spinner("dilation", this.bound("dilation", { low: () => 1, high: () => (fits(3) ? 3 : fits(2) ? 2 : 1) })),
      flip: () => toggle("flip the kernel", this.bound("flip")),
      predict: () => toggle("let me predict", { get: () => this.predicting, set: (on) => { this.predicting = on; this.change(); } }),
      goal: () => chooser("goal", Object.keys(GOALS), this.bound("goal")),
    };
    const options = Object.keys(choices).filter((name) => this.given.controls.includes(name)).map((name) => this.add(choices[name]()));
    const grid = (name, edit) => new Grid({
      name, edit, slides: name === "output",
      show: (place) => { this.hover = place && { on: name, at: place }; this.refresh(); },
      pick: (at) => { this.pause(); this.later = Infinity; this.hover = null; Object.assign(this.state, { on: name, at }); this.refresh(); },
      tell: (text) => this.tell(text),
    });
    const edit = (name) => ({
      value: (r, c) => this.state[name][r][c],
      set: (r, c, v) => { this.state[name] = edited(this.state[name], r, c, v); this.change(); },
    });
    this.grids = { input: grid("input", edit("x")), kernel: grid("kernel", edit("w")), output: grid("output", { value: () => 0, text: () => "", set: (r, c, v) => this.guess(r, c, v) }) };
    for (const [name, key, low, high] of [
      ["input", "x", () => smallest(this.state.w, this.state), () => LARGEST.x], ["kernel", "w", () => 1, () => Math.min(LARGEST.w, largest(this.state.x, this.state))],
    ]) this.grids[name].title.append(this.add(spinner(`size of the ${name}`, {
        get: () => Math.max(this.state[key].length, this.state[key][0].length), low, high,
        set: (side) => this.put({ [key]: resized(this.state[key], side) }),
      })));
    this.shape = make("span", { className: "shape quiet" });
    this.grids.output.title.append(this.shape);
    this.frame = make("div", { className: "frame", ariaHidden: "true" });
    this.stage = make("div", { className: "stage" }, this.grids.input.box, this.operator = sign("⋆"), this.grids.kernel.box, sign("="), this.grids.output.box);

    this.words = make("p", { className: "words" });
    for (const type of ["pointerover", "pointerdown"]) this.words.addEventListener(type, (event) => this.point(event.target.closest(".term")?.tap));
    this.words.addEventListener("pointerleave", () => this.point());
    this.playing = button("Play", () => (this.timer ? this.pause() : this.play()), { className: "play" });
    this.walk = this.add(slider("", {
      get: () => this.step, high: () => this.state.y.length * this.state.y[0].length - 1, set: (step) => { this.pause(); this.go(step); },
      said: (step) => `${step + 1} of ${flat(this.state.y).length}`,
    }));
    this.walk.querySelector("input").ariaLabel = "position of the kernel";
    return [
      ...(Object.keys(this.given.examples).length ? [this.starts("Start from")] : []), make("div", { className: "bar options" }, ...options),
      this.stage, this.words, this.note, make("div", { className: "bar walk" }, this.playing, this.walk),
    ];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.pause();
  }

  // -- State ---------------------------------------------------------------

  reset() {
    Object.assign(this, { hover: null, later: Infinity, predicting: false });
  }

  /** Make the settings fit each other: what does not fit gives way, and a sentence says so. */
  settle() {
    this.pause();
    const { state } = this;
    const { padding, dilation, cut, problem } = fitted(state.x, state.w, state, LARGEST.padded);
    this.problem ||= problem;
    Object.assign(state, { padding, dilation, w: cut(state.w) });
    state.y = conv2d(state.x, state.w, state);
    const rows = { input: state.x, kernel: state.w, output: state.y }[state.on];
    const rim = state.on === "input" ? state.padding : 0;
    state.at = state.at.map((k, axis) => Math.max(-rim, Math.min(k, (axis ? rows[0] : rows).length - 1 + rim)));
    this.solved = new Set();
    this.wrong = null;
  }

  remark() {
    const { x, w, y, flip, goal, padding, stride, dilation } = this.state;
    const [pixels, weights] = [flat(x), flat(w)];
    const aim = GOALS[goal];
    if (aim) return aim.met(this.state) ? "Done! Every output shows it." : aim.text;
    if (this.predicting) return this.solved.size ? `${this.solved.size} of ${flat(y).length} right.` : "Choose an output, type what it will be, press Enter.";
    const bright = pixels.filter(Boolean);
    if (flip && equal(w, turned(w))) return "This kernel looks the same after half a turn, so the flip changes nothing.";
    if (bright.length === 1 && stride === 1 && dilation === 1 && weights.length > 1)
      return `One bright pixel prints the kernel${flip ? ", now upright" : " turned by half a turn"}.`;
    if (bright.length && new Set(pixels).size === 1 && !padding) return `Where nothing happens, only the sum of the weights counts: ${number(y[0][0])} everywhere.`;
    if (stride > 1 || dilation > 1) {
      const read = new Set(allTaps(x, w, this.state).flat(2).map((tap) => `${tap.r},${tap.k}`).filter((at) => !at.includes("-")));
      if (read.size < pixels.length) return `${pixels.length - read.size} of ${pixels.length} pixels are read by no window: change one, and no output notices.`;
    }
    if (padding) {
      const outside = flat(allTaps(x, w, this.state)).filter((found) => found.some((tap) => tap.row !== tap.r || tap.column !== tap.k)).length;
      return `${outside} of ${flat(y).length} outputs read something that is not in the image.`;
    }
    return "";
  }

  python() {
    const { x, w, padding, stride, dilation, mode, flip } = this.state;
    const pads = padding && mode !== "zeros";
    const options = Object.entries({ stride, padding: pads ? 0 : padding, dilation }).filter(([name, v]) => v !== (name === "padding" ? 0 : 1)).map(([name, v]) => `, ${name}=${v}`).join("");
    const image = pads ? `pad(x[None], (${Array(4).fill(padding).join(", ")}), mode="${mode}")` : "x[None]";
    const names = ["conv2d", ...(flip ? ["flip"] : []), ...(pads ? ["pad"] : [])];
    return ["import numpy as np", `from convbook import ${names.join(", ")}`, "", ...arrays({ x, w }),
      `conv2d(${image}, ${flip ? "flip(w)" : "w"}[None, None]${options})[0]`];
  }

  // -- What is lit ---------------------------------------------------------

  get now() {
    return this.hover ?? this.state;
  }

  get step() {
    const { on, at: [r, c], y } = this.state;
    return on === "output" ? r * y[0].length + c : 0;
  }

  draw() {
    const { x, w, y, padding } = this.state;
    const { on, at: [r, c] } = this.now;
    const windows = allTaps(x, w, this.state);
    const inside = on !== "input" || (x[r]?.[c] !== undefined);
    const mine = {
      output: (tap) => tap.u === r && tap.v === c,
      kernel: (tap) => tap.a === r && tap.b === c,
      input: inside ? (tap) => tap.r === r && tap.k === c : (tap) => tap.row === r && tap.column === c,
    }[on];
    this.all = windows.flat(2);
    this.involved = this.all.filter(mine);
    const lit = { input: new Map(), kernel: new Map(), output: new Map() };
    this.counts = new Map(); // what a pixel counts in each output: a repeated one may count more than once
    for (const tap of this.involved) {
      lit.input.set(`${tap.row},${tap.column}`, tap);
      lit.kernel.set(`${tap.a},${tap.b}`, tap);
      lit.output.set(`${tap.u},${tap.v}`, tap);
      this.counts.set(`${tap.u},${tap.v}`, (this.counts.get(`${tap.u},${tap.v}`) ?? 0) + tap.weight);
    }
    const kind = (name, a, b, ...more) =>
      [on === name && a === r && b === c ? "now" : lit[name].has(`${a},${b}`) ? "lit" : "", ...more].filter(Boolean).join(" ");
    const place = new Map(this.all.map((tap) => [`${tap.row},${tap.column}`, tap]));

    this.grids.input.draw(x.length + 2 * padding, x[0].length + 2 * padding, (a, b) => {
      const own = x[a]?.[b];
      const from = place.get(`${a},${b}`);
      const zero = own === undefined && (!from || from.zero);
      const twin = on === "input" && own === undefined && from?.r === r && from?.k === c;
      return {
        text: own !== undefined ? number(own) : !from ? "·" : number(from.pixel), fixed: own === undefined,
        kind: kind("input", a, b, own === undefined ? "rim" : !from && "idle", on === "output" && lit.input.has(`${a},${b}`) && "met", twin && "twin"),
        label: own !== undefined ? "" : zero ? "0, padding" : `${number(from.pixel)}, repeats row ${from.r}, column ${from.k}`,
      };
    }, [-padding, -padding]);
    this.grids.kernel.draw(w.length, w[0].length, (a, b) => ({ text: number(w[a][b]), kind: kind("kernel", a, b) }));
    this.grids.output.draw(y.length, y[0].length, (a, b) => {
      const key = `${a},${b}`;
      const hidden = this.predicting && !this.solved.has(key);
      return {
        text: hidden ? "?" : number(y[a][b]), fixed: !hidden, note: on === "input" && this.counts.has(key) ? `×${number(this.counts.get(key))}` : "",
        kind: kind("output", a, b, a * y[0].length + b > this.later && "later", this.solved.has(key) && "right"),
      };
    });
    this.#glide();
    this.#phrase();
    this.shape.textContent = `${y.length} × ${y[0].length}`;
    for (const [name, key] of Object.entries(GRIDS)) this.grids[name].body.ariaLabel = `${name}, ${this.state[key].length} by ${this.state[key][0].length}`;
    const [beside, behind] = [x[0].length + 2 * padding, w[0].length + y[0].length];
    dress(this.stage, `--ni: ${beside}; --no: ${behind}; --nu: ${y[0].length}; --n: ${beside + behind}; --ri: ${x.length + 2 * padding}; --ro: ${Math.max(w.length, y.length)}`);
    this.words.classList.toggle("long", w.length * w[0].length > 12);
  }

  /** Lay the window, with its weights, over the input. */
  #glide() {
    const { w, stride, dilation, flip } = this.state;
    const { on, at: [r, c] } = this.now;
    const steps = (k) => `calc((var(--cell) - 1px) * ${k})`;
    if (this.frame.parentNode !== this.grids.input.body) this.grids.input.body.append(this.frame);
    this.frame.style.opacity = on === "output" ? 1 : 0;
    const shape = `${w.map((row) => row.map(number))}|${dilation}`;
    if (this.frame.shape !== shape) {
      this.frame.shape = shape;
      [this.frame.style.height, this.frame.style.width] = [w, w[0]].map((k) => steps(dilation * (k.length - 1) + 1));
      this.frame.replaceChildren(...w.flatMap((row, i) => row.map((weight, j) => {
        const tap = make("i", { textContent: `×${number(weight)}` });
        Object.assign(tap.style, { left: steps(j * dilation), top: steps(i * dilation) });
        return tap;
      })));
    }
    this.frame.classList.toggle("flipped", flip);
    this.operator.textContent = flip ? "∗" : "⋆";
    if (on === "output") this.frame.style.translate = `${steps(c * stride)} ${steps(r * stride)}`;
  }

  // -- What is said --------------------------------------------------------

  #phrase() {
    const { x, w, y } = this.state;
    const { on, at: [r, c] } = this.now;
    const key = `${r},${c}`;
    const term = (tap, ...parts) => Object.assign(make("span", { className: "term" }, ...parts), { tap });
    const join = (items, sign, most = 25) => items.slice(0, most).flatMap((item, k) => (k ? [sign, item] : [item])).concat(items.length > most ? [` and ${items.length - most} more`] : []);
    const pixel = (tap, text) => mark(tap.row === tap.r && tap.column === tap.k ? "x" : "none", text);
    let parts;
    if (on === "output") {
      const sum = this.predicting && !this.solved.has(key) ? "?" : number(y[r][c]);
      const terms = this.involved.map((tap) => term(tap, pixel(tap, bracket(tap.pixel)), "·", mark("w", bracket(tap.weight))));
      parts = [mark("y", `y[${r}, ${c}]`), " = ", ...join(terms, " + "), " = ", mark("y", sum)];
      if (this.wrong?.key === key) parts.push(mark("none", `, not ${number(this.wrong.value)}`));
    } else if (on === "kernel") {
      parts = [mark("w", `w[${r}, ${c}] = ${number(w[r][c])}`), ` meets ${this.involved.length} of the pixels: `, ...join(this.involved.map((tap) => term(tap, pixel(tap, number(tap.pixel)))), ", ", 16)];
    } else {
      const own = x[r]?.[c];
      const [first] = this.involved;
      const name = own !== undefined ? `x[${r}, ${c}] = ${number(own)}` : !first ? "This place" : first.zero ? "This zero of the padding" : `x[${first.r}, ${first.k}] = ${number(first.pixel)}, repeated here,`;
      const reached = [...this.counts].map(([at, weight]) => [this.involved.find((tap) => `${tap.u},${tap.v}` === at), number(weight)]);
      parts = [mark(own !== undefined ? "x" : "none", name), reached.length ? " counts " : " is read by no window."];
      parts.push(...join(reached.map(([tap, weight]) => term(tap, mark("w", `×${weight}`), " in ", mark("y", `y[${tap.u}, ${tap.v}]`))), ", ", 9));
    }
    this.words.replaceChildren(...parts);
    if (!this.hover && !this.timer) this.say(this.words.textContent);
  }

  /** Light up the cells of one term of the sentence. */
  point(tap) {
    const places = tap ? { input: `${tap.row},${tap.column}`, kernel: `${tap.a},${tap.b}`, output: `${tap.u},${tap.v}` } : {};
    for (const [name, grid] of Object.entries(this.grids)) for (const [key, cell] of grid.cells) cell.classList.toggle("hot", key === places[name]);
  }

  // -- Predicting and walking ----------------------------------------------

  guess(r, c, value) {
    const { x, w, y, flip } = this.state;
    const key = `${r},${c}`;
    const near = (other) => Math.abs(value - other) < 0.006;
    this.wrong = near(y[r][c]) ? null : { key, value };
    if (!this.wrong) this.solved.add(key);
    this.refresh();
    const other = conv2d(x, w, { ...this.state, flip: !flip })[r][c];
    const place = y.flatMap((row, u) => row.map((v, k) => [v, u, k])).find(([v]) => near(v));
    const mirrored = total(this.involved.map((tap) => ({ ...tap, weight: 1 })));
    if (!this.wrong) this.tell(this.solved.size === flat(y).length ? "All right. You can convolve." : `Right. ${this.remark()}`);
    else if (near(other)) this.tell(`${number(value)} is what it would be ${flip ? "without the flip" : "with the kernel flipped"}. Which weight meets the first pixel?`);
    else if (near(mirrored)) this.tell(`${number(value)} is the sum of the pixels. Each one is multiplied by its weight first.`);
    else if (place) this.tell(`${number(value)} is right at y[${place[1]}, ${place[2]}]. Where does the kernel stand for y[${r}, ${c}]?`);
    else this.tell(`It is ${value < y[r][c] ? "more" : "less"} than ${number(value)}.`);
  }

  go(step) {
    const wide = this.state.y[0].length;
    this.hover = null;
    Object.assign(this.state, { on: "output", at: [Math.floor(step / wide), step % wide] });
    this.refresh();
  }

  play() {
    const last = flat(this.state.y).length - 1;
    let step = this.later === Infinity || this.step >= last ? 0 : this.step;
    const show = () => { this.later = step; this.go(step); };
    this.timer = setInterval(() => {
      if (step < last) { step++; show(); return; }
      this.later = Infinity;
      this.pause();
      this.refresh();
    }, last > 24 ? 400 : 900);
    show();
    this.playing.textContent = "Pause";
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.playing) this.playing.textContent = "Play";
  }

  static style = `
.shape { margin-left: .4rem; font-variant-numeric: tabular-nums; }
.stage { height: 15.5rem;
  --cell: min(4rem, (100cqi - 11rem) / var(--n), 13.6rem / max(var(--ri), var(--ro))); }
.rim { --edge: color-mix(in srgb, var(--cb-padding) 65%, transparent); border-style: dashed !important; color: var(--pst-color-text-muted) !important; --tint: 0% !important; }
.rim:is(.lit, .now) { --tint: 18% !important; color: var(--cb-ink) !important; }
.idle { background: repeating-linear-gradient(135deg, transparent 0 5px, color-mix(in srgb, var(--cb-padding) 35%, transparent) 5px 6px); }
.twin { outline: 2px solid var(--cb-padding); outline-offset: -3px; }
[role=gridcell] b { transition: translate .15s; }
.met b { translate: -16% -28%; }
.later b { visibility: hidden; }
.frame { position: absolute; top: 0; left: 0; z-index: 2; outline: 3px solid var(--cb-kernel); border-radius: 1px; pointer-events: none; transition: translate .2s ease-out, rotate .7s ease-in-out, opacity .15s; }
.frame i { position: absolute; width: calc(var(--cell) - 1px); height: calc(var(--cell) - 1px); padding: 0 .14em .1em 0; display: flex; align-items: end; justify-content: end; color: var(--cb-ink); font-style: normal; font-size: max(10px, calc(var(--cell) * .27)); line-height: 1; transition: rotate .7s ease-in-out; }
.frame.flipped, .frame.flipped i { rotate: 180deg; }
.frame.flipped i { rotate: -180deg; }
.frame::before, .kernel [data-at="0,0"]::before { content: ""; position: absolute; inset: 0 auto auto 0; border: .28rem solid var(--cb-kernel); border-right-color: transparent; border-bottom-color: transparent; }
.right { outline: 2px solid var(--cb-output); outline-offset: -4px; }
.words { height: 3.3em; }
.term { padding: .08em .1em; border-radius: 3px; white-space: nowrap; }
.term:hover { background: color-mix(in srgb, var(--cb-kernel) 22%, transparent); }
.bar.walk { flex-wrap: nowrap; justify-content: center; }
.walk .slider { flex: 0 1 20rem; } .walk .slider span:first-child { display: none; } .walk .slider input { flex: 1; min-width: 3rem; accent-color: var(--cb-output); }
.walk .value { min-width: 4.2em; white-space: nowrap; color: var(--pst-color-text-muted); }
.play { min-width: 4.6rem; }
@container (max-width: 560px) {
  .stage { flex-wrap: wrap; align-content: center; height: 26.5rem; gap: .5rem; }
  .input + .sign { display: none; }
  .input.box { flex: 0 0 100%; }
  .input.box { --cell: min(3.6rem, (100cqi - 1.6rem) / var(--ni), 13rem / var(--ri)); }
  .kernel.box, .output.box { --cell: min(3.2rem, (100cqi - 5rem) / var(--no), (100cqi - 11.2rem) / var(--nu), 9.5rem / var(--ro)); }
  .words { height: 6.5em; } .words.long { font-size: .8rem; height: 8.1em; }
}
`;
}

define("stepper", Stepper);
