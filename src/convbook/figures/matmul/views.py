"""Five views of one convolution: letters for pixels, weights and outputs."""

from typing import Any

import numpy as np

from convbook import unfold
from convbook._typing import Array
from convbook.figures._entries import TAPS, Letters, draw_entry, draw_matrix, placed, write
from convbook.figures._figure import Figure, drawing
from convbook.figures._panel import Panel, Point

WIRE_LABELS = (0.72, 0.6, 0.24, 0.72)
"""How far along a wire the name of its weight stands, so that no two names meet."""


@drawing
def matrix_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the convolution as a sparse matrix of shared weights times the image as a column.

    Parameters
    ----------
    image : ndarray of str and shape (H, W)
        Names of the pixels.
    kernel : ndarray of str and shape (K_h, K_w)
        Names of the weights, at most four.
    output : ndarray of str
        Names of the outputs.
    """
    taps = placed(image, kernel, output)
    rows, columns = taps.shape[1:]
    fig = Figure()
    _draw_problem(fig.panel(12.4, image.shape[0] + 1.1), image, kernel, output)
    fig.say("The {image:size} image {image}, the kernel {kernel}, b added, and the {output:size} "
            "output {output}.")  # fmt: skip
    ax = fig.panel(columns + 6.6, columns + 0.8)
    top = 0.7 + (columns - rows) / 2
    for row in range(rows):
        seen = taps[:, row].max(axis=0).reshape(image.shape)
        _draw_window(ax, seen, kernel.shape, (0.2, top + row))
    column = ax.cells(output.reshape(-1, 1), role="output", name="column of outputs",
                      at=(1.4, top))  # fmt: skip
    ax.note("=", (2.9, top + rows / 2), size="large")
    matrix = draw_matrix(ax, taps, write(taps, kernel), kernel, name="matrix", at=(3.4, top))
    for place, letter in enumerate(image.flat):
        ax.note(letter, (3.9 + place, top - 0.4), role="input")
    matrix.derive(rows=rows, columns=columns, entries=np.size, used=lambda t: (t != "0").sum(),
                  zeros=lambda t: (t == "0").sum(), read=lambda t: _read(output, t))  # fmt: skip
    ax.note(
        f"{matrix:used} weights and {matrix:zeros} zeros", (3.4 + columns / 2, top + rows + 0.5)
    )
    ax.note("·", (3.8 + columns, top + rows / 2), size="large")
    ax.cells(image.reshape(-1, 1), role="input", name="column of pixels", at=(columns + 4.2, 0.7))
    ax.note("+ b", (columns + 5.9, top + rows / 2))
    fig.say("Below, {0} as a column equals a matrix of {1:rows} rows and {1:columns} columns "
            "times the column {column of pixels}, plus b. {1:read}. Before each row a small "
            "window shows where the kernel lies. Of {1:entries} entries {1:used} hold one of "
            "{kernel:count} weights and {1:zeros} are zero; each weight runs down a diagonal in "
            "its own colour.", column, matrix)  # fmt: skip
    return fig


def _draw_problem(ax: Panel, image: Letters, kernel: Letters, output: Letters) -> None:
    """Draw image, kernel and output as the grids that they are."""
    middle, x = 0.9 + image.shape[0] / 2, 0.5
    ax.cells(image, role="input", name="image", at=(x, 0.9), label="top")
    x += image.shape[1] + 1.2
    ax.note("⋆", (x - 0.6, middle), size="large")
    at = x, middle - kernel.shape[0] / 2
    single = np.eye(kernel.size).reshape(-1, *kernel.shape)
    draw_matrix(ax, single, kernel, kernel, name="kernel", role="kernel", at=at)
    ax.note("kernel", (x + kernel.shape[1] / 2, at[1] - 0.4), role="kernel")
    x += kernel.shape[1] + 2.2
    ax.note("+ b  =", (x - 1.1, middle))
    ax.cells(output, role="output", name="output", at=(x, middle - output.shape[0] / 2),
             label="top")  # fmt: skip


def _draw_window(ax: Panel, seen: Array, size: tuple[int, ...], at: Point) -> None:
    """Draw a small image in a box of its own, and the place of the kernel on it."""
    height, width = seen.shape
    side = 0.8 / max(seen.shape)
    x, y = at[0] + 0.1, at[1] + (1 - side * height) / 2
    top, left = np.argwhere(seen).min(axis=0)
    ax.box((x, y), (side * width, side * height), role="input", strength=0.07)
    corner = x + side * left, y + side * top
    ax.box(corner, (side * size[1], side * size[0]), role="kernel", strength=0.5)


def _read(output: Letters, table: Letters) -> str:
    """Write what each row of a matrix holds."""
    return ". ".join(
        f"Row {name} holds {' '.join(row)}" for name, row in zip(output.flat, table, strict=True)
    )


@drawing
def equation_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Write the equations so that every pixel has a column, and count each column.

    Parameters
    ----------
    image, kernel, output : ndarray of str
        Names of the pixels, of at most four weights, and of the outputs.
    """
    taps = placed(image, kernel, output)
    rows, columns = taps.shape[1:]
    fig = Figure()
    ax = fig.panel(columns + 4.7, rows + 2.6)
    for row, name in enumerate(output.flat):
        ax.note(f"{name} =", (1.2, row + 1.4), role="output", ha="right")
        ax.note("+ b", (columns + 2.2, row + 1.4))
    table = write(taps, kernel, image, nothing="")
    products = draw_matrix(ax, taps, table, kernel, name="products", at=(1.5, 0.9))
    for place, letter in enumerate(image.flat):
        ax.note(letter, (2 + place, 0.45), role="input")
    uses = taps.sum(axis=(0, 1))
    ax.cells(uses, role="input", name="times used", at=(1.5, rows + 1.3), label="right")
    products.derive(sums=lambda table: _sums(output, table), pixels=" ".join(image.flat))
    fig.say("{products:sums}. Each product stands in the column of its pixel; {products:pixels} "
            "are used {times used} times.")  # fmt: skip
    return fig


