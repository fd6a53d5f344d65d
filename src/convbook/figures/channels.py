"""Figures of the chapter "Why has a kernel as many slices as the image has colours?"."""

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
from matplotlib.axes import Axes

from convbook import _checks, conv2d, luma, share_across_channels
from convbook._typing import Array
from convbook.figures import _draw
from convbook.figures._draw import listed
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures._slices import channel_block  # noqa: F401  (shown with the others)

TIMES, MINUS = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"
COLOURS = ("red", "green", "blue")


@drawing
def hidden(picture: Array, kernel: Array, weight: Array) -> Figure:
    """Show what is left of a picture in grey, and what a kernel finds in its colours.

    Parameters
    ----------
    picture : ndarray of uint8 and shape (3, H, W)
        Picture in colour.
    kernel : ndarray of shape (3, 3)
        Kernel for the grey picture.
    weight : ndarray of shape (1, 3, 3, 3)
        Kernel for the coloured one.
    """
    _checks.shape("kernel", kernel, (3, 3))
    _checks.shape("weight", weight, (1, 3, 3, 3))
    grey = luma(picture)
    blind = conv2d(grey, kernel[None, None])[0]
    found = conv2d(picture.astype(float), weight)[0]
    limit = float(abs(found).max())
    fig = Figure(5.2, 5.62)
    titles = "in colour", "in grey", f"grey, 9 weights: {blind.max():g}", "colour, 27 weights"
    shown = [
        (picture.transpose(1, 2, 0), 0.0, 255.0),
        (grey[0], 0.0, 255.0),
        (blind, -limit, limit),
        (found, -limit, limit),
    ]
    for number, (title, (plane, low, high)) in enumerate(zip(titles, shown, strict=True)):
        row, column = divmod(number, 2)
        at = 0.03 + 2.66 * column, 2.84 * (1 - row) + 0.03
        _picture(fig, at, (2.46, 2.46), plane, low, high).set_title(title, fontsize=12, pad=5)
    fig.alt = (
        "Four panels. In colour, a smiling green frog sits on red. In grey the same picture is one "
        f"even square: luma {grey.min():g} to {grey.max():g}. A kernel of nine weights makes of "
        f"it {blind.min():g} to {blind.max():g}, another even square. A kernel of 27 weights on "
        f"the three channels gives {found.min():.0f} to {found.max():.0f}, and the frog stands "
        "out bright on dark."
    )
    return fig


@drawing
def slices(image: Array, weight: Array) -> Figure:
    """Show a kernel of three slices on an image of three channels, and the one map that results.

    Parameters
    ----------
    image : ndarray of shape (3, 3, 3)
        Image: channels, rows, columns.
    weight : ndarray of shape (1, 3, 2, 2)
        One kernel.
    """
    _checks.shape("image", image, (3, 3, 3))
    _checks.shape("weight", weight, (1, 3, 2, 2))
    maps = np.stack([conv2d(image[c : c + 1], weight[:, c : c + 1])[0] for c in range(3)])
    output = conv2d(image, weight)[0]
    fig = Figure(5.2, 6.6)
    ax = _draw.canvas(fig, 11.8, 14.98)
    for x, text, role in ((3.5, "image", "input"), (7.0, "kernel", "kernel"), (10.3, "map", "ink")):
        _draw.label(ax, x, 0.4, text, role, fontsize=13)
    for c, name in enumerate(COLOURS):
        y = 0.85 + 3.65 * c
        _draw.label(ax, 1.75, y + 1.5, name, fontsize=12, ha="right")
        _draw.draw_cells(ax, image[c], "input", (2.0, y), fontsize=13)
        _draw.frame(ax, (2.0, y), 2, 2, "kernel")
        written = [[_signed(number) for number in row] for row in weight[0, c]]
        _draw.draw_cells(ax, written, "kernel", (6.0, y + 0.5), fontsize=13)
        _draw.draw_cells(ax, maps[c], "padding", (9.3, y + 0.5), fontsize=13)
        _draw.label(ax, 5.5, y + 1.5, TIMES, "quiet", fontsize=15)
        _draw.arrow(ax, (8.25, y + 1.5), (9.1, y + 1.5))
        if c:
            _draw.label(ax, 10.3, y - 0.33, "+", fontsize=16)
    y = 0.85 + 3.65 * 3 + 0.3
    _draw.draw_cells(ax, output, "output", (9.3, y), strength=0.3, fontsize=13)
    _draw.label(ax, 10.3, y - 0.5, "=", fontsize=16)
    _draw.label(ax, 10.3, y + 2.45, "output", "output", fontsize=13)
    total = " + ".join(str(maps[c, 0, 0]) for c in range(3))
    _draw.label(ax, 8.9, y + 0.5, f"{total} = {output[0, 0]}", fontsize=13, ha="right")
    parts = "; ".join(f"{name} {listed(maps[c])}" for c, name in enumerate(COLOURS))
    fig.alt = (
        "Three rows, one for each channel: the channel's 3 by 3 numbers, the 2 by 2 slice of the "
        f"kernel that meets them, and the 2 by 2 map that results: {parts}. Below, the three maps "
        f"are added up to the one output: {listed(output)}."
    )
    return fig


