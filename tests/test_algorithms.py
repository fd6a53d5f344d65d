"""The fast algorithms: equal to the definition, within what rounding allows, in little room."""

import copy
import inspect
import os
import pickle
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from functools import partial
from math import ceil, log2, prod
from textwrap import dedent
from time import process_time
from typing import get_args
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook import (
    PreparedWeight,
    _windows,
    conv2d,
    conv2d_input,
    conv2d_loop,
    conv2d_weight,
    conv_transpose2d,
    convolution_matrix,
    get_num_threads,
    set_num_threads,
)
from convbook._problem import Problem, Workload, check_problem
from convbook.algorithms import (
    ALGORITHMS,
    FAST,
    AlgorithmName,
    Bilinear,
    _blocks,
    choice,
    contrast,
    cook_toom,
    cook_toom_exactly,
    fastest,
    fft,
    fourier,
    gradient,
    im2col,
    matrices,
    shift,
    threads,
    tiles,
)
from convbook.algorithms.toom import strided
from convbook.matmul import transposed
from oracles import inner, ours, refused, same, theirs
from requirements import need
from strategies import FLOATS, INTEGERS, LAYOUTS, Call, layouts, numbers, rngs, two

EXACT = tuple(name for name in FAST if ALGORITHMS[name].exact)
SPREADING = tuple(name for name in FAST if name not in EXACT)
ROOMY = (_blocks, contrast, im2col, shift, tiles)
each_algorithm = pytest.mark.parametrize("name", FAST)
each_float = pytest.mark.parametrize("dtype", FLOATS)


def convolution(
    shape: tuple[int, ...], kernel: tuple[int, ...], dtype: str = "float32", **options: object
) -> Call:
    """A call of conv2d on normal numbers, all of its arguments spelled out."""
    rng = np.random.default_rng(prod(shape) + prod(kernel))
    call = Call(bias=None, stride=1, padding=0, dilation=1, groups=1)
    return call.but(input=numbers(rng, shape, dtype), weight=numbers(rng, kernel, dtype), **options)


def task_of(call: Call, prepared: bool = False) -> Workload:
    return check_problem(**call).workload._replace(prepared=prepared)


@contextmanager
def cramped(room: int = _blocks.ROOM, many: int = tiles.MANY) -> Iterator[None]:
    """Little room, so that there are many blocks; tiles with more than `many` values in parts."""
    chosen = choice.winograd_tiling, choice.dft_tiling, gradient.gradient_tiling
    with ExitStack() as stack:
        for function in chosen:
            function.cache_clear()
            stack.callback(function.cache_clear)
        for module in ROOMY:
            stack.enter_context(patch.object(module, "ROOM", room))
        stack.enter_context(patch.object(tiles, "MANY", many))
        yield


# The definition, and how far rounding may take an algorithm from it


def padded(problem: Problem, dtype: type = float) -> np.ndarray:
    left, right, top, bottom = problem.sizes.sides
    margins = (0, 0), (0, 0), (top, bottom), (left, right)
    return np.pad(problem.input.astype(dtype), margins)


def definition(problem: Problem, dtype: type = float) -> np.ndarray:
    """The sums themselves, one tap of all kernels after the other."""
    images, weight, bias, sizes, groups, *_ = problem
    (s_h, s_w), (d_h, d_w), (height, width) = sizes.stride, sizes.dilation, sizes.output_size
    x = padded(problem, dtype)
    x = x.reshape(len(images), groups, weight.shape[1], *x.shape[2:])
    w = weight.reshape(groups, -1, *weight.shape[1:]).astype(dtype)
    y = np.zeros((*x.shape[:2], w.shape[1], height, width), dtype)
    for i, j in np.ndindex(sizes.kernel_size):
        seen = x[..., d_h * i :: s_h, d_w * j :: s_w][..., :height, :width]
        y += np.einsum("goc,ngchw->ngohw", w[..., i, j], seen, optimize=dtype is float)
    y = y.reshape(len(images), len(weight), height, width)
    return y if bias is None else y + bias.astype(dtype)[:, None, None]


def absolute(problem: Problem) -> Problem:
    bias = None if problem.bias is None else abs(problem.bias)
    return problem._replace(input=abs(problem.input), weight=abs(problem.weight), bias=bias)


def seen_by_tiles(array: np.ndarray, pixels: tuple[int, int], step: tuple[int, int], grid):
    """Cut padded planes into the overlapping tiles of a grid: (n, C, rows, columns, h, w)."""
    margins = [
        (0, max(0, s * (count - 1) + p - size))
        for count, s, p, size in zip(grid, step, pixels, array.shape[2:], strict=True)
    ]
    array = np.pad(array, [(0, 0), (0, 0), *margins])
    view = np.lib.stride_tricks.sliding_window_view(array, pixels, axis=(2, 3))
    return view[:, :, :: step[0], :: step[1]][:, :, : grid[0], : grid[1]]


def tile_values(problem: Problem, tiling: tiles.Tiling) -> np.ndarray:
    """Evaluate all tiles of all groups, in float64."""
    pixels = tiling.rows.pixels, tiling.columns.pixels
    grid = tiling.grid(problem.sizes.output_size)
    d = seen_by_tiles(padded(problem), pixels, tiling.step, grid)
    d = d.reshape(len(d), problem.groups, -1 if len(d) else 0, *d.shape[2:])
    return np.einsum("pa,qb,ngcyxab->pqngcyx", tiling.rows.B, tiling.columns.B, d, optimize=True)


def bilinear(problem: Problem, tiling: tiles.Tiling) -> np.ndarray:
    """What the matrices of a tiling make of a problem, in float64."""
    w = problem.weight.reshape(problem.groups, -1, *problem.weight.shape[1:])
    u = np.einsum("pi,qj,gocij->pqgoc", tiling.rows.G, tiling.columns.G, w, optimize=True)
    v = tile_values(problem, tiling)
    values = np.einsum("pqgoc,pqngcyx->pqngoyx", u, v, optimize=True)
    A = tiling.rows.A, tiling.columns.A
    y = np.einsum("pr,qs,pqngoyx->ngoyrxs", *A, values, optimize=True)
    n, groups, kernels, rows, high, columns, wide = y.shape
    y = y.reshape(n, groups * kernels, rows * high, columns * wide)
    height, width = problem.sizes.output_size
    y = y[..., :height, :width]
    return y if problem.bias is None else y + problem.bias[:, None, None]


def magnitudes(tiling: tiles.Tiling) -> tiles.Tiling:
    rows, columns = (Bilinear(*map(abs, axis)) for axis in tiling[:2])
    return tiling._replace(rows=rows, columns=columns)


def steps(tiling: tiles.Tiling) -> int:
    """How many roundings one product meets on its way through sums as long as the matrices.

    Two for each matrix, whose numbers are rounded, too: one for the number, one for the product.
    """
    return sum(6 + axis.G.shape[1] + axis.pixels + axis.products for axis in tiling[:2])


def allowed(name: str, problem: Problem, tiling: tiles.Tiling | None = None) -> np.ndarray:
    """A bound for the error of each output (Higham 2002, sections 3.1 and 24.1).

    A sum is off by no more than a rounding for each of its terms, relative to the sum of the
    absolute values; so are sums of sums. A fast Fourier transform is off by five roundings for
    each halving of the length, relative to the signal's Euclidean norm.
    """
    unit = np.finfo(problem.input.dtype).eps / 2
    terms = problem.weight[0].size + 3
    scale = definition(absolute(problem))
    if name in EXACT:
        return 2 * terms * unit * scale
    if name == "fft":
        size = fft.window_sizes(problem.workload)
        n, channels, groups = len(problem.input), problem.weight.shape[1], problem.groups
        x = np.sqrt((problem.input.astype(float) ** 2).sum((2, 3))).reshape(n, groups, channels)
        w = np.sqrt((problem.weight.astype(float) ** 2).sum((2, 3)))
        norms = np.einsum("ngc,goc->ngo", x, w.reshape(groups, -1, channels))
        count = 15 * log2(prod(size)) + channels + 8
        return unit * (count * norms.reshape(n, -1)[..., None, None] + 2 * terms * scale)
    if tiling is None:
        choose = {"winograd": choice.winograd_tiling, "dft": choice.dft_tiling}[name]
        tiling = choose(problem.workload)
    count = steps(tiling) + problem.weight.shape[1] + terms
    return count * unit * bilinear(absolute(problem), magnitudes(tiling))


def check(result: np.ndarray, problem: Problem, bound: np.ndarray) -> None:
    """Hold a result to the definition."""
    expected = definition(problem) if problem.batched else definition(problem)[0]
    bound = bound if problem.batched else bound[0]
    assert result.dtype == problem.input.dtype
    assert result.shape == expected.shape
    error = abs(result - expected)
    assert (error <= bound).all(), f"{np.nanmax(error / bound):.3g} times the error allowed"


def check_call(name: str, call: Call) -> None:
    problem, result = check_problem(**call), ours(conv2d, **call, algorithm=name)
    bound = allowed(name, problem) if result.size else np.zeros(result.shape)
    check(result, problem, bound)


# Every algorithm


