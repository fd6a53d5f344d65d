"""The filters chapter's network against torch and finite differences, and what looks inside it."""

import copy
import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from convbook import (
    FILTER_KINDS,
    SGD,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    Linear,
    MaxPool2d,
    Module,
    Parameter,
    ReLU,
    Sequential,
    convolution_matrix,
    cross_entropy,
    deconvnet,
    filter_kind,
    filter_traits,
    kmeans_filters,
    linear,
    max_pool2d,
    max_pool2d_with_indices,
    max_unpool2d,
    occlusion_map,
    relu,
    softmax,
    top_activations,
    train_epoch,
)
from convbook.filters.patches import even_out, spherical_kmeans, whiten
from oracles import inner, ours, refused, theirs
from requirements import need
from strategies import FLOATS, INTEGERS, numbers, windows

seeds = st.integers(0, 999)


def rng(seed=0):
    return np.random.default_rng(seed)


# -- The functions -----------------------------------------------------------


@pytest.mark.parametrize("dtype", [*FLOATS, "int8", "int64"])
def test_relu_is_torchs(torch, dtype):
    x = numbers(rng(), (2, 3, 4, 5), dtype)
    np.testing.assert_array_equal(ours(relu, x), theirs(torch, torch.nn.functional.relu, x))
    assert relu(x).dtype == x.dtype


def test_relu_keeps_a_nan():
    np.testing.assert_array_equal(relu(np.array([np.nan, -np.inf, np.inf])), [np.nan, 0, np.inf])


@given(seed=seeds, batch=st.sampled_from([(), (0,), (3,), (2, 3)]), bias=st.booleans())
def test_linear_is_torchs(torch, seed, batch, bias):
    draw = rng(seed)
    given_ = (draw.standard_normal((*batch, 5)), draw.standard_normal((4, 5)))
    given_ += (draw.standard_normal(4),) if bias else ()
    expected = theirs(torch, torch.nn.functional.linear, *given_)
    np.testing.assert_allclose(ours(linear, *given_), expected, rtol=1e-12, atol=1e-12)


@given(seed=seeds, dim=st.integers(-3, 2), scale=st.sampled_from([1, 1e3]))
def test_softmax_is_torchs(torch, seed, dim, scale):
    x = scale * rng(seed).standard_normal((2, 3, 4))
    expected = theirs(torch, lambda t: torch.nn.functional.softmax(t, dim), x)
    np.testing.assert_allclose(ours(softmax, x, dim), expected, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(softmax(x, dim).sum(axis=dim), 1)


@given(seed=seeds, dtype=st.sampled_from(FLOATS))
def test_cross_entropy_is_torchs(torch, seed, dtype):
    scores = (9 * rng(seed).standard_normal((6, 4))).astype(dtype)
    target = rng(seed).integers(0, 4, 6)
    expected = theirs(torch, torch.nn.functional.cross_entropy, scores, target)
    assert cross_entropy(scores, target) == pytest.approx(float(expected), rel=1e-5)
    assert type(cross_entropy(scores, target)) is float


POOLING = ("kernel_size", "stride", "padding", "dilation")


@given(call=windows((*FLOATS, *INTEGERS[::2]), pool="max"))
def test_switches_are_torchs(torch, call):
    output, indices = max_pool2d_with_indices(**call)
    native = torch.nn.functional.max_pool2d_with_indices
    image = np.ascontiguousarray(call["input"]).astype(float)  # torch pools no small integers
    if image.size and len(np.unique(image)) == image.size:  # torch does not say which of equals
        expected = native(
            torch.from_numpy(image), **{k: v for k, v in call.items() if k != "input"}
        )
        empty = np.isneginf(expected[0].numpy())  # a window between pixels; torch points anywhere
        np.testing.assert_array_equal(indices, np.where(empty, -1, expected[1].numpy()))
    np.testing.assert_array_equal(output, max_pool2d(**call))


@given(call=windows(("int8",), pool="max"))
def test_a_switch_points_at_the_maximum(call):
    """Also where many elements are equal, or as low as the dtype goes."""
    low = call.but(dilation=1, input=np.where(call["input"] > 0, np.int8(-128), np.int8(-127)))
    output, indices = max_pool2d_with_indices(**low)
    planes, flat = (
        a.reshape(*a.shape[:-2], np.prod(a.shape[-2:])) for a in (low["input"], indices)
    )
    found = np.take_along_axis(planes, flat, -1).reshape(output.shape)
    np.testing.assert_array_equal(found, output)


def test_of_equal_elements_the_first_wins():
    assert max_pool2d_with_indices(np.ones((1, 2, 2)), 2)[1].item() == 0
    everywhere = np.full((1, 2, 2), -np.inf)
    assert max_pool2d_with_indices(everywhere, 2, 1, 1)[1][0].tolist() == [
        [0, 0, 1], [0, 0, 1], [2, 2, 3]]  # fmt: skip


def test_a_window_that_meets_no_pixel_has_no_switch():
    output, indices = max_pool2d_with_indices(np.ones((1, 3, 1)), 2, 1, (0, 1), dilation=2)
    assert output.tolist() == [[[-np.inf]]]
    assert indices.tolist() == [[[-1]]]


def test_onnx_counts_through_the_batch():
    """What the page on conventions says of it."""
    helper, ort = need("onnx").helper, need("onnxruntime")
    node = helper.make_node("MaxPool", ["x"], ["y", "i"], kernel_shape=[2, 2], strides=[2, 2])
    values = [helper.make_tensor_value_info(name, kind, None)
              for name, kind in (("x", 1), ("y", 1), ("i", 7))]  # fmt: skip
    graph = helper.make_graph([node], "pool", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    image = rng().standard_normal((2, 3, 4, 6)).astype(np.float32)
    output, counted = session.run(None, {"x": image})
    mine, indices = max_pool2d_with_indices(image, 2)
    np.testing.assert_array_equal(output, mine)
    np.testing.assert_array_equal(counted, indices + 24 * np.arange(6).reshape(2, 3, 1, 1))


def test_the_switch_of_a_nan_points_at_it():
    image = np.array([[[1.0, np.nan], [3, 4]]])
    assert max_pool2d_with_indices(image, 2)[1].item() == 1


@given(seed=seeds, kernel=st.integers(1, 3), extra=st.integers(0, 2))
def test_unpooling_is_torchs(torch, seed, kernel, extra):
    """Windows that touch but do not overlap, on pictures that they need not fill."""
    size = 3 * kernel + min(extra, kernel - 1)
    image = rng(seed).standard_normal((2, 3, size, size))
    output, indices = max_pool2d_with_indices(image, kernel)
    given_ = output, indices, kernel, None, 0, (size, size)
    expected = theirs(torch, torch.nn.functional.max_unpool2d, *given_)
    np.testing.assert_array_equal(ours(max_unpool2d, *given_), expected)


@given(seed=seeds, kernel=st.integers(1, 4))
def test_switches_restore_the_positions_of_the_maxima(seed, kernel):
    image = 1 + rng(seed).random((2, 3, 3 * kernel, 3 * kernel))
    output, indices = max_pool2d_with_indices(image, kernel)
    restored = max_unpool2d(output, indices, kernel)
    kept = restored != 0
    np.testing.assert_array_equal(restored[kept], image[kept])
    assert kept.sum() == output.size
    np.testing.assert_array_equal(max_pool2d(restored, kernel), output)
    np.testing.assert_array_equal(max_pool2d_with_indices(restored, kernel)[1], indices)


def test_unpooling_leaves_the_size_to_be_told():
    image = rng().standard_normal((1, 5, 4))
    output, indices = max_pool2d_with_indices(image, 2)
    assert max_unpool2d(output, indices, 2, output_size=(5, 4)).shape == (1, 5, 4)
    assert max_unpool2d(output, indices * 0, 2).shape == (1, 4, 4)


@pytest.mark.parametrize("function", ["linear", "softmax"])
def test_half_precision_is_rounded_once(function):
    """But for the few numbers that two roundings, to single and to half, round otherwise."""
    source = rng()
    x, w, b = (source.standard_normal(shape).astype("f2") for shape in ((99, 64), (40, 64), (40,)))
    given_ = {"linear": (x, w, b), "softmax": (x, 1)}[function]
    wide = [a.astype(float) if isinstance(a, np.ndarray) else a for a in given_]
    call = {"linear": linear, "softmax": softmax}[function]
    assert (call(*given_) != call(*wide).astype("f2")).mean() < 0.005


def test_the_gradients_of_a_dense_layer_in_half_precision_are_rounded_once():
    source = rng()
    layer = Linear(64, 40, rng=source, dtype="f2")
    x, above = source.standard_normal((99, 64)).astype("f2"), source.standard_normal((99, 40))
    above = above.astype("f2")
    layer(x)
    grads = layer.backward(above), layer.weight.grad, layer.bias.grad
    x, above, w = (a.astype(float) for a in (x, above, layer.weight.data))
    for mine, exact in zip(grads, (above @ w, above.T @ x, above.sum(axis=0)), strict=True):
        assert (mine != exact.astype("f2")).mean() < 0.005


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0,), (2, 0, 3)])
def test_softmax_of_nothing_is_nothing(torch, shape):
    for dim in range(len(shape)):
        expected = theirs(torch, lambda t, d=dim: torch.nn.functional.softmax(t, d), np.ones(shape))
        np.testing.assert_array_equal(softmax(np.ones(shape), dim), expected)


