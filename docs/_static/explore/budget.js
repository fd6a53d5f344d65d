// <conv-budget>: a column of layers to add, stride, widen and dilate, and what they cost.

import { Explorable, button, chooser, define, integer, make, slider, spinner } from "./parts.js";

/** convbook.output_size, along one axis. */
export const outputSize = (n, { k, s, p, d }) => Math.floor((n + 2 * p - d * (k - 1) - 1) / s) + 1;

/** convbook.budget and receptive_field of layers { c, k, s, p, d, g, bias }, pooling without `c`; { refusal } ends the list. */
export function count(layers, [channels, height, width], itemsize = 4) {
  const costs = [];
  let size = 1, jump = 1, start = 0;
  for (const layer of layers) {
    const { c, k, s, p, d, g, bias } = layer, span = d * (k - 1) + 1;
    if (c && (c % g || channels % g)) return [...costs, { refusal: `${channels} channels in and ${c} out cannot be split into ${g} groups.` }];
    if (span > Math.min(height, width) + 2 * p) return [...costs, { refusal: `The kernel spans ${span} and does not fit into ${height + 2 * p} × ${width + 2 * p}.` }];
    const taps = c ? channels / g * k * k : 0;
    [channels, height, width] = [c ?? channels, outputSize(height, layer), outputSize(width, layer)];
    const activations = channels * height * width;
    start += ((span - 1) / 2 - p) * jump;
    size += (span - 1) * jump;
    jump *= s;
    costs.push({
      shape: [channels, height, width], activations, bytes: activations * itemsize, multiplyAdds: activations * taps,
      parameters: taps && c * (taps + Number(bias)), field: { size, jump, start },
    });
  }
  return costs;
}

/** A layer as a link writes it: c64k3s2p1 has 64 kernels, mk2s2 is a pooling; d, g, n: dilation, groups, no bias. */
export const layers = {
  read(text) {
    const one = /^(?:c([1-9]\d*)|m)k([1-9]\d*)(?:s([1-9]\d*))?(?:p(\d+))?(?:d([1-9]\d*))?(?:g([1-9]\d*))?(n?)$/;
    const found = text.split(",").map((part) => one.exec(part));
    if (found.length > 60 || !found.every((match) => match?.slice(1, 7).every((size = 0) => size <= 4096)))
      throw new Error(`“${text}” is no list of layers: write c64k3s2p1 for 64 kernels of 3×3, stride 2, padding 1, and mk2s2 for a pooling.`);
    return found.map(([, c, k, s = 1, p = 0, d = 1, g = 1, n]) => ({ c: c && +c, k: +k, s: +s, p: +p, d: +d, g: +g, bias: !n }));
  },
  write: (list) => list.map(({ c, k, bias, ...sizes }) => `${c ? `c${c}` : "m"}k${k}${["s", "p", "d", "g"].map((name) =>
    (sizes[name] === Number(name !== "p") ? "" : name + sizes[name])).join("")}${bias ? "" : "n"}`).join(","),
};

const image = {
  read(text) {
    const sizes = /^(\d{1,4})x(\d{1,4})x(\d{1,4})$/.exec(text)?.slice(1).map(Number) ?? [0];
    if (!sizes.every(Boolean)) throw new Error(`“${text}” is no image: write 3x224x224 for channels, height and width.`);
    return sizes;
  },
  write: (sizes) => sizes.join("x"),
};

const BARS = { activations: "output", "multiply-adds": "gradient", parameters: "kernel" };
const values = (cost) => [cost.activations, cost.multiplyAdds, cost.parameters];

/** A count with three digits and the letter for its thousands. */
export function short(value) {
  const [unit, letter] = [[1e12, " T"], [1e9, " G"], [1e6, " M"], [1e3, " k"]].find(([least]) => value >= least) ?? [1, ""];
  return Number((value / unit).toPrecision(3)) + letter;
}

const called = ({ c, k, s, d, g }) =>
  `${c ? (g > 1 && g === c ? "depthwise" : "conv") : "pool"} ${k}×${k}${s > 1 ? ` / ${s}` : ""}${d > 1 ? ` · ${d}` : ""}`;