@st.composite
def tasks(draw, name: str) -> Call:
    """A call of conv2d that an algorithm can do: a few tiles, in any memory layout."""
    dtype = draw(st.sampled_from(FLOATS))
    stride = draw(two(1, 4)) if name not in ("shift", "fft") else (1, 1)
    dilation = draw(two(1, 3)) if name in EXACT else (1, 1)
    kernel = draw(st.tuples(*(st.integers(1, min(9, 5 * s)) for s in stride)))
    padding = draw(two(0, 9) | st.just("same")) if stride == (1, 1) else draw(two(0, 9))
    groups, into, out = (draw(st.integers(1, high)) for high in (3, 3, 4))
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    margins = [99, 99] if padding == "same" else [2 * amount for amount in padding]
    least = [max(1, span - margin) for span, margin in zip(spans, margins, strict=True)]
    height, width = (low + draw(st.integers(0, 16)) for low in least)
    rng = draw(rngs)
    batch = draw(st.sampled_from([(), (0,), (1,), (2,), (3,)]))
    return Call(
        input=draw(layouts)(numbers(rng, (*batch, groups * into, height, width), dtype)),
        weight=draw(layouts)(numbers(rng, (groups * out, into, *kernel), dtype)),
        bias=numbers(rng, (groups * out,), dtype) if draw(st.booleans()) else None,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
    )


@each_algorithm
@given(
    data=st.data(),
    room=st.sampled_from([1, 600, 3000, 20_000, _blocks.ROOM]),
    many=st.sampled_from([0, 20, 100]),
)
def test_equals_definition(name, data, room, many):
    call = data.draw(tasks(name))
    with cramped(room, many):
        check_call(name, call)


BORDERS = {
    "several blocks": ((2, 64, 45, 61), (64, 64, 3, 3), {"padding": 1}),
    "several blocks of one row": ((1, 24, 3, 700), (24, 24, 3, 3), {"padding": 1}),
    "small planes in batches": ((40, 16, 6, 5), (8, 16, 3, 3), {"padding": 1}),
    "96 kernels": ((2, 8, 13, 14), (96, 8, 3, 3), {}),
    "67 kernels": ((1, 5, 9, 11), (67, 5, 3, 3), {"padding": 2}),
    "130 kernels": ((1, 3, 12, 10), (130, 3, 5, 3), {"padding": (2, 1)}),
    "256 kernels in two groups": ((1, 8, 9, 9), (256, 4, 3, 3), {"groups": 2}),
    "a long row": ((2, 3, 1, 300), (4, 3, 1, 5), {"padding": (0, 2)}),
    "a long column": ((2, 3, 300, 1), (4, 3, 4, 1), {"padding": (1, 0)}),
    "a stride larger than the kernel": ((1, 3, 40, 41), (4, 3, 2, 3), {"stride": (3, 5)}),
    "one tap and a stride": ((2, 3, 90, 95), (4, 3, 11, 1), {"stride": (3, 4), "padding": (9, 1)}),
    "a stride of two": ((2, 20, 41, 38), (24, 20, 3, 3), {"stride": 2, "padding": 1}),
    "a stem": ((1, 3, 64, 66), (32, 3, 7, 7), {"stride": 2, "padding": 3}),
    "an image smaller than a tile": ((3, 4, 2, 3), (5, 4, 2, 2), {}),
    "one pixel": ((2, 3, 1, 1), (4, 3, 1, 1), {}),
    "one pixel and a large kernel": ((2, 3, 1, 1), (4, 3, 5, 5), {"padding": 2}),
    "more padding than kernel": ((1, 3, 5, 4), (4, 3, 3, 3), {"padding": (9, 17)}),
    "an even kernel": ((2, 3, 18, 19), (4, 3, 4, 2), {"padding": "same"}),
    "planes of 1024 bytes": ((2, 6, 16, 16), (8, 6, 3, 3), {"padding": 1}),
    "planes of 4096 bytes": ((1, 5, 64, 32), (3, 5, 3, 5), {}),
    "depthwise": ((2, 12, 30, 31), (12, 1, 3, 3), {"groups": 12, "padding": 1}),
    "depthwise in several blocks": ((1, 3, 250, 260), (6, 1, 3, 3), {"groups": 3, "padding": 1}),
    "groups of a few taps": ((2, 6, 9, 8), (4, 3, 1, 3), {"groups": 2, "padding": (0, 2)}),
    "three groups": ((2, 12, 23, 22), (9, 4, 3, 2), {"groups": 3, "stride": (2, 1)}),
    "one kernel for many channels": ((1, 70, 19, 20), (1, 70, 3, 3), {}),
    "a large kernel": ((1, 2, 60, 61), (3, 2, 13, 11), {"padding": 6}),
    "several windows": ((1, 1, 300, 530), (2, 1, 17, 20), {"padding": "same"}),
    "windows of a few channels": ((2, 6, 140, 90), (4, 3, 9, 31), {"groups": 2}),
    "dilation": ((2, 5, 40, 41), (4, 5, 3, 4), {"dilation": (2, 3), "padding": 3}),
    "dilation and stride": ((2, 4, 40, 44), (4, 2, 3, 5), {"dilation": (2, 3), "stride": (4, 2),
                                                            "groups": 2, "padding": 4}),
}  # fmt: skip


@each_algorithm
@each_float
@pytest.mark.parametrize("case", BORDERS)
def test_at_the_borders(name, dtype, case):
    shape, kernel, options = BORDERS[case]
    call = convolution(shape, kernel, dtype, **options)
    rules = {
        "dilation": name in SPREADING and "dilation" in options,
        "stride": name in ("shift", "fft") and "stride" in options,
        "taps": name == "winograd" and max(choice.taps_of_a_phase(task_of(call))) > 5,
    }
    if broken := [word for word, is_broken in rules.items() if is_broken]:
        refused(("algorithm", repr(name), broken[0]), conv2d, **call, algorithm=name)
    else:
        check_call(name, call)


@each_algorithm
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_large_arrays(name, layout):
    call = convolution((2, 8, 64, 64), (8, 8, 3, 3), padding=1)
    arrays = {key: LAYOUTS[layout](call[key]) for key in ("input", "weight")}
    check_call(name, call.but(**arrays))


@each_algorithm
@pytest.mark.parametrize("dtype", [">f4", ">f8"])
def test_other_byte_order(name, dtype):
    call = convolution((2, 3, 12, 11), (4, 3, 3, 3), dtype)
    assert ours(conv2d, **call, algorithm=name).dtype == np.dtype(dtype)
    check_call(name, call)


@each_algorithm
def test_half_precision_is_rounded_once(name):
    call = convolution((2, 16, 20, 21), (8, 16, 3, 3), "float16", padding=1)
    wide = {key: call[key].astype("float32") for key in ("input", "weight")}
    expected = ours(conv2d, **call.but(**wide), algorithm=name).astype("float16")
    same(ours(conv2d, **call, algorithm=name), expected)


@pytest.mark.parametrize("dtype", [*INTEGERS, "complex64", "longdouble"])
def test_shift_can_do_every_dtype(dtype):
    call = convolution((2, 4, 11, 12), (6, 2, 3, 3), dtype, groups=2, dilation=2, padding=1)
    magnitude = conv2d_loop(**call.but(input=abs(call["input"]), weight=abs(call["weight"])))
    scale = 0 if call["input"].dtype.kind in "iu" else magnitude
    same(ours(conv2d, **call, algorithm="shift"), conv2d_loop(**call), 19, scale)


@st.composite
def tilings(draw) -> tuple[tiles.Tiling, tuple[int, int]]:
    """Any tiles, and the size of the kernel that they are for."""
    algorithm = draw(st.sampled_from([cook_toom, fourier]))
    stride = draw(two(1, 4))
    kernel = draw(st.tuples(*(st.integers(1, min(8, 4 * s)) for s in stride)))
    outputs = draw(two(1, 4 if algorithm is cook_toom else 9))
    axes = [strided(algorithm, *sizes) for sizes in zip(outputs, kernel, stride, strict=True)]
    return tiles.Tiling(*axes, stride), kernel


@given(data=st.data(), room=st.sampled_from([1, 5000, 1 << 20]), many=st.sampled_from([0, 30, 999]))
def test_any_tiles(data, room, many):
    """Not only those that are chosen: every size, in whatever room."""
    tiling, kernel = data.draw(tilings())
    groups, into, out = (data.draw(st.integers(1, high)) for high in (2, 3, 3))
    shape = data.draw(st.integers(1, 3)), groups * into, *data.draw(two(8, 30))
    call = convolution(
        shape, (groups * out, into, *kernel), data.draw(st.sampled_from(FLOATS)),
        stride=tiling.stride, padding=data.draw(two(0, 3)), groups=groups,
    )  # fmt: skip
    problem = check_problem(**call)
    output = np.empty((shape[0], groups * out, *problem.sizes.output_size), problem.input.dtype)
    with cramped(room, many):
        tiles.convolve_tiles(problem, tiling, output)
    check(output, problem, allowed("", problem, tiling))


@pytest.mark.parametrize(
    ("name", "says", "shape", "kernel", "options"),
    [
        ("shift", ("stride 1", (2, 2)), (1, 1, 9, 9), (1, 1, 3, 3), {"stride": 2}),
        ("shift", ("stride 1", (1, 2)), (1, 1, 9, 9), (1, 1, 3, 3), {"stride": (1, 2)}),
        ("fft", ("stride 1", (3, 1)), (1, 1, 9, 9), (1, 1, 3, 3), {"stride": (3, 1)}),
        ("fft", ("dilation 1", (2, 2)), (1, 1, 9, 9), (1, 1, 3, 3), {"dilation": 2}),
        ("winograd", ("dilation 1", (1, 2)), (1, 1, 9, 9), (1, 1, 3, 3), {"dilation": (1, 2)}),
        ("dft", ("dilation 1", (3, 1)), (1, 1, 9, 9), (1, 1, 3, 3), {"dilation": (3, 1)}),
        ("dft", ("32 taps", (1, 33)), (1, 1, 9, 99), (1, 1, 1, 33), {}),
        ("dft", ("32 taps", (33, 1)), (1, 1, 99, 9), (1, 1, 66, 1), {"stride": 2}),
        ("winograd", ("5 taps", (6, 3)), (1, 1, 9, 9), (1, 1, 6, 3), {}),
        ("winograd", ("5 taps", (3, 6)), (1, 1, 9, 19), (1, 1, 3, 11), {"stride": (1, 2)}),
        *(
            (name, ("float32", "float64", dtype), (1, 1, 9, 9), (1, 1, 3, 3), {"dtype": dtype})
            for name in SPREADING
            for dtype in ("int64", "uint8", "complex64", np.dtype("longdouble"))
        ),
    ],
)
def test_refuses_what_an_algorithm_cannot_do(name, says, shape, kernel, options):
    call = convolution(shape, kernel, **options)
    refused(("algorithm", repr(name), *says), conv2d, **call, algorithm=name)


