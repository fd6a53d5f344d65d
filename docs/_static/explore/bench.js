// <conv-bench>: kernels on a photograph, the camera or a drawing, as fast as they can be changed.

import { array, button, choice, chooser, define, flag, integer, make, number, pair, range, spinner, toggle, words, write } from "./parts.js";
import { LOOK, Picture, Sum, Windowed, farthest, kernels, largest, limit, load, patch, pool, slide, take } from "./photo.js";

const SIDE = 320, MOST = 4; // pixels of a picture of one's own; kernels of a stack
const POOLS = { none: null, "max 2×2": ["max", 2], "mean 2×2": ["avg", 2], "max 4×4": ["max", 4], "mean 4×4": ["avg", 4] };

class Bench extends Windowed {
  static fields = { w: kernels(MOST), which: integer(0, MOST - 1), at: pair(), picture: words, colour: flag, stride: integer(1, 4), pool: choice(Object.keys(POOLS)) };
  static style = `${LOOK}
@container not (max-width: 560px) { .stage { max-width: 39rem; margin-inline: auto; } }
.maps { display: grid; grid-template-columns: repeat(auto-fit, minmax(40%, 1fr)); gap: .3rem .5rem; align-content: start; }
.many > .input { padding-bottom: 1.3rem; }
.many ~ .facts { min-height: 4.4em; }
.many [data-now] .title { font-weight: 700; }
.many [data-now] .frame { outline: 3px solid var(--cb-kernel); outline-offset: 1px; }
.maps .picture:not([data-now]) .mark { visibility: hidden; }
.picture .title { overflow: hidden; text-overflow: ellipsis; }
.drawing .input .frame { touch-action: none; }
.over .input .frame { outline: 3px dashed var(--accent); }
@container (max-width: 560px) {
  .many { grid-template-columns: 1fr; }
  .many > .input { width: 60%; margin: auto; padding: 0; }
  .many > .maps { min-height: calc(min(100cqw - 1.3rem, 23.5rem) + 2.8rem); }
  .many ~ .facts { min-height: 8.7em; }
}`;

  build() {
    const { pictures, kernels: named, controls } = this.given;
    const has = (name) => controls.includes(name);
    this.stacked = has("stack");
    this.cache = [];
    this.input = new Picture("input", "a picture", "the picture: the arrow keys move the window", 3,
      { ...this.acts, step: (...way) => this.acts.step(...way.map((k) => k * this.state.stride)) });
    this.maps = Array.from({ length: this.stacked ? MOST : 1 }, (_, o) => {
      const on = (act) => (...at) => { this.state.which = o; act(...at); };
      return new Picture("output", "", `result ${o}: the arrow keys move the place${this.stacked ? ", space chooses its kernel" : ""}`, 1,
        { show: (at) => o === this.state.which && this.acts.show(at), keep: on(this.acts.keep), step: on(this.acts.step), press: on(() => this.refresh()), dot() {} });
    });
    this.sum = new Sum(this);
    this.facts = make("p", { className: "facts" });
    this.names = Object.entries(named).map(([name, w]) => button(name, () => this.weigh([...w])));
    this.sources = Object.keys(pictures).map((name) => button(name, () => { this.state.picture = name; this.choose(); }));
    this.filming = button("your camera", () => this.film());
    this.drawing = button("draw", () => this.blank());
    const file = make("input", { type: "file", accept: "image/*", hidden: true });
    file.onchange = () => { this.open(file.files[0]); file.value = ""; }; // the same may be chosen again
    const alter = (name, f) => button(name, () => this.weigh(f(this.w)));
    const options = [alter("turn", (w) => [6, 3, 0, 7, 4, 1, 8, 5, 2].map((k) => w[k])), alter("negate", (w) => w.map((v) => v && -v)),
      button("make the sum 1", () => {
        const all = total(this.w), w = this.w.map((v) => v / all);
        if (Math.max(...w.map(Math.abs)) <= 9999) this.weigh(w);
        else this.tell(`The weights add up to ${number(all)}, and no factor makes that 1 within ±9999.`);
      }),
      alter("surprise me", () => range(9).map(() => Math.floor(7 * Math.random()) - 3)),
      button("look for this", () => this.seek())];
    if (has("colour")) options.push(this.add(toggle("each colour by itself", this.bound("colour"))));
    const layers = [];
    if (has("stack")) layers.push(this.add(spinner("kernels", { get: () => this.state.w.length, set: (n) => this.resize(n), low: () => 1, high: () => MOST })));
    if (has("stride")) layers.push(this.add(spinner("stride", this.bound("stride", { low: () => 1, high: () => 4 }))));
    if (has("pool")) layers.push(this.add(chooser("pooling", Object.keys(POOLS), this.bound("pool"))));
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

  /** Take the pattern below the window for the weights: they add up to 0, and answer most where it recurs. */
  seek() {
    const pixels = patch(this.planes[this.state.colour ? 1 : 0], this.at), mean = total(pixels) / 9;
    const most = Math.max(...pixels.map((v) => Math.abs(v - mean)));
    if (!most) return this.tell("These nine pixels are all equal.");
    let w;
    for (let n = 4; n < 60; n++) { // until the rounded weights add up to 0, too
      w = pixels.map((v) => Math.round(n * (v - mean) / most));
      if (!total(w)) break;
    }
    this.weigh(w);
  }

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
    if (Object.hasOwn(this.given.pictures, this.state.picture) && this.shown !== this.state.picture) this.choose();
  }

