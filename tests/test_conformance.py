"""convbook against ONNX: the project's own operator cases, and onnxruntime on random calls."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

from convbook import avg_pool2d, conv2d, conv_transpose2d, fold, max_pool2d, pad
from oracles import ours, same
from requirements import need
from strategies import Call, both, convolutions, paddings, reach, transposed, windows

onnx = need("onnx")
helper, numpy_helper = need("onnx.helper"), need("onnx.numpy_helper")

MODES = {"constant": "constant", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}

VOLUME = "three spatial axes; convbook has two"
CEIL = "ceil_mode; convbook rounds down, as PyTorch does by default"
GRAPH = "not one operator: Unsqueeze and Squeeze stand around it"
NOT_EXPRESSIBLE = {
    "test_averagepool_3d_default": VOLUME,
    "test_averagepool_3d_dilations_small": VOLUME,
    **{
        f"test_averagepool_3d_dilations_large_count_include_pad_is_{n}_ceil_mode_is_{ceil}": VOLUME
        for n in (0, 1)
        for ceil in (True, False)
    },
    "test_averagepool_2d_ceil": CEIL,
    "test_averagepool_2d_ceil_last_window_starts_on_pad": CEIL,
    "test_averagepool_2d_dilations": "dilated averages; PyTorch's avg_pool2d has no dilation",
    "test_col2im_5d": VOLUME,
    "test_convtranspose_3d": VOLUME,
    "test_maxpool_3d_default": VOLUME,
    "test_maxpool_3d_dilations": VOLUME,
    "test_maxpool_3d_dilations_use_ref_impl": VOLUME,
    "test_maxpool_3d_dilations_use_ref_impl_large": VOLUME,
    "test_maxpool_2d_ceil": CEIL,
    "test_maxpool_2d_ceil_output_size_reduce_by_one": CEIL,
    "test_AvgPool1d": GRAPH,
    "test_AvgPool1d_stride": GRAPH,
    "test_AvgPool3d": VOLUME,
    "test_AvgPool3d_stride": VOLUME,
    "test_AvgPool3d_stride1_pad0_gpu_input": VOLUME,
    "test_Conv3d": VOLUME,
    "test_Conv3d_dilated": VOLUME,
    "test_Conv3d_dilated_strided": VOLUME,
    "test_Conv3d_groups": VOLUME,
    "test_Conv3d_no_bias": VOLUME,
    "test_Conv3d_stride": VOLUME,
    "test_Conv3d_stride_padding": VOLUME,
    "test_MaxPool3d": VOLUME,
    "test_MaxPool3d_stride": VOLUME,
    "test_MaxPool3d_stride_padding": VOLUME,
}


# ONNX's operators in the words of convbook. Each pops the attributes it understands.


def flat(pads: list[int]) -> tuple[int, int, int, int]:
    """ONNX's pads, all beginnings before all ends, in the order of `pad`."""
    top, left, bottom, right = pads
    return left, right, top, bottom