@pytest.mark.parametrize(("kernel", "stride"), [((5, 5), 1), ((10, 5), (2, 1)), ((1, 15), (1, 3))])
def test_winograd_does_five_taps_for_each_phase(kernel, stride):
    check_call("winograd", convolution((1, 2, 20, 40), (3, 2, *kernel), stride=stride))


# How large the errors are on normal numbers, measured


def goal(dtype: str, winograd: bool = True) -> float:
    """What the project promises of the largest error, relative to the largest output.

    In a page NumPy has no BLAS and adds one product after another, whose error grows faster.
    """
    direct = 2e-6 if sys.platform == "emscripten" else 1e-6
    return (5e-6 if winograd else direct) * float(np.finfo(dtype).eps / np.finfo("float32").eps)


def error(call: Call, result: np.ndarray) -> float:
    """The largest error among the outputs of two kernels, relative to the largest of them."""
    problem = check_problem(**call.but(weight=call["weight"][:2]))
    expected = definition(problem, np.longdouble)
    return float(abs(result[:, :2] - expected).max() / abs(expected).max())


@each_float
@pytest.mark.parametrize(
    ("name", "channels", "size", "kernel"),
    [
        *((name, 64, 28, 3) for name in FAST), *((name, 256, 28, 3) for name in FAST),
        ("winograd", 64, 28, 5), ("winograd", 256, 14, 2), ("dft", 64, 28, 7), ("dft", 64, 26, 11),
        ("dft", 16, 40, 15), ("dft", 4, 60, 31), ("fft", 1, 128, 31), ("fft", 3, 200, 17),
    ],
)  # fmt: skip
def test_error_on_normal_numbers(name, channels, size, kernel, dtype):
    call = convolution((1, channels, size, size), (4, channels, kernel, kernel), dtype)
    limit = goal(dtype, name == "winograd")
    for prepared in (False, True):
        weight = PreparedWeight(call["weight"]) if prepared else call["weight"]
        assert error(call, conv2d(**call.but(weight=weight), algorithm=name)) <= limit


# The matrices


def correlation(d, w, stride: int = 1) -> np.ndarray:
    """The sums of the definition along one axis."""
    count = (len(d) - len(w)) // stride + 1
    return np.array([sum(w[i] * d[stride * u + i] for i in range(len(w))) for u in range(count)])


def exact(rng: np.random.Generator, length: int) -> np.ndarray:
    return np.array([Fraction(int(n)) for n in rng.integers(-99, 100, length)], dtype=object)


def check_exactly(matrices, m: int, k: int, rng: np.random.Generator) -> None:
    """The sums and both gradients, without any rounding."""
    A, G, B = (np.array(matrix, dtype=object) for matrix in matrices)
    assert (A.shape, G.shape) == ((m + k - 1, m), (m + k - 1, k))
    assert B.shape == (m + k - 1, m + k - 1)
    assert all(isinstance(value, Fraction) for value in (*A.flat, *G.flat, *B.flat))
    w, d, e = (exact(rng, length) for length in (k, m + k - 1, m))
    assert (A.T @ ((G @ w) * (B @ d)) == correlation(d, w)).all()
    assert (G.T @ ((A @ e) * (B @ d)) == correlation(d, e)).all()
    margin = np.array([Fraction(0)] * (k - 1), dtype=object)
    full = correlation(np.concatenate([margin, e, margin]), w[::-1])
    assert (B.T @ ((G @ w) * (A @ e)) == full).all()


@pytest.mark.parametrize("m", range(1, 9))
@pytest.mark.parametrize("k", range(1, 8))
def test_cook_toom_is_exact(m, k):
    check_exactly(cook_toom_exactly(m, k), m, k, np.random.default_rng(m * k))


@given(data=st.data(), m=st.integers(1, 6), k=st.integers(1, 6), rng=rngs)
def test_cook_toom_at_any_points(data, m, k, rng):
    point = st.fractions(-9, 9, max_denominator=9)
    points = data.draw(st.lists(point, min_size=m + k - 2, max_size=m + k - 2, unique=True))
    matrices = cook_toom_exactly(m, k, points)
    check_exactly(matrices, m, k, rng)
    for point, row in zip(points, matrices[0], strict=False):
        assert row == [point**power for power in range(m)]


@given(m=st.integers(1, 8), k=st.integers(2, 7))
def test_cook_toom_rounds_once(m, k):
    for rounded, matrix in zip(cook_toom(m, k), cook_toom_exactly(m, k), strict=True):
        np.testing.assert_array_equal(rounded, np.array(matrix, float))
    points = tuple(map(Fraction, range(m + k - 2)))
    exactly = cook_toom_exactly(m, k, points)
    for rounded, matrix in zip(cook_toom(m, k, points), exactly, strict=True):
        np.testing.assert_array_equal(rounded, np.array(matrix, float))


@pytest.mark.parametrize("m", [1, 2, 4, 6])
def test_cook_toom_of_one_tap_multiplies(m):
    A, G, B = cook_toom(m, 1)
    np.testing.assert_array_equal([A, B], [np.eye(m)] * 2)
    np.testing.assert_array_equal(G, np.ones((m, 1)))


@pytest.mark.parametrize("function", [cook_toom, cook_toom_exactly])
@pytest.mark.parametrize("points", [(0, 1, 1), (0, 0, 0), (0, 1), (0, 1, -1, 2), ()])
def test_cook_toom_refuses_points(function, points):
    """They must differ, and be one fewer than the products: infinity is the last."""
    points = tuple(map(Fraction, points))
    refused(("points", 3, ", ".join(map(str, points))), function, 2, 3, points)


@pytest.mark.parametrize(
    ("says", "m", "k"), [(("m", 0), 0, 3), (("k", -1), 2, -1), (("m", 1.0), 1.0, 3)]
)
def test_cook_toom_refuses_sizes(says, m, k):
    refused(says, cook_toom_exactly, m, k)
    refused(says, cook_toom, m, k)


def test_points_are_chosen_so_that_errors_are_small():
    """Beside the points that the literature starts from, the errors are half as large."""
    call = convolution((2, 64, 40, 40), (16, 64, 3, 3))
    problem = check_problem(**call)
    classic = cook_toom(4, 3, tuple(map(Fraction, (0, 1, -1, 2, -2))))
    errors = []
    for axis in (cook_toom(4, 3), classic):
        output = np.empty((2, 16, 38, 38), "float32")
        tiles.convolve_tiles(problem, tiles.Tiling(axis, axis), output)
        errors.append(float(((output - definition(problem)) ** 2).mean() ** 0.5))
    assert errors[0] < 0.6 * errors[1]


@given(m=st.integers(1, 20), k=st.integers(1, 20))
def test_fourier_multiplies_three_times_for_each_pair_of_roots(m, k):
    n = m + k - 1
    real = 1 if n % 2 else 2
    algorithm = fourier(m, k)
    assert algorithm.products == real + 3 * (n - real) // 2
    assert (algorithm.outputs, algorithm.pixels, algorithm.G.shape[1]) == (m, n, k)


@given(
    algorithm=st.sampled_from([cook_toom, fourier]),
    m=st.integers(1, 16),
    k=st.integers(1, 16),
    stride=st.integers(1, 5),
    rng=rngs,
)
def test_strided_equals_the_definition(algorithm, m, k, stride, rng):
    if algorithm is cook_toom:
        m, k = min(m, 5), min(k, 5 * stride)
    A, G, B = strided(algorithm, m, k, stride)
    assert (A.shape[1], G.shape[1], B.shape[1]) == (m, k, stride * (m - 1) + k)
    assert len(A) == len(G) == len(B)
    w, d, e = (rng.standard_normal(length) for length in (k, B.shape[1], m))
    tolerance = 1e-12 if algorithm is fourier else 1e-10
    close = partial(np.testing.assert_allclose, rtol=0, atol=tolerance)
    close(A.T @ ((G @ w) * (B @ d)), correlation(d, w, stride))
    spread = np.zeros(stride * (m - 1) + 1)
    spread[::stride] = e
    close(G.T @ ((A @ e) * (B @ d)), correlation(d, spread))
    if stride == 1:
        for matrix, plain in zip((A, G, B), algorithm(m, k), strict=True):
            np.testing.assert_array_equal(matrix, plain)


# Prepared kernels


def variants(channels: int, groups: tuple[int, ...], strides: tuple[int, ...]) -> Iterator[Call]:
    """Images of several sizes for the same kernels."""
    for size in [(9, 12), (30, 7), (9, 12), (64, 65)]:
        for count in groups:
            for stride in strides:
                shape = (2, channels * count, *size)
                yield convolution(shape, (1, 1, 1, 1), groups=count, stride=stride, padding=1)


