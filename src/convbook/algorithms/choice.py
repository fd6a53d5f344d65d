"""The table of the algorithms, and which of them "auto" takes."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from math import ceil, prod
from typing import Literal, NamedTuple

import numpy as np

from convbook._problem import Problem, Workload, silently
from convbook._typing import Array
from convbook.algorithms.contrast import convolve_evenly
from convbook.algorithms.direct import direct
from convbook.algorithms.estimates import tiles_time
from convbook.algorithms.fft import fft
from convbook.algorithms.im2col import im2col
from convbook.algorithms.shift import shift
from convbook.algorithms.tiles import Tiling, convolve_tiles, tiles_at_once
from convbook.algorithms.toom import Bilinear, cook_toom, fourier, strided

FEW = 2_000_000
"""Multiplications that are done before a fast algorithm has prepared its own."""

WINOGRAD_TAPS = 5
"""Its tiles have at most 6 pixels an axis, for with more its rounding errors grow fast."""

DFT_TAPS = 32
"""Where a kernel is longer, dense matrices of the transform are a waste: the fast one wins."""

SIZES_KEPT = 1024
"""How many sizes of convolutions tiles are remembered for."""


class Algorithm(NamedTuple):
    """One way to convolve."""

    run: Callable[[Problem, Array], None]
    """Writes a convolution, without its bias."""
    lacks: Callable[[Workload], str]
    """Says what it needs and a workload does not have; nothing, if it can do the convolution."""
    label: str
    """What a figure calls it."""
    role: str
    """The role whose colour it has in a figure."""
    exact: bool = False
    """Whether an output depends on its own window alone, roundings included."""


@silently()
def convolve(problem: Problem, name: str = "auto") -> Array:
    """Return a convolution, by the algorithm of this name."""
    widened = problem.widened()
    output = np.empty(widened.output_shape, widened.input.dtype)
    if output.size:
        run(name, widened, output)
    return problem.finish(output)


def run(name: str, problem: Problem, output: Array) -> None:
    """Write a convolution by the algorithm of this name, or refuse what it cannot do."""
    if name == "auto":
        run_fastest(problem, output)
        return
    if lack := ALGORITHMS[name].lacks(problem.workload):
        raise ValueError(f"algorithm must be able to do this convolution: {name!r} needs {lack}")
    ALGORITHMS[name].run(problem, output)


def run_fastest(problem: Problem, output: Array) -> None:
    """Write a convolution by the fastest algorithm from which no error of a neighbour is seen."""
    algorithm = ALGORITHMS[fastest(problem.workload)]
    if algorithm.exact:
        algorithm.run(problem, output)
    elif not convolve_evenly(problem, output, algorithm.run):
        ALGORITHMS[fastest(problem.workload, exact=True)].run(problem, output)


def fastest(work: Workload, *, exact: bool = False) -> str:
    """Return the name of the algorithm that should take the least time."""
    for name in (*_by_rank(work), "im2col"):
        algorithm = ALGORITHMS[name]
        if not algorithm.lacks(work) and (algorithm.exact or not exact):
            break
    return name


def _by_rank(work: Workload) -> Sequence[str]:
    """Return algorithms, the fastest first, that win if they can do the convolution."""
    taps, channels = max(work.sizes.kernel_size), min(work.channels, work.kernels)
    single = work.channels * work.kernels == 1
    few = FEW // 4 if single else FEW // 2 if channels <= 4 else FEW
    sparse = taps == 1 or work.sizes.stride != (1, 1)
    if sparse or multiplications(work) < few:
        ready = work.prepared and channels >= 8 and multiplications(work) >= FEW // 4
        return ("shift",) if work.groups > 1 or (ready and not sparse) else ()
    if work.groups > 1 or single:
        large_plane = work.groups > 1 or max(work.sizes.output_size) >= 256
        return ("fft", "shift") if taps >= 11 else ("shift",) if large_plane else ()
    if channels <= 4:
        long = taps >= (13 if work.prepared else 17)
        return ("fft", "shift") if long else ("shift",) if work.kernels <= 8 else ()
    if channels <= 16:
        return ("dft", "fft", "shift") if taps >= 7 else ("shift",)
    positions = work.images * prod(work.sizes.output_size)
    if not work.prepared and (positions < channels // 2 or multiplications(work) < 4 * FEW):
        return ()  # to transform the kernels takes longer
    return ("winograd", "dft", "fft") if taps <= (5 if channels >= 128 else 3) else ("dft", "fft")


def multiplications(work: Workload) -> int:
    """Return how many multiplications the definition asks for."""
    kernel = work.channels * prod(work.sizes.kernel_size)
    return work.images * prod(work.sizes.output_size) * work.groups * work.kernels * kernel


# -- Tiles --------------------------------------------------------------------


@lru_cache(SIZES_KEPT)
def winograd_tiling(work: Workload) -> Tiling:
    """Choose tiles of 4 or 6 pixels an axis."""
    return best_tiling(work, cook_toom, few_outputs(work))


@lru_cache(SIZES_KEPT)
def dft_tiling(work: Workload) -> Tiling:
    """Choose tiles that several lengths of the Fourier transform offer."""
    lengths = (6, 8, 10, 12, 14, 16, 20, 24, 32)
    offers = [
        [n - k + 1 for n in (*lengths, 2 * k, 3 * k) if n <= 2 * DFT_TAPS]
        for k in taps_of_a_phase(work)
    ]
    return best_tiling(work, fourier, offers)


def few_outputs(work: Workload) -> list[list[int]]:
    """Offer what tiles of 4 and of 6 pixels give on each axis."""
    return [[pixels - k + 1 for pixels in (4, 6)] for k in taps_of_a_phase(work)]


def best_tiling(
    work: Workload,
    algorithm: Callable[[int, int], Bilinear],
    outputs: Sequence[Sequence[int]],
    time: Callable[[Workload, Tiling], float] = tiles_time,
) -> Tiling:
    """Choose how many outputs a tile has: about square first, then the best along each axis."""
    (m_rows, m_columns), (k_h, k_w), (s_h, s_w) = outputs, work.sizes.kernel_size, work.sizes.stride
    rows = [strided(algorithm, m, k_h, s_h) for m in sorted({*m_rows}) if m > 0]
    columns = [strided(algorithm, m, k_w, s_w) for m in sorted({*m_columns}) if m > 0]

    def cost(tiling: Tiling) -> tuple[bool, float]:
        room = tiles_at_once(tiling, work)
        return not room, time(work, tiling) if room else tiling.products

    best = min(
        (Tiling(*axes, work.sizes.stride) for axes in zip(rows, columns, strict=False)), key=cost
    )
    best = min((best._replace(columns=axis) for axis in columns), key=cost)
    return min((best._replace(rows=axis) for axis in rows), key=cost)


def taps_of_a_phase(work: Workload) -> list[int]:
    """Return how many taps of each axis one phase of the stride has at most."""
    return [ceil(k / s) for k, s in zip(work.sizes.kernel_size, work.sizes.stride, strict=True)]


# -- What they lack -----------------------------------------------------------


def nothing(_: Workload) -> str:
    """Every convolution is possible."""
    return ""


def unit_stride(work: Workload) -> str:
    """The kernel has to move pixel by pixel."""
    return "" if work.sizes.stride == (1, 1) else f"stride 1, got {work.sizes.stride}"


def touching_reals(work: Workload) -> str:
    """Interpolation needs real numbers and neighbouring taps that touch."""
    if work.dtype.char not in "fd":
        return f"dtype float32 or float64, got {work.dtype}"
    return "" if work.sizes.dilation == (1, 1) else f"dilation 1, got {work.sizes.dilation}"


def touching_unit_stride(work: Workload) -> str:
    """Spectra need real numbers, taps that touch, and the kernel to move pixel by pixel."""
    return touching_reals(work) or unit_stride(work)


def few_taps(work: Workload, most: int) -> str:
    """Tiles hold real, dense kernels of a few taps."""
    found = tuple(taps_of_a_phase(work))
    rule = f"at most {most} taps an axis for each phase of the stride, got {found}"
    return touching_reals(work) or ("" if max(found) <= most else rule)


def tiled(tiling: Callable[[Workload], Tiling]) -> Callable[[Problem, Array], None]:
    """Return the algorithm whose tiles a function chooses."""

    def convolve_by_tiles(problem: Problem, output: Array) -> None:
        convolve_tiles(problem, tiling(problem.workload), output)

    return convolve_by_tiles


ALGORITHMS = {
    "direct": Algorithm(direct, nothing, "the definition", "line", exact=True),
    "im2col": Algorithm(im2col, nothing, "im2col in blocks", "input", exact=True),
    "shift": Algorithm(shift, unit_stride, "shift", "quiet", exact=True),
    "winograd": Algorithm(
        tiled(winograd_tiling), partial(few_taps, most=WINOGRAD_TAPS), "Winograd", "kernel"
    ),
    "dft": Algorithm(tiled(dft_tiling), partial(few_taps, most=DFT_TAPS), "DFT of tiles", "output"),
    "fft": Algorithm(fft, touching_unit_stride, "FFT of windows", "gradient"),
}
"""Each algorithm by its name in :func:`~convbook.conv2d`: all that the house knows of it."""

AlgorithmName = Literal["auto", "direct", "im2col", "shift", "winograd", "dft", "fft"]
"""The same names for type checkers, and "auto"."""

FAST = tuple(name for name in ALGORITHMS if name != "direct")
"""The names of all but the definition."""
