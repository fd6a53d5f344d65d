"""The figures of the filters chapter draw what they are given, and say what they drew."""

import numpy as np
import pytest

from convbook import FILTER_KINDS, conv2d
from legibility import assert_legible, tiles
from requirements import need

figures = need("convbook.figures.filters")
blocks = need("convbook.figures._blocks")


def rng(seed=0):
    return np.random.default_rng(seed)


def words(fig):
    """Every text of a figure, in the order of drawing."""
    return [text.get_text() for ax in fig.axes for text in ax.texts if text.get_text()]


def pictures(fig, side):
    """Every picture, those that are made of tiles in pieces."""
    return [tile for ax in fig.axes for image in ax.images for tile in tiles(image, side)]


def scales(fig):
    """Value of the strongest colour of each picture."""
    return [image.get_clim()[1] for ax in fig.axes for image in ax.images]


def test_nine_filters_have_one_scale_and_their_names():
    bank, kinds = rng().standard_normal((9, 3, 8, 8)), ["edge"] * 4 + ["grating"] * 5
    bank[3] /= 10
    fig = figures.nine_filters(bank, kinds)
    assert words(fig) == kinds
    assert ", ".join(kinds) in fig.alt
    scale = np.quantile(abs(bank), 0.98)
    for tile, weight in zip(pictures(fig, 8), bank, strict=True):
        drawn = 2 * scale * (tile.transpose(2, 0, 1) - 0.5)
        np.testing.assert_allclose(drawn, np.clip(weight, -scale, scale), atol=1e-12)
    assert_legible(fig)


def test_sorted_filters_count_each_kind_and_show_each_filter():
    kinds = [FILTER_KINDS[n % 3] for n in range(14)]
    bank = rng().standard_normal((14, 3, 8, 8))
    fig = figures.sorted_filters(bank, kinds)
    assert [fig.marks[kind].values for kind in FILTER_KINDS[:3]] == [5, 5, 4]
    assert "edge: 5. grating: 5. colour blob: 4." in fig.alt
    assert FILTER_KINDS[3] not in fig.alt
    first = bank[np.argsort([FILTER_KINDS.index(kind) for kind in kinds], kind="stable")]
    scale = np.quantile(abs(bank), 0.98)
    for tile, weight in zip(pictures(fig, 8), first, strict=True):
        np.testing.assert_allclose(tile, blocks.tinted(weight, scale))
    assert_legible(fig)


