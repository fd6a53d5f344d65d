// <conv-shift>: a photograph that moves, and what stride 2 makes of it, with a blur before and without.

import { Explorable, define, integer, make, slider } from "./parts.js";
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

/** What changes of a halved ring when it moves, beyond its motion, as a part of its contrast. */
export function unexplained(ring, shift, blur) {
  const before = halve(ring, 0, blur), after = halve(ring, shift, blur), { width: n, height } = before;
  const step = Array.from({ length: n }, (_, m) => { // by half a position, for the waves that n positions hold
    let sum = 0;
    for (let f = -n / 2; f < n / 2; f++) sum += Math.cos(Math.PI * f * (2 * m - shift) / n);
    return sum / n;
  });
  const twice = [...step, ...step].reverse(); // twice[n - 1 - v + m] is step[v - m]
  const rest = after.data.map((value, k) => {
    const v = k % n;
    for (let m = 0; m < n; m++) value -= twice[n - 1 - v + m] * before.data[k - v + m];
    return value;
  });
  return deviation(rest) / deviation(before.data);
}

function deviation(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((all, value) => all + (value - mean) ** 2, 0) / values.length);
}

class Shift extends Explorable {
  static fields = { shift: integer(0, 16) };
  static hint = "Move the slider: with the arrow keys, pixel by pixel.";
  static style = `
:host(:not([data-ready])) { .panel { display: none; } slot { display: block; } }
.stage { display: grid; grid-template-columns: 1fr 1fr; align-items: start; gap: .3rem .8rem; margin: .5rem 0; }
canvas { width: 100%; height: auto; image-rendering: pixelated; border-radius: 3px; }
.stage p { min-height: 4.4em; margin: 0; font-size: .92rem; font-variant-numeric: tabular-nums; }
.slider { width: 100%; } input[type=range] { flex: 1; }`;

  build() {
    this.maps = ["stride 2", "blurred, then stride 2"].map((name) => ({ canvas: make("canvas", { role: "img" }), name, words: make("p") }));
    load(this.given.picture).then((photo) => {
      this.photo = photo;
      this.ring = close({ ...photo, data: photo.grey });
      this.refresh();
      this.dataset.ready = "";
    });
    return [make("div", { className: "bar" }, this.add(slider("moved by", {
      get: () => this.state.shift, set: (value) => { this.state.shift = value; this.change(); }, high: () => 16, said: (n) => `${n} ${n === 1 ? "pixel" : "pixels"}`,
    }))), make("div", { className: "stage" }, ...this.maps.map(({ canvas, words }) => make("div", {}, canvas, words)))];
  }

  draw() {
    if (!this.ring) return;
    const { width, height } = this.photo, { shift } = this.state;
    this.maps.forEach(({ canvas, name, words }, blur) => {
      const map = halve(this.ring, shift, blur), data = new Float64Array(width * height / 4);
      for (let r = 0; r < height / 2; r++) data.set(map.data.subarray(r * map.width, r * map.width + width / 2), r * width / 2);
      paint(canvas, [{ data, width: width / 2, height: height / 2 }], 0, 255);
      const error = Math.round(100 * unexplained(this.ring, shift, blur));
      words.textContent = `${name[0].toUpperCase()}${name.slice(1)}: ${error} % of the contrast changes in a way that no motion explains.`;
      canvas.ariaLabel = words.textContent;
    });
    this.say(this.maps.map(({ words }) => words.textContent).join(" "));
  }

  python() {
    return this.given.code.map((line) => line.replace("{shift}", this.state.shift));
  }
}

define("shift", Shift);