@each_algorithm
@each_float
def test_prepared_weight_is_used_again_and_again(name, dtype):
    weight = numbers(np.random.default_rng(3), (6, 4, 3, 4), dtype)
    kernels = PreparedWeight(weight)
    strides = (1,) if name in ("shift", "fft") else (1, 2, 3)
    for variant in variants(4, (1, 2, 3), strides):
        call = variant.but(input=variant["input"].astype(dtype), weight=weight)
        problem = check_problem(**call)._replace(forms={})
        result = ours(conv2d, **call.but(weight=kernels), algorithm=name)
        check(result, problem, allowed(name, problem))


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        *((name, "float16") for name in ("auto", "direct", *FAST)),
        *((name, dtype) for name in ("auto", "direct", *EXACT) for dtype in INTEGERS),
    ],
)
def test_prepared_weight_of_other_dtypes(name, dtype):
    call = convolution((2, 6, 9, 10), (4, 3, 3, 3), dtype, groups=2, padding=1)
    kernels = PreparedWeight(call["weight"])
    expected = conv2d(**call, algorithm=name)
    assert expected.dtype == dtype
    for _ in range(2):
        result = ours(conv2d, **call.but(weight=kernels), algorithm=name)
        if dtype == "float16" and name in SPREADING:  # perhaps by other tiles
            np.testing.assert_allclose(result, expected, rtol=1e-3, atol=1e-4)
        else:
            same(result, expected)


def test_prepared_weight_is_a_copy():
    call = convolution((1, 32, 20, 20), (32, 32, 3, 3))
    weight = call["weight"].copy()
    kernels = PreparedWeight(weight)
    weight[...] = np.nan
    same(kernels.weight, call["weight"])
    assert not np.shares_memory(kernels.weight, weight)
    for name in FAST:
        problem = check_problem(**call)._replace(forms={})
        result = conv2d(**call.but(weight=kernels), algorithm=name)
        check(result, problem, allowed(name, problem))
        weight[...] = 0


def test_prepared_weight_is_read_only():
    kernels = PreparedWeight(np.ones((2, 1, 3, 3)))
    with pytest.raises(ValueError, match="read-only"):
        kernels.weight[0] = 2
    with pytest.raises(ValueError, match="WRITEABLE"):
        kernels.weight.flags.writeable = True
    with pytest.raises(AttributeError):
        kernels.weight = np.zeros((2, 1, 3, 3))  # type: ignore[misc]
    kernels.weight.shape = (18,)
    assert kernels.weight.shape == (2, 1, 3, 3)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda weight: pickle.loads(pickle.dumps(weight))]
)
def test_prepared_weight_stays_what_it_is_in_copies(copied):
    call = convolution((1, 32, 20, 20), (32, 32, 3, 3))
    kernels = PreparedWeight(call["weight"])
    expected = conv2d(**call.but(weight=kernels), algorithm="winograd")
    twin = copied(kernels)
    same(twin.weight, call["weight"])
    assert not twin.weight.flags.writeable
    same(conv2d(**call.but(weight=twin), algorithm="winograd"), expected)


def test_prepared_weight_keeps_few_forms():
    kernels = PreparedWeight(np.ones((1, 1, 9, 9)))
    for size in range(20, 60):
        conv2d(np.ones((1, size, size)), kernels, algorithm="fft")
    assert 1 <= len(kernels.forms) <= 4


@pytest.mark.parametrize("name", ["shift", "winograd", "dft", "fft"])
def test_prepared_weight_is_prepared_once(name):
    call = convolution((2, 4, 30, 31), (6, 4, 3, 3))
    kernels, made, transformed = PreparedWeight(call["weight"]), [], []
    form, rfft2 = Problem.form, np.fft.rfft2

    def spied(problem, key, make) -> np.ndarray:
        return form(problem, key, lambda: made.append(key) or make())

    def counted(array: np.ndarray, *args: object) -> np.ndarray:
        transformed.extend([args] * (array.shape == call["weight"].shape))
        return rfft2(array, *args)

    with (
        patch.object(Problem, "form", spied),
        patch.object(tiles, "evaluate_kernels", wraps=tiles.evaluate_kernels) as evaluate,
        patch.object(np.fft, "rfft2", counted),
    ):
        for _ in range(3):
            conv2d(**call.but(weight=kernels), algorithm=name)
        assert len(made) == len(kernels.forms) == 1
        for _ in range(3):
            conv2d(**call, algorithm=name)
        assert len(made) == 4
        assert evaluate.call_count + len(transformed) == (0 if name == "shift" else 4)


@pytest.mark.parametrize("name", ["auto", "direct", "im2col"])
def test_kernels_that_need_no_form_keep_none(name):
    call = convolution((1, 2, 9, 9), (3, 2, 3, 3))
    kernels = PreparedWeight(call["weight"])
    conv2d(**call.but(weight=kernels), algorithm=name)
    assert not kernels.forms


def test_prepared_weight_shows_what_it_is():
    shown = repr(PreparedWeight(np.ones((4, 2, 3, 5), "float32")))
    assert shown == "PreparedWeight(shape=(4, 2, 3, 5), dtype=float32)"


@pytest.mark.parametrize(
    ("says", "weight"),
    [
        ((("weight"), (1, 3, 3)), np.ones((1, 3, 3))),
        (("weight", (0, 1, 3, 3)), np.ones((0, 1, 3, 3))),
        (("weight", (1, 1, 0, 3)), np.ones((1, 1, 0, 3))),
        (("weight", "bool"), np.ones((1, 1, 3, 3)) > 0),
        (("weight", "object"), np.ones((1, 1, 3, 3), object)),
        (("weight", None), None),
        (("weight",), [[[[1.0, 2.0], [3.0]]]]),
        (("weight", "masked"), np.ma.masked_array(np.ones((1, 1, 3, 3)))),
        (("weight",), PreparedWeight(np.ones((1, 1, 3, 3)))),
    ],
)
def test_prepared_weight_refuses(says, weight):
    refused(says, PreparedWeight, weight)


@pytest.mark.parametrize(
    ("says", "changes"),
    [
        (("weight", "float32", "float64"), {"input": np.ones((1, 2, 9, 9), "float32")}),
        (("input", 3), {"input": np.ones((1, 3, 9, 9))}),
        (("weight", (3, 3)), {"input": np.ones((1, 2, 2, 9))}),
        (("bias", (1,)), {"bias": np.ones(1)}),
        (("weight", "groups", 4, 3), {"groups": 3}),
        (("stride", 0), {"stride": 0}),
    ],
)
def test_prepared_weight_is_checked_as_any_other(says, changes):
    call = convolution((1, 2, 9, 9), (4, 2, 3, 3), "float64")
    refused(says, conv2d, **call.but(weight=PreparedWeight(call["weight"]), **changes))


def test_prepared_weight_is_for_conv2d_alone():
    kernels, image = PreparedWeight(np.ones((1, 1, 3, 3))), np.ones((1, 1, 9, 9))
    refused(("weight",), conv2d_loop, image, kernels)
    refused(("weight",), conv2d_input, (1, 1, 9, 9), kernels, image[..., 2:, 2:])


# The choice


CHOSEN = {
    "winograd": ((1, 64, 32, 32), (64, 64, 3, 3), {"padding": 1}),
    "dft": ((1, 16, 32, 32), (16, 16, 11, 11), {"padding": "same"}),
    "fft": ((1, 1, 100, 101), (1, 1, 21, 21), {"padding": 3}),
}
each_choice = pytest.mark.parametrize("name", CHOSEN)


@each_choice
@each_float
@pytest.mark.parametrize("prepared", [False, True])
def test_auto_chooses(name, dtype, prepared):
    shape, kernel, options = CHOSEN[name]
    call = convolution(shape, kernel, dtype, **options)
    assert fastest(task_of(call, prepared)) == name
    problem = check_problem(**call)._replace(forms={} if prepared else None)
    weight = PreparedWeight(call["weight"]) if prepared else call["weight"]
    with patch.dict(ALGORITHMS, {other: None for other in FAST if other != name}):
        result = ours(conv2d, **call.but(weight=weight))
    check(result, problem, allowed(name, problem))


@pytest.mark.parametrize("dtype", [*INTEGERS, "complex64", "complex128", "longdouble"])
@pytest.mark.parametrize("case", CHOSEN.values(), ids=CHOSEN)
def test_auto_keeps_to_the_definition_where_it_must(dtype, case):
    shape, kernel, options = case
    call = convolution(shape, kernel, dtype, **options)
    assert fastest(task_of(call)) in EXACT
    if call["input"].dtype.kind in "iu":
        expected = definition(check_problem(**call), np.dtype(dtype).type)
        same(ours(conv2d, **call), expected)


@pytest.mark.parametrize("case", CHOSEN.values(), ids=CHOSEN)
def test_auto_keeps_to_patches_where_taps_do_not_touch(case):
    shape, kernel, _ = case
    assert fastest(task_of(convolution(shape, kernel, dilation=2))) in EXACT
    assert fastest(task_of(convolution(shape, kernel, dilation=2, stride=2))) == "im2col"


@each_choice
def test_auto_rounds_half_precision_once(name):
    shape, kernel, options = CHOSEN[name]
    call = convolution(shape, kernel, "float16", **options)
    wide = {key: call[key].astype("float32") for key in ("input", "weight")}
    same(ours(conv2d, **call), conv2d(**call.but(**wide)).astype("float16"))


@pytest.mark.parametrize(
    ("shape", "kernel"),
    [
        ((1, 8192, 20, 20), (2, 8192, 1, 1)), ((1, 5000, 20, 20), (2, 5000, 1, 3)),
        ((1, 1, 1, 6000), (1, 1, 1, 1000)), ((1, 1, 3000, 1), (2, 1, 2500, 1)),
        ((1, 1, 1, 160_000), (1, 1, 1, 80_000)),
    ],
)  # fmt: skip
def test_auto_can_do_extreme_sizes(shape, kernel):
    """And needs no more than a few times the output, the image and the kernel for its choice."""
    call = convolution(shape, kernel)
    problem = check_problem(**call)
    tracemalloc.start()
    try:
        name = fastest(problem.workload)
        result = conv2d(**call)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * sum(array.nbytes for array in (result, *map(call.get, ("input", "weight"))))
    if prod(kernel) * result.size < 10**9:
        check(result, problem, allowed(name, problem))


