"""The matmul chapter's functions: the convolution as a matrix, its transpose, and its patches."""

from inspect import signature
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convbook import (
    conv2d,
    conv2d_input,
    conv2d_weight,
    conv_transpose2d,
    convolution_matrix,
    fold,
    output_size,
    pad,
    same_padding,
    unfold,
)
from oracles import agree, inner, magnitude, ours, refused, rounding, same, theirs
from strategies import (
    FLOATS,
    INEXACT,
    INTEGERS,
    Call,
    altered,
    both,
    convolutions,
    foldings,
    numbers,
    reach,
    rngs,
    transposed,
    windows,
)

MODES = {"zeros": "constant"} | {mode: mode for mode in ("reflect", "replicate", "circular")}
OPTIONS = ("stride", "padding", "dilation", "groups")
FORWARD = {"conv_transpose2d": transposed, "unfold": windows, "fold": foldings}
OURS = {"conv_transpose2d": conv_transpose2d, "unfold": unfold, "fold": fold}
IMAGE = np.arange(9.0).reshape(1, 1, 3, 3)
KERNEL = np.arange(4.0).reshape(1, 1, 2, 2)

each_function = pytest.mark.parametrize("name", FORWARD)


def terms(call: Call) -> int:
    """At least as many as any one output of conv_transpose2d, unfold or fold sums up."""
    if "weight" not in call:
        return int(np.prod(both(call["kernel_size"])))
    return call["weight"].size // call["groups"] + 1


def words_as_sides(call: Call) -> tuple[int, int, int, int]:
    kernel = call["weight"].shape[-2:]
    if call["padding"] == "same":
        return same_padding(kernel, call["dilation"])
    rows, columns = both(0 if call["padding"] == "valid" else call["padding"])
    return columns, columns, rows, rows


# torch


@each_function
@given(data=st.data())
def test_equals_torch(torch, name, data):
    call, native = data.draw(FORWARD[name](INEXACT)), getattr(torch.nn.functional, name)
    scale = magnitude(torch, native, **call)
    same(ours(OURS[name], **call), theirs(torch, native, **call), terms(call), scale)


