"""The stride chapter's functions: output_size, receptive_field, budget."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook import (
    Cost,
    Layer,
    budget,
    conv2d,
    conv2d_input,
    max_pool2d,
    output_size,
    receptive_field,
)
from oracles import refused
from strategies import both, convolutions, reach, sizes


@given(
    n=st.integers(1, 40), k=st.integers(1, 9), s=st.integers(1, 9), p=st.integers(0, 9),
    d=st.integers(1, 5),
)  # fmt: skip
def test_counts_the_positions(n, k, s, p, d):
    starts = range(-p, n + p, s)
    count = sum(start + (k - 1) * d < n + p for start in starts)
    if count:
        size = output_size(n, k, s, p, d)
        assert (type(size), size) == (int, count)
    else:
        refused(("kernel_size", k), output_size, n, k, s, p, d)


@given(call=convolutions())
def test_is_the_size_of_conv2d(call):
    sizes = {name: call[name] for name in ("stride", "padding", "dilation")}
    size = output_size(call["input"].shape[-2:], call["weight"].shape[-2:], **sizes)
    assert size == conv2d(**call).shape[-2:]


@given(call=convolutions())
def test_is_the_shape_of_torch(torch, call):
    """On torch's meta device a shape costs no arithmetic."""
    sizes = {name: call[name] for name in ("stride", "padding", "dilation", "groups")}
    arrays = [torch.empty(call[name].shape, device="meta") for name in ("input", "weight")]
    with warnings.catch_warnings(action="ignore"):
        shape = tuple(torch.nn.functional.conv2d(*arrays, **sizes).shape[-2:])
    del sizes["groups"]
    assert output_size(call["input"].shape[-2:], call["weight"].shape[-2:], **sizes) == shape


@pytest.mark.parametrize("pair", [(5, 5), [5, 5], (np.int64(5), 5)])
@pytest.mark.parametrize("place", range(5))
def test_any_pair_gives_a_pair(place, pair):
    sizes = [5, 1, 1, 0, 1]
    pair = pair if place == 0 else type(pair)([sizes[place]] * 2)
    assert output_size(*[pair if i == place else size for i, size in enumerate(sizes)]) == (5, 5)


def test_ints_give_an_int():
    assert type(output_size(np.int32(5), np.uint8(3))) is int
    assert output_size(5, 2, padding="same") == 5
    assert output_size(5, 2, padding="valid") == 4


@pytest.mark.parametrize("name", ["input_size", "kernel_size", "stride", "padding", "dilation"])
@pytest.mark.parametrize("wrong", [-1, 1.0, True, (1, -1), (1,), (1, 2, 3), "3", None, {1, 2}])
def test_refuses_what_is_no_size(name, wrong):
    sizes = {"input_size": 5, "kernel_size": 3, name: wrong}
    refused((name, repr(wrong)), output_size, **sizes)


@pytest.mark.parametrize("name", ["input_size", "kernel_size", "stride", "dilation"])
def test_refuses_zero(name):
    refused((name, 0), output_size, **{"input_size": 5, "kernel_size": 3, name: 0})


def test_refuses_same_with_a_stride():
    refused(("padding", "stride", (2, 2)), output_size, 5, 3, stride=2, padding="same")


def test_reach_of_the_strategies_is_the_formula():
    """The strategies count with their own formula; the smallest input that fits gives size 1."""
    for k, d in np.ndindex(5, 5):
        assert output_size(reach(k + 1, d + 1), k + 1, dilation=d + 1) == 1
    assert both(3) == (3, 3)


# -- receptive_field ---------------------------------------------------------

layers_of_ints = st.lists(
    st.builds(
        Layer,
        kernel_size=st.integers(1, 4),
        stride=st.integers(1, 3),
        padding=st.integers(0, 3),
        dilation=st.integers(1, 3),
    ),
    min_size=1,
    max_size=4,
)


@given(layers=layers_of_ints)
def test_a_receptive_field_has_the_closed_form(layers):
    """Equations 2 and 3 of Araujo, Norris and Sim 2019, with dilated kernels spelled out."""
    kernels = [reach(layer.kernel_size, layer.dilation) for layer in layers]
    strides = [layer.stride for layer in layers]
    for depth, field in enumerate(receptive_field(layers), 1):
        jumps = [int(np.prod(strides[:below])) for below in range(depth)]
        known = [*zip(kernels, jumps, layers, strict=False)]
        assert field.size == 1 + sum((k - 1) * jump for k, jump, _ in known)
        assert field.jump == np.prod(strides[:depth])
        left = -sum(layer.padding * jump for _, jump, layer in known)
        assert field.start == left + (field.size - 1) / 2