def test_strange_scores_are_torchs(torch):
    strange = [np.nan, np.inf, -np.inf, 0.0, 1.0]
    x = np.array(np.meshgrid(strange, strange, strange)).reshape(3, -1).T
    expected = theirs(torch, lambda t: torch.nn.functional.softmax(t, 1), x)
    np.testing.assert_allclose(softmax(x, 1), expected)
    for row in x:
        expected = theirs(torch, torch.nn.functional.cross_entropy, row[None], np.array([1]))
        np.testing.assert_allclose(cross_entropy(row[None], np.array([1])), expected)


# -- The layers: every gradient ----------------------------------------------


@st.composite
def networks(draw, dtype=np.float64):
    """A network with random sizes, pictures for it and their classes."""
    seed = draw(seeds)
    source, channels, size = rng(seed), draw(st.integers(1, 3)), draw(st.integers(7, 10))
    maps, layers = source.standard_normal((3, channels, size, size)).astype(dtype), []
    pictures = maps
    for _ in range(draw(st.integers(1, 2))):
        out, k = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        pad, step = draw(st.integers(0, 2)), draw(st.integers(1, 2))
        layers += [Conv2d(channels, out, k, step, pad, rng=source, dtype=dtype), ReLU()]
        layers[-2].bias.data = source.standard_normal(out).astype(dtype)
        maps, channels = Sequential(*layers)(pictures), out
        if min(maps.shape[-2:]) > 2:
            layers.append(MaxPool2d(draw(st.integers(2, 3)), draw(st.integers(1, 3)),
                                    draw(st.integers(0, 1))))  # fmt: skip
            maps = layers[-1](maps)
        if min(maps.shape[-2:]) < 3:
            break
    layers += [Flatten(), Linear(maps[0].size, 4, rng=source, dtype=dtype)]
    return Sequential(*layers), pictures, source.integers(0, 4, 3)


def gradients(net, pictures, classes):
    """The loss, and its gradients by the pictures and by each parameter."""
    loss = CrossEntropyLoss()
    value = loss.forward(net(pictures), classes)
    by_pictures = net.backward(loss.backward())
    return value, [by_pictures, *(parameter.grad for parameter in net.parameters())]


def in_torch(torch, net):
    """The same network in torch, with the same numbers."""
    nn, layers = torch.nn, []
    for layer in net:
        match layer:
            case Conv2d():
                out, into, *kernel = layer.weight.data.shape
                layers.append(nn.Conv2d(into, out, kernel, layer.stride, layer.padding))
            case Linear():
                layers.append(nn.Linear(*layer.weight.data.shape[::-1]))
            case MaxPool2d():
                layers.append(nn.MaxPool2d(layer.kernel_size, layer.stride, layer.padding))
            case _:
                layers.append({ReLU: nn.ReLU, Flatten: nn.Flatten}[type(layer)]())
    twin = nn.Sequential(*layers)
    for tensor, parameter in zip(twin.parameters(), net.parameters(), strict=True):
        tensor.data = torch.from_numpy(parameter.data.copy())
    return twin


@given(problem=networks())
def test_every_gradient_is_torchs(torch, problem):
    net, pictures, classes = problem
    value, grads = gradients(net, pictures, classes)
    twin = in_torch(torch, net)
    shown = torch.from_numpy(pictures).requires_grad_()
    loss = torch.nn.functional.cross_entropy(twin(shown), torch.from_numpy(classes))
    loss.backward()
    assert value == pytest.approx(loss.item(), rel=1e-10)
    expected = [shown.grad, *(tensor.grad for tensor in twin.parameters())]
    for mine, tensor in zip(grads, expected, strict=True):
        np.testing.assert_allclose(mine, tensor.numpy(), rtol=1e-8, atol=1e-10)