@drawing
def products(patch: Array, weight: Array) -> Figure:
    """Write out all 27 products of a kernel at one position, and their sum.

    Parameters
    ----------
    patch : ndarray of shape (3, 3, 3)
        What the kernel stands on: channels, rows, columns.
    weight : ndarray of int and shape (1, 3, 3, 3)
        One kernel of whole numbers.
    """
    _checks.shape("patch", patch, (3, 3, 3))
    _checks.shape("weight", weight, (1, 3, 3, 3))
    values = patch.astype(int)
    each = values * weight[0]
    sums = each.sum(axis=(1, 2))
    total = conv2d(values, weight).item()
    fig = Figure(5.4, 6.35)
    ax = _draw.canvas(fig, 14.0, 16.46)
    heads = ((3.4, "pixels", "input"), (7.2, "weights", "kernel"), (11.6, "products", "output"))
    for x, text, role in heads:
        _draw.label(ax, x, 0.45, text, role, fontsize=13)
    largest = abs(each).max()
    for c, name in enumerate(COLOURS):
        y = 0.95 + 4.55 * c
        _draw.label(ax, 1.72, y + 1.5, name, fontsize=12, ha="right")
        _draw.draw_cells(ax, values[c], "input", (1.9, y), fontsize=11.5)
        _draw.label(ax, 5.3, y + 1.5, TIMES, "quiet", fontsize=14)
        _draw.draw_weights(ax, weight[0, c], (5.7, y), scale=abs(weight).max(), fontsize=11.5)
        _draw.label(ax, 9.1, y + 1.5, "=", "quiet", fontsize=14)
        _products(ax, each[c], largest, (9.5, y))
        _draw.label(ax, 11.6, y + 3.5, f"sum {_signed(sums[c])}", fontsize=12.5)
    y = 0.95 + 4.55 * 3 + 0.95
    line = f"{' + '.join(_signed(s) for s in sums)}  =  ".replace("+ " + MINUS, MINUS + " ")
    _draw.box(ax, (11.0, y - 0.7), 2.5, 1.4, "output", 0.3)
    _draw.label(ax, 12.25, y, _signed(total), fontsize=14, weight="bold")
    _draw.label(ax, 10.9, y, line, fontsize=12.5, ha="right")
    written = "; ".join(
        f"{name}: {listed(values[c])} times {listed(weight[0, c])}, sum {sums[c]}"
        for c, name in enumerate(COLOURS)
    )
    fig.alt = (
        "Three rows, one for each colour, each with nine pixels, nine weights and their nine "
        f"products. {written}. The 27 products together: {total}."
    )
    return fig


