"""Figures of the chapter "How do many kernels, and many layers, fit together?"."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from convbook import DETECTORS, _checks, compose, conv2d, conv2d_input, stack
from convbook._typing import Array
from convbook.figures import _draw
from convbook.figures._bench import bench_stack  # noqa: F401  (the chapter shows it)
from convbook.figures._draw import listed
from convbook.figures._figure import Figure, drawing
from convbook.figures._palette import LIGHT

TIMES, MINUS, DEGREE = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}", "\N{DEGREE SIGN}"


@drawing
def detectors(photo: Array, kernels: Mapping[str, Array]) -> Figure:
    """Show a photograph through a bank of kernels, whose results make one stack.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    kernels : mapping of str to ndarray of shape (3, 3)
        Four kernels by name.
    """
    if len(kernels) != 4:
        raise ValueError(f"kernels must hold 4 kernels, got {len(kernels)}")
    for name, kernel in kernels.items():
        _checks.shape(f"kernels[{name!r}]", kernel, (3, 3))
    maps = conv2d(photo[None], stack(kernels.values()))
    fig = Figure(5.2, 6.85)
    ax = _draw.inches(fig, 5.2, 6.85)
    _picture(fig, 1.72, 0.32, 1.76, photo, 0, 255)
    _draw.label(ax, 2.6, 0.15, f"input  {(1, *photo.shape)}", "input", fontsize=12)
    seen = []
    for o, ((name, kernel), result) in enumerate(zip(kernels.items(), maps, strict=True)):
        left, top = 2.62 * (o % 2), 2.26 + 2.12 * (o // 2)
        blind = abs(kernel.sum()) < 1e-12
        limit = float(np.percentile(abs(result), 98))
        low, high = (-limit, limit) if blind else (0.0, 255.0)
        _draw.label(ax, left + 0.05, top + 0.16, f"{o}  {name}", fontsize=12, ha="left")
        _small_kernel(ax, kernel, (left + 0.05, top + 0.36))
        _picture(fig, left + 0.98, top + 0.36, 1.56, result, low, high)
        total = 0 if blind else kernel.sum()
        _draw.label(ax, left + 0.47, top + 1.78, f"sum {total:g}", "quiet", fontsize=11.5)
        seen.append(f"{name}, {result.min():.0f} to {result.max():.0f}")
    _draw.label(ax, 2.6, 6.66, f"output  {maps.shape}", "output", fontsize=12)
    fig.alt = (
        f"A photograph of {photo.shape[0]} by {photo.shape[1]} pixels and the four maps that four "
        "kernels make of it, numbered from 0. In the first three, whose weights add up to zero, "
        "the sky is an even mid-grey and edges of one direction each are bright or dark; the "
        "fourth is the photograph, softened. Smallest and largest results: "
        f"{'; '.join(seen)}. Together the maps have the shape {maps.shape}."
    )
    return fig


@drawing
def blind_angles(degrees: Array, side: Array, top: Array) -> Figure:
    """Plot the answers of two edge kernels to ramps that rise in every direction.

    Parameters
    ----------
    degrees : ndarray of shape (n,)
        Direction in which each ramp rises, from 0, to the right, over 90, downwards.
    side, top : ndarray of shape (n,)
        Answers of the side-edge and of the top-edge kernel to a slope of one.
    """
    fig = Figure(5.2, 3.3)
    ax = fig.add_axes((0.145, 0.19, 0.815, 0.77))
    for answers, role, marker in ((side, "alpha", "o"), (top, "beta", "s")):
        ax.plot(degrees, answers, marker, ms=4, color=LIGHT[role], mew=0)
    ax.axhline(0, color=LIGHT["line"], linewidth=1)
    largest = max(abs(side).max(), abs(top).max())
    ax.set(xlim=(-6, 366), ylim=(-1.35 * largest, 1.25 * largest))
    ticks = [0, 90, 180, 270, 360]
    ax.set_xticks(ticks, [f"{tick}{DEGREE}" for tick in ticks], fontsize=11)
    ax.tick_params(axis="y", labelsize=11)
    ax.set_xlabel("direction in which the brightness rises", fontsize=11.5)
    ax.set_ylabel("answer to a slope of 1", fontsize=11.5)
    _draw.label(ax, 3, 1.13 * largest, "side edge", "alpha", fontsize=12, ha="left")
    _draw.label(ax, 100, 1.13 * largest, "top edge", "beta", fontsize=12, ha="left")
    blind = degrees[abs(side) < 1e-9 * largest]
    for angle in blind:
        ax.plot([angle] * 2, [-1.12 * largest, 0], ":", color=LIGHT["alpha"], linewidth=1.6)
        _draw.label(ax, angle, -1.24 * largest, "side edge is blind", "alpha", fontsize=11)
    fig.alt = (
        f"Answers of two edge kernels to {len(degrees)} ramps of slope 1. The side edge draws a "
        f"cosine: {_at(degrees, side, 0)} at 0 degrees, {_at(degrees, side, 90)} at 90, "
        f"{_at(degrees, side, 180)} at 180. The top edge draws a sine: {_at(degrees, top, 0)} at "
        f"0, {_at(degrees, top, 90)} at 90. The side edge is blind at "
        f"{' and '.join(f'{angle:g}' for angle in blind)} degrees, where the top edge answers "
        "most."
    )
    return fig


def _at(degrees: Array, answers: Array, angle: float) -> str:
    """Write the answer at one angle."""
    return f"{answers[np.argmin(abs(degrees - angle))]:.1f}".replace("-0.0", "0.0")


@drawing
def disc(size: int = 96) -> Figure:
    """Show a disc, which has edges of all directions, through two edge kernels.

    Parameters
    ----------
    size : int
        Height and width of the picture.
    """
    picture = _soft_disc(size)
    pair = stack([DETECTORS["side edge"], DETECTORS["top edge"]])
    side, top = conv2d(picture[None], pair)
    strength = np.hypot(side, top)
    limit = float(strength.max())
    fig = Figure(5.2, 5.7)
    ax = _draw.inches(fig, 5.2, 5.7)
    panels = (
        ("a disc", picture, 0.0, 1.0),
        ("side edge", side, -limit, limit),
        ("top edge", top, -limit, limit),
        ("strength and direction", strength, 0.0, limit),
    )
    for number, (title, values, low, high) in enumerate(panels):
        left, down = 0.05 + 2.65 * (number % 2), 0.33 + 2.85 * (number // 2)
        _draw.label(ax, left + 1.22, down - 0.16, title, fontsize=12)
        last = _picture(fig, left, down, 2.45, values, low, high)
    middle, radius = (size - 3) / 2, 0.32 * size
    angles = np.radians(np.arange(0, 360, 30))
    rows = np.round(middle + radius * np.sin(angles)).astype(int)
    columns = np.round(middle + radius * np.cos(angles)).astype(int)
    found = np.arctan2(top[rows, columns], side[rows, columns])
    for row, column, angle in zip(rows, columns, found, strict=True):
        end = column + 0.2 * size * np.cos(angle), row + 0.2 * size * np.sin(angle)
        _draw.arrow(last, (column, row), end, "kernel")
    toward = np.degrees(found - angles - np.pi)
    off = abs((toward + 180) % 360 - 180).max()
    fig.alt = (
        "A bright disc on a dark ground, and three maps of it. The side-edge kernel marks its left "
        "rim bright and its right rim dark and leaves top and bottom grey; the top-edge kernel "
        "marks the top bright and the bottom dark. The root of the sum of their squares is a "
        "bright ring without gaps, and twelve arrows on it, found from the two maps, point to "
        f"the middle of the disc, the worst of them {off:.1f} degrees off."
    )
    return fig


def _soft_disc(size: int) -> Array:
    """Draw a bright disc with a soft rim."""
    place = np.arange(size) - (size - 1) / 2
    distance = np.hypot(*np.meshgrid(place, place))
    picture: Array = np.clip((0.32 * size - distance) / 2 + 0.5, 0, 1)
    return picture


@drawing
def weight_tensor(weight: Array, at: tuple[int, int, int, int]) -> Figure:
    """Trace an output channel to its kernel, and one weight to its four indices.

    Parameters
    ----------
    weight : ndarray of shape (3, 2, 3, 3)
        Weights, as whole numbers.
    at : tuple of int
        Indices (o, c, i, j) of the weight to trace.
    """
    _checks.shape("weight", weight, (3, 2, 3, 3))
    o, c, i, j = at
    fig = Figure(5.3, 6.2)
    ax = _draw.canvas(fig, 13.7, 16.0)
    left, top, pitch = 2.6, 2.9, 3.9
    for channel in range(2):
        x = left + pitch * channel
        _draw.box(ax, (x + 0.75, 0.9), 1.5, 1.0, "input", 0.2)
        _draw.label(ax, x + 1.5, 1.4, f"c = {channel}", "input", fontsize=12)
        _draw.arrow(ax, (x + 1.5, 1.95), (x + 1.5, 2.75))
    _draw.label(ax, left + 3.45, 0.4, "channels of the input", "input", fontsize=12)
    for kernel in range(3):
        y = top + pitch * kernel
        chosen = kernel == o
        for channel in range(2):
            x = left + pitch * channel
            for (row, column), value in np.ndenumerate(weight[kernel, channel]):
                here = (kernel, channel, row, column) == tuple(at)
                strength = 0.75 if here else 0.22 if chosen else 0.05
                _draw.box(ax, (x + column, y + row), 1, 1, "kernel", strength)
                heavy = {"weight": "bold"} if here else {}
                text = f"{value}".replace("-", MINUS)
                role = "ink" if chosen else "quiet"
                _draw.label(ax, x + column + 0.5, y + row + 0.5, text, role, fontsize=12, **heavy)
        _draw.label(ax, left - 0.3, y + 1.5, f"o = {kernel}", "kernel", ha="right", fontsize=12)
        _draw.arrow(ax, (left + 7.05, y + 1.5), (left + 8.1, y + 1.5))
        _draw.box(ax, (left + 8.25, y + 0.75), 2.4, 1.5, "output", 0.5 if chosen else 0.1)
        _draw.label(ax, left + 9.45, y + 1.5, f"map {kernel}", fontsize=12)
    _draw.frame(ax, (left - 0.15, top + pitch * o - 0.15), pitch + 3.3, 3.3, "kernel")
    path = (
        f"w[{o}, {c}, {i}, {j}] = {weight[o, c, i, j]}:  kernel {o}, slice {c}, row {i}, column {j}"
    ).replace("-", MINUS)
    _draw.label(ax, 6.85, 15.2, path, fontsize=12, weight="bold")
    fig.alt = (
        "A weight of shape (3, 2, 3, 3), laid out as a table of small tables. Its three rows are "
        "the kernels, and lead to the three maps of the output; its two columns are the slices, "
        f"and read the two channels of the input. Kernel {o} and map {o} are marked, and in slice "
        f"{c}, row {i}, column {j}, the weight {weight[o, c, i, j]}."
    )
    return fig


@drawing
def two_layers(image: Array, first: Array, second: Array) -> Figure:
    """Follow an image through two kernels and then one kernel of two slices, in numbers.

    Parameters
    ----------
    image : ndarray of shape (3, 3)
        Image.
    first : ndarray of shape (2, 1, 2, 2)
        Weight of the first layer.
    second : ndarray of shape (1, 2, 2, 2)
        Weight of the second layer.
    """
    _checks.shape("image", image, (3, 3))
    _checks.shape("first", first, (2, 1, 2, 2))
    _checks.shape("second", second, (1, 2, 2, 2))
    maps = conv2d(image[None], first)
    parts = [conv2d(maps[h : h + 1], second[:, h : h + 1]).item() for h in range(2)]
    total = conv2d(maps, second).item()
    fig = Figure(5.5, 3.1)
    ax = _draw.canvas(fig, 17.9, 10.1)
    _draw.draw_cells(ax, image, "input", (0.15, 3.4), fontsize=12)
    _draw.label(ax, 1.65, 2.95, "input", "input", fontsize=12)
    for h in range(2):
        y = 1.6 + 4.6 * h
        _numbers(ax, first[h, 0], "kernel", (4.4, y))
        _numbers(ax, maps[h], "output", (7.75, y))
        _numbers(ax, second[0, h], "kernel", (11.0, y))
        _numbers(ax, np.array([[parts[h]]]), "output", (14.0, y + 0.5))
        _draw.arrow(ax, (3.25, 4.9), (4.3, y + 1))
        _draw.arrow(ax, (6.5, y + 1), (7.65, y + 1))
        _draw.label(ax, 10.4, y + 1, TIMES, fontsize=13)
        _draw.label(ax, 13.5, y + 1, "=", fontsize=13)
        _draw.arrow(ax, (15.1, y + 1), (16.2, 4.75 if h == 0 else 5.05))
        _draw.label(ax, 5.4, y - 0.42, f"kernel {h}", "kernel", fontsize=11.6)
        _draw.label(ax, 8.75, y - 0.42, f"map {h}", "output", fontsize=11.6)
        _draw.label(ax, 12.0, y - 0.42, f"slice {h}", "kernel", fontsize=11.6)
    _numbers(ax, np.array([[total]]), "output", (16.3, 4.4))
    _draw.label(ax, 16.8, 3.9, "sum", "output", fontsize=11.6)
    _draw.label(ax, 7.1, 9.6, "first layer (2, 1, 2, 2)", fontsize=11.6)
    _draw.label(ax, 14.3, 9.6, "second (1, 2, 2, 2)", fontsize=11.6)
    rows = "; ".join(
        f"kernel {h}, {listed(first[h])}, makes map {h}, {listed(maps[h])}, which slice {h}, "
        f"{listed(second[0, h])}, turns into {parts[h]:g}"
        for h in range(2)
    )
    fig.alt = (
        f"An input that holds {listed(image)} goes through two kernels: {rows}. The two results "
        f"are added: {total:g}."
    )
    return fig


@drawing
def stamped(first: Array, second: Array) -> Figure:
    """Compose two layers by hand: each tap of the second stamps a kernel of the first.

    Parameters
    ----------
    first : ndarray of shape (2, 1, 2, 2)
        Weight of the first layer.
    second : ndarray of shape (1, 2, 2, 2)
        Weight of the second layer.
    """
    _checks.shape("first", first, (2, 1, 2, 2))
    _checks.shape("second", second, (1, 2, 2, 2))
    parts = [compose(first[h : h + 1], second[:, h : h + 1])[0, 0] for h in range(2)]
    total = compose(first, second)[0, 0]
    fig = Figure(5.2, 3.3)
    ax = _draw.canvas(fig, 14.3, 9.05)
    for h in range(2):
        y = 1.2 + 4.6 * h
        _numbers(ax, first[h, 0], "kernel", (0.15, y + 0.5))
        _numbers(ax, second[0, h], "kernel", (3.0, y + 0.5))
        _numbers(ax, parts[h], "output", (6.2, y))
        _draw.label(ax, 2.58, y + 1.5, "*", fontsize=15)
        _draw.label(ax, 5.6, y + 1.5, "=", fontsize=13)
        _draw.label(ax, 1.15, y + 0.05, f"kernel {h}", "kernel", fontsize=11.6)
        _draw.label(ax, 4.0, y + 0.05, f"slice {h}", "kernel", fontsize=11.6)
        _draw.arrow(ax, (9.35, y + 1.5), (10.9, 4.75 if h == 0 else 5.25))
    _draw.label(ax, 7.7, 0.7, "stamps, added", "output", fontsize=11.6)
    _numbers(ax, total, "output", (11.1, 3.5))
    _draw.label(ax, 12.6, 3.0, "one kernel", "output", fontsize=11.6)
    rows = "; ".join(
        f"kernel {h}, {listed(first[h])}, stamped by slice {h}, {listed(second[0, h])}, gives "
        f"{listed(parts[h])}"
        for h in range(2)
    )
    fig.alt = (
        f"Two kernels of 2 by 2 and the two slices that read them: {rows}. The sum of the two is "
        f"one kernel of 3 by 3, {listed(total)}."
    )
    return fig


@drawing
def flat_areas(photo: Array, white: Array, edges: Array, flat: Array) -> Figure:
    """Show what one kernel and what two layers take for a constant area.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph with pixels from 0 to 255.
    white : ndarray of shape (H - 2, W - 2)
        Answer of one averaging kernel with a bias and a ReLU.
    edges : ndarray of shape (H - 2, W - 2)
        Sum of the rectified edge maps.
    flat : ndarray of shape (H - 4, W - 4)
        Answer of the second layer.
    """
    for name, map_, lost in (("white", white, 2), ("edges", edges, 2), ("flat", flat, 4)):
        _checks.shape(name, map_, (photo.shape[0] - lost, photo.shape[1] - lost))
    fig = Figure(5.2, 5.75)
    ax = _draw.inches(fig, 5.2, 5.75)
    panels = (
        ("photograph", photo, 255.0),
        ("one layer: bright", white, float(white.max())),
        ("first layer: edges, added", edges, float(np.percentile(edges, 98))),
        ("second layer: flat", flat, float(flat.max())),
    )
    for number, (title, values, high) in enumerate(panels):
        left, down = 0.05 + 2.65 * (number % 2), 0.33 + 2.87 * (number // 2)
        _draw.label(ax, left + 1.22, down - 0.16, title, fontsize=12)
        _picture(fig, left, down, 2.45, values, 0, high)
    dark, deeper = (photo[rim:-rim, rim:-rim] < 50 for rim in (1, 2))
    fig.alt = (
        "A photograph of a man in a black coat before a bright sky, and three maps. The averaging "
        f"kernel answers in the sky only: of the dark pixels, {_share(white[dark])} are marked. "
        "The edge maps, added, draw the outlines. The second layer, which subtracts them from a "
        f"bias, marks what has no edges, sky and coat alike: {_share(flat[deeper])} of the dark "
        "pixels."
    )
    return fig


def _share(values: Array) -> str:
    return f"{100 * float((values > 0).mean()):.0f} %"


@drawing
def fields(depth: int = 3) -> Figure:
    """Count the paths from each pixel to one output through layers of 3 by 3.

    Parameters
    ----------
    depth : int
        Number of layers; at most three fit.
    """
    if not 1 <= depth <= 3:
        raise ValueError(f"depth must be 1, 2 or 3, got {depth}")
    fig = Figure(5.4, 2.75)
    ax = _draw.canvas(fig, 17.6, 8.95)
    paths, x, told = np.ones((1, 1, 1, 1), int), 0.15, []
    for layers in range(1, depth + 1):
        side = 2 * layers + 1
        paths = conv2d_input((1, 1, side, side), np.ones((1, 1, 3, 3), int), paths)
        for (row, column), count in np.ndenumerate(paths[0, 0]):
            at = x + column, 0.15 + row
            _draw.box(ax, at, 1, 1, "gradient", 0.5 * float(np.log1p(count) / np.log(50)))
            _draw.label(ax, at[0] + 0.5, at[1] + 0.5, f"{count}", fontsize=11.6)
        word = "layer" if layers == 1 else "layers"
        _draw.label(ax, x + side / 2, side + 0.7, f"{layers} {word}", fontsize=12)
        _draw.label(ax, x + side / 2, side + 1.45, f"{side}{TIMES}{side}", "quiet", fontsize=12)
        told.append(f"{layers}: {side} by {side} pixels, first row {listed(paths[0, 0, 0])}")
        x += side + 1.1
    fig.alt = (
        "The pixels that one output depends on, each with the number of paths that lead from it "
        f"to the output. By number of layers, {'; '.join(told)}. The middle pixel of the last has "
        f"{paths.max()} paths, its corners one."
    )
    return fig


@drawing
def separated(kernel: Array) -> Figure:
    """Take a kernel apart into columns times rows, the largest first.

    Parameters
    ----------
    kernel : ndarray of shape (3, 3)
        Kernel.
    """
    _checks.shape("kernel", kernel, (3, 3))
    columns, sizes, rows = np.linalg.svd(kernel)
    terms = int(np.linalg.matrix_rank(kernel))
    height = 1.3 + 3.85 * terms - 0.65
    fig = Figure(5.2, 5.2 * height / 12.4)
    ax = _draw.canvas(fig, 12.4, height)
    scale = float(abs(kernel).max())
    _draw.label(ax, 1.05, 0.55, "column", fontsize=12)
    _draw.label(ax, 4.0, 0.55, f"{TIMES} row", fontsize=12)
    _draw.label(ax, 7.8, 0.55, "added up so far", fontsize=12)
    _draw.label(ax, 11.3, 0.55, "error", fontsize=12)
    told = []
    for n in range(terms):
        y, root = 1.2 + 3.85 * n, np.sqrt(sizes[n])
        so_far = columns[:, : n + 1] * sizes[: n + 1] @ rows[: n + 1]
        error = float(((kernel - so_far) ** 2).sum() / (kernel**2).sum())
        _signed(ax, root * columns[:, n : n + 1], (0.55, y), scale)
        _signed(ax, root * rows[n : n + 1], (2.4, y + 1), scale)
        _signed(ax, so_far, (6.3, y), scale)
        _draw.label(ax, 1.98, y + 1.5, TIMES, fontsize=13)
        _draw.arrow(ax, (5.5, y + 1.5), (6.2, y + 1.5))
        _draw.label(ax, 11.3, y + 1.5, f"{100 * error:.0f} %", fontsize=13)
        if n:
            _draw.label(ax, 1.98, y - 0.43, "+", fontsize=13)
        told.append(f"{100 * error:.0f} % after {n + 1}")
    fig.alt = (
        f"The kernel {listed(kernel)} taken apart into {terms} products of a column and a row, "
        f"and what they add up to. What is missing of the sum of its squares: {', '.join(told)}."
    )
    return fig


def _signed(ax: Axes, values: Array, at: tuple[float, float], scale: float) -> None:
    """Draw signed numbers with two decimals."""
    for (row, column), value in np.ndenumerate(values):
        role = "positive" if value > 0 else "negative"
        strength = min(0.55, 0.55 * abs(float(value)) / scale)
        place = at[0] + column, at[1] + row
        _draw.box(ax, place, 1, 1, role, strength, edge="quiet")
        text = f"{value:.2f}".replace("-0.00", "0.00").replace("-", MINUS)
        _draw.label(ax, place[0] + 0.5, place[1] + 0.5, text, fontsize=11.5)


@drawing
def missing_shares(groups: Mapping[str, Sequence[float]]) -> Figure:
    """Show how much of random large kernels two layers of small ones cannot make.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Missing fractions, one for each kernel, by sort of pair of layers.
    """
    fig = Figure(5.2, 0.75 * len(groups) + 0.75)
    height = fig.get_figheight()
    largest = max(max(values) for values in groups.values())
    ax = fig.add_axes((0.04, 0.62 / height, 0.92, (height - 0.68) / height))
    ax.set(xlim=(-0.02 * largest, 1.04 * largest), ylim=(len(groups) - 0.3, -0.62))
    ax.spines["left"].set_visible(False)
    ax.set(yticks=[])
    ticks = np.arange(0, largest, 0.1)
    ax.set_xticks(ticks, [f"{100 * tick:.0f} %" for tick in ticks], fontsize=11)
    ax.set_xlabel("what the two layers miss", fontsize=11.5)
    told = []
    for row, (name, values) in enumerate(groups.items()):
        middle = float(np.median(values))
        spread = 0.3 * ((np.arange(len(values)) * 0.618) % 1 - 0.5)
        ax.axhline(row, color=LIGHT["line"], linewidth=0.8, zorder=0)
        ax.plot(values, row + spread, "o", ms=4.5, color=LIGHT["output"], alpha=0.5, mew=0)
        ax.plot([middle] * 2, [row - 0.22, row + 0.22], color=LIGHT["ink"], linewidth=2.2)
        _draw.label(ax, 0, row - 0.42, name, fontsize=11.5, ha="left")
        text = f"median {_percent(middle)}"
        _draw.label(ax, largest, row - 0.42, text, fontsize=11.5, ha="right")
        low, high = min(values), max(values)
        told.append(f"{name}: {_percent(low)} to {_percent(high)}, median {_percent(middle)}")
    fig.alt = (
        "Dots on one scale, one for each large kernel, at the share of it that the best pair of "
        f"small layers misses. By pair: {'; '.join(told)}."
    )
    return fig


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share < 1e-6 or share > 0.05 else f"{100 * share:.2g} %"


@drawing
def pooling(results: Mapping[str, tuple[float, float]]) -> Figure:
    """Show how much a map changes, and how many of its numbers stay, under a small shift.

    Parameters
    ----------
    results : mapping of str to pair of float
        For each way of pooling: the relative change, and the share of numbers that stay.
    """
    fig = Figure(5.2, 0.52 * len(results) + 0.75)
    height = fig.get_figheight()
    told = []
    heads = (("change", "kernel"), ("exactly the same", "output"))
    for part, (head, role) in enumerate(heads):
        ax = fig.add_axes((0.33 + 0.345 * part, 0.03, 0.32, (height - 0.5) / height))
        ax.set(xlim=(0, 1.0), ylim=(len(results) - 0.4, -0.6))
        ax.axis("off")
        _draw.label(ax, 0, -0.95, head, role, fontsize=12, ha="left", weight="bold")
        for row, (name, pair) in enumerate(results.items()):
            _draw.box(ax, (0, row - 0.3), pair[part], 0.6, role, 0.4)
            text = f"{100 * pair[part]:.0f} %"
            _draw.label(ax, pair[part] + 0.03, row, text, fontsize=12, ha="left")
            if not part:
                _draw.label(ax, -0.06, row, name, fontsize=12, ha="right")
    for name, (change, stay) in results.items():
        told.append(f"{name}: change {100 * change:.0f} %, the same {100 * stay:.0f} %")
    fig.alt = (
        "Bars for the same edge maps before and after pooling, when the picture moves by one "
        f"pixel. {'; '.join(told)}."
    )
    return fig


def _numbers(ax: Axes, values: Array, role: str, at: tuple[float, float]) -> None:
    """Draw whole numbers in boxes, with true minus signs."""
    table = [[f"{value:g}".replace("-", MINUS) for value in row] for row in values]
    _draw.draw_cells(ax, table, role, at, fontsize=12)


def _small_kernel(ax: Axes, weights: Array, at: tuple[float, float], side: float = 0.28) -> None:
    """Draw a kernel in small cells, with its common denominator below."""
    scale = next(n for n in range(1, 1000) if np.allclose(n * weights, np.round(n * weights)))
    largest = float(abs(weights).max())
    for (row, column), value in np.ndenumerate(weights):
        place = at[0] + side * column, at[1] + side * row
        role = "positive" if value > 0 else "negative"
        strength = 0.55 * abs(float(value)) / largest
        _draw.box(ax, place, side, side, role, strength, edge="quiet")
        text = f"{scale * value:.0f}".replace("-", MINUS)
        _draw.label(ax, place[0] + side / 2, place[1] + side / 2, text, fontsize=11.5)
    if scale > 1:
        below = at[1] + 3 * side + 0.17
        text = f"\N{DIVISION SIGN} {scale}"
        _draw.label(ax, at[0] + 1.5 * side, below, text, fontsize=11.5)


def _picture(
    fig: Figure, left: float, top: float, side: float, picture: Array, low: float, high: float
) -> Axes:
    """Show a photograph or a map; the place of its top left corner is given in inches."""
    width, height = fig.get_size_inches()
    place = (left / width, 1 - (top + side) / height, side / width, side / height)
    ax = fig.add_axes(place)
    _draw.draw_image(ax, np.clip(picture, low, high), low=low, high=high)
    return ax
