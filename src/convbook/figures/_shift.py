"""A photograph that moves by a pixel, and what a stride makes of it; one figure can be touched."""

from collections.abc import Mapping

import numpy as np

from convbook import conv2d, pad
from convbook._typing import Array
from convbook.figures._explorable import Explorable
from convbook.figures._figure import Figure, drawing
from convbook.figures._photographs import address

CODE = [
    "import numpy as np",
    "from sklearn.datasets import load_sample_image",
    "from convbook import conv2d, pad",
    'grey = (load_sample_image("china.jpg") @ [0.299, 0.587, 0.114]).round()',
    "photo = grey[60:156, 170:298]",
    'ring = np.pad(photo, [(0, n) for n in photo.shape], mode="symmetric")',
    "moved = np.roll(ring, {shift}, axis=1)",
    "blur = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256",
    'closed = pad(moved[None], (2, 2, 2, 2), mode="circular")',
    "moved[::2, ::2], conv2d(closed, blur[None, None], stride=2)[0]",
]
BINOMIAL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
LONGEST = 16
"""Pixels that the slider moves the picture by, as in ``docs/_static/explore/shift.js``."""
CHANCE = 2**0.5
"""Difference of two unrelated maps, as a part of their contrast."""


def halve(picture: Array, blur: bool) -> Array:
    """Keep every second pixel of a picture on a ring, after a blur if that is asked for."""
    ring = pad(picture[None], (2, 2, 2, 2), mode="circular")
    return conv2d(ring, BINOMIAL[None, None])[0, ::2, ::2] if blur else picture[::2, ::2]


def unexplained(picture: Array, shift: int, blur: bool) -> float:
    """Tell how much of the map's contrast changes, beyond its motion, when the picture shifts."""
    before, after = halve(picture, blur), halve(np.roll(picture, shift, axis=1), blur)
    turn = np.exp(-1j * np.pi * shift * np.fft.fftfreq(before.shape[1]))
    moved = (
        np.fft.ifft(np.fft.fft(before) * turn).real if shift % 2 else np.roll(before, shift // 2, 1)
    )
    return float((after - moved).std() / before.std())


@drawing
def shift_slider(photo: Array) -> Figure:
    """Show a photograph and the same one pixel further, halved with and without a blur.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Grey photograph of whole numbers from 0 to 255, with even sides. Its mirror image
        continues it, so that it closes to a ring and can be shifted.
    """
    ring = np.pad(photo, [(0, n) for n in photo.shape], mode="symmetric").astype(float)
    moved = np.roll(ring, 1, axis=1)
    settings = {
        "label": "a picture that moves",
        "shift": "0",
        "changed": [
            [round(unexplained(ring, shift, blur), 4) for shift in range(LONGEST + 1)]
            for blur in (False, True)
        ],
        "picture": address(photo),
        "code": CODE,
    }
    fig = Explorable("shift", settings, (33, 31.5))
    height, width = (side // 2 for side in photo.shape)
    shown = {
        f"{name},\n{when}": halve(picture, blur)[:height, :width]
        for name, blur in (("stride 2", False), ("blurred", True))
        for when, picture in (("at 0", ring), ("at 1 pixel", moved))
    }
    marks = fig.pictures(shown, low=0, high=255)
    for mark, blur in ((marks[1], False), (marks[3], True)):
        mark.derive(changed=unexplained(ring, 1, blur))
    fig.say("A roof with every second pixel kept, before and after it moves by one pixel: with "
            "stride alone {1:changed .0%} of the contrast changes in a way that no motion explains,"
            " after a blur {3:changed .0%}. On the web page a slider moves the picture.",
            *marks)  # fmt: skip
    return fig


@drawing
def shift_errors(errors: Mapping[str, Array]) -> Figure:
    """Compare ways to halve a map by how much a shift of one pixel changes it.

    Parameters
    ----------
    errors : mapping of str to ndarray of shape (photographs,)
        Change of the map as a part of its contrast, by way to halve it.
    """
    fig = Figure()
    plot = fig.plot(0.1 * len(errors) + 0.12)
    plot.level(CHANCE, name="unrelated maps", across=False)
    plot.note("unrelated\nmaps", (CHANCE - 0.04, len(errors) - 0.62), role="quiet", ha="right",
              va="bottom")  # fmt: skip
    plot.note("median", (1.04 * CHANCE, -0.62), ha="left", va="bottom")
    fig.say("A dot for each photograph, in a row for each way to halve a map, on a bar from the "
            "smallest to the largest.")  # fmt: skip
    for y, (name, each) in enumerate(errors.items()):
        strip = plot.strip(y, each, role="input", name=name)
        plot.note(f"{strip:median .0%}", (1.2 * CHANCE, y), ha="right")
        fig.say("{0:name}: {0:min .0%} to {0:max .0%}, the median {0:median .0%}.", strip)
    fig.say("A dashed line marks {unrelated maps:item .0%}, where maps that have nothing to do "
            "with each other would be.")  # fmt: skip
    plot.rows([*errors])
    plot.ax.set(xlim=(0, 1.22 * CHANCE), xlabel="difference that no motion explains")
    plot.ax.set_xticks([0, 0.5, 1, 1.5], ["0", "50 %", "100 %", "150 %"])
    plot.ax.spines["left"].set_visible(False)
    return fig


@drawing
def shift_curves(curves: Mapping[str, Array]) -> Figure:
    """Draw how far a network's answer moves when the picture does.

    Parameters
    ----------
    curves : mapping of str to ndarray of shape (cases, shifts)
        Change of the answer, by way to halve a map; three of them.
    """
    fig = Figure()
    plot = fig.plot(0.62)
    count = next(iter(curves.values())).shape[1]
    shifts = np.arange(count)
    fig.say("Curves of how far the pooled answer of a network moves when the picture is shifted, "
            "as a part of the distance to another photograph.")  # fmt: skip
    places = count // 2 + 1, count // 2 + 2, count * 3 // 4 + 1
    for (name, curve), role, place in zip(
        curves.items(), ("alpha", "gamma", "delta"), places, strict=True
    ):
        mark = plot.curve(shifts, curve, role=role, name=name, marker="o", ms=4)
        top = np.quantile(curve[:, place], 0.75) + 0.02
        plot.note(name, (place, top), role=role, bold=True, va="bottom")
        fig.say("{0:name}: {0:at 1 .0%} at a shift of one pixel, {0:max .0%} at most, {0:last .0%} "
                "at the end.", mark)  # fmt: skip
        fig.say("The line is the {0:middle}, the band holds {0:band} of the cases.", mark)
    plot.ax.set(xlim=(0, shifts[-1]), xticks=shifts[::4], ylim=(0, 1.1 * plot.ax.get_ylim()[1]))
    plot.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    plot.ax.grid(axis="y")
    plot.ax.set_xlabel("shift of the picture, in pixels")
    plot.title("change of the answer; 100 %: another photograph")
    return fig