  /** Show a photograph of the book. */
  async choose() {
    const { picture } = this.state;
    this.stop();
    this.shown = picture;
    try {
      const planes = await load(new URL(`../photographs/${picture}.png`, import.meta.url));
      if (this.shown !== picture) return;
      this.look_at(planes);
      this.tell(this.problem);
    } catch {
      this.shown = "";
      this.tell(`The picture “${picture}” does not come.`);
    }
  }

  async open(file) {
    if (!file) return;
    this.stop();
    try {
      const bitmap = await createImageBitmap(file);
      this.shown = "yours";
      this.look_at(take(bitmap, bitmap.width, bitmap.height, SIDE));
      this.tell(`Your picture stays in this page. Of its ${bitmap.width} × ${bitmap.height} pixels you see the middle, in ${SIDE} × ${SIDE}.`);
      bitmap.close();
    } catch {
      this.tell(`“${file.name}” is no picture that this browser can read.`);
    }
  }

  async film() {
    const { stream } = this, turn = this.stop();
    if (stream) return this.change();
    let found;
    try {
      found = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
    } catch {
      return this.tell("There is no camera, or this page may not use it.");
    }
    if (this.turn !== turn) return halt(found); // something else was chosen meanwhile
    this.stream = found;
    this.shown = "camera film";
    const video = make("video", { muted: true, playsInline: true, srcObject: found });
    await video.play();
    let last = null;
    const frame = () => {
      if (this.stream !== found) return;
      const { top, bottom } = this.getBoundingClientRect();
      if (bottom > 0 && top < innerHeight) {
        this.look_at(take(video, video.videoWidth, video.videoHeight, SIDE, { photo: last }));
        last = this.photo;
      }
      requestAnimationFrame(frame);
    };
    frame();
    this.tell("What the camera sees stays in this page.");
  }

  /** End a film; return what tells whether anything was chosen since. */
  stop() {
    halt(this.stream);
    this.stream = null;
    return (this.turn = {});
  }

  blank() {
    this.stop();
    this.shown = "drawing";
    this.look_at(take(new OffscreenCanvas(SIDE, SIDE), SIDE, SIDE));
    this.tell("Draw on the black picture; the space bar sets a dot.");
  }

