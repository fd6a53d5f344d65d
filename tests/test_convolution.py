"""The convolution chapter's functions: conv2d, conv2d_loop and flip."""

import tracemalloc
from functools import partial
from inspect import signature
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook import PreparedWeight, conv2d, conv2d_loop, flip, pad
from convbook.algorithms import im2col
from oracles import agree, magnitude, ours, refused, same, theirs
from requirements import need
from strategies import INEXACT, INTEGERS, Call, altered, convolutions, numbers, rngs, two

EXACT = ("auto", "direct", "im2col")  # the others are tested in test_algorithms
ALGORITHMS = {
    "default": conv2d,
    "loop": conv2d_loop,
    **{name: partial(conv2d, algorithm=name) for name in EXACT},
}
every_algorithm = pytest.mark.parametrize("convolve", ALGORITHMS.values(), ids=ALGORITHMS)
IMAGE = np.arange(9.0).reshape(1, 1, 3, 3)
KERNEL = np.arange(4.0).reshape(1, 1, 2, 2)


def terms(call: Call) -> int:
    return call["weight"][0].size + 1


def natively(torch, call: Call) -> tuple[np.ndarray, np.ndarray | float]:
    """The answer of torch and the scale of its rounding; integers go by way of int64."""
    if (dtype := call["input"].dtype).kind in "iu":
        wide = {k: v.astype("int64") if isinstance(v, np.ndarray) else v for k, v in call.items()}
        return theirs(torch, torch.nn.functional.conv2d, **wide).astype(dtype), 0
    return (
        theirs(torch, torch.nn.functional.conv2d, **call),
        magnitude(torch, torch.nn.functional.conv2d, **call),
    )


# The definition and the oracles


@every_algorithm
def test_running_example(convolve):
    same(ours(convolve, IMAGE, KERNEL), np.array([[[[19.0, 25.0], [37.0, 43.0]]]]))


@pytest.mark.parametrize("algorithm", EXACT)
@given(call=convolutions((*INEXACT, *INTEGERS)), room=st.integers(1, 20_000))
def test_equals_definition(algorithm, call, room):
    with patch.object(im2col, "ROOM", room), patch.object(im2col, "FEW", 1 + room % 8):
        result = ours(conv2d, **call, algorithm=algorithm)
    absolute = {k: abs(v) if isinstance(v, np.ndarray) else v for k, v in call.items()}
    exact = call["input"].dtype.kind in "iu"
    same(result, ours(conv2d_loop, **call), terms(call), 0 if exact else conv2d_loop(**absolute))


@pytest.mark.parametrize("convolve", [conv2d, conv2d_loop])
@given(call=convolutions((*INEXACT, *INTEGERS)))
def test_equals_torch(torch, convolve, call):
    expected, scale = natively(torch, call)
    same(ours(convolve, **call), expected, terms(call), scale)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64"])
@given(data=st.data())
def test_integers_wrap_as_in_torch(torch, dtype, data):
    call = data.draw(convolutions([dtype])).but(dilation=1)  # torch dilates only int64
    same(ours(conv2d, **call), theirs(torch, torch.nn.functional.conv2d, **call))


@given(call=altered(convolutions(("float64",)), ("stride", "padding", "dilation", "groups")))
def test_refuses_what_torch_refuses(torch, call):
    for convolve in (conv2d, conv2d_loop):
        agree(torch, torch.nn.functional.conv2d, convolve, call, terms)