@given(problem=networks(), seed=seeds)
def test_every_gradient_is_the_slope(problem, seed):
    """Move all numbers a little in a random direction: the loss moves as the gradients tell."""
    net, pictures, classes = problem
    _, grads = gradients(net, pictures, classes)
    ways = [rng(seed).standard_normal(grad.shape) for grad in grads]

    def moved(step):
        other = copy.deepcopy(net)
        for parameter, way in zip(other.parameters(), ways[1:], strict=True):
            parameter.data = parameter.data + step * way
        return gradients(other, pictures + step * ways[0], classes)[0]

    told = sum(inner(grad, way) for grad, way in zip(grads, ways, strict=True))
    slopes = [(moved(h) - moved(-h)) / (2 * h) for h in (1e-5, 1e-7)]  # a kink is seldom in both
    assert min(abs(slope - told) for slope in slopes) < 1e-5 * (1 + abs(told))


@given(problem=networks(np.float32))
def test_float32_stays_float32_and_nothing_given_is_changed(problem):
    net, pictures, classes = problem
    before = pictures.copy(), [parameter.data.copy() for parameter in net.parameters()]
    _, grads = gradients(net, pictures, classes)
    assert {grad.dtype for grad in grads} == {np.dtype("float32")}
    np.testing.assert_array_equal(pictures, before[0])
    for parameter, data in zip(net.parameters(), before[1], strict=True):
        np.testing.assert_array_equal(parameter.data, data)
        assert parameter.grad.shape == data.shape


def test_overlapping_windows_add_their_gradients():
    pool = MaxPool2d(2, stride=1)
    pool(np.array([[[[0.0, 0, 0], [0, 9, 0], [0, 0, 0]]]]))
    back = pool.backward(np.array([[[[1.0, 2], [4, 8]]]]))
    assert back[0, 0].tolist() == [[0, 0, 0], [0, 15, 0], [0, 0, 0]]


# -- Layers tell the truth or refuse -----------------------------------------


def small_net(seed=0, dtype=float):
    """Two convolutions and what stands between them."""
    source = rng(seed)
    return Sequential(Conv2d(2, 3, 3, padding=1, rng=source, dtype=dtype), ReLU(),
                      Conv2d(3, 2, 3, padding=1, rng=source, dtype=dtype), ReLU())  # fmt: skip


def test_a_layer_used_twice_on_one_way_up_is_refused():
    """It would remember the second use alone; torch shares layers, because autograd remembers."""
    x, net = rng().standard_normal((1, 2, 5, 5)), small_net()
    for twice in (
        Sequential(net[0], net[1], net[2], net[1]),
        Sequential(net[0], Sequential(net[1], net[2]), net[1]),
        Sequential(Sequential(net[1]), Sequential(net[1])),
    ):
        refused(("input", "once", "ReLU"), twice, x)
        refused(("input", "once", "ReLU"), twice.forward, x)
        refused(("grad_output", "forward"), twice.backward, x)
    net(x)  # the refusals have left nothing behind
    net.backward(x)


def test_a_layer_used_twice_in_a_module_of_ones_own_is_refused():
    class Shared(Module):
        def __init__(self):
            self.gate, self.net = ReLU(), small_net()

        def forward(self, input):
            return self.gate(self.net(self.gate(input)))

    refused(("input", "once", "ReLU"), Shared(), np.ones((1, 2, 5, 5)))
    refused(("input", "once", "ReLU"), Shared().forward, np.ones((1, 2, 5, 5)))


def test_a_layer_may_be_used_again_on_the_next_way_up():
    net, x = small_net(), rng().standard_normal((2, 1, 2, 5, 5))
    for picture in x:
        net(picture)
        expected = net.backward(picture)
    np.testing.assert_array_equal(net.backward(x[1]), expected)  # and back again


@pytest.mark.parametrize("what", ["input", "output", "weight", "labels"])
def test_what_changes_after_forward_does_not_change_the_gradients(what):
    x, labels = rng().standard_normal((3, 2, 4, 4)), np.array([0, 1, 2])
    net = Sequential(*small_net(), MaxPool2d(2), Flatten(), Linear(8, 3, rng=rng(), dtype=float))
    _, expected = gradients(net, x, labels)
    loss = CrossEntropyLoss()
    scores = net(x)
    loss.forward(scores, labels)
    changed = {"input": x, "output": scores, "weight": net[0].weight.data, "labels": labels}[what]
    changed[...] = 0
    grads = [net.backward(loss.backward()), *(p.grad for p in net.parameters())]
    for mine, theirs_ in zip(grads, expected, strict=True):
        np.testing.assert_array_equal(mine, theirs_)


@pytest.mark.parametrize("shape", [(4,), (2, 4), (2, 3, 4), (0, 4)])
def test_linear_goes_back_from_any_number_of_rows(torch, shape):
    layer, x = Linear(4, 3, rng=rng(), dtype=float), rng(1).standard_normal(shape)
    above = rng(2).standard_normal((*shape[:-1], 3))
    layer(x)
    twin = torch.nn.Linear(4, 3)
    twin.weight.data, twin.bias.data = map(torch.from_numpy, (layer.weight.data, layer.bias.data))
    shown = torch.from_numpy(x).requires_grad_()
    twin(shown).backward(torch.from_numpy(above))
    grads = layer.backward(above), layer.weight.grad, layer.bias.grad
    for mine, tensor in zip(grads, (shown, twin.weight, twin.bias), strict=True):
        np.testing.assert_allclose(mine, tensor.grad.numpy(), atol=1e-12)


def test_a_single_picture_goes_back_like_a_batch_of_one():
    net, x = Sequential(*small_net()[:2], MaxPool2d(2)), rng().standard_normal((1, 2, 6, 6))
    many = [net.backward(net(x)), net[0].weight.grad, net[0].bias.grad]
    one = [net.backward(net(x[0]))[None], net[0].weight.grad, net[0].bias.grad]
    for mine, theirs_ in zip(one, many, strict=True):
        np.testing.assert_allclose(mine, theirs_, atol=1e-12)
    np.testing.assert_allclose(deconvnet(net, net(x[0]))[None], deconvnet(net, net(x)))