class Budget extends Explorable {
  static fields = { image, layers, which: integer(0, 59) };
  static hint = "Choose a layer with the arrow keys or by pressing it, then change it.";
  static style = `
.list { height: 13.5rem; margin: .5rem 0; overflow-y: auto; border: 1px solid var(--cb-rule); border-radius: 4px; font-size: .88rem; font-variant-numeric: tabular-nums; }
.line { display: grid; grid-template-columns: 8em 7.8em 3em repeat(3, 1fr); align-items: center; gap: .4rem; padding: .12rem .5rem; white-space: nowrap; }
.head { margin: .5rem .2rem -.4rem 0; font-size: .88rem; }
[role=option] { cursor: pointer; }
[role=option]:hover { background: color-mix(in srgb, var(--pst-color-primary) 8%, var(--pst-color-background)); }
[role=option][aria-selected=true] { background: color-mix(in srgb, var(--pst-color-primary) 16%, var(--pst-color-background)); box-shadow: inset 3px 0 var(--pst-color-primary); }
.barred { height: .75rem; border: 1px solid var(--ink); background: color-mix(in srgb, var(--ink) 55%, transparent); transform-origin: left; }
.gradient { --ink: var(--cb-gradient); }
.head span:has(b) { color: var(--ink); white-space: normal; line-height: 1.2; }
.words { min-height: 4.4em; margin: .4rem 0; text-align: left; font-size: .92rem; font-variant-numeric: tabular-nums; }
@container (max-width: 560px) { .line { grid-template-columns: 6.6em 7.8em repeat(3, minmax(0, 1fr)); gap: .25rem; padding-inline: .2rem; font-size: .75rem; } .head { grid-template-columns: repeat(3, 1fr); } .seen, .head > :not([class]) { display: none; } .words { min-height: 8.8em; }
  .spinner { display: grid; grid-template-columns: repeat(3, 1fr); } .spinner > span:first-child { grid-column: 1 / -1; } }
@media (forced-colors: active) { .barred { forced-color-adjust: none; } [aria-selected=true] { outline: 2px solid Highlight; outline-offset: -2px; } }`;

