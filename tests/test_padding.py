"""The padding chapter's functions: pad and same_padding."""

from inspect import signature

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook import conv2d, pad, same_padding
from oracles import agree, ours, refused, same, theirs
from requirements import need
from strategies import (
    INEXACT,
    INTEGERS,
    MODES,
    Call,
    altered,
    both,
    numbers,
    paddings,
    rngs,
    sizes,
    two,
)

NUMPY = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
SCIPY = {"constant": "constant", "reflect": "mirror", "replicate": "nearest", "circular": "wrap"}
IMAGE = np.arange(9.0).reshape(1, 1, 3, 3)

every_mode = pytest.mark.parametrize("mode", MODES)


# The definition and the oracles


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("constant", [9, 9, 9, 1, 2, 3, 4, 9, 9]),
        ("reflect", [4, 3, 2, 1, 2, 3, 4, 3, 2]),
        ("replicate", [1, 1, 1, 1, 2, 3, 4, 4, 4]),
        ("circular", [2, 3, 4, 1, 2, 3, 4, 1, 2]),
    ],
)
def test_one_row(mode, expected):
    row = np.array([[1, 2, 3, 4]])
    value = {"value": 9} if mode == "constant" else {}
    same(ours(pad, row, (3, 2), mode, **value), np.array([expected]))


@given(call=paddings((*INEXACT, *INTEGERS)))
def test_equals_torch(torch, call):
    native = call.but()
    if call["input"].dtype.kind == "u":  # torch moves no wide unsigned integers, but their bits
        native["input"] = call["input"].view(f"i{call['input'].itemsize}")
    expected = theirs(torch, torch.nn.functional.pad, **native).view(call["input"].dtype)
    same(ours(pad, **call), expected)


@given(
    call=altered(paddings(("float64",)), ("value",)),
    amounts=st.none() | st.lists(st.integers(0, 6), max_size=10).map(tuple),
)
def test_refuses_what_torch_refuses(torch, call, amounts):
    call["pad"] = amounts or call["pad"]
    agree(torch, torch.nn.functional.pad, pad, call)


@given(call=paddings())
def test_equals_numpy(call):
    sides = [*zip(call["pad"][::2], call["pad"][1::2], strict=True)][::-1]
    sides = [(0, 0)] * (call["input"].ndim - len(sides)) + sides
    value = {"constant_values": call["value"]} if "value" in call else {}
    expected = np.pad(call["input"], sides, NUMPY[call["mode"]], **value)
    same(ours(pad, **call), expected)


@every_mode
@given(rng=rngs, size=two(3, 6), half=two(0, 2))
def test_filtering_equals_scipy(mode, rng, size, half):
    ndimage = need("scipy.ndimage")
    image = numbers(rng, size, "int16").astype("int64")
    weight = numbers(rng, tuple(2 * n + 1 for n in half), "int16").astype("int64")
    sides = (half[1], half[1], half[0], half[0])
    result = conv2d(pad(image[None], sides, mode), weight[None, None])[0]
    same(result, ndimage.correlate(image, weight, mode=SCIPY[mode]))


# Form


@every_mode
@pytest.mark.parametrize("zeros", [(0, 0), (0, 0, 0, 0), [0, 0, 0, 0]])
def test_no_amount_is_a_copy(mode, zeros):
    image = IMAGE[0] if len(zeros) == 2 else IMAGE
    same(ours(pad, image, zeros, mode), image)


@every_mode
def test_empty_batch(mode):
    assert ours(pad, IMAGE[:0], (1, 0, 2, 1), mode).shape == (0, 1, 6, 4)


@every_mode
def test_strange_numbers_are_copied(mode):
    image = np.array([[np.nan, np.inf, -np.inf, -0.0]])
    result = ours(pad, image, (1, 1), mode)
    np.testing.assert_array_equal(result[:, 1:-1], image)
    assert np.signbit(result[0, 4])


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("float32", np.nan), ("float32", -np.inf), ("float64", 0.1), ("float32", 0.1),
     ("uint8", 255), ("uint8", 7.0), ("int8", -128), ("int64", 2**63 - 1), ("uint64", 2**64 - 1),
     ("float16", np.float64(2)), ("complex64", 1 + 2j), ("float64", None), ("int16", np.uint8(9))],
)  # fmt: skip
def test_value(dtype, value):
    result = ours(pad, np.ones((1, 2), dtype), (1, 0), value=value)
    expected = np.ones((1, 3), dtype)
    expected[0, 0] = 0 if value is None else value
    same(result, expected)


@every_mode
def test_zero_value_is_allowed_in_every_mode(mode):
    same(pad(IMAGE, (1, 1, 1, 1), mode, 0.0), pad(IMAGE, (1, 1, 1, 1), mode))


def test_amounts_may_be_numpy_integers():
    same(pad(IMAGE, (np.int8(1), np.uint64(2))), pad(IMAGE, (1, 2)))


def test_same_signature_as_torch():
    assert [*signature(pad).parameters] == ["input", "pad", "mode", "value"]
    assert pad.__defaults__ == ("constant", 0.0)


# same_padding


@given(kernel=sizes(1, 7), dilation=sizes(1, 4), data=st.data())
def test_same_padding_keeps_the_size_and_equals_torch(torch, kernel, dilation, data):
    sides = same_padding(kernel, dilation)
    assert all(type(side) is int for side in sides)
    assert all(0 <= after - before <= 1 for before, after in (sides[:2], sides[2:]))
    rng = data.draw(rngs)
    image, weight = numbers(rng, (1, 5, 6), "int64"), numbers(rng, (1, 1, *both(kernel)), "int64")
    result = conv2d(pad(image, sides), weight, dilation=dilation)
    same(result, conv2d(image, weight, padding="same", dilation=dilation))
    native = torch.nn.functional.conv2d
    same(result, theirs(torch, native, image, weight, padding="same", dilation=dilation))


