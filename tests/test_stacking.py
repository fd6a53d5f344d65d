"""The stacking chapter's functions so far: max_pool2d, avg_pool2d and the named kernels."""

from inspect import signature

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convbook import KERNELS, avg_pool2d, conv2d, max_pool2d, unfold
from oracles import agree, magnitude, ours, refused, same, theirs
from strategies import FLOATS, INTEGERS, Call, altered, both, windows

POOLS = {"max": max_pool2d, "avg": avg_pool2d}
HALF = (*FLOATS, "float16")
IMAGE = np.arange(9.0).reshape(1, 1, 3, 3)

each_pool = pytest.mark.parametrize("kind", POOLS)


def terms(call: Call) -> int:
    return int(np.prod(both(call["kernel_size"]))) + 1


@each_pool
@settings(max_examples=200)
@given(data=st.data())
def test_equals_torch(torch, kind, data):
    pool, call = POOLS[kind], data.draw(windows(HALF, kind))
    native = getattr(torch.nn.functional, pool.__name__)
    exact = (0, 0) if kind == "max" else (terms(call), magnitude(torch, native, **call))
    same(ours(pool, **call), theirs(torch, native, **call), *exact)


@each_pool
@settings(max_examples=200)
@given(data=st.data())
def test_refuses_what_torch_refuses(torch, kind, data):
    pool, call = POOLS[kind], data.draw(altered(windows(("float64",), kind)))
    native = getattr(torch.nn.functional, pool.__name__)
    agree(torch, native, pool, call, *([terms] if kind == "avg" else []))


@settings(max_examples=200)
@given(call=windows(INTEGERS, "max"))
def test_max_of_integers_equals_torch(torch, call):
    """In torch there are no wide unsigned integers: shifted by half their range they keep order."""
    dtype = call["input"].dtype
    if unsigned := dtype.kind == "u" and dtype.itemsize > 1:
        half = dtype.type(1) << dtype.type(8 * dtype.itemsize - 1)
        signed = Call(call, input=(call["input"] ^ half).view(f"i{dtype.itemsize}"))
        expected = theirs(torch, torch.nn.functional.max_pool2d, **signed).view(dtype) ^ half
    else:
        expected = theirs(torch, torch.nn.functional.max_pool2d, **call)
    assert unsigned == (dtype.name in ("uint16", "uint32", "uint64"))
    same(ours(max_pool2d, **call), expected)


@settings(max_examples=200)
@given(call=windows(("int64", "int8", "uint8", "int32", "uint16"), "avg"))
def test_average_of_integers_truncates_like_torch(torch, call):
    """The mean is exact, then cut toward zero, even where the sum would leave the dtype."""
    dtype = call["input"].dtype
    call["input"] = call["input"] >> np.array(dtype.itemsize, dtype)
    wide = Call(call, input=call["input"].astype("int64"))
    expected = theirs(torch, torch.nn.functional.avg_pool2d, **wide)
    same(ours(avg_pool2d, **call), expected.astype(dtype))


def test_average_of_extreme_integers():
    same(avg_pool2d(-np.arange(4).reshape(1, 2, 2), 2), np.array([[[-1]]]))
    extremes = {"uint8": 200, "int8": -128, "uint64": 2**62 + 9, "int64": -(2**61)}
    for dtype, extreme in extremes.items():
        same(avg_pool2d(np.full((1, 2, 2), extreme, dtype), 2), np.full((1, 1, 1), extreme, dtype))


def test_half_precision_does_not_overflow_on_the_way():
    image = np.full((1, 2, 2), 4e4, "float16")
    same(ours(avg_pool2d, image, 2), image[:, :1, :1])


@given(call=windows(("float64", "int32"), "max"))
def test_max_is_the_largest_of_the_patches(call):
    call["padding"] = 0
    assume(all((k - 1) * d < n for k, d, n in zip(
        both(call["kernel_size"]), both(call["dilation"]), call["input"].shape[-2:], strict=True
    )))  # fmt: skip
    image = call["input"].reshape(-1, 1, *call["input"].shape[-2:])
    sizes = call.but(stride=call["stride"] or call["kernel_size"])
    del sizes["input"]
    expected = unfold(image, **sizes).max(1).reshape(max_pool2d(**call).shape)
    same(max_pool2d(**call), expected)


