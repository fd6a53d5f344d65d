"""Rows of dots on one scale, the picture of many draws."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook.figures._figure import Figure


def strips(groups: Mapping[str, Sequence[float]], largest: float, label: str) -> Figure:
    """Draw each group as a row of dots, with its name and its median above.

    Parameters
    ----------
    groups : mapping of str to sequence of float
        Parts of a whole, one for each draw, by group.
    largest : float
        Where the scale ends.
    label : str
        What the scale shows.

    Returns
    -------
    Figure
        The drawing; its alt text lists range and median of each group.
    """
    fig = Figure()
    plot = fig.plot(0.115 * len(groups) + 0.14)
    fig.say("Rows of dots on one scale, a dot for each draw.")
    for row, (name, values) in enumerate(groups.items()):
        strip = plot.strip(row, np.asarray(values), role="output", name=name)
        plot.note(name, (0, row - 0.42), ha="left")
        digits = ".1%" if 0 < np.median(values) < 0.1 else ".0%"
        plot.note(f"median {strip:{f'median {digits}'}}", (largest, row - 0.42), ha="right")
        fig.say("{0:name}: {0:min .1%} to {0:max .1%}, median {0:median .1%}.", strip)
    plot.ax.set(xlim=(-0.02 * largest, 1.02 * largest), ylim=(len(groups) - 0.4, -0.75))
    plot.ax.set(yticks=[], xlabel=label)
    plot.ticks("x", np.linspace(0, largest, 5), ".0%")
    plot.ax.spines["left"].set_visible(False)
    return fig