def test_the_table_names_what_conv2d_offers():
    assert get_args(AlgorithmName) == ("auto", *ALGORITHMS)
    for name in ALGORITHMS:
        assert f'"{name}"' in inspect.getdoc(conv2d)
    assert {*EXACT} >= {"im2col", "shift"}
    assert {*SPREADING} >= {"winograd", "dft", "fft"}
    palette = need("convbook.figures._palette").LIGHT
    assert {algorithm.role for algorithm in ALGORITHMS.values()} <= {*palette}
    for names in zip(*((each.label, each.role) for each in ALGORITHMS.values()), strict=True):
        assert len({*names}) == len(ALGORITHMS)


def test_auto_chooses_what_was_measured_to_be_fast():
    """Over all layers of the record: how many times as long as the best of the algorithms."""
    benchmark, record = need("benchmarks.layers"), need("benchmarks.record").read()
    regrets = []
    for layer in benchmark.selected([]):
        rows = record["forward"]["1"][layer.name]
        times = {  # each measured in turn with one and the same rival
            name: 1 / rows[f"convbook {name}"]["torch"]
            for name in FAST
            if f"convbook {name}" in rows
        }
        call = convolution(layer.input_shape, layer.weight_shape, **layer.options)
        regrets.append(times[fastest(task_of(call, prepared=True))] / min(times.values()))
    assert len(regrets) == 80
    assert np.exp(np.mean(np.log(regrets))) < 1.01
    assert max(regrets) < 1.15


# Numbers that are not numbers


def touched(problem: Problem, strange: np.ndarray) -> np.ndarray:
    """The outputs whose windows hold one of the pixels that are strange."""
    weight = np.ones_like(problem.weight)
    return definition(problem._replace(input=strange.astype(float), weight=weight)) > 0.5


def check_strange(name: str, call: Call, expected: np.ndarray, prepared: bool = False) -> None:
    """`auto` gives numbers but for the expected places, and by its name the algorithm does not."""
    problem = check_problem(**call)
    assert fastest(task_of(call, prepared)) == name
    with np.errstate(all="ignore"):
        by_name = conv2d(**call, algorithm=name)
        bound, truth = allowed("im2col", problem), definition(problem)
    assert not np.isfinite(by_name[~expected]).all()
    weight = PreparedWeight(call["weight"]) if prepared else call["weight"]
    result = ours(conv2d, **call.but(weight=weight))
    np.testing.assert_array_equal(~np.isfinite(result), expected)
    assert (abs(result[~expected] - truth[~expected]) <= bound[~expected]).all()


@each_choice
@each_float
@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("prepared", [False, True])
def test_strange_pixel_reaches_exactly_its_windows(name, dtype, strange, prepared):
    shape, kernel, options = CHOSEN[name]
    call = convolution(shape, kernel, dtype, **options)
    rng = np.random.default_rng(5)
    for place in [(0, 0), (-1, -1), *rng.integers(0, 32, (2, 2))]:
        image = call["input"].copy()
        image[(0, rng.integers(shape[1]), *place)] = strange
        changed = call.but(input=image)
        where = touched(check_problem(**changed), ~np.isfinite(image))
        check_strange(name, changed, where, prepared)


@each_choice
@each_float
@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_strange_weight_reaches_exactly_its_channel(name, dtype, strange):
    shape, kernel, options = CHOSEN[name]
    kernel = max(2, kernel[0]), *kernel[1:]
    weight = numbers(np.random.default_rng(1), kernel, dtype)
    weight[1, 0, 1, 2] = strange
    call = convolution(shape, kernel, dtype, **options).but(weight=weight)
    expected = np.zeros((1, len(weight), *check_problem(**call).sizes.output_size), bool)
    expected[:, 1] = True
    assert fastest(task_of(call)) == name
    result = ours(conv2d, **call)
    np.testing.assert_array_equal(~np.isfinite(result), expected)
    problem = check_problem(**call.but(weight=np.nan_to_num(weight, posinf=0)))
    right = abs(result - definition(problem)) <= allowed("im2col", problem)
    assert right[:, [0, *range(2, len(weight))]].all()


@each_choice
@each_float
def test_infinities_on_the_way_are_none_at_the_end(name, dtype):
    """Near the largest number the values of tiles overflow, though the sums do not."""
    shape, kernel, options = CHOSEN[name]
    call = convolution(shape, kernel, dtype, **options)
    image, weight = call["input"], call["weight"]
    nowhere = np.zeros(conv2d(**call).shape, bool)
    weight /= 20
    image[0, 0, 10, 11] = image[0, -1, 25, 20] = 0.9 * np.finfo(dtype).max
    check_strange(name, call, nowhere)


@each_choice
def test_large_weights_do_not_overflow_on_the_way(name):
    shape, kernel, options = CHOSEN[name]
    call = convolution(shape, kernel, **options)
    call["input"] /= 20
    call["weight"][0, 0, 1, 1] = 0.9 * np.finfo("float32").max
    problem = check_problem(**call)
    check(ours(conv2d, **call), problem, allowed(name, problem) + allowed("im2col", problem))


@pytest.mark.parametrize("name", ["winograd", "dft"])
@each_float
def test_unread_pixels_may_be_strange(name, dtype):
    """A stride that leaves out rows leaves out what is strange in them."""
    call = convolution((2, 3, 29, 32), (4, 3, 2, 1), dtype, stride=(3, 2))
    call["input"][:, :, 2::3] = np.nan
    call["input"][:, :, :, 1::2] = np.inf
    read = call.but(input=np.where(np.isfinite(call["input"]), call["input"], 0))
    with patch.object(choice, "fastest", lambda work, exact=False: "im2col" if exact else name):
        result = ours(conv2d, **call)
    problem = check_problem(**read)
    check(result, problem, allowed("im2col", problem))


# Numbers of very different size


OUTLIERS = {"float32": (1e3, 1e9, -1e20, 9.97e36), "float64": (1e3, -1e9, 1e20, 1e300)}


def check_windows(call: Call) -> None:
    """Hold each output to the rounding of its own window."""
    problem = check_problem(**call)
    check(ours(conv2d, **call), problem, 2 * allowed("im2col", problem) + own_spread(problem))


def own_spread(problem: Problem) -> np.ndarray:
    """What an algorithm may spread: its errors beside a window 256 times as bright."""
    scale = definition(absolute(problem))
    eps = np.finfo(problem.input.dtype).eps
    return 16 * contrast.LIMIT * eps * scale


@each_choice
@each_float
@pytest.mark.parametrize("which", range(4))
def test_an_outlier_reaches_its_windows_alone(name, dtype, which):
    shape, kernel, options = CHOSEN[name]
    call = convolution(shape, kernel, dtype, **options)
    assert fastest(task_of(call)) == name
    for place in [(0, 0), (-1, 3), (15, 16)]:
        image = call["input"].copy()
        image[(0, -1, *place)] = OUTLIERS[dtype][which]
        check_windows(call.but(input=image))


@each_choice
def test_windows_of_zeros_give_zero(name):
    shape, kernel, options = CHOSEN[name]
    call = convolution(shape, kernel, **options)
    call["input"][..., 12:, :] = 0
    call["input"][..., :, 50:] = 0
    with patch.dict(ALGORITHMS, {other: None for other in FAST if other != name}):
        result = ours(conv2d, **call)
    problem = check_problem(**call)
    empty = ~touched(problem, call["input"] != 0)
    assert empty.any()
    assert (result[empty] == 0).all()
    check(result, problem, allowed(name, problem))


@each_choice
def test_images_of_a_batch_may_differ_as_they_like(name):
    """No tile sees two of them, so the fast algorithm is taken."""
    shape, kernel, options = CHOSEN[name]
    call = convolution((3, *shape[1:]), kernel, **options)
    call["input"] *= np.array([1, 1e9, 0], "float32")[:, None, None, None]
    with patch.dict(ALGORITHMS, {other: None for other in FAST if other != name}):
        result = ours(conv2d, **call)
    problem = check_problem(**call)
    check(result, problem, allowed(name, problem))


@each_float
def test_an_outlier_among_the_weights_reaches_what_it_meets_alone(dtype):
    call = convolution((1, 64, 32, 32), (64, 64, 3, 3), dtype, padding=1)
    call["weight"][5, 7, 1, 1] = 1e12
    call["input"][0, 7, 10:20, 10:20] = 0
    check_windows(call)


@each_float
@pytest.mark.parametrize("stride", [1, 2])
def test_transposed_convolution_adds_no_zeros_to_the_sums(dtype, stride):
    """A zero beside the image, times an infinite weight, would not be a number."""
    for strange in (np.inf, -np.inf, np.nan):
        weight = numbers(np.random.default_rng(0), (3, 2, 3, 2), dtype)
        weight[1, 0, 2, 1] = strange
        image = numbers(np.random.default_rng(1), (1, 3, 6, 7), dtype)
        result = ours(conv_transpose2d, image, weight, stride=stride)
        matrix = convolution_matrix(weight, result.shape[2:], stride=stride)
        expected = np.where(matrix == 0, 0, matrix * image.reshape(-1, 1)).sum(axis=0)
        np.testing.assert_allclose(result.ravel(), expected, rtol=1e-4, atol=1e-4)
        assert np.isfinite(result).any()


