"""The figures of the initialization chapter: what they say is what they were given."""

import numpy as np
import pytest

from convbook import conv2d
from legibility import assert_legible, tiles
from requirements import need

figures = need("convbook.figures.initialization")


def falling(factor, seeds=3, layers=4):
    """Levels that fall by a factor in each layer, without noise."""
    return np.tile(float(factor) ** np.arange(layers + 1), (seeds, 1))


def test_two_inputs_tells_how_far_they_are_apart():
    pair = np.arange(32.0).reshape(2, 4, 4)
    maps = {net: {"input": pair, "layer 9": pair + 1} for net in ("bad", "good")}
    fig = figures.two_inputs(maps, {"bad": [0.7, 1e-9], "good": [0.7, 0.4]}, ("cat", "cup"))
    assert "bad, input: 70 % apart. bad, layer 9: < 0.001 % apart. good, input: 70 %" in fig.alt
    shown = tiles(fig.axes[0].images[0], 4)
    assert np.array_equal(shown[:2], pair)
    assert np.array_equal(shown[2], abs(pair[0] - pair[1]))
    limits = [image.get_clim() for ax in fig.axes for image in ax.images]
    assert limits == 2 * [(0, 31), (1, 32)]
    assert_legible(fig)


def test_the_difference_of_equal_maps_is_black():
    pair = np.tile(np.arange(16.0).reshape(4, 4), (2, 1, 1)) + 5
    fig = figures.two_inputs({"net": {"input": pair}}, {"net": [0.0]}, ("cat", "cat"))
    (image,) = fig.axes[0].images
    assert (tiles(image, 4)[2] == image.get_clim()[0]).all()


def test_sign_kernels_counts_each_output():
    image = np.arange(4.0).reshape(1, 2, 2)
    outputs = conv2d(image, np.array([[1.0, 1], [1, 1], [-1, -1], [-1, -1], [1, -1], [-1, 1],
                                      [1, -1], [-1, 1]]).reshape(4, 1, 2, 2)).ravel()  # fmt: skip
    fig = figures.sign_kernels(outputs)
    dots = [mark for mark in fig.drawn if mark.kind == "dots"]
    assert sum(mark.values.size for mark in dots) == 2 * outputs.size
    assert {"negative", "output"} <= {mark.role for mark in dots}
    mean, square = outputs.mean(), (np.maximum(outputs, 0) ** 2).mean()
    assert f"have mean {mean:g} and" in fig.alt
    assert f"mean square {square:g};" in fig.alt
    assert_legible(fig)


def test_relu_moments_are_measured():
    z = 5 * np.random.default_rng(0).standard_normal(200_000)
    fig = figures.relu_moments(z)
    for words in ("50 %", "0.399 σ", "0.583 σ", "0.500 σ squared", "200000 sums"):
        assert words in fig.alt
    negative, positive = (fig.marks[f"{sign} sums"] for sign in ("negative", "positive"))
    assert (negative.role, positive.role) == ("quiet", "output")
    assert negative.values.sum() == pytest.approx(positive.values.sum(), rel=0.02)
    assert_legible(fig)


def test_decay_draws_levels_and_theory():
    names = {"a": 1.0, "b": 0.5, "c": 1 / 3, "d": 1 / 6}
    fig = figures.decay({name: falling(f) for name, f in names.items()}, names)
    theory = [mark.values for mark in fig.drawn if mark.kind == "line"]
    for (name, factor), line in zip(names.items(), theory, strict=True):
        np.testing.assert_allclose(fig.marks[name].values, line)
        assert line[-1] == pytest.approx(factor**4)
    assert "d ends at 7.7e−04" in fig.alt
    assert "median of 3 seeds, the band holds all" in fig.alt
    assert_legible(fig)


def test_decay_wants_a_factor_for_each_line():
    with pytest.raises(ValueError, match="zip"):
        figures.decay({"a": falling(1)}, {"a": 1.0})


def test_hidden_collapse_tells_both_ends_and_the_floor():
    levels = {"default": falling(0.5), "He": falling(1)}
    differences = {"default": falling(0.1), "He": falling(0.9)}
    fig = figures.hidden_collapse(levels, differences, floor=0.07)
    assert "signal, default: 6.2e−02 at the end. difference, default: 1.0e−04" in fig.alt
    assert "the floor at 7.0e−02" in fig.alt
    assert fig.marks["difference, He"].role == "kernel"
    assert_legible(fig)


def test_shares_compare_what_was_measured_with_theory():
    measured = {"PyTorch's": falling(0.1), "He": falling(0.7)}
    fig = figures.shares(measured, 0.7 ** np.arange(5))
    np.testing.assert_allclose(fig.marks["He"].values, fig.marks["predicted"].values)
    assert "PyTorch's: 1.00 after the first layer, 1.0e−04 after the last" in fig.alt
    assert_legible(fig)


def test_waking_is_the_median_step():
    steps = {
        "slow": {3: np.array([10, 30, 40]), 6: np.array([200, 210, 290])},
        "quick": {3: np.array([10, 11, 12]), 12: np.array([50, 60, 70])},
        "at once": {3: np.array([10, 10, 10]), 12: np.array([10, 12, 14])},
    }
    fig = figures.waking(steps)
    assert "slow, layers 3, 6: 30, 210 steps. quick, layers 3, 12: 11, 60 steps." in fig.alt
    assert "median of 3 seeds" in fig.alt
    assert_legible(fig)


def test_loss_curves_average_the_last_steps():
    steps = np.linspace(2.3, 0.3, 21)
    curves = {"8 layers": {"PyTorch's": np.full((2, 21), 2.3), "He": np.tile(steps, (2, 1))}}
    fig = figures.loss_curves(curves, np.log(10))
    assert f"8 layers, He: ends at {steps[-8:].mean():.2f} to {steps[-8:].mean():.2f}" in fig.alt
    assert "8 layers, PyTorch's: ends at 2.30 to 2.30" in fig.alt
    assert_legible(fig)
