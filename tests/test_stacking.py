"""The stacking chapter's functions: stack, compose, max_pool2d, avg_pool2d, the named kernels."""

from inspect import signature
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convbook import (
    DETECTORS,
    KERNELS,
    MaxPool2d,
    avg_pool2d,
    compose,
    conv2d,
    flip,
    max_pool2d,
    max_pool2d_with_indices,
    stack,
    unfold,
)
from oracles import agree, magnitude, ours, refused, same, theirs
from requirements import need
from strategies import FLOATS, INTEGERS, Call, altered, both, numbers, rngs, two, windows

POOLS = {"max": max_pool2d, "avg": avg_pool2d}
HALF = (*FLOATS, "float16")
IMAGE = np.arange(9.0).reshape(1, 1, 3, 3)

each_pool = pytest.mark.parametrize("kind", POOLS)


def terms(call: Call) -> int:
    return int(np.prod(both(call["kernel_size"]))) + 1


def options(kind: str, least: int = 1) -> st.SearchStrategy[dict[str, Any]]:
    """What torch's pooling can do besides: each option drawn, or left out."""
    truths = {"ceil_mode": st.booleans()}
    if kind == "avg":
        truths["count_include_pad"] = st.booleans()
        truths["divisor_override"] = st.none() | st.integers(least, 9).filter(bool)
    return st.fixed_dictionaries({}, optional=truths)


@each_pool
@given(data=st.data())
def test_equals_torch(torch, kind, data):
    pool, call = POOLS[kind], data.draw(windows(HALF, kind))
    call = call.but(**data.draw(options(kind)))
    native = getattr(torch.nn.functional, pool.__name__)
    exact = (0, 0) if kind == "max" else (terms(call), magnitude(torch, native, **call))
    same(ours(pool, **call), theirs(torch, native, **call), *exact)


@each_pool
@given(data=st.data())
def test_refuses_what_torch_refuses(torch, kind, data):
    pool, call = POOLS[kind], data.draw(altered(windows(("float64",), kind)))
    native = getattr(torch.nn.functional, pool.__name__)
    agree(torch, native, pool, call, *([terms] if kind == "avg" else []))


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


@given(call=windows(("int64", "int8", "uint8", "int32", "uint16"), "avg"), data=st.data())
def test_average_of_integers_truncates_like_torch(torch, call, data):
    """The mean is exact, then cut toward zero, even where the sum would leave the dtype."""
    call = call.but(**data.draw(options("avg", least=-3)))
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
@given(data=st.data())
def test_strange_numbers_equal_torch(torch, kind, strange, data):
    call = data.draw(windows(("float32",), kind))
    call["input"] = np.round(call["input"])
    chosen = np.random.default_rng(data.draw(st.integers(0, 99))).random(call["input"].shape) < 0.3
    call["input"][chosen] = strange
    expected = theirs(torch, getattr(torch.nn.functional, POOLS[kind].__name__), **call)
    result = ours(POOLS[kind], **call)
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=0)


@given(
    sizes=st.tuples(*[st.integers(1, n) for n in (9, 9, 5, 5, 4, 4)]),
    dilation=st.integers(1, 3),
    pad=st.integers(0, 2),
)
def test_rounding_up_makes_torchs_sizes_or_none(torch, sizes, dilation, pad):
    """Also where the kernel is larger than the image: a last window may reach far beyond."""
    image = np.arange(float(sizes[0] * sizes[1])).reshape(1, *sizes[:2])
    call = Call(
        input=image,
        kernel_size=sizes[2:4],
        stride=sizes[4:],
        padding=pad,
        dilation=dilation,
        ceil_mode=True,
    )
    agree(torch, torch.nn.functional.max_pool2d, max_pool2d, call)
    del call["dilation"]
    agree(torch, torch.nn.functional.avg_pool2d, avg_pool2d, call, lambda _: 30)


