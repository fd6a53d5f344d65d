"""The stride chapter's figures say and draw what convbook computes."""

import re

import numpy as np
import pytest
from matplotlib.text import Text

from convbook import conv2d, conv_transpose2d
from convbook.stride import Layer, budget
from requirements import need

figures = need("convbook.figures.stride")


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_the_bars_of_a_budget_tell_its_sums():
    layers = [Layer(3, padding=1, channels=2), Layer(2, stride=2), Layer(4, channels=5)]
    costs = budget(layers, (1, 8, 8))
    figure = figures.network_budget(["conv", "pool", "dense"], costs)
    assert {"2 × 8 × 8", "2 × 4 × 4", "5 × 1 × 1"} <= set(texts(figure))
    total = sum(cost.activations for cost in costs) / 1e6
    assert f"activations: {total:,.1f} million" in figure.alt


@pytest.mark.parametrize(("total", "said"), [(15_470_264_320, "15.5 G"), (2_400_000, "2.4 M")])
def test_a_large_sum_is_written_short(total, said):
    cost = budget([Layer(3, channels=2)], (1, 8, 8))[0]._replace(multiply_adds=total)
    assert said in texts(figures.network_budget(["conv"], [cost]))


def test_a_layer_without_weights_has_no_bar():
    costs = budget([Layer(3, channels=2), Layer(2, stride=2)], (1, 8, 8))
    (ax,) = figures.network_budget(["conv", "pool"], costs).axes
    assert len(ax.patches) == 2 + 1 + 1


def test_a_name_for_each_layer():
    with pytest.raises(ValueError, match="zip"):
        figures.network_budget(["conv"], budget([Layer(3), Layer(3)], (1, 8, 8)))


@pytest.mark.parametrize(("size", "stride"), [(3, 2), (4, 2), (4, 3), (3, 1)])
def test_by_hand_draws_conv2d(size, stride):
    image, kernel = np.arange(size**2).reshape(size, size), np.arange(4).reshape(2, 2)
    figure = figures.by_hand(image, kernel, stride)
    everything = conv2d(image[None], kernel[None, None])
    kept = conv2d(image[None], kernel[None, None], stride=stride)
    assert set(map(str, everything.ravel())) <= set(texts(figure))
    assert f"keeps {', '.join(map(str, kept.ravel()))};" in figure.alt


def test_by_hand_hatches_the_pixels_that_no_output_depends_on():
    """Found the slow way: change a pixel, and see whether the output changes."""
    image, kernel = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
    unread = []
    for pixel in range(9):
        changed = image + 100 * (image == pixel)
        results = [conv2d(x[None], kernel[None, None] + 1, stride=2) for x in (image, changed)]
        if np.array_equal(*results):
            unread.append(pixel)
    alt = figures.by_hand(image, kernel, 2).alt
    assert f"The pixels {', '.join(map(str, unread))} are hatched" in alt


def test_the_counts_are_drawn():
    reads = np.array([[0, 1], [2, 4]])
    figure = figures.times_read_maps({"a": reads, "b": np.ones((2, 2), int)})
    assert sorted(texts(figure)) == sorted([*"0124", *"1111", "a", "b"])
    assert "a: 1 of 4 pixels are never read, the others 1 to 4 times" in figure.alt
    assert "b: 0 of 4 pixels are never read, the others once" in figure.alt


def test_pictures_share_one_scale():
    figure = figures.pictures({name: np.full((4, 6), float(k)) for k, name in enumerate("abcd")})
    assert {ax.images[0].get_clim() for ax in figure.axes} == {(0.0, 3.0)}
    assert "a, 4 by 6 pixels" in figure.alt


def test_shift_errors_tell_their_medians():
    figure = figures.shift_errors({"plain": np.array([0.5, 0.7, 1.2]), "blur": np.full(3, 0.1)})
    assert "plain: 50 % to 120 %, the median 70 %" in figure.alt
    assert {"70 %", "10 %"} <= set(texts(figure))


def test_shift_curves_tell_their_ends():
    curve = np.array([[0.0, 0.5, 0.8, 0.4, 0.0]] * 3)
    figure = figures.shift_curves({"a": curve, "b": curve / 2, "c": curve / 4})
    assert "a: 50 % at a shift of one pixel, 80 % at most, 0 % at the end" in figure.alt
    with pytest.raises(ValueError, match="zip"):
        figures.shift_curves({"a": curve})


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ([Layer(3, stride=2)] * 3, "15 of the 15"),
        ([Layer(3, dilation=2)] * 3, "7 of the 13"),
        ([Layer(3, dilation=d) for d in (1, 2, 4)], "15 of the 15"),
        ([Layer(1, stride=2), Layer(2)], "2 of the 3"),
    ],
)
def test_pyramids_count_the_pixels_that_are_seen(layers, told):
    assert f"sees {told} pixels" in figures.pyramids({"name": layers}).alt


def test_the_effective_field_counts_its_pixels():
    share = np.zeros((5, 5))
    share[2, 1:4] = 0.2, 0.6, 0.2
    alt = figures.effective_fields({2: share, 3: np.eye(7)}, 0.7).alt
    assert "70 % of the squared gradient lies on 2 of 25 pixels" in alt
    assert re.search(r"two standard deviations, each 0\.6, 0\.0 pixels", alt)


def test_overlaps_tell_the_counts_inside():
    def stamps(k):
        ones = np.ones((1, 1, k, k), int)
        return conv_transpose2d(np.ones((1, 4, 4), int), ones, stride=2)[0]

    alt = figures.overlaps({"three": stamps(3), "four": stamps(4)}).alt
    assert "three: inside, 1, 2, 4 stamps" in alt
    assert "four: inside, 4 stamps" in alt