  build() {
    const { networks } = this.given;
    this.list = make("div", { role: "listbox", className: "list", tabIndex: 0, ariaLabel: "layers, from the image upwards" });
    this.list.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (row) this.choose([...this.list.children].indexOf(row));
    });
    this.head = make("div", { className: "line head" });
    this.words = make("p", { className: "words" });
    const start = chooser("start from", ["this page", ...Object.keys(networks)], {
      get: () => Object.keys(networks).find((name) => networks[name].layers === layers.write(this.state.layers)) ?? "this page",
      set: (name) => this.set(networks[name] ?? {}),
    });
    const side = slider("image", {
      get: () => this.state.image[1], set: (n) => { this.state.image = [this.state.image[0], n, n]; this.change(); },
      low: () => 16, high: () => 512, step: 16, said: (n) => `${n} × ${n}`,
    });
    const size = (label, name, low, high) => this.add(spinner(label, {
      get: () => this.layer[name], set: (value) => this.alter(name, value), low: () => low, high: () => high,
    }));
    this.channels = spinner("channels", { get: () => this.layer.c ?? 0, set: () => {}, low: () => 1, high: () => 4096 });
    const [less, more] = this.channels.querySelectorAll("button");
    Object.assign(less, { textContent: "÷2", onclick: () => this.widen(0.5) });
    Object.assign(more, { textContent: "×2", onclick: () => this.widen(2) });
    this.add(this.channels);
    return [make("div", { className: "bar" }, this.add(start), this.add(side)), this.head, this.list,
      make("div", { className: "bar", role: "group", ariaLabel: "this layer" }, size("kernel", "k", 1, 15), size("stride", "s", 1, 8), size("padding", "p", 0, 15),
        size("dilation", "d", 1, 16), this.channels),
      make("div", { className: "bar" }, button("add a convolution", () => this.insert({ c: this.layer.c ?? this.arriving, k: 3, s: 1, p: 1, d: 1, g: 1, bias: true })),
        button("add a pooling", () => this.insert({ k: 2, s: 2, p: 0, d: 1, g: 1, bias: true })), button("take away", () => this.remove())),
      this.words];
  }

  get layer() { return this.state.layers[this.state.which]; }

  /** Channels that reach the chosen layer. */
  get arriving() { return this.state.layers.slice(0, this.state.which).findLast((layer) => layer.c)?.c ?? this.state.image[0]; }

  /** Change a size of the chosen layer; padding that kept the size keeps it. */
  alter(name, value) {
    const { layer } = this, same = ({ k, d }) => Math.floor(d * (k - 1) / 2);
    const keeps = layer.c && name !== "p" && layer.p === same(layer) && layer.p;
    layer[name] = value;
    if (keeps || (keeps === 0 && layer.k === 1)) layer.p = same(layer);
    this.change();
  }

  widen(factor) {
    const c = Math.round((this.layer.c ?? 0) * factor);
    if (c >= 1 && c <= 4096) { this.layer.c = c; this.change(); }
  }

  insert(layer) {
    if (this.state.layers.length >= 60) return this.tell("Sixty layers are the most that this figure holds.");
    this.state.layers.splice(++this.state.which, 0, layer);
    this.change();
  }

  remove() {
    if (this.state.layers.length < 2) return this.tell("A network has at least one layer.");
    this.state.layers.splice(this.state.which, 1);
    this.change();
  }

  key(event) {
    const { which, layers: { length } } = this.state;
    const goal = { ArrowUp: which - 1, ArrowDown: which + 1, Home: 0, End: length - 1 }[event.key];
    if (event.key === "Delete") this.remove();
    else if (goal === undefined) return;
    else this.choose(Math.max(0, Math.min(length - 1, goal)));
    event.preventDefault();
    event.stopPropagation();
  }

  choose(which) {
    this.state.which = which;
    this.change();
  }

  settle() {
    const { state } = this;
    state.which = Math.min(state.which, state.layers.length - 1);
    let [channels] = state.image;
    for (const layer of state.layers) {
      if (layer.g > 1 && layer.g === layer.c) layer.c = layer.g = channels; // depthwise stays depthwise
      channels = layer.c ?? channels;
    }
  }

  draw() {
    const { layers: all, image: size, which } = this.state, costs = count(all, size), { refusal } = costs.at(-1);
    if (refusal) costs.pop();
    const totals = [0, 1, 2].map((k) => costs.reduce((sum, cost) => sum + values(cost)[k], 0));
    const most = [0, 1, 2].map((k) => Math.max(1, ...costs.map((cost) => values(cost)[k])));
    const names = Object.entries(BARS);
    this.head.replaceChildren(make("span", {}, "in all"), make("span"), make("span", { className: "seen" }, "sees"),
      ...names.map(([name, role], k) => make("span", { className: role }, make("b", {}, short(totals[k])), make("br"), name)));
    while (this.list.children.length > all.length) this.list.lastChild.remove();
    while (this.list.children.length < all.length)
      this.list.append(make("div", { role: "option", className: "line" }, make("span"), make("span"), make("span", { className: "seen" }),
        ...names.map(([, role]) => make("span", { className: `barred ${role}` }))));
    all.forEach((layer, l) => {
      const row = this.list.children[l], cost = costs[l], [name, shape, seen, ...bars] = row.children;
      row.id = `layer${l}`;
      row.ariaSelected = String(l === which);
      row.ariaLabel = `${l + 1}: ${called(layer)}, ${cost ? this.tells(cost) : "does not fit"}`;
      name.textContent = called(layer);
      shape.textContent = cost ? cost.shape.join("×") : "does not fit";
      seen.textContent = cost ? cost.field.size : "";
      bars.forEach((bar, k) => {
        const share = cost ? values(cost)[k] / most[k] : 0;
        Object.assign(bar.style, { width: `${100 * share}%`, visibility: share ? "" : "hidden" });
      });
    });
    this.list.setAttribute("aria-activedescendant", `layer${which}`);
    const row = this.list.children[which]; // the page itself must not scroll
    if (this.shown !== row) this.list.scrollTop = Math.max(row.offsetTop - this.list.offsetTop + row.offsetHeight - this.list.clientHeight, Math.min(this.list.scrollTop, row.offsetTop - this.list.offsetTop));
    this.shown = row;
    const cost = costs[which];
    const bytes = totals[0] * 4 / 1e6;
    this.words.replaceChildren(...(cost
      ? [`Layer ${which + 1} of ${all.length}, ${called(this.layer)}, makes ${cost.shape.join(" × ")}: ${this.tells(cost)}. Neighbours are ${cost.field.jump} ${cost.field.jump > 1 ? "pixels" : "pixel"} apart.`]
      : [refusal]), make("br"), `All activations in float32: ${bytes < 10 ? bytes.toFixed(2) : Math.round(bytes)} MB.${refusal && cost ? ` ${refusal}` : ""}`);
    this.say(this.words.textContent);
  }

  tells({ activations, bytes, multiplyAdds, parameters, field }) {
    const exact = (value) => value.toLocaleString("en");
    return `${exact(activations)} activations (${short(bytes)}B), ${exact(multiplyAdds)} multiply-adds, ${exact(parameters)} parameters; each output sees ${field.size} × ${field.size} pixels`;
  }

  python() {
    const written = this.state.layers.map(({ c, k, s, p, d, g, bias }) => `    Layer(${[k, s, p, d].join(", ")}${c ? `, channels=${c}` : ""}${g > 1 ? `, groups=${g}` : ""}${bias ? "" : ", bias=False"}),`);
    return ["from convbook import Layer, budget, receptive_field", "layers = [", ...written, "]",
      `[(cost, field) for cost, field in zip(budget(layers, (${this.state.image.join(", ")})), receptive_field(layers))]`];
  }
}

define("budget", Budget);
