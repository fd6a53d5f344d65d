"""The figures of the chapter "Why is it a matrix product?"."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, ConnectionPatch
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from convbook import conv2d, convolution_matrix, output_size, pad, unfold
from convbook._typing import Array
from convbook.figures._draw import arrow, box, canvas, draw_cells, draw_image, frame, label
from convbook.figures._figure import Figure, drawing
from convbook.figures._linked import linked_matrix  # noqa: F401  (shown with the others)
from convbook.figures._palette import LIGHT

Letters = NDArray[Any]
"""An array of letters: pixels, weights or outputs by name."""

TAPS = ("alpha", "beta", "gamma", "delta")
"""The role of each weight of a kernel, in reading order."""

WIRE_LABELS = (0.72, 0.6, 0.24, 0.72)
"""How far along a wire the name of its weight stands, so that no two names meet."""


# -- Five views of one convolution -------------------------------------------


@drawing
def matrix_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the convolution as a sparse matrix of shared weights times the image as a column."""
    taps = _placed(image, kernel, output)
    rows, columns = taps.shape[1:]
    used = int(taps.sum())
    alt = (
        f"The outputs {_list(output)}, as a column, equal a matrix of {rows} rows and {columns} "
        f"columns times the image {_list(image)}, as a column, plus b. "
        + " ".join(
            f"Row {name} reads {' '.join(_cell(entry, kernel) for entry in taps[:, row].T)}."
            for row, name in enumerate(output.flat)
        )
        + f" Of {rows * columns} entries {used} hold one of {kernel.size} weights and "
        f"{rows * columns - used} are 0; each weight runs down a diagonal in its own colour."
    )
    fig = Figure(6.2, 4.85, alt=alt)
    ax = canvas(fig, columns + 5.9, columns + 2.1)
    _draw_problem(ax, image, kernel, output)
    top = columns + 1.3 - rows
    middle = top + rows / 2
    draw_cells(ax, output.reshape(-1, 1), "output", (0.4, top), fontsize=15)
    label(ax, 1.95, middle, "=", fontsize=18)
    _draw_matrix(ax, taps, kernel, (2.5, top), fontsize=15)
    for column, letter in enumerate(image.flat):
        label(ax, 3 + column, top - 0.45, letter, "input", fontsize=13.5)
    words = f"{used} weights and {rows * columns - used} zeros"
    label(ax, 2.5 + columns / 2, top + rows + 0.45, words, fontsize=13.5)
    draw_cells(ax, image.reshape(-1, 1), "input", (columns + 3, 1.3), fontsize=15)
    label(ax, columns + 3.5, 0.7, "image", "input", fontsize=13.5)
    label(ax, columns + 4.95, middle, "+ b", fontsize=18)
    return fig


def _draw_problem(ax: Axes, image: Letters, kernel: Letters, output: Letters) -> None:
    """Draw image, kernel and output as the grids that they are."""
    draw_cells(ax, image, "input", (0.4, 1.3), fontsize=15)
    label(ax, 1.9, 0.7, "image", "input", fontsize=13.5)
    label(ax, 3.95, 2.8, "∗", fontsize=18)
    for tap, (i, j) in enumerate(np.ndindex(kernel.shape)):
        _draw_entry(ax, (4.5 + j, 1.8 + i), np.eye(kernel.size)[tap], kernel, 15)
    label(ax, 5.5, 1.2, "kernel", "kernel", fontsize=13.5)
    label(ax, 7.7, 2.8, "+ b =", fontsize=16)
    draw_cells(ax, output, "output", (9.0, 1.8), fontsize=15)
    label(ax, 10.0, 1.2, "output", "output", fontsize=13.5)


