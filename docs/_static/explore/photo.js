// Photographs as planes of numbers, a window on them, and the sum in it: for bench, cover and shift.

import { Explorable, Grid, dress, make, number, parse, range, table, write } from "./parts.js";

/** Split the bytes of a picture into planes of numbers, grey and red, green, blue, over those of an `old` photo. */
export function split({ data, width, height }, old) {
  const fits = old?.width === width && old.height === height;
  const { grey, colours } = fits ? old : { grey: new Float64Array(width * height), colours: [0, 1, 2].map(() => new Float64Array(width * height)) };
  for (let k = 0, p = 0; k < grey.length; k++, p += 4) {
    for (let c = 0; c < 3; c++) colours[c][k] = data[p + c];
    grey[k] = Math.round((299 * data[p] + 587 * data[p + 1] + 114 * data[p + 2]) / 1000);
  }
  return { width, height, grey, colours };
}

/** conv2d of one plane with one 3×3 kernel; `y` may be an old result, to be written over. */
export function slide({ data, width, height }, w, stride = 1, y = null) {
  const [rows, columns] = [height, width].map((size) => Math.floor((size - 3) / stride) + 1);
  const [a, b, c, d, e, f, g, h, i] = w;
  const result = y?.length === rows * columns ? y : new Float64Array(rows * columns);
  for (let u = 0, k = 0; u < rows; u++)
    for (let v = 0, p = u * stride * width; v < columns; v++, k++, p += stride) {
      const q = p + width, r = q + width;
      result[k] = a * data[p] + b * data[p + 1] + c * data[p + 2] + d * data[q] + e * data[q + 1]
        + f * data[q + 2] + g * data[r] + h * data[r + 1] + i * data[r + 2];
    }
  return { data: result, width: columns, height: rows };
}

/** max_pool2d or avg_pool2d of one plane, in windows that touch. */
export function pool({ data, width, height }, size, kind) {
  const [rows, columns] = [height, width].map((n) => Math.floor(n / size));
  const result = new Float64Array(rows * columns);
  for (let u = 0, k = 0; u < rows; u++)
    for (let v = 0; v < columns; v++, k++) {
      let all = kind === "max" ? -Infinity : 0;
      for (let i = 0; i < size; i++)
        for (let j = 0, p = (u * size + i) * width + v * size; j < size; j++, p++)
          all = kind === "max" ? Math.max(all, data[p]) : all + data[p];
      result[k] = kind === "max" ? all : all / (size * size);
    }
  return { data: result, width: columns, height: rows };
}

let most = new Float64Array(0); // room for magnitudes: to ask for it anew costs as much as to fill it

/** numpy.percentile(abs(values), 98): strong edges must not darken the rest. */
export function limit(planes) {
  const first = planes[0].data, some = new Float64Array(Math.ceil(first.length / 64));
  for (let k = 0; k < some.length; k++) some[k] = Math.abs(first[64 * k]);
  some.sort();
  const size = planes.length * first.length, place = 0.98 * (size - 1);
  if (most.length < size) most = new Float64Array(size);
  let share = 0.97, least, below;
  do { // sort only what is beyond a guess, which is nearly always low enough
    least = some[Math.floor(share * some.length)] ?? 0;
    below = size - planes.reduce((count, { data }) => beyond(data, least, count), 0);
    share -= 0.3;
  } while (below > place && least);
  const rest = most.subarray(0, size - below).sort();
  const [low, high] = [Math.floor(place), Math.ceil(place)].map((k) => rest[k - below] ?? 0);
  return low + (high - low) * (place % 1);
}

/** Add the magnitudes above `least` to the `count` that are there: a loop by itself, since browsers compile that best. */
function beyond(data, least, count) {
  for (let k = 0; k < data.length; k++) {
    const value = Math.abs(data[k]);
    if (value > least) most[count++] = value;
  }
  return count;
}

/** The largest of some values; of the values times −1 if `sign` says so. */
export function largest(data, sign = 1) {
  let most = -Infinity;
  for (let k = 0; k < data.length; k++) most = Math.max(most, sign * data[k]);
  return most;
}