def support(layers, shape, at):
    """The pixels on which one output depends: the gradient's support, all weights being 1."""
    sizes = [shape]
    for layer in layers:
        sizes.append(output_size(sizes[-1], *layer[:4]))
    gradient = np.zeros((1, 1, *sizes[-1]))
    gradient[0, 0, *at] = 1
    for size, layer in zip(sizes[-2::-1], layers[::-1], strict=True):
        k_h, k_w = both(layer.kernel_size)
        gradient = conv2d_input((1, 1, *size), np.ones((1, 1, k_h, k_w)), gradient, *layer[1:4])
    return np.nonzero(gradient[0, 0])


@given(
    layers=st.lists(
        st.builds(
            Layer,
            kernel_size=sizes(1, 3), stride=sizes(1, 2), padding=sizes(0, 2), dilation=sizes(1, 2),
        ),
        min_size=1, max_size=3,
    ),
    data=st.data(),
)  # fmt: skip
def test_a_receptive_field_is_the_support_of_the_gradient(layers, data):
    shape = (70, 75)
    field = [both_floats(entry) for entry in receptive_field(layers)[-1]]
    out = shape
    for layer in layers:
        out = output_size(out, *layer[:4])
        out = out if isinstance(out, tuple) else (out, out)
    at = tuple(data.draw(st.integers(0, n - 1)) for n in out)
    extents, jumps, starts = map(np.array, field)
    first = starts + at * jumps - (extents - 1) / 2
    last = first + extents - 1
    seen = np.array(support(layers, shape, at))
    if (first >= 0).all() and (last < shape).all():
        assert (seen.min(axis=1) == first).all()
        assert (seen.max(axis=1) == last).all()
    else:
        assert (seen >= first[:, None]).all()
        assert (seen <= last[:, None]).all()


def both_floats(entry):
    return entry if isinstance(entry, tuple) else (entry, entry)


def test_receptive_fields_of_the_chapter():
    halving = receptive_field([Layer(3, stride=2, padding=1)] * 5)
    assert [field.size for field in halving] == [3, 7, 15, 31, 63]
    assert [field.jump for field in halving] == [2, 4, 8, 16, 32]
    sheet = receptive_field([Layer(3), Layer(3), Layer(2, stride=2)])
    assert [field.size for field in sheet] == [3, 5, 6]
    assert [field.start for field in sheet] == [1, 2, 2.5]


def test_same_padding_counts_towards_the_start():
    assert receptive_field([Layer(2, padding="same")])[0].start == 0.5
    assert receptive_field([Layer(3, padding="same", dilation=2)])[0].start == 0
    assert receptive_field([Layer(3, padding="valid")])[0].start == 1


def test_any_pair_makes_every_entry_a_pair():
    square, wide = receptive_field([Layer(3), Layer((1, 5))])
    assert square == ((3, 3), (1, 1), (1, 1))
    assert wide == ((3, 7), (1, 1), (1, 3))


def test_a_field_of_no_layers_is_no_field():
    assert receptive_field([]) == budget([], (3, 8, 8)) == []


# -- budget ------------------------------------------------------------------


@given(call=convolutions(), itemsize=st.integers(1, 8))
def test_a_budget_counts_what_conv2d_makes(call, itemsize):
    image, weight = call["input"], call["weight"]
    if image.ndim == 4:
        image = np.ones(image.shape[1:])
    layer = Layer(weight.shape[2:], call["stride"], call["padding"], call["dilation"],
                  len(weight), call["groups"], call["bias"] is not None)  # fmt: skip
    (cost,) = budget([layer], image.shape, itemsize)
    k_h, k_w = weight.shape[2:]
    sizes = {name: call[name] for name in ("stride", "padding", "dilation", "groups")}
    made = conv2d(image, np.ones_like(weight, dtype=image.dtype), **sizes)
    assert cost.shape == made.shape
    assert cost.activations == made.size
    assert cost.bytes == made.size * itemsize
    assert cost.multiply_adds == made.size * weight.shape[1] * k_h * k_w
    bias = 0 if call["bias"] is None else call["bias"].size
    assert cost.parameters == weight.size + bias


def test_a_budget_counts_the_products_one_by_one():
    layer = Layer(3, 2, 0, 1, 4, bias=False)
    (cost,) = budget([layer], (2, 9, 11))
    products = sum(conv2d(np.ones((2, 9, 11)), np.ones((4, 2, 3, 3)), stride=2).ravel())
    assert cost.multiply_adds == products