@drawing
def equation_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Write the equations so that every pixel has a column, and count each column."""
    taps = _placed(image, kernel, output)
    rows, columns = taps.shape[1:]
    uses = taps.sum(axis=(0, 1))
    alt = (
        " ".join(
            f"{name} = {' + '.join(_terms(taps[:, row], kernel, image))} + b."
            for row, name in enumerate(output.flat)
        )
        + f" Each product stands in the column of its pixel; {_list(image)} are used "
        f"{' '.join(map(str, uses))} times."
    )
    fig = Figure(6.2, 2.95, alt=alt)
    ax = canvas(fig, columns + 4.2, rows + 2.2)
    for row, name in enumerate(output.flat):
        label(ax, 0.7, row + 0.9, f"{name} =", "output", fontsize=15)
        label(ax, columns + 2.4, row + 0.9, "+ b", fontsize=15)
    _draw_matrix(ax, taps, kernel, (1.5, 0.4), fontsize=14.5, zero="", pixels=image)
    for column, count in enumerate(uses):
        label(ax, 2 + column, rows + 0.95, str(count), "input", fontsize=14.5)
    label(ax, columns + 2.75, rows + 0.95, "times used", "input", fontsize=13)
    label(ax, 1.5 + columns / 2, rows + 1.7, f"each column is one pixel, {_range(image)}", "input",
          fontsize=13)  # fmt: skip
    return fig


@drawing
def window_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the kernel at each of its positions, over the pixels it multiplies."""
    taps = _placed(image, kernel, output)
    height, width = image.shape
    down, across = output.shape
    alt = (
        f"The {kernel.shape[0]} by {kernel.shape[1]} kernel {_list(kernel)} at each of its "
        f"{output.size} positions on the image {_list(image)}. "
        + " ".join(
            f"At {name} it covers {_list(image.flat[np.flatnonzero(taps[:, n].sum(axis=0))])}."
            for n, name in enumerate(output.flat)
        )
    )
    fig = Figure(6.0, 4.15, alt=alt)
    ax = canvas(fig, across * (width + 2.6) + 0.4, down * (height + 0.8) + 0.2)
    for (row, column), name in np.ndenumerate(output):
        x, y = 0.5 + column * (width + 2.6), 0.5 + row * (height + 0.8)
        seen = taps[:, row * across + column].reshape(-1, *image.shape)
        for (i, j), letter in np.ndenumerate(image):
            if seen[:, i, j].any():
                _draw_entry(ax, (x + j, y + i), seen[:, i, j], kernel, 14, letter)
            else:
                draw_cells(ax, [[letter]], "input", (x + j, y + i), fontsize=14, strength=0.07)
        top, left = np.argwhere(seen.any(axis=0)).min(axis=0)
        frame(ax, (x + left, y + top), kernel.shape[1], kernel.shape[0], "kernel")
        middle = y + height / 2
        arrow(ax, (x + width + 0.12, middle), (x + width + 0.68, middle))
        draw_cells(ax, [[name]], "output", (x + width + 0.8, middle - 0.5), fontsize=15)
    return fig