@given(call=windows(("float64",), "max"), ceil=st.booleans())
def test_switches_say_where_the_maxima_are_also_beyond_the_border(call, ceil):
    call = call.but(ceil_mode=ceil, dilation=1)
    assume(call["input"].size)
    output, indices = max_pool2d_with_indices(**call)
    same(output, max_pool2d(**call))
    image = call["input"]
    for pixels, places, maxima in zip(*(a.reshape(-1, *a.shape[-2:]) for a in
                                        (image, indices, output)), strict=True):  # fmt: skip
        same(pixels.ravel()[places], maxima)


@each_pool
def test_refuses_options_that_are_none(kind):
    call = Call(input=IMAGE, kernel_size=2)
    for wrong in (None, 1, 0.5, "yes", [True]):
        refused(("ceil_mode", "True or False"), POOLS[kind], **call.but(ceil_mode=wrong))
        if kind == "avg":
            refused(("count_include_pad",), avg_pool2d, **call.but(count_include_pad=wrong))
    for wrong in (0, 1.5, "2", True, 2**63, -(2**63), (1, 2)):
        refused(("divisor_override",), avg_pool2d, **Call(call, divisor_override=wrong))
    far = Call(input=IMAGE, kernel_size=9, stride=1, ceil_mode=True)
    refused(("kernel_size", (9, 9)), POOLS[kind], **far)


def test_a_network_pools_with_ceil_mode_and_back(torch):
    x = np.random.default_rng(0).standard_normal((1, 2, 7, 6))
    pool = MaxPool2d(3, 2, 1, ceil_mode=True)
    shown = torch.from_numpy(x).requires_grad_()
    output = torch.nn.functional.max_pool2d(shown, 3, 2, 1, ceil_mode=True)
    same(pool(x), output.detach().numpy())
    output.sum().backward()
    same(pool.backward(np.ones(output.shape)), shown.grad.numpy())


def test_half_precision_is_averaged_in_single_and_rounded_once():
    image = np.random.default_rng(0).standard_normal((1, 64, 63)).astype("f2")
    exact = avg_pool2d(image.astype(float), 9, 1).astype("f2")
    assert (avg_pool2d(image, 9, 1) != exact).mean() < 0.005


def test_padding_never_wins():
    image = np.full((1, 2, 2), -5, "int8")
    same(max_pool2d(image, 2, 1, 1), np.full((1, 3, 3), -5, "int8"))
    same(max_pool2d(image.astype(float) * np.inf, 3, 1, 1), np.full((1, 2, 2), -np.inf))


def test_same_signatures_as_torch():
    """But for return_indices, which would change what comes back."""
    names = ["input", "kernel_size", "stride", "padding"]
    assert [*signature(max_pool2d).parameters] == [*names, "dilation", "ceil_mode"]
    last = ["ceil_mode", "count_include_pad", "divisor_override"]
    assert [*signature(avg_pool2d).parameters] == [*names, *last]


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


def test_detectors_are_constants_and_the_first_three_are_blind():
    assert [*DETECTORS] == ["side edge", "top edge", "slanted gradient", "bright area"]
    for kernel in DETECTORS.values():
        assert (kernel.shape, kernel.dtype) == ((3, 3), np.float64)
        with pytest.raises(ValueError, match="read-only"):
            kernel[0, 0] = 1
    with pytest.raises(TypeError):
        DETECTORS["mine"] = np.zeros((3, 3))
    sums = [kernel.sum() for kernel in DETECTORS.values()]
    np.testing.assert_allclose(sums, [0, 0, 0, 1], rtol=1e-15)


def test_slanted_gradient_peaks_on_the_diagonal():
    rows, columns = np.mgrid[:3, :3]
    kernel = DETECTORS["slanted gradient"]
    assert (kernel * columns).sum() == (kernel * rows).sum() == 6
    same(KERNELS["emboss"] - KERNELS["identity"], kernel)


# Many kernels, one weight

EVERY = (*INTEGERS, "float16", *FLOATS, "complex64", "complex128")


@given(rng=rngs, size=two(1, 4), counts=two(1, 4), dtype=st.sampled_from(EVERY))
def test_stack_is_a_new_axis_in_front(rng, size, counts, dtype):
    C_out, C_in = counts
    kernels = [numbers(rng, (C_in, *size), dtype) for _ in range(C_out)]
    weight = stack(kernels)
    same(weight, np.array(kernels))
    assert weight.flags.writeable
    assert not any(np.shares_memory(weight, kernel) for kernel in kernels)
    same(stack(weight), weight)
    same(stack(iter(kernels)), weight)


