// <conv-cover>: the kernel on the cover, to be dragged over the cat.

import { array, button, define, make, pair, range } from "./parts.js";
import { LOOK, Picture, Sum, Windowed, farthest, kernels, load, patch, slide } from "./photo.js";

class Cover extends Windowed {
  static fields = { at: pair(), w: kernels(1) };
  static style = LOOK;

  build() {
    this.input = new Picture("input", "a picture", "a picture: the arrow keys move the window", 3, this.acts);
    this.output = new Picture("output", "its convolution", "its convolution: the arrow keys move the place", 1, this.acts);
    this.sum = new Sum(this);
    this.names = Object.entries(this.given.kernels).map(([name, w]) => Object.assign(button(name, () => this.weigh([...w])), { w }));
    this.begin();
    return [make("div", { className: "stage" }, this.input.box, this.output.box), this.sum.box, this.sum.words, make("div", { className: "bar row", role: "group", ariaLabel: "kernels" }, ...this.names)];
  }

  async begin() {
    const { grey, width, height } = await load(this.given.picture);
    this.plane = { data: grey, width, height };
    this.input.paint([this.plane], 0, 255);
    this.settle();
    this.refresh();
    this.dataset.ready = "";
  }

  get w() { return this.state.w[0]; }

  weigh(w) {
    this.put({ w: [w] });
  }

  draw() {
    if (!this.plane) return;
    const { w } = this, plain = Math.abs(w.reduce((a, b) => a + b)) > 1e-9;
    this.result = slide(this.plane, w);
    const most = 0.6 * farthest([this.result]); // as in the drawing
    this.output.paint([this.result], plain ? 0 : -most, plain ? 255 : most);
    for (const one of this.names) one.ariaPressed = String(String(one.w) === String(w));
    super.draw();
  }

  look() {
    const at = this.inside(this.seen ?? this.state.at);
    for (const picture of [this.input, this.output]) picture.point(at);
    this.sum.draw(patch(this.plane, at), this.w, this.result.data[at[0] * this.result.width + at[1]]);
  }

  python() {
    const rows = range(3).map((r) => this.w.slice(3 * r, 3 * r + 3));
    return [...this.given.code, `kernel = ${array(rows, ", float")}`, `conv2d(picture[None], kernel[None, None])[0, ${this.state.at.join(", ")}]`];
  }
}

define("cover", Cover);
