// <conv-depth>: what becomes of a signal, of what two inputs differ in and of a gradient, layer by layer.

import { Explorable, button, choice, chooser, define, flag, integer, make, parse, quoted, slider, some, toggle } from "./parts.js";

const SIDE = 8, PIXELS = SIDE * SIDE; // maps close to rings, so that no border disturbs the count

/** What stands between two layers: itself, its slope, its gain, and the part of the mean square that it leaves. */
export const ACTIVATIONS = {
  relu: { f: (z) => Math.max(z, 0), slope: (z) => +(z > 0), gain: Math.SQRT2, leaves: 1 / 2 },
  "leaky relu": { f: (z) => (z > 0 ? z : 0.2 * z), slope: (z) => (z > 0 ? 1 : 0.2), gain: Math.sqrt(2 / 1.04), leaves: 0.52 },
  tanh: { f: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2, gain: 5 / 3 },
  none: { f: (z) => z, slope: () => 1, gain: 1, leaves: 1 },
};

/** The starts, by the product of fan in and variance, for as many channels out as in. */
export const STARTS = { "PyTorch's": () => 1 / 3, Xavier: () => 1, He: (gain) => gain ** 2 };

/** Numbers from (-1, 1), the same for the same seed. */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 31 - 1;
  };
}

/** Two inputs, a gradient, and one after the other the weights and biases of a net, from (-1, 1) and still to be scaled. */
export function draw(seed, depth, width) {
  const random = generator(seed), array = (size, one = random) => new Float64Array(size).map(one);
  const normal = () => Math.sqrt(-2 * Math.log((random() + 1) / 2)) * Math.cos(Math.PI * random());
  const [first, second, gradient] = [0, 1, 2].map(() => array(width * PIXELS, normal));
  const layers = function* () {
    for (let l = 0; l < depth; l++) yield { weight: array(9 * width * width), bias: array(width) };
  };
  return { width, inputs: [first, second], gradient, layers: layers() };
}

/** Convolve maps on a ring with `scale` times a weight; `back` sends a gradient through it instead. */
function convolve(x, weight, scale, width, back) {
  const high = SIDE + 2, ring = new Float64Array(width * high * high), y = new Float64Array(x.length);
  for (let c = 0, k = 0; c < width; c++)
    for (let r = 0; r < high; r++)
      for (let s = 0; s < high; s++)
        ring[k++] = x[c * PIXELS + ((r + SIDE - 1) % SIDE) * SIDE + ((s + SIDE - 1) % SIDE)];
  const w = new Float64Array(9);
  for (let o = 0; o < width; o++)
    for (let c = 0; c < width; c++) {
      const at = 9 * (back ? c * width + o : o * width + c);
      for (let t = 0; t < 9; t++) w[t] = scale * weight[at + (back ? 8 - t : t)];
      const [w0, w1, w2, w3, w4, w5, w6, w7, w8] = w;
      for (let u = 0, k = o * PIXELS, p = c * high * high; u < SIDE; u++, p += 2)
        for (let v = 0; v < SIDE; v++, k++, p++) {
          const q = p + high, r = q + high;
          y[k] += w0 * ring[p] + w1 * ring[p + 1] + w2 * ring[p + 2] + w3 * ring[q] + w4 * ring[q + 1]
            + w5 * ring[q + 2] + w6 * ring[r] + w7 * ring[r + 1] + w8 * ring[r + 2];
        }
    }
  return y;
}

const empty = () => ({ signal: [], difference: [], gradient: [] });
const square = (x) => x.reduce((all, value) => all + value * value, 0) / x.length;

/** Mean squares of a net's sums, of what they differ in, and of the gradient; stops for breath after each layer. */
export function* measure({ width, inputs, gradient, layers }, { variance, bias, activation }) {
  const n = 9 * width, scale = Math.sqrt(3 * variance / n), { f, slope } = ACTIVATIONS[activation];
  const levels = empty(), sums = [], weights = [];
  const note = ([one, two]) => {
    levels.signal.push((square(one) + square(two)) / 2);
    levels.difference.push(square(one.map((value, k) => value - two[k])) / 2);
  };
  note(inputs);
  let maps = inputs;
  for (const layer of layers) {
    const pair = [];
    weights.unshift(layer.weight);
    for (const x of maps) {
      const z = convolve(x, layer.weight, scale, width, false);
      if (bias) for (let k = 0; k < z.length; k++) z[k] += layer.bias[Math.floor(k / PIXELS)] / Math.sqrt(n);
      pair.push(z);
      yield;
    }
    note(pair);
    sums.unshift(pair[0]);
    maps = pair.map((z) => z.map(f));
  }
  levels.gradient.push(square(gradient));
  for (const [l, z] of sums.entries()) {
    gradient = convolve(gradient.map((value, k) => value * slope(z[k])), weights[l], scale, width, true);
    levels.gradient.unshift(square(gradient));
    yield;
  }
  return levels;
}