def test_parameters_are_found_at_any_depth_and_once():
    class Own(Module):
        def __init__(self):
            self.scale = Parameter(np.ones(1))
            self.blocks = [Sequential(small_net(), ReLU()), small_net(1)]
            self.more = {"head": Linear(2, 2, rng=rng())}
            self.again = self.blocks[0]

    own = Own()
    inside = [*own.blocks[0].parameters(), *own.blocks[1].parameters(),
              *own.more["head"].parameters()]  # fmt: skip
    assert own.parameters() == [own.scale, *inside]
    assert len(inside) == 10


@pytest.mark.parametrize("rate", [0.5, np.float64(0.5), np.float32(0.5), np.float16(0.5), 1])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_learning_rate_never_changes_the_dtype(rate, dtype):
    layer = Linear(3, 2, rng=rng(), dtype=dtype)
    sgd = SGD(layer.parameters(), rate, 0.5, weight_decay=rate)
    for _ in range(2):
        layer.backward(layer(np.ones((1, 3), dtype)))
        sgd.lr, sgd.momentum = sgd.lr * np.exp(np.float64(-0.1)), np.float64(0.25)
        sgd.step()
        assert {p.data.dtype.name for p in layer.parameters()} == {dtype}
        assert {p.grad.dtype.name for p in layer.parameters()} == {dtype}


def test_a_step_is_refused_where_something_does_not_fit():
    parameter = Parameter(np.ones(2))
    sgd = SGD([parameter], 0.1)
    for name, value in (("lr", float("nan")), ("momentum", -1), ("weight_decay", "1")):
        other = SGD([parameter], 0.1)
        setattr(other, name, value)
        refused((name, value), other.step)
    for wrong in (np.ones(3), np.ones(2, "f4"), None):
        parameter.grad = wrong
        refused(("params[0].grad",), sgd.step)
    assert parameter.data.tolist() == [1, 1]
    refused(("params", "once"), SGD, [parameter, parameter])
    refused(("params", "Parameter"), SGD, [])


def test_a_gradient_must_be_that_of_the_last_output():
    net, x = small_net(), rng().standard_normal((2, 2, 5, 5))
    refused(("grad_output", "forward"), net.backward, x)
    net(x)
    refused(("grad_output", "(2, 2, 5, 5)", "(1, 2, 5, 5)"), net.backward, x[:1])
    refused(("grad_output", "(2, 2, 5, 5)", "(5,)"), net.backward, x[0, 0, 0])
    refused(("grad_output", "float64", "float32"), net.backward, x.astype("f4"))
    net[1](np.ones((2, 3, 5, 5)))
    refused(("grad_output", "something else"), net.backward, x)
    net(x)
    net[:2](x)
    refused(("grad_output", "something else"), net.backward, x)


def test_layers_learn_in_floats_alone():
    for dtype in (int, "int8", bool, complex, object, None, "nonsense", dict):
        refused(("dtype", "floats"), Conv2d, 1, 1, 3, rng=rng(), dtype=dtype)
        refused(("dtype", "floats"), Linear, 1, 1, rng=rng(), dtype=dtype)
    refused(("input", "float32", "float64"), Conv2d(1, 1, 1, rng=rng()), np.ones((1, 1, 2, 2)))
    refused(("input", "float32", "int64"), Linear(2, 1, rng=rng()), np.ones((1, 2), "int64"))


def test_a_layer_derived_from_a_layer_stands_behind_the_same_door():
    class Doubled(Linear):
        def forward(self, input):
            return np.repeat(super().forward(input), 2, axis=1)

        def backward(self, grad_output):
            return super().backward(grad_output[:, ::2])

    layer = Doubled(3, 2, rng=rng(), dtype=float)
    assert layer(np.ones((5, 3))).shape == (5, 4)
    refused(("grad_output", "(5, 4)", "(5, 2)"), layer.backward, np.ones((5, 2)))
    assert layer.backward(np.ones((5, 4))).shape == (5, 3)
    assert [*layer.weight.grad[0]] == [5, 5, 5]


def test_layers_go_up_side_by_side_in_threads():
    """A way up in one thread knows nothing of another's."""
    net, x = small_net(), rng().standard_normal((1, 2, 40, 40))
    expected = net(x)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(net, [x] * 20):
            np.testing.assert_array_equal(result, expected)


def test_a_network_that_has_been_copied_goes_back():
    net, x = small_net(), rng().standard_normal((1, 2, 5, 5))
    expected = net.backward(net(x))
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(twin.backward(net(x)), expected)
        np.testing.assert_array_equal(twin.backward(twin(x)), expected)


def test_strange_gradients_pass_a_relu_as_in_torch(torch):
    numbers_ = np.array([np.nan, np.inf, -np.inf, 1, 0, -1])
    x, above = (a.ravel() for a in np.meshgrid(numbers_, numbers_))
    shown = torch.from_numpy(x).requires_grad_()
    torch.nn.functional.relu(shown).backward(torch.from_numpy(above))
    gate = ReLU()
    gate(x)
    np.testing.assert_array_equal(gate.backward(above), shown.grad.numpy())


@pytest.mark.parametrize("dtype", ["float16", "float32", "int64", "longdouble"])
def test_pooling_goes_back_in_its_own_dtype(dtype):
    """Through no other: not even one where integers above 2**53 round."""
    pool, x = MaxPool2d(2, 1), np.array([[[[0, 0, 0], [0, 9, 0], [0, 0, 0]]]], dtype)
    pool(x)
    above = np.array([[[[1, 1], [1, 2**60 if dtype == "int64" else 2**10]]]], dtype)
    back = pool.backward(above)
    assert back.dtype == x.dtype
    assert back[0, 0, 1, 1] == np.array(above.astype(object).sum()).astype(dtype)


@pytest.mark.parametrize("kind", ["int32", "uint8", "uint64", "intp"])
def test_switches_and_classes_may_be_any_integers(kind):
    x = rng().standard_normal((2, 3, 4, 4))
    output, indices = max_pool2d_with_indices(x, 2)
    expected = max_unpool2d(output, indices, 2)
    np.testing.assert_array_equal(max_unpool2d(output, indices.astype(kind), 2), expected)
    pool = MaxPool2d(2)
    pool(x)
    expected = pool.backward(output)
    pool.indices = indices.astype(kind)
    np.testing.assert_array_equal(pool.backward(output), expected)
    classes = np.array([1, 0]).astype(kind)
    assert cross_entropy(x[:, 0, 0], classes) == cross_entropy(x[:, 0, 0], np.array([1, 0]))


