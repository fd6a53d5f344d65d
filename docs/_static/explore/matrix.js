// <conv-matrix>: image, kernel, output and the matrix of the convolution, linked by their products.

import { MODES, fitted, largest, least, matrix, most, products, shapeOf, side, smallest, times, total, transposed, turned } from "./arithmetic.js";
import { Explorable, Grid, arrays, bracket, button, choice, chooser, define, dress, edited, few, integer, list, make, mark, number, range, resized, sign, some, spinner, table, tables } from "./parts.js";

const LARGEST = { x: 4, w: 3, padded: 6 };
const VIEWS = { matrix: "the matrix", transpose: "its transpose", patches: "patches in columns" };

/** The place of a cell, one of several planes, in reading order; and the cell there. */
const order = ([p, q, r], [high, wide]) => (p * high + q) * wide + r;
const unravel = (k, [high, wide]) => [Math.floor(k / (high * wide)), Math.floor(k / wide) % high, k % wide];

class Matrix extends Explorable {
  static fields = {
    x: tables(LARGEST.x), w: tables(LARGEST.w), padding: integer(0, 2), mode: choice(MODES), stride: integer(1, 3), dilation: integer(1, 2),
    channels: integer(1, 2), kernels: integer(1, 2), groups: integer(1, 2), view: choice(Object.keys(VIEWS)),
    on: choice(["image", "kernel", "output", "matrix", "patches"]), at: list(3),
  };
  static hint = "Point at a number. Drag an entry of the matrix: its copies follow.";

