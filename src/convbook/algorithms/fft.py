"""The fast Fourier transform of overlapping windows: for large kernels and few channels."""

from collections.abc import Iterable
from functools import partial
from math import ceil, isqrt, log2

import numpy as np

from convbook._problem import Problem, Task
from convbook._typing import Array, Sides
from convbook.algorithms._blocks import Block, Blocks, cut
from convbook.algorithms.threads import spread

SIZES: list[int] = sorted(2**a * 3**b for a in range(30) for b in range(3))
"""Lengths that a fast Fourier transform splits well."""

LARGEST = 256
"""Length of the windows of one channel: what is computed from them fits into the cache."""


def fft(problem: Problem, output: Array) -> None:
    """Multiply spectra, window by window; only what no edge has touched is kept."""
    images, weight, _, sizes, groups, *_ = problem
    size = window_sizes(problem.task)
    spectra = problem.form(("fft", size), lambda: np.fft.rfft2(weight, size).conj())
    x = images.reshape(len(images), groups, -1, *images.shape[2:])
    w = spectra.reshape(groups, len(weight) // groups, *spectra.shape[1:])
    y = output.reshape(len(output), groups, -1, *output.shape[2:])
    step = size[0] - sizes.kernel_size[0] + 1, size[1] - sizes.kernel_size[1] + 1
    counts = ceil(y.shape[-2] / step[0]), ceil(y.shape[-1] / step[1])
    jobs = Blocks(len(x) * groups, counts, 1)
    spread(partial(_multiply_spectra, x, w, size, step, sizes.sides, y), jobs)


def _multiply_spectra(
    x: Array,
    w: Array,
    size: tuple[int, int],
    step: tuple[int, int],
    sides: Sides,
    y: Array,
    jobs: Iterable[Block],
) -> None:
    """Write one window of the output after the other."""
    left, _, top, _ = sides
    window = np.empty((x.shape[2], *size), x.dtype)
    for block in jobs:
        image, group = divmod(block.images.start, x.shape[1])
        row, column = step[0] * block.rows.start, step[1] * block.columns.start
        cut(x[image, group], row - top, column - left, window)
        spectrum = np.fft.rfft2(window)
        for kernel, plane in zip(w[group], y[image, group], strict=True):
            part = plane[row : row + step[0], column : column + step[1]]
            values = np.fft.irfft2((spectrum * kernel).sum(axis=0), size)
            part[...] = values[: part.shape[0], : part.shape[1]]


def window_sizes(task: Task) -> tuple[int, int]:
    """Choose the height and the width of the windows, so that all channels fit into the cache."""
    area = LARGEST**2 // task.channels
    height, width = zip(task.sizes.kernel_size, task.sizes.output_size, strict=True)
    rows = window_size(*height, min(LARGEST, isqrt(area)))
    return rows, window_size(*width, max(min(LARGEST, isqrt(area)), area // rows))


def window_size(kernel: int, outputs: int, most: int) -> int:
    """Choose the length of the windows with the least work for all outputs of an axis."""
    most = max(most, 2 * kernel)
    least = max(kernel, min(outputs + kernel - 1, most // 2))
    return min(
        (size for size in SIZES if least <= size <= most),
        key=lambda size: ceil(outputs / (size - kernel + 1)) * (size * log2(size) + 500),
    )
