"""Figures of the chapter on algorithms: how to convolve with fewer multiplications."""

from collections.abc import Mapping, Sequence

import numpy as np

from convbook._typing import Array
from convbook.algorithms import Bilinear
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import Mark, listed
from convbook.figures._panel import Panel


@drawing
def factored(algorithm: Bilinear, weight: Array) -> Figure:
    """Draw the matrix of a row's convolution, and its factors: sums, a diagonal, sums.

    Parameters
    ----------
    algorithm : Bilinear
        The three matrices.
    weight : ndarray of shape (k,)
        The kernel.
    """
    A, G, B = algorithm
    diagonal = np.diag(G @ weight)
    matrix = A.T @ diagonal @ B
    (m, n), products = matrix.shape, len(G)
    fig = Figure()
    panel = fig.panel(2 * products + n + 1.6, m + max(products, n) + 2.3)
    matrix_mark = _sparse(panel, matrix, "kernel", "the matrix of the convolution", (2, 1))
    panel.note("=", (2.6 + n, 1 + m / 2), size="large")
    middle, left = m + 2.2 + products / 2, 0.05
    others: list[Mark] = []
    for values, role, name in (
        (A.T, "output", "sums of products"),
        (diagonal, "kernel", "sums of weights"),
        (B, "input", "sums of pixels"),
    ):
        if others:
            panel.note("·", (left - 0.375, middle), size="large")
        at = left, middle - len(values) / 2
        others.append(_sparse(panel, values, role, name, at, m + 1.75))
        left += values.shape[1] + 0.75
    fig.say("The matrix ({0:rows}) equals ({1:rows}) times the diagonal matrix of {2:diagonal} "
            "times ({3:rows}).", matrix_mark, *others)  # fmt: skip
    return fig


def _sparse(
    panel: Panel, matrix: Array, role: str, name: str, at: tuple[float, float],
    above: float = 0.5,
) -> Mark:  # fmt: skip
    """Draw a matrix whose zeros stand back, with its name above."""
    for (row, column), value in np.ndenumerate(matrix + 0.0):
        corner = at[0] + column, at[1] + row
        panel.box(corner, role=role if value else "line", strength=0.18 if value else 0)
        panel.note(listed(np.array(value)), (corner[0] + 0.5, corner[1] + 0.5),
                   role="ink" if value else "quiet")  # fmt: skip
    middle = at[0] + matrix.shape[1] / 2
    mark = panel.note(name, (middle, above), role=role, name=name, values=matrix)
    return mark.derive(rows="; ".join(map(listed, matrix + 0.0)), diagonal=np.diag(matrix) + 0.0)


@drawing
def pipeline(algorithm: Bilinear) -> Figure:
    """Draw a layer in tiles: evaluate images and kernels, multiply matrices, interpolate.

    Parameters
    ----------
    algorithm : Bilinear
        The three matrices.
    """
    m, n = algorithm.outputs, algorithm.pixels
    k = n - m + 1
    columns = (
        ("image", "input", (n, m + n), (n, m), "tiles × channels"),
        ("kernels", "kernel", (k, k), (k, k), "channels × kernels"),
        ("output", "output", (m, 2 * m), (m, m), "tiles × kernels"),
    )
    fig = Figure()
    panel = fig.panel(14.8, 9.3)
    for x, (name, role, size, (side, step), shape) in zip((2.5, 7.4, 12.3), columns, strict=True):
        mark = panel.note(name, (x, 0.5), role=role, name=name, values=np.zeros((side, side)))
        mark.derive(overlap=k - 1, count=algorithm.products**2)
        _grid(panel, (x, 2.5), size, role, range(0, size[1] - side + 1, step), side)
        ends = [(x, 4.05), (x, 5.25)]
        panel.arrow(*(ends[::-1] if role == "output" else ends))
        verb = "interpolate" if role == "output" else "evaluate"
        panel.note(verb, (x - 0.2, 4.65), ha="right", size="small")
        _sheets(panel, (x, 7), role, str(algorithm.products**2))
        panel.note(shape, (x, 8.7), role=role, size="small")
    for x, sign in ((4.95, "·"), (9.85, "=")):
        panel.note(sign, (x, 6.9), size="large")
    fig.say("Tiles of {image:size} pixels that overlap by {image:overlap}, and kernels of "
            "{kernels:size} weights, are each evaluated at {image:count} points. For each point, a "
            "matrix of tiles by channels times one of channels by kernels gives one of tiles by "
            "kernels. Interpolation makes output tiles of {output:size} of them.")  # fmt: skip
    return fig


def _grid(
    panel: Panel, middle: tuple[float, float], size: tuple[int, int], role: str,
    corners: Sequence[int], side: int,
) -> None:  # fmt: skip
    """Draw a grid of small boxes about a point, and frame its tiles."""
    cell = 0.37
    left, top = middle[0] - cell * size[1] / 2, middle[1] - cell * size[0] / 2
    for row, column in np.ndindex(size):
        place = left + cell * column, top + cell * row
        panel.box(place, (cell, cell), role=role, strength=0.13, width=0.6)
    for corner in corners:
        panel.frame((left + cell * corner, top), (cell * side, cell * side), role=role)