@each_float
@pytest.mark.parametrize("outlier", [1e9, 1e20])
def test_outliers_in_gradients_reach_what_they_meet_alone(dtype, outlier):
    call, errors = gradient_call("no padding", dtype)
    assert gradient.tiles_pay(task_of(call))
    for places in [(0, 9, 0, 0), (0, 9, 0), (0, 3, -1, -1)]:
        image = call["input"].copy()
        image[places] = outlier
        changed = call.but(input=image)
        problem = check_problem(**changed)
        result = weight_gradient_of(changed, errors)
        scale = taps_gradient(absolute(problem), abs(errors))
        error = abs(result - taps_gradient(problem, errors))
        assert (error <= 16 * contrast.LIMIT * np.finfo(dtype).eps * scale).all()


@each_float
@pytest.mark.parametrize("outlier", [1e9, -1e20])
def test_outliers_in_gradients_of_the_input_reach_their_stamps_alone(dtype, outlier):
    call, errors = gradient_call("no padding", dtype)
    errors[0, 3, 11, 12] = outlier
    weight, shape = call["weight"], call["input"].shape
    result = ours(conv2d_input, shape, weight, errors)
    with patch.object(transposed, "all_finite", lambda array: False):  # stamps, kernel by kernel
        expected = conv2d_input(shape, weight.astype(float), errors.astype(float))
        scale = conv2d_input(shape, abs(weight).astype(float), abs(errors).astype(float))
    assert (abs(result - expected) <= 16 * contrast.LIMIT * np.finfo(dtype).eps * scale).all()


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_transposed_convolution_rounds_half_precision_once(stride):
    rng = np.random.default_rng(0)
    image, weight = numbers(rng, (1, 64, 9, 9), "float16"), numbers(rng, (64, 8, 5, 5), "float16")
    bias = numbers(rng, (8,), "float16")
    wide = [array.astype("float32") for array in (image, weight, bias)]
    expected = conv_transpose2d(*wide, stride=stride).astype("float16")
    same(ours(conv_transpose2d, image, weight, bias, stride=stride), expected)


# The cost of choosing


@pytest.mark.parametrize(("channels", "taps"), [(64, 3), (64, 7), (16, 9), (1, 15), (4, 5)])
def test_a_size_never_seen_costs_less_than_the_convolution(channels, taps):
    """Processor time, the best of several sizes each: matrices of tiles are computed once."""
    call = convolution((1, channels, 90, 90), (channels, channels, taps, taps))

    def seconds(width: int) -> float:
        cropped = call.but(input=call["input"][..., :width].copy())
        start = process_time()
        conv2d(**cropped)
        return process_time() - start

    seconds(90)
    first, again = (min(seconds(width) for width in range(60, 80)) for _ in range(2))
    assert first < 2 * again


# Threads


@pytest.fixture
def two_threads() -> Iterator[None]:
    before = get_num_threads()
    set_num_threads(2)
    yield
    set_num_threads(before)


THREADED = {
    case: BORDERS[case]
    for case in ("several blocks", "small planes in batches", "256 kernels in two groups",
                 "a stride of two", "depthwise", "several windows", "three groups")
} | {
    "short last block": ((1, 16, 200, 75), (64, 16, 3, 3), {}),
    "three images": ((3, 64, 45, 33), (64, 64, 3, 3), {}),
}  # fmt: skip


def can_do(name, kernel):
    """Tell whether an algorithm takes a kernel of this size: Winograd's takes short ones alone."""
    return name != "winograd" or max(kernel) <= 5


@pytest.mark.parametrize(
    ("name", "case"),
    [(name, case) for name in FAST for case in THREADED if can_do(name, THREADED[case][1][2:])],
)
def test_results_do_not_depend_on_the_number_of_threads(name, case, two_threads):
    shape, kernel, options = THREADED[case]
    if name in ("shift", "fft"):
        options = options | {"stride": 1}
    call = convolution(shape, kernel, **options)
    results = []
    for count in (1, 2, 3):
        set_num_threads(count)
        results += [ours(conv2d, **call, algorithm=name)]
    same(results[1], results[0])
    same(results[2], results[0])


@each_algorithm
@given(data=st.data(), room=st.sampled_from([600, 3000, 20_000]), many=st.sampled_from([0, 100]))
def test_any_shares_of_the_blocks(name, data, room, many):
    call = data.draw(tasks(name))
    count = data.draw(st.integers(2, 5))
    with cramped(room, many):
        expected = conv2d(**call, algorithm=name)
        try:
            set_num_threads(count)
            same(ours(conv2d, **call, algorithm=name), expected)
        finally:
            set_num_threads(1)


@pytest.mark.parametrize("count", range(9))
def test_spread_shares_the_jobs(count, two_threads):
    done, names, lock = [], set(), threading.Lock()

    def work(jobs) -> None:
        with lock:
            done.extend(jobs)
            names.add(threading.current_thread().name)

    threads.spread(work, range(count))
    assert sorted(done) == [*range(count)]
    assert threading.current_thread().name in names
    assert len(names) <= 2


def test_threads_end_with_the_call(two_threads):
    """However many are asked for, one call after the other."""
    before = threading.active_count()
    call = convolution((2, 16, 60, 61), (16, 16, 3, 3))
    for count in range(2, 9):
        set_num_threads(count)
        conv2d(**call, algorithm="im2col")
    assert threading.active_count() == before


@each_algorithm
def test_where_no_thread_can_start_the_caller_does_the_work(name, two_threads):
    call = convolution((2, 16, 60, 61), (16, 16, 3, 3), padding=1)
    expected = conv2d(**call, algorithm=name)
    with patch.object(threads.Thread, "start", side_effect=RuntimeError("can't start new thread")):
        same(ours(conv2d, **call, algorithm=name), expected)


@pytest.mark.parametrize("late", ["atexit", "thread", "finalizer"])
def test_threads_are_not_needed_when_the_interpreter_ends(late):
    code = f"""
        import atexit, sys, threading, numpy as np
        from convbook import conv2d, set_num_threads
        image, weight = np.ones((1, 8, 90, 90)), np.ones((8, 8, 3, 3))
        set_num_threads(2)

        def late(conv2d=conv2d, image=image, weight=weight):
            print(conv2d(image, weight, algorithm="im2col")[0, 0, 0, 0], flush=True)

        class Last:
            def __del__(self, late=late):
                late()

        def after_main():
            threading.main_thread().join()
            late()

        if {late!r} == "atexit":
            atexit.register(late)
        elif {late!r} == "thread":
            threading.Thread(target=after_main).start()
        else:
            last = Last()
    """
    command = [sys.executable, "-c", dedent(code)]
    done = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("72.0\n", "")


def test_two_threads_work_at_once(two_threads):
    meeting = threading.Barrier(2, timeout=10)
    threads.spread(lambda jobs: meeting.wait(), range(2))


@pytest.mark.parametrize("wrong", [0, 1])
def test_errors_leave_their_thread(wrong, two_threads):
    def work(jobs) -> None:
        if wrong in jobs:
            raise OSError(f"job {wrong}")

    with pytest.raises(OSError, match=f"job {wrong}"):
        threads.spread(work, range(2))
    with (
        patch.object(_blocks, "ROOM", 1),
        patch.object(im2col, "multiply", side_effect=MemoryError("full")),
        pytest.raises(MemoryError, match="full"),
    ):
        conv2d(**convolution((2, 8, 90, 90), (8, 8, 3, 3)), algorithm="im2col")
    check_call("im2col", convolution((2, 8, 90, 90), (8, 8, 3, 3)))


@each_algorithm
def test_threads_are_silent(name, two_threads):
    """Warnings are errors here: an overflow in a thread would raise one."""
    call = convolution((2, 16, 60, 61), (16, 16, 3, 3), padding=1)
    call["input"][0, 3, 30, 30] = np.inf
    call["input"][1, 3, 5, 5] = np.nan
    call["input"] *= np.float32(1e37)
    call["weight"] *= np.float32(1e30)
    with cramped(20_000), np.errstate(all="raise"):
        result = ours(conv2d, **call, algorithm=name)
    assert not np.isfinite(result).all()


def test_number_of_threads_is_kept(two_threads):
    assert get_num_threads() == 2
    set_num_threads(np.int64(3))
    assert get_num_threads() == 3
    for wrong in (0, -1, 1.0, True, None, "2", (1, 2)):
        refused(("num_threads", repr(wrong) if wrong != (1, 2) else "(1, 2)"),
                set_num_threads, wrong)  # fmt: skip
        assert get_num_threads() == 3


