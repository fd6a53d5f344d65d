"""Figures of the chapter "Channels: why has a kernel as many slices as the image has colours?"."""

from collections.abc import Mapping
from itertools import permutations

import numpy as np

from convbook import _checks, conv2d, luma, share_across_channels
from convbook._typing import Array
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import MINUS, TIMES, number
from convbook.figures._slices import COLOURS, channel_block  # noqa: F401  (shown too)


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
    planes = {"in colour": (picture.transpose(1, 2, 0), "colour"), "in grey": (grey[0], "image"),
              "grey,\n9 weights": (blind, "signed"),
              "colour,\n27 weights": (found, "signed")}  # fmt: skip
    fig = Figure()
    for ax, (name, (plane, role)) in zip(fig.row(*[(5, 6.6)] * 4), planes.items(), strict=True):
        high = limit if role == "signed" else 255
        size = 4.9, 4.9 * plane.shape[0] / plane.shape[1]
        ax.picture(plane, role=role, name=name, at=(0.05, 1.6), size=size, low=0, high=high,
                   label="top")  # fmt: skip
    fig.say("In colour, a smiling frog sits on another colour. In grey the same picture is one "
            "even square, of luma {in grey:min} to {in grey:max}. A kernel on it gives {0:min} to "
            "{0:max}, another even square. A kernel on the channels gives {1:min .0f} to "
            "{1:max .0f}, and the frog stands out.", *[*fig.marks.values()][2:])  # fmt: skip
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
    fig = Figure()
    fig.say("A row for each channel: its pixels, the slice of the kernel that meets them, and the "
            "map that results.")  # fmt: skip
    ax = fig.panel(13.2, 15.4)
    for x, text in ((3.6, "image"), (7.4, "kernel"), (11.3, "map")):
        ax.note(text, (x, 0.45), role="quiet")
    maps = []
    for c, name in enumerate(COLOURS):
        y = 1.0 + 3.65 * c
        seen = conv2d(image[c : c + 1], weight[:, c : c + 1])[0]
        ax.note(name, (1.85, y + 1.5), role=name, ha="right")
        channel = ax.cells(image[c], role=name, name=f"{name} channel", at=(2.1, y))
        ax.frame((2.1, y), (2, 2), role="kernel")
        ax.cells(weight[0, c], role=name, name=f"{name} slice", at=(6.4, y + 0.5), strength=0.3)
        maps.append(ax.cells(seen, role=name, name=f"{name} map", at=(10.3, y + 0.5)))
        ax.arrow((5.3, y + 1.5), (6.2, y + 1.5))
        ax.arrow((8.6, y + 1.5), (10.1, y + 1.5))
        if c:
            ax.note("+", (11.3, y - 0.33), size="large")
        fig.say("{0:name} {0}, slice {1}, map {2};", channel, fig.marks[f"{name} slice"], maps[-1])
    y = 1.0 + 3.65 * 3 + 0.4
    ax.note("=", (11.3, y - 0.5), size="large")
    ax.cells(conv2d(image, weight)[0], role="ink", name="the sum", at=(10.3, y), label="bottom")
    corner = [int(mark.values[0, 0]) for mark in maps]
    total = f"{' + '.join(number(n) for n in corner)} = {number(sum(corner))}"
    ax.note(total, (9.9, y + 0.5), ha="right", name="first", values=total)
    fig.say("The maps are added up to the one output: {the sum}; its first number is {first}.")
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
    fig = Figure()
    fig.say("A row for each colour: its pixels, its weights and their products.")
    ax = fig.panel(16.8, 17.2)
    for x, text in ((4.05, "pixels"), (8.75, "weights"), (14.05, "products")):
        ax.note(text, (x, 0.45), role="quiet")
    for c, name in enumerate(COLOURS):
        y = 1.1 + 4.6 * c
        ax.note(name, (1.85, y + 1.5), role=name, ha="right")
        ax.cells(
            values[c], role=name, name=f"{name} pixels", at=(2.1, y), size=(1.3, 1), text="small"
        )
        ax.note(TIMES, (6.6, y + 1.5), role="quiet", size="large")
        ax.cells(weight[0, c], role=name, name=f"{name} weights", at=(7.25, y), text="small",
                 strength=0.4 * abs(weight[0, c]) / abs(weight).max())  # fmt: skip
        ax.note("=", (10.85, y + 1.5), role="quiet", size="large")
        ax.cells(each[c], role=name, name=f"{name} products", at=(11.45, y), size=(1.75, 1),
                 text="small", strength=0.4 * abs(each[c]) / abs(each).max())  # fmt: skip
        ax.note(f"sum {number(int(each[c].sum()))}", (14.05, y + 3.5), role=name,
                name=f"{name} sum", values=int(each[c].sum()))  # fmt: skip
        fig.say("{0:name}: {0} times {1}, sum {2:item};", fig.marks[f"{name} pixels"],
                fig.marks[f"{name} weights"], fig.marks[f"{name} sum"])  # fmt: skip
    y, total = 1.1 + 4.6 * 3 + 0.9, int(each.sum())
    sums = " + ".join(number(int(part.sum())) for part in each).replace(f"+ {MINUS}", f"{MINUS} ")
    ax.note(f"{sums}  =", (12.05, y), ha="right")
    ax.box((12.45, y - 0.7), (3.2, 1.4), role="ink", strength=0.1)
    ax.note(number(total), (14.05, y), bold=True, name="all products", values=total)
    fig.say("All products together: {all products:item}.")
    return fig


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
    names = ["".join("RGB"[c] for c in order) for order in orders]
    fig = Figure()
    fig.pictures(
        {
            name: picture[list(order)].transpose(1, 2, 0)
            for name, order in zip(names, orders, strict=True)
        },
        role="colour",
        columns=6,
    )
    limit = float(np.percentile(abs(maps[0]), 99))
    (mark,) = fig.pictures({"one map for all of them": maps[0]}, role="signed", columns=3,
                           low=-limit, high=limit)  # fmt: skip
    mark.derive(apart=max(abs(seen - maps[0]).max() for seen in maps), orders=len(orders))
    fig.say("The frog {0:orders} times, with its channels in every order. Below, the edges that a "
            "kernel shared by the channels finds: the maps differ by at most {0:apart}, so one "
            "is shown.", mark)  # fmt: skip
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
    maps = [conv2d(photo[c : c + 1], weight[:, c : c + 1])[0] for c in range(3)]
    total = conv2d(photo, weight)[0]
    limit = float(max(abs(total).max(), *(abs(seen).max() for seen in maps)))
    colour = np.round(photo).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)
    fig = Figure()
    fig.pictures({"the photograph": colour}, role="colour", columns=2)
    fig.pictures({f"{name} channel": plane for name, plane in zip(COLOURS, photo, strict=True)},
                 role="image", columns=3, low=0, high=255)  # fmt: skip
    gains = [f"{weight[0, c].sum():+.2g}".replace("-", MINUS) for c in range(3)]
    seen = fig.pictures({f"{name} slice, sum {gain}": plane for name, gain, plane
                         in zip(COLOURS, gains, maps, strict=True)}, role="signed", columns=3,
                        low=-limit, high=limit)  # fmt: skip
    (last,) = fig.pictures({"the sum of the maps": total}, role="signed", columns=2, low=-limit,
                           high=limit)  # fmt: skip
    fig.say("A dahlia on dark leaves, taken apart: its channels in grey, and below each the map "
            "that its slice of the kernel gives.")  # fmt: skip
    for mark in seen:
        fig.say("{0:name}: {0:min .0f} to {0:max .0f};", mark)
    fig.say("The sum of the maps runs from {0:min .0f} to {0:max .0f}: the petals come out "
            "above zero, the leaves below.", last)  # fmt: skip
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
    fig = Figure()
    plot = fig.plot(0.075 * len(edges) + 0.2)
    rows = np.arange(len(edges))
    kept, best = np.transpose([*edges.values()])
    for row, most in zip(rows, best, strict=True):
        plot.line([0, 1], [row, row], role="line", width=0.8, zorder=0)
        plot.line([most] * 2, [row - 0.3, row + 0.3], role="ink", width=2)
    dots = plot.dots(kept, rows, role="gamma", name="edges in luma", size=8)
    diamonds = plot.dots([*colour.values()], rows, role="green", name="the detector", size=7,
                         shape="D")  # fmt: skip
    plot.note("\N{BLACK CIRCLE} edges in luma", (1, -0.95), role="gamma", ha="right")
    plot.note("| edges at best", (0.44, -0.95))
    plot.note("\N{BLACK DIAMOND} detector", (0, -0.95), role="green", ha="left")
    fig.say(
        "Rows of marks on a scale from nothing to all: a dot for the share of the edge energy "
        "that luma keeps, a bar for the most that any grey could keep, and a diamond for the "
        "share of a colour detector's answer that the best grey kernel can give."
    )
    for n, name in enumerate(edges):
        dots.derive(**{f"row{n}": kept[n], f"best{n}": best[n], f"name{n}": name})
        diamonds.derive(**{f"row{n}": colour[name]})
        fig.say(f"{{0:name{n}}} {{0:row{n} .0%}}, {{0:best{n} .0%}} and {{1:row{n} .0%}};",
                dots, diamonds)  # fmt: skip
    plot.ax.set(xlim=(-0.02, 1.02), ylim=(len(edges) - 0.5, -1.3), xlabel="share that grey keeps")
    plot.ticks("x", [0, 0.25, 0.5, 0.75, 1], ".0%")
    plot.ax.set_yticks(rows, [*edges])
    plot.ax.tick_params(axis="y", length=0)
    plot.ax.spines["left"].set_visible(False)
    return fig