@given(rng=rngs, size=two(1, 4), count=st.integers(1, 4))
def test_stack_gives_planes_one_channel(rng, size, count):
    planes = numbers(rng, (count, *size), "float32")
    same(stack([*planes]), planes[:, None])
    same(stack(planes), planes[:, None])
    same(stack([*planes[:1], *planes[1:, None]]), planes[:, None])


def test_each_map_is_made_by_its_own_kernel():
    image = np.random.default_rng(0).integers(-9, 10, (1, 6, 7)).astype(float)
    maps = conv2d(image, stack(DETECTORS.values()))
    for o, kernel in enumerate(DETECTORS.values()):
        same(maps[o], conv2d(image, kernel[None, None])[0], 10, 16 * 9 * 9.0)


PLANE = np.ones((3, 3))


@pytest.mark.parametrize(
    ("says", "kernels"),
    [
        (("kernels", "[]"), []),
        (("kernels", "None"), None),
        (("kernels", "3"), 3),
        (("kernels", "array(1)"), np.array(1)),
        (("kernels[0]", (3,)), PLANE),
        (("kernels[0]", (1, 1, 3, 3)), np.ones((2, 1, 1, 3, 3))),
        (("kernels[0]", "'side edge'"), DETECTORS),
        (("kernels[1]", (2, 3, 3)), [PLANE, np.ones((2, 3, 3))]),
        (("kernels[1]", (1, 3, 2)), [PLANE, PLANE[:, :2]]),
        (("kernels[2]", "float32"), [PLANE, PLANE, PLANE.astype("float32")]),
        (("kernels[1]", "bool"), [PLANE, PLANE > 0]),
        (("kernels[0]", (3, 0)), [PLANE[:, :0]]),
        (("kernels[0]", (0, 3, 3)), [np.ones((0, 3, 3))]),
        (("kernels[1]", "None"), [PLANE, None]),
    ],
)
def test_stack_refuses(says, kernels):
    refused(says, stack, kernels)


# Two linear layers, one weight


@st.composite
def layers(draw, dtype):
    """Weights of two layers that go together, and the first one's stride."""
    rng, C_mid = draw(rngs), draw(st.integers(1, 4))
    C_out, C_in = draw(two(1, 3))
    first = numbers(rng, (C_mid, C_in, *draw(two(1, 4))), dtype)
    second = numbers(rng, (C_out, C_mid, *draw(two(1, 4))), dtype)
    stride = draw(st.integers(1, 3) | two(1, 3))
    return Call(first=first, second=second, stride=stride), rng


def sizes_of(call):
    """The composed kernel's size: the stamps stand a stride apart."""
    pairs = zip(
        call["first"].shape[2:], both(call["stride"]), call["second"].shape[2:], strict=True
    )
    return tuple(k + s * (n - 1) for k, s, n in pairs)


@given(data=st.data(), dtype=st.sampled_from(INTEGERS), then=two(1, 3))
def test_one_layer_equals_two(data, dtype, then):
    """Exactly, in integers, also where they wrap."""
    call, rng = data.draw(layers(dtype))
    weight = ours(compose, **call)
    size = sizes_of(call)
    assert weight.shape == (len(call["second"]), call["first"].shape[1], *size)
    x = numbers(rng, (2, call["first"].shape[1], size[0] + 7, size[1] + 5), dtype)
    middle = conv2d(x, call["first"], stride=call["stride"])
    one_by_one = conv2d(middle, call["second"], stride=then)
    total = tuple(np.multiply(both(call["stride"]), then).tolist())
    same(conv2d(x, weight, stride=total), one_by_one)