def _sums(output: Letters, table: Letters) -> str:
    """Write the sum of each row."""
    return ". ".join(
        f"{name} = {' + '.join(filter(None, row))} + b"
        for name, row in zip(output.flat, table, strict=True)
    )


@drawing
def window_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the kernel at each of its positions, over the pixels it multiplies.

    Parameters
    ----------
    image, kernel, output : ndarray of str
        Names of the pixels, of at most four weights, and of the outputs.
    """
    taps = placed(image, kernel, output)
    height, width = image.shape
    fig = Figure()
    fig.say("The kernel at each of its positions on the image, a window of products.")
    panels = fig.row(*[(width + 2.1, height + 0.4)] * output.size)
    for panel, name, row in zip(panels, output.flat, taps.swapaxes(0, 1), strict=True):
        seen = row.reshape(-1, *image.shape)
        products = write(row[:, None], kernel, image, nothing="").reshape(image.shape)
        for place, letter in np.ndenumerate(image):
            at = 0.1 + place[1], 0.2 + place[0]
            if here := str(products[place]):
                draw_entry(panel, at, seen[(slice(None), *place)], here, kernel)
            else:
                panel.cells([letter], role="input", name=letter, at=at, strength=0.07)
        where = np.argwhere(seen.any(axis=0)).min(axis=0)
        panel.frame((0.1 + where[1], 0.2 + where[0]), kernel.shape[::-1], role="kernel",
                    name="kernel")  # fmt: skip
        middle = 0.2 + height / 2
        panel.arrow((width + 0.2, middle), (width + 0.9, middle))
        mark = panel.cells([name], role="output", name=name, at=(width + 1, middle - 0.5))
        mark.derive(covered=" ".join(image[products != ""]),
                    products=", ".join(filter(None, products.flat)))  # fmt: skip
        fig.say("At {0} it covers {0:covered}, and makes {0:products}.", mark)
    return fig


@drawing
def patch_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw the kernel as one row times the patches as columns.

    Parameters
    ----------
    image, kernel, output : ndarray of str
        Names of the pixels, of at most four weights, and of the outputs.
    """
    placed(image, kernel, output)
    numbers = np.arange(image.size).reshape(1, *image.shape)
    patches = image.ravel()[unfold(numbers, kernel.shape)]
    shared = max(image.flat, key=lambda letter: (patches == letter).sum())
    taps, count = patches.shape
    fig = Figure()
    ax = fig.panel(taps + 2 * count + 2.6, taps + 1.8)
    single, middle = np.eye(taps)[:, None], 0.9 + taps / 2
    row = draw_matrix(ax, single, kernel.reshape(1, -1), kernel, name="kernel", role="kernel",
                      at=(0.4, middle - 0.5))  # fmt: skip
    ax.note("kernel", (0.4 + taps / 2, middle - 0.9), role="kernel")
    x = taps + 1.3
    ax.note("·", (x - 0.45, middle), size="large")
    own = np.broadcast_to(np.eye(taps)[:, :, None], (taps, taps, count))
    table = draw_matrix(ax, own, patches, kernel, name="patches", at=(x, 0.9))
    ax.note("patches, one a column", (x + count / 2, 0.45), role="input")
    copies = np.argwhere(patches == shared)
    for place in copies:
        ax.frame((x + place[1] + 0.08, 0.98 + place[0]), (0.84, 0.84), role="input")
    ax.note(f"{shared} is copied {len(copies)} times", (x + count / 2, taps + 1.4), role="input")
    x += count + 0.9
    ax.note("=", (x - 0.45, middle), size="large")
    ax.cells(output.reshape(1, -1), role="output", name="output", at=(x, middle - 0.5), label="top")
    columns = zip(output.flat, patches.T, strict=True)
    hold = "; ".join(f"that of {name} {' '.join(column)}" for name, column in columns)
    table.derive(shared=shared, copies=len(copies), columns=count, rows=taps, hold=hold)
    fig.say("The row {0} times a matrix of {1:rows} rows and {1:columns} columns gives the row "
            "{output}. The columns hold pixels: {1:hold}. The pixel {1:shared} stands in "
            "{1:copies} columns.", row, table)  # fmt: skip
    return fig