def test_pooling_keeps_channels_and_costs_no_products():
    (cost,) = budget([Layer(3, 2, 1)], (5, 9, 8))
    assert cost == Cost(max_pool2d(np.ones((5, 9, 8)), 3, 2, 1).shape, 5 * 5 * 4, 400, 0, 0)


def test_numbers_of_the_chapter():
    first, _, last = budget(
        [Layer(3, padding=1, channels=16), Layer(3, stride=2, padding=1, channels=32),
         Layer(3, padding=1, channels=32)],
        (16, 224, 224),
    )  # fmt: skip
    assert (first.activations, last.activations) == (802_816, 401_408)
    assert first.multiply_adds == last.multiply_adds == 115_605_504


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_parameters_are_those_of_torch(torch, groups):
    module = torch.nn.Conv2d(4, 8, (3, 5), groups=groups)
    (cost,) = budget([Layer((3, 5), channels=8, groups=groups)], (4, 9, 9))
    assert cost.parameters == sum(p.numel() for p in module.parameters())


def test_a_vgg_costs_what_torch_counts(torch):
    """Thirteen convolutions, five poolings and three dense layers: 138 million parameters."""
    counts = [64, 64, None, 128, 128, None, *[256] * 3, None, *[512] * 3, None, *[512] * 3, None]
    layers = [Layer(3, padding=1, channels=c) if c else Layer(2, stride=2) for c in counts]
    layers += [Layer(7, channels=4096), Layer(1, channels=4096), Layer(1, channels=1000)]
    costs = budget(layers, (3, 224, 224))
    assert sum(cost.parameters for cost in costs) == 138_357_544
    image = torch.empty(1, 3, 224, 224, device="meta")
    for layer, cost in zip(layers, costs, strict=True):
        k, s, p, _, c, *_ = layer
        module = torch.nn.Conv2d(image.shape[1], c, k, s, p) if c else torch.nn.MaxPool2d(k, s, p)
        image = module.to("meta")(image)
        assert cost.shape == image.shape[1:]


# -- What both refuse --------------------------------------------------------

both_functions = pytest.mark.parametrize(
    "function", [receptive_field, lambda layers: budget(layers, (3, 9, 9))]
)


@both_functions
@pytest.mark.parametrize("wrong", [None, 3, Layer(3), [3], [(3, 1)], {Layer(3)}, "ab"])
def test_refuses_what_is_no_network(function, wrong):
    refused(("layers", "Layer"), function, wrong)


@both_functions
@pytest.mark.parametrize(
    ("name", "value"),
    [("kernel_size", 0), ("kernel_size", "3"), ("stride", 0), ("stride", (1, 2, 3)),
     ("padding", -1), ("padding", "full"), ("dilation", 1.0), ("dilation", True)],
)  # fmt: skip
def test_refuses_a_wrong_size_and_names_the_layer(function, name, value):
    layer = Layer(3, channels=3)._replace(**{name: value})
    refused(("layers[1]", name, repr(value)), function, [Layer(3), layer])


@both_functions
def test_refuses_same_padding_with_a_stride_in_a_layer(function):
    refused(("layers[0]", "padding", "stride"), function, [Layer(3, 2, "same")])


def test_refuses_a_kernel_that_does_not_fit():
    refused(("layers[1]", "kernel_size", (7, 7)), budget, [Layer(3), Layer(7)], (1, 8, 8))


@pytest.mark.parametrize("wrong", [None, 8, (8, 8), (1, 8, 0), (1, 8, 8.0), (1, 1, 8, 8), "abc"])
def test_refuses_a_wrong_shape(wrong):
    refused(("input_shape",), budget, [Layer(3)], wrong)


@pytest.mark.parametrize("wrong", [0, -4, 4.0, True, None])
def test_refuses_a_wrong_itemsize(wrong):
    refused(("itemsize", wrong), budget, [Layer(3)], (1, 8, 8), wrong)


@pytest.mark.parametrize(
    ("channels", "groups", "says"),
    [(0, 1, "layers[0].channels"), (2.0, 1, "layers[0].channels"), (4, 0, "layers[0].groups"),
     (4, 3, "layers[0].channels"), (3, 3, "layers[0].groups")],
)  # fmt: skip
def test_refuses_channels_that_do_not_split(channels, groups, says):
    refused((says,), budget, [Layer(3, channels=channels, groups=groups)], (4, 8, 8))
