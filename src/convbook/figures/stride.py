"""Figures of the chapter "How do we keep memory under control?"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from convbook import conv2d, conv2d_input
from convbook._typing import Array
from convbook.figures import _draw as draw
from convbook.figures._budget import budget_bench  # noqa: F401  (the chapter shows it)
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT
from convbook.figures._shift import shift_slider  # noqa: F401  (the chapter shows it)
from convbook.figures._stepper import stepper  # noqa: F401  (three chapters show it)
from convbook.stride import Cost, Layer, receptive_field

CHANCE = 2**0.5
"""Difference of two unrelated maps, as a part of their contrast."""


@drawing
def network_budget(names: Sequence[str], costs: Sequence[Cost]) -> Figure:
    """Draw activations, multiply-adds and parameters of each layer of a network as bars."""
    columns = {
        "activations": ([cost.activations for cost in costs], "output"),
        "multiply-adds": ([cost.multiply_adds for cost in costs], "gradient"),
        "parameters": ([cost.parameters for cost in costs], "kernel"),
    }
    fig = Figure(5.6, 0.3 * (len(costs) + 2.9))
    ax = draw.canvas(fig, 18.6, len(costs) + 2.9)
    ax.set_aspect("auto")
    for row, (name, cost) in enumerate(zip(names, costs, strict=True)):
        draw.label(ax, 0.1, row + 2.95, name, ha="left", fontsize=11.8)
        shape = " × ".join(map(str, cost.shape))
        draw.label(ax, 6.5, row + 2.95, shape, ha="right", fontsize=11.8)
    draw.label(ax, 0.1, 1.75, "in all", ha="left", fontsize=11.8)
    told = []
    for x, (title, (values, role)) in zip((7.0, 10.7, 15.1), columns.items(), strict=True):
        draw.label(ax, x, 0.75, title, role, ha="left", fontsize=11.8)
        draw.label(ax, x, 1.75, _millions(sum(values)), ha="left", fontsize=11.8)
        for row, value in enumerate(values):
            if value:
                draw.box(ax, (x, row + 2.6), 3.1 * value / max(values), 0.7, role, 0.55)
        top = int(np.argmax(values))
        told.append(
            f"{title}: {_millions(sum(values))} in all, most of them, {_millions(values[top])}, in "
            f"layer {top + 1}"
        )
    fig.alt = (
        f"Bars for the {len(costs)} layers of a network, from the image down, each with the shape "
        f"of its output. {'; '.join(told)}. The bars of activations shrink downwards, those of the "
        "multiply-adds stay of a size, those of the parameters grow."
    )
    return fig


@drawing
def by_hand(image: Array, kernel: Array, stride: int) -> Figure:
    """Show which of a convolution's outputs a stride keeps, and which pixels it never reads."""
    everything = conv2d(image[None], kernel[None, None])[0]
    kept = conv2d(image[None], kernel[None, None], stride=stride)[0]
    reads = _times_read(image.shape, Layer(kernel.shape, stride))
    fig = Figure(5.0, 2.4)
    ax = draw.canvas(fig, 12.3, 5.9)
    draw.label(ax, 1.8, 0.5, "input", "input")
    for (row, column), value in np.ndenumerate(image):
        unread = reads[row, column] == 0
        options: Any = {"hatch": "////", "linestyle": (0, (3, 2))} if unread else {}
        cell = (0.3 + column, 1.0 + row)
        # A tint would make the hatching as pale as itself: SVG gives both one opacity.
        draw.box(ax, cell, 1, 1, "padding" if unread else "input", 0 if unread else 0.18, **options)
        if unread:
            draw.box(ax, (cell[0] + 0.2, cell[1] + 0.2), 0.6, 0.6, "paper", 0.88, linewidth=0)
        draw.label(ax, cell[0] + 0.5, cell[1] + 0.52, f"{value}", fontsize=12)
    draw.frame(ax, (0.3, 1.0), kernel.shape[1], kernel.shape[0], "kernel")
    draw.label(ax, 0.3, 4.75, "hatched:\nnever read", "quiet", ha="left", va="top")
    draw.label(ax, 5.9, 0.5, "kernel", "kernel")
    draw.draw_weights(ax, kernel, (4.9, 1.0))
    draw.arrow(ax, (7.4, 2.0), (8.6, 2.0))
    draw.label(ax, 10.1, 0.5, "output", "output")
    for (row, column), value in np.ndenumerate(everything):
        stays = row % stride == 0 and column % stride == 0
        cell = (9.1 + column, 1.0 + row)
        draw.box(ax, cell, 1, 1, "output" if stays else "line", 0.2 if stays else 0,
                 zorder=1.5 if stays else 1)  # fmt: skip
        draw.label(ax, cell[0] + 0.5, cell[1] + 0.52, f"{value}", "ink" if stays else "quiet",
                   fontsize=12)  # fmt: skip
        if not stays:
            ax.plot([cell[0] + 0.15, cell[0] + 0.85], [cell[1] + 0.8, cell[1] + 0.2],
                    color=LIGHT["quiet"], linewidth=1.2)  # fmt: skip
    draw.label(ax, 12.0, 3.75, f"struck out:\nskipped by\nstride {stride}", "quiet", ha="right",
               va="top")  # fmt: skip
    unread_pixels = ", ".join(map(str, image[reads == 0]))
    fig.alt = (
        f"The {' by '.join(map(str, image.shape))} image 0 to {image.max()} under a kernel of "
        f"{' by '.join(map(str, kernel.shape))}. Of the outputs {_listed(everything)} a stride of "
        f"{stride} keeps {_listed(kept)}; the others are struck out. The pixels {unread_pixels} "
        "are hatched: no window that is kept covers them."
    )
    return fig