@given(call=windows(("float64",), "avg"))
def test_average_is_a_convolution(call):
    size = both(call["kernel_size"])
    channels = call["input"].shape[-3]
    kernels = np.full((channels, 1, *size), 1 / np.prod(size))
    options = {"stride": call["stride"] or size, "padding": call["padding"], "groups": channels}
    expected = conv2d(call["input"], kernels, **options)
    scale = conv2d(abs(call["input"]), kernels, **options)
    same(avg_pool2d(**call), expected, terms(call) + 1, scale)


@each_pool
@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
@settings(max_examples=60)
@given(data=st.data())
def test_strange_numbers_equal_torch(torch, kind, strange, data):
    call = data.draw(windows(("float32",), kind))
    call["input"] = np.round(call["input"])
    chosen = np.random.default_rng(data.draw(st.integers(0, 99))).random(call["input"].shape) < 0.3
    call["input"][chosen] = strange
    expected = theirs(torch, getattr(torch.nn.functional, POOLS[kind].__name__), **call)
    result = ours(POOLS[kind], **call)
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=0)


def test_padding_never_wins():
    image = np.full((1, 2, 2), -5, "int8")
    same(max_pool2d(image, 2, 1, 1), np.full((1, 3, 3), -5, "int8"))
    same(max_pool2d(image.astype(float) * np.inf, 3, 1, 1), np.full((1, 2, 2), -np.inf))


def test_same_signatures_as_torch():
    names = ["input", "kernel_size", "stride", "padding", "dilation"]
    assert [*signature(max_pool2d).parameters] == names
    assert [*signature(avg_pool2d).parameters] == names[:-1]


@each_pool
@pytest.mark.parametrize(
    ("says", "changes"),
    [
        (("input", (3, 3)), {"input": IMAGE[0, 0]}),
        (("input", (1, 0, 3, 3)), {"input": IMAGE[:, :0]}),
        (("input", (1, 1, 0, 3)), {"input": IMAGE[:, :, :0]}),
        (("input", "bool"), {"input": IMAGE > 0}),
        (("input", "object"), {"input": IMAGE.astype(object)}),
        (("input", "complex128"), {"input": IMAGE.astype(complex)}),
        (("input", "'image'"), {"input": "image"}),
        (("input", None), {"input": None}),
        (("kernel_size", 0), {"kernel_size": 0}),
        (("kernel_size", (2, -1)), {"kernel_size": (2, -1)}),
        (("kernel_size", (4, 4)), {"kernel_size": 4}),
        (("kernel_size", 2.0), {"kernel_size": 2.0}),
        (("kernel_size", True), {"kernel_size": True}),
        (("kernel_size", (2, 2, 2)), {"kernel_size": (2, 2, 2)}),
        (("kernel_size", None), {"kernel_size": None}),
        (("stride", 0), {"stride": 0}),
        (("stride", -2), {"stride": -2}),
        (("stride", 1.5), {"stride": 1.5}),
        (("stride", False), {"stride": False}),
        (("padding", -1), {"padding": -1}),
        (("padding", 2), {"padding": 2}),
        (("padding", (1, 2)), {"padding": (1, 2)}),
        (("padding", "'same'"), {"padding": "same"}),
        (("padding", 1.0), {"padding": 1.0}),
    ],
)
def test_refuses(kind, says, changes):
    refused(says, POOLS[kind], **Call(input=IMAGE, kernel_size=2).but(**changes))


@pytest.mark.parametrize("wrong", [0, -1, 1.0, True, (1, 0), "1", None])
def test_max_refuses_dilation(wrong):
    refused(("dilation", repr(wrong)), max_pool2d, IMAGE, 2, dilation=wrong)


def test_max_refuses_padding_beyond_half_the_undilated_kernel():
    refused(("padding", 2), max_pool2d, np.ones((1, 9, 9)), 3, padding=2, dilation=2)


# The named kernels


def test_kernels_are_constants():
    assert KERNELS
    for name, kernel in KERNELS.items():
        assert isinstance(name, str)
        assert (kernel.shape, kernel.dtype) == ((3, 3), np.float64)
        with pytest.raises(ValueError, match="read-only"):
            kernel[0, 0] = 1
    with pytest.raises(TypeError):
        KERNELS["mine"] = np.zeros((3, 3))