# -- Starting, and a network as a whole --------------------------------------


@pytest.mark.parametrize(
    ("layer", "fan"), [(Conv2d(16, 200, 3, rng=rng()), 144), (Linear(144, 800, rng=rng()), 288)]
)
def test_a_layer_starts_as_the_initialization_chapter_advises(layer, fan):
    assert layer.weight.data.var() * fan == pytest.approx(2, rel=0.05)
    assert not layer.bias.data.any()
    assert layer.weight.data.dtype == layer.bias.data.dtype == np.float32


def test_a_network_can_be_cut():
    net = Sequential(Conv2d(1, 2, 3, rng=rng()), ReLU(), MaxPool2d(2))
    assert net[0] is net.layers[0]
    assert isinstance(net[:2], Sequential)
    assert [*net[1:]] == [*net][1:]
    assert len(net) == 3
    assert net.parameters() == [net[0].weight, net[0].bias]


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}, {"momentum": 0.5, "weight_decay": 0.1}])
def test_steps_are_torchs(torch, options):
    start = rng().standard_normal((2, 5))
    parameter, tensor = Parameter(start), torch.from_numpy(start.copy()).requires_grad_()
    mine, yours = SGD([parameter], 0.1, **options), torch.optim.SGD([tensor], 0.1, **options)
    for step in range(5):
        parameter.grad = rng(step).standard_normal((2, 5))
        tensor.grad = torch.from_numpy(parameter.grad)
        mine.step()
        yours.step()
    np.testing.assert_allclose(parameter.data, tensor.detach().numpy(), rtol=1e-12)


def test_an_epoch_shows_every_picture_once():
    seen = []

    class Spy(Linear):
        def forward(self, input):
            seen.extend(input[:, 0].tolist())
            return super().forward(input)

    net, pictures = Spy(1, 2, rng=rng()), np.arange(7, dtype=np.float32)[:, None]
    train_epoch(net, SGD(net.parameters()), pictures, np.zeros(7, int), batch_size=3, rng=rng(1))
    assert sorted(seen) == [*range(7)]
    assert seen != sorted(seen)


def test_the_loss_of_an_epoch_is_the_mean_over_pictures():
    net, pictures = Linear(2, 3, rng=rng()), rng().standard_normal((7, 2)).astype(np.float32)
    labels = np.arange(7) % 3
    loss = train_epoch(net, SGD(net.parameters(), lr=0), pictures, labels, 3, rng=rng())
    assert loss == pytest.approx(cross_entropy(net(pictures), labels), rel=1e-5)


def test_digits_are_learned_from_other_seeds():
    """What the chapter claims, with seeds that it does not use and without its shifts."""
    digits = need("sklearn.datasets").load_digits()
    images = ((digits.images[:, None] - 4.9) / 6).astype(np.float32)
    order = rng(5).permutation(len(images))
    train, test = order[360:], order[:360]
    right = []
    for seed in (100, 101):
        source = rng(seed)
        net = Sequential(
            Conv2d(1, 16, 3, padding=1, rng=source), ReLU(), MaxPool2d(2), Flatten(),
            Linear(256, 10, rng=source))  # fmt: skip
        sgd = SGD(net.parameters(), momentum=0.9, weight_decay=1e-3)
        for epoch in range(6):
            sgd.lr = 0.05 * (1 - epoch / 6)
            train_epoch(net, sgd, images[train], digits.target[train], rng=source)
        right.append((net(images[test]).argmax(axis=1) == digits.target[test]).mean())
    assert min(right) > 0.95


# -- The deconvnet -----------------------------------------------------------


@given(seed=seeds, k=st.integers(1, 3), step=st.integers(1, 2), pad=st.integers(0, 1))
def test_the_filter_step_is_the_transposed_matrix(seed, k, step, pad):
    source = rng(seed)
    net = Sequential(Conv2d(2, 3, k, step, pad, rng=source, dtype=float))
    net[0].bias.data = source.standard_normal(3)  # the way down knows no bias
    maps = net(source.standard_normal((1, 2, 6, 7)))
    M = convolution_matrix(net[0].weight.data, (6, 7), step, pad)
    signal = source.standard_normal(maps.shape)
    expected = (M.T @ signal.ravel()).reshape(1, 2, 6, 7)
    np.testing.assert_allclose(ours(deconvnet, net, signal), expected, atol=1e-12)


def test_the_unpooling_step_uses_the_switches_of_the_last_picture():
    net, source = Sequential(MaxPool2d(2)), rng()
    for _ in range(2):
        picture = source.random((1, 2, 5, 4))
        maps = net(picture)
        restored = deconvnet(net, maps)
        kept = restored != 0
        assert kept.sum() == maps.size
        np.testing.assert_array_equal(restored[kept], picture[kept])


def test_the_relu_step_rectifies_what_comes_down():
    """The gradient's gate depends on what went up instead."""
    net = Sequential(ReLU())
    net(np.array([[[[1.0, -1, 1, -1]]]]))
    signal = np.array([[[[5.0, 5, -5, -5]]]])
    assert deconvnet(net, signal).ravel().tolist() == [5, 5, 0, 0]
    assert net.backward(signal).ravel().tolist() == [5, 0, -5, 0]


@given(problem=networks())
def test_without_relus_the_deconvnet_is_the_gradient(problem):
    """If windows do not overlap: then unpooling and the gradient of pooling are the same."""
    net, pictures, _ = problem
    layers = [MaxPool2d(2) if isinstance(layer, MaxPool2d) else layer for layer in net[:-2]]
    net = Sequential(*(layer for layer in layers if not isinstance(layer, ReLU)))
    try:
        signal = rng(1).standard_normal(net(pictures).shape)
    except ValueError:
        reject()  # the maps have become smaller than a window
    np.testing.assert_allclose(deconvnet(net, signal), net.backward(signal), atol=1e-12)


def test_the_deconvnet_goes_through_dense_layers_too():
    net = Sequential(Conv2d(1, 2, 3, rng=rng(), dtype=float), Flatten(),
                     Linear(8, 3, rng=rng(1), dtype=float))  # fmt: skip
    net(rng(2).standard_normal((1, 1, 4, 4)))
    signal = np.array([[0.0, 1, 0]])
    np.testing.assert_allclose(deconvnet(net, signal), net.backward(signal))


# -- Patches and occlusion ---------------------------------------------------


