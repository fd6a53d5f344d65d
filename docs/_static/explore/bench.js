// <conv-bench>: kernels on a photograph, the camera or a drawing, as fast as they can be changed.

import { array, button, choice, chooser, define, flag, integer, make, number, pair, spinner, table, toggle, words, write } from "./parts.js";
import { LOOK, Picture, Sum, Windowed, fraction, largest, limit, load, patch, pool, rounded, slide, take } from "./photo.js";

const SIDE = 320, MOST = 4; // pixels of a picture of one's own; kernels of a stack
const POOLS = { none: null, "max 2×2": ["max", 2], "mean 2×2": ["avg", 2], "max 4×4": ["max", 4], "mean 4×4": ["avg", 4] };

/** Kernels of nine weights each. */
const kernels = {
  ...table(9),
  read(text) {
    const rows = table(9).read(text);
    if (rows[0].length !== 9 || rows.length > MOST) throw new Error(`A kernel has nine weights, and there may be ${MOST} kernels.`);
    return rows;
  },
};

class Bench extends Windowed {
  static fields = { w: kernels, which: integer(0, MOST - 1), at: pair(), picture: words, colour: flag, stride: integer(1, 4), pool: choice(Object.keys(POOLS)) };
  static style = `${LOOK}
.row { gap: .3rem; } .row > * { padding-inline: .45rem; font-size: .86rem; }
@container not (max-width: 560px) { .stage { max-width: 39rem; margin-inline: auto; } }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(40%, 1fr)); gap: .3rem .5rem; align-content: start; }
.many [data-now] .title { font-weight: 700; }
.many [data-now] .frame { outline: 3px solid var(--cb-kernel); outline-offset: 1px; }
.maps .picture:not([data-now]) .mark { visibility: hidden; }
.picture .title { overflow: hidden; text-overflow: ellipsis; }
.drawing .input .frame { touch-action: none; }
.over .input .frame { outline: 3px dashed var(--pst-color-primary); }
@container (max-width: 560px) {
  .row { flex-wrap: nowrap; margin-inline: -.6rem; padding: 3px .6rem; overflow-x: auto; scrollbar-width: thin; }
  .row > * { flex: none; }
  .many { grid-template-columns: 1fr; }
  .many > .input { width: 60%; margin: auto; }
}`;

  build() {
    const { pictures, kernels: named, controls } = this.given;
    const has = (name) => controls.includes(name);
    this.stacked = has("stack");
    this.cache = [];
    this.input = new Picture("input", "a picture", "the picture: the arrow keys move the window", 3, this.acts);
    this.maps = Array.from({ length: this.stacked ? MOST : 1 }, (_, o) => {
      const on = (act) => (at) => { if (at) this.state.which = o; act(at); };
      const map = new Picture("output", "", `result ${o}: the arrow keys move the place`, 1,
        { ...this.acts, show: (at) => o === this.state.which && this.acts.show(at), keep: on(this.acts.keep), dot() {} });
      map.canvas.addEventListener("focus", () => { if (this.state.which !== o) { this.state.which = o; this.change(); } });
      return map;
    });
    this.sum = new Sum({
      value: (r, c) => this.w[3 * r + c],
      set: (r, c, value) => this.weigh(this.w.with(3 * r + c, value)),
      text: (r, c) => fraction(this.w[3 * r + c]).replace("−", "-"),
    }, (text) => this.tell(text));
    this.facts = make("p", { className: "facts" });
    this.names = Object.entries(named).map(([name, w]) => button(name, () => this.weigh([...w])));
    this.sources = Object.keys(pictures).map((name) => button(name, () => { this.state.picture = name; this.choose(); }));
    this.filming = button("your camera", () => this.film());
    this.drawing = button("draw", () => this.blank());
    const file = make("input", { type: "file", accept: "image/*", hidden: true });
    file.onchange = () => this.open(file.files[0]);
    const alter = (name, f) => button(name, () => this.weigh(f(this.w)));
    const state = (name) => ({ get: () => this.state[name], set: (value) => { this.state[name] = value; this.change(); } });
    const options = [alter("turn", (w) => [6, 3, 0, 7, 4, 1, 8, 5, 2].map((k) => w[k])), alter("negate", (w) => w.map((v) => v && -v)),
      alter("make the sum 1", (w) => { const all = total(w); return Math.abs(all) < 1e-9 ? w : w.map((v) => v / all); }),
      alter("surprise me", () => Array.from({ length: 9 }, () => Math.floor(7 * Math.random()) - 3))];
    if (has("colour")) options.push(this.add(toggle("each colour by itself", state("colour"))));
    const layers = [];
    if (has("stack")) layers.push(this.add(spinner("kernels", { get: () => this.state.w.length, set: (n) => this.resize(n), low: () => 1, high: () => MOST })));
    if (has("stride")) layers.push(this.add(spinner("stride", { ...state("stride"), low: () => 1, high: () => 4 })));
    if (has("pool")) layers.push(this.add(chooser("pooling", Object.keys(POOLS), state("pool"))));
    for (const type of ["dragenter", "dragover", "dragleave", "drop"])
      this.addEventListener(type, (event) => {
        event.preventDefault();
        this.stage.classList.toggle("over", /enter|over/.test(type));
        if (type === "drop") this.open(event.dataTransfer.files[0]);
      });
    const row = (label, ...parts) => make("div", { className: "bar row", role: "group", ariaLabel: label }, ...parts);
    this.stage = make("div", { className: `stage ${this.stacked ? "many" : ""}` }, this.input.box, make("div", { className: "maps" }, ...this.maps.map((map) => map.box)));
    return [row("pictures", ...this.sources, button("your picture", () => file.click()), file, this.filming, this.drawing),
      row("kernels", ...this.names), ...(layers.length ? [make("div", { className: "bar" }, ...layers)] : []),
      this.stage, this.sum.box, this.sum.words, this.facts, row("changes", ...options)];
  }

