"""Figures of the chapter "What is a convolution?"."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from convbook import _checks, conv2d, flip
from convbook._typing import Array
from convbook.figures import _draw
from convbook.figures._bench import bench  # noqa: F401  (the chapter shows it)
from convbook.figures._draw import listed
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures._stepper import stepper  # noqa: F401  (three chapters show it)

TIMES, MINUS, DOT = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}", "\N{MIDDLE DOT}"


@drawing
def sliding_window(image: Array, kernel: Array) -> Figure:
    """Show every position of a small kernel on a small image, product by product.

    Parameters
    ----------
    image : ndarray of shape (3, 3)
        Image.
    kernel : ndarray of shape (2, 2)
        Kernel.
    """
    _checks.shape("image", image, (3, 3))
    _checks.shape("kernel", kernel, (2, 2))
    output = _slide(image, kernel)
    fig = Figure(5.4, 5.23)
    ax = _draw.canvas(fig, 12.9, 12.5)
    _draw.draw_cells(ax, kernel, "kernel", (5.45, 0.25), fontsize=14)
    _draw.label(ax, 5.1, 1.25, "kernel", "kernel", ha="right", fontsize=13)
    for x in (0.25, 6.75):
        _draw.label(ax, x + 1.5, 2.95, "input", "input", fontsize=13)
        _draw.label(ax, x + 4.7, 2.95, "output", "output", fontsize=13)
    sums = []
    for step, (u, v) in enumerate(np.ndindex(output.shape)):
        x, y = 0.25 + 6.5 * v, 3.4 + 4.9 * u
        _window(ax, image, kernel, (u, v), (x, y))
        _draw.arrow(ax, (x + 3.12, y + 1), (x + 3.62, y + 1))
        _partial(ax, output, step, (x + 3.7, y))
        sums.append(f"{_products(image, kernel, (u, v))} = {output[u, v]}")
        _draw.label(ax, x + 2.85, y + 3.55, sums[-1], fontsize=11.5)
        _draw.label(ax, x + 4.7, y + 2.5, f"u = {u}, v = {v}", "quiet", fontsize=11.5)
    fig.alt = (
        f"A 2 by 2 kernel with the weights {listed(kernel)} at its four positions on a 3 by 3 "
        f"input that holds {listed(image)}. Each position is outlined, with a weight beside each "
        f"pixel, and its sum is written below: {'; '.join(sums)}. The four sums are the output."
    )
    return fig


def _window(
    ax: Axes, image: Array, kernel: Array, at: tuple[int, int], place: tuple[float, float]
) -> None:
    """Draw the input with the kernel's weights on the pixels that they meet."""
    (x, y), (u, v) = place, at
    for (row, column), pixel in np.ndenumerate(image):
        i, j = row - u, column - v
        inside = 0 <= i < kernel.shape[0] and 0 <= j < kernel.shape[1]
        _draw.box(ax, (x + column, y + row), 1, 1, "input", 0.22 if inside else 0.1)
        shift = 0.15 if inside else 0
        _draw.label(ax, x + column + 0.5 - shift, y + row + 0.5 - shift, f"{pixel}", fontsize=13)
        if inside:
            weight = f"{TIMES}{kernel[i, j]}"
            _draw.label(ax, x + column + 0.68, y + row + 0.74, weight, "kernel", fontsize=10)
    _draw.frame(ax, (x + v, y + u), kernel.shape[1], kernel.shape[0], "kernel")


def _partial(ax: Axes, output: Array, step: int, place: tuple[float, float]) -> None:
    """Draw the output as it is after some steps, the newest number strongest."""
    for number, ((row, column), value) in enumerate(np.ndenumerate(output)):
        at = place[0] + column, place[1] + row
        strength = 0.35 if number == step else 0.1 if number < step else 0
        _draw.box(ax, at, 1, 1, "output", strength)
        if number <= step:
            weight = "bold" if number == step else "normal"
            _draw.label(ax, at[0] + 0.5, at[1] + 0.5, f"{value}", fontsize=13, weight=weight)