  /** Leave a soft white dot in the middle of the window, or a line from the last one. */
  dot(on) {
    if (this.shown !== "drawing") return;
    const end = this.inside(this.seen ?? this.state.at).map((k) => k + 1), start = (on && this.pen) || end;
    const steps = 1 + (Math.hypot(end[0] - start[0], end[1] - start[1]) >> 1);
    for (let n = 1; n <= steps; n++) {
      const [row, column] = end.map((k, axis) => start[axis] + (k - start[axis]) * n / steps);
      for (let r = Math.max(0, Math.ceil(row) - 6); r < Math.min(SIDE, row + 6); r++)
        for (let c = Math.max(0, Math.ceil(column) - 6); c < Math.min(SIDE, column + 6); c++) {
          const light = Math.round(255 * Math.max(0, Math.min(1, 5.5 - Math.hypot(r - row, c - column))));
          for (const data of [this.photo.grey, ...this.photo.colours]) data[r * SIDE + c] = Math.max(data[r * SIDE + c], light);
        }
    }
    this.pen = end;
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
    if (!Object.hasOwn(given.pictures, state.picture)) {
      this.problem = `There is no picture “${state.picture}”; there are ${Object.keys(given.pictures).join(", ")}.`;
      state.picture = given.picture;
    }
    if (!this.stacked && state.w.length > 1) this.problem ||= "This figure has one kernel.";
    if (!this.stacked) state.w.length = 1;
    state.which = Math.min(state.which, state.w.length - 1);
    super.settle();
    if (this.plane) state.at = this.output(state.at).map((k) => k * state.stride);
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
    return (this.cache[o] = { key, w: w[o], sums, planes, signed, age: age + 1, most: age % 10 ? most : signed ? limit(planes) || farthest(planes) : 255, fresh: true });
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
      if (found.fresh) map.paint(found.planes, found.signed ? -found.most : 0, found.most, found.signed && this.given.tones);
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

  /** The output whose window is at or before a place, if pooling reads it. */
  output(at) {
    const { which, stride, pool: name } = this.state, { planes: [{ height, width }] } = this.map(which);
    return this.inside(at).map((k, axis) => Math.min(Math.floor(k / stride), [height, width][axis] * (POOLS[name]?.[1] ?? 1) - 1));
  }

  look() {
    const { which, stride, colour, pool: name } = this.state, { sums, planes, signed } = this.map(which);
    const channel = colour ? 1 : 0, size = POOLS[name]?.[1] ?? 1;
    const [u, v] = this.output(this.seen ?? this.state.at), at = this.at = [u * stride, v * stride];
    this.input.point(at);
    this.maps[which].point(at);
    this.sum.draw(patch(this.planes[channel], at), this.w, sums[channel].data[u * sums[channel].width + v]);
    const all = total(this.w), [low, high] = this.range(which);
    let said = `The weights add up to ${number(all)}${signed ? ": a flat area gives 0" : ""}. Results from ${low} to ${high}${signed ? "" : ", shown from 0 to 255"}.`;
    if (colour) said += " The numbers are those of the green channel.";
    this.pooled = size > 1 ? ` The ${name.startsWith("max") ? "largest" : "mean"} of the ${size * size} sums in its square is ${number(planes[channel].data[Math.floor(u / size) * planes[channel].width + Math.floor(v / size)])}.` : "";
    said += this.pooled;
    write(this.facts, said + (this.stacked ? ` Output ${this.shape}.` : ""));
  }

  get spoken() {
    return `${this.stacked ? `Result ${this.state.which}, ${this.called(this.w)}. ` : ""}${super.spoken}.${this.pooled}`;
  }

  range(o) {
    const found = this.map(o);
    if (!found.range) {
      const end = (sign) => sign * Math.max(...found.planes.map(({ data }) => largest(data, sign)));
      found.range = [end(-1), end(1)].map((value) => number(Math.abs(value) < 10 ? value : Math.round(value)));
    }
    return found.range;
  }

  get copied() {
    return this.own ? "Copied. Your picture is not in it: the program reads a file." : "Copied.";
  }

  get own() {
    return !Object.hasOwn(this.given.pictures, this.shown);
  }

  python() {
    const { w, colour, stride, pool: name } = this.state, pooling = POOLS[name] && `${POOLS[name][0]}_pool2d`, { own } = this;
    const call = `conv2d(${colour ? "photo, np.tile(w, (3, 1, 1, 1)), groups=3" : "luma(photo).round(), w"}${stride > 1 ? `, stride=${stride}` : ""})`;
    const names = ["conv2d", ...(colour ? [] : ["luma"]), ...(pooling ? [pooling] : [])].sort();
    return ["import numpy as np", own ? "from PIL import Image, ImageOps" : "import skimage.data", `from convbook import ${names.join(", ")}`,
      `photo = ${own ? this.given.own : this.given.pictures[this.shown]}.transpose(2, 0, 1).astype(float)`,
      `w = ${array(w)}.astype(float).reshape(-1, 1, 3, 3)`, pooling ? `${pooling}(${call}, ${POOLS[name][1]})` : call];
  }
}

const halt = (stream) => stream?.getTracks().forEach((track) => track.stop());

const total = (values) => values.reduce((a, b) => a + b, 0);

define("bench", Bench);