@given(data=st.data(), dtype=st.sampled_from(FLOATS))
def test_one_layer_equals_torchs_two(torch, data, dtype):
    call, rng = data.draw(layers(dtype))
    first, second, stride = call.values()
    size = sizes_of(call)
    x = numbers(rng, (1, first.shape[1], size[0] + 5, size[1] + 4), dtype)
    native = torch.nn.functional.conv2d
    middle = theirs(torch, native, x, first, stride=both(stride))
    expected = theirs(torch, native, middle, second)
    scale = conv2d(conv2d(abs(x), abs(first), stride=stride), abs(second))
    terms = first[0].size + second[0].size + int(np.prod(size)) * x.shape[1]
    same(conv2d(x, compose(first, second, stride), stride=stride), expected, terms, scale)


@given(data=st.data())
def test_compose_is_a_product_of_matrices_of_polynomials(data):
    signal = need("scipy.signal")
    call, _ = data.draw(layers("int64").filter(lambda drawn: drawn[0]["stride"] in (1, (1, 1))))
    first, second = call["first"] % 100, call["second"] % 100
    expected = [
        [sum(map(signal.convolve2d, row, column)) for column in first.swapaxes(0, 1)]
        for row in second
    ]
    same(compose(first, second), np.array(expected))
    rim = tuple(k - 1 for k in first.shape[2:])
    same(conv2d(second, flip(first).swapaxes(0, 1), padding=rim), np.array(expected))


@given(rng=rngs, counts=st.tuples(*[st.integers(1, 5)] * 3), stride=two(1, 3))
def test_one_by_one_layers_multiply_as_matrices(rng, counts, stride):
    C_in, C_mid, C_out = counts
    first, second = (
        numbers(rng, shape, "int64") for shape in ((C_mid, C_in, 1, 1), (C_out, C_mid, 1, 1))
    )
    product = second[:, :, 0, 0] @ first[:, :, 0, 0]
    same(compose(first, second, stride), product[:, :, None, None])


@given(rng=rngs, counts=st.tuples(*[st.integers(1, 3)] * 4), strides=two(1, 3))
def test_compose_is_associative(rng, counts, strides):
    a, b, c = (numbers(rng, (C_out, C_in, 2, 3), "int32") for C_in, C_out in pairwise(counts))
    s, t = strides
    same(compose(compose(a, b, s), c, s * t), compose(a, compose(b, c, t), s))


def test_a_relu_between_forbids_it():
    first, second = stack([PLANE, -PLANE]), np.ones((1, 2, 1, 1))
    x = np.arange(25.0).reshape(1, 5, 5)
    assert not compose(first, second).any()
    assert conv2d(np.maximum(conv2d(x, first), 0), second).all()


@pytest.mark.parametrize(
    ("says", "changes"),
    [
        (("first", (3, 3)), {"first": PLANE}),
        (("first", (2, 3, 3)), {"first": np.ones((2, 3, 3))}),
        (("second", (2, 3, 3)), {"second": np.ones((2, 3, 3))}),
        (("second", (5, 3, 3, 3)), {"second": np.ones((5, 3, 3, 3))}),
        (("first", (2, 1, 0, 3)), {"first": np.ones((2, 1, 0, 3))}),
        (("first", (0, 1, 3, 3)), {"first": np.ones((0, 1, 3, 3))}),
        (("second", (0, 2, 3, 3)), {"second": np.ones((0, 2, 3, 3))}),
        (("second", "float32"), {"second": np.ones((5, 2, 3, 3), "float32")}),
        (("first", "bool"), {"first": np.ones((2, 1, 3, 3), bool)}),
        (("second", "None"), {"second": None}),
        (("stride", 0), {"stride": 0}),
        (("stride", (1, -1)), {"stride": (1, -1)}),
        (("stride", 1.5), {"stride": 1.5}),
        (("stride", True), {"stride": True}),
    ],
)
def test_compose_refuses(says, changes):
    call = Call(first=np.ones((2, 1, 3, 3)), second=np.ones((5, 2, 3, 3)))
    refused(says, compose, **call.but(**changes))


@given(rng=rngs)
def test_separable_kernels_are_layers_of_columns_and_rows(rng):
    kernel = rng.normal(size=(5, 4))
    u, s, v = np.linalg.svd(kernel, full_matrices=False)
    down, across = (u * s).T.reshape(4, 1, 5, 1), v.reshape(1, 4, 1, 4)
    np.testing.assert_allclose(compose(down, across)[0, 0], kernel, atol=1e-12)