@drawing
def network_view(image: Letters, kernel: Letters, output: Letters) -> Figure:
    """Draw a dense layer most of whose wires are cut, and the rest of which share weights.

    Parameters
    ----------
    image, kernel, output : ndarray of str
        Names of the pixels, of at most four weights, and of the outputs.
    """
    taps = placed(image, kernel, output)
    fig = Figure()
    ax = fig.panel(10.6, 9)
    left = [(0.8, 1 + y * 7.5 / (image.size - 1)) for y in range(image.size)]
    right = [(9.0, 1.9 + y * 5.7 / (output.size - 1)) for y in range(output.size)]
    for row, column in np.argwhere(~taps.any(axis=0)):
        ax.line(*zip(left[column], right[row], strict=True), role="line", width=0.8,
                linestyle=(0, (4, 3)), zorder=0)  # fmt: skip
    for tap, row, column in np.argwhere(taps):
        start, end = np.array(left[column]), np.array(right[row])
        ax.line(*zip(start, end, strict=True), role=TAPS[tap], width=2.2, zorder=1)
        x, y = start + WIRE_LABELS[tap] * (end - start)
        _draw_node(ax, (x, y), kernel.flat[tap], TAPS[tap], 1.9)
    for point, letter in zip(left, image.flat, strict=True):
        _draw_node(ax, point, letter, "input", 2.5)
    for point, letter in zip(right, output.flat, strict=True):
        _draw_node(ax, point, letter, "output", 2.5)
        ax.note("+ b", (point[0] + 0.6, point[1]), ha="left")
    _say_wires(fig, ax, taps, write(taps, kernel, image, ""), output)
    return fig


def _say_wires(fig: Figure, ax: Panel, taps: Array, products: Letters, output: Letters) -> None:
    """Name the two layers, and tell which wires are cut and which carry a weight."""
    wires: Any = taps.any(axis=0)
    gets = [f"{name} gets {', '.join(filter(None, row))}"
            for name, row in zip(output.flat, products, strict=True)]  # fmt: skip
    left = ax.note("image", (0.8, 0.3), role="input", name="image", values=wires[0])
    left.derive(nodes=np.size)
    right = ax.note("output", (9.0, 0.3), role="output", name="output", values=wires)
    right.derive(nodes=output.size, wires=np.size, cut=lambda w: (~w).sum(), used=np.sum,
                 gets="; ".join(gets))  # fmt: skip
    fig.say("{0:nodes} input nodes and {1:nodes} output nodes, joined by {1:wires} wires: {1:cut} "
            "are cut, drawn dashed.", left, right)  # fmt: skip
    fig.say("The other {0:used} carry weights, a colour for each: {0:gets}.", right)


def _draw_node(ax: Panel, at: Point, letter: str, role: str, size: float) -> None:
    """Draw a letter in a disc, so many times as large."""
    across = size * ax.sizes.text
    ax.dots([at[0]], [at[1]], role="paper", size=across, zorder=3)
    ax.dots([at[0]], [at[1]], role=role, size=across, alpha=0.16, zorder=3)
    ax.dots([at[0]], [at[1]], role=role, size=across, hollow=True, zorder=3)
    ax.note(letter, at, zorder=4)