@pytest.mark.parametrize(
    ("kernel", "dilation", "expected"),
    [(1, 1, (0, 0, 0, 0)), (2, 1, (0, 1, 0, 1)), (3, 1, (1, 1, 1, 1)), ((2, 3), 1, (1, 1, 0, 1)),
     (2, 3, (1, 2, 1, 2)), ((3, 4), (2, 1), (1, 2, 2, 2))],
)  # fmt: skip
def test_same_padding(kernel, dilation, expected):
    assert same_padding(kernel, dilation) == expected


@pytest.mark.parametrize("name", ["kernel_size", "dilation"])
@pytest.mark.parametrize("wrong", [0, -1, 1.0, True, (1, 0), (1,), (1, 2, 3), "3", None])
def test_same_padding_refuses(name, wrong):
    refused((name, repr(wrong)), same_padding, **{"kernel_size": 3, name: wrong})


# Refusals


@pytest.mark.parametrize(
    ("says", "changes"),
    [
        (("pad", -1), {"pad": (-1, 0, 0, 0)}),
        (("pad", -1), {"pad": (-1, 1, 0, 0), "mode": "reflect"}),
        (("pad", (1, 0, 0)), {"pad": (1, 0, 0)}),
        (("pad", (1, 1, 1, 1, 1, 1, 1, 1, 1, 1)), {"pad": (1,) * 10}),
        (("pad", 1), {"pad": 1}),
        (("pad", 0.5), {"pad": (0.5, 1)}),
        (("pad", 1.0), {"pad": (1.0, 1)}),
        (("pad", True), {"pad": (True, 1)}),
        (("pad", "'1'"), {"pad": ("1", 1)}),
        (("pad", "'same'"), {"pad": "same"}),
        (("pad", None), {"pad": None}),
        (("pad", None), {"pad": (None, 1)}),
        (("pad", 3, "reflect"), {"pad": (3, 0, 0, 0), "mode": "reflect"}),
        (("pad", 4, "reflect"), {"pad": (0, 0, 0, 4), "mode": "reflect"}),
        (("pad", 4, "circular"), {"pad": (0, 4, 0, 0), "mode": "circular"}),
        (("pad", (3, 3), "reflect"), {"input": IMAGE[0, 0], "pad": (1,) * 4, "mode": "reflect"}),
        (("pad", (1, 1), "circular"), {"pad": (1, 1), "mode": "circular"}),
        (("pad", (3,), "replicate"), {"input": IMAGE[0, 0, 0], "pad": (1, 1), "mode": "replicate"}),
        (("input", (1, 0, 3, 3)), {"input": IMAGE[:, :0], "mode": "replicate"}),
        (("input", (1, 1, 0, 3)), {"input": IMAGE[:, :, :0], "mode": "reflect"}),
        (("input", (0, 3, 3)), {"input": IMAGE[0, :0], "mode": "reflect"}),
        (("input", "bool"), {"input": IMAGE > 0}),
        (("input", "object"), {"input": IMAGE.astype(object)}),
        (("input", "'image'"), {"input": "image"}),
        (("input", None), {"input": None}),
        (("mode", "'edge'"), {"mode": "edge"}),
        (("mode", "'Reflect'"), {"mode": "Reflect"}),
        (("mode", None), {"mode": None}),
        (("mode", 1), {"mode": 1}),
        (("value", 1.0, "reflect"), {"mode": "reflect", "value": 1.0}),
        (("value", 2, "replicate"), {"mode": "replicate", "value": 2}),
        (("value", "nan", "circular"), {"mode": "circular", "value": float("nan")}),
        (("value", "'0'"), {"value": "0"}),
        (("value", True), {"value": True}),
        (("value", [1, 2]), {"value": [1, 2]}),
        (("value", 0.5, "int64"), {"input": IMAGE.astype("int64"), "value": 0.5}),
        (("value", "nan", "int64"), {"input": IMAGE.astype("int64"), "value": float("nan")}),
        (("value", "inf", "int64"), {"input": IMAGE.astype("int64"), "value": float("inf")}),
        (("value", 256, "uint8"), {"input": IMAGE.astype("uint8"), "value": 256}),
        (("value", -1, "uint8"), {"input": IMAGE.astype("uint8"), "value": -1}),
        (("value", 2.0**63, "int64"), {"input": IMAGE.astype("int64"), "value": 2.0**63}),
        (("value", 2**63, "int64"), {"input": IMAGE.astype("int64"), "value": 2**63}),
        (("value", 2**64), {"input": IMAGE.astype("uint64"), "value": 2**64}),
        (("value", 1j, "float64"), {"value": 1j}),
    ],
)  # fmt: skip
def test_refuses(says, changes):
    refused(says, pad, **Call(input=IMAGE, pad=(1, 1, 1, 1)).but(**changes))


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("wrong", ["1", [0], 0j + 1])
def test_refuses_any_value_in_other_modes(mode, wrong):
    refused(("value", repr(wrong)), pad, IMAGE, (1, 1, 1, 1), mode, wrong)


@pytest.mark.parametrize("dtype", ["float32", "complex64"])
def test_a_value_beyond_the_dtype_is_refused_without_a_warning(dtype):
    refused(("value", dtype, "1e+39"), pad, np.ones((1, 1), dtype), (1, 0), value=1e39)