@drawing
def patches(image: Array, kernel: Array) -> Figure:
    """Show a convolution as one product: the kernel as a row, the patches as columns.

    Parameters
    ----------
    image : ndarray of shape (3, 3)
        Image.
    kernel : ndarray of shape (2, 2)
        Kernel.
    """
    _checks.shape("image", image, (3, 3))
    _checks.shape("kernel", kernel, (2, 2))
    output = _slide(image, kernel)
    places = [*np.ndindex(output.shape)]
    columns = np.stack([image[u : u + 2, v : v + 2].ravel() for u, v in places], axis=1)
    fig = Figure(5.0, 3.85)
    ax = _draw.canvas(fig, 10.2, 7.45)
    ax.set_ylim(7.45, -0.4)
    _draw.draw_cells(ax, columns, "input", (5.6, 1.0), fontsize=13)
    _draw.draw_cells(ax, kernel.reshape(1, -1), "kernel", (0.4, 5.6), fontsize=13)
    _draw.draw_cells(ax, output.reshape(1, -1), "output", (5.6, 5.6), fontsize=13)
    for column, (u, v) in enumerate(places):
        _draw.label(ax, 6.1 + column, 0.6, f"{u},{v}", "quiet", fontsize=11)
    for row, (i, j) in enumerate(np.ndindex(kernel.shape)):
        _draw.label(ax, 5.4, 1.5 + row, f"tap {i},{j}", "quiet", ha="right", fontsize=11)
    _draw.label(ax, 7.6, 0.0, "position u,v", "quiet", fontsize=11)
    _draw.frame(ax, (6.6, 1.0), 1, 4, "input")
    _draw.frame(ax, (6.6, 5.6), 1, 1, "output")
    _draw.label(ax, 2.4, 6.98, "the kernel, as a row", "kernel", fontsize=11.5)
    _draw.label(ax, 7.6, 6.98, "the output, as a row", "output", fontsize=11.5)
    _draw.label(ax, 2.5, 2.6, "the patches,\nas columns", "input", fontsize=11.5)
    _draw.label(ax, 5.0, 6.1, "=", fontsize=15)
    _draw.arrow(ax, (7.1, 5.08), (7.1, 5.52))
    told = "; ".join(f"({u},{v}): {listed(columns[:, k])}" for k, (u, v) in enumerate(places))
    fig.alt = (
        "A matrix product. The columns of a 4 by 4 table are the four patches of the input, by "
        f"position: {told}. The kernel stands to their left as one row, {listed(kernel)}. "
        f"Below each column is its product with that row: {listed(output)}."
    )
    return fig


