"""The figures of the filters chapter: what they say is what they were given."""

import numpy as np
import pytest

from convbook import FILTER_KINDS, conv2d
from legibility import assert_legible
from requirements import need

figures = need("convbook.figures.filters")


def rng(seed=0):
    return np.random.default_rng(seed)


def words(fig):
    """Every text of a figure, in the order of drawing."""
    return [text.get_text() for text in [*fig.texts, *(t for ax in fig.axes for t in ax.texts)]]


def pictures(fig):
    return [image.get_array() for ax in fig.axes for image in ax.images]


def test_nine_filters_are_drawn_with_their_kinds():
    bank, kinds = rng().standard_normal((9, 3, 8, 8)), ["edge"] * 4 + ["grating"] * 5
    fig = figures.nine_filters(bank, kinds)
    assert words(fig) == kinds
    assert "4 named edge, 5 named grating" in fig.alt
    for tile, weight in zip(pictures(fig), bank, strict=True):
        zero = 2 * (tile.transpose(2, 0, 1) - 0.5) * abs(weight).max()
        np.testing.assert_allclose(zero, weight, atol=1e-12)
    assert_legible(fig)


def test_by_hand_writes_what_it_is_given():
    image = np.arange(9).reshape(3, 3)
    outputs = conv2d(image[None], np.arange(4).reshape(1, 1, 2, 2))[0]
    fig = figures.by_hand(image, outputs, 43, np.diag([0, 1]), np.diag([0, 0, 3]))
    assert [word for word in words(fig) if word.isdigit()][:10] == [*"012345678", "19"]
    assert "19, 25, 37, 43, and the largest of them, 43" in fig.alt
    assert_legible(fig)


def test_learning_curves_tell_both_ends():
    right = np.array([[0.5, 0.9], [0.7, 0.98]])
    fig = figures.learning_curves(1 - right, right)
    assert "rises from 60.0 % to 94.0 %, from 90.0 to 98.0 % at the end" in fig.alt
    assert "falls from 0.40 to 0.06" in fig.alt
    np.testing.assert_allclose(fig.axes[1].lines[-1].get_ydata(), [60, 94])
    assert_legible(fig)


def test_confusion_counts():
    matrix = np.diag([5, 6, 7])
    matrix[2, 0] = 4
    fig = figures.confusion(matrix)
    assert "stand 18 right answers, elsewhere 4 wrong ones. Most often: 2 read as 0, 4" in fig.alt
    assert sorted(word for word in words(fig) if word in "4567") == ["4", "5", "6", "7"]
    assert_legible(fig)


def test_mistakes_count_the_networks():
    answers = np.array([[1, 5], [2, 3], [1, 3]])
    fig = figures.mistakes(np.zeros((2, 4, 4)), np.array([7, 3]), answers)
    assert words(fig) == ["7 → 1 (2) 2 (1)", "3 → 5 (1)"]
    assert "a 7 was read as 1 (2) 2 (1); a 3 was read as 5 (1)" in fig.alt
    assert_legible(fig)


def test_all_rows_of_the_starting_scale_have_one_scale():
    bank = rng().standard_normal((9, 1, 5, 5))
    fig = figures.starting_scale({"a": bank, "b": bank / 10}, {"a": 0.5, "b": 0.25})
    faint = [tile[..., 3].max() for tile in pictures(fig)]
    assert max(faint[9:]) < 0.3 < min(faint[:9])
    assert "a: 0.50; b: 0.25" in fig.alt
    assert_legible(fig)


def test_signed_tiles_are_warm_cool_and_empty():
    tile = figures._signed(np.array([[2.0, -1, 0]]), scale=2)
    np.testing.assert_allclose(tile[0, :, 3], [1, 0.5, 0])
    assert tile[0, 0, 0] > tile[0, 0, 2]
    assert tile[0, 1, 0] < tile[0, 1, 2]


def test_sorted_filters_count_each_kind():
    kinds = [FILTER_KINDS[n % 3] for n in range(14)]
    fig = figures.sorted_filters(rng().standard_normal((14, 3, 8, 8)), kinds)
    assert words(fig) == ["edge: 5", "grating: 5", "colour blob: 4"]
    assert "edge 5, grating 5, colour blob 4, opponent edge 0, other 0" in fig.alt
    assert len(pictures(fig)) == 14
    assert_legible(fig)


def test_counts_are_as_long_as_they_say():
    fig = figures.counts({"a": 40, "b": 14, "c": 10}, {"a": 28, "b": 27, "c": 9})
    assert [box.get_width() for box in fig.axes[0].patches] == [40, 14, 10, 28, 27, 9]
    assert "a 28, b 27, c 9" in fig.alt
    assert_legible(fig)


def test_the_second_layer_shows_each_slice():
    fig = figures.second_layer(rng().standard_normal((9, 3, 3)), rng().standard_normal((10, 10)))
    assert len(pictures(fig)) == 10
    assert "9 small tables of 3×3 weights" in fig.alt
    assert "a table of 10×10 weights" in fig.alt
    assert_legible(fig)


def test_top_nine_shows_patches_and_projections():
    nine = {f"map {k}": rng(k).standard_normal((9, 10, 10)) for k in (3, 5)}
    fig = figures.top_nine(nine, nine)
    assert len(pictures(fig)) == 36
    assert "map 3, map 5" in fig.alt
    assert_legible(fig)


def test_occlusion_tells_the_worst_cover():
    probability = np.full((4, 4), 0.9)
    probability[1, 2] = 0.25
    fig = figures.occlusion(np.eye(6), probability, np.eye(6), np.eye(6), 7)
    assert "from 0.25 (dark, lowest with the square's corner at row 1, column 2) to 0.90" in fig.alt
    assert_legible(fig)


def test_explanations_have_seven_columns():
    tiles = [rng(k).standard_normal((2, 6, 6)) for k in range(3)]
    both = {"deconvnet": tiles, "gradient": tiles}
    fig = figures.explanations(np.zeros((2, 6, 6)), both, {"deconvnet": 0.31, "gradient": -0.4})
    assert len(pictures(fig)) == 14
    assert "deconvnet 0.31; gradient -0.40" in fig.alt
    assert_legible(fig)


def test_aliasing_shows_two_rows_on_one_scale():
    pair = [np.eye(6), 3 * np.eye(6)]
    fig = figures.aliasing(np.zeros((6, 6, 3)), np.ones((3, 2, 2)), {"stride 1": pair})
    assert [image.get_clim() for ax in fig.axes[2:] for image in ax.images] == [(-1, 1), (-1, 1)]
    assert_legible(fig)


def test_aliased_marks_the_medians():
    fig = figures.aliased({"old": np.linspace(0.2, 0.6, 9), "new": np.linspace(0, 0.2, 9)})
    assert "old: 40 %; new: 10 %" in fig.alt
    assert "median 40 %" in words(fig)
    marks = [line.get_xdata()[0] for line in fig.axes[0].lines[1::2]]
    assert marks == pytest.approx([0.4, 0.1])
    assert_legible(fig)