@each_function
@pytest.mark.parametrize("dtype", INTEGERS)
@given(data=st.data())
def test_integers_wrap(torch, name, dtype, data):
    """Torch convolves only int64, and folds only floats; float64 holds these sums exactly."""
    call, native = data.draw(FORWARD[name]([dtype])), getattr(torch.nn.functional, name)
    kind = "int64" if "weight" in call else "float64"
    small = dtype in ("int64", "uint64") and kind == "float64"
    call = Call({k: v // 2**16 if small and k == "input" else v for k, v in call.items()})
    wide = {k: v.astype(kind) if isinstance(v, np.ndarray) else v for k, v in call.items()}
    expected = theirs(torch, native, **wide).astype("int64").astype(dtype)
    same(ours(OURS[name], **call), expected)


@each_function
@given(data=st.data())
def test_refuses_what_torch_refuses(torch, name, data):
    call = data.draw(altered(FORWARD[name](("float64",))))
    agree(torch, getattr(torch.nn.functional, name), OURS[name], call, terms)


def gradient_calls(call: Call) -> tuple[Call, Call]:
    """The calls of conv2d_input and conv2d_weight that belong to a call of conv2d."""
    batch = call["input"] if call["input"].ndim == 4 else call["input"][None]
    shared = {name: call[name] for name in OPTIONS}
    grad = conv2d(batch, call["weight"], None, **shared)
    grad = numbers(np.random.default_rng(grad.size), grad.shape, grad.dtype)
    return (
        Call(input_size=batch.shape, weight=call["weight"], grad_output=grad, **shared),
        Call(input=batch, weight_size=call["weight"].shape, grad_output=grad, **shared),
    )


@given(call=convolutions((*FLOATS, "float16"), words=False))
def test_gradients_equal_torch(torch, call):
    functions = (conv2d_input, conv2d_weight)
    for function, arguments in zip(functions, gradient_calls(call), strict=True):
        native = getattr(torch.nn.grad, function.__name__)
        expected = theirs(torch, native, **arguments)
        scale = magnitude(torch, native, **arguments)
        count = arguments["grad_output"].size + call["weight"].size
        same(ours(function, **arguments), expected, count, scale)


def outer_sizes_agree(call: Call) -> bool:
    """Tell whether batch and output channels fit; torch does not look, and reads on."""
    grad = call["grad_output"].shape
    batch = call["input"].shape if "input" in call else call["input_size"]
    kernels = call["weight"].shape if "weight" in call else call["weight_size"]
    known = [size for size in (batch, kernels) if isinstance(size, tuple)]
    return len(grad) != 4 or len(known) < 2 or grad[:2] == (batch[0], kernels[0])


@pytest.mark.parametrize("function", [conv2d_input, conv2d_weight])
@given(data=st.data())
def test_gradients_refuse_what_torch_refuses(torch, function, data):
    which = [conv2d_input, conv2d_weight].index(function)
    calls = convolutions(("float64",), words=False).map(lambda call: gradient_calls(call)[which])
    call = data.draw(altered(calls, OPTIONS))
    assume(outer_sizes_agree(call))
    native = getattr(torch.nn.grad, function.__name__)
    agree(torch, native, function, call, lambda call: call["grad_output"].size + 64)


@pytest.mark.parametrize("dtype", FLOATS)
def test_real_sizes_equal_torch(torch, dtype):
    rng = np.random.default_rng(11)
    image, weight = numbers(rng, (2, 8, 61, 67), dtype), numbers(rng, (16, 4, 3, 5), dtype)
    call = Call(input=image, weight=weight, stride=(2, 1), padding=2, dilation=(1, 2), groups=2)
    functional = torch.nn.functional
    size = theirs(torch, functional.conv2d, **call).shape
    shared = {name: call[name] for name in OPTIONS}
    grad = numbers(rng, size, dtype)
    of_input, of_weight = gradient_calls(call)
    for function, module, arguments in [
        (conv2d_input, torch.nn.grad, of_input),
        (conv2d_weight, torch.nn.grad, of_weight),
        (conv_transpose2d, functional, Call(shared, input=grad, weight=weight)),
    ]:
        native = getattr(module, function.__name__)
        same(
            ours(function, **arguments),
            theirs(torch, native, **arguments),
            size[0] * size[2] * size[3],
            magnitude(torch, native, **arguments),
        )


# Identities


@given(call=convolutions(("float64",), words=False))
def test_adjoint(call):
    """<conv2d(x, w), g> = <x, conv2d_input(g)> = <w, conv2d_weight(g)>, in float64."""
    call["bias"] = None
    if call["input"].ndim == 3:
        call["input"] = call["input"][None]
    of_input, of_weight = gradient_calls(call)
    grad = of_input["grad_output"]
    expected = inner(conv2d(**call), grad)
    absolute = {name: abs(call[name]) for name in ("input", "weight")}
    scale = inner(conv2d(**call.but(**absolute)), abs(grad))
    count = grad.size + call["input"].size + call["weight"].size
    close = pytest.approx(expected, rel=0, abs=rounding(np.dtype(float), count, scale))
    assert inner(call["input"], conv2d_input(**of_input)) == close
    assert inner(call["weight"], conv2d_weight(**of_weight)) == close


@given(call=convolutions(("float64",), words=False), rng=rngs)
def test_gradients_equal_finite_differences(call, rng):
    """For half the sum of squares, a quadratic, central differences are exact up to rounding."""
    call["bias"] = None
    call["input"] = call["input"].reshape(-1, *call["input"].shape[-3:])

    def loss(**arrays: np.ndarray) -> float:
        return 0.5 * float((conv2d(**call.but(**arrays)) ** 2).sum())

    output = conv2d(**call)
    of_input, of_weight = (arguments.but(grad_output=output) for arguments in gradient_calls(call))
    gradients = {"input": conv2d_input(**of_input), "weight": conv2d_weight(**of_weight)}
    for name, gradient in gradients.items():
        step = numbers(rng, call[name].shape, "float64")
        slope = (loss(**{name: call[name] + step}) - loss(**{name: call[name] - step})) / 2
        largest = {key: abs(call[key]) + (abs(step) if key == name else 0) for key in gradients}
        allowed = rounding(np.dtype(float), output.size + step.size + 64, 4 * loss(**largest))
        assert inner(gradient, step) == pytest.approx(slope, rel=0, abs=allowed)


@given(call=windows(("float64", "int16")), rng=rngs, count=st.integers(1, 3))
def test_conv2d_is_kernels_times_patches(call, rng, count):
    image, size = call["input"], both(call["kernel_size"])
    weight = numbers(rng, (count, image.shape[-3], *size), image.dtype)
    options = {name: call[name] for name in ("stride", "padding", "dilation")}
    result = conv2d(image, weight, **options)
    product = (weight.reshape(count, -1) @ unfold(**call)).reshape(result.shape)
    scale = conv2d(abs(image), abs(weight), **options) if image.dtype.kind == "f" else 0
    same(product, result, weight[0].size, scale)


@given(call=windows(("float64",)))
def test_fold_counts_the_windows(call):
    """fold(unfold(x)) = x times the number of windows that hold each pixel."""
    sizes = call.but()
    image = np.round(sizes.pop("input") * 8)
    counts = fold(unfold(np.ones_like(image), **sizes), image.shape[-2:], **sizes)
    same(fold(unfold(image, **sizes), image.shape[-2:], **sizes), counts * image)


@given(call=foldings(("int64",)), data=st.data())
def test_fold_is_the_adjoint_of_unfold(call, data):
    columns = call["input"] = call["input"] % 100
    image = fold(**call)
    other = numbers(data.draw(rngs), image.shape, "int64") % 100
    windows = {k: v for k, v in call.items() if k not in ("input", "output_size")}
    assert (unfold(other, **windows) * columns).sum() == (other * image).sum()


# The matrix


@pytest.mark.parametrize("mode", MODES)
@given(call=convolutions(("float32", "float64", "int16")), rng=rngs)
def test_matrix_times_image(mode, call, rng):
    image = numbers(rng, call["input"].shape[-3:], call["input"].dtype)
    left, right, top, bottom = sides = words_as_sides(call)
    height, width = size = image.shape[-2:]
    spare = {"reflect": -1, "circular": 0}.get(mode, 99)
    assume(max(left, right) <= width + spare and max(top, bottom) <= height + spare)
    options = {name: call[name] for name in OPTIONS}
    matrix = ours(convolution_matrix, call["weight"], size, padding_mode=mode, **options)
    padded = pad(image, sides, MODES[mode])
    expected = conv2d(padded, call["weight"], None, **(options | {"padding": 0}))
    assert matrix.dtype == call["weight"].dtype
    assert matrix.shape == (expected.size, image.size)
    scale = 0
    if image.dtype.kind == "f":
        positive = convolution_matrix(abs(call["weight"]), size, padding_mode=mode, **options)
        scale = positive @ abs(image).ravel()
    same(matrix @ image.ravel(), expected.ravel(), 2 * call["weight"][0].size, scale)


@given(call=convolutions(("int64",), words=False), rng=rngs)
def test_transposed_matrix_is_transposed_convolution(call, rng):
    size, kernel = call["input"].shape[-2:], call["weight"].shape[-2:]
    options = {name: call[name] for name in OPTIONS}
    matrix = convolution_matrix(call["weight"], size, **options)
    sizes = (both(options[name]) for name in OPTIONS[:3])
    shape = (len(call["weight"]), *output_size(size, kernel, *sizes))
    grad = numbers(rng, shape, "int64")
    back = (matrix.T @ grad.ravel()).reshape(call["input"].shape[-3:])
    whole = (1, *call["input"].shape[-3:])
    same(conv2d_input(whole, call["weight"], grad[None], **options)[0], back)
    geometry = zip(size, kernel, *(both(options[name]) for name in OPTIONS[:3]), strict=True)
    unread = tuple((n + 2 * p - reach(k, d)) % s for n, k, s, p, d in geometry)
    same(conv_transpose2d(grad, call["weight"], output_padding=unread, **options), back)


@pytest.mark.parametrize("batch", [(), (3,)])
@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("stride", [1, 2])
def test_many_kernels_at_few_pixels_are_stamped_as_by_the_matrix(batch, groups, stride):
    """All taps are then one product, for kernels of integers as for any others."""
    rng = np.random.default_rng(0)
    weight, image = (numbers(rng, s, "int64") for s in [(24, 2, 3, 2), (*batch, 24, 2, 3)])
    with patch("convbook.matmul.transposed.convolve", side_effect=AssertionError("turned")):
        result = conv_transpose2d(image, weight, stride=stride, groups=groups)
    matrix = convolution_matrix(weight, result.shape[-2:], stride=stride, groups=groups)
    same(result.reshape(*batch, -1), image.reshape(*batch, -1) @ matrix)


def test_matrix_of_the_running_example():
    matrix = convolution_matrix(KERNEL + 1, (3, 3))
    same(
        matrix,
        np.array(
            [
                [1, 2, 0, 3, 4, 0, 0, 0, 0],
                [0, 1, 2, 0, 3, 4, 0, 0, 0],
                [0, 0, 0, 1, 2, 0, 3, 4, 0],
                [0, 0, 0, 0, 1, 2, 0, 3, 4.0],
            ]
        ),
    )
    assert np.count_nonzero(matrix, axis=0).tolist() == [1, 2, 1, 2, 4, 2, 1, 2, 1]
    same(convolution_matrix(KERNEL + 1, 3), matrix)


def test_matrix_keeps_strange_weights():
    kernel = KERNEL.copy()
    kernel[0, 0, 0, 1] = np.nan
    assert np.isnan(convolution_matrix(kernel, (3, 3))).sum() == 4
    assert np.isfinite(convolution_matrix(KERNEL, (3, 3), padding=1)).all()


# NaN


@pytest.mark.parametrize("name", FORWARD)
@given(data=st.data())
def test_strange_number_spreads_as_in_torch(torch, name, data):
    call, native = data.draw(FORWARD[name](("float32",))), getattr(torch.nn.functional, name)
    assume(call["input"].size)
    call["input"] = call["input"].copy()
    strange = data.draw(st.sampled_from([np.nan, np.inf]))
    call["input"].flat[data.draw(st.integers(0, call["input"].size - 1))] = strange
    expected = np.isfinite(theirs(torch, native, **call))
    np.testing.assert_array_equal(np.isfinite(ours(OURS[name], **call)), expected)


# Signatures and refusals


@pytest.mark.parametrize(
    ("function", "names"),
    [
        (convolution_matrix, "weight input_size stride padding dilation groups padding_mode"),
        (unfold, "input kernel_size dilation padding stride"),
        (fold, "input output_size kernel_size dilation padding stride"),
        (conv_transpose2d, "input weight bias stride padding output_padding groups dilation"),
        (conv2d_input, "input_size weight grad_output stride padding dilation groups"),
        (conv2d_weight, "input weight_size grad_output stride padding dilation groups"),
    ],
)
def test_same_signature_as_torch(function, names):
    assert [*signature(function).parameters] == names.split()


SIZES = [(0, 1), (-1, 1), (1.0, 1), (True, 1), ((1, 0), 1), ((1, 2, 3), 1), ("1", 1), (None, 1),
         (-1, 0), (0.5, 0), (False, 0), ((0, -2), 0), ((1,), 0)]  # fmt: skip
CALLS = {
    convolution_matrix: Call(weight=KERNEL, input_size=(3, 3)),
    unfold: Call(input=IMAGE, kernel_size=2),
    fold: Call(input=np.ones((1, 4, 4)), output_size=(3, 3), kernel_size=2),
    conv_transpose2d: Call(input=IMAGE, weight=KERNEL),
    conv2d_input: Call(input_size=(1, 1, 3, 3), weight=KERNEL, grad_output=np.ones((1, 1, 2, 2))),
    conv2d_weight: Call(input=IMAGE, weight_size=(1, 1, 2, 2), grad_output=np.ones((1, 1, 2, 2))),
}
POSITIVE = {"input_size", "output_size", "kernel_size", "stride", "dilation", "groups"}
NATURAL = {"padding", "output_padding"}


@pytest.mark.parametrize("function", CALLS)
def test_refuses_what_is_no_size(function):
    call, names = CALLS[function], {*signature(function).parameters}
    skipped = {"input_size"} if function is conv2d_input else set()
    for wrong, minimum in SIZES:
        for name in (names & (POSITIVE if minimum else POSITIVE | NATURAL)) - skipped:
            if not (minimum == 0 and name in POSITIVE and isinstance(wrong, tuple) and 0 in wrong):
                refused((name, repr(wrong)), function, **call.but(**{name: wrong}))


@pytest.mark.parametrize("function", CALLS)
def test_refuses_what_holds_no_numbers(function):
    call = CALLS[function]
    for name in [name for name, value in call.items() if isinstance(value, np.ndarray)]:
        for wrong, word in [
            (call[name] > 0, "bool"), (call[name].astype(object), "object"),
            (call[name].astype("U3"), "<U3"), ("text", "'text'"), (None, None),
        ]:  # fmt: skip
            changes = {n: wrong if n == name else v for n, v in call.items()}
            refused((name, word), function, **changes)


@pytest.mark.parametrize(
    ("function", "names"),
    [(conv_transpose2d, ("input", "weight")), (conv2d_input, ("weight", "grad_output")),
     (conv2d_weight, ("input", "grad_output"))],
)  # fmt: skip
def test_refuses_unequal_dtypes(function, names):
    for name in names:
        call = CALLS[function].but(**{name: CALLS[function][name].astype("float32")})
        refused(("float32", "float64"), function, **call)


@pytest.mark.parametrize(
    ("says", "function", "changes"),
    [
        (("weight", (2, 2)), convolution_matrix, {"weight": KERNEL[0, 0]}),
        (("weight", (0, 1, 2, 2)), convolution_matrix, {"weight": KERNEL[:0]}),
        (("weight", (0, 1, 2, 2)), conv2d_input,
         {"weight": KERNEL[:0], "grad_output": np.ones((1, 0, 2, 2))}),
        (("weight", (4, 4)), convolution_matrix, {"weight": np.ones((1, 1, 4, 4))}),
        (("weight", "groups", 3, 2), convolution_matrix,
         {"weight": np.ones((3, 1, 1, 1)), "groups": 2}),
        (("padding_mode", "'edge'"), convolution_matrix, {"padding_mode": "edge"}),
        (("padding_mode", "'constant'"), convolution_matrix, {"padding_mode": "constant"}),
        (("padding_mode", None), convolution_matrix, {"padding_mode": None}),
        (("padding", "'SAME'"), convolution_matrix, {"padding": "SAME"}),
        (("padding", "stride", (2, 2)), convolution_matrix, {"padding": "same", "stride": 2}),
        (("reflect", 3), convolution_matrix, {"padding": 3, "padding_mode": "reflect"}),
        (("circular", 4), convolution_matrix, {"padding": 4, "padding_mode": "circular"}),
        (("input", (3, 3)), unfold, {"input": IMAGE[0, 0]}),
        (("input", (1, 0, 3, 3)), unfold, {"input": IMAGE[:, :0]}),
        (("kernel_size", (4, 4)), unfold, {"kernel_size": 4}),
        (("padding", "'same'"), unfold, {"padding": "same"}),
        (("input", (4,)), fold, {"input": np.ones(4)}),
        (("input", 5), fold, {"input": np.ones((1, 5, 4))}),
        (("input", 4, 5), fold, {"input": np.ones((1, 4, 5))}),
        (("input", 0), fold, {"input": np.ones((1, 0, 4))}),
        (("kernel_size", (4, 4)), fold, {"kernel_size": 4, "input": np.ones((1, 16, 0))}),
        (("input", (3, 3)), conv_transpose2d, {"input": IMAGE[0, 0]}),
        (("input", (1, 1, 0, 3)), conv_transpose2d, {"input": IMAGE[:, :, :0]}),
        (("input", 2), conv_transpose2d, {"input": np.ones((1, 2, 3, 3))}),
        (("weight", (1, 0, 2, 2)), conv_transpose2d, {"weight": KERNEL[:, :0]}),
        (("bias", (2,)), conv_transpose2d, {"bias": np.ones(2)}),
        (("bias", "float32"), conv_transpose2d, {"bias": np.ones(1, "float32")}),
        (("output_padding", 2), conv_transpose2d, {"stride": 2, "output_padding": 2}),
        (("output_padding", (0, 1)), conv_transpose2d,
         {"stride": (2, 1), "output_padding": (0, 1)}),
        (("padding", "'same'"), conv_transpose2d, {"padding": "same"}),
        (("padding", 2), conv_transpose2d, {"padding": 2}),
        (("input_size", (1, 3, 3)), conv2d_input, {"input_size": (1, 3, 3)}),
        (("input_size", 3), conv2d_input, {"input_size": 3}),
        (("input_size", 3.0), conv2d_input, {"input_size": (1, 1, 3.0, 3)}),
        (("input_size", -3), conv2d_input, {"input_size": (1, 1, -3, 3)}),
        (("input_size", 2), conv2d_input, {"input_size": (1, 2, 3, 3)}),
        (("grad_output", (1, 1, 2, 2)), conv2d_input, {"input_size": (1, 1, 4, 4)}),
        (("grad_output", (1, 2, 2)), conv2d_input, {"grad_output": np.ones((1, 2, 2))}),
        (("weight_size", (1, 2, 2)), conv2d_weight, {"weight_size": (1, 2, 2)}),
        (("weight_size", 0), conv2d_weight,
         {"weight_size": (0, 1, 2, 2), "grad_output": np.ones((1, 0, 2, 2))}),
        (("weight_size", True), conv2d_weight, {"weight_size": (1, True, 2, 2)}),
        (("weight_size", 0), conv2d_weight, {"weight_size": (1, 1, 0, 2)}),
        (("grad_output", (1, 1, 2, 2)), conv2d_weight, {"weight_size": (1, 1, 3, 3)}),
        (("padding", "'same'"), conv2d_input, {"padding": "same"}),
        (("padding", "'valid'"), conv2d_weight, {"padding": "valid"}),
        (("grad_output", (2, 1, 2, 2)), conv2d_weight, {"grad_output": np.ones((2, 1, 2, 2))}),
        (("input", (1, 3, 3)), conv2d_weight, {"input": IMAGE[0]}),
    ],
)  # fmt: skip
def test_refuses(says, function, changes):
    refused(says, function, **CALLS[function].but(**changes))


def test_masked_and_unconvertible_arrays_are_refused(torch):
    image, kernel = np.ones((1, 3, 3)), np.ones((1, 1, 2, 2))
    learned = torch.ones(1, 3, 3, requires_grad=True)
    for wrong in (np.ma.masked_array(image, image > 0), learned):
        refused(("input must",), unfold, wrong, 2)
        refused(("input must",), conv2d, wrong, kernel)


def test_infinite_weights_make_no_warning():
    """Taps that meet on one pixel are added, and opposite infinities make no number."""
    weight = np.array([[[[np.inf, 0, 0], [0, -np.inf, 0], [0, 0, 0]]]])
    assert np.isnan(convolution_matrix(weight, 1, padding=1, padding_mode="replicate")).all()


# Huge sizes, and whose argument it is


LARGE, ONES = np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3))


