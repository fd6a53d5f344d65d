"""Hypothesis strategies: calls of convbook's functions, as keyword arguments."""

from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

FLOATS = ("float32", "float64")
INEXACT = (*FLOATS, "float16", "complex64", "complex128")
INTEGERS = tuple(f"{sign}int{bits}" for bits in (8, 16, 32, 64) for sign in ("", "u"))
MODES = ("constant", "reflect", "replicate", "circular")


class Call(dict[str, Any]):
    """Keyword arguments that show arrays by dtype and shape when a test fails."""

    def __repr__(self) -> str:
        shown = (f"{value.dtype}{value.shape}" if isinstance(value, np.ndarray) else repr(value)
                 for value in self.values())  # fmt: skip
        return f"Call({', '.join(map('{}={}'.format, self, shown))})"

    def but(self, **changes: Any) -> "Call":
        """The same call with other arguments."""
        return Call(self | changes)


def both(size: Any) -> tuple[int, int]:
    """A size as (vertical, horizontal)."""
    return (size, size) if isinstance(size, int) else tuple(size)


def reach(kernel: int, dilation: int) -> int:
    """How many pixels a dilated kernel spans."""
    return (kernel - 1) * dilation + 1


def sizes(low: int, high: int) -> st.SearchStrategy[Any]:
    """An int, or a pair as a tuple or a list."""
    return st.integers(low, high) | two(low, high) | two(low, high).map(list)


def two(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(low, high), st.integers(low, high))


rngs = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """Normal numbers, or integers from the whole range of the dtype."""
    dtype = np.dtype(dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, shape, dtype, endpoint=True)
    values = rng.standard_normal(shape)
    return (values + 1j * rng.standard_normal(shape) if dtype.kind == "c" else values).astype(dtype)


def every_second(array: np.ndarray) -> np.ndarray:
    larger = np.zeros([2 * size for size in array.shape], array.dtype)
    view = larger[(slice(None, None, 2),) * array.ndim]
    view[...] = array
    return view


def read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


LAYOUTS = {
    "C": lambda array: array,
    "Fortran": np.asfortranarray,
    "negative strides": lambda array: np.flip(np.flip(array).copy()),
    "gaps": every_second,
    "channels last": lambda array: np.moveaxis(np.moveaxis(array, -3, -1).copy(), -1, -3),
    "read-only": read_only,
}
layouts = st.sampled_from([*LAYOUTS]).map(LAYOUTS.get)


@st.composite
def images(draw, height: int, width: int, channels: int, dtype: Any) -> np.ndarray:
    """One image, or a batch of 0 to 2, in any memory layout."""
    batch = draw(st.sampled_from([(), (0,), (1,), (2,)]))
    array = numbers(draw(rngs), (*batch, channels, height, width), dtype)
    return draw(layouts)(array)


@st.composite
def convolutions(draw, dtypes=FLOATS, words: bool = True) -> Call:
    """A call of conv2d; with `words`, padding may also be "same" or "valid"."""
    dtype = draw(st.sampled_from(dtypes))
    kernel = draw(two(1, 4))
    stride, dilation = draw(sizes(1, 3)), draw(sizes(1, 3))
    padding = draw(sizes(0, 3))
    if words and draw(st.integers(0, 3)) == 0:
        padding = draw(st.sampled_from(["valid", "same"]))
        stride = 1 if padding == "same" else stride
    groups, into, out = (draw(st.integers(1, high)) for high in (3, 2, 2))
    spans = map(reach, kernel, both(dilation))
    added = 0 if padding == "valid" else 99 if padding == "same" else padding
    height, width = (
        max(1, span - 2 * amount) + draw(st.integers(0, 4))
        for span, amount in zip(spans, both(added), strict=True)
    )
    rng = draw(rngs)
    weight = numbers(rng, (groups * out, into, *kernel), dtype)
    return Call(
        input=draw(images(height, width, groups * into, dtype)),
        weight=draw(layouts)(weight),
        bias=numbers(rng, (groups * out,), dtype) if draw(st.booleans()) else None,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
    )