def test_no_tile_of_the_mosaic_covers_another():
    for counts in ((20, 25, 3, 14, 2), (7, 8, 9, 1, 1), (17, 1, 1, 1, 1)):
        kinds = [kind for kind, n in zip(FILTER_KINDS, counts, strict=True) for _ in range(n)]
        fig = figures.sorted_filters(rng().standard_normal((len(kinds), 3, 4, 4)), kinds)
        (ax,) = fig.axes
        taken = [(round(box.get_x() // 1.5), round(box.get_y() // 1.5)) for box in ax.patches]
        assert len(taken) == len(pictures(fig, 4)) == len(kinds)
        for kind in {*kinds}:
            left, top, *_ = (edge * ax.get_xlim()[1] / 712 for edge in fig.marks[kind].place)
            taken += [(round(left // 1.5) + beside, round(top // 1.5)) for beside in (0, 1)]
        assert len({*taken}) == len(taken)
        assert max(x for x, _ in taken) < 10
        assert_legible(fig)


def test_by_hand_writes_what_it_is_given():
    image = np.arange(9).reshape(3, 3)
    outputs = conv2d(image[None], np.arange(4).reshape(1, 1, 2, 2))[0]
    fig = figures.by_hand(image, outputs, 43, np.diag([0, 1]), np.diag([0, 0, 3]))
    assert "19, 25, 37, 43, and the largest of them, 43" in fig.alt
    assert [fig.marks[n].role for n in ("image", "convolved", "pooled", "kernel stamped")] == [
        "input", "output", "output", "gradient"]  # fmt: skip
    assert fig.marks["put at the switch"].values.tolist() == [[0, 0], [0, 1]]
    assert_legible(fig)


def test_mistakes_count_the_networks():
    answers = np.array([[1, 5, 2], [2, 3, 2], [1, 3, 2]])
    fig = figures.mistakes(np.zeros((3, 4, 4)), np.array([7, 3, 3]), answers)
    assert words(fig) == ["7 → 1 (2), 2 (1)", "3 → 5 (1)", "3 → 2 (3)"]
    assert "7 → 1 (2), 2 (1). 3 → 5 (1). 3 → 2 (3)." in fig.alt
    assert_legible(fig)


def test_all_blocks_of_the_starting_scale_have_one_scale():
    bank = rng().standard_normal((9, 5, 5))
    banks = {"a": bank, "b": bank / 10, "c": bank, "d": bank}
    answers = rng().random((9, 8, 8))
    fig = figures.starting_scale(banks, dict.fromkeys("abc", 0.5) | {"d": 0.25}, bank[0], answers)
    kernels, (_, shown) = scales(fig)[:4], scales(fig)[4:]
    assert {*kernels} == {np.quantile(abs(np.stack([*banks.values()])), 0.98)}
    assert shown == answers.max()
    np.testing.assert_array_equal(tiles(fig.axes[1].images[0], 5), bank / 10)
    assert "c: roughness 0.50. d: roughness 0.25." in fig.alt
    assert words(fig).count("roughness 0.25") == 1
    assert_legible(fig)


def test_pushed_kernels_tell_their_likeness():
    sketches = rng().standard_normal((10, 6, 6))
    fig = figures.pushed(sketches, np.linspace(0.1, 0.9, 10))
    for tile, sketch in zip(pictures(fig, 6), sketches, strict=True):
        np.testing.assert_allclose(tile, sketch / abs(sketch).max())
    assert words(fig)[-1] == "0.90"
    assert "from 0.10 to 0.90" in fig.alt
    assert_legible(fig)


def test_top_nine_shows_patches_beside_projections():
    patches = {f"map {k}": rng(k).random((9, 10, 10)) for k in (3, 5)}
    projections = {name: nine - 0.5 for name, nine in patches.items()}
    fig = figures.top_nine(patches, projections)
    drawn = [*patches["map 3"], *projections["map 3"], *patches["map 5"], *projections["map 5"]]
    np.testing.assert_array_equal(pictures(fig, 10), drawn)
    assert "map 3. map 5." in fig.alt
    assert_legible(fig)


def test_occlusion_puts_what_is_lost_at_the_middle_of_the_cover():
    probability = np.full((12, 12), 1.0)
    probability[3, 7] = 0.25
    others = {"gradient": rng(1).standard_normal((16, 16)), "deconvnet": np.eye(16)}
    fig = figures.occlusion(np.eye(16), probability, others)
    tinted = [box for box in fig.axes[1].patches if box.get_facecolor()[3] > 0]
    assert [(int(box.get_x()), int(box.get_y() - 2.95)) for box in tinted] == [(9, 5)]
    assert tinted[0].get_facecolor()[3] == pytest.approx(0.85 * 0.75)
    worst = max(fig.axes[1].patches, key=lambda box: box.get_linewidth())
    middle = worst.get_x() + worst.get_width() / 2, worst.get_y() + worst.get_height() / 2
    assert middle == pytest.approx((tinted[0].get_x() + 0.5, tinted[0].get_y() + 0.5))
    assert "up to 0.75" in fig.alt
    assert_legible(fig)


def test_explanations_have_a_scale_for_each_instrument():
    best, last = rng(1).standard_normal((6, 6)), rng(2).standard_normal((6, 6))
    shown = {"deconvnet": [best, 3 * best], "gradient": [best, -last]}
    fig = figures.explanations(np.zeros((6, 6)), shown)
    np.testing.assert_array_equal(pictures(fig, 6)[1:], [best, 3 * best, best, -last])
    assert scales(fig)[1] == scales(fig)[2] != scales(fig)[3] == scales(fig)[4]
    assert [len(row) for row in fig.rows] == [1, 2, 2]
    cosine = -(best * last).sum() / np.sqrt((best**2).sum() * (last**2).sum())
    assert "likeness of 1.00. gradient" in fig.alt
    assert f"last class ({cosine:.2f})".replace("-", "−") in words(fig)
    assert f"likeness of {cosine:.2f}".replace("-", "−") in fig.alt
    assert_legible(fig)


def test_the_switch_swap_draws_a_dot_for_each_pair():
    likeness = {"trained": {"A": np.array([0.1, 0.2, 0.6]), "B": np.array([0.3, 0.5, 0.4])}}
    fig = figures.switch_swap(likeness)
    for name, values in likeness["trained"].items():
        np.testing.assert_array_equal(fig.marks[f"{name}, trained"].values, values)
    assert fig.alt.endswith("A, trained, 0.20; B, trained, 0.40;")
    assert_legible(fig)


def test_aliasing_shows_both_rows_on_one_scale():
    pair = [np.eye(6), 3 * np.eye(6)]
    maps = {"stride 1": pair, "stride 4": pair}
    fig = figures.aliasing(np.zeros((6, 6, 3)), np.ones((3, 2, 2)), maps)
    limits = [image.get_clim() for ax in fig.axes[2:] for image in ax.images]
    assert limits == 4 * [(-1, 1)]
    assert "stride 4 and stride 4, moved: broad level stripes" in fig.alt
    assert_legible(fig)


def test_aliased_marks_the_medians():
    shares = {"stride 4": {"old": np.linspace(0.2, 0.6, 9), "new": np.linspace(0, 0.2, 9)}}
    shares["stride 2"] = {name: share / 2 for name, share in shares["stride 4"].items()}
    fig = figures.aliased(shares)
    assert "old, stride 4: median 40 %" in fig.alt
    assert "new, stride 2: median 5 %" in fig.alt
    assert words(fig) == ["old: median 40 %", "new: median 10 %",
                          "old: median 20 %", "new: median 5 %"]  # fmt: skip
    assert_legible(fig)
