// <conv-stepper>: one convolution, small enough to see every product, and all of it can be changed.

import { MODES, allTaps, conv2d, fitted, largest, least, most, side, smallest, taps, turned } from "./arithmetic.js";
import { Explorable, Grid, arrays, bracket, button, choice, chooser, define, dress, edited, few, flag, integer, make, mark, number, pair, resized, sign, slider, some, spinner, table, toggle } from "./parts.js";

const LARGEST = { x: 8, w: 5, padded: 10 };
const GRIDS = { input: "x", kernel: "w", output: "y" };
const SPOTS = { input: (tap) => `${tap.row},${tap.column}`, kernel: (tap) => `${tap.a},${tap.b}`, output: (tap) => `${tap.u},${tap.v}` };
const flat = (rows) => rows.flat();
const longest = (texts) => Math.max(0, ...texts.map((text) => text.length));
const equal = (one, other) => String(one) === String(other);
const still = (numbers) => numbers.every((v) => Math.abs(v) < 1e-9);

const GOALS = {
  none: null,
  "all zeros": { text: "Make every output 0, but no weight, and not all pixels.", met: ({ x, w, y }) => still(flat(y)) && flat(w).every(Boolean) && flat(x).some(Boolean) },
  "no flip": { text: "Turn the flip on, and let no output notice. All pixels or all weights alike is too easy.",
    met: (state) => state.flip && [state.w, state.x].every((rows) => new Set(flat(rows)).size > 1) && still(flat(conv2d(state.x, state.w, { ...state, flip: false })).map((v, k) => v - flat(state.y)[k])) },
};

class Stepper extends Explorable {
  static fields = {
    x: table(LARGEST.x), w: table(LARGEST.w), padding: integer(0, 3), mode: choice(MODES), stride: integer(1, 4),
    dilation: integer(1, 3), flip: flag, predict: flag, goal: choice(Object.keys(GOALS)), on: choice(Object.keys(GRIDS)), at: pair(),
  };

