"""The fast Fourier transform of overlapping windows: for large kernels and few channels."""

from collections.abc import Sequence
from functools import partial
from math import ceil, isqrt, log2
from typing import NamedTuple

import numpy as np

from convbook._geometry import Geometry
from convbook._problem import Problem, Workload
from convbook._typing import Array
from convbook._windows import cut
from convbook.algorithms._blocks import Block, blocks
from convbook.algorithms.threads import spread

SIZES: list[int] = sorted(2**a * 3**b for a in range(30) for b in range(3))
"""Lengths that a fast Fourier transform splits well."""

LARGEST = 256
"""Length of the windows of one channel: what is computed from them fits into the cache."""


class Spectral(NamedTuple):
    """A problem whose kernels are spectra, with an axis of groups."""

    x: Array
    """Images, (N, groups, C_in, H, W)."""
    spectra: Array
    """Transformed kernels, (groups, C_out, C_in, *size of a spectrum)."""
    y: Array
    """Outputs, (N, groups, C_out, H_out, W_out)."""
    sizes: Geometry
    size: tuple[int, int]
    """Height and width of a window."""

    @property
    def step(self) -> tuple[int, int]:
        """How many rows and columns of outputs a window gives."""
        (height, width), (k_h, k_w) = self.size, self.sizes.kernel_size
        return height - k_h + 1, width - k_w + 1


def fft(problem: Problem, output: Array) -> None:
    """Multiply spectra, window by window; only what no edge has touched is kept."""
    x, weight, groups = problem.input, problem.weight, problem.groups
    size = window_sizes(problem.workload)
    spectra = problem.form(("fft", size), lambda: np.fft.rfft2(weight, size).conj())
    spectral = Spectral(
        x.reshape(len(x), groups, -1, *x.shape[2:]),
        spectra.reshape(groups, len(weight) // groups, *spectra.shape[1:]),
        output.reshape(len(output), groups, -1, *output.shape[2:]),
        problem.sizes,
        size,
    )
    counts = [ceil(n / step) for n, step in zip(output.shape[2:], spectral.step, strict=True)]
    each_window = blocks(len(x) * groups, (counts[0], counts[1]), 1)
    spread(partial(_multiply_spectra, spectral), each_window)


def _multiply_spectra(spectral: Spectral, share: Sequence[Block]) -> None:
    """Write one window of the output after the other."""
    x, spectra, y, sizes, size = spectral
    (left, _, top, _), step = sizes.sides, spectral.step
    window = np.empty((x.shape[2], *size), x.dtype)
    for block in share:
        image, group = divmod(block.images.start, x.shape[1])
        row, column = step[0] * block.rows.start, step[1] * block.columns.start
        cut(x[image, group], row - top, column - left, window)
        spectrum = np.fft.rfft2(window)
        for kernel, plane in zip(spectra[group], y[image, group], strict=True):
            part = plane[row : row + step[0], column : column + step[1]]
            values = np.fft.irfft2((spectrum * kernel).sum(axis=0), size)
            part[...] = values[: part.shape[0], : part.shape[1]]


def window_sizes(workload: Workload) -> tuple[int, int]:
    """Choose the height and the width of the windows, so that all channels fit into the cache."""
    area = LARGEST**2 // workload.channels
    height, width = zip(workload.sizes.kernel_size, workload.sizes.output_size, strict=True)
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