@pytest.mark.parametrize(
    ("says", "call"),
    [
        (("padding", 3, (2, 2)),
         lambda: convolution_matrix(ONES, 2, padding=3, padding_mode="circular")),
        (("padding", 3, (2, 2)),
         lambda: convolution_matrix(ONES, 3, padding=3, padding_mode="reflect")),
        (("weight_size", 7), lambda: conv2d_weight(LARGE, (1, 1, 7, 7), LARGE)),
        (("input", "weight_size", 2), lambda: conv2d_weight(LARGE, (1, 2, 3, 3), LARGE)),
        (("weight_size", "groups", 2), lambda: conv2d_weight(LARGE, (1, 1, 3, 3), LARGE, groups=2)),
        (("input_size", 2**40), lambda: convolution_matrix(ONES, 2**40)),
        (("input_size", 2**40), lambda: conv2d_input((1, 1, 2**40, 2**40), ONES, LARGE)),
        (("weight_size", 2**40), lambda: conv2d_weight(LARGE, (1, 1, 2**40, 3), LARGE)),
        (("stride", 2**40), lambda: conv_transpose2d(LARGE, ONES, stride=2**40)),
        (("padding", 2**40), lambda: unfold(LARGE, 3, padding=2**40)),
    ],
)  # fmt: skip
def test_a_refusal_names_the_callers_argument(says, call):
    refused(says, call)


@pytest.mark.parametrize("stride", [1, 2])
def test_fold_rounds_half_precision_once(stride):
    columns = numbers(np.random.default_rng(0), (2, 3 * 49, (9 - stride) ** 2), "float16")
    size = stride * (8 - stride) + 7
    expected = fold(columns.astype("float32"), size, 7, stride=stride).astype("float16")
    same(ours(fold, columns, size, 7, stride=stride), expected)