  get w() { return this.state.w[this.state.which]; }

  weigh(w) {
    this.state.w[this.state.which] = w;
    this.change();
  }

  resize(count) {
    const { w } = this.state, fresh = Object.values(this.given.kernels).find((one) => !w.some((other) => String(other) === String(one)));
    this.state.w = count > w.length ? [...w, fresh ?? w[0]] : w.slice(0, count);
    if (count > w.length) this.state.which = count - 1;
    this.change();
  }

  // -- Pictures ------------------------------------------------------------

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stop();
  }

  reset() {
    if (this.state.picture in this.given.pictures && this.shown !== this.state.picture) this.choose();
  }

  /** Show a photograph of the book. */
  async choose() {
    const { picture } = this.state;
    this.stop();
    this.shown = picture;
    const planes = await load(new URL(`../photographs/${picture}.png`, import.meta.url));
    if (this.shown === picture) this.look_at(planes);
  }

  async open(file) {
    if (!file) return;
    this.stop();
    try {
      const bitmap = await createImageBitmap(file);
      this.shown = "yours";
      this.look_at(take(bitmap, bitmap.width, bitmap.height, SIDE));
      this.tell(`Your picture stays in this page. Of its ${bitmap.width} × ${bitmap.height} pixels you see the middle square, in ${SIDE} × ${SIDE}.`);
      bitmap.close();
    } catch {
      this.tell(`“${file.name}” is no picture that this browser can read.`);
    }
  }

  async film() {
    if (this.stream) { this.stop(); return this.change(); }
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
    } catch {
      return this.tell("There is no camera, or this page may not use it.");
    }
    this.shown = "camera film";
    const video = make("video", { muted: true, playsInline: true, srcObject: this.stream });
    await video.play();
    let last = null;
    const frame = () => {
      if (video.srcObject !== this.stream) return;
      this.look_at(take(video, video.videoWidth, video.videoHeight, SIDE, { photo: last }));
      last = this.photo;
      requestAnimationFrame(frame);
    };
    frame();
    this.tell("What the camera sees stays in this page.");
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  blank() {
    this.stop();
    this.shown = "drawing";
    this.look_at(take(new OffscreenCanvas(SIDE, SIDE), SIDE, SIDE));
    this.tell("Draw on the black picture; the space bar sets a dot where the ring is.");
  }

  /** Leave a soft white dot in the middle of the window. */
  dot() {
    if (this.shown !== "drawing") return;
    const [row, column] = this.state.at.map((k) => k + 1);
    for (let r = Math.max(0, row - 6); r < Math.min(SIDE, row + 7); r++)
      for (let c = Math.max(0, column - 6); c < Math.min(SIDE, column + 7); c++) {
        const light = Math.round(255 * Math.max(0, Math.min(1, 5.5 - Math.hypot(r - row, c - column))));
        for (const data of [this.photo.grey, ...this.photo.colours]) data[r * SIDE + c] = Math.max(data[r * SIDE + c], light);
      }
    this.look_at(this.photo);
  }

  look_at(photo) {
    this.photo = photo;
    this.plane = { ...photo, data: photo.grey };
    for (const found of this.cache) if (found) found.key = ""; // its arrays will be written over
    this.painted = null;
    this.settle();
    this.refresh();
    this.dataset.ready = "";
  }

  // -- What is shown -------------------------------------------------------

  settle() {
    const { state, given } = this;
    if (!(state.picture in given.pictures)) {
      this.problem = `There is no picture “${state.picture}”; there are ${Object.keys(given.pictures).join(", ")}.`;
      state.picture = given.picture;
    }
    state.which = Math.min(state.which, state.w.length - 1);
    super.settle();
  }

  /** The planes that are convolved, each by itself. */
  get planes() {
    const { width, height, grey, colours } = this.photo;
    return (this.state.colour ? colours : [grey]).map((data) => ({ data, width, height }));
  }

  /** Convolve and pool with one kernel, unless nothing has changed since. */
  map(o) {
    const { w, colour, stride, pool: name } = this.state, key = [w[o], colour, stride, name].join();
    if (this.cache[o]?.key === key) return this.cache[o];
    const sums = this.planes.map((plane, c) => slide(plane, w[o], stride, this.cache[o]?.sums[c]?.data));
    const planes = POOLS[name] ? sums.map((plane) => pool(plane, POOLS[name][1], POOLS[name][0])) : sums;
    const signed = Math.abs(total(w[o])) < 1e-9;
    const { age = 0, most = 0 } = (this.stream && this.cache[o]?.w === w[o] && this.cache[o]) || {}; // a film keeps its scale for a while
    return (this.cache[o] = { key, w: w[o], sums, planes, signed, age: age + 1, most: age % 10 ? most : signed ? limit(planes) : 255, fresh: true });
  }

  draw() {
    if (!this.photo) return;
    const { w, which, colour, stride, pool: name } = this.state, { width, height } = this.photo;
    if (this.painted !== this.photo || this.dyed !== colour) this.input.paint(this.planes, 0, 255);
    Object.assign(this, { painted: this.photo, dyed: colour });
    this.maps.forEach((map, o) => {
      map.box.hidden = o >= w.length;
      map.box.toggleAttribute("data-now", o === which);
      if (map.box.hidden) return;
      const found = this.map(o);
      map.scale = stride * (POOLS[name]?.[1] ?? 1);
      write(map.title, this.stacked ? `${o}  ${this.called(w[o])}` : "its convolution");
      if (found.fresh) map.paint(found.planes, found.signed ? -found.most : 0, found.most || 1, found.signed && this.given.tones);
      found.fresh = false;
    });
    const { planes: [plane] } = this.map(which);
    write(this.input.title, this.stacked ? `input (${colour ? 3 : 1}, ${height}, ${width})` : "a picture");
    this.shape = `(${w.length * (colour ? 3 : 1)}, ${plane.height}, ${plane.width})`;
    this.names.forEach((one) => (one.ariaPressed = String(one.textContent === this.called(this.w))));
    for (const one of this.sources) one.ariaPressed = String(one.textContent === this.shown);
    this.filming.ariaPressed = String(Boolean(this.stream));
    this.drawing.ariaPressed = String(this.shown === "drawing");
    this.stage.classList.toggle("drawing", this.shown === "drawing");
    super.draw();
  }

  called(w) {
    return Object.entries(this.given.kernels).find(([, one]) => one.every((v, k) => Math.abs(v - w[k]) < 1e-9))?.[0] ?? "your own";
  }

  look() {
    const { which, stride, colour, pool: name } = this.state, { sums, planes, signed } = this.map(which);
    const channel = colour ? 1 : 0, size = POOLS[name]?.[1] ?? 1;
    const [u, v] = this.inside(this.seen ?? this.state.at).map((k, axis) =>
      Math.min(Math.floor(k / stride), [planes[0].height, planes[0].width][axis] * size - 1));
    const at = [u * stride, v * stride];
    this.input.point(at);
    this.maps[which].point(at);
    this.sum.draw(patch(this.planes[channel], at), this.w, sums[channel].data[u * sums[channel].width + v]);
    const all = total(this.w), [low, high] = this.range(which);
    let said = `The weights add up to ${number(all)}${signed ? ": a flat area gives 0" : ""}. Results from ${low} to ${high}${signed ? "" : ", shown from 0 to 255"}.`;
    if (colour) said += " The numbers are those of the green channel.";
    if (size > 1) said += ` The ${name.split(" ")[0]} of its ${size} × ${size} sums is ${rounded(planes[channel].data[Math.floor(u / size) * planes[channel].width + Math.floor(v / size)])}.`;
    write(this.facts, said + (this.stacked ? ` Output ${this.shape}.` : ""));
  }

  range(o) {
    const found = this.map(o);
    if (!found.range) {
      const end = (sign) => sign * Math.max(...found.planes.map(({ data }) => largest(data, sign)));
      found.range = [end(-1), end(1)].map((value) => number(Math.round(value)));
    }
    return found.range;
  }

  python() {
    const { w, colour, stride, pool: name } = this.state, pooling = POOLS[name];
    const call = `conv2d(${colour ? "photo, np.tile(w, (3, 1, 1, 1)), groups=3" : "luma(photo).round(), w"}${stride > 1 ? `, stride=${stride}` : ""})`;
    const values = { photo: this.given.pictures[this.shown] ?? this.given.own, w: array(w), result: pooling ? `${pooling[0]}_pool2d(${call}, ${pooling[1]})` : call };
    return this.given.code.map((line) => line.replace(/\{(\w+)\}/, (_, part) => values[part]));
  }
}

const total = (values) => values.reduce((a, b) => a + b, 0);

define("bench", Bench);
