// <conv-budget>: a column of layers to add, stride, widen and dilate, and what they cost.

import { Explorable, button, chooser, define, integer, make, quoted, slider, spinner } from "./parts.js";

/** convbook.budget and receptive_field of layers { c, k, s, p, d, g, bias }, pooling without `c`; { refusal } ends the list. */
export function count(layers, [channels, height, width], itemsize = 4) {
  const costs = [];
  let size = 1, jump = 1, start = 0;
  for (const { c, k, s, p, d, g, bias } of layers) {
    const span = d * (k - 1) + 1;
    if (c && (c % g || channels % g)) return [...costs, { refusal: `Layer ${costs.length + 1} cannot split its channels, ${channels} in and ${c} out, into ${g} groups.` }];
    if (span > Math.min(height, width) + 2 * p) return [...costs, { refusal: `The kernel of layer ${costs.length + 1} spans ${span} and does not fit into ${height + 2 * p} × ${width + 2 * p}.` }];
    const taps = c ? channels / g * k * k : 0;
    [channels, height, width] = [c ?? channels, ...[height, width].map((n) => Math.floor((n + 2 * p - span) / s) + 1)];
    const activations = channels * height * width;
    start += ((span - 1) / 2 - p) * jump;
    size += (span - 1) * jump;
    jump *= s;
    costs.push({
      shape: [channels, height, width], activations, bytes: activations * itemsize, "multiply-adds": activations * taps,
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
      throw new Error(`${quoted(text)} is no list of layers: write c64k3s2p1 for 64 kernels of 3×3, stride 2, padding 1, and mk2s2 for a pooling.`);
    return found.map(([, c, k, s = 1, p = 0, d = 1, g = 1, n]) => ({ c: c && +c, k: +k, s: +s, p: +p, d: +d, g: +g, bias: !n }));
  },
  write: (list) => list.map(({ c, k, bias, ...sizes }) => `${c ? `c${c}` : "m"}k${k}${["s", "p", "d", "g"].map((name) =>
    (sizes[name] === Number(name !== "p") ? "" : name + sizes[name])).join("")}${bias ? "" : "n"}`).join(","),
};

const image = {
  read(text) {
    const sizes = /^(\d{1,4})x(\d{1,4})x(\d{1,4})$/.exec(text)?.slice(1).map(Number) ?? [0];
    if (!sizes.every((size) => size && size <= 4096)) throw new Error(`${quoted(text)} is no image: write 3x224x224 for channels, height and width.`);
    return sizes;
  },
  write: (sizes) => sizes.join("x"),
};

const BARS = [["activations", "output"], ["multiply-adds", "gradient"], ["parameters", "kernel"]];

/** A count with three digits and the letter for its thousands. */
export function short(value) {
  let k = 0;
  for (; value >= 999.5; k++) value /= 1000;
  return `${Number(value.toPrecision(3))} ${" kMGTPEZYR"[k].trim()}`;
}

const called = ({ c, k, s, d, g, deep }) =>
  `${deep ? "depthwise" : c ? "conv" : "pool"} ${k}×${k}${s > 1 ? ` / ${s}` : ""}${d > 1 ? `, dilation ${d}` : ""}${c && g > 1 && !deep ? `, ${g} groups` : ""}`;

class Budget extends Explorable {
  static fields = { image, layers, which: integer(0, 59) };
  static hint = "Choose a layer with the arrow keys or by pressing it, then change it.";
  static style = `
.list { position: relative; height: 13.5rem; margin: .5rem 0; overflow-y: auto; border: 1px solid var(--cb-rule); border-radius: 4px; font-size: .88rem; }
.line { display: grid; grid-template-columns: 12.2em 8.6em 3em repeat(3, 1fr); align-items: center; gap: .4rem; padding: .12rem .5rem; white-space: nowrap; }
.head { margin: .5rem .2rem -.4rem 0; font-size: .88rem; }
[role=option] { cursor: pointer; }
[role=option]:hover { background: color-mix(in srgb, var(--accent) 8%, var(--ground)); }
[role=option][aria-selected=true] { background: color-mix(in srgb, var(--accent) 16%, var(--ground)); box-shadow: inset 3px 0 var(--accent); }
.barred { height: .75rem; border: 1px solid var(--ink); background: color-mix(in srgb, var(--ink) 55%, transparent); }
.gradient { --ink: var(--cb-gradient); }
.head span:has(b) { color: var(--ink); white-space: normal; line-height: 1.2; }
.line span { overflow: hidden; text-overflow: ellipsis; }
.words { min-height: 5.8em; margin: .4rem 0; text-align: left; font-size: .92rem; line-height: 1.45; white-space: pre-line; }
.slider input { width: 6rem; } .slider .value { min-width: 6.2em; white-space: nowrap; } .spinner:last-child .value { min-width: 2.4rem; }
@container (max-width: 705px) { .words { min-height: 7.25em; } }
@container (max-width: 560px) { .line { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0 .25rem; padding-inline: .2rem; font-size: .75rem; } [role=option] :first-child { grid-column: span 2; } .seen, .head > :not([class]) { display: none; } .words { min-height: 14.5em; }
  .spinner { display: grid; grid-template-columns: repeat(3, 1fr); } .spinner > span:first-child { grid-column: 1 / -1; } }
@media (forced-colors: active) { .barred { forced-color-adjust: none; } [aria-selected=true] { outline: 2px solid Highlight; outline-offset: -2px; } }`;

  build() {
    this.list = make("div", { role: "listbox", className: "list", tabIndex: 0, ariaLabel: "layers, from the image upwards", onkeydown: (event) => this.key(event) });
    this.sums = BARS.map(() => make("b"));
    this.words = make("p", { className: "words" });
    const known = { "this page": this.given, ...this.given.networks };
    const start = chooser("start from", [...Object.keys(known), "changed"], {
      get: () => Object.keys(known).find((name) => known[name].layers === layers.write(this.state.layers) && known[name].image === image.write(this.state.image)) ?? "changed",
      set: (name) => this.set(this.given.networks[name] ?? {}),
    });
    start.querySelector("[value=changed]").disabled = true;
    const side = slider("image", {
      get: () => this.state.image[1], set: (n) => { this.state.image = [this.state.image[0], n, n]; this.change(); },
      low: () => 16, high: () => 512, step: 16, said: () => this.state.image.join("×"),
    });
    const size = (label, name, low, high) => this.add(spinner(label, {
      get: () => this.layer[name], set: (value) => this.alter(name, value), low: () => low, high: () => Math.max(high, this.layer[name]),
    }));
    const fixed = () => this.layer.deep || !this.layer.c; // by what arrives
    const channels = this.add(spinner("channels", { get: () => this.layer.out, low: () => (fixed() ? Infinity : this.layer.g), high: () => (fixed() ? 0 : 2049) }));
    channels.querySelectorAll("button").forEach((one, k) => {
      one.ariaLabel = `${one.textContent = ["÷2", "×2"][k]} channels`;
      one.onclick = () => one.ariaDisabled === "true" || this.alter("c", this.layer.g * (Math.round(this.layer.c / this.layer.g * [0.5, 2][k]) || 1)); // groups stay alike
    });
    return [make("div", { className: "bar" }, this.add(start), this.add(side)),
      make("div", { className: "line head" }, make("span", {}, "in all"), make("span"), make("span", { className: "seen" }, "field"),
        ...BARS.map(([name, role], k) => make("span", { className: role }, this.sums[k], make("br"), name))), this.list,
      make("div", { className: "bar", role: "group", ariaLabel: "this layer" }, size("kernel", "k", 1, 15), size("stride", "s", 1, 8), size("padding", "p", 0, 15),
        size("dilation", "d", 1, 16), channels),
      make("div", { className: "bar" }, button("add a convolution", () => this.insert(`c${this.layer.out}k3p1`)),
        button("add a pooling", () => this.insert("mk2s2")), button("take away", () => this.remove())),
      this.words];
  }

  get layer() { return this.state.layers[this.state.which]; }

  /** Change a size of the chosen layer; padding that kept the size keeps it. */
  alter(name, value) {
    const { layer } = this, same = () => Math.floor(layer.d * (layer.k - 1) / 2);
    layer.keeps ??= layer.c && layer.p === same(); // the size
    layer[name] = value;
    if (name === "p") layer.keeps = null;
    else if (layer.keeps) layer.p = same();
    this.change();
  }

  insert(text) {
    if (this.state.layers.length >= 60) return this.tell("Sixty layers are the most.");
    this.state.layers.splice(++this.state.which, 0, ...layers.read(text));
    this.change();
  }

  remove() {
    const { which, layers: { length } } = this.state;
    if (length < 2) return this.tell("A network has at least one layer.");
    this.state.layers.splice(which, 1);
    this.choose(Math.min(which, length - 2));
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

  choose(which) { this.put({ which }); }

  reset() { this.shown = null; }

  settle() {
    const { state } = this, { length } = state.layers;
    if (state.which >= length) {
      this.problem ||= `The link chooses layer ${state.which + 1} of ${length}.`;
      state.which = length - 1;
    }
    let [channels] = state.image;
    for (const layer of state.layers) {
      layer.deep ??= layer.g > 1 && layer.g === layer.c && layer.c === channels;
      if (layer.deep) layer.c = layer.g = channels; // depthwise stays depthwise
      channels = layer.out = layer.c ?? channels;
    }
  }

  draw() {
    const { state: { layers: all, image: size, which }, list } = this, costs = count(all, size), { refusal } = costs.at(-1);
    if (refusal) costs.pop();
    const most = BARS.map(([name], k) => {
      const values = costs.map((cost) => cost[name]);
      this.sums[k].textContent = refusal ? "?" : short(values.reduce((a, b) => a + b));
      return Math.max(1, ...values);
    });
    all.forEach((layer, l) => {
      const row = list.children[l] ?? list.appendChild(make("div", { role: "option", className: "line", id: `layer${l}`, onclick: () => this.choose(l) }, make("span"), make("span"), make("span", { className: "seen" }),
        ...BARS.map(([, role]) => make("span", { className: `barred ${role}` }))));
      const cost = costs[l], [name, shape, seen, ...bars] = row.children;
      row.ariaSelected = String(l === which);
      name.textContent = called(layer);
      shape.textContent = cost ? cost.shape.join("×") : l > costs.length ? "not known" : "does not fit";
      seen.textContent = cost?.field.size;
      row.ariaLabel = `${l + 1}: ${called(layer)}, ${cost ? this.tells(cost).join("; ") : shape.textContent}`;
      bars.forEach((bar, k) => {
        const share = cost ? cost[BARS[k][0]] / most[k] : 0;
        Object.assign(bar.style, { width: `${100 * share}%`, opacity: share && 1 });
      });
    });
    while (list.children.length > all.length) list.lastChild.remove();
    list.setAttribute("aria-activedescendant", `layer${which}`);
    const row = list.children[which], { offsetTop: top } = row; // the page itself must not scroll
    if (this.shown !== row) list.scrollTop = Math.max(top + row.offsetHeight - list.clientHeight, Math.min(list.scrollTop, top));
    this.shown = row;
    const cost = costs[which], bytes = costs.reduce((sum, one) => sum + one.bytes, 0);
    const lines = cost ? [`Layer ${which + 1} of ${all.length}, ${called(this.layer)}, makes ${cost.shape.join("×")}:`, `${this.tells(cost).join(";\n")}.`] : [];
    this.words.textContent = [...lines, refusal
      ?? `All activations in float32: ${short(bytes)}B.`].join("\n");
    this.say(this.words.textContent);
  }

  /** What a layer costs, and what its outputs see. */
  tells({ shape, bytes, field: { size, jump, start }, ...cost }) {
    const far = (size - 1) / 2, sides = [1, 2];
    const whole = sides.every((a) => start + far >= this.state.image[a] - 1 && start + jump * (shape[a] - 1) <= far);
    return [
      BARS.map(([name], k) => `${cost[name].toLocaleString("en")} ${cost[name] === 1 ? name.slice(0, -1) : name}${k ? "" : ` (${short(bytes)}B)`}`).join(", "),
      `receptive field ${size > 1 ? `${size} × ${size} pixels` : "1 pixel"}${whole ? " (image-wide)" : ""}${sides.some((a) => shape[a] > 1) ? `, neighbours ${jump} apart` : ""}`,
    ];
  }

  python() {
    const written = this.state.layers.map(({ c, k, s, p, d, g, bias }) => `    Layer(${[k, s, p, d].join(", ")}${c ? `, channels=${c}` : ""}${g > 1 ? `, groups=${g}` : ""}${bias ? "" : ", bias=False"}),`);
    return ["from convbook import Layer, budget, receptive_field", "layers = [", ...written, "]",
      `[(cost, field) for cost, field in zip(budget(layers, (${this.state.image.join(", ")})), receptive_field(layers))]`];
  }
}

define("budget", Budget);
