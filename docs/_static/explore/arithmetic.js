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

const count = (length, make) => Array.from({ length: Math.max(0, length) }, (_, k) => make(k));

export const turned = (w) => [...w].reverse().map((row) => [...row].reverse());

/** What output (u, v) adds up: for each tap (a, b) of the kernel as it is written, its weight, the
 *  position (row, column) it stands on, and the pixel (r, c) there; r or c is -1 on a zero. */
export function taps(x, w, u, v, { stride = 1, padding = 0, dilation = 1, mode, flip } = {}) {
  return w.flatMap((line, i) => line.map((_, j) => {
    const [row, column] = [u * stride + i * dilation - padding, v * stride + j * dilation - padding];
    const [r, c] = [source(row, x.length, mode), source(column, x[0].length, mode)];
    const [a, b] = flip ? [w.length - 1 - i, line.length - 1 - j] : [i, j];
    return { u, v, a, b, row, column, r, c, weight: w[a][b], pixel: r < 0 || c < 0 ? 0 : x[r][c] };
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

/** The sum of several planes, each through its own slice of the kernel. */
export const conv2dChannels = (x, w, options) =>
  x.map((plane, k) => conv2d(plane, w[k], options))
    .reduce((sum, map) => sum.map((line, u) => line.map((value, v) => value + map[u][v])));

/** One row an output, one column a pixel of an image of several planes, as convolution_matrix. */
export function matrix(x, w, options) {
  const area = x[0].length * x[0][0].length;
  const [high, wide] = shapeOf(x[0], w[0], options);
  const rows = count(high * wide, () => new Array(area * x.length).fill(0));
  w.forEach((kernel, k) => allTaps(x[k], kernel, options).flat().forEach((found, row) => found.forEach((tap) => {
    if (tap.r >= 0 && tap.c >= 0) rows[row][k * area + tap.r * x[k][0].length + tap.c] += tap.weight;
  })));
  return rows;
}

/** One column a position, one row a tap, as unfold. */
export function unfold(x, w, options) {
  const columns = x.map((plane, k) => allTaps(plane, w[k], options).flat());
  return columns.flatMap((found) => found[0].map((_, tap) => found.map((position) => position[tap].pixel)));
}

/** A matrix times a column, and its transpose times one. */
export const times = (rows, column) => rows.map((row) => row.reduce((sum, value, k) => sum + value * column[k], 0));
export const transposed = (rows) => rows[0].map((_, k) => rows.map((row) => row[k]));