const LINES = { signal: ["output", "the signal"], difference: ["kernel", "what two inputs differ in"], gradient: ["gradient", "the gradient"] };
const WIDTHS = ["4", "8", "16", "32", "64"];
const [HIGH, LEFT, RIGHT, TOP, BOTTOM] = [330, 112, 582, 20, 294]; // the plot, 600 wide, and what the axes leave of it

const raised = (power) => [...String(power)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");

/** A mean square with two digits. */
export function power(value) {
  if (!value || (value >= 0.001 && value < 999.5)) return String(Number(value.toPrecision(2)));
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${digits} · 10${raised(Number(exponent))}`;
}

const product = {
  write: (value) => String(Number(value.toPrecision(12))),
  read(text) {
    const value = parse(text);
    if (value < 0.01 || value > 10) throw new Error(`Fan in times variance must be from 0.01 to 10, not ${quoted(text)}.`);
    return value;
  },
};

class Depth extends Explorable {
  static fields = { depth: integer(1, 30), width: choice(WIDTHS), activation: choice(Object.keys(ACTIVATIONS)), variance: product, bias: flag };
  static hint = "A line is the median of many nets; its band reaches from the lowest to the highest.";
  static style = `
.plot { aspect-ratio: 20 / 11; margin: .4rem 0; } svg { display: block; }
text { fill: var(--pst-color-text-base); font-size: 15px; }
path { fill: none; stroke: var(--ink, var(--cb-rule)); stroke-width: 2.6; }
.rule { stroke-width: 1; } .theory { --ink: var(--cb-ink); stroke-width: 1; stroke-dasharray: 3 4; } .held { stroke-width: 1; }
.band { fill: var(--ink); stroke: none; opacity: .2; }
.gradient { --ink: var(--cb-gradient); }
.key { display: flex; flex-wrap: wrap; gap: .1rem 1.2rem; font-size: .9rem; }
.key [class]::before { content: ""; display: inline-block; width: 1.4rem; margin-right: .4rem; border-top: 3px solid var(--ink); vertical-align: middle; }
.key [id] { order: 1; }
.panel:not(:has(.theory)) #theory, .panel:not(:has(.held)) #held { visibility: hidden; }
.words { min-height: 4.35em; margin: .3rem 0; text-align: left; font-size: .92rem; line-height: 1.45; white-space: pre-line; }
@container (max-width: 560px) { text { font-size: 27px; } .key #theory { order: 0; } .words { min-height: 8.7em; } }
@media (forced-colors: active) { path, .key [class]::before { forced-color-adjust: none; } }`;

  build() {
    const bar = (...parts) => make("div", { className: "bar" }, ...parts);
    this.starts = Object.keys(STARTS).map((name) => button(name, () => { this.asked = name; this.put({ variance: this.start(name) }); }));
    this.hold = button("keep for comparison", () => {
      if (!this.held && this.found.signal.length < this.given.draws) return this.tell("Keep it when all nets are drawn.");
      this.held = this.held ? null : this.middles;
      this.refresh();
    });
    this.svg = make("div", { className: "plot" });
    this.words = make("p", { className: "words" });
    this.progress = make("span", { className: "value" });
    return [bar(this.add(slider("layers", this.bound("depth", { low: () => 1, high: () => 30 }))), this.add(chooser("channels", WIDTHS, this.bound("width"))),
      this.add(chooser("activation", Object.keys(ACTIVATIONS), this.bound("activation", { set: (activation) => {
        this.asked = this.begun;
        this.state.activation = activation;
        this.put(this.asked && { variance: this.start(this.asked) });
      } })))),
    bar(make("span", {}, "start"), ...this.starts, this.add(toggle("PyTorch's biases", this.bound("bias")))),
    bar(this.add(slider("fan in × variance", { get: () => Math.log10(this.state.variance), set: (value) => {
      const near = Object.keys(STARTS).map((name) => this.start(name)).find((variance) => Math.abs(Math.log10(variance) - value) <= 0.005);
      this.put({ variance: near ?? Number((10 ** value).toPrecision(3)) });
    },
      low: () => -2, high: () => 1, step: 0.01, said: (value) => (10 ** value).toFixed(2) })), this.hold, this.progress),
    this.svg, make("div", { className: "key" }, ...Object.values(LINES).map(([role, name]) => make("span", { className: role }, name)).toSpliced(1, 0, make("span", { id: "theory" }, "dashes: theory")),
      make("span", { id: "held" }, "thin: kept")), this.words];
  }

  start(name) {
    return STARTS[name](ACTIVATIONS[this.state.activation].gain);
  }

  /** The start whose variance this is; where two agree, the one that was asked for. */
  get begun() {
    return [this.asked, ...Object.keys(STARTS)].find((name) => name && Math.abs(this.start(name) / this.state.variance - 1) < 0.006);
  }

  reset() {
    this.held = this.asked = null;
  }

  /** Draw one net after the other, as much as a frame has time for, and show what there is. */
  settle() {
    const { depth, width } = this.state, { draws } = this.given, found = this.found = empty(), { signal } = found;
    let work = null;
    const frame = () => {
      const end = performance.now() + 8;
      while (this.isConnected && signal.length < draws && performance.now() < end) {
        work ??= measure(draw(signal.length, depth, Number(width)), this.state);
        const { done, value } = work.next();
        if (!done) continue;
        for (const name in found) found[name].push(value[name]);
        work = null;
      }
      this.plot();
      if (signal.length < draws) this.waits = requestAnimationFrame(frame);
      else this.say(this.words.textContent);
    };
    cancelAnimationFrame(this.waits);
    this.waits = requestAnimationFrame(frame);
  }

  draw() {
    for (const one of this.starts) one.ariaPressed = String(one.textContent === this.begun);
    this.hold.ariaPressed = String(Boolean(this.held));
    this.plot();
  }

  /** What theory says of the signal's mean square; of tanh it says nothing. */
  theory() {
    const { depth, width, activation, variance, bias } = this.state, { leaves } = ACTIVATIONS[activation], levels = [1];
    for (let l = 0; l < depth; l++) levels.push((l ? leaves : 1) * variance * levels[l] + (bias ? 1 / (27 * width) : 0));
    return leaves ? levels : [];
  }

  plot() {
    const { depth } = this.state, { found, held } = this, { length } = found.signal, theory = this.theory(), lines = [];
    this.progress.textContent = `${length} of ${this.given.draws} nets`;
    this.svg.style.opacity = length ? 1 : 0.3;
    this.words.textContent = "";
    this.middles = null;
    if (!length) return;
    this.middles = {};
    const points = (levels) => [...levels.slice(0, depth + 1).entries()];
    for (const [name, [role]] of Object.entries(LINES)) {
      const sorted = found[name][0].map((_, l) => found[name].map((levels) => levels[l]).sort((a, b) => a - b));
      const part = (place) => sorted.map((values) => (values[Math.floor(place)] + values[Math.ceil(place)]) / 2);
      const middle = this.middles[name] = part((length - 1) / 2);
      lines.push([`band ${role}`, [...points(part(0)), ...points(part(length - 1)).reverse()]], [role, points(middle)]);
      if (held) lines.push([`held ${role}`, points(held[name])]);
    }
    if (theory.length) lines.push(["theory", points(theory)]);
    const powers = lines.flatMap(([, found]) => found.map(([, value]) => Math.log10(value))).filter(Number.isFinite);
    const low = Math.min(-10, 5 * Math.floor(Math.min(...powers) / 5)), high = Math.max(1, Math.ceil(Math.max(...powers)));
    const x = (l) => LEFT + (RIGHT - LEFT) * l / depth, y = (power) => TOP + (BOTTOM - TOP) * (high - Math.max(low, power)) / (high - low); // nothing lies on the floor
    const text = (at, content, anchor = "middle") => `<text ${at} text-anchor="${anchor}">${content}</text>`;
    const each = high - low > 30 ? 10 : high - low > 16 ? 5 : 2, step = depth > 16 ? 10 : depth > 6 ? 4 : 1;
    let drawn = text(`transform="translate(27 ${(TOP + BOTTOM) / 2}) rotate(-90)"`, "mean square");
    for (let p = Math.ceil(low / each) * each; p <= high; p += each)
      drawn += `<path class="rule" d="M${LEFT},${y(p)}H${RIGHT}"/>${text(`x="${LEFT - 8}" y="${y(p) + 6}"`, p ? `10${raised(p)}` : 1, "end")}`;
    for (let l = 0; l <= depth; l += step) drawn += text(`x="${x(l)}" y="${HIGH - 8}"`, l || "layer 0");
    for (const [kind, found] of lines) drawn += `<path class="${kind}" d="M${found.map(([l, value]) => `${x(l).toFixed(1)},${y(Math.log10(value)).toFixed(1)}`).join("L")}"/>`;
    this.svg.innerHTML = `<svg viewBox="0 0 600 ${HIGH}">${drawn}</svg>`;
    const { signal, gradient } = this.middles, left = signal[depth], shares = found.difference.map((levels, k) => levels[depth] / found.signal[k][depth]).sort((a, b) => a - b);
    const share = (shares[(length - 1) >> 1] + shares[length >> 1]) / 2;
    this.words.textContent = `After ${some(depth, "layer")} the mean square of the signal is ${power(left)}.\n`
      + (left ? `Of it, ${power(Math.min(100, 100 * share))} % depends on the input.\n` : "")
      + `The gradient's mean square, back at the input, is ${power(gradient[0])}.`;
    Object.assign(this.svg, { role: "img", ariaLabel: this.words.textContent });
  }

  python() {
    const { depth, width, activation, variance, bias } = this.state, { code, activations, biases } = this.given;
    const values = { depth, width, variance, bias: biases[bias], activation: activations[activation] };
    return code.map((line) => line.replace(/\{(\w+)\}/g, (_, name) => values[name]));
  }
}

define("depth", Depth);