def sides_of(attributes: dict, size: tuple[int, int], spans: list[int], strides: list[int]) -> Any:
    """Padding on the four sides, computed if auto_pad asks for it."""
    auto = attributes.pop("auto_pad", "NOTSET")
    pads = attributes.pop("pads", [0, 0, 0, 0])
    if auto == "NOTSET":
        return flat(pads)
    total = [
        max(0, (-(-n // s) - 1) * s + span - n)
        for n, span, s in zip(size, spans, strides, strict=True)
    ]
    less, more = [n // 2 for n in total], [n - n // 2 for n in total]
    return flat(less + more if auto == "SAME_UPPER" else more + less)


def symmetric(sides: tuple[int, int, int, int]) -> tuple[int, int] | None:
    left, right, top, bottom = sides
    return (top, left) if (left, top) == (right, bottom) else None


def run_conv(attributes: dict, x: np.ndarray, w: np.ndarray, bias: Any = None) -> np.ndarray:
    strides, dilations, groups = (
        attributes.pop(name, default)
        for name, default in [("strides", [1, 1]), ("dilations", [1, 1]), ("group", 1)]
    )
    kernel = w.shape[2:]
    assert tuple(attributes.pop("kernel_shape", kernel)) == kernel
    spans = [*map(reach, kernel, dilations)]
    sides = sides_of(attributes, x.shape[2:], spans, strides)
    if (padding := symmetric(sides)) is None:
        x, padding = pad(x, sides), (0, 0)
    return ours(conv2d, x, w, bias, strides, padding, dilations, groups)


def run_conv_integer(attributes, x, w, x_zero=0, w_zero=0):
    w_zero = np.asarray(w_zero, "int32").reshape(-1, 1, 1, 1)
    return run_conv(attributes, x.astype("int32") - np.int32(x_zero), w.astype("int32") - w_zero)


def run_conv_transpose(attributes, x, w, bias=None):
    strides, dilations, groups, extra, shape, auto = (
        attributes.pop(name, default)
        for name, default in [
            ("strides", [1, 1]), ("dilations", [1, 1]), ("group", 1), ("output_padding", [0, 0]),
            ("output_shape", None), ("auto_pad", "NOTSET"),
        ]
    )  # fmt: skip
    kernel = w.shape[2:]
    assert tuple(attributes.pop("kernel_shape", kernel)) == kernel
    top, left, bottom, right = attributes.pop("pads", [0, 0, 0, 0])
    if auto == "SAME_UPPER":
        shape = [n * s for n, s in zip(x.shape[2:], strides, strict=True)]
    if shape:
        full = conv_transpose2d(x, w, bias, strides, 0, extra, groups, dilations).shape[2:]
        total = [have - want for have, want in zip(full, shape, strict=True)]
        extra = [n - min(0, t) for n, t in zip(extra, total, strict=True)]
        top, left = (max(0, t) // 2 for t in total)
        bottom, right = (max(0, t) - max(0, t) // 2 for t in total)
    if (top, left) == (bottom, right):
        return ours(conv_transpose2d, x, w, bias, strides, (top, left), extra, groups, dilations)
    full = ours(conv_transpose2d, x, w, bias, strides, 0, extra, groups, dilations)
    return full[..., top : full.shape[2] - bottom, left : full.shape[3] - right]


def pool_arguments(attributes: dict, x: np.ndarray) -> tuple[Any, ...]:
    kernel = attributes.pop("kernel_shape")
    strides = attributes.pop("strides", [1, 1])
    dilations = attributes.pop("dilations", [1, 1])
    assert not attributes.pop("ceil_mode", 0)
    sides = sides_of(attributes, x.shape[2:], [*map(reach, kernel, dilations)], strides)
    padding = symmetric(sides)
    if padding is None or any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        padding = None
    return kernel, strides, dilations, sides, padding


def run_max_pool(attributes, x):
    attributes.pop("storage_order", 0)  # of the indices, which convbook does not return
    kernel, strides, dilations, sides, padding = pool_arguments(attributes, x)
    if padding is None:
        lowest = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf
        x, padding = pad(x, sides, value=lowest), (0, 0)
    return ours(max_pool2d, x, kernel, strides, padding, dilations)


def run_average_pool(attributes, x):
    counts_padding = attributes.pop("count_include_pad", 0)
    kernel, strides, dilations, sides, padding = pool_arguments(attributes, x)
    assert dilations == [1, 1]
    if padding is None or not counts_padding:
        share = 1 if counts_padding else avg_pool2d(pad(np.ones_like(x), sides), kernel, strides)
        return ours(avg_pool2d, pad(x, sides), kernel, strides) / share
    return ours(avg_pool2d, x, kernel, strides, padding)


def run_global(pool):
    return lambda attributes, x: ours(pool, x, x.shape[2:])


def run_col2im(attributes, columns, size, kernel):
    padding = symmetric(flat(attributes.pop("pads", [0, 0, 0, 0])))
    dilations, strides = (attributes.pop(name, [1, 1]) for name in ("dilations", "strides"))
    return ours(fold, columns, size.tolist(), kernel.tolist(), dilations, padding, strides)


def run_pad(attributes, x, pads=None, value=None, axes=None):
    pads = attributes.pop("pads", None) if pads is None else pads.tolist()
    value = attributes.pop("value", None) if value is None else value.item()
    axes = range(x.ndim) if axes is None else [axis % x.ndim for axis in axes.tolist()]
    amounts = dict.fromkeys(range(x.ndim), (0, 0))
    amounts |= zip(axes, zip(pads[: len(axes)], pads[len(axes) :], strict=True), strict=True)
    assert not any(sum(amounts[axis]) for axis in range(x.ndim - 2))
    mode = MODES[attributes.pop("mode", "constant")]
    sides = amounts[x.ndim - 1] + amounts[x.ndim - 2]
    return ours(pad, x, sides, mode, *([value] if mode == "constant" else []))


OPERATORS = {
    "Conv": run_conv,
    "ConvInteger": run_conv_integer,
    "ConvTranspose": run_conv_transpose,
    "MaxPool": run_max_pool,
    "AveragePool": run_average_pool,
    "GlobalMaxPool": run_global(max_pool2d),
    "GlobalAveragePool": run_global(avg_pool2d),
    "Col2Im": run_col2im,
    "Pad": run_pad,
}


def run(node: Any, arrays: list[Any]) -> np.ndarray:
    """Run one ONNX node on convbook; a row of pixels is an image of height 1."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    attributes = {k: v.decode() if isinstance(v, bytes) else v for k, v in attributes.items()}
    row = arrays[0].ndim == 3 and node.op_type != "Col2Im"
    if row:
        arrays = [a[:, :, None] if getattr(a, "ndim", 0) == 3 else a for a in arrays]
        before = {"strides": [1], "dilations": [1], "kernel_shape": [1], "output_padding": [0]}
        attributes |= {k: before[k] + v for k, v in attributes.items() if k in before}
        if pads := attributes.get("pads"):
            attributes["pads"] = [0, pads[0], 0, pads[1]]
    result = OPERATORS[node.op_type](attributes, *arrays)
    assert not attributes, f"not understood: {attributes}"
    return result[:, :, 0] if row else result


# The cases that the onnx package ships


def tensor(path: Path) -> np.ndarray:
    return numpy_helper.to_array(onnx.load_tensor(path))


@cache
def shipped(kind: str) -> list[tuple[str, Any, list[Any], np.ndarray, float, float]]:
    """All cases of a kind that hold one of our operators: name, model, inputs, first output."""
    if kind == "node":
        module = need("onnx.backend.test.case.node")
        for operator in OPERATORS:
            need(f"{module.__name__}.{operator.lower()}")
        cases = module._NodeTestCases
    else:
        cases = need("onnx.backend.test.loader").load_model_tests(kind=kind)
    found = []
    for case in sorted(cases, key=lambda case: case.name):
        folder = Path(case.model_dir or ".")
        model = case.model or onnx.load(folder / "model.onnx")
        if {node.op_type for node in model.graph.node}.isdisjoint(OPERATORS):
            continue
        if case.data_sets:
            inputs, outputs = case.data_sets[0]
        else:
            data = folder / "test_data_set_0"
            inputs = [tensor(data / f"input_{i}.pb") for i in range(len([*data.glob("input_*")]))]
            outputs = [tensor(data / "output_0.pb")]
        found.append((case.name, model.graph, inputs, outputs[0], case.rtol, case.atol))
    return found


@pytest.mark.parametrize(
    ("kind", "least"), [("node", 45), ("pytorch-converted", 25), ("pytorch-operator", 4)]
)
def test_shipped_cases(subtests, kind, least):
    """A case that the table does not list is run: none is silently left out."""
    run_so_far = 0
    for name, graph, inputs, expected, rtol, atol in shipped(kind):
        if name in NOT_EXPRESSIBLE:
            continue
        with subtests.test(name):
            (node,) = graph.node
            known = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
            names = [i.name for i in graph.input if i.name not in known]
            known |= zip(names, inputs, strict=True)
            result = run(node, [known[key] if key else None for key in node.input])
            assert (result.shape, result.dtype) == (expected.shape, expected.dtype)
            np.testing.assert_allclose(result, expected, rtol, atol)
        run_so_far += 1
    assert run_so_far >= least


# onnxruntime on random calls


def onnxruntime(operator: str, arrays: dict[str, np.ndarray], **attributes: Any) -> np.ndarray:
    """Run one operator in onnxruntime."""
    runtime = need("onnxruntime")
    kinds = {n: helper.np_dtype_to_tensor_dtype(a.dtype) for n, a in arrays.items()}
    first = next(iter(arrays))
    graph = helper.make_graph(
        [helper.make_node(operator, [*arrays], ["out"], **attributes)],
        operator,
        [helper.make_tensor_value_info(n, kinds[n], a.shape) for n, a in arrays.items()],
        [helper.make_tensor_value_info("out", kinds[first], None)],
    )
    opset = [helper.make_opsetid("", 19)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = runtime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {n: np.ascontiguousarray(a) for n, a in arrays.items()})[0]


def agree(result: np.ndarray, operator: str, arrays: dict, terms: int = 0, **attributes) -> None:
    """Compare with onnxruntime; the scale of the rounding is its answer to absolute values."""
    expected = onnxruntime(operator, arrays, **attributes)
    absolute = {name: abs(array) for name, array in arrays.items()}
    same(result, expected, terms, onnxruntime(operator, absolute, **attributes) if terms else 0)


def batched(call: Call) -> Call:
    assume(call["input"].size)
    return call.but(input=call["input"].reshape(-1, *call["input"].shape[-3:]))


def tensors(call: Call) -> dict[str, np.ndarray]:
    return {name: value for name, value in call.items() if isinstance(value, np.ndarray)}


def shared(call: Call) -> dict[str, Any]:
    names = {"stride": "strides", "dilation": "dilations", "kernel_size": "kernel_shape"}
    return {names[name]: both(value) for name, value in call.items() if name in names}


@given(call=convolutions(("float32",), words=False))
def test_conv2d_equals_onnxruntime(call):
    call = batched(call)
    options = shared(call) | {"pads": both(call["padding"]) * 2, "group": call["groups"]}
    agree(ours(conv2d, **call), "Conv", tensors(call), call["weight"][0].size + 1, **options)


@given(call=transposed(("float32",)))
def test_conv_transpose2d_equals_onnxruntime(call):
    call = batched(call)
    options = shared(call) | {"pads": both(call["padding"]) * 2, "group": call["groups"]}
    options["output_padding"] = both(call["output_padding"])  # ONNX bounds it by the stride alone
    assume(all(n < s for n, s in zip(options["output_padding"], options["strides"], strict=True)))
    result, terms = ours(conv_transpose2d, **call), call["weight"].size + 1
    agree(result, "ConvTranspose", tensors(call), terms, **options)


@given(call=windows(("float32", "float64"), "max"))
def test_max_pool2d_equals_onnxruntime(call):
    call = batched(call).but(stride=call["stride"] or call["kernel_size"])
    result = ours(max_pool2d, **call)
    # Where a dilated window meets padding alone, onnxruntime starts from the lowest finite number.
    result[np.isneginf(result)] = np.finfo(result.dtype).min
    agree(result, "MaxPool", tensors(call), **shared(call), pads=both(call["padding"]) * 2)


@given(call=windows(("float32",), "avg"))
def test_avg_pool2d_equals_onnxruntime(call):
    call = batched(call).but(stride=call["stride"] or call["kernel_size"])
    options = shared(call) | {"pads": both(call["padding"]) * 2, "count_include_pad": 1}
    terms = int(np.prod(both(call["kernel_size"]))) + 1
    agree(ours(avg_pool2d, **call), "AveragePool", tensors(call), terms, **options)


@given(call=paddings(("float32", "int32", "int64", "uint8")))
def test_pad_equals_onnxruntime(call):
    call = batched(call)
    left, right, top, bottom = [*call["pad"], 0, 0][:4]
    amounts = np.array([0, 0, top, left, 0, 0, bottom, right])
    value = np.array(call.get("value", 0), call["input"].dtype)
    mode = {ours: theirs for theirs, ours in MODES.items()}[call["mode"]]
    call["pad"] = (left, right, top, bottom)
    arrays = {"data": call["input"], "pads": amounts, "value": value}
    agree(ours(pad, **call), "Pad", arrays, mode=mode)