@drawing
def times_read_maps(maps: Mapping[str, Array]) -> Figure:
    """Show how often each pixel is read, a map for each layer; 0 is hatched."""
    side = max(array.shape[0] for array in maps.values())
    fig = Figure(5.0, 0.27 * (2 * side + 4.6))
    told = []
    for number, (name, reads) in enumerate(maps.items()):
        row, column = divmod(number, 2)
        width = 0.47
        ax = fig.add_axes((0.015 + 0.505 * column, 0.505 - 0.5 * row, width, 0.49))
        ax.set(xlim=(0, side), ylim=(side + 1.9, 0), aspect="equal")
        ax.axis("off")
        draw.label(ax, 0, 1.7, name, ha="left", va="bottom", fontsize=10.8)
        _draw_counts(ax, reads, (0, 1.9))
        told.append(
            f"{name.replace(chr(10), ' ')}: {int((reads == 0).sum())} of {reads.size} pixels are "
            f"never read, the others {_range(reads[reads > 0])}"
        )
    fig.alt = (
        f"Maps of {side} by {side} numbers that say how many outputs read each pixel. "
        f"{'; '.join(told)}."
    )
    return fig


@drawing
def pictures(images: Mapping[str, Array]) -> Figure:
    """Show grey pictures two by two, on one scale and of one size."""
    low = min(image.min() for image in images.values())
    high = max(image.max() for image in images.values())
    fig = Figure(5.4, 4.95)
    for number, (name, image) in enumerate(images.items()):
        row, column = divmod(number, 2)
        ax = fig.add_axes((0.005 + 0.505 * column, 0.505 - 0.5 * row, 0.485, 0.44))
        draw.draw_image(ax, image, low=low, high=high)
        ax.set_title(name, fontsize=11.5, pad=4)
    sizes = [" by ".join(map(str, image.shape)) for image in images.values()]
    fig.alt = (
        "Four grey pictures of one roof. "
        + "; ".join(f"{name}, {size} pixels" for name, size in zip(images, sizes, strict=True))
        + ". In the first the tiles are slanted stripes; in the next two they are a checkerboard "
        "that is not there; in the last the roof is smooth."
    )
    return fig