  build() {
    const fits = (dilation) => least(this.state.x, this.state.w, dilation) <= this.state.padding;
    const size = (name, key, low, high) => spinner(`${name} size`, {
      get: () => side(this.state[key]), low, high, set: (wanted) => this.put({ [key]: resized(this.state[key], wanted) }),
    });
    const sizes = [
      size("input", "x", () => smallest(this.state.w, this.state), () => LARGEST.x),
      size("kernel", "w", () => 1, () => Math.min(LARGEST.w, largest(this.state.x, this.state.w, this.state))),
    ];
    const choices = {
      padding: () => spinner("padding", this.bound("padding", {
        low: () => least(this.state.x, this.state.w, this.state.dilation), high: () => Math.min(3, most(this.state.x, this.state.mode, LARGEST.padded)),
      })),
      mode: () => chooser("mode", MODES, this.bound("mode")),
      stride: () => spinner("stride", this.bound("stride", { low: () => 1, high: () => 4 })),
      dilation: () => spinner("dilation", this.bound("dilation", { low: () => 1, high: () => (fits(3) ? 3 : fits(2) ? 2 : 1) })),
      goal: () => chooser("goal", Object.keys(GOALS), this.bound("goal")),
      flip: () => toggle("flip the kernel", this.bound("flip")),
      predict: () => toggle("let me predict", this.bound("predict")),
    };
    const options = [...sizes, ...Object.keys(choices).filter((name) => this.given.controls.includes(name)).map((name) => choices[name]())];
    for (const control of options) this.add(control);
    const grid = (name, edit) => new Grid({
      name, edit, slides: name === "output",
      show: (place) => { this.hover = place && { on: name, at: place }; this.refresh(); },
      pick: (at) => { this.pause(); this.hover = null; Object.assign(this.state, { on: name, at }); this.refresh(); },
      tell: (text) => this.tell(text),
    });
    const edit = (name) => ({
      value: (r, c) => this.state[name][r][c],
      set: (r, c, v) => { this.state[name] = edited(this.state[name], r, c, v); this.change(); },
    });
    this.grids = { input: grid("input", edit("x")), kernel: grid("kernel", edit("w")), output: grid("output", { value: () => NaN, text: () => "", set: (r, c, v) => this.guess(r, c, v) }) };
    this.shape = make("span", { className: "shape quiet" });
    this.grids.output.title.append(this.shape);
    this.frame = make("div", { className: "frame", ariaHidden: "true" });
    this.stage = make("div", { className: "stage" }, this.grids.input.box, this.operator = sign("⋆"), this.grids.kernel.box, sign("="), this.grids.output.box);

    this.words = make("p", { className: "words" });
    for (const type of ["pointerover", "pointerdown"]) this.words.addEventListener(type, (event) => this.point(event.target.closest(".term")?.tap));
    this.words.addEventListener("pointerleave", () => this.point());
    this.playing = button("Play", () => {
      if (!this.timer) return this.play();
      this.pause(this.step);
      this.refresh();
    }, { className: "play" });
    this.walk = this.add(slider("", {
      get: () => this.step, high: () => this.state.y.length * this.state.y[0].length - 1, set: (step) => { this.pause(step); this.go(step); },
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
    if (this.playing) this.pause();
  }

  // -- State ---------------------------------------------------------------

  reset() {
    this.pause();
  }

  /** Make the settings fit each other: what does not fit gives way, and a sentence says so. */
  settle() {
    const { state } = this;
    this.hover = null;
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

  get score() {
    return `${this.solved.size} of ${some(flat(this.state.y).length, "output")} right.`;
  }

  remark() {
    const { x, w, y, flip, predict, goal, padding, stride, dilation } = this.state;
    const pixels = flat(x);
    const aim = GOALS[goal];
    if (predict) return this.solved.size ? this.score : "Choose an output, type what it will be, press Enter.";
    if (aim) return aim.met(this.state) ? "Done!" : aim.text;
    if (flip && equal(w, turned(w))) return "This kernel looks the same after half a turn, so the flip changes nothing.";
    const windows = flat(allTaps(x, w, this.state));
    const [bright, weights] = [flat(windows).filter((tap) => tap.pixel), flat(w).length];
    if (equal(pixels.filter(Boolean), 1) && stride === dilation && weights > 1 && bright.length === weights && bright.every((tap) => tap.inside))
      return `One bright pixel prints the kernel${flip ? ", now upright" : " turned by half a turn"}.`;
    if (pixels[0] && new Set(pixels).size === 1 && !padding) return `Where nothing happens, only the sum of the weights counts: ${number(pixels[0])} times it is ${number(y[0][0])}.`;
    const unread = pixels.length - new Set(flat(windows).map((tap) => !tap.zero && `${tap.r},${tap.k}`).filter(Boolean)).size;
    if (unread) return `Read by no window: ${unread} of ${some(pixels.length, "pixel")}. Change one, and no output notices.`;
    if (padding) return `Places outside the image are read by ${windows.filter((found) => found.some((tap) => !tap.inside)).length} of ${some(windows.length, "output")}.`;
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
    const { x, w, y, padding, predict } = this.state;
    const { on, at: [r, c] } = this.now;
    const mine = {
      output: (tap) => tap.u === r && tap.v === c,
      kernel: (tap) => tap.a === r && tap.b === c,
      input: r in x && c in x[0] ? (tap) => tap.r === r && tap.k === c : (tap) => tap.row === r && tap.column === c,
    }[on];
    const all = allTaps(x, w, this.state).flat(2);
    this.involved = all.filter(mine);
    const lit = Object.fromEntries(Object.entries(SPOTS).map(([name, spot]) => [name, new Set(this.involved.map(spot))]));
    this.counts = new Map(); // what a pixel counts in each output: a repeated one may count more than once
    for (const tap of this.involved) this.counts.set(SPOTS.output(tap), (this.counts.get(SPOTS.output(tap)) ?? 0) + tap.weight);
    const kind = (name, a, b, ...more) =>
      [on === name && a === r && b === c ? "now" : lit[name].has(`${a},${b}`) ? "lit" : "", ...more].filter(Boolean).join(" ");
    const place = new Map(all.map((tap) => [SPOTS.input(tap), tap]));

    this.grids.input.draw(x.length + 2 * padding, x[0].length + 2 * padding, (a, b) => {
      const own = x[a]?.[b];
      const from = place.get(`${a},${b}`);
      const zero = own === undefined && (!from || from.zero);
      const twin = on === "input" && own === undefined && !zero && from.r === r && from.k === c;
      return {
        text: own !== undefined ? number(own) : !from ? "·" : number(from.pixel), fixed: own === undefined,
        kind: kind("input", a, b, own === undefined ? "rim" : !from && "idle", on === "output" && lit.input.has(`${a},${b}`) && "met", twin && "twin"),
        label: own !== undefined ? "" : zero ? "0, padding" : `${number(from.pixel)}, repeats row ${from.r}, column ${from.k}`,
      };
    }, [-padding, -padding]);
    this.grids.kernel.draw(w.length, w[0].length, (a, b) => ({ text: number(w[a][b]), kind: kind("kernel", a, b) }));
    this.grids.output.draw(y.length, y[0].length, (a, b) => {
      const key = `${a},${b}`;
      const hidden = predict && !this.solved.has(key);
      return {
        text: hidden ? "?" : number(y[a][b]), fixed: !hidden, note: on === "input" && this.counts.has(key) ? `×${number(this.counts.get(key))}` : "",
        kind: kind("output", a, b, this.timer && a * y[0].length + b > this.step && "later", this.solved.has(key) && "right"),
      };
    });
    this.#glide();
    this.#phrase();
    this.shape.textContent = `${y.length} × ${y[0].length}`;
    for (const [name, key] of Object.entries(GRIDS)) this.grids[name].body.ariaLabel = `${name}, ${this.state[key].length} by ${this.state[key][0].length}`;
    const [beside, behind] = [x[0].length + 2 * padding, w[0].length + y[0].length];
    dress(this.stage, `--ni: ${beside}; --no: ${behind}; --nk: ${w[0].length}; --n: ${beside + behind}; --ri: ${x.length + 2 * padding}; --ro: ${Math.max(w.length, y.length)}; --letters: ${1 + longest([...this.counts.values()].map(number))}`);
    this.words.classList.toggle("long", this.words.textContent.length > 90);
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
      this.frame.style.setProperty("--letters", 1 + longest(flat(w).map(number)));
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
    const { x, w, y, predict } = this.state;
    const { on, at: [r, c] } = this.now;
    const key = `${r},${c}`;
    const term = (tap, ...parts) => Object.assign(make("span", { className: "term" }, ...parts), { tap });
    const pixel = (tap, text) => mark(tap.inside ? "x" : "none", text);
    let parts;
    if (on === "output") {
      const sum = predict && !this.solved.has(key) ? "?" : number(y[r][c]);
      const terms = this.involved.map((tap) => term(tap, pixel(tap, bracket(tap.pixel)), "·", mark("w", bracket(tap.weight))));
      parts = [mark("y", `y[${r}, ${c}]`), " = ", ...few(terms, " + "), " = ", mark("y", sum)];
      if (this.wrong?.key === key) parts.push(mark("none", `, not ${number(this.wrong.value)}`));
    } else if (on === "kernel") {
      parts = [mark("w", `w[${r}, ${c}] = ${number(w[r][c])}`), " meets in turn: ", ...few(this.involved.map((tap) => term(tap, pixel(tap, number(tap.pixel)))), ", ")];
    } else {
      const own = x[r]?.[c];
      const [first] = this.involved;
      const name = own !== undefined ? `x[${r}, ${c}] = ${number(own)}` : !first ? "This place" : first.zero ? "This zero of the padding" : `x[${first.r}, ${first.k}] = ${number(first.pixel)}, repeated here,`;
      const reached = [...this.counts].map(([at, weight]) => [this.involved.find((tap) => SPOTS.output(tap) === at), number(weight)]);
      parts = [mark(own !== undefined ? "x" : "none", name), reached.length ? " has weight " : " is read by no window."];
      parts.push(...few(reached.map(([tap, weight]) => term(tap, mark("w", weight), " in ", mark("y", `y[${tap.u}, ${tap.v}]`))), ", "));
    }
    this.words.replaceChildren(...parts);
    if (!this.hover && !this.timer) this.say(this.words.textContent);
  }

  /** Light up the cells of one term of the sentence. */
  point(tap) {
    for (const [name, grid] of Object.entries(this.grids)) for (const [key, cell] of grid.cells) cell.classList.toggle("hot", key === (tap && SPOTS[name](tap)));
  }

  // -- Predicting and walking ----------------------------------------------

  guess(r, c, value) {
    const { x, w, y, flip } = this.state;
    const key = `${r},${c}`;
    const near = (other) => Math.abs(value - other) < 0.0006; // three decimals are shown
    this.wrong = near(y[r][c]) ? null : { key, value };
    if (!this.wrong) this.solved.add(key);
    this.refresh();
    const other = conv2d(x, w, { ...this.state, flip: !flip })[r][c];
    const place = y.flatMap((row, u) => row.map((v, k) => [v, u, k])).find(([v]) => near(v));
    const plain = taps(x, w, r, c, this.state).reduce((sum, tap) => sum + tap.pixel, 0);
    const told = number(value), name = `y[${r}, ${c}]`;
    if (!this.wrong) this.tell(this.solved.size === flat(y).length ? "All right. You can convolve." : this.score);
    else if (near(other)) this.tell(`${told} is what ${name} would be ${flip ? "without the flip" : "with the kernel flipped"}. Which weight meets the first pixel?`);
    else if (near(plain)) this.tell(`${told} is the sum of the pixels for ${name}. Each one is multiplied by its weight first.`);
    else if (place) this.tell(`${told} is right at y[${place[1]}, ${place[2]}]. Where does the kernel stand for ${name}?`);
    else this.tell(`${name} is ${value < y[r][c] ? "more" : "less"} than ${told}.`);
  }

  go(step) {
    const wide = this.state.y[0].length;
    this.hover = null;
    Object.assign(this.state, { on: "output", at: [Math.floor(step / wide), step % wide] });
    this.refresh();
  }

  /** Walk on from where the walk was halted; what is still to come stays hidden. */
  play() {
    const last = () => flat(this.state.y).length - 1;
    this.timer = setInterval(() => (this.step < last() ? this.go(this.step + 1) : this.pause()), last() > 24 ? 400 : 900);
    this.playing.textContent = "Pause";
    this.go(this.from < last() ? this.from : 0);
  }

  pause(from = 0) {
    clearInterval(this.timer);
    Object.assign(this, { timer: null, from });
    this.playing.textContent = "Play";
  }

  static style = `
.shape { margin-left: .4rem; }
.stage { height: 15.5rem;
  --cell: min(4rem, (100cqi - 11rem) / var(--n), 13.6rem / max(var(--ri), var(--ro))); }
.rim { --edge: color-mix(in srgb, var(--cb-padding) 65%, transparent); border-style: dashed !important; color: var(--muted) !important; --tint: 0% !important; }
.rim:is(.lit, .now) { --tint: 18% !important; color: var(--cb-ink) !important; }
.idle { background: repeating-linear-gradient(135deg, transparent 0 5px, color-mix(in srgb, var(--cb-padding) 35%, transparent) 5px 6px); }
.twin { outline: 2px solid var(--cb-padding); outline-offset: -3px; }
[role=gridcell] b { transition: translate .15s; font-size: min(var(--cell) * .4, var(--cell) * .44 * var(--shrink)); }
.stage i { --font: min(max(10px, var(--cell) * .27), var(--cell) * 1.25 / var(--letters)); font-size: clamp(0px, (var(--font) - 7px) * 99, var(--font)); }
.met b { translate: -16% -28%; }
.later b { visibility: hidden; }
.frame { position: absolute; top: 0; left: 0; z-index: 2; outline: 3px solid var(--cb-kernel); border-radius: 1px; pointer-events: none; transition: translate .2s ease-out, rotate .7s ease-in-out, opacity .15s; }
.frame i { position: absolute; width: calc(var(--cell) - 1px); height: calc(var(--cell) - 1px); padding: 0 .14em .1em 0; display: flex; align-items: end; justify-content: end; color: var(--cb-ink); font-style: normal; line-height: 1; transition: rotate .7s ease-in-out; }
.frame.flipped, .frame.flipped i { rotate: 180deg; }
.frame.flipped i { rotate: -180deg; }
.frame::before, .kernel [data-at="0,0"]::before { content: ""; position: absolute; inset: 0 auto auto 0; border: .28rem solid var(--cb-kernel); border-right-color: transparent; border-bottom-color: transparent; }
.right { outline: 2px solid var(--cb-output); outline-offset: -4px; }
.words { height: 3.2rem; } .words.long { font-size: .8rem; line-height: 1.3; }
.term { padding: .08em .1em; border-radius: 3px; white-space: nowrap; }
.term:hover { background: color-mix(in srgb, var(--cb-kernel) 22%, transparent); }
.bar.walk { flex-wrap: nowrap; justify-content: center; }
.walk .slider { flex: 0 1 20rem; } .walk .slider span:first-child { display: none; } .walk .slider input { flex: 1; min-width: 3rem; accent-color: var(--cb-output); }
.walk .value { min-width: 4.2em; white-space: nowrap; color: var(--muted); }
.play { min-width: 4.6rem; }
@container (max-width: 560px) {
  .stage { flex-wrap: wrap; align-content: center; height: 26.5rem; gap: .5rem; }
  .input + .sign { display: none; }
  .input.box { flex: 0 0 100%; }
  .input.box { --cell: min(3.6rem, (100cqi - 1.6rem) / var(--ni), 13rem / var(--ri)); }
  .kernel.box, .output.box { --cell: min(3.2rem, (100cqi - 5rem) / var(--no), (100cqi - 10.6rem) / var(--nk), 9.5rem / var(--ro)); }
  .words { height: 6.4rem; }
}
`;
}

define("stepper", Stepper);