def _products(ax: Axes, values: Array, largest: int, at: tuple[float, float]) -> None:
    """Draw products in cells wide enough for four signs."""
    for (row, column), value in np.ndenumerate(values):
        x, y = at[0] + 1.4 * column, at[1] + row
        role = "positive" if value > 0 else "negative"
        _draw.box(ax, (x, y), 1.4, 1, role, 0.5 * abs(value) / largest, edge="quiet")
        _draw.label(ax, x + 0.7, y + 0.5, _signed(value), fontsize=11.5)


@drawing
def permuted(picture: Array, kernel: Array) -> Figure:
    """Show a picture with its channels in each of six orders, and what a shared kernel makes of it.

    Parameters
    ----------
    picture : ndarray of uint8 and shape (3, H, W)
        Picture in colour.
    kernel : ndarray of int and shape (3, 3)
        The slice that all channels share, of whole numbers that add up to zero.
    """
    _checks.shape("kernel", kernel, (3, 3))
    weight = share_across_channels(kernel)
    orders = [*permutations(range(3))]
    maps = [conv2d(picture[list(order)].astype(kernel.dtype), weight)[0] for order in orders]
    apart = max(abs(seen - maps[0]).max() for seen in maps)
    fig = Figure(5.2, 6.3)
    for number, order in enumerate(orders):
        row, column = divmod(number, 3)
        at = 0.03 + 1.76 * column, 4.42 - 1.92 * row
        plane = picture[list(order)].transpose(1, 2, 0)
        name = "".join("RGB"[c] for c in order)
        _picture(fig, at, (1.62, 1.62), plane, 0, 255).set_title(name, fontsize=12, pad=4)
    limit = float(np.percentile(abs(maps[0]), 99))
    _picture(fig, (1.56, 0.03), (2.08, 2.08), maps[0], -limit, limit)
    ax = _draw.inches(fig, 5.2, 6.3)
    _draw.arrow(ax, (2.6, 3.87), (2.6, 4.13))
    _draw.label(ax, 3.75, 5.2, "one map\nfor all six", "output", fontsize=12.5, ha="left")
    fig.alt = (
        "The frog six times, with its red, green and blue channels in every order, so that it is "
        "green on red, red on green, blue on green and so on. Below, the edges that a kernel "
        f"shared by the channels finds: the six maps differ by at most {apart:g}, so there is one."
    )
    return fig


@drawing
def channel_maps(photo: Array, weight: Array) -> Figure:
    """Show each channel of a photograph, the map of each slice of a kernel, and their sum.

    Parameters
    ----------
    photo : ndarray of shape (3, H, W)
        Photograph in colour, from 0 to 255.
    weight : ndarray of shape (1, 3, K_h, K_w)
        Kernel.
    """
    _checks.shape("weight", weight, (1, 3, *weight.shape[-2:]))
    height, width = photo.shape[1:]
    maps = [conv2d(photo[c : c + 1], weight[:, c : c + 1])[0] for c in range(3)]
    total = conv2d(photo, weight)[0]
    limit = float(max(abs(total).max(), *(abs(seen).max() for seen in maps)))
    wide = 2.45
    tall = wide * height / width
    pitch = tall + 0.3
    fig = Figure(5.2, 4 * pitch + 0.3)
    gain = [f"{weight[0, c].sum():+g}".replace("-", MINUS) for c in range(3)]
    rows = [(photo[c], f"{name} channel") for c, name in enumerate(COLOURS)]
    for c, (plane, title) in enumerate(rows):
        bottom = (3 - c) * pitch + 0.31
        _picture(fig, (0.03, bottom), (wide, tall), plane, 0, 255).set_title(
            title, fontsize=12, pad=4
        )
        ax = _picture(fig, (2.72, bottom), (wide, tall), maps[c], -limit, limit)
        ax.set_title(f"its slice's map ({gain[c]})", fontsize=12, pad=4)
    colour = np.round(photo).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)
    low = _picture(fig, (0.03, 0.03), (wide, tall), colour, 0, 255)
    low.set_title("the photograph", fontsize=12, pad=4)
    last = _picture(fig, (2.72, 0.03), (wide, tall), total, -limit, limit)
    last.set_title("the sum of the maps", fontsize=12, pad=4, weight="bold")
    ranges = "; ".join(
        f"{name} {seen.min():.0f} to {seen.max():.0f}"
        for name, seen in zip(COLOURS, maps, strict=True)
    )
    fig.alt = (
        "A dahlia, orange on dark green leaves, taken apart: its red, green and blue channels in "
        f"grey, and beside each the map that its slice of the kernel gives, {ranges}, with "
        f"mid-grey for zero. The sum of the maps runs from {total.min():.0f} to "
        f"{total.max():.0f}: the petals are bright, the leaves and their highlights mid-grey."
    )
    return fig


