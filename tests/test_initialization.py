"""The initialization chapter's functions: compared with torch's, and with their own formulas."""

import inspect
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook import (
    calculate_gain,
    fans,
    kaiming_normal,
    kaiming_uniform,
    torch_default,
    xavier_normal,
    xavier_uniform,
)
from oracles import refused
from requirements import need

CHAPTER = Path(__file__).parents[1] / "docs" / "initialization.md"
UNIFORM = (kaiming_uniform, xavier_uniform)
NORMAL = (kaiming_normal, xavier_normal)
DRAWS = (*UNIFORM, *NORMAL, torch_default)
SHAPE = (48, 32, 3, 3)
NAMES = (
    *("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
    *(f"conv{kind}{axes}d" for kind in ("", "_transpose") for axes in (1, 2, 3)),
)

shapes = st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple)
slopes = st.floats(-10, 10) | st.integers(-3, 3)


def rng(seed=0):
    return np.random.default_rng(seed)


# -- Fans and gains ----------------------------------------------------------


@given(shape=shapes)
def test_fans_are_those_of_torch(torch, shape):
    theirs = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    assert fans(shape) == fans(list(shape)) == theirs
    assert all(type(fan) is int for fan in fans(np.array(shape).tolist()))


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_fan_in_counts_the_products_of_one_output(groups):
    from convbook import conv2d

    ones = np.ones((8, 8 // groups, 3, 3), int)
    assert conv2d(np.ones((8, 3, 3), int), ones, groups=groups).max() == fans(ones.shape)[0]


def test_fan_out_counts_the_outputs_that_read_a_number():
    from convbook import conv2d_input

    ones = np.ones((5, 2, 3, 3), int)
    reads = conv2d_input((1, 2, 9, 9), ones, np.ones((1, 5, 7, 7), int))
    assert reads[0, 0, 4, 4] == fans(ones.shape)[1]


@pytest.mark.parametrize("name", NAMES)
def test_gains_are_those_of_torch(torch, name):
    assert calculate_gain(name) == torch.nn.init.calculate_gain(name)


@given(slope=slopes)
def test_the_gain_of_a_slope_is_that_of_torch(torch, slope):
    theirs = torch.nn.init.calculate_gain("leaky_relu", slope)
    assert calculate_gain("leaky_relu", slope) == pytest.approx(theirs, rel=1e-15)
    assert calculate_gain("relu", slope) == calculate_gain("relu")


@given(slope=st.floats(-10, 10))
def test_the_gain_keeps_the_mean_square(slope):
    """A leaky ReLU halves the mean square of a symmetric signal and keeps slope² of a half."""
    z = np.array([-3.0, -1, 1, 3])
    kept = (np.where(z > 0, z, slope * z) ** 2).mean() / (z**2).mean()
    assert calculate_gain("leaky_relu", slope) ** 2 * kept == pytest.approx(1)


# -- What is drawn -----------------------------------------------------------


@pytest.mark.parametrize("draw", [*UNIFORM, *NORMAL])
@given(shape=shapes, seed=st.integers(0, 9))
def test_a_draw_is_float64_of_the_shape_and_repeats(draw, shape, seed):
    weight = draw(shape, rng=rng(seed))
    assert (weight.shape, weight.dtype, weight.flags.writeable) == (shape, np.float64, True)
    np.testing.assert_array_equal(weight, draw(list(shape), rng=rng(seed)))


@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize(("name", "a"), [("relu", 0), ("leaky_relu", 0.2), ("linear", 0)])
def test_kaiming_has_torchs_distribution(torch, mode, name, a):
    """Torch's bound is reached within one part in a thousand, and so is ours."""
    theirs = torch.empty(SHAPE, dtype=torch.float64)
    torch.nn.init.kaiming_uniform_(theirs, a, mode, name)
    ours = kaiming_uniform(SHAPE, a, mode, name, rng=rng())
    assert abs(ours).max() == pytest.approx(theirs.abs().max().item(), rel=2e-3)
    assert ours.std() == pytest.approx(theirs.std().item(), rel=0.03)
    torch.nn.init.kaiming_normal_(theirs, a, mode, name)
    ours = kaiming_normal(SHAPE, a, mode, name, rng=rng())
    assert ours.std() == pytest.approx(theirs.std().item(), rel=0.04)


@pytest.mark.parametrize("gain", [1.0, math.sqrt(2), 5 / 3])
def test_xavier_has_torchs_distribution(torch, gain):
    theirs = torch.empty(SHAPE, dtype=torch.float64)
    torch.nn.init.xavier_uniform_(theirs, gain)
    ours = xavier_uniform(SHAPE, gain, rng=rng())
    assert abs(ours).max() == pytest.approx(theirs.abs().max().item(), rel=2e-3)
    torch.nn.init.xavier_normal_(theirs, gain)
    ours = xavier_normal(SHAPE, gain, rng=rng())
    assert ours.std() == pytest.approx(theirs.std().item(), rel=0.04)


@pytest.mark.parametrize(
    ("uniform", "normal"), [(kaiming_uniform, kaiming_normal), (xavier_uniform, xavier_normal)]
)
def test_the_distributions_are_uniform_and_normal(uniform, normal):
    stats = need("scipy.stats")
    weight = uniform(SHAPE, rng=rng()).ravel()
    bound = {kaiming_uniform: math.sqrt(6 / 288), xavier_uniform: math.sqrt(6 / 720)}[uniform]
    assert stats.kstest(weight, stats.uniform(-bound, 2 * bound).cdf).pvalue > 0.01
    weight = normal(SHAPE, rng=rng()).ravel()
    assert stats.kstest(weight, stats.norm(0, bound / math.sqrt(3)).cdf).pvalue > 0.01


# -- Identities --------------------------------------------------------------


@given(shape=shapes, seed=st.integers(0, 9))
def test_equal_generators_give_weights_that_differ_by_a_factor(shape, seed):
    he, default = (kaiming_uniform(shape, a, rng=rng(seed)) for a in (0, math.sqrt(5)))
    np.testing.assert_allclose(he, math.sqrt(6) * default, rtol=1e-14)
    np.testing.assert_array_equal(torch_default(shape, rng=rng(seed))[0], default)


@given(shape=shapes, seed=st.integers(0, 9))
def test_the_default_is_uniform_below_the_root_of_fan_in(shape, seed):
    weight, bias = torch_default(shape, rng=rng(seed))
    bound = 1 / math.sqrt(fans(shape)[0])
    assert bias.shape == shape[:1]
    assert max(abs(weight).max(), abs(bias).max()) <= bound * (1 + 1e-15)


def test_the_variance_of_the_default_is_one_third_of_fan_in():
    weight, bias = torch_default((4000, 16, 3, 3), rng=rng())
    assert weight.var() * 3 * 144 == pytest.approx(1, rel=0.01)
    assert bias.var() * 3 * 144 == pytest.approx(1, rel=0.06)


def test_gain_and_root_of_three_cancel():
    assert calculate_gain("leaky_relu", math.sqrt(5)) * math.sqrt(3) == pytest.approx(1, rel=1e-15)


# -- PyTorch itself ----------------------------------------------------------


def torch_layers(torch):
    torch.manual_seed(0)
    nn = torch.nn
    return [nn.Conv2d(16, 64, 3), nn.Conv2d(16, 64, 3, groups=4), nn.Linear(99, 64)]


@pytest.mark.parametrize("number", range(3))
def test_pytorch_still_draws_this_default(torch, number):
    """If this fails, PyTorch has changed, and the chapter has to say so."""
    layer = torch_layers(torch)[number]
    shape = tuple(layer.weight.shape)
    weight, bias = torch_default(shape, rng=rng())
    bound = 1 / math.sqrt(fans(shape)[0])
    for theirs, ours in ((layer.weight, weight), (layer.bias, bias)):
        found = theirs.detach().numpy()
        assert abs(found).max() <= bound * (1 + 1e-6)
        assert abs(found).max() > 0.9 * bound
        assert found.std() == pytest.approx(bound / math.sqrt(3), rel=0.15)
        assert found.shape == ours.shape
    spread = layer.weight.detach().numpy().std()
    assert spread == pytest.approx(weight.std(), rel=0.06)
    assert math.sqrt(6) * spread == pytest.approx(math.sqrt(2 / fans(shape)[0]), rel=0.06)


def test_pytorch_still_spells_it_with_the_root_of_five(torch):
    for layer in (torch.nn.modules.conv._ConvNd, torch.nn.Linear):
        source = inspect.getsource(layer.reset_parameters)
        assert re.search(r"kaiming_uniform_\(.*a=math\.sqrt\(5\)\)", source)


def test_the_snippet_of_the_chapter_does_what_it_says(torch):
    """What the reader will copy: He's weights and no biases, for every layer of a net."""
    fence = re.compile(r"```python\n(def start\(module\).*?)```", re.DOTALL)
    snippet = fence.search(CHAPTER.read_text("utf-8"))
    torch.manual_seed(0)
    nn = torch.nn
    net = nn.Sequential(nn.Conv2d(16, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3, bias=False),
                        nn.ReLU(), nn.Flatten(), nn.Linear(256, 64))  # fmt: skip
    exec(snippet[1], {"nn": nn, "net": net})
    for layer in net:
        if hasattr(layer, "weight"):
            shape = tuple(layer.weight.shape)
            assert layer.weight.std().item() ** 2 * fans(shape)[0] == pytest.approx(2, rel=0.05)
            assert layer.bias is None or not layer.bias.any()


# -- Bad input ---------------------------------------------------------------


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("shape", [(), (3,), (3, 0), (3, -1), (3, 2.0), (True, 3), 3, "33", None])
def test_refuses_what_is_no_shape_of_a_weight(draw, shape):
    refused(("shape",), draw, shape, rng=rng())
    refused(("shape",), fans, shape)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("wrong", [0, None, np.random, np.random.RandomState(0)])
def test_refuses_what_is_no_generator(draw, wrong):
    refused(("rng", "numpy.random.Generator"), draw, SHAPE, rng=wrong)


@pytest.mark.parametrize("draw", DRAWS)
def test_the_generator_is_required_and_by_name(draw):
    with pytest.raises(TypeError, match="rng"):
        draw(SHAPE)
    assert inspect.signature(draw).parameters["rng"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("draw", [kaiming_uniform, kaiming_normal])
@pytest.mark.parametrize("mode", ["fan", "", None, 1])
def test_refuses_another_mode(draw, mode):
    refused(("mode", "'fan_in'", repr(mode)), draw, SHAPE, mode=mode, rng=rng())


@pytest.mark.parametrize("name", ["swish", "ReLU", "", None, 1])
def test_refuses_an_unknown_activation(name):
    refused(("nonlinearity", "'relu'", repr(name)), calculate_gain, name)
    refused(("nonlinearity",), kaiming_uniform, SHAPE, nonlinearity=name, rng=rng())


@pytest.mark.parametrize("wrong", ["1", True, math.nan, math.inf, 1j, [1]])
def test_refuses_what_is_no_number(wrong):
    refused(("param",), calculate_gain, "leaky_relu", wrong)
    refused(("a",), kaiming_uniform, SHAPE, wrong, rng=rng())
    refused(("a",), kaiming_normal, SHAPE, wrong, rng=rng())
    refused(("gain",), xavier_uniform, SHAPE, wrong, rng=rng())
    refused(("gain",), xavier_normal, SHAPE, wrong, rng=rng())
