"""Figures of the chapter "What happens at the border?"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from matplotlib.ticker import FixedLocator, FuncFormatter

from convbook import conv2d, output_size, pad
from convbook._typing import Array, PadMode
from convbook.figures import _draw as draw
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures._stepper import stepper  # noqa: F401  (three chapters show it)


@drawing
def continuations(photograph: Array, corner: tuple[int, int], side: int, margin: int) -> Figure:
    """Show a crop of a photograph as it really goes on, and as each mode continues it."""
    top, left = corner
    rows = slice(top - margin, top + side + margin)
    columns = slice(left - margin, left + side + margin)
    crop = np.moveaxis(photograph[top : top + side, left : left + side], -1, 0)
    pictures = {"what the camera saw": photograph[rows, columns]}
    modes: tuple[PadMode, ...] = ("constant", "circular", "reflect", "replicate")
    for mode in modes:
        continued = pad(crop, (margin,) * 4, mode=mode)
        pictures["zeros" if mode == "constant" else mode] = np.moveaxis(continued, 0, -1)
    widths = [(0, 0), (margin, margin), (margin, margin)]
    pictures["symmetric"] = np.moveaxis(np.pad(crop, widths, "symmetric"), 0, -1)
    fig = Figure(5.0, 7.9)
    fig.alt = (
        f"Six pictures of {side + 2 * margin} by {side + 2 * margin} pixels with the same "
        f"{side} by {side} pixels in a frame in the middle. They differ in the margin of {margin} "
        "pixels: what the camera saw; black with zeros; the opposite side of the crop with "
        "circular; a mirror image with reflect and, almost alike, with symmetric; streaks of the "
        "outermost pixels with replicate."
    )
    for number, (name, picture) in enumerate(pictures.items()):
        row, column = divmod(number, 2)
        ax = fig.add_axes((0.01 + 0.505 * column, 0.672 - 0.331 * row, 0.475, 0.295))
        draw.draw_image(ax, picture)
        draw.frame(ax, (margin - 0.5, margin - 0.5), side, side, "input")
        ax.set_title(name, fontsize=12, fontweight="normal" if number else "bold", pad=5)
    return fig


@drawing
def by_hand(image: Array, kernel: Array) -> Figure:
    """Show a small image padded on the right and at the bottom, twice, and both results."""
    sides = (0, kernel.shape[1] - 1, 0, kernel.shape[0] - 1)
    inside = conv2d(image[None], kernel[None, None])[0]
    fig = Figure(5.0, 4.9)
    ax = draw.canvas(fig, 12.4, 12.2)
    told = []
    modes: dict[PadMode, str] = {"constant": "zeros", "reflect": "reflect"}
    for row, (mode, name) in enumerate(modes.items()):
        padded = pad(image[None], sides, mode=mode)
        result = conv2d(padded, kernel[None, None])[0]
        told.append(f"with {name}, {_rows(padded[0])} gives {_rows(result)}")
        y = 1.9 + 6.1 * row
        draw.label(ax, 0.3, y - 1.35, name, fontsize=13, fontweight="bold", ha="left")
        draw.label(ax, 1.8, y - 0.45, "input", "input")
        _draw_padded(ax, padded[0], image.shape, (0.3, y))
        draw.frame(ax, (2.3, y), 2, 2, "kernel")
        draw.label(ax, 6.05, y + 0.6, "kernel", "kernel")
        draw.draw_weights(ax, kernel, (5.05, y + 1.1))
        draw.arrow(ax, (7.4, y + 2), (8.5, y + 2))
        draw.label(ax, 10.3, y - 0.45, "output", "output")
        _draw_padded(ax, result, inside.shape, (8.8, y), role="output")
    draw.frame(ax, (10.8, 1.9), 1, 1, "kernel")
    draw.frame(ax, (10.8, 8.0), 1, 1, "kernel")
    fig.alt = (
        "The 3 by 3 image 0 to 8 is padded by one column on the right and one row at the bottom "
        f"and convolved with the 2 by 2 kernel 0 to 3: {'; '.join(told)}. The four numbers "
        f"{_rows(inside)} are the same in both; the right column and the bottom row differ."
    )
    return fig


@drawing
def lost_rings(size: int, kernel_size: int, layers: int) -> Figure:
    """Show which ring of an image each layer without padding eats."""
    sizes = [size]
    for _ in range(layers):
        sizes.append(int(output_size(sizes[-1], kernel_size)))
    fig = Figure(5.0, 3.65)
    ax = draw.canvas(fig, size + 11.4, size, (0.01, 0.02, 0.98, 0.96))
    for layer, length in enumerate(sizes):
        start = (size - length) / 2
        role, strength = ("output", 0.35) if layer == layers else ("padding", 0.07)
        if layer == layers:  # no grey of the rings shines through the colour
            draw.box(ax, (start, start), length, length, "paper", 1, linewidth=0)
        draw.box(ax, (start, start), length, length, role, strength, edge="quiet", linewidth=0.7)
    middle = size / 2
    draw.label(ax, middle, middle, f"{sizes[-1]} × {sizes[-1]}\nleft", fontsize=12.5)
    for layer in sorted({0, layers // 5, layers // 2, layers}):
        y = (size - sizes[layer]) / 2 + 0.5
        what = f"layer {layer}" if layer else "input"
        ax.plot([size - y + 0.5, size + 0.6], [y, y], color=LIGHT["quiet"], linewidth=0.8)
        text = f"{what}: {sizes[layer]} × {sizes[layer]}"
        draw.label(ax, size + 0.9, y, text, ha="left", fontsize=11)
    fig.alt = (
        f"A square of {size} by {size} positions with {layers} nested rings. Each layer of "
        f"{kernel_size} by {kernel_size} kernels without padding eats one ring, so the sizes are "
        f"{', '.join(map(str, sizes))}; the square that is left holds {sizes[-1] ** 2} of "
        f"{size**2} positions."
    )
    return fig


@drawing
def continued_row(row: Array, amount: int) -> Figure:
    """Show where each mode finds the numbers it writes beside a row."""
    n = len(row)
    outside = [*range(-amount, 0), *range(n, n + amount)]
    index = np.arange(n)[None]
    fig = Figure(5.0, 5.7)
    ax = draw.canvas(fig, n + 2 * amount + 3.4, 12.9, (0.01, 0.0, 0.98, 1))
    told = []
    modes: tuple[PadMode, ...] = ("constant", "reflect", "replicate", "circular")
    sources: dict[str, Array] = {mode: pad(index, (amount, amount), mode=mode)[0] for mode in modes}
    rows: dict[str, Array] = {
        mode: pad(row[None], (amount, amount), mode=mode)[0] for mode in modes
    }
    sources["symmetric"] = np.pad(index[0], (amount, amount), "symmetric")
    rows["symmetric"] = np.pad(row, (amount, amount), "symmetric")
    for number, (mode, values) in enumerate(rows.items()):
        y, source = 0.4 + 2.85 * number, sources[mode]
        name = "constant\n(zeros)" if mode == "constant" else mode
        draw.label(ax, 0, y + 0.5, name, ha="left", fontsize=11.5)
        _draw_padded(ax, values[None], (1, n), (3.2, y), before=amount)
        for i in outside if mode != "constant" else []:
            _curve(ax, 3.7 + amount + source[i + amount], 3.7 + amount + i, y)
        told.append(f"{mode} {_bars(values, amount)}")
    fig.alt = (
        f"The row {' '.join(map(str, row))} continued by {amount} on each side in five ways. "
        f"Arrows lead from each number to its copies. {'; '.join(told)}."
    )
    return fig


@drawing
def rotated(black: Array, mirrored: Array) -> Figure:
    """Show a turned photograph with its empty corners filled in two ways."""
    fig = Figure(5.0, 6.9)
    for number, (name, picture) in enumerate({"zeros": black, "reflect": mirrored}.items()):
        ax = fig.add_axes((0.01, 0.505 - 0.5 * number, 0.98, 0.45))
        draw.draw_image(ax, picture)
        ax.set_title(name, fontsize=12, pad=5)
    empty = float((black == 0).all(axis=-1).mean())
    fig.alt = (
        "A photograph of a cat, turned. In the upper picture the four empty corners, "
        f"{_percent(empty)} of the area, are black. In the lower one they hold mirror images of "
        "the fur and the background beside them."
    )
    return fig


@drawing
def border_errors(errors: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Compare modes by the error they make beside the border; arrays are (photograph, crop)."""
    fig = Figure(5.4, 9.0)
    told = []
    for number, (kernel, by_mode) in enumerate(errors.items()):
        ax = fig.add_axes((0.27, 0.715 - 0.323 * number, 0.58, 0.235))
        order = sorted(by_mode, key=lambda mode: float(np.median(_rms(by_mode[mode]))))
        for y, mode in enumerate(order):
            low, high = np.percentile(by_mode[mode], [5, 95])
            each = _rms(by_mode[mode])
            middle = float(np.median(each))
            ax.plot([low, high], [y, y], color=LIGHT["line"], linewidth=7, solid_capstyle="butt")
            ax.plot(each, np.full(len(each), y), "o", color=LIGHT["input"], ms=4, alpha=0.75)
            ax.plot([middle] * 2, [y - 0.36, y + 0.36], color=LIGHT["ink"], linewidth=2.6)
            ax.text(1.03, y, _percent(middle), transform=ax.get_yaxis_transform(), va="center",
                    fontsize=11.5)  # fmt: skip
        told.append(
            f"{kernel}: " + ", ".join(f"{m} {_percent(np.median(_rms(by_mode[m])))}" for m in order)
        )
        ax.set(xscale="log", xlim=(0.002, 12), ylim=(len(order) - 0.5, -0.5))
        ax.set_yticks(range(len(order)), order, fontsize=11.5)
        ax.xaxis.set_major_locator(FixedLocator([0.01, 0.1, 1, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _percent(value)))
        ax.tick_params(axis="x", which="minor", length=0)
        ax.tick_params(axis="y", length=0)
        ax.tick_params(axis="x", labelsize=11.5)
        ax.spines["left"].set_visible(False)
        ax.grid(axis="x")
        ax.set_axisbelow(True)
        ax.set_title(kernel, loc="left", fontsize=12, fontweight="bold", x=-0.43)
        ax.text(1.03, 1.04, "median", transform=ax.transAxes, fontsize=11.5)
    ax.set_xlabel("error beside the border", fontsize=11.5)
    photographs, crops = next(iter(by_mode.values())).shape
    fig.alt = (
        f"Errors beside the border over {photographs} photographs with {crops} crops each, one "
        "panel for each kernel, the modes sorted from the smallest error to the largest. Medians "
        f"over the photographs, as parts of the signal. {'; '.join(told)}."
    ).replace("\n", " ")
    return fig


@drawing
def signal_by_layer(levels: Mapping[str, Array], predicted: Array) -> Figure:
    """Draw the RMS of the activations after each layer; arrays are (seed, layer)."""
    fig = Figure(5.2, 4.2)
    ax = fig.add_axes((0.13, 0.16, 0.63, 0.79))
    layers = np.arange(len(predicted))
    others = [mode for mode in levels if mode != "zeros"]
    for mode in others:
        ax.plot(layers, levels[mode].mean(0), color=LIGHT["input"], linewidth=1.6)
    ax.plot(layers, predicted, color=LIGHT["ink"], linewidth=1.4, linestyle=(0, (4, 2)))
    ax.plot(layers, levels["zeros"].mean(0), color=LIGHT["positive"], linewidth=2.6)
    last = {mode: float(level.mean(0)[-1]) for mode, level in levels.items()}
    end = len(predicted) - 1 + 0.25
    names = "\n".join(others)
    ax.text(end, last["circular"], names, color=LIGHT["input"], va="center", fontsize=11.5)
    ax.text(end, last["zeros"] - 0.03, "zeros", color=LIGHT["positive"], va="center", fontsize=11.5,
            fontweight="bold")  # fmt: skip
    ax.text(end, predicted[-1] + 0.035, "predicted", va="center", fontsize=11.5)
    ax.set(ylim=(0, 1.08), xlim=(0, len(predicted) - 1), xticks=range(0, len(predicted), 2))
    ax.set_xlabel("layer", fontsize=11.5)
    ax.set_ylabel("RMS of the activations", fontsize=11.5)
    ax.tick_params(labelsize=11.5)
    told = ", ".join(f"{mode} ends at {value:.2f}" for mode, value in last.items())
    fig.alt = (
        f"Lines of the RMS of the activations from layer 0, where all are 1, to layer "
        f"{len(predicted) - 1}. {told}. A dashed line predicts {predicted[-1]:.2f} for zeros. "
        "Reflect, replicate and circular lie on top of each other; zeros fall below them from the "
        "first layer on."
    )
    return fig


@drawing
def where_the_signal_dies(measured: Array, predicted: Array) -> Figure:
    """Show two maps of what is left of a signal at each position, as parts of the input."""
    height, width = measured.shape
    fig = Figure(6.2, 3.5)
    for number, (name, values) in enumerate({"measured": measured, "predicted": predicted}.items()):
        ax = draw.canvas(fig, width, height + 1, (0.01 + 0.505 * number, 0.01, 0.475, 0.98))
        draw.label(ax, 0, 0.4, f"{name}, %", ha="left", fontsize=13, fontweight="bold")
        for (row, column), value in np.ndenumerate(values):
            draw.box(ax, (column, row + 1), 1, 1, "output", 0.5 * value, edge="line")
            draw.label(ax, column + 0.5, row + 1.52, f"{100 * value:.0f}", fontsize=12.5)
    fig.alt = (
        f"Two maps of {height} by {width} numbers, darker where more of the signal is left. "
        f"Measured: {_percent(measured[0, 0])} in the top left corner, "
        f"{_percent(measured[0, width // 2])} in the middle of the top edge, "
        f"{_percent(measured[height // 2, width // 2])} in the centre. Predicted: "
        f"{_percent(predicted[0, 0])}, {_percent(predicted[0, width // 2])} and "
        f"{_percent(predicted[height // 2, width // 2])}."
    )
    return fig


@drawing
def leak(arrival: Array) -> Figure:
    """Show after which layer each position differs from the centre; 0 stands for never."""
    height, width = arrival.shape
    deepest = int(arrival.max())
    fig = Figure(5.0, 5.1)
    ax = draw.canvas(fig, width, height, (0.02, 0.02, 0.96, 0.96))
    for (row, column), layer in np.ndenumerate(arrival):
        strength = 0.5 * (1 - (layer - 1) / deepest) if layer else 0
        draw.box(ax, (column, row), 1, 1, "positive", strength, edge="line", linewidth=0.6)
        if layer:
            draw.label(ax, column + 0.5, row + 0.52, f"{layer}", fontsize=10.5)
    untouched = int((arrival == 0).sum())
    counts = [int((arrival == layer).sum()) for layer in range(1, deepest + 1)]
    fig.alt = (
        f"A map of {height} by {width} positions as nested rings. The outermost ring says 1, the "
        f"next 2, and so on to {deepest}: the layer after which the position differs from the "
        f"centre. The rings hold {', '.join(map(str, counts))} positions; the {untouched} in the "
        "middle are blank."
    )
    return fig


@drawing
def strided_windows(row: Array, width: int, layouts: Mapping[str, tuple[int, int]]) -> Figure:
    """Show where windows of stride 2 stand on a row that is padded before and after."""
    n = len(row)
    fig = Figure(5.0, 3.7)
    before = max(left for left, _ in layouts.values())
    ax = draw.canvas(fig, n + before + 1.4, 6.34, (0.01, 0.0, 0.98, 1))
    told = []
    for number, (name, (left, right)) in enumerate(layouts.items()):
        y = 1.0 + 3.25 * number
        x = 0.2 + before - left
        padded = pad(row[None], (left, right))[0]
        draw.label(ax, 0.2, y - 0.55, name, ha="left", fontsize=12, fontweight="bold")
        _draw_padded(ax, padded[None], (1, n), (x, y), before=left)
        count = int(output_size(len(padded), width, stride=2))
        for k in range(count):
            start, level = x + 2 * k + 0.08, y + 1.25 + 0.45 * (k % 2)
            ax.plot([start, start, start + width - 0.16, start + width - 0.16],
                    [level - 0.16, level, level, level - 0.16],
                    color=LIGHT["kernel"], linewidth=2.2)  # fmt: skip
            ax.plot([x + 2 * k + width / 2], [level], "o", color=LIGHT["kernel"], ms=6)
        centres = [2 * k - left + width // 2 + 1 for k in range(count)]
        told.append(f"{name}: {left} before, {right} after, centres on pixels {centres}")
    fig.alt = (
        f"A row of {n} pixels under windows of width {width} that move by 2. {'; '.join(told)}."
    )
    return fig


def _draw_padded(
    ax: Axes,
    values: Array,
    inside: Sequence[int],
    at: tuple[float, float],
    *,
    before: int = 0,
    role: str = "input",
) -> None:
    """Draw an array whose first `inside` rows and columns after `before` are real."""
    for (row, column), value in np.ndenumerate(values):
        real = row < inside[0] and before <= column < before + inside[1]
        cell = (at[0] + column, at[1] + row)
        hatched: dict[str, Any] = {} if real else {"hatch": "////", "linestyle": (0, (3, 2))}
        draw.box(ax, cell, 1, 1, role if real else "padding", 0.16 if real else 0, **hatched)
        if not real:
            draw.box(ax, (cell[0] + 0.2, cell[1] + 0.2), 0.6, 0.6, "paper", 0.88, linewidth=0)
        draw.label(ax, cell[0] + 0.5, cell[1] + 0.52, f"{value}", fontsize=12)


def _curve(ax: Axes, start: float, end: float, y: float) -> None:
    """Draw an arrow above a row from one cell to its copy."""
    bend = 0.9 / abs(end - start) ** 0.6
    ax.add_patch(
        FancyArrowPatch(
            (start, y - 0.06), (end, y - 0.06), arrowstyle="-|>", mutation_scale=9, linewidth=1.1,
            color=LIGHT["quiet"], shrinkA=0, shrinkB=0,
            connectionstyle=f"arc3,rad={-bend if end > start else bend}",
        )
    )  # fmt: skip


def _rms(error: Array) -> Array:
    """Pool the crops of each photograph."""
    return np.asarray(np.sqrt((error**2).mean(axis=-1)))


def _percent(value: float) -> str:
    return f"{100 * value:.2g} %" if value < 1 else f"{100 * value:.0f} %"


def _rows(array: Array) -> str:
    return " / ".join(" ".join(map(str, row)) for row in array)


def _bars(values: Array, amount: int) -> str:
    parts = values[:amount], values[amount:-amount], values[-amount:]
    return " | ".join(" ".join(map(str, part)) for part in parts)
