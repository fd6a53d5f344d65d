// <conv-channels>: a kernel of 27 weights on a picture in colour: 27 products, three sums, one number.

import { Explorable, Grid, array, bracket, choice, chooser, define, edited, list, make, mark, number, sign, tables } from "./parts.js";
import { Picture, farthest, fraction, paint, slide } from "./photo.js";

const COLOURS = ["red", "green", "blue"];
const GREYS = { colour: null, "Rec. 601": [299, 587, 114], "Rec. 709": [2126, 7152, 722], mean: [1, 1, 1] };

class Channels extends Explorable {
  static fields = { w: tables(3), at: list(2), seen: choice(Object.keys(GREYS)) };
  static hint = "Move the window over the picture. Drag a weight sideways, or type.";

  build() {
    const [high, wide] = this.given.size;
    const bytes = Uint8Array.from(atob(this.given.pixels), (letter) => letter.charCodeAt(0));
    this.colour = COLOURS.map((_, c) => Float64Array.from(bytes.subarray(c * high * wide, (c + 1) * high * wide)));
    this.seen = this.add(chooser("picture in", Object.keys(GREYS), this.bound("seen")));

    const canvas = (label) => make("canvas", { width: wide, height: high, role: "img", ariaLabel: label });
    const move = (at) => { this.peek = null; this.state.at = this.#inside(at); this.refresh(); };
    this.picture = new Picture("", "", "window on the picture: the arrow keys move it", 3, {
      show: (at) => { this.peek = at && this.#inside(at); this.refresh(); }, keep: move, step: (...way) => move(this.state.at.map((k, axis) => k + way[axis])), dot() {},
    });
    this.maps = [...COLOURS, "sum"].map((name) => {
      const map = canvas(`what the ${name === "sum" ? "three slices together make" : `${name} slice makes`} of the picture`);
      return Object.assign(make("figure", { className: `map ${name}` }, map, make("figcaption", { textContent: name === "sum" ? "together" : `${name} slice` })), { map });
    });
    this.range = make("p", { className: "range" });

    const edit = (c) => ({
      value: (i, j) => this.state.w[c][i][j],
      text: (i, j) => fraction(this.state.w[c][i][j]).replace("−", "-"),
      set: (i, j, v) => { this.state.w = this.state.w.map((rows, k) => (k === c ? edited(rows, i, j, v) : rows)); this.change(); },
    });
    const grid = (name, c, edits) => {
      const made = new Grid({ name: `${COLOURS[c]} ${name}`, edit: edits, tell: (text) => this.tell(text),
        show: (place) => { this.hot = place && [c, ...place]; this.refresh(); }, pick: (place) => { this.hot = null; this.chosen = [c, ...place]; this.refresh(); } });
      made.title.remove();
      made.body.addEventListener("focusout", () => { this.chosen = null; this.refresh(); });
      made.box.className = `box ${name} ${COLOURS[c]}`;
      return made;
    };
    this.rows = COLOURS.map((name, c) => ({ pixels: grid("pixels", c), weights: grid("weights", c, edit(c)), products: grid("products", c), sum: make("div", { className: `sum ${name}` }) }));
    this.total = make("div", { className: "sum total" });
    const head = (text) => make("div", { className: "head", textContent: text });
    this.table = make("div", { className: "table" },
      head(""), head("pixels"), head(""), head("weights"), head(""), head("products"), head(""), head("sum"),
      ...this.rows.flatMap((row, c) => [make("div", { className: `name ${COLOURS[c]}`, textContent: COLOURS[c] }), row.pixels.box, sign("·"), row.weights.box, sign("="), row.products.box, sign("→"), row.sum]),
      make("div", { className: "together", textContent: "27 products together" }), this.total);
    this.words = make("p", { className: "words" });
    return [
      this.starts("Weights"),
      make("div", { className: "bar" }, this.seen),
      make("div", { className: "gallery" }, make("figure", { className: "map main" }, this.picture.frame, make("figcaption", { textContent: "the picture" })), ...this.maps),
      this.range, this.table, this.words, this.note,
    ];
  }

  #inside = (at) => at.map((k, axis) => Math.max(0, Math.min(k, this.given.size[axis] - 3)));

  // -- State ---------------------------------------------------------------

  reset() {
    Object.assign(this, { hot: null, chosen: null, peek: null });
  }

  settle() {
    const [high, wide] = this.given.size;
    const { seen, w } = this.state;
    if (w.length !== 3 || w[0].length !== 3 || w[0][0].length !== 3) {
      this.problem ||= "This kernel has three slices of 3 by 3 weights; the link has others.";
      this.state.w = this.constructor.fields.w.read(this.given.w);
    }
    this.state.at = this.#inside(this.state.at);
    if (this.planes?.seen !== seen) {
      const shares = GREYS[seen];
      const sum = shares?.reduce((a, b) => a + b);
      const grey = shares && this.colour[0].map((_, k) => shares.reduce((total, share, c) => total + share * this.colour[c][k], 0) / sum);
      this.planes = Object.assign(shares ? [grey, grey, grey] : this.colour, { seen });
    }
    this.results = this.planes.map((data, c) => slide({ data, width: wide, height: high }, this.state.w[c].flat()).data);
    this.results.push(this.results[0].map((value, k) => value + this.results[1][k] + this.results[2][k]));
    this.limit = farthest(this.results.map((data) => ({ data })));
    this.span = [Math.min(...this.results[3]), Math.max(...this.results[3])];
    this.stale = true;
  }

  python() {
    const { w, at: [r, c], seen } = this.state;
    const weights = { "Rec. 601": "", "Rec. 709": ", REC_709", mean: ", (1, 1, 1)" }[seen];
    const names = ["conv2d", "frog", ...(weights === undefined ? [] : ["luma"]), ...(seen === "Rec. 709" ? ["REC_709"] : [])].sort();
    const picture = weights === undefined ? `picture = ${this.given.source}.astype(float)` : `picture = luma(${this.given.source}${weights}).repeat(3, axis=0)`;
    return ["import numpy as np", `from convbook import ${names.join(", ")}`, "", picture, `w = ${array([w])}.astype(float)`, `conv2d(picture, w)[0, ${r}, ${c}]`];
  }

  remark() {
    const [low, high] = this.span;
    const { w, seen } = this.state;
    if (w[0].every((row, i) => row.every((v, j) => Math.abs(v + w[1][i][j] + w[2][i][j]) < 1e-9)) && seen !== "colour") return "These slices cancel on every grey, whatever it shows.";
    if (high - low < 1e-9 * this.limit) return `Every result is ${number(high)}: the frog is gone.`;
    return seen === "colour" && String(w[0]) === String(w[1]) && String(w[1]) === String(w[2]) ? "One slice for all channels sees only red + green + blue." : "";
  }

  // -- What is seen --------------------------------------------------------

  draw() {
    const [high, wide] = this.given.size;
    const { w } = this.state, at = this.peek ?? this.state.at, [r, c] = at;
    if (this.stale) {
      const picture = (data, width, height) => ({ data, width, height });
      this.picture.paint(this.planes.map((data) => picture(data, wide, high)), 0, 255);
      this.maps.forEach(({ map }, k) => paint(map, [picture(this.results[k], wide - 2, high - 2)], -this.limit, this.limit, this.given.tones));
      this.stale = false;
    }
    this.picture.point(at);
    const [low, most] = this.span;
    this.range.textContent = `together: from ${number(low)} to ${number(most)}`;
    const hot = this.hot ?? this.chosen;
    const sums = this.rows.map(({ pixels, weights, products, sum }, plane) => {
      const pixel = (i, j) => this.planes[plane][(r + i) * wide + c + j];
      const kind = (i, j) => (hot && hot[1] === i && hot[2] === j ? (hot[0] === plane ? "now" : "lit") : "");
      let part = 0;
      pixels.draw(3, 3, (i, j) => ({ text: short(pixel(i, j)), kind: kind(i, j) }));
      weights.draw(3, 3, (i, j) => ({ text: fraction(w[plane][i][j]), kind: kind(i, j) }));
      products.draw(3, 3, (i, j) => {
        part += pixel(i, j) * w[plane][i][j];
        return { text: short(pixel(i, j) * w[plane][i][j]), kind: `${kind(i, j)} ${Math.sign(pixel(i, j) * w[plane][i][j]) < 0 ? "minus" : ""}`.trim() };
      });
      sum.textContent = number(part);
      return part;
    });
    const total = sums.reduce((a, b) => a + b);
    this.total.textContent = number(total);
    const [plane, i, j] = hot ?? [];
    const value = hot && this.planes[plane][(r + i) * wide + c + j];
    this.words.replaceChildren(...(hot
      ? [mark(COLOURS[plane], `${COLOURS[plane]} tap (${i}, ${j}): ${number(value)} · ${fraction(w[plane][i][j]).replace(/^−.*/, "($&)")} = ${number(value * w[plane][i][j])}`)]
      : [mark("y", `y[${r}, ${c}]`), " = ", ...sums.flatMap((sum, k) => [k ? " + " : "", mark(COLOURS[k], bracket(sum))]), " = ", mark("y", number(total))]));
    if (!this.hot && !this.peek) this.say(this.words.textContent);
  }

  static style = `
.red { --ink: var(--cb-red); } .green { --ink: var(--cb-green); } .blue { --ink: var(--cb-blue); } .total, .map.sum { --ink: var(--cb-ink); }
.gallery { display: grid; grid-template-columns: 2.06fr 1fr 1fr; gap: .5rem .6rem; max-width: 34rem; margin: .7rem auto 0; }
.map { margin: 0; } .map.main { grid-row: span 2; }
canvas { display: block; width: 100%; image-rendering: pixelated; border: 1px solid var(--cb-rule); }
.map.red canvas, .map.green canvas, .map.blue canvas, .map.sum canvas { border: 2px solid var(--ink); }
figcaption { font-size: .8rem; text-align: center; color: var(--muted); }
.map.sum figcaption { font-weight: 600; }
.frame { position: relative; cursor: crosshair; touch-action: pan-y; }
.mark { position: absolute; outline: 2px solid #fff; box-shadow: 0 0 0 4px #000; touch-action: none; }
.mark::before { content: ""; position: absolute; inset: 50% auto auto 50%; width: 44px; height: 44px; translate: -50% -50%; }
.range { margin: .2rem 0 .4rem; text-align: center; font-size: .88rem; color: var(--muted); }
.table { display: grid; grid-template-columns: auto auto auto auto auto auto auto auto; justify-content: center; align-items: center; gap: .3rem .5rem; --cell: min(2.1rem, (100cqi - 17.3rem) / 9); }
.head { font-size: .85rem; text-align: center; color: var(--muted); }
.name { color: var(--ink); text-align: right; }
.weights [role=gridcell] { --tint: 22%; }
.minus { border-style: dashed !important; }
.sum:not(figure) { min-width: 6.4rem; padding: .2rem .4rem; border: 1px solid var(--ink); background: color-mix(in srgb, var(--ink) 14%, var(--ground)); text-align: right; }
.total { font-weight: 700; }
.together { grid-column: 1 / 8; text-align: right; font-size: .88rem; color: var(--muted); }
.words { min-height: 1.6em; margin-top: .5rem; }
.words :is(.red, .green, .blue) { color: var(--ink); } .words .y { color: var(--cb-ink); }
.note { min-height: 1.45em; }
@container (max-width: 560px) {
  .gallery { grid-template-columns: 1fr 1fr 1fr 1fr; } .map.main { grid-area: 1 / 1 / 2 / -1; width: min(60%, 17rem); justify-self: center; }
  .table { grid-template-columns: auto auto auto auto auto; gap: .3rem .2rem; --cell: min(2rem, (100cqi - 3.6rem) / 9); }
  [role=gridcell] b { font-size: max(6.5px, var(--cell) * .5 * var(--shrink)); }
  .head, .name { display: none; } .table > .sign:nth-child(8n + 7) { display: none; }
  .sum:not(figure) { grid-column: 1 / -1; justify-self: end; } .together { grid-column: 1 / -1; }
  .words { min-height: 4.8em; }
}
`;
}

/** A number in a small cell: with one decimal at most, below 100; the sums beside it have three. */
const short = (value) => number(Number(value.toFixed(Math.abs(value) < 100 ? 1 : 0)));

define("channels", Channels);