/** The largest magnitude in some planes, or 1 if all is zero: a scale for what is signed. */
export const farthest = (planes) => Math.max(...planes.flatMap(({ data }) => [largest(data), largest(data, -1)])) || 1;

/** Paint planes on a canvas: from `low`, which is black, to `high`, which is white; one plane may have 256 `tones` of its own. */
export function paint(canvas, planes, low, high, tones) {
  const { width, height } = planes[0];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height, image: null });
  const context = canvas.getContext("2d");
  canvas.image ??= context.createImageData(width, height);
  const scale = 255 / (high - low || 1), shift = 0.5 - low * scale;
  const level = (value) => { const v = value * scale + shift; return v < 0 ? 0 : v > 255 ? 255 : v | 0; };
  const [red, green = red, blue = red] = planes.map((plane) => plane.data);
  const words = new Uint32Array(canvas.image.data.buffer), tone = new Uint32Array(tones || range(256).map((v) => v * 0x10101 + 0xff000000));
  if (planes.length === 1) for (let k = 0; k < words.length; k++) words[k] = tone[level(red[k])];
  else for (let k = 0; k < words.length; k++) words[k] = level(red[k]) | level(green[k]) << 8 | level(blue[k]) << 16 | 0xff000000;
  context.putImageData(canvas.image, 0, 0);
}

/** The planes of a picture, cut to its middle square of `side` pixels if that is told; one that is filmed is mirrored. */
export function take(picture, width, height, side = 0, filmed = null) {
  const part = Math.min(width, height);
  const [w, h] = side ? [side, side] : [width, height];
  const context = new OffscreenCanvas(w, h).getContext("2d", { willReadFrequently: true });
  if (filmed) context.transform(-1, 0, 0, 1, w, 0);
  context.imageSmoothingQuality = "high";
  if (side) context.drawImage(picture, (width - part) / 2, (height - part) / 2, part, part, 0, 0, w, h);
  else context.drawImage(picture, 0, 0);
  return split(context.getImageData(0, 0, w, h), filmed?.photo);
}

/** The planes of a PNG picture, exactly as they were written. */
export async function load(address) {
  const picture = Object.assign(new Image(), { src: address });
  await picture.decode();
  return take(picture, picture.naturalWidth, picture.naturalHeight);
}

/** Up to `most` kernels of nine weights each. */
export const kernels = (most) => ({
  ...table(9),
  read(text) {
    const rows = text.split("/").map((row) => row.split(",").map(parse));
    if (rows.length > most || rows.some((row) => row.length !== 9)) throw new Error(`A kernel has nine weights, with commas between them; there may be ${most === 1 ? "one kernel" : `${most} kernels, with slashes between`}.`);
    return rows;
  },
});

/** An explorable whose window moves over a picture: over `this.plane`, at `this.state.at`, or where one points. */
export class Windowed extends Explorable {
  static hint = "Drag the ring or a weight, or type one. The arrow keys move: by ten with Shift.";

  acts = {
    show: (at) => { this.seen = at; this.look(); },
    keep: (at) => { this.seen = null; this.state.at = at; this.change(); },
    step: (down, right) => this.acts.keep([this.state.at[0] + down, this.state.at[1] + right]),
    dot: (on) => this.dot?.(on),
  };

  /** The nearest place at which the window is inside. */
  inside([row, column]) {
    const fit = (k, size) => Math.max(0, Math.min(size - 3, k));
    return [fit(row, this.plane.height), fit(column, this.plane.width)];
  }

  settle() {
    if (this.plane) this.state.at = this.inside(this.state.at);
  }

  draw() {
    if (!this.plane) return;
    this.look();
    this.say(this.spoken);
  }

  get spoken() {
    return `Row ${this.state.at[0]}, column ${this.state.at[1]}: ${this.sum.total.textContent}`;
  }
}

/** The nine pixels of a plane below a window. */
export const patch = ({ data, width }, [row, column]) =>
  Array.from({ length: 9 }, (_, k) => data[(row + Math.floor(k / 3)) * width + column + k % 3]);

