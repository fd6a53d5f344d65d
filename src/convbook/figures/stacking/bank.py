"""A bank of kernels: what each sees, what it is blind to, and what two layers see."""

from collections.abc import Mapping

import numpy as np

from convbook import DETECTORS, _checks, conv2d, stack
from convbook._typing import Array
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark
from convbook.figures._panel import Panel
from convbook.figures._planes import brightest, draw_map, whole

DEGREE = "\N{DEGREE SIGN}"
TITLE = 2.0  # cells above a picture, for its title


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
    fig = Figure()
    ax = fig.panel(4.7, 5.5)
    ax.note(f"input  {(1, *photo.shape)}", (2.35, 0.4), role="input")
    ax.picture(photo, role="image", name="photograph", at=(0.05, 0.85), size=(4.6, 4.6), low=0,
               high=255)  # fmt: skip
    fig.say("A photograph of {photograph:size} pixels and the maps that the kernels make of it, "
            "numbered from zero.")  # fmt: skip
    panels = fig.grid(4, (10, 7.5), columns=2)
    for o, (name, ax) in enumerate(zip(kernels, panels, strict=True)):
        _detector(ax, o, name, kernels[name])
        mark = draw_map(ax, maps[o], kernels[name], name=name, at=(3.5, 1), size=(6.4, 6.4))
        fig.say("{0:name}: {0:min .0f} to {0:max .0f};", mark)
    ax = fig.panel(12, 1)
    ax.note(f"output  {maps.shape}", (6, 0.5), role="output", name="shape", values=maps.shape)
    fig.say("Where the weights add up to zero, the sky is an even light grey and edges are orange "
            "or blue. Together the maps have the shape {shape}.")  # fmt: skip
    return fig


def _detector(ax: Panel, number: int, name: str, kernel: Array) -> None:
    """Write a kernel in whole numbers, its common denominator and its sum."""
    numbers, scale = whole(kernel)
    ax.note(f"{number}  {name}", (0.1, 0.5), ha="left", bold=True)
    ax.cells(numbers, role="signed", name=f"weights of {name}", at=(0.1, 1), text="small")
    if scale > 1:
        ax.note(f"\N{DIVISION SIGN} {scale}", (1.6, 4.6))
    ax.note(f"sum {kernel.sum():g}", (1.6, 6.6), role="quiet")


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
    fig = Figure()
    plot = fig.plot(0.6)
    largest = max(abs(side).max(), abs(top).max())
    plot.line(degrees[[0, -1]], [0, 0], role="line", width=1)
    sine = plot.dots(degrees, top, role="beta", name="top edge", shape="s", size=4)
    cosine = plot.dots(degrees, side, role="alpha", name="side edge", size=4)
    plot.note("side edge", (3, 1.13 * largest), role="alpha", ha="left")
    plot.note("top edge", (100, 1.13 * largest), role="beta", ha="left")
    blind = degrees[abs(side) < 1e-9 * largest]
    for angle in blind:
        plot.line([angle] * 2, [-1.1 * largest, 0], role="alpha", linestyle=":", width=1.6)
        plot.note("side edge is blind", (angle, -1.25 * largest), role="alpha", size="small")
    for mark, angles in ((cosine, (0, 90, 180)), (sine, (0, 90))):
        nearest = [int(np.argmin(abs(degrees - angle))) for angle in angles]
        mark.derive(angles=[*angles], answers=mark.values[nearest].round(1) + 0.0)
    cosine.derive(blind=blind, ramps=len(degrees))
    fig.say("Answers of a pair of edge kernels to {0:ramps} ramps of one slope. At {0:angles} "
            "degrees the side edge answers {0:answers .1f}, a cosine; at {1:angles} degrees the "
            "top edge answers {1:answers .1f}, a sine.", cosine, sine)  # fmt: skip
    fig.say("The side edge is blind at {0:blind} degrees, where the top edge answers most.",
            cosine)  # fmt: skip
    plot.ax.set(xlim=(-6, 366), ylim=(-1.4 * largest, 1.25 * largest),
                xlabel="direction in which the brightness rises",
                ylabel="answer to a slope of 1")  # fmt: skip
    plot.ax.set_xticks(ticks := [0, 90, 180, 270, 360], [f"{tick}{DEGREE}" for tick in ticks])
    return fig