@st.composite
def transposed(draw, dtypes=FLOATS) -> Call:
    """A call of conv_transpose2d."""
    dtype = draw(st.sampled_from(dtypes))
    kernel = draw(two(1, 4))
    stride, dilation, padding = draw(sizes(1, 3)), draw(sizes(1, 3)), draw(sizes(0, 3))
    room = [max(pair) - 1 for pair in zip(both(stride), both(dilation), strict=True)]
    extra = draw(st.tuples(*(st.integers(0, high) for high in room)) | st.integers(0, min(room)))
    groups, into, out = (draw(st.integers(1, high)) for high in (3, 2, 2))
    geometry = zip(kernel, *map(both, (stride, dilation, padding, extra)), strict=True)
    height, width = (
        max(0, -((reach(k, d) + more - 2 * p - 1) // s)) + draw(st.integers(1, 4))
        for k, s, d, p, more in geometry
    )
    rng = draw(rngs)
    return Call(
        input=draw(images(height, width, groups * into, dtype)),
        weight=draw(layouts)(numbers(rng, (groups * into, out, *kernel), dtype)),
        bias=numbers(rng, (groups * out,), dtype) if draw(st.booleans()) else None,
        stride=stride,
        padding=padding,
        output_padding=extra,
        groups=groups,
        dilation=dilation,
    )


@st.composite
def windows(draw, dtypes=FLOATS, pool: str | None = None) -> Call:
    """A call of unfold, or of max_pool2d or avg_pool2d with pool="max" or "avg"."""
    dtype = draw(st.sampled_from(dtypes))
    kernel, stride = draw(sizes(1, 4)), draw(sizes(1, 3))
    dilation = 1 if pool == "avg" else draw(sizes(1, 3))
    half = [k // 2 for k in both(kernel)]
    padding = (
        draw(st.tuples(*(st.integers(0, high) for high in half)) | st.integers(0, min(half)))
        if pool
        else draw(sizes(0, 3))
    )
    height, width = (
        max(1, reach(k, d) - 2 * p) + draw(st.integers(0, 4))
        for k, d, p in zip(both(kernel), both(dilation), both(padding), strict=True)
    )
    call = Call(
        input=draw(images(height, width, draw(st.integers(1, 3)), dtype)),
        kernel_size=kernel,
        dilation=dilation,
        padding=padding,
        stride=draw(st.none() | st.just(stride)) if pool else stride,
    )
    if pool == "avg":
        del call["dilation"]
    return call


@st.composite
def foldings(draw, dtypes=FLOATS) -> Call:
    """A call of fold: columns of the shape that unfold would have made."""
    call = draw(windows(dtypes))
    image = call.pop("input")
    size = image.shape[-2:]
    blocks = [
        (n + 2 * p - reach(k, d)) // s + 1
        for n, k, d, p, s in zip(size, *map(both, call.values()), strict=True)
    ]
    rows = image.shape[-3] * int(np.prod(both(call["kernel_size"])))
    shape = (*image.shape[:-3], rows, int(np.prod(blocks)))
    return Call(
        input=numbers(draw(rngs), shape, image.dtype),
        output_size=size[0] if size[0] == size[1] and draw(st.booleans()) else size,
        **call,
    )


@st.composite
def paddings(draw, dtypes=FLOATS, modes=MODES) -> Call:
    """A call of pad, with amounts that the mode allows."""
    mode = draw(st.sampled_from(modes))
    size = draw(two(1, 5))
    image = draw(images(*size, draw(st.integers(1, 3)), draw(st.sampled_from(dtypes))))
    height, width = ({"reflect": n - 1, "circular": n}.get(mode, 7) for n in size)
    amounts = [draw(st.integers(0, high)) for high in (width, width, height, height)]
    if draw(st.booleans()) and (mode == "constant" or image.ndim == 3):
        amounts = amounts[:2]
    call = Call(input=image, pad=draw(st.sampled_from([tuple, list]))(amounts), mode=mode)
    if mode == "constant" and draw(st.booleans()):
        call["value"] = draw(st.integers(0, 100))
    return call


WRONG = st.sampled_from(
    [-1, 0, 1, 2, 3, 4, 5, 1.0, "same", "valid", "SAME", (0, 1), (1, 0), (2, 3), (-1, 1), (4, 4)]
)


@st.composite
def altered(draw, calls: st.SearchStrategy[Call], names: tuple[str, ...] = ()) -> Call:
    """A call with one thing changed, which may have made it wrong: an option or a shape.

    Its batch is not empty: torch leaves out some of its checks where there is nothing to compute.
    """
    call = draw(calls)
    arrays = [name for name, value in call.items() if isinstance(value, np.ndarray)]
    assume(all(call[name].size for name in arrays))
    name = draw(st.sampled_from([*arrays, *(names or set(call) - set(arrays) - {"bias", "mode"})]))
    if name not in arrays:
        return call.but(**{name: draw(WRONG)})
    shape = list(call[name].shape)
    axis = draw(st.integers(0, len(shape) - 1))
    match draw(st.sampled_from(["resize", "drop", "add"])):
        case "resize":
            shape[axis] = draw(st.integers(1, 2 * shape[axis] + 1))
        case "drop":
            del shape[axis]
        case "add":
            shape.insert(axis, draw(st.integers(1, 2)))
    return call.but(**{name: numbers(draw(rngs), tuple(shape), call[name].dtype)})