/** A picture with a mark on it, which mouse, finger and arrow keys move; `scale` pixels of the input make one of it. */
export class Picture {
  constructor(role, title, label, side, { show, keep, step, dot, press = dot }) {
    this.scale = 1;
    this.side = side;
    this.canvas = make("canvas", { tabIndex: 0, role: "application", ariaLabel: label });
    this.mark = make("div", { className: "mark" });
    this.frame = make("div", { className: "frame" }, this.canvas, this.mark);
    this.title = make("div", { className: "title" }, title);
    this.box = make("div", { className: `picture ${role}` }, this.title, this.frame);
    const on = (type, listener) => this.frame.addEventListener(type, listener);
    const held = (event) => event.buttons && event.pointerType !== "touch"; // a finger may want to scroll: see where it ends
    on("pointerdown", (event) => {
      if (event.button) return;
      this.frame.setPointerCapture(event.pointerId);
      (held(event) ? keep : show)(this.place(event));
      dot();
    });
    on("pointermove", (event) => {
      (held(event) ? keep : show)(this.place(event));
      if (event.buttons) dot(true);
    });
    on("pointerup", (event) => event.pointerType === "touch" && keep(this.place(event)));
    for (const type of ["pointerleave", "pointercancel"]) on(type, () => show(null));
    on("keydown", (event) => {
      const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -999], End: [0, 999] }[event.key];
      if (event.key === " ") press();
      else if (way && !event.ctrlKey && !event.metaKey && !event.altKey) step(...way.map((k) => k * this.scale * (event.shiftKey ? 10 : 1)));
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  place(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const at = [(event.clientY - top) / height * this.canvas.height, (event.clientX - left) / width * this.canvas.width];
    return at.map((k) => (Math.floor(k) - (this.side >> 1)) * this.scale);
  }

  paint(...how) {
    paint(this.canvas, ...how);
  }

  /** Put the mark around the window whose first pixel is `at`. */
  point(at) {
    const [row, column] = at.map((k) => Math.floor(k / this.scale));
    const { width, height } = this.canvas;
    dress(this.mark, `left: ${100 * column / width}%; top: ${100 * row / height}%; width: ${100 * this.side / width}%; height: ${100 * this.side / height}%`);
  }
}

/** Nine pixels times nine weights: one sum. Its owner has weights `w`, takes others by weigh(w), and can tell. */
export class Sum {
  constructor(owner) {
    const show = (at) => this.light(at);
    this.pixels = new Grid({ name: "nine pixels", show, pick: show });
    this.weights = new Grid({
      name: "nine weights", show, pick: show, tell: (text) => owner.tell(text),
      edit: {
        value: (r, c) => owner.w[3 * r + c],
        set: (r, c, value) => owner.weigh(owner.w.with(3 * r + c, value)),
        text: (r, c) => fraction(owner.w[3 * r + c]).replace("−", "-"),
      },
    });
    for (const { body } of [this.pixels, this.weights]) body.addEventListener("focusout", () => this.light(null));
    this.pixels.box.classList.add("input");
    this.weights.box.classList.add("kernel");
    this.total = make("div", { className: "total" });
    const box = make("div", { className: "box output" }, make("div", { className: "title" }, "one sum"), this.total);
    const sign = (text) => make("div", { className: "sign" }, text);
    this.box = make("div", { className: "sum" }, this.pixels.box, sign("×"), this.weights.box, sign("="), box);
    this.words = make("p", { className: "words" });
  }

  draw(pixels, w, y) {
    Object.assign(this, { values: pixels, w, y });
    const place = (r, c) => 3 * r + c;
    const kind = (r, c) => (String([r, c]) === String(this.lit) ? "hot" : "");
    this.pixels.draw(3, 3, (r, c) => ({ text: number(pixels[place(r, c)]), kind: kind(r, c) }));
    this.weights.draw(3, 3, (r, c) => ({ text: fraction(w[place(r, c)]), kind: kind(r, c) }));
    const strongest = Math.max(...w.map(Math.abs)) || 1;
    for (const cell of this.weights.cells.values()) {
      const value = w[place(...cell.place)];
      dress(cell, `--edge: var(--muted); --ink: var(${value < 0 ? "--cb-negative" : "--cb-positive"}); --tint: ${value ? Math.round(8 + 30 * Math.abs(value) / strongest) : 0}%`);
    }
    for (const cell of this.pixels.cells.values()) {
      const value = Math.round(pixels[place(...cell.place)]);
      dress(cell, `background: rgb(${value} ${value} ${value}); color: ${value > 117 ? "#000" : "#fff"}`);
    }
    write(this.total, number(y));
    this.say();
  }

