"""The algorithms by name: what each needs, and which one should be fastest."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import product
from math import ceil
from typing import NamedTuple

import numpy as np

from convbook._problem import Problem, Task
from convbook._typing import Array
from convbook.algorithms.estimates import (
    fft_time,
    gradient_time,
    im2col_time,
    products,
    shift_time,
    tiles_time,
)
from convbook.algorithms.fft import fft
from convbook.algorithms.im2col import im2col
from convbook.algorithms.shift import shift
from convbook.algorithms.tiles import Tiling, convolve_tiles, tiles_at_once
from convbook.algorithms.toom import Bilinear, cook_toom, fourier, strided

FEW = 2_000_000
"""Products that are done before a fast algorithm has set out."""

WINOGRAD_TAPS = 5
"""Its tiles have at most 6 pixels an axis, for with more its rounding errors grow fast."""

DFT_TAPS = 32
"""Where a kernel is longer, dense matrices of the transform are a waste: the fast one wins."""


class Algorithm(NamedTuple):
    """One way to convolve."""

    run: Callable[[Problem, Array], None]
    """Writes a convolution, without its bias."""
    time: Callable[[Task], float]
    """Estimates how long that takes."""
    needs: Callable[[Task], str]
    """Tells what it needs and the task does not have, or nothing."""
    local: bool = False
    """Whether a NaN stays in the windows that hold it."""


def run(name: str, problem: Problem, output: Array) -> None:
    """Write a convolution by the algorithm of this name, or refuse what it cannot do."""
    algorithm = FAST[fastest(problem.task) if name == "auto" else name]
    if needs := algorithm.needs(problem.task):
        raise ValueError(f"algorithm must be able to do this convolution: {name!r} needs {needs}")
    algorithm.run(problem, output)
    if name == "auto" and not algorithm.local and not all_finite(output):
        im2col(problem, output)  # a NaN or an infinity has spread


@lru_cache
def fastest(task: Task) -> str:
    """Return the name of the algorithm that should take the least time.

    For a few products the fast ones have too much to prepare.
    """
    able = [
        name
        for name, algorithm in FAST.items()
        if not algorithm.needs(task) and (algorithm.local or products(task) >= FEW)
    ]
    return min(able, key=lambda name: FAST[name].time(task))


def all_finite(array: Array) -> bool:
    """Tell whether an array holds no NaN and no infinity."""
    numbers = array.ravel(order="K")
    return bool(np.isfinite(numbers @ numbers) or np.isfinite(numbers).all())


# -- Tiles --------------------------------------------------------------------


@lru_cache
def winograd_tiling(task: Task) -> Tiling:
    """Choose tiles of 4 or 6 pixels an axis."""
    return _best(task, cook_toom, _few_outputs(task))


@lru_cache
def gradient_tiling(task: Task) -> Tiling:
    """Choose tiles of 4 or 6 pixels an axis for the gradient of the weight."""
    return _best(task, cook_toom, _few_outputs(task), gradient_time)


def _few_outputs(task: Task) -> list[list[int]]:
    """Offer what tiles of 4 and of 6 pixels give on each axis."""
    return [[pixels - k + 1 for pixels in (4, 6)] for k in taps(task)]


@lru_cache
def dft_tiling(task: Task) -> Tiling:
    """Choose tiles that several lengths of the Fourier transform offer."""
    lengths = (6, 8, 10, 12, 14, 16, 20, 24, 32)
    offers = [
        [n - k + 1 for n in (*lengths, 2 * k, 3 * k) if n <= 2 * DFT_TAPS] for k in taps(task)
    ]
    return _best(task, fourier, offers)


def _best(
    task: Task,
    algorithm: Callable[[int, int], Bilinear],
    outputs: Sequence[Sequence[int]],
    time: Callable[[Task, Tiling], float] = tiles_time,
) -> Tiling:
    """Choose how many outputs a tile has, among those that are offered for each axis."""
    (k_h, k_w), stride = task.sizes.kernel_size, task.sizes.stride
    height, width = ([m for m in sorted(set(axis)) if m > 0] for axis in outputs)
    rows = [strided(algorithm, m, k_h, stride[0]) for m in height]
    columns = [strided(algorithm, m, k_w, stride[1]) for m in width]
    tilings = [Tiling(*axes, stride) for axes in product(rows, columns)]
    with_room = [tiling for tiling in tilings if tiles_at_once(tiling, task)]
    return min(with_room or tilings[:1], key=partial(time, task))


def taps(task: Task) -> list[int]:
    """Return how many taps of each axis one phase of the stride has at most."""
    return [ceil(k / s) for k, s in zip(task.sizes.kernel_size, task.sizes.stride, strict=True)]


# -- What they need -----------------------------------------------------------


def _nothing(_: Task) -> str:
    return ""


def _stride(task: Task) -> str:
    return "" if task.sizes.stride == (1, 1) else f"stride 1, got {task.sizes.stride}"


def points(task: Task) -> str:
    """Interpolation needs real numbers and neighbouring taps that touch."""
    if task.dtype.char not in "fd":
        return f"dtype float32 or float64, got {task.dtype}"
    return "" if task.sizes.dilation == (1, 1) else f"dilation 1, got {task.sizes.dilation}"


def few_taps(task: Task, most: int = WINOGRAD_TAPS) -> str:
    """Tiles hold kernels of a few taps."""
    found = tuple(taps(task))
    if max(found) <= most:
        return ""
    return f"at most {most} taps an axis for each phase of the stride, got {found}"


FAST = {
    "im2col": Algorithm(im2col, im2col_time, _nothing, local=True),
    "shift": Algorithm(shift, shift_time, _stride, local=True),
    "winograd": Algorithm(
        lambda problem, output: convolve_tiles(problem, winograd_tiling(problem.task), output),
        lambda task: tiles_time(task, winograd_tiling(task)),
        lambda task: points(task) or few_taps(task),
    ),
    "dft": Algorithm(
        lambda problem, output: convolve_tiles(problem, dft_tiling(problem.task), output),
        lambda task: tiles_time(task, dft_tiling(task)),
        lambda task: points(task) or few_taps(task, DFT_TAPS),
    ),
    "fft": Algorithm(fft, fft_time, lambda task: points(task) or _stride(task)),
}
"""All algorithms but the definition itself."""
