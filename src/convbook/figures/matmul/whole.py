"""A matrix at full size, and at work on a photograph."""

import numpy as np

from convbook import convolution_matrix, output_size
from convbook._typing import Array
from convbook.figures._entries import TAPS, bound
from convbook.figures._figure import Figure, drawing
from convbook.figures._marks import by
from convbook.figures._panel import Panel, Point
from convbook.figures._planes import slide


@drawing
def photograph(image: Array, kernel: Array) -> Figure:
    """Show how a photograph becomes a column, the matrix multiplies it, and edges come out.

    Parameters
    ----------
    image : ndarray of shape (H, W)
        Grey photograph.
    kernel : ndarray of shape (K_h, K_w)
        Kernel of at most four rows.
    """
    matrix = convolution_matrix(kernel[None, None], image.shape)
    result = matrix @ image.ravel()
    edges = result.reshape(output_size(image.shape, kernel.shape))
    unit = 8 / image.size
    fig = Figure()
    left, middle, right = fig.row((7.5, 10), (8.2, 10), (7.5, 10))
    left.note(f"image,\n{image.size} numbers", (3, 0.9))
    left.picture(image, role="image", name="photograph", at=(0.1, 2.6), size=(5.7, 5.7))
    left.arrow((6, 5.5), (6.7, 5.5))
    left.picture(image.reshape(-1, 1), role="image", name="column", at=(6.9, 1.9), size=(0.5, 8))
    middle.note(f"matrix,\n{by(matrix.shape)}", (4.1, 0.9), name="matrix",
                values=matrix)  # fmt: skip
    _draw_bands(middle, _blocks(matrix, kernel, image.shape), (0.1, 1.9), unit)
    right.picture(result[:, None], role="signed", name="product", at=(0.1, 1.9),
                  size=(0.5, unit * result.size))  # fmt: skip
    right.arrow((0.8, 5.5), (1.5, 5.5))
    right.note(f"matrix · image,\n{result.size} numbers", (4.5, 0.9))
    mark = right.picture(edges, role="signed", name="edges", at=(1.7, 2.6), size=(5.7, 5.7))
    mark.derive(error=bound(abs(edges - slide(image, kernel)).max()))
    fig.say("On the left the {photograph:size} photograph, and its pixels as one column; in the "
            "middle a matrix of {matrix:size}, empty but for bands close to its diagonal; on the "
            "right their product, a column, folded back into {edges:size} edges. They differ from "
            "those of the library by {edges:error}.")  # fmt: skip
    return fig


@drawing
def matrix_at_scale(kernel: Array, size: int) -> Figure:
    """Draw the whole matrix of one channel, and one of its blocks enlarged.

    Parameters
    ----------
    kernel : ndarray of shape (K_h, K_w)
        Kernel of at most four rows.
    size : int
        Side of the image.
    """
    matrix = convolution_matrix(kernel[None, None], size)
    blocks = _blocks(matrix, kernel, (size, size))
    fig = Figure()
    left, right = fig.row((size, size + 2.8), (size, size + 2.8))
    mark = left.note(f"the matrix, {by(matrix.shape)}", (size / 2, 1.2),
                     name="matrix", values=matrix)  # fmt: skip
    mark.derive(
        share=lambda entries: (entries != 0).mean(), bands=len(kernel),
        blocks=f"{len(blocks)} by {size}", filled=blocks.any(axis=(2, 3)).sum(),
    )  # fmt: skip
    _draw_bands(left, blocks, (0, 2.6), 1 / size)
    left.frame((0, 2.6), (1, blocks.shape[2] / size), role="ink")
    left.note(f"{mark:share .2%} of it\nis not zero", (0.7 * size, 2.6 + 0.2 * size))
    left.note(f"{mark:bands} bands, for the\n{mark:bands} rows of the kernel",
              (0.32 * size, 2.6 + 0.75 * size))  # fmt: skip
    _draw_block(right, blocks[0, 0])
    fig.say("On the left the matrix, {matrix:size}, almost empty, crossed by {matrix:bands} "
            "parallel bands close to its diagonal. It is divided into {matrix:blocks} blocks, of "
            "which {matrix:filled} are not zero. The first one is framed, and drawn large beside "
            "it: {block:size}, with {block:diagonals} neighbouring diagonals, the weights of one "
            "row of the kernel. In all {matrix:share .3%} of the entries are not "
            "zero.")  # fmt: skip
    return fig


def _blocks(matrix: Array, kernel: Array, size: tuple[int, ...]) -> Array:
    """Cut a matrix into blocks, one for each pair of an output row and an image row."""
    return matrix.reshape(*output_size(size, kernel.shape), *size).swapaxes(1, 2)


def _draw_bands(ax: Panel, blocks: Array, at: Point, unit: float) -> None:
    """Draw the diagonals of the blocks that are not zero, a colour for each band of blocks."""
    down, height, across, width = blocks.shape
    ax.box(at, (unit * height * width, unit * down * across), role="quiet", strength=0)
    for band in range(height - down + 1):
        ends = np.array([
            (x + width * (row + band), across * row)
            for row in range(down) for x in np.flatnonzero(blocks[row, row + band, 0])
        ])  # fmt: skip
        gaps = np.full((len(ends), 2), np.nan)
        x, y = unit * np.stack([ends, ends + across, gaps], axis=1).reshape(-1, 2).T
        ax.line(at[0] + x, at[1] + y, role=TAPS[band], width=1.1, solid_capstyle="butt")


def _draw_block(ax: Panel, block: Array) -> None:
    """Draw the entries of one block that are not zero, equal ones in the same tint."""
    rows, columns = block.shape
    ax.frame((0.2, 2.6), (columns - 0.4, rows), role="ink")
    weights = [*dict.fromkeys(block[block != 0])]
    strengths = np.linspace(0.3, 0.9, len(weights))
    for y, x in np.argwhere(block):
        ax.box((x, 2.6 + y), role=TAPS[0], strength=strengths[weights.index(block[y, x])], width=0)
    ax.note(f"its first block, {by(block.shape)}", (columns / 2, 1.2))
    words, place = "diagonals, the\nweights of one row", (0.32 * columns, 0.78 * rows)
    mark = ax.note(f"{len(weights)} {words}", place, name="block", values=block)
    mark.derive(diagonals=len(weights))
