// <conv-shift>: a photograph that moves, and what stride 2 makes of it, with a blur before and without.

import { Explorable, define, integer, make, slider, some } from "./parts.js";
import { load, paint } from "./photo.js";

const TAPS = [1, 4, 6, 4, 1].map((tap) => tap / 16);
const around = (k, n) => ((k % n) + n) % n;

/** A picture continued by its mirror image, so that it closes to a ring. */
export function close({ data, width, height }) {
  const ring = { data: new Float64Array(4 * data.length), width: 2 * width, height: 2 * height };
  for (let r = 0, k = 0; r < ring.height; r++)
    for (let c = 0; c < ring.width; c++, k++)
      ring.data[k] = data[(r < height ? r : 2 * height - 1 - r) * width + (c < width ? c : 2 * width - 1 - c)];
  return ring;
}

/** Every second pixel of a ring that has moved to the right, after a blur if that is asked for. */
export function halve({ data, width, height }, shift, blur) {
  const half = { data: new Float64Array(data.length / 4), width: width / 2, height: height / 2 };
  const taps = blur ? TAPS : [1], reach = taps.length >> 1, line = new Float64Array(width);
  for (let u = 0, k = 0; u < half.height; u++) {
    line.fill(0);
    taps.forEach((tap, i) => {
      const row = around(2 * u + i - reach, height) * width;
      for (let c = 0; c < width; c++) line[c] += tap * data[row + c];
    });
    for (let v = 0; v < half.width; v++, k++)
      for (let j = 0; j < taps.length; j++) half.data[k] += taps[j] * line[around(2 * v + j - reach - shift, width)];
  }
  return half;
}

class Shift extends Explorable {
  static fields = { shift: integer(0, 16) };
  static hint = "Move the slider: with the arrow keys, pixel by pixel.";
  static style = `
:host(:not([data-ready])) { .panel { display: none; } slot { display: block; } }
.stage { display: grid; grid-template-columns: 1fr 1fr; align-items: start; gap: .3rem .8rem; margin: .5rem 0; }
canvas { width: 100%; height: auto; image-rendering: pixelated; border-radius: 3px; }
.stage p { min-height: 4.4em; margin: 0; font-size: .92rem; }
.slider { width: 100%; } input[type=range] { flex: 1; }`;

  build() {
    this.maps = [["Stride 2", "the tiles run in rows that are not there"], ["Blurred, then stride 2", "no false rows"]].map(([name, still]) => ({ canvas: make("canvas", { role: "img" }), name, still, words: make("p") }));
    load(this.given.picture).then((photo) => {
      this.photo = photo;
      this.ring = close({ ...photo, data: photo.grey });
      this.refresh();
      this.dataset.ready = "";
    });
    return [make("div", { className: "bar" }, this.add(slider("moved by", {
      get: () => this.state.shift, set: (value) => { this.state.shift = value; this.change(); }, high: () => 16, said: (n) => some(n, "pixel"),
    }))), make("div", { className: "stage" }, ...this.maps.map(({ canvas, words }) => make("div", {}, canvas, words)))];
  }

  draw() {
    if (!this.ring) return;
    const { width, height } = this.photo, { shift } = this.state;
    this.maps.forEach(({ canvas, name, still, words }, blur) => {
      const map = halve(this.ring, shift, blur), data = new Float64Array(width * height / 4);
      for (let r = 0; r < height / 2; r++) data.set(map.data.subarray(r * map.width, r * map.width + width / 2), r * width / 2);
      paint(canvas, [{ data, width: width / 2, height: height / 2 }], 0, 255);
      words.textContent = `${name}: ${shift ? `${Math.round(100 * this.given.changed[blur][shift])} % of the contrast changes in a way that no motion explains` : still}.`;
      canvas.ariaLabel = words.textContent;
    });
    this.say(this.maps.map(({ words }) => words.textContent).join(" "));
  }

  python() {
    return this.given.code.map((line) => line.replace("{shift}", this.state.shift));
  }
}

define("shift", Shift);