@given(seed=seeds)
def test_top_activations_are_the_largest_of_each_picture(seed):
    maps = rng(seed).standard_normal((12, 3, 4, 5))
    found = top_activations(maps, 1, 9)
    values = [maps[n, 1, row, column] for n, row, column in found]
    assert values == sorted(maps[:, 1].max(axis=(1, 2)), reverse=True)[:9]
    assert len({n for n, _, _ in found}) == 9


@pytest.mark.parametrize("dtype", ["uint8", "int8", "float32", "uint64"])
def test_top_activations_of_all_numbers(dtype):
    """Of equal ones the first; a NaN is larger than any, as for torch.topk."""
    low = np.iinfo(dtype).min if np.dtype(dtype).kind in "iu" else -np.inf
    maps = np.array([0, 5, low, 100, 5], dtype).reshape(5, 1, 1, 1)
    expected = sorted(range(5), key=lambda n: -float(maps[n, 0, 0, 0]))
    assert [n for n, *_ in top_activations(maps, 0, 5)] == expected
    if dtype == "float32":
        maps[4] = np.nan
        assert [n for n, *_ in top_activations(maps, 0, 5)] == [4, 3, 1, 0, 2]


def test_occlusion_goes_in_batches():
    """A picture of 64×64 has 3,481 covered copies; together they would be 57 MB."""
    shown = []

    class Glance(Module):
        def forward(self, input):
            shown.append(len(input))
            return input[:, 0, :2, 0]

    picture = rng().random((1, 64, 64)).astype("f4")
    tracemalloc.start()
    seen = occlusion_map(Glance(), picture, 0, 6)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen.shape == (59, 59)
    assert sum(shown) == 59 * 59 + 1
    assert peak < 1e7
    assert (seen[3:] == softmax(picture[:, :2, 0], 1)[0, 0]).all()


def test_a_message_of_the_network_comes_in_the_callers_words():
    net, x = Linear(2, 2, rng=rng()), np.zeros((3, 2))
    labels, sgd = np.zeros(3, int), SGD(net.parameters())
    refused(("images", "float32", "float64"), train_epoch, net, sgd, x, labels, rng=rng())
    x = x.astype("f4")
    refused(("labels", "0 to 1", "2"), train_epoch, net, sgd, x, labels + 2, rng=rng())
    refused(("labels", "integers"), train_epoch, net, sgd, x, labels + 0.5, rng=rng())
    refused(("net", "Module"), train_epoch, np.sum, sgd, x, labels, rng=rng())
    refused(("optimizer", "step"), train_epoch, net, None, x, labels, rng=rng())
    net = Sequential(Flatten(), Linear(9, 2, rng=rng()))
    refused(("image", "float32", "float64"), occlusion_map, net, np.ones((1, 3, 3)), 0, 2)


def test_occlusion_covers_every_position():
    """A network that looks at one pixel is struck only where that pixel is covered."""
    net = Sequential(Flatten(), Linear(30, 2, rng=rng(), dtype=float))
    net[1].weight.data = np.zeros((2, 30))
    net[1].weight.data[0, 2 * 6 + 3] = 4
    picture = np.ones((1, 5, 6))
    seen = occlusion_map(net, picture, 0, (2, 3))
    assert seen.shape == (4, 4)
    struck = np.zeros((4, 4), bool)
    struck[1:3, 1:4] = True
    np.testing.assert_allclose(seen, np.where(struck, 0.5, softmax(np.array([4.0, 0]), 0)[0]))
    np.testing.assert_allclose(occlusion_map(net, picture, 1, 1, 1.0), 1 - softmax(
        np.array([4.0, 0]), 0)[0])  # fmt: skip
    assert picture.min() == 1


# -- Filters without labels --------------------------------------------------


def test_whitening_makes_all_axes_alike():
    points = rng().standard_normal((4000, 6)) @ rng(1).standard_normal((6, 6))
    whitened, axes = whiten(points, 6, floor=0)
    np.testing.assert_allclose(whitened.T @ whitened / len(points), np.eye(6), atol=1e-9)
    np.testing.assert_allclose(axes.T @ axes, np.eye(6), atol=1e-12)
    np.testing.assert_allclose(whiten(points + 9, 6, floor=0)[0].mean(axis=0), 0, atol=1e-9)


def test_even_patches_differ_in_pattern_alone():
    pattern = rng().random((3, 20))
    bright = even_out(0.2 + 0.5 * pattern, smallest=0)
    np.testing.assert_allclose(bright, even_out(pattern, smallest=0))
    np.testing.assert_allclose(bright.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(bright.std(axis=1), 1)
    faint = np.tile([0.5, 0.5 + 2 * 0.04], (1, 10))  # as much contrast as the smallest
    np.testing.assert_allclose(even_out(faint, smallest=0.04).std(), 1 / np.sqrt(2))


def test_kmeans_finds_planted_directions():
    """Points along three axes, of either sign, are found whatever the start."""
    planted = np.linalg.qr(rng().standard_normal((8, 3)))[0].T
    points = planted[rng(1).choice(3, 900, p=[0.5, 0.3, 0.2])] * rng(2).choice([-1, 1], (900, 1))
    points += 0.05 * rng(3).standard_normal(points.shape)
    for seed in range(3):
        centres = spherical_kmeans(points, 12, 12, rng(seed))
        found = abs(centres @ planted.T).max(axis=0)
        assert found.min() > 0.99
        np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1)
        used = np.bincount(abs(points @ centres.T).argmax(axis=1), minlength=12)
        assert used[0] == used.max() > 1.5 * used[-1]


def test_kmeans_does_not_mind_the_sign_of_a_point():
    points, signs = rng().standard_normal((400, 8)), rng(1).choice([-1, 1], (400, 1))
    centres = spherical_kmeans(points, 5, 6, rng(2))
    np.testing.assert_allclose(spherical_kmeans(signs * points, 5, 6, rng(2)), centres)


def test_filters_come_from_patches_and_repeat():
    patches = rng().random((300, 3, 5, 5))
    filters = ours(kmeans_filters, patches, 7, components=30, rng=rng(4))
    assert filters.shape == (7, 3, 5, 5)
    np.testing.assert_allclose((filters**2).sum(axis=(1, 2, 3)), 1)
    np.testing.assert_array_equal(filters, kmeans_filters(patches, 7, components=30, rng=rng(4)))
    single = kmeans_filters(patches.astype(np.float32), 7, components=30, rng=rng(4))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, filters, atol=1e-4)