def test_one_thread_unless_told_otherwise():
    assert get_num_threads() == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_starts_threads_of_its_own():
    """Threads do not survive a fork, and nothing may wait for them."""
    code = """
        import os, signal, warnings, numpy as np
        from convbook import conv2d, set_num_threads
        image, weight = np.ones((1, 8, 90, 90)), np.ones((8, 8, 3, 3))
        set_num_threads(2)
        conv2d(image, weight, algorithm="im2col")
        warnings.simplefilter("ignore")
        if child := os.fork():
            raise SystemExit(os.waitpid(child, 0)[1])
        signal.alarm(10)
        conv2d(image, weight, algorithm="im2col")
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", dedent(code)], check=True, timeout=60)


# Room to work in


@each_algorithm
def test_results_do_not_lie_in_room_that_is_used_again(name):
    call = convolution((2, 8, 24, 24), (8, 8, 3, 3))
    first = ours(conv2d, **call, algorithm=name)
    before = first.copy()
    second = conv2d(**call.but(input=-call["input"]), algorithm=name)
    same(first, before)
    assert not np.shares_memory(first, second)
    assert not any(np.shares_memory(first, memory) for memory in _blocks._idle)


@each_algorithm
def test_a_call_in_the_midst_of_another_disturbs_nothing(name):
    """As a signal handler or a finalizer may make it: while patches or tiles are multiplied."""
    call = convolution((2, 8, 24, 24), (8, 8, 3, 3))
    other = call.but(input=-call["input"])
    expected = conv2d(**call, algorithm=name)
    cut, inside = _windows.cut, []

    def interrupted(*args, **kwargs):
        cut(*args, **kwargs)
        if not inside:
            inside.append(True)
            for each in FAST:
                conv2d(**other, algorithm=each)
            inside.clear()

    module = {"winograd": tiles, "dft": tiles}.get(name) or sys.modules[
        f"convbook.algorithms.{name}"
    ]
    with patch.object(module, "cut", interrupted):
        same(ours(conv2d, **call, algorithm=name), expected)


def test_gradients_do_not_lie_in_room_that_is_used_again():
    call = Call(input=np.ones((2, 64, 24, 24)), weight_size=(64, 64, 3, 3))
    for size in (24, 6):
        call = call.but(input=call["input"][..., :size, :size])
        errors = np.ones((2, 64, size - 2, size - 2))
        first = conv2d_weight(**call, grad_output=errors)
        before = first.copy()
        conv2d_weight(**call, grad_output=-3 * errors)
        same(first, before)


@pytest.mark.parametrize("count", [1, 2])
def test_callers_in_several_threads(count):
    """Each has its own room, whether or not convolutions use threads themselves."""
    calls = [
        convolution(shape, kernel, **options) | {"algorithm": name}
        for name in FAST
        for shape, kernel, options in [
            BORDERS["planes of 1024 bytes"],
            BORDERS["several blocks"],
            BORDERS["small planes in batches"],
        ]
    ]
    kernels = PreparedWeight(calls[0]["weight"])
    calls += [Call(calls[0], weight=kernels, algorithm=name) for name in 4 * [*FAST]]
    expected = [conv2d(**call) for call in calls]
    try:
        set_num_threads(count)
        with ThreadPoolExecutor(4) as pool:
            for _ in range(2):
                results = [*pool.map(lambda call: conv2d(**call), calls, timeout=60)]
                for result, single in zip(results, expected, strict=True):
                    same(result, single)
    finally:
        set_num_threads(1)


LARGE = {
    "64 channels": ((1, 64, 256, 256), (16, 64, 3, 3), {"padding": 1}),
    "64 channels, groups": ((1, 64, 256, 256), (64, 1, 5, 5), {"groups": 64}),
    "one channel": ((1, 1, 4096, 1024), (1, 1, 5, 5), {}),
    "one row": ((1, 1, 1, 1 << 21), (1, 1, 1, 5), {}),
    "512 channels": ((1, 512, 7, 7), (512, 512, 3, 3), {"padding": 1}),
    "512 channels, a batch": ((8, 512, 7, 7), (512, 512, 3, 3), {"padding": 1}),
}


@pytest.mark.parametrize("name", ["im2col", "shift", "winograd", "dft"])
@pytest.mark.parametrize("case", LARGE)
def test_memory_is_the_output_and_two_megabytes(name, case):
    """What the thread keeps from call to call counts: it is let go before."""
    shape, kernel, options = LARGE[case]
    image = np.ones(shape, "float32")
    weight = PreparedWeight(np.ones(kernel, "float32"))
    convolve = partial(conv2d, image, weight, **options, algorithm=name)
    nbytes = convolve().nbytes
    assert min(traced_peak(convolve) for _ in range(3)) < nbytes + (2 << 20)


def traced_peak(convolve) -> int:
    """What a call has allocated at the most; now and then the test runner's own is among it."""
    _blocks._idle.clear()
    tracemalloc.start()
    try:
        convolve()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# Other libraries


LAYERS = {
    "ResNet 3×3": ((2, 64, 56, 56), (64, 64, 3, 3), {"padding": 1}),
    "ResNet 3×3, 256 channels": ((2, 256, 14, 14), (256, 256, 3, 3), {"padding": 1}),
    "ResNet 3×3, stride 2": ((2, 64, 56, 56), (128, 64, 3, 3), {"padding": 1, "stride": 2}),
    "ResNet 1×1": ((2, 256, 28, 28), (64, 256, 1, 1), {}),
    "stem": ((1, 3, 112, 112), (64, 3, 7, 7), {"padding": 3, "stride": 2}),
    "depthwise": ((2, 96, 28, 28), (96, 1, 3, 3), {"padding": 1, "groups": 96}),
    "5×5": ((1, 32, 64, 64), (32, 32, 5, 5), {"padding": 2}),
    "11×11": ((1, 16, 40, 40), (32, 16, 11, 11), {"padding": 5}),
    "31×31, one channel": ((1, 1, 256, 256), (1, 1, 31, 31), {"padding": 15}),
    "dilated": ((1, 32, 40, 40), (32, 32, 3, 3), {"padding": 2, "dilation": 2}),
}
each_layer = pytest.mark.parametrize("layer", LAYERS)


def relative_error(torch, native, result: np.ndarray, call: Call) -> float:
    """The largest error beside torch in float64, relative to the largest number."""
    wide = {key: v.astype(float) if isinstance(v, np.ndarray) else v for key, v in call.items()}
    expected = theirs(torch, native, **wide)
    assert result.shape == expected.shape
    return abs(result - expected).max() / abs(expected).max()


@each_layer
@each_float
def test_layers_equal_torch(torch, layer, dtype):
    shape, kernel, options = LAYERS[layer]
    call = convolution(shape, kernel, dtype, **options)
    call["bias"] = numbers(np.random.default_rng(0), kernel[:1], dtype)
    for weight in (call["weight"], PreparedWeight(call["weight"])):
        chosen = fastest(task_of(call, weight is not call["weight"]))
        result = ours(conv2d, **call.but(weight=weight))
        native = torch.nn.functional.conv2d
        wide = chosen == "winograd" or dtype == "float64"  # torch rounds its float64, too
        assert relative_error(torch, native, result, call) <= goal(dtype, wide)


@each_layer
@each_float
def test_gradients_of_layers_equal_torch(torch, layer, dtype):
    shape, kernel, options = LAYERS[layer]
    call = convolution(shape, kernel, dtype, **options)
    size = (shape[0], kernel[0], *check_problem(**call).sizes.output_size)
    shared = {"grad_output": numbers(np.random.default_rng(0), size, dtype), **options}
    backwards = Call(options, input=shared["grad_output"], weight=call["weight"])
    for function, module, arguments in [
        (conv2d_input, torch.nn.grad, Call(shared, input_size=shape, weight=call["weight"])),
        (conv2d_weight, torch.nn.grad, Call(shared, input=call["input"], weight_size=kernel)),
        (conv_transpose2d, torch.nn.functional, backwards),
    ]:
        result = ours(function, **arguments)
        assert result.dtype == dtype
        native = getattr(module, function.__name__)
        assert relative_error(torch, native, result, arguments) <= goal(dtype)


@each_float
@pytest.mark.parametrize(
    ("name", "size", "kernel"),
    [
        (name, size, kernel)
        for name in FAST
        for size, kernel in [((70, 61), (9, 12)), ((33, 200), (5, 4))]
        if can_do(name, kernel)
    ],
)
def test_one_channel_equals_scipy(name, dtype, size, kernel):
    signal = need("scipy.signal")
    call = convolution((1, 1, *size), (1, 1, *kernel), dtype)
    image, weight = (call[key][0, 0].astype(float) for key in ("input", "weight"))
    result = ours(conv2d, **call, algorithm=name)[0, 0]
    for expected in (
        signal.correlate(image, weight, "valid"),
        signal.fftconvolve(image, weight[::-1, ::-1], "valid"),
    ):
        assert abs(result - expected).max() <= goal(dtype, name == "winograd") * abs(expected).max()


# Gradients


FAST_GRADIENTS = {
    "64 channels": ((2, 64, 30, 31), (64, 64, 3, 3), {"padding": 1}),
    "no padding": ((1, 64, 40, 40), (32, 64, 3, 3), {}),
    "two groups": ((2, 64, 32, 32), (64, 32, 3, 3), {"padding": 1, "groups": 2}),
    "5×5": ((1, 32, 40, 41), (32, 32, 5, 5), {"padding": (1, 3)}),
    "5×3": ((1, 32, 40, 41), (32, 32, 5, 3), {"padding": 1}),
}
each_gradient = pytest.mark.parametrize("case", FAST_GRADIENTS)


def gradient_call(case: str, dtype: str) -> tuple[Call, np.ndarray]:
    """A call of conv2d, and a gradient with respect to what it returns."""
    shape, kernel, options = FAST_GRADIENTS[case]
    call = convolution(shape, kernel, dtype, **options)
    size = (shape[0], kernel[0], *check_problem(**call).sizes.output_size)
    return call, numbers(np.random.default_rng(9), size, dtype)


def weight_gradient_of(call: Call, errors: np.ndarray) -> np.ndarray:
    options = {key: call[key] for key in ("stride", "padding", "dilation", "groups")}
    return ours(conv2d_weight, call["input"], call["weight"].shape, errors, **options)


@each_gradient
@pytest.mark.parametrize("dtype", ["float16", *FLOATS])
def test_fast_gradients_equal_torch(torch, case, dtype):
    call, errors = gradient_call(case, dtype)
    with patch.object(gradient, "from_tiles", wraps=gradient.from_tiles) as fast:
        result = weight_gradient_of(call, errors)
    assert fast.called
    assert result.dtype == dtype
    options = {key: call[key] for key in ("stride", "padding", "dilation", "groups")}
    arguments = Call(options, input=call["input"], weight_size=call["weight"].shape,
                     grad_output=errors)  # fmt: skip
    native = torch.nn.grad.conv2d_weight
    limit = max(goal(dtype), np.finfo(dtype).eps / 2 * 1.01) if dtype == "float16" else goal(dtype)
    assert relative_error(torch, native, result, arguments) <= limit


