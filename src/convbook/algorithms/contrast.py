"""A look at the numbers: an algorithm that mixes all pixels of a tile spreads its errors there.

Its error beside a bright pixel is a rounding of that pixel, which may be more than all that a dark
window near by holds. An output shall depend on nothing outside its window, to its own rounding. So
"auto" takes such an algorithm only where no window is much darker than another.
"""

from collections.abc import Callable

import numpy as np

from convbook._geometry import Geometry
from convbook._problem import Problem
from convbook._typing import Array
from convbook._windows import cut
from convbook.algorithms._blocks import ROOM, Block, blocks, spans

LIMIT = 256
"""How many times as large as another a number may be: pictures of eight bits stay below."""


MANY = 8
"""Channels of a group of which some are bright almost everywhere."""


def convolve_evenly(
    problem: Problem, output: Array, algorithm: Callable[[Problem, Array], None]
) -> bool:
    """Convolve by an algorithm that spreads errors, or return False if they would be seen.

    Where a window holds nothing but zeros, so does the output, whatever is around it.
    """
    empty = blocks_with_empty_windows(problem)
    if empty is None or not problem.form("even", lambda: np.array(is_even(problem.weight))):
        return False
    algorithm(problem, output)
    for block in empty:
        part = output[block.images, :, block.rows, block.columns]
        peaks = window_peaks(magnitudes(problem, block), problem.sizes)
        part = part.reshape(*peaks.shape[:2], -1, *peaks.shape[2:])
        np.copyto(part, 0, where=peaks[:, :, None] == 0)
    return all_finite(output)  # the values of tiles may overflow, and the sums themselves


def blocks_with_empty_windows(problem: Problem) -> list[Block] | None:
    """Return where windows hold zeros alone, or None if some are much darker than others."""
    if _all_pixels_are_alike(problem):
        return []
    sizes, groups = problem.sizes, problem.groups
    coarse = max(1, min(sizes.kernel_size) // 4)  # a few pixels of each window may be enough
    most = ROOM // (2 * groups * problem.input.itemsize)
    pieces = blocks(len(problem.input), sizes.output_size, most, compact=True)
    for step in sorted({coarse, 1}, reverse=True):
        largest = np.zeros((len(problem.input), groups))
        smallest, empty = np.full_like(largest, np.inf), []
        for block in pieces:
            pixels = magnitudes(problem, block)
            peaks = window_peaks(pixels, sizes, step)
            part = block.images
            largest[part] = np.maximum(largest[part], pixels.max((2, 3)))  # hands on a NaN
            least = peaks.min((2, 3))
            if not least.all():
                empty.append(block)
                least = peaks.min((2, 3), where=peaks > 0, initial=np.inf)
            smallest[part] = np.minimum(smallest[part], least)
        even = bool((smallest * LIMIT >= largest).all())
        if even and not empty:
            break
    return empty if even else None


def _all_pixels_are_alike(problem: Problem) -> bool:
    """Tell whether no pixel is much darker than another, and each window holds one.

    A pixel of many channels is dark only where all of them are: then this look is enough.
    """
    n, channels = problem.input.shape[:2]
    (k_h, k_w), (left, right, top, bottom) = problem.sizes.kernel_size, problem.sizes.sides
    if channels < MANY * problem.groups or max(top, bottom) >= k_h or max(left, right) >= k_w:
        return False
    images = problem.input.reshape(n, problem.groups, channels // problem.groups, -1)
    pixels = np.maximum(images.max(axis=2), -images.min(axis=2))
    return bool((pixels.min(axis=2) * LIMIT >= pixels.max(axis=2)).all())


def magnitudes(problem: Problem, block: Block) -> Array:
    """Return the largest magnitude in all channels of the pixels below a block's windows."""
    sizes, groups = problem.sizes, problem.groups
    (s_h, s_w), (left, _, top, _) = sizes.stride, sizes.sides
    n, rows, columns = block.shape
    top, left = s_h * block.rows.start - top, s_w * block.columns.start - left
    height, width = s_h * (rows - 1) + sizes.span[0], s_w * (columns - 1) + sizes.span[1]
    y, x = max(0, top), max(0, left)
    images = problem.input[block.images, :, y : max(0, top + height), x : max(0, left + width)]
    images = images.reshape(n, groups, images.shape[1] // groups, *images.shape[2:])
    pixels = np.empty((n, groups, height, width), images.dtype)
    one = images.shape[2] == 1
    seen = images[:, :, 0] if one else np.maximum(images.max(axis=2), -images.min(axis=2))
    cut(seen, top - y, left - x, pixels)
    return np.abs(pixels, out=pixels)


def window_peaks(pixels: Array, sizes: Geometry, step: int = 1) -> Array:
    """Return the largest pixel in each window, (n, groups, H_out, W_out).

    With a step above 1, only every so many pixels are looked at: then the result is a lower bound
    for the windows, in another shape.
    """
    peaks = pixels[..., ::step, ::step]
    for axis, k in enumerate(sizes.kernel_size, 2):
        peaks = _largest_of(peaks, k // step, axis)
    return peaks if step > 1 else peaks[..., :: sizes.stride[0], :: sizes.stride[1]]


def _largest_of(array: Array, count: int, axis: int) -> Array:
    """Return the largest of each `count` neighbours along an axis, by doubling their number."""
    array, length = np.moveaxis(array, axis, 0), 1
    while length < count:
        more = min(length, count - length)
        array = np.maximum(array[: len(array) - more], array[more:])
        length += more
    return np.moveaxis(array, 0, axis)


def is_even(array: Array, border: tuple[int, int] = (0, 0)) -> bool:
    """Tell whether no number is much larger than the mean magnitude, the border's left out."""
    if border == (0, 0) and _is_level(array):
        return True
    (top, left), (height, width) = border, array.shape[2:]
    largest, total, count = array.dtype.type(0), 0.0, 0
    for part in spans(len(array), ROOM // (8 * max(1, array[:1].nbytes))):
        numbers = abs(array[part])
        largest = np.maximum(largest, numbers.max())  # hands on a NaN
        inner = numbers.sum(axis=(0, 1))[top : height - top, left : width - left]
        total += float(inner.sum())
        count += inner.size * numbers.shape[0] * numbers.shape[1]
    return count > 0 and float(largest) * count <= LIMIT * total < np.inf


def _is_level(array: Array) -> bool:
    """Tell at a glance that numbers are even, or fail to: it may take another look.

    The mean magnitude is at least the mean square divided by the largest magnitude.
    """
    numbers = array.ravel(order="K")
    largest = float(max(array.max(), -array.min()))
    return largest**2 * array.size <= LIMIT * float(numbers @ numbers) < np.inf


def all_finite(array: Array) -> bool:
    """Tell whether an array holds no NaN and no infinity."""
    numbers = array.ravel(order="K")
    return bool(np.isfinite(numbers @ numbers) or np.isfinite(numbers).all())