def test_photographs_teach_edges_and_colours():
    """Two photographs, another seed and another size than the chapter's: the family returns."""
    load = need("sklearn.datasets").load_sample_image
    source, patches = rng(7), []
    for name in ("china.jpg", "flower.jpg"):
        photo = load(name).transpose(2, 0, 1) / 255
        for row, column in source.integers(0, 400, (5000, 2)):
            patches.append(photo[:, row : row + 7, column : column + 7])
    filters = kmeans_filters(np.array(patches), 40, components=60, rng=source)
    kinds = [filter_kind(weight) for weight in filters]
    assert set(kinds) >= {"edge", "grating", "colour blob", "opponent edge"}
    assert kinds.count("other") < 12


# -- The rule ----------------------------------------------------------------

GREY = np.ones((3, 1, 1))
COLOURS = [np.array(c, float).reshape(3, 1, 1) for c in ([1, 0, -1], [1, -1, 0], [1, 1, -2])]


def waves(size, periods, degrees, phase=0.0):
    """A grating under a soft window."""
    y, x = (np.mgrid[:size, :size] - (size - 1) / 2) / size
    along = np.cos(np.radians(degrees)) * x + np.sin(np.radians(degrees)) * y
    return np.cos(2 * np.pi * periods * along + phase) * np.exp(-3 * (x**2 + y**2))


def edge(size, degrees, offset=0.0):
    """Bright beside dark."""
    y, x = (np.mgrid[:size, :size] - (size - 1) / 2) / size
    along = np.cos(np.radians(degrees)) * x + np.sin(np.radians(degrees)) * y
    return np.tanh(12 * (along - offset))


def blob(size):
    y, x = (np.mgrid[:size, :size] - (size - 1) / 2) / size
    return np.exp(-6 * (x**2 + y**2))


def noisy(kernel, seed, share=0.1):
    """Add noise with a share of the energy."""
    noise = rng(seed).standard_normal(kernel.shape)
    return kernel + noise * np.sqrt(share * (kernel**2).sum() / (noise**2).sum())


sizes = st.sampled_from([8, 11])
angles = st.floats(0, 180)
colours = st.sampled_from(COLOURS)


@given(size=sizes, degrees=angles, offset=st.floats(-0.15, 0.15), seed=seeds)
def test_an_edge_is_an_edge(size, degrees, offset, seed):
    assert filter_kind(noisy(GREY * edge(size, degrees, offset), seed)) == "edge"


@given(size=sizes, degrees=angles, periods=st.floats(2, 3), phase=st.floats(0, 6), seed=seeds)
def test_a_grating_is_a_grating(size, degrees, periods, phase, seed):
    assert filter_kind(noisy(GREY * waves(size, periods, degrees, phase), seed)) == "grating"


@given(size=sizes, colour=colours, seed=seeds, flat=st.booleans())
def test_a_colour_blob_is_a_colour_blob(size, colour, seed, flat):
    shape = np.ones((size, size)) if flat else blob(size)
    assert filter_kind(noisy(colour * shape, seed)) == "colour blob"


@given(size=sizes, colour=colours, degrees=angles, offset=st.floats(-0.15, 0.15), seed=seeds)
def test_an_opponent_edge_is_an_opponent_edge(size, colour, degrees, offset, seed):
    assert filter_kind(noisy(colour * edge(size, degrees, offset), seed)) == "opponent edge"


@given(size=sizes, degrees=angles, seed=seeds, share=st.sampled_from([0.25, 0.3]))
def test_an_edge_with_a_tint_that_eyes_see_is_opponent(size, degrees, seed, share):
    """A quarter of the energy in colour, as in brown beside light blue, is no grey edge."""
    grey, tint = (shape * edge(size, degrees) for shape in (GREY, COLOURS[0]))
    tint = tint * np.sqrt(share / (1 - share) * (grey**2).sum() / (tint**2).sum())
    weight = noisy(grey + tint, seed, 0.05)
    assert filter_kind(weight) == "opponent edge"


@given(size=sizes, channels=st.sampled_from([1, 3]), seed=seeds)
def test_noise_and_zeros_are_other(size, channels, seed):
    assert filter_kind(rng(seed).standard_normal((channels, size, size))) == "other"
    assert filter_kind(np.zeros((channels, size, size))) == "other"
    assert filter_traits(np.zeros((channels, size, size))) == (0, 0, 0, 0)


def test_a_plain_colour_with_a_slight_slope_is_a_colour_blob():
    slope = COLOURS[0] * (1 + 0.01 * np.arange(8)) * np.ones((8, 1))
    assert filter_kind(slope) == "colour blob"
    assert filter_traits(slope).oriented < 0.01


def test_a_line_has_a_direction_although_its_two_slopes_are_opposite():
    line = GREY * np.exp(-(((np.arange(8) - 3.5) / 1.5) ** 2)) * np.ones((8, 1))
    assert filter_traits(line - line.mean()).oriented > 0.99


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
def test_a_filter_may_be_of_any_scale(scale):
    kernel = GREY * waves(8, 2, 30)
    np.testing.assert_allclose(filter_traits(scale * kernel), filter_traits(kernel), atol=1e-9)


def test_a_filter_of_integers_is_its_numbers():
    kernel = np.round(100 * edge(8, 30)).astype("i1") * np.ones((3, 1, 1), "i1")
    assert filter_traits(kernel) == filter_traits(kernel.astype(float))


@pytest.mark.parametrize("strange", [np.nan, np.inf])
def test_a_strange_filter_has_no_traits_and_no_kind(strange):
    kernel = GREY * edge(8, 30)
    kernel[1, 2, 3] = strange
    assert np.isnan(filter_traits(kernel)).all()
    assert filter_kind(kernel) == "other"


def test_a_grey_blob_is_other():
    assert filter_kind(GREY * blob(8)) == "other"


@given(seed=seeds, scale=st.sampled_from([-1, 1e-9, 1e9]), turn=st.integers(0, 3))
def test_scale_sign_and_turns_change_nothing(seed, scale, turn):
    source = rng(seed)
    kernel = noisy(source.choice([GREY, *COLOURS]) * waves(8, source.uniform(0, 3), 30), seed, 0.3)
    traits = filter_traits(kernel)
    for other in (scale * kernel, np.rot90(kernel, turn, (1, 2)), kernel[:, ::-1]):
        np.testing.assert_allclose(filter_traits(other), traits, atol=1e-9)
        assert filter_kind(other) == filter_kind(kernel)
    assert filter_kind(kernel) in FILTER_KINDS


