// <conv-cover>: the kernel on the cover, to be dragged over the cat.

import { define, make, pair } from "./parts.js";
import { LOOK, Picture, Sum, Windowed, load, patch, slide } from "./photo.js";

class Cover extends Windowed {
  static fields = { at: pair() };
  static style = LOOK;

  build() {
    this.input = new Picture("input", "a picture", "a picture: the arrow keys move the window", 3, this.acts);
    this.output = new Picture("output", "its convolution", "its convolution: the arrow keys move the place", 1, this.acts);
    this.sum = new Sum();
    this.begin();
    return [make("div", { className: "stage" }, this.input.box, this.output.box), this.sum.box, this.sum.words];
  }

  async begin() {
    const { grey, width, height } = await load(this.given.picture);
    const plane = { data: grey, width, height };
    this.result = slide(plane, this.given.w);
    const most = 0.6 * this.result.data.reduce((all, value) => Math.max(all, Math.abs(value)), 0); // as in the drawing
    this.input.paint([plane], 0, 255);
    this.output.paint([this.result], -most, most);
    this.plane = plane;
    this.settle();
    this.refresh();
    this.dataset.ready = "";
  }

  look() {
    const at = this.inside(this.seen ?? this.state.at);
    for (const picture of [this.input, this.output]) picture.point(at);
    this.sum.draw(patch(this.plane, at), this.given.w, this.result.data[at[0] * this.result.width + at[1]]);
  }

  python() {
    return [...this.given.code, `conv2d(picture[None], kernel[None, None])[0, ${this.state.at.join(", ")}]`];
  }
}

define("cover", Cover);