@each_gradient
def test_fast_gradients_are_adjoint(case):
    call, errors = gradient_call(case, "float64")
    options = {key: call[key] for key in ("stride", "padding", "dilation", "groups")}
    expected = inner(conv2d(**call), errors)
    close = pytest.approx(expected, rel=0, abs=1e-13 * errors.size)
    back = conv2d_input(call["input"].shape, call["weight"], errors, **options)
    assert inner(call["input"], back) == close
    assert inner(call["weight"], weight_gradient_of(call, errors)) == close


@given(data=st.data(), room=st.sampled_from([1, 5000, 1 << 20]))
def test_weight_gradient_from_any_tiles(data, room):
    tiling, kernel = data.draw(tilings())
    groups, into, out = (data.draw(st.integers(1, high)) for high in (2, 3, 3))
    shape = data.draw(st.integers(1, 3)), groups * into, *data.draw(two(8, 24))
    dtype = data.draw(st.sampled_from(FLOATS))
    call = convolution(
        shape, (groups * out, into, *kernel), dtype,
        stride=tiling.stride, padding=data.draw(two(0, 3)), groups=groups,
    )  # fmt: skip
    problem = check_problem(**call)
    errors = numbers(data.draw(rngs), (shape[0], groups * out, *problem.sizes.output_size), dtype)
    with cramped(room):
        result = gradient.from_tiles(problem, errors, tiling)
        patches = gradient.from_patches(problem, errors)
    expected, scale = taps_gradient(problem, errors), taps_gradient(absolute(problem), abs(errors))
    assert result.dtype == patches.dtype == dtype
    terms = errors[0, 0].size * len(errors) + 3
    unit = np.finfo(dtype).eps / 2
    assert (abs(patches - expected) <= 2 * terms * unit * scale).all()
    bound = tiles_gradient(absolute(problem), abs(errors), magnitudes(tiling))
    assert (abs(result - expected) <= (steps(tiling) + 2 * terms) * unit * bound).all()


def taps_gradient(problem: Problem, errors: np.ndarray) -> np.ndarray:
    """The weight's gradient by the definition, tap by tap, in float64."""
    (s_h, s_w), (height, width) = problem.sizes.stride, problem.sizes.output_size
    groups, result = problem.groups, np.zeros(problem.weight.shape)
    x = padded(problem)
    x = x.reshape(len(x), groups, -1, *x.shape[2:])
    e = errors.astype(float).reshape(len(x), groups, -1, height, width)
    for i, j in np.ndindex(problem.sizes.kernel_size):
        seen = x[..., i::s_h, j::s_w][..., :height, :width]
        tap = np.einsum("ngohw,ngchw->goc", e, seen, optimize=True)
        result[..., i, j] = tap.reshape(result.shape[:2])
    return result


def tiles_gradient(problem: Problem, errors: np.ndarray, tiling: tiles.Tiling) -> np.ndarray:
    """The weight's gradient from the matrices of a tiling, in float64."""
    values, grid = tile_values(problem, tiling), tiling.grid(problem.sizes.output_size)
    e = seen_by_tiles(errors.astype(float), tiling.outputs, tiling.outputs, grid)
    e = e.reshape(len(e), problem.groups, -1, *e.shape[2:])
    A, G = ((tiling.rows[part], tiling.columns[part]) for part in (0, 1))
    outputs = np.einsum("pr,qs,ngoyxrs->pqngoyx", *A, e, optimize=True)
    total = np.einsum("pqngoyx,pqngcyx->pqgoc", outputs, values, optimize=True)
    return np.einsum("pi,qj,pqgoc->gocij", *G, total, optimize=True).reshape(problem.weight.shape)


@each_float
@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_strange_numbers_in_gradients(dtype, strange):
    """They reach the taps that they meet, and no other."""
    call, errors = gradient_call("no padding", dtype)
    clean = weight_gradient_of(call, errors)
    errors[0, 5, 7, 8] = strange
    result = weight_gradient_of(call, errors)
    expected = np.zeros(result.shape, bool)
    expected[5] = True
    np.testing.assert_array_equal(~np.isfinite(result), expected)
    limit = goal(dtype) * abs(clean).max()
    np.testing.assert_allclose(result[~expected], clean[~expected], rtol=0, atol=limit)

    call, errors = gradient_call("no padding", dtype)
    call["input"][0, 9, 0, 1] = strange  # a tap of each kernel's first row meets it, two of them
    result = weight_gradient_of(call, errors)
    expected = np.zeros(result.shape, bool)
    expected[:, 9, 0, :2] = True
    np.testing.assert_array_equal(~np.isfinite(result), expected)


# Helpers


@given(length=st.integers(0, 300), most=st.integers(-1, 320))
def test_spans_are_few_and_cover_a_length(length, most):
    parts = _blocks.spans(length, most)
    assert [n for part in parts for n in range(length)[part]] == [*range(length)]
    assert len(parts) == ceil(length / max(1, most))
    assert all(0 < part.stop - part.start <= max(1, most) for part in parts)
    assert all(0 <= part.start < part.stop <= length for part in parts)


@given(
    images=st.integers(0, 5),
    size=two(1, 25),
    most=st.integers(0, 700),
    compact=st.booleans(),
)
def test_blocks_cover_a_batch(images, size, most, compact):
    count = np.zeros((images, *size), int)
    parts = _blocks.blocks(images, size, most, compact=compact)
    assert len([*parts]) == len(parts)
    for block in parts:
        count[block] += 1
        assert block.shape == count[block].shape
        assert 0 < prod(block.shape) <= max(1, most)
        assert all(n <= first for n, first in zip(block.shape, parts[0].shape, strict=True))
    assert (count == 1).all()


@given(rng=rngs, size=two(0, 9), window=two(0, 12), corner=two(-13, 10))
def test_cut_is_a_window_of_an_image_in_a_sea_of_zeros(rng, size, window, corner):
    image, sea = numbers(rng, (2, 3, *size), "int16"), np.zeros((2, 3, 80, 80), "int16")
    sea[:, :, 30 : 30 + size[0], 30 : 30 + size[1]] = image
    top, left = (30 + at for at in corner)
    out = np.full((2, 3, *window), 99, "int16")
    _windows.cut(image, *corner, out)
    same(out, sea[:, :, top : top + window[0], left : left + window[1]])


@given(
    rng=rngs,
    dtype=st.sampled_from(["float32", "float64", "int16", "complex64"]),
    sizes=st.tuples(*3 * [st.integers(1, 40)]),
    lead=st.sampled_from([(), (2,), (2, 3)]),
    narrow=st.sampled_from([1, 4, 192]),
    small=st.sampled_from([100, 2000, 10**6]),
    deep=st.sampled_from([1, 7, 576]),
)
def test_multiply_is_a_product(rng, dtype, sizes, lead, narrow, small, deep):
    rows, depth, columns = sizes
    a, b = (numbers(rng, (*lead, *shape), dtype) for shape in [(rows, depth), (depth, columns)])
    room = numbers(rng, (*lead, rows, columns + 3), dtype)
    before, out = room.copy(), room[..., :columns]
    with patch.multiple(matrices, NARROW=narrow, SMALL=small, LONG=deep):
        matrices.multiply(a, b, out)
    scale = 0 if dtype == "int16" else (abs(a).astype(float) @ abs(b)).astype(float)
    same(out.copy(), a @ b, depth, scale)
    same(room[..., columns:], before[..., columns:])


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_multiply_repeats_kernels_for_each_image(dtype):
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-9, 9, shape).astype(dtype) for shape in [(2, 32, 7), (5, 2, 7, 200)])
    out = np.empty((5, 2, 32, 200), dtype)
    matrices.multiply(a, b, out)
    same(out, a @ b)


@given(
    dtype=st.sampled_from(["float32", "float64", "int8", "complex128"]),
    shapes=st.lists(st.lists(st.integers(0, 9), max_size=3).map(tuple), min_size=1, max_size=4),
)
def test_arrays_to_work_in_lie_apart_and_on_lines(dtype, shapes):
    with _blocks.Workspace() as space:
        arrays = space.arrays(dtype, *shapes)
        for number, (array, shape) in enumerate(zip(arrays, shapes, strict=True)):
            assert (array.dtype, array.shape) == (dtype, shape)
            assert array.ctypes.data % _blocks.LINE == 0
            array[...] = number
        assert all((array == number).all() for number, array in enumerate(arrays))


def test_memory_is_kept_unless_it_is_large():
    def memory(nbytes: int) -> np.ndarray:
        with _blocks.Workspace() as space:
            return space.arrays("uint8", (nbytes,))[0]

    _blocks._idle.clear()
    small = memory(100)
    assert np.shares_memory(memory(30), small)
    large = memory(3 * _blocks.ROOM)
    assert not np.shares_memory(memory(3 * _blocks.ROOM), large)


def test_memory_in_use_is_nobody_elses():
    with _blocks.Workspace() as one, _blocks.Workspace() as two:
        assert not np.shares_memory(*one.arrays("uint8", (99,)), *two.arrays("uint8", (99,)))
    for _ in range(2 * _blocks.MOST_IDLE):
        with ExitStack() as stack:
            for _ in range(2 * _blocks.MOST_IDLE):
                stack.enter_context(_blocks.Workspace()).arrays("uint8", (99,))
    assert len(_blocks._idle) <= _blocks.MOST_IDLE


def test_space_takes_turns():
    first, second = np.zeros(24), np.zeros(24)
    space = _blocks.Turns(first, second)
    one, two = space.next(2, 3), space.next(4, 6)
    assert (one.shape, two.shape) == ((2, 3), (4, 6))
    assert not np.shares_memory(one, two)
    assert np.shares_memory(space.next(24), one)