@drawing
def grey_keeps(edges: Mapping[str, tuple[float, float]], colour: Mapping[str, float]) -> Figure:
    """Show how much of the edges and of the colours of photographs grey keeps.

    Parameters
    ----------
    edges : mapping of str to pair of float
        Fraction of the edge energy that luma keeps, and that the best grey would, by photograph.
    colour : mapping of str to float
        Fraction of a colour detector's variance that a grey kernel can give, by photograph.
    """
    if [*edges] != [*colour]:
        raise ValueError(f"colour must name what edges names, got {[*colour]} for {[*edges]}")
    fig = Figure(5.2, 0.46 * len(edges) + 1.25)
    H = fig.get_figheight()
    ax = fig.add_axes((0.27, 0.66 / H, 0.68, (H - 1.2) / H))
    ax.set(xlim=(-0.02, 1.02), ylim=(len(edges) - 0.5, -0.5), xlabel="share that grey keeps")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"], fontsize=11)
    ax.set_yticks(range(len(edges)), [*edges], fontsize=12)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.xaxis.label.set_fontsize(12)
    for row, name in enumerate(edges):
        kept, best = edges[name]
        ax.axhline(row, color=LIGHT["line"], linewidth=0.8, zorder=0)
        ax.plot([best] * 2, [row - 0.26, row + 0.26], color=LIGHT["ink"], linewidth=2)
        ax.plot(kept, row, "o", ms=8, color=LIGHT["input"], mew=0)
        ax.plot(colour[name], row, "D", ms=7, color=LIGHT["kernel"], mew=0)
    _draw.label(ax, 0.9, -0.85, "of edges \N{BLACK CIRCLE}", "input", fontsize=12)
    _draw.label(ax, 0.12, -0.85, "\N{BLACK DIAMOND} of colour", "kernel", fontsize=12)
    ax.plot([0.46] * 2, [-1.05, -0.65], color=LIGHT["ink"], linewidth=2, clip_on=False)
    _draw.label(ax, 0.48, -0.85, "best grey", fontsize=12, ha="left")
    told = "; ".join(
        f"{name} {100 * kept:.0f} %, {100 * best:.0f} % and {100 * colour[name]:.0f} %"
        for name, (kept, best) in edges.items()
    )
    fig.alt = (
        "Rows of marks on a scale from 0 to 100 %: a dot for the share of the edge energy that "
        "luma keeps, a bar for the most that any grey could keep, and a diamond for the share of a "
        f"colour detector's answer that the best grey kernel can give. {told}."
    )
    return fig


