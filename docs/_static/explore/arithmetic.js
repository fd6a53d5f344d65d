// The arithmetic of a convolution, as convbook does it. No page, no state: plain arrays in and out.
// Options: { stride, padding, dilation, mode, flip }; the modes are those of torch.nn.Conv2d.

export const MODES = ["zeros", "reflect", "replicate", "circular"];

/** The index of the pixel that a position beyond the border repeats, or -1 where a zero stands. */
export function source(position, size, mode = "zeros") {
  if (position >= 0 && position < size) return position;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return position < 0 ? 0 : size - 1;
  if (mode === "circular") return ((position % size) + size) % size;
  return size - 1 - Math.abs(size - 1 - Math.abs(position));
}

/** How far a mode can continue an axis. */
export const reach = (size, mode) => ({ reflect: size - 1, circular: size })[mode] ?? Infinity;

export const outputSize = (size, kernel, { stride = 1, padding = 0, dilation = 1 } = {}) =>
  Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

export const shapeOf = (x, w, options) =>
  [outputSize(x.length, w.length, options), outputSize(x[0].length, w[0].length, options)];

/** The longer side of a table. */
export const side = (rows) => Math.max(rows.length, rows[0].length);

/** The least padding with which a kernel fits. */
export const least = (x, w, dilation) =>
  Math.max(0, ...[[x.length, w.length], [x[0].length, w[0].length]].map(([n, k]) => Math.ceil((dilation * (k - 1) + 1 - n) / 2)));

/** The most padding that a mode, and a largest size, allow. */
export const most = (x, mode, limit) =>
  Math.min(limit - side(x) >> 1, reach(x.length, mode), reach(x[0].length, mode));

/** The smallest square image for a kernel, and the largest square kernel for an image, unless it is larger already. */
export const smallest = (w, { padding, dilation }) => Math.max(1, dilation * (side(w) - 1) + 1 - 2 * padding);
export const largest = (x, w, { padding, dilation }) => Math.max(side(w), Math.floor((Math.min(x.length, x[0].length) + 2 * padding - 1) / dilation) + 1);

/** The padding, dilation and kernel size nearest to those wanted that fit, and a sentence if they differ. */
export function fitted(x, w, wanted, limit) {
  const padding = Math.min(wanted.padding, most(x, wanted.mode, limit));
  let { dilation } = wanted;
  while (dilation > 1 && least(x, w, dilation) > padding) dilation--;
  const [high, wide] = [Math.min(w.length, x.length + 2 * padding), Math.min(w[0].length, x[0].length + 2 * padding)];
  const same = padding === wanted.padding && dilation === wanted.dilation && high >= w.length && wide >= w[0].length;
  return { padding, dilation, cut: (rows) => rows.slice(0, high).map((row) => row.slice(0, wide)), problem: same ? "" : `That does not fit together: now padding is ${padding}, dilation ${dilation}, the kernel ${high} by ${wide}.` };
}

const count = (length, make) => Array.from({ length: Math.max(0, length) }, (_, k) => make(k));

export const turned = (w) => [...w].reverse().map((row) => [...row].reverse());

/** What output (u, v) adds up: for each tap (a, b) of the kernel as it is written, its weight, the
 *  position (row, column) it stands on, whether that is inside the image, and the pixel (r, k) there,
 *  unless that is a zero. */
export function taps(x, w, u, v, { stride = 1, padding = 0, dilation = 1, mode, flip } = {}) {
  return w.flatMap((line, i) => line.map((_, j) => {
    const [row, column] = [u * stride + i * dilation - padding, v * stride + j * dilation - padding];
    const [r, k] = [source(row, x.length, mode), source(column, x[0].length, mode)];
    const [a, b] = flip ? [w.length - 1 - i, line.length - 1 - j] : [i, j];
    return { u, v, a, b, row, column, inside: row in x && column in x[0], r, k, zero: r < 0 || k < 0, weight: w[a][b], pixel: r < 0 || k < 0 ? 0 : x[r][k] };
  }));
}

/** Every tap of every output, one list a position of the kernel. */
export function allTaps(x, w, options) {
  const [high, wide] = shapeOf(x, w, options);
  return count(high, (u) => count(wide, (v) => taps(x, w, u, v, options)));
}

export const total = (found) => found.reduce((sum, tap) => sum + tap.weight * tap.pixel, 0);

/** The convolution of one plane with one kernel. */
export const conv2d = (x, w, options) => allTaps(x, w, options).map((line) => line.map(total));

/** Every product of a convolution with channels, kernels and groups, as flat lists one an output:
 *  x[c] is a plane, w[s] a slice; kernel o has the slices from o·C/groups on. */
export function products(x, w, { groups = 1, ...options } = {}) {
  const share = x.length / groups, kernels = w.length / share;
  return count(kernels, (o) => {
    const first = Math.floor(o * groups / kernels) * share;
    const planes = count(share, (k) => allTaps(x[first + k], w[o * share + k], options).flat()
      .map((found) => found.map((tap) => ({ ...tap, o, c: first + k, s: o * share + k }))));
    return planes[0].map((_, position) => planes.flatMap((plane) => plane[position]));
  }).flat();
}

/** The outputs of a convolution with channels, in reading order. */
export const outputs = (x, w, options) => products(x, w, options).map(total);

/** One row an output, one column a pixel, as convolution_matrix. */
export function matrix(x, w, options) {
  const [high, wide] = [x[0].length, x[0][0].length];
  return products(x, w, options).map((found) => {
    const row = new Array(x.length * high * wide).fill(0);
    for (const tap of found) if (!tap.zero) row[(tap.c * high + tap.r) * wide + tap.k] += tap.weight;
    return row;
  });
}

/** A matrix times a column, and its transpose times one. */
export const times = (rows, column) => rows.map((row) => row.reduce((sum, value, k) => sum + value * column[k], 0));
export const transposed = (rows) => rows[0].map((_, k) => rows.map((row) => row[k]));
