"""Pictures that are meant to explain an answer, and what they depend on."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook._typing import Array
from convbook.figures._blocks import reach, title
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import number
from convbook.figures._panel import Panel

MIDDLE, TOP = 8.05, 2.95  # cells of a panel that holds a digit of 16 by 16 pixels


@drawing
def occlusion(picture: Array, probability: Array, others: Mapping[str, Array]) -> Figure:
    """Show a digit, what a cover takes from the probability of its class, and other instruments.

    Parameters
    ----------
    picture : ndarray of shape (16, 16)
        Digit.
    probability : ndarray of shape (17 - size, 17 - size)
        Probability of the class for each place of a cover.
    others : mapping of str to ndarray of shape (16, 16)
        Signed pictures by name, each on its own scale.
    """
    fig = Figure()
    panels = fig.row(*[(16.1, 19)] * (2 + len(others)))
    for panel, name in zip(panels, ("the digit", "lost to a cover"), strict=False):
        panel.picture(picture, role="image", name="", at=(0.05, TOP))
        title(panel, name, (MIDDLE, TOP))
    _draw_losses(panels[1], 1 - probability, len(picture) - len(probability) + 1)
    fig.say("A digit, alone, and with a red tint where the middle of a cover takes probability: "
            "up to {lost:max .2f} where a cover is outlined, in the median {lost:median .2f}."
            )  # fmt: skip
    for panel, (name, values) in zip(panels[2:], others.items(), strict=True):
        mark = panel.picture(values, role="signed", name=name, at=(0.05, TOP), high=reach(values))
        title(panel, name, (MIDDLE, TOP))
        fig.say("{0:name}: a signed picture of the strokes.", mark)
    return fig


def _draw_losses(panel: Panel, lost: Array, cover: int) -> None:
    """Tint each pixel by what a cover with its middle there takes, and outline the worst cover."""
    for (row, column), share in np.ndenumerate(lost):
        corner = 0.05 + cover // 2 + column, TOP + cover // 2 + row
        panel.box(corner, role="delta", strength=0.85 * float(share), width=0)
    row, column = np.unravel_index(lost.argmax(), lost.shape)
    panel.frame((0.05 + column, TOP + row), (cover, cover), role="delta")
    panel.note("", (0, 0), role="delta", name="lost", values=lost)


@drawing
def explanations(picture: Array, shown: Mapping[str, Sequence[Array]]) -> Figure:
    """Show a digit, and what some instruments say for its best class and for its last.

    Parameters
    ----------
    picture : ndarray of shape (H, W)
        Digit.
    shown : mapping of str to pair of ndarray of shape (H, W)
        For each instrument its picture for the best and for the last class, on one scale.
    """
    fig = Figure()
    fig.pictures({"the digit": picture}, columns=4)
    fig.say("A digit, and signed pictures of it.")
    for name, pair in shown.items():
        likeness = _likeness(*pair)
        titles = f"{name},\nbest class", f"{name},\nlast class ({number(likeness, '.2f')})"
        best, last = fig.pictures(dict(zip(titles, pair, strict=True)), role="signed", columns=4,
                                  high=reach(np.stack(pair)))  # fmt: skip
        last.derive(likeness=likeness)
        fig.say("{0:name} and {1:name} have a likeness of {1:likeness .2f}.", best, last)
    return fig


@drawing
def switch_swap(likeness: Mapping[str, Mapping[str, Array]]) -> Figure:
    """Show which digit a picture is like that has the class of one and the switches of another.

    Parameters
    ----------
    likeness : mapping of str to mapping of str to ndarray of shape (pairs,)
        For each sort of network, the likeness to the digit whose class it is, and to the one
        whose switches they are, by name.
    """
    fig = Figure()
    fig.say("Rows of dots, a dot for each pair of digits: how alike the picture is to the digit "
            "whose class it has, and to the one whose switches it has. The medians:")  # fmt: skip
    for state, by_digit in likeness.items():
        last = state == [*likeness][-1]
        plot = fig.plot(0.2 + 0.08 * last)
        plot.title(state, bold=True)
        for y, (name, role) in enumerate(zip(by_digit, ("input", "kernel"), strict=True)):
            strip = plot.strip(y, by_digit[name], role=role, name=f"{name}, {state}")
            plot.note(f"{strip:median .2f}", (1, y), ha="right")
            fig.say("{0:name}, {0:median .2f};", strip)
        plot.rows([f"like {name}, its {what}" for name, what in
                   zip(by_digit, ("class", "switches"), strict=True)])  # fmt: skip
        plot.ax.set(xlim=(-0.25, 1))
        plot.ticks("x", [-0.2, 0, 0.2, 0.4, 0.6, 0.8])
        plot.ax.tick_params(axis="x", labelbottom=last)
        plot.ax.spines["left"].set_visible(False)
    plot.ax.set_xlabel("likeness")
    return fig


def _likeness(one: Array, other: Array) -> float:
    """Return the cosine of two pictures: 1 if they are equal up to a factor."""
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum()))
