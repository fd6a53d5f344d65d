"""Figures of the chapter "Padding: what happens at the border?"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.patches import FancyArrowPatch

from convbook import conv2d, output_size, pad
from convbook._typing import Array, PadMode
from convbook.figures import _palette
from convbook.figures._figure import Figure, drawing
from convbook.figures._panel import Panel, Point
from convbook.figures._stepper import stepper  # noqa: F401  (three chapters show it)

MODES: tuple[PadMode, ...] = ("constant", "circular", "reflect", "replicate")


@drawing
def continuations(photograph: Array, corner: tuple[int, int], side: int, margin: int) -> Figure:
    """Show a crop of a photograph as it really goes on, and as each mode continues it.

    Parameters
    ----------
    photograph : ndarray of shape (H, W, 3)
        Colour photograph.
    corner : pair of int
        Row and column of the crop's top left pixel.
    side : int
        Side of the crop, in pixels.
    margin : int
        Pixels shown around it.
    """
    top, left = corner
    rows = slice(top - margin, top + side + margin)
    columns = slice(left - margin, left + side + margin)
    crop = np.moveaxis(photograph[top : top + side, left : left + side], -1, 0)
    pictures = {"what the camera saw": photograph[rows, columns]}
    for mode in MODES:
        name: str = "zeros" if mode == "constant" else mode
        pictures[name] = np.moveaxis(pad(crop, (margin,) * 4, mode=mode), 0, -1)
    widths = [(0, 0), (margin, margin), (margin, margin)]
    pictures["symmetric"] = np.moveaxis(np.pad(crop, widths, "symmetric"), 0, -1)
    whole = side + 2 * margin
    fig = Figure()
    names = [*pictures]
    for first in (0, 3):
        panels = fig.row(*[(whole, 1.12 * whole)] * 3)
        for name, ax in zip(names[first : first + 3], panels, strict=True):
            at = 0, 0.11 * whole
            ax.picture(pictures[name], role="colour", name=name, at=at, label="top")
            ax.frame((margin, at[1] + margin), (side, side), role="input")
    _magnify_edge(fig, pictures, margin, side)
    fig.marks["what the camera saw"].derive(side=side, margin=margin)
    fig.say(
        "Pictures with the same {0:side} by {0:side} pixels in a frame in the middle. They "
        "differ in the margin of {0:margin} pixels: what the camera saw; the opposite side of "
        "the crop with circular; a mirror image with reflect and, almost alike, with "
        "symmetric; streaks of the outermost pixels with replicate; nothing with zeros. Below, "
        "enlarged, a few pixels beside the frame: symmetric repeats the pixel at the edge, "
        "reflect does not.",
        fig.marks["what the camera saw"],
    )
    return fig


def _magnify_edge(fig: Figure, pictures: Mapping[str, Array], margin: int, side: int) -> None:
    """Enlarge a few pixels of one row on both sides of the crop's edge."""
    shown = slice(margin - 4, margin + 4)
    for name, ax in zip(("reflect", "symmetric"), fig.row((8, 2.9), (8, 2.9)), strict=True):
        strip = pictures[name][margin + side // 2 : margin + side // 2 + 1, shown]
        at = 0, 1.4
        ax.picture(strip, role="colour", name=f"{name}, enlarged", at=at, size=(8, 1), label="top")
        ax.frame((4, 1.4), (4, 1), role="input")


@drawing
def damage(photo: Array, crop: tuple[slice, slice], kernels: Mapping[str, Array]) -> Figure:
    """Show what kernels make of a crop continued by the truth and by three inventions.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph.
    crop : pair of slice
        Rows and columns of the crop; the photograph goes on around it.
    kernels : mapping of str to ndarray of shape (k, k)
        Kernels of odd size by name; those whose weights add up to zero are shown about zero.
    """
    modes: dict[str, PadMode] = {
        "zeros": "constant",
        "reflect": "reflect",
        "replicate": "replicate",
    }
    fig = Figure()
    fig.say("The same crop in each row, as computed from the whole photograph and with inventions "
            "around it. Errors beside the border:")  # fmt: skip
    for name, kernel in kernels.items():
        p, signed = kernel.shape[0] // 2, abs(kernel.sum()) < 1e-9
        rows, columns = (slice(s.start - p, s.stop + p) for s in crop)
        truth = conv2d(photo[None, rows, columns], kernel[None, None])[0]
        ring = np.pad(np.zeros(np.subtract(truth.shape, 2 * p), bool), p, constant_values=True)
        drawn = {f"{name}, the truth\n": truth}
        errors = {}
        for mode_name, mode in modes.items():
            padded = pad(photo[None, *crop], (p, p, p, p), mode=mode)
            result = conv2d(padded, kernel[None, None])[0]
            error = np.sqrt(((result - truth)[ring] ** 2).mean()) / truth.std()
            errors[mode_name] = error
            drawn[f"{name}, {mode_name}\n{100 * error:.0f} %"] = result
        limit = float(np.percentile(abs(truth), 98))
        low, high = (-limit, limit) if signed else (float(truth.min()) - 40, float(truth.max()))
        role = "signed" if signed else "image"
        marks = fig.pictures(drawn, role=role, columns=4, low=low, high=high)
        for mark, (mode_name, error) in zip(marks[1:], errors.items(), strict=True):
            mark.derive(error=error, mode=mode_name, kernel=name)
            fig.say("{0:kernel} with {0:mode}, {0:error .0%};", mark)
    return fig


@drawing
def by_hand(image: Array, kernel: Array) -> Figure:
    """Show a small image padded on the right and at the bottom, with two modes, and both results.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Image.
    kernel : ndarray of shape (K_h, K_w)
        Kernel.
    """
    sides = (0, kernel.shape[1] - 1, 0, kernel.shape[0] - 1)
    inside = conv2d(image[None], kernel[None, None])[0]
    modes: dict[PadMode, str] = {"constant": "zeros", "reflect": "reflect"}
    fig = Figure()
    for mode, name in modes.items():
        padded = pad(image[None], sides, mode=mode)[0]
        result = conv2d(padded[None], kernel[None, None])[0]
        ax = fig.panel(12.6, 6.4)
        ax.note(name, (0.3, 0.5), ha="left", bold=True)
        _padded(ax, padded, image.shape, "input", f"input with {name}", (0.3, 2.0))
        ax.frame((2.3, 2.0), (2, 2), role="kernel")
        ax.cells(kernel, role="kernel", name="kernel", at=(5.2, 3.0), label="top")
        ax.arrow((7.5, 4), (8.5, 4))
        _padded(ax, result, inside.shape, "output", f"output with {name}", (8.9, 2.0))
        ax.frame((10.9, 2.0), role="kernel")
        fig.say("{0:name} is {0}, and {1:name} is {1}.", fig.marks[f"input with {name}"],
                fig.marks[f"output with {name}"])  # fmt: skip
    shared = fig.marks["output with zeros"].derive(same=inside.ravel())
    fig.say("The numbers {0:same} are the same in both.", shared)
    return fig


@drawing
def lost_rings(size: int, kernel_size: int, layers: int) -> Figure:
    """Show which ring of an image each layer without padding eats.

    Parameters
    ----------
    size : int
        Side of the image.
    kernel_size : int
        Side of the kernels.
    layers : int
        Number of layers.
    """
    sizes = [size]
    for _ in range(layers):
        sizes.append(int(output_size(sizes[-1], kernel_size)))
    fig = Figure()
    ax = fig.panel(size + 14, size + 0.4)
    for layer, length in enumerate(sizes):
        start = (size - length) / 2 + 0.2
        if layer == layers:  # no grey of the rings shines through the colour
            ax.box((start, start), (length, length), role="paper", strength=1, width=0)
        role, strength = ("output", 0.35) if layer == layers else ("padding", 0.07)
        ax.box((start, start), (length, length), role=role, strength=strength, width=0.7)
    ax.note(f"{sizes[-1]} × {sizes[-1]}\nleft", (size / 2 + 0.2, size / 2 + 0.2), role="ink",
            name="sizes", values=sizes)  # fmt: skip
    for layer in sorted({0, layers // 5, layers // 2, layers}):
        y = (size - sizes[layer]) / 2 + 0.8
        what = f"layer {layer}" if layer else "input"
        ax.line([size - y + 0.9, size + 0.8], [y, y], role="quiet", width=0.8)
        ax.note(f"{what}: {sizes[layer]} × {sizes[layer]}", (size + 1.2, y), ha="left")
    fig.marks["sizes"].derive(layers=layers, positions=size**2, kept=sizes[-1] ** 2)
    fig.say("A square with {sizes:layers} nested rings. Each layer of kernels without padding eats "
            "one ring, so the sizes are {sizes}; the square that is kept holds {sizes:kept} of "
            "{sizes:positions} positions.")  # fmt: skip
    return fig


@drawing
def continued_row(row: Array, amount: int) -> Figure:
    """Show where each mode finds the numbers it writes beside a row.

    Parameters
    ----------
    row : ndarray of shape (n,)
        Numbers.
    amount : int
        How many are added on each side.
    """
    n, index = len(row), np.arange(len(row))[None]
    rows: dict[str, Array] = {}
    sources: dict[str, Array] = {}
    modes: tuple[PadMode, ...] = ("constant", "reflect", "replicate", "circular")
    for mode in modes:
        rows[mode] = pad(row[None], (amount, amount), mode=mode)[0]
        sources[mode] = pad(index, (amount, amount), mode=mode)[0]
    rows["symmetric"] = np.pad(row, (amount, amount), "symmetric")
    sources["symmetric"] = np.pad(index[0], (amount, amount), "symmetric")
    fig = Figure()
    fig.say("A row continued on both sides in several ways; arrows lead from each number to its "
            "copies.")  # fmt: skip
    ax = fig.panel(n + 2 * amount + 4.2, 2.4 * len(rows))
    outside = [*range(-amount, 0), *range(n, n + amount)]
    for place, (name, values) in enumerate(rows.items()):
        y = 1.0 + 2.4 * place
        label = "constant\n(zeros)" if name == "constant" else name
        ax.note(label, (0, y + 0.5), ha="left")
        _padded(ax, values[None], (1, n), "input", name, (4, y), before=amount)
        for i in outside if name != "constant" else []:
            _curve(ax, 4.5 + amount + sources[name][i + amount], 4.5 + amount + i, y)
        fig.say("{0:name}: {0};", fig.marks[name])
    return fig


@drawing
def rotated(black: Array, mirrored: Array) -> Figure:
    """Show a turned photograph with its empty corners filled in two ways.

    Parameters
    ----------
    black, mirrored : ndarray of shape (H, W, 3)
        The photograph with black corners, and with mirrored ones.
    """
    fig = Figure()
    marks = fig.pictures({"zeros": black, "reflect": mirrored}, role="colour", columns=2)
    marks[0].derive(empty=float((black == 0).all(axis=-1).mean()))
    fig.say("A photograph of a cat, turned. With zeros the empty corners, {0:empty .0%} of the "
            "area, hold nothing. With reflect they hold mirror images of the fur and the "
            "background beside them.", marks[0])  # fmt: skip
    return fig


@drawing
def border_errors(errors: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Compare modes by the error they make beside the border.

    Parameters
    ----------
    errors : mapping of str to mapping of str to ndarray of shape (photographs, crops)
        Errors as parts of the signal, by sort of kernel and by mode.
    """
    fig = Figure()
    fig.say(
        "Errors beside the border, as parts of the signal; a panel for each sort of kernel, "
        "the modes sorted from the smallest error to the largest, a dot for each photograph, "
        "and the median of the dots."
    )
    for kernel, by_mode in errors.items():
        order = sorted(by_mode, key=lambda mode: float(np.median(_pooled(by_mode[mode]))))
        plot = fig.plot(0.075 * len(order) + 0.16)
        plot.ax.set_title(kernel, loc="left", fontsize=plot.sizes.text, fontweight="bold")
        for y, mode in enumerate(order):
            low, high = np.quantile(by_mode[mode], [0.05, 0.95])
            plot.line([low, high], [y, y], role="line", width=7, solid_capstyle="butt", zorder=1)
            dots = plot.dots(_pooled(by_mode[mode]), np.full(len(by_mode[mode]), y), role="input",
                             alpha=0.75)  # fmt: skip
            middle = float(np.median(_pooled(by_mode[mode])))
            plot.line([middle] * 2, [y - 0.34, y + 0.34], role="ink", width=2.6)
            mark = plot.note(f"{middle:.0%}".replace("%", " %"), (55, y), ha="right",
                             name=f"{kernel}: {mode}", values=middle)  # fmt: skip
            mark.derive(band=0.9, middle="median", dots=dots.values.size)
            fig.say("{0:name}, {0:item .0%};", mark)
        fig.say("The bands hold {0:band} of the crops.", mark)
        plot.ax.set(xscale="log", xlim=(0.002, 60), ylim=(len(order) - 0.5, -0.5))
        plot.ax.set_yticks(range(len(order)), order)
        plot.ax.set_xticks([0.01, 0.1, 1], ["1 %", "10 %", "100 %"])
        plot.ax.minorticks_off()
        plot.ax.tick_params(axis="y", length=0)
        plot.ax.spines["left"].set_visible(False)
        plot.ax.grid(axis="x")
    plot.ax.set_xlabel("error beside the border")
    return fig


@drawing
def signal_by_layer(levels: Mapping[str, Array], predicted: Array) -> Figure:
    """Draw the RMS of the activations after each layer.

    Parameters
    ----------
    levels : mapping of str to ndarray of shape (networks, layers)
        Levels by mode.
    predicted : ndarray of shape (layers,)
        What zeros should leave.
    """
    layers = np.arange(len(predicted))
    fig = Figure()
    plot = fig.plot(0.6)
    fig.say("Lines of the RMS of the activations, layer by layer.")
    end = len(predicted) - 1 + 0.2
    for mode, level in levels.items():
        role = "kernel" if mode == "zeros" else "input"
        mark = plot.curve(layers, level, role=role, name=mode, middle="mean", band=0.0)
        fig.say("{0:name} ends at {0:last .2f};", mark)
    others = [mode for mode in levels if mode != "zeros"]
    last = {mode: float(fig.marks[mode].values[-1]) for mode in levels}
    plot.note("\n".join(others), (end, last[others[-1]]), role="input", ha="left")
    plot.note("zeros", (end, last["zeros"] - 0.035), role="kernel", ha="left", bold=True)
    plot.line(layers, predicted, role="ink", name="predicted", width=1.4, linestyle=(0, (4, 2)))
    plot.note("predicted", (end, predicted[-1] + 0.045), ha="left")
    fig.say(
        "a dashed line, predicted, ends at {predicted:last .2f}. The modes that copy pixels "
        "lie on top of each other; zeros fall below them from the first layer on."
    )
    plot.ax.set(ylim=(0, 1.08), xlim=(0, len(predicted) - 1), xticks=range(0, len(predicted), 2))
    plot.ax.set(xlabel="layer", ylabel="RMS of the activations")
    return fig


@drawing
def where_the_signal_dies(measured: Array, predicted: Array) -> Figure:
    """Show two maps of what is left of a signal at each position, as parts of the input.

    Parameters
    ----------
    measured, predicted : ndarray of shape (H, W)
        Parts of the signal at each position.
    """
    height, width = measured.shape
    fig = Figure()
    fig.say("Maps of numbers, the stronger the tint the more of the signal is kept.")
    panels = fig.row((width, height + 1.1), (width, height + 1.1))
    for ax, (name, values) in zip(
        panels, {"measured": measured, "predicted": predicted}.items(), strict=True
    ):
        percent = np.rint(100 * values)
        mark = ax.cells(percent, role="output", name=f"{name}, %", at=(0, 1), strength=0.5 * values,
                        text="small", label="top")  # fmt: skip
        mark.derive(corner=percent[0, 0], edge=percent[0, width // 2],
                    centre=percent[height // 2, width // 2])  # fmt: skip
        fig.say("{0:name}: {0:corner} in a corner, {0:edge} in the middle of an edge, {0:centre} "
                "in the centre.", mark)  # fmt: skip
    return fig


@drawing
def leak(departures: Mapping[str, Array]) -> Figure:
    """Show how far each position has departed from the centre, layer by layer.

    Parameters
    ----------
    departures : mapping of str to ndarray of shape (layers, H, W)
        Departures from the centre as parts of the largest, by mode.
    """
    fig = Figure()
    for mode, maps in departures.items():
        named = {f"{mode},\nlayer {layer}": m for layer, m in enumerate(maps, 1)}
        marks = fig.pictures(named, role="amount", columns=len(maps), low=0, high=1)
        for layer, mark in enumerate(marks, 1):
            mark.derive(differ=int((mark.values > 0).sum()), all=mark.values.size, mode=mode,
                        layer=layer)  # fmt: skip
        fig.say("{0:mode}: after layer {0:layer}, {0:differ} of {0:all} positions differ from the "
                "centre, after layer {1:layer} {1:differ}.", marks[0], marks[-1])  # fmt: skip
    return fig


@drawing
def strided_windows(row: Array, width: int, layouts: Mapping[str, tuple[int, int]]) -> Figure:
    """Show where windows of stride 2 stand on a row that is padded before and after.

    Parameters
    ----------
    row : ndarray of shape (n,)
        Pixels.
    width : int
        Width of a window.
    layouts : mapping of str to pair of int
        Zeros before and after, by library.
    """
    n, before = len(row), max(left for left, _ in layouts.values())
    fig = Figure()
    ax = fig.panel(n + before + 1.4, 3.5 * len(layouts) + 0.5)
    fig.say("A row of pixels under windows that move by a stride of more than one.")
    for place, (name, (left, right)) in enumerate(layouts.items()):
        y, x = 1.3 + 3.5 * place, 0.2 + before - left
        padded = pad(row[None], (left, right))[0]
        ax.note(name, (0.2, y - 0.55), ha="left", bold=True)
        mark = _padded(ax, padded[None], (1, n), "input", name, (x, y), before=left)
        count = int(output_size(len(padded), width, stride=2))
        centres = [2 * k - left + width // 2 + 1 for k in range(count)]
        for k in range(count):
            start, level = x + 2 * k + 0.08, y + 1.3 + 0.5 * (k % 2)
            stop = start + width - 0.16
            ax.line([start, start, stop, stop], [level - 0.16, level, level, level - 0.16],
                    role="kernel")  # fmt: skip
            ax.dots([x + 2 * k + width / 2], [level], role="kernel", size=6)
            total = int(padded[2 * k : 2 * k + width].sum())
            ax.note(f"{total}", (x + 2 * k + width / 2, level + 0.42), role="output", size="small")
        mark.derive(before=left, after=right, centres=centres)
        fig.say("{0:name}: {0:before} before, {0:after} after, windows centred on pixels "
                "{0:centres}.", mark)  # fmt: skip
    return fig


def _padded(
    ax: Panel, values: Array, inside: Sequence[int], role: str, name: str, at: Point, *,
    before: int = 0,
) -> Any:  # fmt: skip
    """Draw an array whose first `inside` rows and columns after `before` are real."""
    rows, columns = np.indices(values.shape)
    added: Any = (rows >= inside[0]) | (columns < before) | (columns >= before + inside[1])
    return ax.cells(values, role=role, name=name, at=at, hatched=added)


def _curve(ax: Panel, start: float, end: float, y: float) -> None:
    """Draw an arrow above a row from one cell to its copy."""
    bend = 0.9 / abs(end - start) ** 0.6
    ax.ax.add_patch(
        FancyArrowPatch(
            (start, y - 0.06), (end, y - 0.06), arrowstyle="-|>", mutation_scale=9, linewidth=1.1,
            color=_palette.ink("quiet").light, shrinkA=0, shrinkB=0, clip_on=False,
            connectionstyle=f"arc3,rad={-bend if end > start else bend}",
        )
    )  # fmt: skip


def _pooled(error: Array) -> Array:
    """Pool the crops of each photograph."""
    return np.asarray(np.sqrt((error**2).mean(axis=-1)))
