"""A small network: how it is read up and down, what training wrote, and what its maps look for."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from convbook._typing import Array
from convbook.figures._blocks import BLOCK, block, mosaic, reach, title
from convbook.figures._figure import Figure, drawing

ARROW = "\N{RIGHTWARDS ARROW}"


@drawing
def by_hand(image: Array, outputs: Array, pooled: int, unpooled: Array, projected: Array) -> Figure:
    """Draw the running example on its way up to one number, and back down to the pixels.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        What goes in.
    outputs : ndarray of shape (2, 2)
        What the convolution makes of it.
    pooled : int
        Largest of the outputs.
    unpooled : ndarray of shape (2, 2)
        A 1 where the largest stood, and zeros.
    projected : ndarray of shape (H, W)
        What comes down to the pixels.
    """
    fig = Figure()
    ax = fig.panel(12, 9.36)
    at, low = ((0.4, 1.0), (5.2, 1.5), (9.6, 2.0)), 5.4
    up = {"image": (image, "input"), "convolved": (outputs, "output"),
          "pooled": (np.array([[pooled]]), "output")}  # fmt: skip
    down = {"kernel stamped": projected, "put at the switch": unpooled,
            "start with 1": np.array([[1]])}  # fmt: skip
    for (name, (array, role)), place in zip(up.items(), at, strict=True):
        ax.cells(array, role=role, name=name, at=place, text="large")
        ax.note(name, (place[0] + array.shape[1] / 2, 0.45))
    for (name, array), (x, y) in zip(down.items(), at, strict=True):
        ax.cells(array, role="gradient", name=name, at=(x, y + low - 1), text="large")
        ax.note(name, (x + array.shape[1] / 2, low + 3.55))
    switch = ax.frame((at[1][0] + 1, at[1][1] + 1), role="gradient", name="switch")
    ax.note("the switch: which of the four won", (4.3, 4.25), role="gradient", ha="left")
    for x in (3.6, 7.4):
        ax.arrow((x, 2.5), (x + 1.3, 2.5))
        ax.arrow((x + 1.3, low + 1.5), (x, low + 1.5))
    fig.say("Upper row: the image {image}, the outputs {convolved}, and the largest of them, "
            "{pooled}; its place is framed as the {0:name}.", switch)  # fmt: skip
    fig.say("Lower row, back from there: {0}, put where the switch says, {1}, and the kernel "
            "stamped at that place of the image, {2}.",
            *(fig.marks[name] for name in [*down][::-1]))  # fmt: skip
    return fig


@drawing
def mistakes(pictures: Array, truth: Array, answers: Array) -> Figure:
    """Show the digits that several networks misread.

    Parameters
    ----------
    pictures : ndarray of shape (N, H, W)
        Digits.
    truth : ndarray of int of shape (N,)
        What they are.
    answers : ndarray of int of shape (networks, N)
        What the networks said.
    """
    fig = Figure()
    fig.say("Digits; for each, what it is, what the networks said, and in brackets how many.")
    for panel, picture, label, said in zip(
        fig.row(*[(3.5, 4.2)] * len(pictures)), pictures, truth, answers.T, strict=True
    ):
        wrong = {k: n for k, n in Counter(said.tolist()).items() if k != label}
        words = f"{label} {ARROW} " + ", ".join(f"{k} ({n})" for k, n in wrong.items())
        panel.picture(picture, role="image", name="", at=(0.05, 0.75), size=(3.4, 3.4))
        mark = panel.note(words, (1.75, 0.35), name=f"digit of panel {len(fig.drawn)}")
        fig.say("{0:item}.", mark)
    return fig


@drawing
def starting_scale(
    blocks: Mapping[str, Array], rough: Mapping[str, float], digit: Array, answers: Array
) -> Figure:
    """Show blocks of nine first-layer filters on one scale, and a digit with its nine answers.

    Parameters
    ----------
    blocks : mapping of str to ndarray of shape (9, K, K)
        Four blocks of kernels by name; the digit is answered by the last.
    rough : mapping of str to float
        How rough each block is.
    digit : ndarray of shape (H, W)
        Picture that the network reads.
    answers : ndarray of shape (9, H, W)
        What the filters make of it, after the ReLU.
    """
    fig = Figure()
    size = (BLOCK + 0.1, BLOCK + 1.3)
    panels = fig.grid(6, size, columns=3)
    scale = reach(np.stack([*blocks.values()]))
    fig.say("Blocks of kernels on one scale.")
    for panel, (name, tiles) in zip(panels, blocks.items(), strict=False):
        mark = block(panel, tiles, name, (0.05, 1.25), high=scale, values=rough[name],
                     said=f"roughness {rough[name]:.2f}")  # fmt: skip
        fig.say("{0:name}: roughness {0:item .2f}.", mark)
    panels[4].picture(digit, role="image", name="digit", at=(0.05, 1.25), size=(BLOCK, BLOCK))
    title(panels[4], "a digit", (0.05 + BLOCK / 2, 1.25))
    block(panels[5], answers, "its answers", (0.05, 1.25), role="image", low=0.0,
          high=float(answers.max()))  # fmt: skip
    fig.say("A block with a small roughness shows strokes, one with a roughness near that of "
            "noise shows speckle.")  # fmt: skip
    fig.say("Then a digit, {digit:size} pixels, and {its answers:name}: each map is bright "
            "where the digit has the stroke of its kernel.")  # fmt: skip
    return fig


@drawing
def pushed(sketches: Array, likeness: Sequence[float]) -> Figure:
    """Show the kernels of the second layer, pushed through the first to the pixels.

    Parameters
    ----------
    sketches : ndarray of shape (N, K, K)
        Composed kernels, each drawn on a scale of its own.
    likeness : sequence of float
        How well the answers of each agree with the true ones.
    """
    fig = Figure()
    ax = fig.panel(8 * 1.8, 2.2 * -(-len(sketches) // 8))
    places = [divmod(place, 8) for place in range(len(sketches))]
    own = sketches / abs(sketches).max((1, 2), keepdims=True)
    mosaic(ax, own, (0.05, 0.55), 1.55, (1.8, 2.2), role="signed", high=1.0, places=places)
    for (row, column), value in zip(places, likeness, strict=True):
        ax.note(f"{value:.2f}", (0.83 + 1.8 * column, 0.3 + 2.2 * row), size="small")
    all_ = ax.note("", (0, 0), name="correlations", values=np.asarray(likeness))
    fig.say("Tiles of weights in both signs, each with a correlation from {0:min .2f} to "
            "{0:max .2f}.", all_)  # fmt: skip
    return fig


@drawing
def top_nine(patches: Mapping[str, Array], projections: Mapping[str, Array]) -> Figure:
    """Show for some feature maps the nine strongest patches, and their projections.

    Parameters
    ----------
    patches : mapping of str to ndarray of shape (9, K, K)
        Pieces of pictures, by map.
    projections : mapping of str to ndarray of shape (9, K, K)
        What the deconvnet makes of each; the nine of a map share one scale.
    """
    fig = Figure()
    fig.say("Pairs of blocks, one pair for each map: on the left the patches that it answers "
            "most, all alike; on the right their projections in both signs, also alike."
            )  # fmt: skip
    low, high = (float(f([f(nine) for nine in patches.values()])) for f in (np.min, np.max))
    for name, nine in patches.items():
        ax = fig.panel(2 * BLOCK + 1.3, BLOCK + 0.8)
        mark = block(ax, nine, name, (0.05, 0.75), role="image", low=low, high=high)
        block(ax, projections[name], f"projections of {name}", (BLOCK + 1.2, 0.75),
              high=reach(projections[name]))  # fmt: skip
        fig.say("{0:name}.", mark)
    return fig
