"""The padding chapter's figures, and the names of the modes in PyTorch."""

from types import ModuleType

import numpy as np
import pytest

from convbook import conv2d, pad
from convbook.figures import padding as figures

ROW = np.array([1, 2, 3, 4])
PHOTOGRAPH = np.random.default_rng(0).integers(0, 256, (20, 24, 3)).astype("uint8")


def test_a_row_is_continued_as_the_table_of_pad_says() -> None:
    marks = figures.continued_row(ROW, 2).marks
    expected = {"constant": "0 0 1 2 3 4 0 0", "reflect": "3 2 1 2 3 4 3 2",
                "replicate": "1 1 1 2 3 4 4 4", "circular": "3 4 1 2 3 4 1 2",
                "symmetric": "2 1 1 2 3 4 4 3"}  # fmt: skip
    assert {mode: " ".join(map(str, marks[mode].values.ravel())) for mode in expected} == expected


def test_a_photograph_is_continued_by_pad() -> None:
    marks = figures.continuations(PHOTOGRAPH, (6, 8), 8, 4).marks
    crop = np.moveaxis(PHOTOGRAPH[6:14, 8:16], -1, 0)
    assert (marks["what the camera saw"].values == PHOTOGRAPH[2:18, 4:20]).all()
    for name, mode in {"zeros": "constant", "circular": "circular", "reflect": "reflect"}.items():
        assert (np.moveaxis(marks[name].values, -1, 0) == pad(crop, (4,) * 4, mode)).all()
    assert (marks["symmetric"].values[3] == marks["symmetric"].values[4]).all()


def test_damage_is_none_where_the_invention_is_true() -> None:
    flat = np.full((30, 30), 7.0) + np.eye(30)
    fig = figures.damage(flat, (slice(10, 20),) * 2, {"blur": np.full((3, 3), 1 / 9)})
    errors = {mark.facts["mode"]: mark.facts["error"] for mark in fig.marks.values() if mark.facts}
    assert errors["zeros"] > errors["reflect"] > 0


def test_by_hand_draws_what_conv2d_gives() -> None:
    image, kernel = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
    marks = figures.by_hand(image, kernel).marks
    result = conv2d(image[None], kernel[None, None], padding="same")[0]
    assert (marks["output with zeros"].values == result).all()
    mirrored = [[19, 25, 23], [37, 43, 41], [25, 31, 29]]
    assert marks["output with reflect"].values.tolist() == mirrored


def test_lost_rings_counts_down() -> None:
    figure = figures.lost_rings(28, 3, 10)
    assert figure.marks["sizes"].values.tolist() == [*range(28, 7, -2)]
    assert "64 of 784 positions" in figure.alt


def test_errors_are_sorted_and_said() -> None:
    errors = {"blur": {"bad": np.full((3, 2), 0.5), "good": np.full((3, 2), 0.04)}}
    figure = figures.border_errors(errors)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["good", "bad"]
    assert (figure.marks["blur: good"].values == 0.04).all()
    assert "nine tenths" in figure.alt


def test_levels_and_maps_are_said() -> None:
    levels = {"zeros": np.array([[1, 0.5], [1, 0.4], [1, 0.9]]), "reflect": np.array([[1, 0.97]])}
    figure = figures.signal_by_layer(levels, np.array([1, 0.55]))
    assert "the median of zeros ends at 0.50" in figure.alt
    assert figure.marks["predicted"].values[-1] == 0.55
    facts = figure.marks["zeros"].facts
    assert (facts["middle"], facts["band"]) == ("median", 1)
    values = np.linspace(0.1, 0.9, 9).reshape(3, 3)
    marks = figures.where_the_signal_dies(values, values).marks
    assert marks["measured, %"].facts["corner"] == 10


def test_leak_counts_the_positions_that_differ() -> None:
    maps = np.zeros((2, 3, 3))
    maps[:, 0] = maps[1, 1] = 0.5
    figure = figures.leak({"zeros": maps})
    assert "after layer 1, 3 of 9 positions differ" in figure.alt
    assert "after layer 2 6." in figure.alt


def test_windows_stand_where_stride_and_padding_put_them() -> None:
    marks = figures.strided_windows(np.arange(1, 7), 3, {"a": (1, 1), "b": (0, 1)}).marks
    assert marks["a"].facts["centres"] == [1, 3, 5]
    assert marks["b"].facts["centres"] == [2, 4, 6]


def test_rotated_says_how_much_is_empty() -> None:
    half = PHOTOGRAPH + np.uint8(1)
    half = np.where(np.arange(24)[None, :, None] < 12, 0, np.maximum(half, 1))
    assert "50 % of the area" in figures.rotated(half, PHOTOGRAPH).alt


def test_figures_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="pad must be at most 3"):
        figures.continued_row(ROW, 4)
    with pytest.raises(ValueError, match=r"must fit into the padded input"):
        figures.lost_rings(8, 3, 4)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_names_in_pytorch(torch: ModuleType, mode: str) -> None:
    """The first two rows of the table of names in `conventions`."""
    image = np.arange(30.0).reshape(1, 1, 5, 6)
    functional = torch.nn.functional.pad(torch.from_numpy(image), (2, 1, 1, 2), mode=mode)
    np.testing.assert_array_equal(functional.numpy(), pad(image, (2, 1, 1, 2), mode))
    layer = torch.nn.Conv2d(1, 1, 3, padding=(1, 2), padding_mode=mode, bias=False).double()
    weight = layer.weight.detach().numpy()
    expected = conv2d(pad(image, (2, 2, 1, 1), mode), weight)
    result = layer(torch.from_numpy(image)).detach().numpy()
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


def test_pytorch_has_no_symmetric_padding(torch: ModuleType) -> None:
    """When this fails, the dash of the table has become wrong: rejoice, and write the name in."""
    with pytest.raises((NotImplementedError, ValueError, RuntimeError)):
        torch.nn.functional.pad(torch.zeros(1, 1, 4, 4), (1, 1, 1, 1), mode="symmetric")
    with pytest.raises(ValueError, match="symmetric"):
        torch.nn.Conv2d(1, 1, 3, padding=1, padding_mode="symmetric")