@pytest.mark.parametrize(
    ("shape", "kernel", "options"),
    [
        ((2, 8, 131, 117), (16, 8, 3, 3), {"padding": 1}),
        ((1, 6, 200, 90), (4, 3, 5, 4), {"stride": (2, 3), "groups": 2, "dilation": 3}),
        ((3, 64, 33, 34), (32, 64, 1, 1), {}),
        ((1, 1, 150, 151), (1, 1, 17, 17), {"padding": "same"}),
        ((1, 512, 9, 9), (8, 512, 3, 3), {"padding": (2, 0)}),
        ((12, 40, 40), (12, 1, 7, 7), {"groups": 12, "padding": 3}),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_real_sizes_equal_torch(torch, shape, kernel, options, dtype):
    rng = np.random.default_rng(7)
    arrays = {"input": numbers(rng, shape, dtype), "weight": numbers(rng, kernel, dtype)}
    call = Call(arrays, bias=numbers(rng, kernel[:1], dtype), **options)
    expected, scale = natively(torch, call)
    same(ours(conv2d, **call), expected, terms(call), scale)


@given(rng=rngs, size=two(1, 9), kernel=two(1, 5))
def test_equals_scipy(rng, size, kernel):
    signal = need("scipy.signal")
    image, weight = numbers(rng, size, "float64"), numbers(rng, kernel, "float64")
    margin = [amount for length in reversed(kernel) for amount in [length - 1] * 2]

    def full(kernels: np.ndarray) -> np.ndarray:
        return ours(conv2d, ours(pad, image[None], margin), kernels[None, None])[0]

    scale = signal.correlate2d(abs(image), abs(weight))
    same(full(weight), signal.correlate2d(image, weight), weight.size, scale)
    scale = signal.convolve2d(abs(image), abs(weight))
    same(full(flip(weight)), signal.convolve2d(image, weight), weight.size, scale)


# Identities


@given(call=convolutions(("int64",)), rng=rngs, factor=st.integers(-9, 9))
def test_linear_in_input_and_in_weight(call, rng, factor):
    call["bias"] = None
    for name in ("input", "weight"):
        other = numbers(rng, call[name].shape, "int64")
        mixed = conv2d(**call.but(**{name: call[name] + factor * other}))
        same(mixed, conv2d(**call) + factor * conv2d(**call.but(**{name: other})))


@given(rng=rngs, size=two(4, 7), kernel=two(1, 4), shift=two(-6, 6))
def test_shift_equivariant_on_a_torus(rng, size, kernel, shift):
    image, weight = numbers(rng, (2, *size), "int32"), numbers(rng, (3, 2, *kernel), "int32")

    def around(image: np.ndarray) -> np.ndarray:
        return conv2d(pad(image, (kernel[1] - 1, 0, kernel[0] - 1, 0), "circular"), weight)

    same(around(np.roll(image, shift, (1, 2))), np.roll(around(image), shift, (1, 2)))


@given(call=convolutions(("int32",)))
def test_groups_are_separate_convolutions(call):
    parts = {"input": -3, "weight": 0, "bias": 0}
    split = {
        name: [None] * call["groups"] if call[name] is None
        else np.split(call[name], call["groups"], axis)
        for name, axis in parts.items()
    }  # fmt: skip
    each = [
        conv2d(**call.but(**dict(zip(split, arrays, strict=True)), groups=1))
        for arrays in zip(*split.values(), strict=True)
    ]
    same(conv2d(**call), np.concatenate(each, axis=-3))


@given(call=convolutions(("int64",)))
def test_batch_is_its_images(call):
    images = call["input"] if call["input"].ndim == 4 else call["input"][None]
    whole = conv2d(**call.but(input=images))
    for image, result in zip(images, whole, strict=True):
        same(ours(conv2d, **call.but(input=image)), result)


# Numbers that are not numbers


@every_algorithm
@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
@given(call=convolutions(("float32", "float64")), data=st.data())
def test_strange_number_reaches_exactly_its_windows(convolve, strange, call, data):
    image = np.zeros_like(call["input"], order="C")
    clean = convolve(**call.but(input=image))
    if image.size:
        image.flat[data.draw(st.integers(0, image.size - 1))] = strange
    marks = Call(call, input=(image != 0).astype("int64"), bias=None)
    marks["weight"] = np.ones(call["weight"].shape, "int64")
    touched = conv2d_loop(**marks) > 0
    result = ours(convolve, **call.but(input=image))
    np.testing.assert_array_equal(~np.isfinite(result), touched)
    np.testing.assert_array_equal(result[~touched], clean[~touched])


@every_algorithm
def test_strange_weight_reaches_exactly_its_channel(convolve):
    weight = np.ones((3, 1, 2, 2))
    weight[1, 0, 1, 0] = np.nan
    result = ours(convolve, IMAGE, weight)
    assert np.isnan(result[0, 1]).all()
    assert np.isfinite(result[0, [0, 2]]).all()


def test_infinity_times_a_zero_weight_is_not_a_number():
    image = IMAGE.copy()
    image[0, 0, 1, 1] = np.inf
    result = ours(conv2d, image, KERNEL)
    np.testing.assert_array_equal(np.isnan(result), [[[[False, False], [False, True]]]])
    np.testing.assert_array_equal(result[~np.isnan(result)], np.inf)


def test_half_precision_does_not_overflow_on_the_way(torch):
    image, weight = np.full((1, 1, 2), 300, "float16"), np.array([[[[300, -299]]]], "float16")
    same(ours(conv2d, image, weight), theirs(torch, torch.nn.functional.conv2d, image, weight))


# Forms of input


@pytest.mark.parametrize("size", [2, np.int8(2), np.uint64(2), (2, 2), [2, 2], (np.int64(2), 2)])
def test_forms_of_a_size(size):
    image = np.arange(49.0).reshape(1, 7, 7)
    expected = conv2d(image, KERNEL, None, (2, 2), (2, 2), (2, 2))
    same(ours(conv2d, image, KERNEL, None, size, size, size), expected)


@every_algorithm
def test_zero_strides(convolve):
    same(
        ours(convolve, np.broadcast_to(2.0, (1, 3, 3)), np.broadcast_to(3.0, (2, 1, 2, 2))),
        np.full((2, 2, 2), 24.0),
    )


def test_same_signature_as_torch():
    names = "input weight bias stride padding dilation groups"
    assert [*signature(conv2d_loop).parameters] == names.split()
    assert [*signature(conv2d).parameters] == [*names.split(), "algorithm"]
    assert signature(conv2d).parameters["algorithm"].kind.name == "KEYWORD_ONLY"


# Memory


@pytest.mark.parametrize(
    ("kernel", "options"),
    [((16, 64, 3, 3), {"padding": 1}), ((4, 64, 7, 7), {}), ((64, 1, 5, 5), {"groups": 64})],
)
def test_memory_is_of_the_order_of_the_output(kernel, options):
    image = np.ones((1, 64, 256, 256), "float32")
    weight = PreparedWeight(np.ones(kernel, "float32"))
    nbytes = conv2d(image, weight, **options).nbytes

    def traced_peak() -> int:
        tracemalloc.start()
        try:
            conv2d(image, weight, **options)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # Now and then something of the test runner's own falls into a call.
    assert min(traced_peak() for _ in range(3)) < nbytes + (2 << 20)


@pytest.mark.parametrize(
    ("size", "kernel", "options"),
    [
        (65, 3, {"dilation": 36, "padding": 36}), (120, 3, {"dilation": 59}),
        (128, 1, {"stride": 8}), (129, 2, {"stride": 64, "dilation": 64}),
    ],
)  # fmt: skip
def test_memory_does_not_grow_with_what_no_tap_reads(size, kernel, options):
    image = np.ones((1, 256, size, size), "float32")
    weight = PreparedWeight(np.ones((8, 256, kernel, kernel), "float32"))
    nbytes = conv2d(image, weight, **options).nbytes
    tracemalloc.start()
    try:
        conv2d(image, weight, **options)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < nbytes + (2 << 20)


# Huge sizes


@pytest.mark.parametrize("convolve", [conv2d, conv2d_loop])
@pytest.mark.parametrize("huge", [2**31, 2**63, 2**64, 10**99])
def test_a_step_may_be_as_long_as_it_likes(convolve, huge):
    same(ours(convolve, IMAGE, KERNEL, stride=huge), conv2d(IMAGE, KERNEL)[..., :1, :1])
    same(ours(convolve, IMAGE, KERNEL, stride=(1, huge)), conv2d(IMAGE, KERNEL)[..., :1])
    pixel = KERNEL[..., 1:, 1:]
    same(ours(convolve, IMAGE, pixel, dilation=huge), conv2d(IMAGE, pixel))


@pytest.mark.parametrize("convolve", [conv2d, conv2d_loop])
@pytest.mark.parametrize("huge", [2**40, 2**63, 2**64])
def test_sizes_that_no_memory_holds_are_refused(convolve, huge):
    refused(("padding", huge), convolve, IMAGE, KERNEL, padding=huge)
    refused(("padding", (0, huge)), convolve, IMAGE, KERNEL, padding=(0, huge))
    refused(("weight", huge), convolve, IMAGE, KERNEL, dilation=huge)


LONG = [[0] * 10**5, "x" * 10**5, {n: n for n in range(10**5)}, 10**5000, -(10**5000)]


NAMES = ["input", "weight", "bias", "stride", "padding", "dilation", "groups", "algorithm"]
TOO_LONG = [
    pytest.param(name, value, id=f"{name}-{type(value).__name__}")
    for name in NAMES
    for value in LONG
    if (name, value) != ("stride", 10**5000)  # which is a stride
]


@pytest.mark.parametrize(("name", "value"), TOO_LONG)
def test_messages_are_short_lines(name, value):
    call = {"input": IMAGE, "weight": KERNEL, name: value}
    with pytest.raises(ValueError, match=name if name != "dilation" else "weight|dilation") as info:
        conv2d(**call)
    assert len(str(info.value)) < 600
    assert "\n" not in str(info.value)


def test_a_message_tells_why_there_is_no_array(torch):
    tensor = torch.ones(1, 3, 3, requires_grad=True)
    refused(("input", "requires grad", "detach"), conv2d, tensor, KERNEL)


def test_the_signature_can_be_read():
    assert len(str(signature(conv2d))) < 300


# Refusals


@pytest.mark.parametrize(
    ("says", "changes"),
    [
        (("input", (3, 3)), {"input": IMAGE[0, 0]}),
        (("input", (1, 1, 1, 3, 3)), {"input": IMAGE[None]}),
        (("input", (1, 1, 0, 3)), {"input": IMAGE[:, :, :0]}),
        (("input", (1, 1, 3, 0)), {"input": IMAGE[..., :0]}),
        (("input", (1, 0, 3, 3)), {"input": IMAGE[:, :0], "weight": KERNEL[:, :0]}),
        (("input", 2), {"input": np.ones((1, 2, 3, 3))}),
        (("input", "bool"), {"input": IMAGE > 0, "weight": KERNEL > 0}),
        (("input", "object"), {"input": IMAGE.astype(object)}),
        (("input", "<U3"), {"input": IMAGE.astype("U3")}),
        (("input", "'image'"), {"input": "image"}),
        (("input", None), {"input": None}),
        (("input",), {"input": [[[1.0, 2.0], [3.0]]]}),
        (("weight", (2, 2)), {"weight": KERNEL[0, 0]}),
        (("weight", (1, 2, 2)), {"weight": KERNEL[0]}),
        (("weight", (0, 1, 2, 2)), {"weight": KERNEL[:0]}),
        (("weight", (1, 1, 0, 2)), {"weight": KERNEL[:, :, :0]}),
        (("weight", (4, 4)), {"weight": np.ones((1, 1, 4, 4))}),
        (("weight", (3, 2)), {"weight": np.ones((1, 1, 3, 2)), "dilation": (2, 1)}),
        (("weight", (5, 5)), {"input": IMAGE[:0], "weight": np.ones((1, 1, 5, 5))}),
        (("weight", "float32", "float64"), {"weight": KERNEL.astype("float32")}),
        (("weight", "int64", "float64"), {"weight": KERNEL.astype("int64")}),
        (("weight", None), {"weight": None}),
        (("bias", (2,)), {"bias": np.ones(2)}),
        (("bias", (1, 1)), {"bias": np.ones((1, 1))}),
        (("bias", ()), {"bias": np.array(1.0)}),
        (("bias", "float32", "float64"), {"bias": np.ones(1, "float32")}),
        (("bias", "'b'"), {"bias": "b"}),
        (("stride", 0), {"stride": 0}),
        (("stride", -1), {"stride": -1}),
        (("stride", (1, 0)), {"stride": (1, 0)}),
        (("stride", 2.0), {"stride": 2.0}),
        (("stride", True), {"stride": True}),
        (("stride", (1, True)), {"stride": (1, True)}),
        (("stride", (1, 1, 1)), {"stride": (1, 1, 1)}),
        (("stride", ()), {"stride": ()}),
        (("stride", (2,)), {"stride": (2,)}),
        (("stride", "'2'"), {"stride": "2"}),
        (("stride", None), {"stride": None}),
        (("stride",), {"stride": np.array([1, 1])}),
        (("padding", -1), {"padding": -1}),
        (("padding", (0, -2)), {"padding": (0, -2)}),
        (("padding", 1.0), {"padding": 1.0}),
        (("padding", False), {"padding": False}),
        (("padding", "'SAME'"), {"padding": "SAME"}),
        (("padding", "stride", (2, 2)), {"padding": "same", "stride": 2}),
        (("padding", "stride", (1, 2)), {"padding": "same", "stride": (1, 2)}),
        (("dilation", 0), {"dilation": 0}),
        (("dilation", (1, -3)), {"dilation": (1, -3)}),
        (("dilation", 1.5), {"dilation": 1.5}),
        (("groups", 0), {"groups": 0}),
        (("groups", -1), {"groups": -1}),
        (("groups", 1.0), {"groups": 1.0}),
        (("groups", True), {"groups": True}),
        (("groups", (1, 1)), {"groups": (1, 1)}),
        (("weight", "groups", 3, 2),
         {"input": np.ones((4, 3, 3)), "weight": np.ones((3, 2, 2, 2)), "groups": 2}),
        (("input", 3),
         {"input": np.ones((3, 3, 3)), "weight": np.ones((2, 1, 2, 2)), "groups": 2}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("convolve", [conv2d, conv2d_loop])
def test_refuses(convolve, says, changes):
    refused(says, convolve, **{"input": IMAGE, "weight": KERNEL, **changes})


@pytest.mark.parametrize("algorithm", ["fastest", "", None, 1, ["direct"]])
def test_refuses_unknown_algorithm(algorithm):
    refused(("algorithm", repr(algorithm)), conv2d, IMAGE, KERNEL, algorithm=algorithm)


# flip


@given(rng=rngs, shape=st.lists(st.integers(0, 4), min_size=2, max_size=4))
def test_flip_turns_by_half(torch, rng, shape):
    weight = numbers(rng, tuple(shape), "float32")
    same(ours(flip, weight), theirs(torch, torch.flip, weight, dims=(-2, -1)))
    same(ours(flip, flip(weight)), weight)


@pytest.mark.parametrize(
    ("says", "weight"),
    [(("weight", (3,)), np.ones(3)), (("weight", "bool"), KERNEL > 0), (("weight", None), None)],
)
def test_flip_refuses(says, weight):
    refused(says, flip, weight)
