"""The figures of the initialization chapter: what they say is what they were given."""

import numpy as np
import pytest

from convbook import conv2d
from legibility import assert_legible
from requirements import need

figures = need("convbook.figures.initialization")


def falling(factor, seeds=3, layers=4):
    """Levels that fall by a factor in each layer, without noise."""
    return np.tile(float(factor) ** np.arange(layers + 1), (seeds, 1))


def lines(ax):
    return [line.get_ydata() for line in ax.get_lines()]


def test_two_inputs_tells_how_far_they_are_apart():
    pair = np.arange(32.0).reshape(2, 4, 4)
    maps = {net: {"input": pair, "layer 9": pair} for net in ("bad", "good")}
    fig = figures.two_inputs(maps, {"bad": [0.7, 1e-9], "good": [0.7, 0.4]})
    assert "bad: 70 % at input, < 0.001 % at layer 9; good: 70 % at input, 40 %" in fig.alt
    assert len(fig.axes) == 8
    assert all(image.get_clim() == (0, 31) for ax in fig.axes for image in ax.images)
    assert_legible(fig)


def test_sign_kernels_counts_each_output():
    image = np.arange(4.0).reshape(1, 2, 2)
    outputs = conv2d(image, np.array([[1.0, 1], [1, 1], [-1, -1], [-1, -1], [1, -1], [-1, 1],
                                      [1, -1], [-1, 1]]).reshape(4, 1, 2, 2)).ravel()  # fmt: skip
    fig = figures.sign_kernels(outputs)
    dots = [sum(len(y) for y in lines(ax)) for ax in fig.axes]
    assert dots == [outputs.size] * 2
    mean, square = outputs.mean(), (np.maximum(outputs, 0) ** 2).mean()
    assert f"have mean {mean:g} and" in fig.alt
    assert f"mean square {square:g}." in fig.alt
    assert_legible(fig)


def test_relu_moments_are_measured():
    z = 5 * np.random.default_rng(0).standard_normal(200_000)
    fig = figures.relu_moments(z)
    for words in ("50 %", "0.399 σ", "0.583 σ", "0.500 σ squared", "200000 sums"):
        assert words in fig.alt
    assert_legible(fig)


def test_decay_draws_levels_and_theory():
    names = {"a": 1.0, "b": 0.5, "c": 1 / 3, "d": 1 / 6}
    fig = figures.decay({name: falling(f) for name, f in names.items()}, names)
    drawn = lines(fig.axes[0])
    for level, theory, factor in zip(drawn[::2], drawn[1::2], names.values(), strict=True):
        np.testing.assert_allclose(level, theory)
        assert level[-1] == pytest.approx(factor**4)
    assert "d 7.7e-04" in fig.alt
    assert_legible(fig)


def test_decay_wants_a_factor_for_each_line():
    with pytest.raises(ValueError, match="zip"):
        figures.decay({"a": falling(1)}, {"a": 1.0})


def test_hidden_collapse_tells_both_ends_and_the_floor():
    levels = {"default": falling(0.5), "He": falling(1)}
    differences = {"default": falling(0.1), "He": falling(0.9)}
    fig = figures.hidden_collapse(levels, differences, floor=0.07)
    assert "default: the signal ends at 6.2e-02, the difference at 1.0e-04" in fig.alt
    assert "the floor 7.0e-02" in fig.alt
    assert_legible(fig)


def test_gradients_run_back_to_the_input():
    fig = figures.gradients({"bad": falling(0.1), "good": falling(1)}, {"bad": 0.1, "good": 1})
    assert "bad 1.0e-04" in fig.alt
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["4", "2", "0"]
    assert_legible(fig)


def test_loss_curves_average_the_last_steps():
    steps = np.linspace(2.3, 0.3, 21)
    curves = {"8 layers": {"PyTorch's": np.full((2, 21), 2.3), "He": np.tile(steps, (2, 1))}}
    fig = figures.loss_curves(curves, np.log(10))
    assert f"He, ends at {steps[-8:].mean():.2f} to {steps[-8:].mean():.2f}" in fig.alt
    assert "PyTorch's, ends at 2.30 to 2.30" in fig.alt
    assert_legible(fig)
