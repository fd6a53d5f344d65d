"""Figures of the page on colour: greys, and what a screen's lights can match."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook import _checks
from convbook._typing import Array
from convbook.figures import _palette
from convbook.figures._figure import Figure, drawing
from convbook.figures._slices import COLOURS


@drawing
def greys(values: Mapping[str, Sequence[int]]) -> Figure:
    """Show pure red, green and blue beside the greys that several rules make of them.

    Parameters
    ----------
    values : mapping of str to sequence of int
        Three greys from 0 to 255, for red, green and blue, by rule.
    """
    fig = Figure()
    fig.say("Squares of the pure colours, and below each the greys that several rules make of "
            "it.")  # fmt: skip
    ax = fig.panel(12, 2.4 + 2.2 * len(values))
    pure = 255 * np.eye(3, dtype=np.uint8)
    for c, name in enumerate(COLOURS):
        ax.note(name, (5.5 + 2.5 * c, 0.4))
        ax.picture(pure[c].reshape(1, 1, 3), role="colour", name=f"pure {name}",
                   at=(4.7 + 2.5 * c, 0.8), size=(1.6, 1.4))  # fmt: skip
    for row, (rule, made) in enumerate(values.items()):
        y = 2.6 + 2.2 * row
        ax.note(rule, (4.2, y + 0.7), ha="right", name=rule, values=[*made])
        for c, grey in enumerate(made):
            ax.picture(np.full((1, 1), float(grey)), role="image", name=f"{rule}, {c}",
                       at=(4.7 + 2.5 * c, y), size=(1.6, 1.2), low=0, high=255)  # fmt: skip
            ax.note(f"{grey}", (5.5 + 2.5 * c, y + 1.6))
        fig.say("{0:name}: {0};", fig.marks[rule])
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
    fig = Figure()
    plot = fig.plot(0.6)
    fig.say("A curve for each light of a screen, over the wavelengths: how much of it would look "
            "like each pure light. Each has a hump, and each dips below zero:")  # fmt: skip
    for amounts, name in zip(lamps, COLOURS, strict=True):
        mark = plot.line(wavelengths, amounts, role=name, name=name)
        plot.ax.fill_between(wavelengths, amounts.clip(max=0), 0, alpha=0.25, linewidth=0,
                             color=_palette.ink(name).light)  # fmt: skip
        peak = int(amounts.argmax())
        plot.note(name, (wavelengths[peak], amounts[peak] + 0.2), role=name)
        mark.derive(deepest=float(wavelengths[amounts.argmin()]))
        fig.say("{0:name} {0:min .2f} at {0:deepest} nanometres;", mark)
    mark.derive(made=float((lamps >= 0).all(axis=0).mean()))
    fig.say("none is below zero for {0:made .0%} of the wavelengths.", mark)
    plot.line(wavelengths[[0, -1]], [0, 0], role="quiet", width=1)
    plot.ax.set(xlim=(wavelengths[0], wavelengths[-1]), ylim=(lamps.min() - 0.3, lamps.max() + 0.4))
    plot.ax.set(xlabel="wavelength of the pure light (nm)", ylabel="amount of each light")
    return fig