  light(at) {
    this.lit = at;
    this.draw(this.values, this.w, this.y);
  }

  /** Write the products out: all of them, or the one that is pointed at. */
  say() {
    const one = this.lit ? 3 * this.lit[0] + this.lit[1] : -1;
    const terms = [...this.w.keys()].filter((k) => (one < 0 ? this.w[k] : k === one));
    const parts = terms.map((k) => `${number(this.values[k])} · ${this.w[k] < 0 ? `(${fraction(this.w[k])})` : fraction(this.w[k])}`);
    const sum = one < 0 ? this.y : this.values[one] * this.w[one];
    write(this.words, `${parts.join(" + ") || "0"} = ${number(sum)}`);
    dress(this.words, `--long: ${this.words.textContent.length}`);
  }
}

/** Thirds, sevenths, sixteenths as they are written on paper, but no tenths. */
export function fraction(value) {
  const below = range(17).find((n) => n && Math.abs(value * n - Math.round(value * n)) < 1e-9);
  return below > 1 && below % 5 ? `${number(Math.round(value * below))}/${below}` : number(value);
}

export const LOOK = `
:host(:not([data-ready])) { .panel { display: none; } slot { display: block; } }
.stage { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: .3rem .8rem; margin: .5rem 0; }
.picture .title { min-height: 1.5rem; }
.frame { position: relative; overflow: hidden; border-radius: 3px; touch-action: pan-y; cursor: crosshair; }
canvas { display: block; width: 100%; height: auto; image-rendering: pixelated; }
.frame:focus-within:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
canvas:focus-visible { outline: none; }
.picture.input .mark { --ink: var(--cb-kernel); }
.mark { position: absolute; min-width: 3px; min-height: 3px; outline: 2px solid var(--ink); outline-offset: 1px; touch-action: none; cursor: grab; }
.mark::before, .mark::after { content: ""; position: absolute; top: 50%; left: 50%; translate: -50% -50%; border-radius: 50%; }
.mark::before { width: 44px; height: 44px; }
.mark::after { width: 26px; height: 26px; border: 3px solid var(--ink); box-shadow: 0 0 0 1.5px #fff, inset 0 0 0 1.5px #fff; }
.sum { --cell: 2.9rem; display: flex; align-items: center; justify-content: center; gap: .7rem; margin: .6rem 0 .2rem; }
.sign { padding-top: 1.5rem; font-size: 1.4rem; }
.total { display: grid; place-items: center; min-width: 6.2rem; height: 3.6rem; padding: 0 .3rem; border: 1px solid var(--ink); background: color-mix(in srgb, var(--ink) 16%, var(--ground)); font-size: 1.5rem; }
.row { gap: .3rem; } .row > * { padding-inline: .45rem; font-size: .86rem; }
.words.words { font-size: min(.9rem, .9rem * sqrt(var(--fit, 150) / var(--long))); }
.words, .facts { min-height: 2.9rem; margin: .2rem 0; text-align: center; font-size: .9rem; }
@container (max-width: 560px) {
  .row { flex-wrap: nowrap; margin-inline: -.6rem; padding: 3px .6rem; overflow-x: auto; scrollbar-width: thin; }
  .row > * { flex: none; }
  .stage { gap: .3rem .5rem; max-width: 23.5rem; margin-inline: auto; }
  .sum { --cell: min(8.8cqw, 1.75rem); gap: .2rem; }
  .sign { font-size: 1.1rem; }
  .total { min-width: 4rem; font-size: 1.15rem; }
  .words { --fit: 105; min-height: 4.9rem; } .facts { min-height: 5.8em; }
}
`;