def _sheets(panel: Panel, middle: tuple[float, float], role: str, count: str) -> None:
    """Draw a stack of matrices about a point, and their number."""
    for sheet in range(3, -1, -1):
        corner = middle[0] - 1.3 + 0.18 * sheet, middle[1] - 0.9 - 0.18 * sheet
        panel.box(corner, (2.3, 1.6), role="paper", strength=1, width=0)
        panel.box(corner, (2.3, 1.6), role=role)
    panel.note(count, (middle[0] - 0.15, middle[1] - 0.1), size="large")


@drawing
def ghost(photo: Array, edges: Array, errors: Mapping[str, Array]) -> Figure:
    """Show a photograph, what a kernel finds in it, and the errors of two ways to compute that.

    Parameters
    ----------
    photo : ndarray of shape (H, W)
        Pixels from 0 to 1.
    edges : ndarray
        What the kernel finds, without rounding.
    errors : mapping of str to ndarray
        Magnitudes of the rounding errors.
    """
    fig = Figure()
    strength = abs(edges) / abs(edges).max()
    fig.pictures({"photograph": photo, "edges": strength}, columns=2, low=0, high=1)
    high = float(np.quantile(np.maximum(*errors.values()), 0.995))
    marks = fig.pictures(errors, columns=2, low=0, high=high)
    fig.say("A photograph; its edges; and pictures of errors, on one grey scale:")
    for mark in marks:
        fig.say("{0:name}, {0:mean .1e} on average;", mark)
    fig.say("the last shows the bright parts of the photograph again, woven from small tiles, also "
            "where there are no edges.")  # fmt: skip
    return fig


@drawing
def points(sets: Mapping[str, Sequence[complex]], powers: int) -> Figure:
    """Draw sets of points in the complex plane, with the spirals that their powers follow.

    Parameters
    ----------
    sets : mapping of str to sequence of complex
        The points.
    powers : int
        The highest power.
    """
    fig = Figure()
    t = np.linspace(0, powers, 60 * powers + 1)
    turn = np.exp(2j * np.pi * np.arange(121) / 120)
    for panel, (name, values) in zip(fig.row(*[(4.7, 5.2)] * len(sets)), sets.items(), strict=True):
        for end in ((2.3, 0), (0, 2.3)):
            panel.line([2.35 - end[0], 2.35 + end[0]], [2.9 - end[1], 2.9 + end[1]], role="line",
                       width=1)  # fmt: skip
        panel.line(2.35 + turn.real, 2.9 - turn.imag, role="quiet", width=1)
        for point in (complex(value) for value in values if value):
            path = np.exp(t * np.log(point))
            path[(abs(path.real) > 2.3) | (abs(path.imag) > 2.3)] = np.nan
            panel.line(2.35 + path.real, 2.9 - path.imag, role="alpha", width=1.2, alpha=0.6)
        panel.dots(2.35 + np.real(values), 2.9 - np.imag(values), role="output", size=8)
        mark = panel.note(name, (2.35, 0.3), name=name, values=np.abs(values))
        fig.say("{0:name}: {0:count} points of absolute value {0:values .3g}.", mark)
    fig.say("Beside them stands the circle of absolute value one; lines follow the powers.")
    return fig


@drawing
def errors(tiles: Sequence[int], errors: Mapping[str, Array], direct: float) -> Figure:
    """Draw the error of Winograd's algorithm over the size of its tile, for sets of points.

    Parameters
    ----------
    tiles : sequence of int
        Outputs along the side of a tile.
    errors : mapping of str to ndarray
        The largest error for each tile, as a part of the largest output, for each set of points.
    direct : float
        The same of the direct sum.
    """
    fig = Figure()
    plot = fig.plot(0.62, 560)
    plot.ax.set(yscale="log", xticks=tiles, xlabel="outputs along the side of a tile",
                ylabel="largest error ÷ largest output")  # fmt: skip
    plot.level(direct, name="direct sum")
    roles = zip(errors.items(), ("alpha", "beta", "gamma", "delta"), "osD^", strict=False)
    for row, ((name, values), role, marker) in enumerate(roles):
        mark = plot.line(tiles, values, role=role, name=name, marker=marker, ms=6)
        plot.note(name, (0.03, 0.94 - 0.09 * row), role=role, ha="left", bold=True,
                  xycoords="axes fraction")  # fmt: skip
        fig.say("Largest errors with {0:name}: {0:values .1e}.", mark)
    plot.note("dashed: direct sum", (0.03, 0.94 - 0.09 * len(errors)), role="quiet", ha="left",
              xycoords="axes fraction")  # fmt: skip
    fig.say("The dashed line of the direct sum is at {direct sum:item .1e}.")
    return fig