  build() {
    const value = (name, low, high) => spinner(name, this.bound(name, { low, high }));
    const one = () => 1;
    const size = (name, key, low, high) => spinner(`${name} size`, {
      get: () => side(this.state[key][0]), low, high, set: (wanted) => this.put({ [key]: this.state[key].map((rows, k) => resized(rows, wanted, 3 * k)) }),
    });
    const options = [
      size("image", "x", () => smallest(this.state.w[0], this.state), () => LARGEST.x),
      size("kernel", "w", one, () => Math.min(LARGEST.w, largest(this.state.x[0], this.state.w[0], this.state))),
      value("stride", one, () => 3),
      value("padding", () => least(this.state.x[0], this.state.w[0], this.state.dilation), () => Math.min(2, most(this.state.x[0], this.state.mode, LARGEST.padded))),
      chooser("mode", MODES, this.bound("mode")),
      value("dilation", one, () => (least(this.state.x[0], this.state.w[0], 2) <= this.state.padding ? 2 : 1)),
      value("channels", one, () => 2), value("kernels", one, () => 2),
      value("groups", one, () => Math.min(this.state.channels, this.state.kernels)),
    ].map((control) => this.add(control));
    this.views = Object.entries(VIEWS).map(([view, label]) => Object.assign(button(label, () => this.put({ view })), { view }));

    // What a cell of a grid stands for, as [what, three numbers], and which cell a product has there.
    const planes = (what, plane, keys) => this.#grid(what, (r, c) => [what, [plane, r, c]], (tap) => tap[keys[0]] === plane && `${tap[keys[1]]},${tap[keys[2]]}`, `${what} ${plane}`);
    this.image = range(2).map((c) => planes("image", c, ["c", "r", "k"]));
    this.kernel = range(4).map((s) => planes("kernel", s, ["s", "a", "b"]));
    this.output = range(2).map((o) => planes("output", o, ["o", "u", "v"]));
    const pixel = (k) => ["image", unravel(k, this.extent)];
    const result = (k) => ["output", unravel(k, this.shape)];
    const plain = () => this.state.view === "matrix";
    const patches = () => this.state.view === "patches";
    this.body = this.#grid("matrix", (r, c) => (patches() ? ["patches", [r, c, 0]] : ["matrix", plain() ? [r, c, 0] : [c, r, 0]]),
      (tap) => String(patches() ? [tap.tap, tap.position] : plain() ? [tap.row, tap.column] : [tap.column, tap.row]));
    this.head = this.#grid("image", (_, c) => (plain() ? pixel : result)(c), (tap) => `0,${plain() ? tap.column : tap.row}`, "row above the matrix");
    this.side = this.#grid("output", (r) => (plain() ? result : pixel)(r), (tap) => `${plain() ? tap.row : tap.column},0`, "column beside the matrix");
    this.taps = this.#grid("kernel", (r, o) => this.#weight(r, o), (tap) => `${tap.tap},${tap.o}`, "kernels beside the patches");
    this.feet = this.#grid("output", (o, c) => result(o * this.area + c), (tap) => `${tap.o},${tap.position}`, "outputs below the patches");
    const set = (name, grids) => make("div", { className: `set ${name}` }, make("div", { className: "title" }, name), make("div", { className: "planes" }, ...grids.map((grid) => grid.box)));
    this.stage = make("div", { className: "stage" }, set("image", this.image), sign("⋆"), set("kernel", this.kernel), sign("="), set("output", this.output));
    const area = (name, ...grids) => make("div", { className: `area ${name}` }, ...grids.map((grid) => grid.box));
    this.product = make("div", { className: "product" }, area("head", this.head), area("left", this.taps), area("body", this.body), area("side", this.side), area("below", this.feet));
    this.words = make("p", { className: "words" });
    return [make("div", { className: "bar options" }, ...options), this.stage, make("div", { className: "bar views" }, ...this.views), this.product, this.words, this.note];
  }

  #grid(role, meaning, cell, name = role) {
    const found = (place) => { const [on, at] = meaning(...place); return { on, at }; };
    const grid = new Grid({
      name, tell: (text) => this.tell(text),
      show: (place) => { this.hover = place && found(place); this.refresh(); },
      pick: (place) => {
        const chosen = found(place);
        this.hover = chosen.on === "none" ? chosen : null;
        if (!this.hover) Object.assign(this.state, chosen);
        this.refresh();
      },
      edit: { value: (r, c) => this.#value(...meaning(r, c)), set: (r, c, v) => this.#write(...meaning(r, c), v) },
    });
    grid.box.className = `box ${{ image: "input", matrix: "kernel" }[role] ?? role}`;
    grid.title.remove();
    return Object.assign(grid, { meaning, cellOf: cell });
  }

  // -- State ---------------------------------------------------------------

  reset() {
    this.fresh = true;
  }

  settle() {
    const { state, state: { groups } } = this;
    state.groups = Math.min(state.groups, state.channels, state.kernels);
    const { padding, dilation, cut, problem } = fitted(state.x[0], state.w[0], state, LARGEST.padded);
    this.problem ||= problem;
    const slices = state.kernels * state.channels / state.groups;
    if (this.fresh && (groups > state.groups || state.x.length > state.channels || state.w.length > slices)) this.problem ||= "Too many tables or groups for these channels and kernels: the last are left out.";
    Object.assign(this, { fresh: false, hover: null });
    Object.assign(state, {
      padding, dilation, x: range(state.channels).map((c) => state.x[c] ?? turned(state.x[0])),
      w: range(slices).map((s) => cut(state.w[s] ?? state.w[0].map((row) => row.map((v) => v + s * state.w[0].flat().length)))),
    });
    this.shape = shapeOf(state.x[0], state.w[0], state);
    this.area = this.shape[0] * this.shape[1];
    const [rows, columns] = this.extent = [state.x[0].length, state.x[0][0].length];
    const span = [state.w[0].length, state.w[0][0].length];
    const taps = span[0] * span[1];
    const { stride, mode } = state;
    const options = { stride, padding, dilation, mode, groups: state.groups };
    const sums = products(state.x, state.w, options);
    this.links = sums.flatMap((found, row) => found.map((tap) => ({
      ...tap, row, position: row % this.area, tap: order([tap.c, tap.a, tap.b], span), column: tap.zero ? -1 : order([tap.c, tap.r, tap.k], this.extent),
    })));
    this.matrix = matrix(state.x, state.w, options);
    this.y = sums.map(total);
    this.back = times(transposed(this.matrix), this.y);
    this.meeting = Map.groupBy(this.links, (tap) => `${tap.row},${tap.column}`);
    this.copies = Map.groupBy(this.links, (tap) => `${tap.tap},${tap.position}`);
    if (state.on === (state.view === "patches" ? "matrix" : "patches")) // an entry that is no longer in sight: its output is
      Object.assign(state, { on: "output", at: unravel(state.at[state.on === "matrix" ? 0 : 1], this.shape) });
    const limits = { image: [state.channels, ...this.extent], kernel: [slices, ...span], output: [state.kernels, ...this.shape], matrix: [this.y.length, state.channels * rows * columns, 1], patches: [state.channels * taps, this.area, 1] }[state.on];
    state.at = state.at.map((k, axis) => Math.max(0, Math.min(k, limits[axis] - 1)));
  }

  #weight(r, o) {
    const found = this.links.find((tap) => tap.tap === r && tap.o === o);
    return found ? ["kernel", [found.s, found.a, found.b]] : ["none", [0, 0, 0]];
  }

  /** The products that an entry of the large grid stands for, if any. */
  #found = (on, [p, q]) => ({ matrix: this.meeting, patches: this.copies })[on]?.get(`${p},${q}`);

  #value(on, at) {
    const { x, w } = this.state;
    const [p, q, r] = at;
    return { image: () => x[p][q][r], kernel: () => w[p][q][r], output: () => this.y[order(at, this.shape)], matrix: () => this.matrix[p][q], patches: () => this.#found(on, at)[0].pixel }[on]();
  }

  /** The one number behind a cell, a pixel or a weight, as [x or w, its place]; null if there are none, or several. */
  #behind(on, at) {
    const [tap, more] = this.#found(on, at) ?? [];
    if (on === "image") return ["x", at];
    if (on === "kernel") return ["w", at];
    if (on === "matrix") return tap && !more ? ["w", [tap.s, tap.a, tap.b]] : null;
    return tap && !tap.zero ? ["x", [tap.c, tap.r, tap.k]] : null;
  }

  #write(on, at, value) {
    const [key, [p, r, c]] = this.#behind(on, at);
    this.put({ [key]: this.state[key].with(p, edited(this.state[key][p], r, c, value)) });
  }

  python() {
    const { x, w, padding, stride, dilation, mode, groups, view, kernels, channels } = this.state;
    const named = (options) => Object.entries(options).filter(([, [v, usual]]) => v !== usual).map(([name, [v]]) => `, ${name}=${typeof v === "string" ? `"${v}"` : v}`).join("");
    const share = channels / groups;
    const block = range(kernels).map((o) => range(share).map((k) => w[o * share + k]));
    const size = `(${x[0].length}, ${x[0][0].length})`;
    const set = arrays({ x, w: block });
    if (view === "patches" && groups === 1) {
      const pads = padding && mode !== "zeros";
      const rest = named({ dilation: [dilation, 1], padding: [pads ? 0 : padding, 0], stride: [stride, 1] });
      return ["import numpy as np", `from convbook import ${pads ? "pad, " : ""}unfold`, "", ...set, ...(pads ? [`x = pad(x, (${Array(4).fill(padding).join(", ")}), mode="${mode}")`] : []),
        `w.reshape(${kernels}, -1) @ unfold(x, (${w[0].length}, ${w[0][0].length})${rest})`];
    }
    const rest = named({ stride: [stride, 1], padding: [padding, 0], dilation: [dilation, 1], groups: [groups, 1], padding_mode: [mode, "zeros"] });
    return ["import numpy as np", "from convbook import convolution_matrix", "", ...set, `matrix = convolution_matrix(w, ${size}${rest})`,
      view !== "transpose" ? "matrix @ x.ravel()" : "matrix.T @ (matrix @ x.ravel())"];
  }

  // -- What is lit ---------------------------------------------------------

  draw() {
    const { x, w, view, kernels, channels, groups } = this.state;
    const { on, at } = this.hover ?? this.state;
    const same = (...keys) => (tap) => keys.every((key, k) => tap[key] === at[k]);
    this.lit = this.links.filter({ image: same("c", "r", "k"), kernel: same("s", "a", "b"), output: same("o", "u", "v"), matrix: same("row", "column"), patches: same("tap", "position") }[on] ?? (() => false));
    const many = w[0].flat().length > 4 || w.length > 1;
    const hue = (tap) => (many ? "" : `t${tap.a * w[0][0].length + tap.b}`);
    const tone = (what, [s, a, b], found = this.#found(what, [s, a])) => ({
      kernel: () => hue({ a, b }), none: () => "zero", matrix: () => (!found ? "zero" : found[1] ? "several" : hue(found[0])), patches: () => (found[0].zero ? "zero" : hue(found[0])),
    })[what]?.() ?? "";
    const paint = (grid, rows, columns) => {
      grid.box.hidden = !rows;
      if (!rows) return;
      const keys = new Set(this.lit.map(grid.cellOf));
      grid.draw(rows, columns, (a, b) => {
        const [what, place] = grid.meaning(a, b);
        const now = what === on && String(place) === String(at);
        return {
          text: what === "none" ? "" : number(grid.sums ? this.back[a] : this.#value(what, place)), fixed: grid.sums || !this.#behind(what, place),
          kind: `${now ? "now" : keys.has(`${a},${b}`) ? "lit" : ""} ${tone(what, place)}`.trim(),
        };
      });
    };
    const product = view !== "patches";
    const [pixels, results] = [channels * x[0].flat().length, this.y.length];
    const shown = { matrix: [results, pixels], transpose: [pixels, results], patches: [channels * w[0].flat().length, this.area] }[view];
    const tints = ["box input", "box output"];
    this.body.box.className = `box ${product ? "kernel" : "input"}`;
    [this.head.box.className, this.side.box.className] = view === "matrix" ? tints : tints.reverse();
    this.side.sums = view === "transpose";
    this.image.forEach((grid, c) => paint(grid, c < channels && x[0].length, x[0][0].length));
    this.kernel.forEach((grid, s) => paint(grid, s < w.length && w[0].length, w[0][0].length));
    this.output.forEach((grid, o) => paint(grid, o < kernels && this.shape[0], this.shape[1]));
    paint(this.body, ...shown);
    paint(this.head, product && 1, shown[1]);
    paint(this.side, product && shown[0], 1);
    paint(this.taps, !product && shown[0], kernels);
    paint(this.feet, !product && kernels, this.area);
    const [rows, columns] = shown.map((k) => k + (product ? 1 : kernels));
    dress(this.product, `--columns: ${columns}; --rows: ${rows}`);
    const share = channels / groups;
    const room = (n, m) => [n * x[0][0].length + share * w[0][0].length + m * this.shape[1], Math.max(channels / n * x[0].length, kernels * w[0].length, kernels / m * this.shape[0])];
    const [across, down, thin, tall] = [...room(channels, kernels), ...room(1, 1)];
    dress(this.stage, `--across: ${across}; --down: ${down}; --thin: ${thin}; --tall: ${tall}; --share: ${share}`);
    for (const choice of this.views) choice.ariaPressed = String(choice.view === view);
    this.body.body.ariaLabel = `${VIEWS[view]}, ${shown[0]} by ${shown[1]}`;
    this.#phrase(on, at);
  }

  // -- What is said --------------------------------------------------------

  #phrase(on, at) {
    const [p, q, r] = at;
    const { x, w, view, channels, kernels } = this.state;
    const name = (letter, planes, plane, ...place) => `${letter}[${[...(planes > 1 ? [plane] : []), ...place].join(", ")}]`;
    const pixel = (tap) => name("x", channels, tap.c, tap.r, tap.k);
    const result = (tap) => name("y", kernels, tap.o, tap.u, tap.v);
    const entries = new Set(this.lit.filter((tap) => !tap.zero).map((tap) => `${tap.row},${tap.column}`)).size;
    const [first] = this.lit;
    let parts;
    if (on === "output") {
      const row = order(at, this.shape);
      const terms = x.flat(2).flatMap((value, k) => (this.meeting.has(`${row},${k}`) ? make("span", {}, mark("w", bracket(this.matrix[row][k])), "·", mark("x", bracket(value))) : []));
      parts = [mark("y", name("y", kernels, p, q, r)), " = ", ...few(terms, " + "), terms.length ? " = " : "", mark("y", number(this.y[row]))];
    } else if (on === "image") {
      parts = [mark("x", `${name("x", channels, p, q, r)} = ${number(x[p][q][r])}`), ` is read by ${entries} of ${some(this.y.length, "output")}${this.lit.length > entries ? `, ${this.lit.length} times in all.` : "."}`];
      if (view === "transpose") parts.push(" Sent back: ", mark("x", number(this.back[order(at, this.extent)])), ".");
    } else if (on === "kernel") {
      const share = w.length / kernels; // slices of a kernel
      parts = [mark("w", `${name("w", kernels, Math.floor(p / share), ...(share > 1 ? [p % share] : []), q, r)} = ${number(w[p][q][r])}`), view === "patches" ? ` multiplies row ${first.tap} of the patches.` : ` stands in ${some(entries, "entry", "entries")} of the matrix${entries > 1 ? ". It is one number: they change together." : "."}`];
    } else if (on === "patches") {
      const copies = first.zero ? 0 : this.links.filter((tap) => tap.c === first.c && tap.r === first.r && tap.k === first.k && tap.o === first.o).length;
      parts = first.zero ? ["A zero of the padding, copied into a patch."] : [mark("x", `${pixel(first)} = ${number(first.pixel)}`), ` under tap (${first.a}, ${first.b}) at position (${first.u}, ${first.v}). This pixel is copied ${copies > 1 ? `${copies} times` : "once"}.`];
    } else if (on === "none") {
      parts = ["This kernel does not read this channel: it belongs to the other group."];
    } else if (!first) parts = ["0: this output does not read this pixel, and no training will change that."];
    else {
      const sum = number(this.matrix[p][q]);
      parts = [mark("w", this.lit.length > 1 ? `${this.lit.map((tap) => bracket(tap.weight)).join(" + ")} = ${sum}` : sum), ": how much ", mark("x", pixel(first)), " counts in ", mark("y", result(first)), this.lit.length > 1 ? `. ${this.lit.length} taps meet it there.` : "."];
    }
    this.words.replaceChildren(...parts);
    this.words.classList.toggle("long", this.words.textContent.length > 90);
    if (!this.hover) this.say(this.words.textContent);
  }

  remark() {
    const { view, groups } = this.state;
    const patches = view === "patches";
    const found = [...(patches ? this.copies : this.meeting).values()].filter(([tap]) => !tap.zero);
    const single = found.filter(([, second]) => patches || !second);
    const sources = new Set(single.map(([tap]) => String(patches ? [tap.c, tap.r, tap.k] : [tap.s, tap.a, tap.b]))).size;
    const [entries, sums] = [patches ? this.copies.size : this.y.length * this.matrix[0].length, found.length - single.length];
    return `${view === "transpose" ? "Each output goes back to its pixels. " : ""}${some(entries, "entry", "entries")}: ${some(single.length, "copy", "copies")} of ${some(sources, patches ? "pixel" : "weight")}${
      sums ? `, ${some(sums, "sum")} of weights` : ""}, ${some(entries - found.length, "zero")}.${groups > 1 && view === "matrix" ? " Each group has a block of its own." : ""}`;
  }

  static style = `
.stage { height: 11.8rem; --cell: min(2.5rem, (100cqi - 11.5rem) / var(--across), 9.6rem / var(--down)); }
.planes { display: flex; align-items: center; gap: .4rem; justify-content: center; }
.kernel .planes { display: grid; grid-template-columns: repeat(var(--share), auto); }
.title { text-align: center; }
[role=gridcell] b { --font: min(var(--cell) * .4, var(--cell) * .52 * var(--shrink)); font-size: clamp(0px, (var(--font) - 6px) * 99, max(7px, var(--font))); }
.set.image { --ink: var(--cb-input); }
.views { justify-content: center; }
.product { display: grid; grid-template-columns: auto auto auto; justify-content: center; align-content: center; gap: .35rem .5rem; height: 19rem; margin: .4rem 0; --cell: min(2.5rem, (100cqi - 4.2rem) / var(--columns), 18rem / var(--rows)); }
.area { line-height: 0; }
.head, .below { grid-column: 2; } .left { grid-area: 2 / 1; } .body { grid-area: 2 / 2; } .side { grid-area: 2 / 3; }
.t0 { --ink: var(--cb-alpha); } .t1 { --ink: var(--cb-beta); } .t2 { --ink: var(--cb-gamma); } .t3 { --ink: var(--cb-delta); }
.product [role=gridcell]:not(.zero), .kernel [role=gridcell] { --tint: 20%; }
[role=gridcell].zero { --tint: 0%; --edge: var(--cb-line); color: var(--muted); }
[role=gridcell].several { border-style: double; border-width: 3px; }
.lit { --tint: 38% !important; outline: 2px solid var(--cb-ink); outline-offset: -2px; }
.now { --tint: 46% !important; outline: 3px solid var(--cb-ink); outline-offset: -3px; }
@media (forced-colors: active) { .product [role=gridcell]:not(.zero) { background: CanvasText; color: Canvas; } }
.words { height: 3.2rem; } .words.long { font-size: .8rem; line-height: 1.3; } .words span { white-space: nowrap; }
@container (max-width: 560px) {
  .stage { height: 12rem; gap: .3rem; --cell: min(2.2rem, (100cqi - 8.4rem) / var(--thin), 9.8rem / var(--tall)); }
  :is(.image, .output) .planes { flex-direction: column; }
  .product { height: 17rem; gap: .2rem; --cell: min(2.4rem, (100cqi - 2.4rem) / var(--columns), 16rem / var(--rows)); }
  .words { height: 6.4rem; }
}
`;
}

define("matrix", Matrix);