# -- Bad input ---------------------------------------------------------------


def test_refuses_what_a_function_cannot_use():
    x = np.zeros((2, 3))
    refused(("input", "real", "complex128"), relu, x * 1j)
    refused(("input", "(2, 4)", "(2, 3)"), linear, x, np.zeros((5, 4)))
    refused(("bias", "(5,)", "(4,)"), linear, x, np.zeros((5, 3)), np.zeros(4))
    refused(("weight", "float64", "float32"), linear, x, np.zeros((5, 3), np.float32))
    refused(("input", "floats", "int64"), softmax, np.zeros(3, "int64"), 0)
    refused(("dim", "2", "(2, 3)"), softmax, x, 2)
    refused(("dim", "-3"), softmax, x, -3)
    refused(("target", "(2,)", "(3,)"), cross_entropy, x, np.zeros(3, int))
    refused(("target", "0 to 2", "3"), cross_entropy, x, np.array([0, 3]))
    refused(("target", "0 to 2", "-1"), cross_entropy, x, np.array([-1, 0]))
    refused(("target", "integers", "float64"), cross_entropy, x, np.zeros(2))
    refused(("input", "empty", "(0, 3)"), cross_entropy, x[:0], np.zeros(0, int))


def test_refuses_switches_that_do_not_fit():
    x, places = np.ones((1, 2, 2)), np.zeros((1, 2, 2), int)
    refused(("indices", "(1, 2, 2)", "(1, 2, 1)"), max_unpool2d, x, places[..., :1], 2)
    refused(("indices", "0 to 15", "16"), max_unpool2d, x, places + 16, 2)
    refused(("indices", "integers"), max_unpool2d, x, places + 0.0, 2)
    refused(("output_size", "(4, 4)", "(6, 4)"), max_unpool2d, x, places, 2, output_size=(6, 4))
    refused(("kernel_size", "0"), max_unpool2d, x, places, 0)
    refused(("padding", "3"), max_pool2d_with_indices, x, 2, padding=3)


@pytest.mark.parametrize("layer", [Conv2d(1, 1, 1, rng=rng()), ReLU(), MaxPool2d(1), Flatten(),
                                   Linear(1, 1, rng=rng())])  # fmt: skip
def test_refuses_to_go_back_before_forward(layer):
    refused(("backward", "forward"), layer.backward, np.ones((1, 1, 1, 1), np.float32))


def test_refuses_sizes_that_are_none():
    refused(("in_channels", "0"), Conv2d, 0, 1, 3, rng=rng())
    refused(("out_channels", "1.0"), Conv2d, 1, 1.0, 3, rng=rng())
    refused(("padding", "'same'"), Conv2d, 1, 1, 3, padding="same", rng=rng())
    refused(("rng",), Conv2d, 1, 1, 3, rng=0)
    refused(("out_features", "-1"), Linear, 2, -1, rng=rng())
    refused(("kernel_size", "0"), MaxPool2d, 0)
    refused(("lr", "-1"), SGD, [], lr=-1)
    refused(("momentum", "nan"), SGD, [], momentum=float("nan"))
    refused(("weight_decay", "-1"), SGD, [], weight_decay=-1)


def test_refuses_pictures_and_labels_that_do_not_go_together():
    net, x = Linear(2, 2, rng=rng()), np.zeros((3, 2), np.float32)
    labels, sgd = np.zeros(3, int), SGD(net.parameters())
    refused(("labels", "(3,)", "(2,)"), train_epoch, net, sgd, x, labels[:2], rng=rng())
    refused(("images", "empty"), train_epoch, net, sgd, x[:0], labels[:0], rng=rng())
    refused(("batch_size", "0"), train_epoch, net, sgd, x, labels, 0, rng=rng())
    refused(("rng",), train_epoch, net, sgd, x, labels, rng=1)


def test_refuses_what_cannot_be_looked_at():
    class Foreign(Module):
        def forward(self, input):
            return input

    maps = np.zeros((2, 3, 4, 4))
    refused(("net", "Foreign"), deconvnet, Sequential(Foreign()), maps)
    refused(("forward", "no input"), deconvnet, Sequential(MaxPool2d(2)), maps)
    refused(("channel", "3"), top_activations, maps, 3)
    refused(("number", "at most 2", "9"), top_activations, maps, 0)
    net = Sequential(Flatten(), Linear(16, 2, rng=rng(), dtype=float))
    refused(("size", "(4, 4)", "5"), occlusion_map, net, np.zeros((1, 4, 4)), 0, 5)
    refused(("label", "below 2", "2"), occlusion_map, net, np.zeros((1, 4, 4)), 2, 3)


def test_refuses_what_is_no_filter_and_no_patch():
    refused(("weight", "C, K, K", "(3, 3)"), filter_traits, np.zeros((3, 3)))
    refused(("weight", "(3, 5, 5)", "(3, 4, 5)"), filter_kind, np.zeros((3, 4, 5)))
    refused(("weight", "at least 3", "2"), filter_kind, np.zeros((3, 2, 2)))
    refused(("weight", "empty"), filter_kind, np.zeros((0, 3, 3)))
    patches = np.zeros((9, 1, 2, 2))
    refused(("patches", "N, C, K, K"), kmeans_filters, patches[0], 2, rng=rng())
    refused(("patches", "floats", "int64"), kmeans_filters, patches.astype("int64"), 2, rng=rng())
    refused(("number", "0"), kmeans_filters, patches, 0, components=2, rng=rng())
    refused(("components", "at most 4", "80"), kmeans_filters, patches, 2, rng=rng())
    refused(("components", "0"), kmeans_filters, patches, 2, components=0, rng=rng())
    refused(("steps", "0"), kmeans_filters, patches, 2, components=2, steps=0, rng=rng())
    refused(("rng",), kmeans_filters, patches, 2, components=2, rng=0)
    refused(("steps", "10000"), kmeans_filters, patches, 2, components=2, steps=10**12, rng=rng())
    refused(("number", "at most 9", "10"), kmeans_filters, patches, 10, components=2, rng=rng())
    refused(("weight", "real", "complex128"), filter_traits, np.ones((3, 5, 5)) * 1j)
    for strange in (np.nan, np.inf, -np.inf, 1e300):
        bad = patches.copy()
        bad[3, 0, 1, 1] = strange
        refused(("patches", "finite", strange), kmeans_filters, bad, 2, components=2, rng=rng())