@drawing
def greys(values: Mapping[str, Sequence[int]]) -> Figure:
    """Show pure red, green and blue beside the greys that several rules make of them.

    Parameters
    ----------
    values : mapping of str to sequence of int
        Three greys from 0 to 255, for red, green and blue, by rule.
    """
    fig = Figure(5.2, 0.95 * len(values) + 1.35)
    height = fig.get_figheight()
    pure = 255 * np.eye(3, dtype=np.uint8)
    ax = _draw.inches(fig, 5.2, height)
    for c, name in enumerate(COLOURS):
        left = 2.0 + 1.08 * c
        swatch = pure[c].reshape(1, 1, 3)
        _picture(fig, (left, height - 0.95), (0.62, 0.62), swatch, 0, 255)
        _draw.label(ax, left + 0.31, 0.17, name, fontsize=12)
        for row, greys in enumerate(values.values()):
            bottom = height - 1.95 - 0.95 * row
            _picture(fig, (left, bottom), (0.62, 0.62), np.full((1, 1), greys[c]), 0, 255)
            number = f"{greys[c]}"
            _draw.label(ax, left + 0.31, height - bottom + 0.14, number, fontsize=12)
    for row, name in enumerate(values):
        _draw.label(ax, 1.8, 1.64 + 0.95 * row, name, fontsize=12, ha="right")
    told = "; ".join(f"{name}: {listed(greys)}" for name, greys in values.items())
    fig.alt = (
        "Squares of pure red, green and blue, and below each the greys that several rules make of "
        f"them, on a scale from 0 to 255. {' '.join(told.split())}."
    )
    return fig


@drawing
def matching(wavelengths: Array, lamps: Array) -> Figure:
    """Show how much of a screen's three lights would match each pure light.

    Parameters
    ----------
    wavelengths : ndarray of shape (n,)
        Wavelengths in nanometres.
    lamps : ndarray of shape (3, n)
        Amounts of red, green and blue light; a negative one cannot be made.
    """
    _checks.shape("lamps", lamps, (3, len(wavelengths)))
    fig = Figure(5.2, 3.7)
    ax = fig.add_axes((0.1, 0.16, 0.87, 0.73))
    roles = ("kernel", "output", "input")
    for amounts, name, role in zip(lamps, COLOURS, roles, strict=True):
        ax.plot(wavelengths, amounts, color=LIGHT[role])
        ax.fill_between(wavelengths, amounts.clip(max=0), 0, color=(LIGHT[role], 0.25), lw=0)
        peak = int(amounts.argmax())
        at = wavelengths[peak], amounts[peak] + 0.2
        _draw.label(ax, *at, name, role, fontsize=12.5)
    ax.axhline(0, color=LIGHT["quiet"], linewidth=1)
    ax.set(xlim=(wavelengths[0], wavelengths[-1]), ylim=(lamps.min() - 0.3, lamps.max() + 0.4))
    title = "amount of each of the screen's lights"
    ax.set_title(title, loc="left", x=-0.09, fontsize=12, pad=8)
    ax.set_xlabel("wavelength of the pure light (nm)", fontsize=12)
    ax.tick_params(labelsize=11)
    lowest = lamps.argmin(axis=1)
    dips = "; ".join(
        f"{name} {lamps[c, lowest[c]]:.2f} at {wavelengths[lowest[c]]:.0f} nm"
        for c, name in enumerate(COLOURS)
    )
    made = float((lamps >= 0).all(axis=0).mean())
    fig.alt = (
        "Three curves over the wavelengths of light: how much red, green and blue light of a "
        f"screen would look like each pure light. Each has a hump, and each dips below zero: {dips}"
        f". All three are at or above zero for {100 * made:.0f} % of the wavelengths."
    )
    return fig


def _picture(
    fig: Figure,
    at: tuple[float, float],
    size: tuple[float, float],
    picture: Array,
    low: float,
    high: float,
) -> Axes:
    """Show a picture, its corner and size given in inches from the bottom left."""
    W, H = fig.get_size_inches()
    ax = fig.add_axes((at[0] / W, at[1] / H, size[0] / W, size[1] / H))
    _draw.draw_image(ax, picture, low=low, high=high)
    return ax


def _signed(number: int) -> str:
    return f"{number}".replace("-", MINUS)