@drawing
def impulse(kernel: Array, size: int = 5) -> Figure:
    """Show what one bright pixel becomes: the kernel, turned or upright.

    Parameters
    ----------
    kernel : ndarray of shape (3, 3)
        Kernel of non-negative weights.
    size : int
        Side of the square picture with one bright pixel in its middle.
    """
    _checks.shape("kernel", kernel, (3, 3))
    dot = np.zeros((size, size), kernel.dtype)
    dot[size // 2, size // 2] = 1
    turned = conv2d(dot[None], kernel[None, None], padding=1)[0]
    upright = conv2d(dot[None], flip(kernel)[None, None], padding=1)[0]
    fig = Figure(5.4, 6.13)
    ax = _draw.canvas(fig, 11.8, 13.4)
    largest = kernel.max()
    _shaded(ax, dot, "input", (0.4, 0.9), 3)
    _shaded(ax, kernel, "kernel", (7.4, 1.9), largest)
    _shaded(ax, turned, "output", (0.4, 7.6), largest)
    _shaded(ax, upright, "output", (6.4, 7.6), largest)
    _draw.frame(ax, (1.4, 8.6), 3, 3, "output")
    _draw.frame(ax, (7.4, 8.6), 3, 3, "output")
    _draw.label(ax, 2.9, 0.45, "one bright pixel", "input", fontsize=12)
    _draw.label(ax, 8.9, 0.45, "the kernel", "kernel", fontsize=12)
    _draw.arrow(ax, (2.9, 6.1), (2.9, 7.4))
    _draw.arrow(ax, (8.9, 6.1), (8.9, 7.4))
    _draw.label(ax, 3.2, 6.7, "slide as it is", ha="left", fontsize=11.5)
    _draw.label(ax, 8.7, 6.7, "flip, then slide", ha="right", fontsize=11.5)
    _draw.label(ax, 2.9, 13.0, "half a turn", "output", fontsize=12)
    _draw.label(ax, 8.9, 13.0, "upright", "output", fontsize=12)
    inside = slice(size // 2 - 1, size // 2 + 2)
    fig.alt = (
        f"One bright pixel in a dark picture of {size} by {size}, and a kernel with the weights "
        f"{listed(kernel)}. The kernel slid as it is leaves {listed(turned[inside, inside])} "
        "around the pixel, the kernel turned by half a turn. Flipped first, it leaves "
        f"{listed(upright[inside, inside])}, the kernel upright."
    )
    return fig


def _shaded(ax: Axes, values: Array, role: str, at: tuple[float, float], largest: float) -> None:
    """Draw numbers in boxes that are the stronger the larger the number."""
    for (row, column), value in np.ndenumerate(values):
        x, y = at[0] + column, at[1] + row
        _draw.box(ax, (x, y), 1, 1, role, 0.5 * float(value) / float(largest))
        _draw.label(ax, x + 0.5, y + 0.5, f"{value}", "ink" if value else "quiet", fontsize=13)


@drawing
def polynomials(first: Array, second: Array) -> Figure:
    """Multiply two polynomials in a table whose diagonals are the convolution.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        Coefficients, lowest power first; at most four powers in the product.
    """
    degree = len(first) + len(second) - 1
    if degree > len(POWERS):
        raise ValueError(f"first and second must give at most 4 powers, got {degree}")
    grown = np.pad(first, len(second) - 1)
    total = conv2d(grown[None, None], flip(second[None, None, None]))[0, 0]
    fig = Figure(5.0, 3.7)
    ax = _draw.canvas(fig, 9.6, 7.1)
    left, top = 3.2, 1.0
    for (i, a), (j, b) in _pairs(first, second):
        _power(ax, a * b, i + j, (left + 1.6 * j, top + i), 1.6)
    for i, a in enumerate(first):
        _draw.label(ax, left - 0.25, top + i + 0.5, _term(a, i), fontsize=13, ha="right")
    for j, b in enumerate(second):
        _draw.label(ax, left + 1.6 * j + 0.8, top - 0.45, _term(b, j), fontsize=13)
    _draw.label(ax, left - 2.0, top + 1.5, TIMES, "quiet", fontsize=17)
    base = top + len(first) + 1.35
    _draw.label(ax, 4.8, base - 0.55, "add what has the same power of t", "quiet", fontsize=11.5)
    start = 4.8 - 0.95 * degree
    for power, value in enumerate(total):
        _power(ax, value, power, (start + 1.9 * power, base), 1.9)
        parts = [f"{a * b:g}" for (i, a), (j, b) in _pairs(first, second) if i + j == power]
        joined = " + ".join(parts)
        _draw.label(ax, start + 1.9 * power + 0.95, base + 1.4, joined, "quiet", fontsize=11)
    product = " + ".join(_term(value, power) for power, value in enumerate(total))
    factors = [" + ".join(_term(c, p) for p, c in enumerate(f)) for f in (first, second)]
    fig.alt = (
        f"The multiplication table of {factors[0]} and {factors[1]}. Cells on one falling "
        "diagonal hold the same power of t and the same tint. Their sums make the product, "
        f"{product}."
    )
    return fig


POWERS = ("alpha", "beta", "gamma", "delta")
SUPERSCRIPTS = ("", "t", "t\N{SUPERSCRIPT TWO}", "t\N{SUPERSCRIPT THREE}")


def _pairs(first: Array, second: Array) -> list[tuple[tuple[int, float], tuple[int, float]]]:
    return [(a, b) for a in enumerate(first) for b in enumerate(second)]


def _power(ax: Axes, value: float, power: int, at: tuple[float, float], width: float) -> None:
    _draw.box(ax, at, width, 1, POWERS[power], 0.22)
    _draw.label(ax, at[0] + width / 2, at[1] + 0.5, _term(value, power), fontsize=13)


def _term(coefficient: float, power: int) -> str:
    return f"{coefficient:g}\N{NARROW NO-BREAK SPACE}{SUPERSCRIPTS[power]}".strip()


@drawing
def kernel_bank(photo: Array, kernels: Mapping[str, Array]) -> Figure:
    """Show a photograph through each kernel of a bank.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernels : mapping of str to ndarray of shape (3, 3)
        Kernels by name.
    """
    rows = -(-len(kernels) // 2)
    pitch = 2.12
    fig = Figure(5.4, pitch * rows)
    seen = []
    for number, (name, kernel) in enumerate(kernels.items()):
        _checks.shape(f"kernels[{name!r}]", kernel, (3, 3))
        row, column = divmod(number, 2)
        left, bottom = 2.72 * column, pitch * (rows - 1 - row)
        result = _slide(photo, kernel)
        signed = abs(kernel.sum()) < 1e-12
        limit = float(np.percentile(abs(result), 98)) if signed else 0.0
        _place(fig, left + 1.0, bottom + 0.12, 1.66, result, signed, limit)
        ax = _inches(fig, left, bottom, 2.6, pitch)
        scale = _denominator(kernel)
        _small_kernel(ax, kernel * scale, scale, pitch)
        _draw.label(ax, 0.06, 0.2, name, fontsize=12, ha="left", weight="bold")
        share = f"{result.min():.0f} to {result.max():.0f}"
        seen.append(f"{name} {share}{' about mid-grey' if signed else ''}")
    fig.alt = (
        f"{len(kernels)} kernels, each with its 3 by 3 weights, and a photograph of a man behind "
        "a camera seen through it. The blurs soften it, sharpen makes it crisp, and the kernels "
        "whose weights add up to zero leave lines on an even grey. Smallest and largest results: "
        f"{'; '.join(seen)}."
    )
    return fig


def _place(
    fig: Figure, left: float, bottom: float, side: float, picture: Array, signed: bool, limit: float
) -> None:
    """Put a picture at a place given in inches; signed ones about mid-grey."""
    low, high = (-limit, limit) if signed else (0, 255)
    _picture(fig, left, bottom, side, picture, low, high)


def _picture(
    fig: Figure, left: float, bottom: float, side: float, picture: Array, low: float, high: float
) -> Axes:
    """Show a photograph with its own pixels, which the browser smooths as it shows it."""
    W, H = fig.get_size_inches()
    ax = fig.add_axes((left / W, bottom / H, side / W, side / H))
    _draw.draw_image(ax, np.clip(picture, low, high), low=low, high=high)
    return ax


def _inches(fig: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Add axes whose place and unit are inches, with y downwards."""
    W, H = fig.get_size_inches()
    ax = fig.add_axes((left / W, bottom / H, width / W, height / H))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    return ax


def _small_kernel(ax: Axes, weights: Array, scale: int, pitch: float) -> None:
    """Draw a kernel in cells of 0.3 inches, with its common denominator below."""
    side, top = 0.3, pitch - 0.12 - 0.83 - 0.45
    largest = abs(weights).max()
    for (row, column), value in np.ndenumerate(weights):
        at = 0.05 + side * column, top + side * row
        role = "positive" if value > 0 else "negative"
        strength = 0.55 * abs(value) / largest
        _draw.box(ax, at, side, side, role, strength, edge="quiet")
        text = f"{value:.0f}".replace("-", MINUS)
        _draw.label(ax, at[0] + side / 2, at[1] + side / 2, text, fontsize=11.5)
    if scale > 1:
        below = top + 3 * side + 0.17
        _draw.label(ax, 0.05 + 1.5 * side, below, f"\N{DIVISION SIGN} {scale}", fontsize=11.5)


def _denominator(kernel: Array) -> int:
    """Return the smallest number that makes every weight whole."""
    return next(n for n in range(1, 1000) if np.allclose(n * kernel, np.round(n * kernel)))


@drawing
def equivariance(wide: Array, kernel: Array, shift: int) -> Figure:
    """Show that to shift and convolve is to convolve and shift.

    Parameters
    ----------
    wide : ndarray of shape (H, H + shift)
        Photograph; its left and its right part are the shifted and the unshifted picture.
    kernel : ndarray of shape (K_h, K_w)
        Kernel whose weights add up to zero.
    shift : int
        Pixels by which the first picture's content moves to the right.
    """
    height = wide.shape[0]
    _checks.shape("wide", wide, (height, height + shift))
    here, moved = wide[:, shift:], wide[:, :height]
    limit = float(np.percentile(abs(_slide(wide, kernel)), 98))
    fig = Figure(5.2, 5.55)
    side, right, top = 2.05, 3.12, 3.16
    _place(fig, 0.03, top, side, here, False, 0)
    _place(fig, right, top, side, moved, False, 0)
    _place(fig, 0.03, 0.32, side, _slide(here, kernel), True, limit)
    _place(fig, right, 0.32, side, _slide(moved, kernel), True, limit)
    ax = _inches(fig, 0, 0, 5.2, 5.55)
    for y in (1.36, 4.2):
        _draw.arrow(ax, (2.17, y), (3.03, y))
        _draw.label(ax, 2.6, y - 0.18, "shift", fontsize=12)
    for x in (1.05, 4.14):
        _draw.arrow(ax, (x, 2.45), (x, 3.12))
        _draw.label(ax, x + 0.12, 2.78, "convolve", fontsize=12, ha="left")
    _draw.label(ax, 1.05, 0.16, "a photograph", "input", fontsize=12)
    _draw.label(ax, 4.14, 0.16, f"moved by {shift} pixels", "input", fontsize=12)
    _draw.label(ax, 1.05, 5.4, "its edges", "output", fontsize=12)
    _draw.label(ax, 4.14, 5.4, "the same, both ways", "output", fontsize=12)
    gap = _slide(moved, kernel)[:, shift:] - _slide(here, kernel)[:, :-shift]
    fig.alt = (
        "Four pictures at the corners of a square: a photograph, the same scene moved "
        f"{shift} pixels to the right, and below each its convolution, in which edges are bright "
        "or dark on grey. Arrows show two ways to the last corner, shift then convolve and "
        f"convolve then shift; the largest difference between them is {abs(gap).max():g}."
    )
    return fig


@drawing
def rectified(photo: Array, kernel: Array, fitted: Array, constant: float) -> Figure:
    """Show what a ReLU makes of an edge kernel, and the best that one kernel can do instead.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernel : ndarray of shape (3, 3)
        Kernel of the first layer, which holds it with both signs.
    fitted : ndarray of shape (5, 5)
        Single kernel that comes closest to the two layers.
    constant : float
        Bias that goes with it.
    """
    _checks.shape("kernel", kernel, (3, 3))
    _checks.shape("fitted", fitted, (5, 5))
    signed = _slide(photo, kernel)
    both = conv2d(photo[None], np.stack([kernel, -kernel])[:, None])
    net = np.maximum(both, 0).sum(axis=0)
    best = _slide(photo, fitted) + constant
    limit = float(np.percentile(abs(signed), 98))
    fig = Figure(5.2, 5.62)
    pictures = [
        ("photograph", photo, 0.0, 255.0),
        ("one kernel", signed, -limit, limit),
        ("two layers with ReLU", net, 0.0, limit),
        ("best single 5\N{MULTIPLICATION SIGN}5 kernel", best, 0.0, limit),
    ]
    for number, (title, picture, low, high) in enumerate(pictures):
        row, column = divmod(number, 2)
        left, bottom = 0.03 + 2.66 * column, 2.84 * (1 - row) + 0.03
        ax = _picture(fig, left, bottom, 2.46, picture, low, high)
        ax.set_title(title, fontsize=11.5, pad=5)
    inner = net[1:-1, 1:-1]
    left_over = ((inner - best) ** 2).sum() / ((inner - inner.mean()) ** 2).sum()
    fig.alt = (
        "A photograph; its response to one edge kernel, bright or dark on grey according to the "
        "edge's direction; the response of two layers with a ReLU between them, in which edges of "
        "either direction are bright on black; and the best that one kernel of 5 by 5 can do, "
        f"which is dim and leaves {100 * left_over:.0f} % of the variance unexplained."
    )
    return fig


@drawing
def flip_difference(groups: Mapping[str, Sequence[float]]) -> Figure:
    """Show how much the flip changes a photograph's convolution, for several sorts of kernels.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Relative differences, one for each kernel, by sort of kernel.
    """
    fig = _strips(groups, 2.0, "change of the output when the kernel is flipped")
    fig.alt = f"Dots on one scale from 0 to 200 %, one for each kernel. {_medians(groups)}"
    return fig


@drawing
def linear_residual(groups: Mapping[str, Sequence[float]]) -> Figure:
    """Show how much of a ReLU network's answer no single kernel can give.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Unexplained fractions of the variance, one for each network, by sort of network.
    """
    fig = _strips(groups, 1.0, "variance that the best single kernel leaves")
    fig.alt = f"Dots on one scale from 0 to 100 %, one for each network. {_medians(groups)}"
    return fig


def _strips(groups: Mapping[str, Sequence[float]], largest: float, label: str) -> Figure:
    """Draw each group as a row of dots with its median marked and written."""
    fig = Figure(5.2, 0.78 * len(groups) + 0.75)
    H = fig.get_figheight()
    ax = fig.add_axes((0.04, 0.62 / H, 0.92, (H - 0.68) / H))
    ax.set(xlim=(-0.02 * largest, 1.02 * largest), ylim=(len(groups) - 0.28, -0.62))
    ax.spines["left"].set_visible(False)
    ax.set(yticks=[], xlabel=label)
    ticks = np.linspace(0, largest, 5)
    ax.set_xticks(ticks, [f"{100 * tick:.0f} %" for tick in ticks], fontsize=11)
    ax.xaxis.label.set_fontsize(11.5)
    for row, (name, values) in enumerate(groups.items()):
        middle = float(np.median(values))
        spread = 0.3 * ((np.arange(len(values)) * 0.618) % 1 - 0.5) * (len(values) > 1)
        ax.plot(values, row + spread, "o", ms=4.5, color=LIGHT["output"], alpha=0.5, mew=0)
        ax.plot([middle] * 2, [row - 0.22, row + 0.22], color=LIGHT["ink"], linewidth=2.2)
        ax.axhline(row, color=LIGHT["line"], linewidth=0.8, zorder=0)
        _draw.label(ax, 0, row - 0.42, name, fontsize=11.5, ha="left")
        text = f"median {100 * middle:.{1 if 0 < middle < 0.1 else 0}f} %"
        _draw.label(ax, largest, row - 0.42, text, fontsize=11.5, ha="right")
    return fig


def _medians(groups: Mapping[str, Sequence[float]]) -> str:
    return " ".join(
        f"{name[0].upper()}{name[1:]}: {100 * min(values):.1f} to {100 * max(values):.1f} %, "
        f"median {100 * float(np.median(values)):.1f} %."
        for name, values in groups.items()
    )


@drawing
def wrapped(photo: Array) -> Figure:
    """Show a box sum of bytes that wrapped around beside the one that was meant.

    Parameters
    ----------
    photo : ndarray of uint8 and shape (H, W)
        Grey photograph.
    """
    if photo.dtype != np.uint8:
        raise ValueError(f"photo must have dtype uint8, got {photo.dtype}")
    ones = np.ones((3, 3))
    meant = _slide(photo.astype(float), ones)
    got = _slide(photo, ones.astype(np.uint8))
    lost = float((got != meant).mean())
    fig = Figure(5.2, 2.85)
    pictures = (("sum in float64", meant, 9 * 255), ("sum in uint8", got, 255))
    for number, (title, picture, high) in enumerate(pictures):
        ax = _picture(fig, 0.03 + 2.66 * number, 0.03, 2.46, picture, 0, high)
        ax.set_title(title, fontsize=11.5, pad=5)
    fig.alt = (
        "The sum over 3 by 3 windows of one photograph, twice. In float64 it is the photograph, "
        f"softened. In uint8 {100 * lost:.0f} % of the sums have wrapped around at 256 and the "
        "picture is torn into bands and speckle."
    )
    return fig


def _slide(plane: Array, kernel: Array) -> Array:
    """Convolve one plane with one kernel."""
    output: Array = conv2d(plane[None], kernel[None, None])[0]
    return output


def _products(image: Array, kernel: Array, at: tuple[int, int]) -> str:
    """Write the products at one position as a sum."""
    u, v = at
    pairs = ((image[u + i, v + j], weight) for (i, j), weight in np.ndenumerate(kernel))
    return " + ".join(f"{pixel}{DOT}{weight}" for pixel, weight in pairs)