@drawing
def shift_errors(errors: Mapping[str, Array]) -> Figure:
    """Compare ways to halve a map by how much a shift of one pixel changes it."""
    fig = Figure(5.4, 0.62 * len(errors) + 1.0)
    top = 0.62 * len(errors) / fig.get_figheight()
    ax = fig.add_axes((0.25, 0.62 / fig.get_figheight(), 0.59, top))
    for y, each in enumerate(errors.values()):
        middle = float(np.median(each))
        ax.plot([each.min(), each.max()], [y, y], color=LIGHT["line"], linewidth=7,
                solid_capstyle="butt")  # fmt: skip
        ax.plot(each, np.full(len(each), y), "o", color=LIGHT["input"], ms=4.5, alpha=0.75)
        ax.plot([middle] * 2, [y - 0.34, y + 0.34], color=LIGHT["ink"], linewidth=2.6)
        ax.text(1.03, y, f"{100 * middle:.0f} %", transform=ax.get_yaxis_transform(), va="center",
                fontsize=11.5)  # fmt: skip
    largest = max(CHANCE, *(each.max() for each in errors.values()))
    ax.axvline(CHANCE, color=LIGHT["quiet"], linewidth=1.2, linestyle=(0, (4, 2)))
    ax.text(CHANCE - 0.04, len(errors) - 0.62, "unrelated\nmaps", ha="right", va="bottom",
            color=LIGHT["quiet"], fontsize=11.5)  # fmt: skip
    ax.set(xlim=(0, 1.06 * largest), ylim=(len(errors) - 0.4, -0.6))
    ax.set_yticks(range(len(errors)), [*errors], fontsize=11.5)
    ax.set_xticks([0, 0.5, 1, 1.5], ["0", "50 %", "100 %", "150 %"], fontsize=11.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel("difference that no motion explains", fontsize=11.5)
    ax.text(1.03, -0.62, "median", transform=ax.get_yaxis_transform(), va="bottom", fontsize=11.5)
    count = len(next(iter(errors.values())))
    fig.alt = (
        f"A row of {count} dots, one for each photograph, for each way to halve a map. From the "
        "smallest to the largest, and the median: "
        + "; ".join(
            f"{name} {100 * each.min():.0f} to {100 * each.max():.0f} %, "
            f"{100 * np.median(each):.0f} %" for name, each in errors.items()
        ) + f". A dashed line marks {100 * CHANCE:.0f} %, where two unrelated maps would be."
    ).replace("\n", " ")  # fmt: skip
    return fig


@drawing
def shift_curves(curves: Mapping[str, Array]) -> Figure:
    """Draw how far a network's answer moves when the picture does; arrays are (case, shift)."""
    fig = Figure(5.4, 4.2)
    ax = fig.add_axes((0.15, 0.155, 0.82, 0.73))
    shifts = np.arange(next(iter(curves.values())).shape[1])
    told = []
    places = (len(shifts) // 2 + 1, len(shifts) // 2 + 2, len(shifts) * 3 // 4 + 1)
    roles = ("positive", "alpha", "output")
    for (name, curve), role, place in zip(curves.items(), roles, places, strict=True):
        low, middle, high = np.percentile(curve, [25, 50, 75], axis=0)
        ax.fill_between(shifts, low, high, color=LIGHT[role], alpha=0.16, linewidth=0)
        ax.plot(shifts, middle, "o-", color=LIGHT[role], ms=4, clip_on=False, zorder=3)
        ax.text(shifts[place], high[place] + 0.02, name, color=LIGHT[role], fontsize=11.5,
                fontweight="bold", ha="center", va="bottom")  # fmt: skip
        told.append(
            f"{name}: {100 * middle[1]:.0f} % at a shift of 1 pixel, "
            f"{100 * middle.max():.0f} % at most, {100 * middle[-1]:.0f} % at {shifts[-1]}"
        )
    ax.set(xlim=(0, shifts[-1]), xticks=shifts[::4])
    ax.set_ylim(0, 1.1 * ax.get_ylim()[1])
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.tick_params(labelsize=11.5)
    ax.grid(axis="y")
    ax.set_xlabel("shift of the picture, in pixels", fontsize=11.5)
    ax.text(-0.17, 1.05, "change of the answer; 100 %: another photograph", fontsize=11.5,
            transform=ax.transAxes)  # fmt: skip
    fig.alt = (
        "Curves of how far the pooled answer of a network moves when the picture is shifted, as a "
        f"part of the distance to another photograph. Medians: {'; '.join(told)}. Bands hold the "
        "middle half of the cases."
    )
    return fig


@drawing
def pyramids(stacks: Mapping[str, Sequence[Layer]]) -> Figure:
    """Show, along one row, which pixels and which outputs below feed one output on top."""
    fig = Figure(5.0, 2.2 * len(stacks))
    told = []
    for number, (name, layers) in enumerate(stacks.items()):
        extent: Any = receptive_field(layers)[-1].size
        width = extent + 2
        ax = fig.add_axes((0.02, 1 - (number + 0.99) / len(stacks), 0.96, 0.96 / len(stacks)))
        ax.set(xlim=(-width / 2, width / 2), ylim=(-0.9, len(layers) + 0.65))
        ax.axis("off")
        used = _draw_pyramid(ax, layers, width)
        told.append(f"{name}: one output sees {used} of the {extent} pixels of its receptive field")
        ax.text(0, -0.62, "pixels", ha="center", va="center", fontsize=11.5)
        ax.text(0, len(layers) + 0.42, "one output", ha="center", va="center", fontsize=11.5)
        ax.text(0, 1, name, transform=ax.transAxes, ha="left", va="top", fontsize=11.5,
                fontweight="bold")  # fmt: skip
        ax.text(1, 1, f"sees {used} of {extent}", transform=ax.transAxes, ha="right", va="top",
                fontsize=11.5)  # fmt: skip
    fig.alt = (
        "Rows of dots, the pixels at the bottom and one output on top, joined by lines where a "
        f"layer reads. {'; '.join(told)}."
    )
    return fig


@drawing
def effective_fields(shares: Mapping[int, Array], level: float) -> Figure:
    """Show which pixels carry the gradient of one output; the frame is the receptive field."""
    fig = Figure(5.0, 5.0)
    told = []
    for number, (depth, share) in enumerate(shares.items()):
        row, column = divmod(number, 2)
        ax = fig.add_axes((0.01 + 0.51 * column, 0.51 - 0.505 * row, 0.46, 0.435))
        n = len(share)
        cells = _pixels_that_hold(share, level)
        draw.draw_image(ax, np.sqrt(share))
        i = np.arange(n) - n // 2
        spread = [float((share.sum(axis) * i**2).sum() ** 0.5) for axis in (0, 1)]
        ax.add_patch(
            Ellipse((n // 2, n // 2), 4 * spread[0], 4 * spread[1], fill=False, linewidth=2.2,
                    edgecolor=LIGHT["kernel"])
        )  # fmt: skip
        ax.set_title(f"{depth} layers: {n} × {n}", fontsize=11.5, pad=5)
        told.append(
            f"{depth} layers, receptive field {n} by {n}: {100 * level:.0f} % of the squared "
            f"gradient lies on {cells} of {n * n} pixels, with a standard deviation of "
            f"{spread[0]:.1f} by {spread[1]:.1f} pixels"
        )
    fig.alt = (
        "Squares, one for each depth, that are bright in the middle and black towards the edge; a "
        f"circle of two standard deviations surrounds the bright part. {'; '.join(told)}."
    )
    return fig


@drawing
def overlaps(maps: Mapping[str, Array]) -> Figure:
    """Show how many stamps of a transposed convolution fall on each element of its output."""
    side = max(array.shape[0] for array in maps.values())
    fig = Figure(5.0, 0.52 * 5.0 * (side + 1.4) / side)
    told = []
    for number, (name, counts) in enumerate(maps.items()):
        n = len(counts)
        ax = fig.add_axes((0.01 + 0.505 * number, 0.01, 0.475, 0.98))
        ax.set(xlim=(-0.1, side + 0.1), ylim=(side + 1.3, 0), aspect="equal")
        ax.axis("off")
        draw.label(ax, (side - n) / 2, 0.6, name, ha="left", fontsize=11.5)
        _draw_counts(ax, counts, ((side - n) / 2, 1.3))
        inside = sorted(set(counts[2:-2, 2:-2].ravel().astype(int)))
        told.append(f"{name}: inside, {', '.join(map(str, inside))} stamps on an element")
    fig.alt = (
        f"Two maps of how many stamps overlap on each element of an output. {'; '.join(told)}. "
        "The first is a checkerboard, the second is even up to its border."
    )
    return fig


def _times_read(size: tuple[int, ...], layer: Layer) -> Array:
    """Count the outputs that read each pixel: the gradient of their sum, all weights being 1."""
    image: Any = (1, 1, *size)
    options: Any = layer[1:4]
    taps = np.ones((1, 1, *np.broadcast_to(layer.kernel_size, 2)), int)
    outputs = np.ones_like(conv2d(np.ones(image, int), taps, None, *options))
    reads: Array = conv2d_input(image, taps, outputs, *options)[0, 0]
    return reads


def _pixels_that_hold(share: Array, level: float) -> int:
    """Count the fewest pixels that together hold a part of the whole."""
    return int((np.sort(share.ravel())[::-1].cumsum() < level * share.sum()).sum()) + 1


def _draw_counts(ax: Axes, counts: Array, at: tuple[float, float]) -> None:
    """Draw whole numbers in boxes, darker where larger; a zero is hatched."""
    for (row, column), count in np.ndenumerate(counts):
        cell = (at[0] + column, at[1] + row)
        if count:
            draw.box(ax, cell, 1, 1, "input", 0.6 * count / 9 if count < 9 else 0.6, edge="line")
        else:
            draw.box(ax, cell, 1, 1, "padding", 0, hatch="////", linewidth=0.6)
            draw.box(ax, (cell[0] + 0.17, cell[1] + 0.17), 0.66, 0.66, "paper", 0.88, linewidth=0)
        draw.label(ax, cell[0] + 0.5, cell[1] + 0.53, f"{count}", fontsize=11.5)


def _draw_pyramid(ax: Axes, layers: Sequence[Layer], width: int) -> int:
    """Draw the dots of each level and the lines between them; return how many pixels are used."""
    jumps: list[Any] = [1, *(field.jump for field in receptive_field(layers))]
    places = {0.0}
    for depth in range(len(layers), 0, -1):
        layer: Any = layers[depth - 1]
        jump = jumps[depth - 1]
        taps = layer.dilation * (np.arange(layer.kernel_size) - (layer.kernel_size - 1) / 2)
        below = set()
        for x in places:
            for tap in taps:
                below.add(x + tap * jump)
                ax.plot([x, x + tap * jump], [depth, depth - 1], color=LIGHT["line"], linewidth=1)
        _draw_level(ax, places, depth, jumps[depth], width, "output")
        places = below
    _draw_level(ax, places, 0, 1, width, "input")
    return len(places)


def _draw_level(ax: Axes, used: set[float], depth: int, jump: int, width: int, role: str) -> None:
    """Draw one level: its dots in the frame, filled where they feed the output on top."""
    first = min(used)
    steps = range(-int((first + width / 2) // jump), int((width / 2 - first) // jump) + 1)
    idle = [first + step * jump for step in steps if first + step * jump not in used]
    ax.plot(idle, [depth] * len(idle), "o", color=LIGHT["line"], markerfacecolor="none", ms=4.5)
    ax.plot([*used], [depth] * len(used), "o", color=LIGHT[role], ms=6)


def _millions(count: float) -> str:
    return f"{count / 1e6:,.1f} M"


def _listed(array: Array) -> str:
    return ", ".join(map(str, array.ravel()))


def _range(values: Array) -> str:
    low, high = int(values.min()), int(values.max())
    times = {1: "once", 2: "twice"}
    return times.get(low, f"{low} times") if low == high else f"{low} to {high} times"