@drawing
def disc() -> Figure:
    """Show a disc, which has edges of all directions, through two edge kernels."""
    size = 96
    picture = _soft_disc(size)
    side, top = conv2d(picture[None], stack([DETECTORS["side edge"], DETECTORS["top edge"]]))
    strength = np.hypot(side, top)
    fig = Figure()
    panels = fig.row(*[(7, 9)] * 4)
    for ax, (title, values, role) in zip(panels, (
        ("a disc", picture, "image"), ("side edge", side, "signed"), ("top edge", top, "signed"),
        ("strength\nand direction", strength, "image"),
    ), strict=True):  # fmt: skip
        high = float(strength.max()) if len(values) < size else 1.0
        _titled(ax, title, values, role, high)
    arrows = np.radians(np.arange(0, 360, 30))
    middle, radius, cell = (size - 3) / 2, 0.32 * size, 7 / (size - 2)
    rows = np.round(middle + radius * np.sin(arrows)).astype(int)
    columns = np.round(middle + radius * np.cos(arrows)).astype(int)
    found = np.arctan2(top[rows, columns], side[rows, columns])
    for row, column, angle in zip(rows, columns, found, strict=True):
        start = cell * (column + 0.5), TITLE + cell * (row + 0.5)
        end = start[0] + 1.4 * np.cos(angle), start[1] + 1.4 * np.sin(angle)
        panels[-1].arrow(start, end, role="kernel")
    turned = np.degrees(found - arrows - np.pi)
    mark = fig.marks["strength\nand direction"]
    mark.derive(off=abs((turned + 180) % 360 - 180).max(), arrows=len(arrows))
    fig.say(
        "A bright disc on a dark ground, and the maps of it. The side-edge kernel marks one side "
        "of the rim orange and the other blue, and leaves the highest and the lowest place grey; "
        "the top-edge kernel does the same upright. The root of the sum of their squares is a "
        "bright ring without gaps, and {0:arrows} arrows on it, found from both maps, point to "
        "the middle of the disc, the worst of them {0:off .1f} degrees off.",
        mark,
    )
    return fig


def _titled(ax: Panel, title: str, values: Array, role: str, high: float) -> Mark:
    """Show a picture below its title."""
    return ax.picture(values, role=role, name=title, at=(0.05, TITLE), size=(6.9, 6.95), low=0,
                      high=high, label="top")  # fmt: skip


def _soft_disc(size: int) -> Array:
    """Draw a bright disc with a soft rim."""
    place = np.arange(size) - (size - 1) / 2
    distance = np.hypot(*np.meshgrid(place, place))
    picture: Array = np.clip((0.32 * size - distance) / 2 + 0.5, 0, 1)
    return picture


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
    fig = Figure()
    _, one, _, two = (
        _titled(ax, title, values, "image", high)
        for ax, (title, values, high) in zip(fig.row(*[(7, 9)] * 4), (
            ("photograph", photo, 255.0), ("one layer:\nbright", white, float(white.max())),
            ("first layer:\nedges, added", edges, brightest(edges)),
            ("second layer:\nflat", flat, float(flat.max())),
        ), strict=True)
    )  # fmt: skip
    for mark, rim in ((one, 1), (two, 2)):
        dark = photo[rim:-rim, rim:-rim] < 50
        mark.derive(dark=float((mark.values[dark] > 0).mean()))
    fig.say(
        "A photograph of a man in a dark coat before a bright sky, and the maps of it. The "
        "averaging kernel answers in the sky only: of the dark pixels, {0:dark .0%} are marked. "
        "The edge maps, added, draw the outlines. The second layer, which subtracts them from a "
        "bias, marks what has no edges, sky and coat alike: {1:dark .0%} of the dark pixels.",
        one, two,
    )  # fmt: skip
    return fig