@drawing
def patch_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the kernel as one row times the patches as columns."""
    _placed(image, kernel, output)
    columns = _letters(image, unfold(_numbers(image)[None], kernel.shape))
    shared = image.flat[np.argmax([(columns == letter).sum() for letter in image.flat])]
    copies = int((columns == shared).sum())
    alt = (
        f"The row {_list(kernel)} times a matrix of {len(columns)} rows and {columns.shape[1]} "
        f"columns gives the row {_list(output)}. "
        + " ".join(
            f"The column of {name} holds {_list(column)}."
            for name, column in zip(output.flat, columns.T, strict=True)
        )
        + f" The pixel {shared} stands in {copies} columns."
    )
    fig = Figure(6.2, 2.75, alt=alt)
    taps, count = columns.shape
    ax = canvas(fig, taps + 2 * count + 2.6, taps + 2.2)
    x = 0.4
    for tap in range(taps):
        _draw_entry(ax, (x + tap, 0.9 + taps / 2), np.eye(taps)[tap], kernel, 15)
    label(ax, x + taps / 2, 0.45 + taps / 2, "kernel", "kernel", fontsize=13.5)
    label(ax, x + taps + 0.45, 1.4 + taps / 2, "·", fontsize=20)
    x += taps + 0.9
    for (row, column), letter in np.ndenumerate(columns):
        role = TAPS[row]
        box(ax, (x + column, 0.9 + row), 1, 1, role, 0.16)
        weight = "bold" if letter == shared else "normal"
        label(ax, x + column + 0.5, 1.4 + row, letter, fontsize=15, weight=weight)
        if letter == shared:
            frame(ax, (x + column + 0.08, 0.98 + row), 0.84, 0.84, "input")
    label(ax, x + count / 2, 0.45, "patches, one a column", "input", fontsize=13.5)
    words = f"{shared} is copied {copies} times"
    label(ax, x + count / 2, taps + 1.45, words, "input", fontsize=13.5)
    label(ax, x + count + 0.45, 1.4 + taps / 2, "=", fontsize=18)
    draw_cells(ax, output.reshape(1, -1), "output", (x + count + 0.9, 0.9 + taps / 2), fontsize=15)
    label(ax, x + 1.5 * count + 0.9, 0.45 + taps / 2, "output", "output", fontsize=13.5)
    return fig


@drawing
def network_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw a dense layer most of whose wires are cut, and the rest of which share weights."""
    taps = _placed(image, kernel, output)
    wires = taps.sum(axis=0)
    alt = (
        f"{image.size} input nodes {_list(image)} and {output.size} output nodes {_list(output)}, "
        f"joined by {wires.size} wires. {wires.size - wires.sum()} of them are thin and grey: cut. "
        f"{wires.sum()} are coloured and carry one of the weights {_list(kernel)}: "
        + " ".join(
            f"{name} gets {', '.join(_terms(taps[:, row], kernel, image))}."
            for row, name in enumerate(output.flat)
        )
    )
    fig = Figure(5.2, 5.9, alt=alt)
    ax = canvas(fig, 8.6, 9.75)
    left = [(1.2, 1 + y * 8 / (image.size - 1)) for y in range(image.size)]
    right = [(7.4, 2 + y * 6 / (output.size - 1)) for y in range(output.size)]
    for row, column in np.argwhere(wires == 0):
        points = zip(left[column], right[row], strict=True)
        ax.plot(*points, color=LIGHT["line"], linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for row, column in np.argwhere(wires):
        tap = int(np.argmax(taps[:, row, column]))
        start, end = np.array(left[column]), np.array(right[row])
        ax.plot(*zip(start, end, strict=True), color=LIGHT[TAPS[tap]], linewidth=2.2, zorder=1)
        x, y = start + WIRE_LABELS[tap] * (end - start)
        _node(ax, x, y, kernel.flat[tap], TAPS[tap], 0.25, 12)
    for (x, y), letter in zip(left, image.flat, strict=True):
        _node(ax, x, y, letter, "input", 0.38, 14)
    for (x, y), letter in zip(right, output.flat, strict=True):
        _node(ax, x, y, letter, "output", 0.38, 14)
        label(ax, x + 0.5, y, "+ b", ha="left", fontsize=12.5)
    label(ax, 1.2, 0.3, "image", "input", fontsize=12.5)
    label(ax, 7.4, 0.3, "output", "output", fontsize=12.5)
    return fig


# -- The matrix at full size, and on a photograph ----------------------------


@drawing
def matrix_at_scale(kernel: Array, size: int) -> Figure:
    """Draw the whole matrix of one channel, and one of its blocks enlarged."""
    matrix = convolution_matrix(kernel[None, None], size)
    down = output_size(size, kernel.shape[0]), output_size(size, kernel.shape[1])
    k = len(kernel)
    blocks = matrix.reshape(down[0], down[1], size, size).swapaxes(1, 2)
    filled = np.argwhere(blocks.any(axis=(2, 3)))
    share = (matrix != 0).mean()
    alt = (
        f"Above, the whole matrix, {matrix.shape[0]} rows and {matrix.shape[1]} columns: an "
        f"almost empty square crossed by {k} parallel bands that lie close to the diagonal. It "
        f"is divided into {down[0]} by {size} blocks, of which {len(filled)} are not zero. Below, "
        f"one block, {down[1]} by {size}, with {k} neighbouring diagonals, the weights "
        f"of one row of the kernel. In all {100 * share:.3f} percent of the entries are not 0."
    )
    fig = Figure(5.4, 8.9, alt=alt)
    whole = fig.add_axes((0.04, 0.435, 0.92, 0.515))
    _draw_bands(whole, blocks, filled)
    title = f"the matrix: {matrix.shape[0]} rows, {matrix.shape[1]} columns"
    whole.set_title(title, fontsize=12.5, pad=7)
    words = f"{100 * share:.2f} % of it\nis not zero"
    label(whole, 0.7 * matrix.shape[1], 0.2 * matrix.shape[0], words, fontsize=12.5)
    label(whole, 0.33 * matrix.shape[1], 0.75 * matrix.shape[0],
          f"{k} bands, for the\n{k} rows of the kernel", fontsize=12.5)  # fmt: skip
    block = fig.add_axes((0.18, 0.045, 0.64, 0.36))
    _draw_block(block, blocks[0, 0])
    label(block, 0.66 * size, 0.25 * down[1], f"one block,\n{down[1]} × {size}", fontsize=12.5)
    label(
        block, 0.3 * size, 0.77 * down[1], f"{k} diagonals, the\nweights of one row", fontsize=12.5
    )
    box(whole, (0, 0), size, down[1], "ink", 0, linewidth=1.6, zorder=4)
    for start, end in (((0, down[1]), (0, 1)), ((size, down[1]), (1, 1))):
        lines = ConnectionPatch(
            start, end, "data", "axes fraction", axesA=whole, axesB=block,
            color=LIGHT["quiet"], linewidth=0.8,
        )  # fmt: skip
        fig.add_artist(lines)
    return fig


def _draw_bands(ax: Axes, blocks: Array, filled: Array) -> None:
    """Draw the diagonals of all blocks that are not zero, as lines of their true length."""
    height, width = blocks.shape[2:]
    _bare(ax, (0, blocks.shape[1] * width), (blocks.shape[0] * height, 0), "quiet", 1.0)
    for row, column in filled:
        for offset in np.flatnonzero(blocks[row, column, 0]):
            x, y = column * width + offset, row * height
            role = TAPS[column - row]
            ax.plot((x, x + height), (y, y + height), color=LIGHT[role], linewidth=0.7)


def _draw_block(ax: Axes, block: Array) -> None:
    """Draw the entries of one block that are not zero, equal ones in the same tint."""
    _bare(ax, (0, block.shape[1]), (block.shape[0], 0), "ink", 1.6)
    values = list(dict.fromkeys(block[block != 0]))
    for y, x in np.argwhere(block):
        strength = (0.25, 0.5, 0.85)[values.index(block[y, x]) % 3]
        box(ax, (x, y), 1, 1, "alpha", strength, edge="paper", linewidth=0.5)


def _bare(ax: Axes, x: Any, y: Any, role: str, linewidth: float) -> None:
    """Leave an Axes nothing but its limits and a frame."""
    ax.set(xlim=x, ylim=y, aspect="equal", xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=LIGHT[role], linewidth=linewidth)


@drawing
def photograph(image: Array, kernel: Array) -> Figure:
    """Show a photograph, what its matrix makes of it, and where the product was taken."""
    result = _multiplied(image, kernel)
    error = abs(result - conv2d(image[None], kernel[None, None])[0]).max()
    alt = (
        f"Left, a grey photograph of {image.shape[0]} by {image.shape[1]} pixels. Right, the "
        f"matrix product of it, {result.shape[0]} by {result.shape[1]}: grey where the "
        f"photograph is even, white and black along its edges. It differs from conv2d by "
        f"{_bound(error)}."
    )
    fig = Figure(6.0, 3.45, alt=alt)
    for x, shown, title, span in (
        (0.02, image, f"image, {image.size} numbers", (0, 1)),
        (
            0.52,
            result,
            f"matrix · image, {result.size} numbers",
            (-abs(result).max(), abs(result).max()),
        ),
    ):
        ax = fig.add_axes((x, 0.02, 0.46, 0.8))
        draw_image(ax, shown, low=span[0], high=span[1])
        ax.set_title(title, fontsize=12.6)
    return fig


def _multiplied(image: Array, kernel: Array) -> Array:
    matrix = convolution_matrix(kernel[None, None], image.shape)
    return (matrix @ image.ravel()).reshape(output_size(image.shape, kernel.shape))


# -- Edits of the matrix -----------------------------------------------------


@drawing
def padding_edits(signal: Letters, kernel: Letters) -> Figure:
    """Draw the matrix of one row of pixels under four kinds of padding."""
    size, half = (1, signal.size), kernel.size // 2
    modes = ("zeros", "circular", "reflect", "replicate")
    drawn = {
        mode: _taps((1, kernel.size), size, padding=(0, half), padding_mode=mode) for mode in modes
    }
    n = signal.size
    fig = Figure(6.2, 7.0)
    ax = canvas(fig, 2 * n + 2.4, 2 * n + 4.3)
    told = []
    for number, (mode, taps) in enumerate(drawn.items()):
        x, y = 0.6 + number % 2 * (n + 1.4), 1.8 + number // 2 * (n + 2.2)
        changed = np.argwhere((taps != drawn["zeros"]).any(axis=0))
        label(ax, x + n / 2, y - 1.25, mode, fontsize=14.5, weight="bold")
        before, after = _ends(signal, half, mode)
        reads = f"{before} | {' '.join(signal)} | {after}"
        label(ax, x + n / 2, y - 0.55, reads, "input", fontsize=13)
        _draw_matrix(ax, taps, kernel, (x, y), fontsize=14)
        for row in (0, taps.shape[1] - 1) if mode == "zeros" else ():
            label(ax, x - 0.3, y + row + 0.5, "new", "padding", fontsize=13, rotation=90)
        for row, column in changed:
            frame(ax, (x + column, y + row), 1, 1, "padding")
        cells = ", ".join(_cell(taps[:, r, c], kernel) + f" under {signal[c]}" for r, c in changed)
        told.append(f"{mode}, which reads {reads}: " + (cells or "a plain band of three diagonals"))
    fig.alt = (
        f"Four matrices of {n} rows and {n} columns for the kernel {_list(kernel)} on the pixels "
        f"{_list(signal)}. Those of the other modes differ from that of zeros in two entries, "
        f"which are framed, one in the first row and one in the last. {'; '.join(told)}."
    )
    return fig


@drawing
def border_blocks(kernel_size: int, size: int) -> Figure:
    """Draw how many weights share each entry, for a square image under four kinds of padding."""
    half = kernel_size // 2
    fig = Figure(6.0, 6.75)
    n = size * size
    ax = canvas(fig, 2 * n + 3, 2 * n + 6.4)
    told = []
    for number, mode in enumerate(("zeros", "circular", "reflect", "replicate")):
        counts = _taps((kernel_size,) * 2, (size, size), padding=half, padding_mode=mode).sum(
            axis=0
        )
        x, y = 0.8 + number % 2 * (n + 1.4), 2.2 + number // 2 * (n + 3)
        label(ax, x + n / 2, y - 1, mode, fontsize=14, weight="bold")
        for row, column in np.argwhere(counts):
            many = int(counts[row, column])
            place = (x + column, y + row)
            box(ax, place, 1, 1, "kernel", 0.2 + 0.17 * (many - 1), edge="line", linewidth=0.4)
            if many > 1:
                label(ax, place[0] + 0.5, place[1] + 0.53, str(many), fontsize=10)
        for line in range(size + 1):
            for points in (
                ((x, x + n), (y + line * size,) * 2),
                ((x + line * size,) * 2, (y, y + n)),
            ):
                ax.plot(*points, color=LIGHT["quiet"], linewidth=0.9)
        several = ", ".join(
            f"{(counts == many).sum()} hold {many}"
            for many in range(2, counts.max() + 1)
            if (counts == many).any()
        )
        told.append(
            f"{mode}: {np.count_nonzero(counts)} entries are not 0"
            + (f", of which {several} weights" if several else ", each holds one weight")
        )
    fig.alt = (
        f"Four matrices of {n} rows and {n} columns, each divided into {size} by {size} blocks, "
        f"for a {kernel_size} by {kernel_size} kernel on a {size} by {size} image. With zeros the "
        f"blocks near the diagonal are filled, each with a band; circular also fills the far "
        f"corners. {'; '.join(told)}."
    )
    return fig


@drawing
def other_edits(kernel: Letters) -> Figure:
    """Draw stride, dilation, channels and groups as edits of a matrix."""
    n, k = 7, kernel.size
    fig = Figure(6.2, 5.6)
    ax = canvas(fig, 17.7, 15.5)
    plain = _taps((1, k), (1, n))
    kept = _taps((1, k), (1, n), stride=(1, 2))
    left = [
        any((row == other).all() for other in kept.swapaxes(0, 1)) for row in plain.swapaxes(0, 1)
    ]
    label(ax, 4.3, 0.6, "stride 2 deletes rows", fontsize=13.5, weight="bold")
    _draw_matrix(ax, plain, kernel, (0.8, 1.3), fontsize=13.5)
    for row in np.flatnonzero(np.logical_not(left)):
        box(ax, (0.7, 1.3 + row), n + 0.2, 1, "paper", 0.78, linewidth=0, zorder=3)
        ax.plot((0.6, 1 + n), (1.8 + row,) * 2, color=LIGHT["ink"], linewidth=1.6, zorder=4)
    spread = _taps((1, k), (1, n), dilation=2)
    label(ax, 13.1, 0.6, "dilation 2 spreads", fontsize=13.5, weight="bold")
    _draw_matrix(ax, spread, kernel, (9.6, 1.3), fontsize=13.5)
    shapes = (((2, 2, 1, 2), 1, "channels tile"), ((2, 1, 1, 2), 2, "groups empty the tiles"))
    for number, (shape, groups, title) in enumerate(shapes):
        x, y = 0.8 + number * 8.6, 9.1
        label(ax, x + 4, 7.7, title, fontsize=13.5, weight="bold")
        matrix = _numbered(shape, (1, 4), groups)
        for row, column in np.ndindex(matrix.shape):
            place = (x + column, y + row)
            if matrix[row, column]:
                tap = matrix[row, column] - 1
                role = TAPS[tap // 2 * (3 if groups == 2 else 1)]
                name = "αβγδ"[TAPS.index(role)] + "₀₁"[tap % 2]
                box(ax, place, 1, 1, role, 0.3)
                label(ax, place[0] + 0.5, place[1] + 0.5, name, fontsize=13.5)
            else:
                box(ax, place, 1, 1, "line", 0, linewidth=0.8, zorder=0.5)
                label(ax, place[0] + 0.5, place[1] + 0.5, "0", "quiet", fontsize=12)
        for edge in (0, 1, 2):
            ax.plot((x, x + 8), (y + 3 * edge,) * 2, color=LIGHT["ink"], linewidth=1.8, zorder=4)
            ax.plot((x + 4 * edge,) * 2, (y, y + 6), color=LIGHT["ink"], linewidth=1.8, zorder=4)
        for channel in (0, 1):
            label(ax, x + 2 + 4 * channel, y - 0.5, f"input {channel}", "input", fontsize=13)
            if number == 0:
                label(ax, x - 0.42, y + 1.5 + 3 * channel, f"output {channel}", "output",
                      fontsize=13, rotation=90)  # fmt: skip
    fig.alt = (
        f"Four edited matrices. Stride 2: of {plain.shape[1]} rows {len(left) - sum(left)} are "
        f"struck out and {sum(left)} stay. Dilation 2: {spread.shape[1]} rows, in each "
        f"of which a column of zeros stands between neighbouring weights. Channels: two inputs "
        f"and two outputs give two by two tiles, each a band of its own two weights, four kernels "
        f"in all. Two groups: the two tiles off the diagonal are zero."
    )
    return fig


# -- The transpose, and what cannot be undone ---------------------------------


@drawing
def transpose_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the transposed matrix times the gradients of the outputs, folded into the image."""
    taps = _placed(image, kernel, output).swapaxes(1, 2)
    rows, columns = taps.shape[1:]
    height, width = image.shape
    told = {letter: _terms(taps[:, row], kernel, output) for row, letter in enumerate(image.flat)}
    alt = (
        f"The transposed matrix, {rows} rows by {columns} columns, times the column "
        f"{_list(output)}. Beside it the products are laid into the {height} by {width} image: "
        + "; ".join(f"{letter} gets {' + '.join(terms)}" for letter, terms in told.items())
        + "."
    )
    fig = Figure(6.2, 4.4, alt=alt)
    ax = canvas(fig, 15.6, rows + 2)
    for row, letter in enumerate(image.flat):
        label(ax, 0.55, 1.8 + row, letter, "input", fontsize=14)
    _draw_matrix(ax, taps, kernel, (1, 1.3), fontsize=14.5)
    label(ax, 1 + columns / 2, 0.6, "matrix, transposed", fontsize=13)
    middle = 1.3 + rows / 2
    label(ax, columns + 1.45, middle, "·", fontsize=20)
    draw_cells(
        ax, output.reshape(-1, 1), "output", (columns + 1.9, middle - columns / 2), fontsize=15
    )
    label(ax, columns + 3.4, middle, "=", fontsize=18)
    x, y, side = columns + 4.0, middle - 3.6, 2.4
    label(ax, x + 1.5 * side, y - 0.55, "what each pixel gets", "input", fontsize=13)
    for n, letter in enumerate(image.flat):
        at = x + n % width * side, y + n // width * side
        box(ax, at, side, side, "input", 0.05)
        for line, term in enumerate(told[letter]):
            role = TAPS[list(kernel.flat).index(term[0])]
            height_of_line = at[1] + side / 2 + 0.52 * (line - (len(told[letter]) - 1) / 2)
            text = ("+ " if line else "") + term
            label(ax, at[0] + side / 2, height_of_line, text, role, fontsize=13.5, weight="bold")
    return fig


@drawing
def blind_spot(image: Array, ghost: Array, kernel: Array) -> Figure:
    """Show two images that differ, and the blurs of both, which do not."""
    both = (image, image + ghost)
    blurred = [_blur(picture, kernel) for picture in both]
    apart = abs(blurred[0] - blurred[1]).max()
    alt = (
        f"Four pictures. Above, a photograph of {image.shape[0]} by {image.shape[1]} pixels, and "
        f"the same under black and white stripes, which change a pixel by {abs(ghost).max():g}. "
        f"Below, each of them blurred with periodic borders: two pictures that look the same. "
        f"They differ by {_bound(apart)}."
    )
    fig = Figure(5.4, 5.95, alt=alt)
    titles = ("image", "image + stripes", "image, blurred", "image + stripes, blurred")
    for n, (shown, title) in enumerate(zip((*both, *blurred), titles, strict=True)):
        _panel(fig, n, shown, title)
    return fig


@drawing
def undoing(image: Array, kernel: Array) -> Figure:
    """Show a blurred image, its transposed convolution, and its true deconvolution."""
    matrix = _circular(kernel, image.shape)
    blurred = _blur(image, kernel)
    stored = np.round(255 * blurred) / 255
    back = (matrix.T @ blurred.ravel()).reshape(image.shape)
    exact, rounded = (
        np.linalg.solve(matrix, picture.ravel()).reshape(image.shape)
        for picture in (blurred, stored)
    )
    errors = [abs(picture - image).max() for picture in (blurred, back, exact, rounded)]
    alt = (
        f"Four pictures of {image.shape[0]} by {image.shape[1]} pixels. The blurred photograph; "
        f"the transposed matrix times it, which is blurred even more; the inverse matrix times "
        f"it, which is the sharp photograph, with errors of {_bound(errors[2])}; and the "
        f"inverse matrix times the blurred photograph rounded to 8 bits, in which the "
        f"photograph is lost, with errors up to {errors[3]:.1f}."
    )
    fig = Figure(5.4, 5.95, alt=alt)
    titles = ("blurred", "transpose · blurred", "inverse · blurred", "inverse · 8-bit blurred")
    for n, shown in enumerate((blurred, back, exact, rounded)):
        _panel(fig, n, shown, titles[n])
    return fig


def _panel(fig: Figure, number: int, image: Array, title: str) -> None:
    """Show one of four pictures, black at 0 and white at 1."""
    ax = fig.add_axes((0.01 + number % 2 * 0.51, 0.505 - number // 2 * 0.5, 0.47, 0.43))
    draw_image(ax, image, low=0, high=1)
    ax.set_title(title, fontsize=12)


def _circular(kernel: Array, size: Any) -> Array:
    """Return the matrix of a convolution whose image continues periodically."""
    half = len(kernel) // 2
    return convolution_matrix(kernel[None, None], size, padding=half, padding_mode="circular")


def _blur(image: Array, kernel: Array) -> Array:
    return (_circular(kernel, image.shape) @ image.ravel()).reshape(image.shape)


# -- Memory and time ---------------------------------------------------------


@drawing
def sizes_to_scale(kernel: Array, image: Array) -> Figure:
    """Draw squares whose areas are the numbers that kernel, image, patches and matrix hold."""
    patches = unfold(image[None], kernel.shape)
    matrix = convolution_matrix(kernel[None, None], image.shape)
    sizes = {"kernel": kernel.size, "image": image.size, "patches": patches.size}
    alt = (
        f"Squares drawn to scale by area. A huge one, the matrix, {matrix.size:,} numbers. "
        f"Inside it three small ones: the unfolded patches, {patches.size:,} numbers, "
        f"{patches.size / image.size:.2f} times the image; the image, {image.size}; and "
        f"the kernel, {kernel.size}, hardly more than a dot."
    )
    side = np.sqrt(matrix.size)
    fig = Figure(5.0, 5.2, alt=alt)
    ax = fig.add_axes((0.02, 0.02, 0.96, 0.96))
    ax.set(xlim=(-0.01 * side, 1.01 * side), ylim=(1.01 * side, -0.01 * side), aspect="equal")
    ax.axis("off")
    box(ax, (0, 0), side, side, "quiet", 0.08, linewidth=1.4)
    label(ax, side / 2, 0.2 * side, f"the matrix\n{matrix.size:,} numbers", fontsize=13)
    floor = 0.72 * side
    for (name, count), centre, role in zip(
        sizes.items(), (0.16, 0.44, 0.79), ("kernel", "input", "output"), strict=True
    ):
        edge = np.sqrt(count)
        box(ax, (centre * side - edge / 2, floor - edge), edge, edge, role, 0.5)
        words = f"{name}\n{count:,}"
        if name == "patches":
            words += f"\n{count / image.size:.2f} × image"
        label(ax, centre * side, floor + 0.04 * side, words, role, fontsize=12.5, va="top")
    return fig


@drawing
def times(sides: Sequence[int], measured: Mapping[str, Sequence[float]], call: float) -> Figure:
    """Draw measured times against the side of the image.

    Parameters
    ----------
    sides : sequence of int
        Sides of the square images, in pixels.
    measured : mapping of str to sequence of float
        Microseconds of each method, one for each side.
    call : float
        Microseconds of a call that computes next to nothing.
    """
    spans = "; ".join(
        f"{' '.join(name.split())}: {', '.join(f'{value:.2g}' for value in values)}"
        for name, values in measured.items()
    )
    alt = (
        "Lines on logarithmic axes: microseconds of each method, measured in this build, on square "
        f"images of side {', '.join(map(str, sides))}. {spans}. Dotted: a call of conv2d that "
        f"computes one number, {call:.2g}."
    )
    fig = Figure(5.6, 4.6, alt=alt, measured=True)
    ax = fig.add_axes((0.15, 0.15, 0.57, 0.78))
    ax.set(xscale="log", yscale="log", xlabel="side of the image, pixels")
    ax.set_title("time, microseconds", fontsize=12, loc="left", x=-0.16)
    ax.set_xticks(sides, [str(side) for side in sides], minor=False)
    ax.minorticks_off()
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.label.set_fontsize(12)
    ax.tick_params(labelsize=12)
    ax.axhline(call, color=LIGHT["output"], linestyle=":", linewidth=1.6)
    ends = _apart([np.log10(values[-1]) for values in measured.values()], 0.28)
    roles = ("padding", "kernel", "output", "gradient", "input")
    for (name, values), end, role, marker in zip(
        measured.items(), ends, roles, "osD^v", strict=False
    ):
        ax.plot(sides, values, color=LIGHT[role], marker=marker, markersize=6)
        at = (sides[-1] * 1.12, 10**end)
        ax.text(*at, name, color=LIGHT[role], fontsize=12, va="center", clip_on=False)
    return fig


def _apart(heights: Sequence[float], gap: float) -> list[float]:
    """Move labels up until none is nearer to the next than `gap`."""
    placed: list[float] = []
    for height in sorted(heights):
        placed.append(max(height, placed[-1] + gap) if placed else height)
    return [placed[rank] for rank in np.argsort(np.argsort(heights))]


# -- Parts -------------------------------------------------------------------


def _placed(image: Letters, kernel: Letters, output: Letters) -> Array:
    """Return one matrix of 0 and 1 for each weight: where it stands in the big matrix."""
    if kernel.size > len(TAPS):
        raise ValueError(f"kernel must have at most {len(TAPS)} weights, got {kernel.size}")
    if image.size != len(set(image.flat)):
        raise ValueError(f"image must have a different letter in each pixel, got {_list(image)}")
    expected = output_size(image.shape, kernel.shape)
    if output.shape != expected:
        raise ValueError(f"output must have shape {expected}, got {output.shape}")
    return _taps(kernel.shape, image.shape)


def _taps(kernel_size: tuple[int, ...], input_size: Any, **options: Any) -> Array:
    """Return one matrix for each weight of a kernel: how often it stands in each entry."""
    count = int(np.prod(kernel_size))
    single = np.eye(count, dtype=int).reshape(count, 1, 1, *kernel_size)
    return np.stack([convolution_matrix(tap, input_size, **options) for tap in single])


def _draw_matrix(
    ax: Axes,
    taps: Array,
    names: Letters,
    at: tuple[float, float],
    *,
    fontsize: float,
    zero: str = "0",
    pixels: Letters | None = None,
) -> None:
    """Draw a matrix with its weights by name and colour; `pixels` writes products instead."""
    for row, column in np.ndindex(taps.shape[1:]):
        place = at[0] + column, at[1] + row
        pixel = "" if pixels is None else str(pixels.flat[column])
        if taps[:, row, column].any():
            _draw_entry(ax, place, taps[:, row, column], names, fontsize, pixel)
        else:
            box(ax, place, 1, 1, "line", 0, linewidth=0.8, zorder=0.5)
            label(ax, place[0] + 0.5, place[1] + 0.5, zero, "quiet", fontsize=fontsize - 1.5)


def _draw_entry(
    ax: Axes, at: tuple[float, float], taps: Array, names: Letters, fontsize: float, pixel: str = ""
) -> None:
    """Draw one entry that is not zero: a strip of colour for each weight that it adds up."""
    there = np.flatnonzero(taps)
    for n, tap in enumerate(there):
        strip = at[0] + n / len(there), at[1]
        box(ax, strip, 1 / len(there), 1, TAPS[tap], 0.3, edge="paper", linewidth=0)
    edge = TAPS[there[0]] if len(there) == 1 else "ink"
    box(ax, at, 1, 1, edge, 0, linewidth=1, zorder=2)
    text = "+".join(names.flat[tap] + pixel for tap in there)
    label(
        ax, at[0] + 0.5, at[1] + 0.5, text, fontsize=fontsize if len(there) == 1 else fontsize - 2
    )


def _node(
    ax: Axes, x: float, y: float, text: str, role: str, radius: float, fontsize: float
) -> None:
    """Draw a letter in a disc."""
    ax.add_patch(Circle((x, y), radius, facecolor=LIGHT["paper"], edgecolor=LIGHT[role], zorder=3))
    ax.add_patch(Circle((x, y), radius, facecolor=(LIGHT[role], 0.16), edgecolor="none", zorder=3))
    label(ax, x, y + 0.02, text, fontsize=fontsize, zorder=4)


def _ends(signal: Letters, amount: int, mode: str) -> tuple[str, str]:
    """Write what padding puts before and behind a row of pixels."""
    if mode == "zeros":
        return " ".join("0" * amount), " ".join("0" * amount)
    padded = pad(np.arange(signal.size)[None, None], (amount, amount), mode)[0, 0]  # type: ignore[arg-type]
    letters = signal[padded]
    return " ".join(letters[:amount]), " ".join(letters[-amount:])


def _numbered(shape: tuple[int, ...], size: tuple[int, int], groups: int) -> Array:
    """Return the matrix of kernels whose weights are 1, 2, 3 and so on."""
    weights = np.arange(1, 1 + np.prod(shape)).reshape(shape)
    return convolution_matrix(weights, size, groups=groups)


def _bound(error: float) -> str:
    """Tell the order of magnitude of an error, which rounding does not change."""
    return f"less than 1e{3 * int(np.ceil(np.log10(error + 1e-16) / 3)) + 3}"


def _numbers(letters: Letters) -> Array:
    """Number the pixels of an image of letters."""
    return np.arange(letters.size).reshape(letters.shape)


def _letters(image: Letters, numbers: Array) -> Letters:
    """Turn the numbers of pixels back into their letters."""
    return image.ravel()[numbers]


def _cell(taps: Array, names: Letters) -> str:
    """Write one entry of a matrix."""
    return "+".join(names.flat[tap] for tap in np.flatnonzero(taps)) or "0"


def _terms(taps: Array, kernel: Letters, image: Letters) -> list[str]:
    """Write the products that one row of a matrix adds up."""
    return [kernel.flat[tap] + image.flat[pixel] for pixel, tap in np.argwhere(taps.T)]


def _list(letters: Any) -> str:
    return " ".join(map(str, np.ravel(letters)))


def _range(letters: Letters) -> str:
    return f"{letters.flat[0]} to {letters.flat[-1]}"
