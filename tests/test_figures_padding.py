"""The padding chapter's figures, and the names of the modes in PyTorch."""

from types import ModuleType

import numpy as np
import pytest

from convbook import conv2d, pad
from convbook.figures import Figure
from convbook.figures import padding as figures

ROW = np.array([1, 2, 3, 4])
PHOTOGRAPH = np.random.default_rng(0).integers(0, 256, (20, 24, 3)).astype("uint8")


def texts(figure: Figure) -> list[str]:
    """List what is written in a figure, axis by axis."""
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def pixels(figure: Figure) -> list[np.ndarray]:
    """List the pictures of a figure."""
    return [np.asarray(ax.images[0].get_array()) for ax in figure.axes]


def test_a_row_is_continued_as_the_table_of_pad_says() -> None:
    alt = figures.continued_row(ROW, 2).alt
    for told in ("constant 0 0 | 1 2 3 4 | 0 0", "reflect 3 2 | 1 2 3 4 | 3 2",
                 "replicate 1 1 | 1 2 3 4 | 4 4", "circular 3 4 | 1 2 3 4 | 1 2",
                 "symmetric 2 1 | 1 2 3 4 | 4 3"):  # fmt: skip
        assert told in alt


def test_a_photograph_is_continued_by_pad() -> None:
    truth, zeros, circular, *_, symmetric = pixels(figures.continuations(PHOTOGRAPH, (6, 8), 8, 4))
    assert (truth == PHOTOGRAPH[2:18, 4:20]).all()
    crop = np.moveaxis(PHOTOGRAPH[6:14, 8:16], -1, 0)
    assert (np.moveaxis(zeros, -1, 0) == pad(crop, (4,) * 4)).all()
    assert (np.moveaxis(circular, -1, 0) == pad(crop, (4,) * 4, "circular")).all()
    assert (symmetric[3] == symmetric[4]).all()


def test_by_hand_writes_what_conv2d_gives() -> None:
    image, kernel = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
    figure = figures.by_hand(image, kernel)
    result = conv2d(image[None], kernel[None, None], padding="same")[0]
    assert {str(n) for n in result.ravel()} <= {*texts(figure)}
    assert "19 25 10 / 37 43 16 / 7 8 0" in figure.alt
    assert "19 25 23 / 37 43 41 / 25 31 29" in figure.alt


def test_lost_rings_counts_down() -> None:
    figure = figures.lost_rings(28, 3, 10)
    assert "28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8;" in figure.alt
    assert "8 × 8\nleft" in texts(figure)


def test_errors_are_sorted_and_said() -> None:
    errors = {"blur": {"bad": np.full((3, 2), 0.5), "good": np.full((3, 2), 0.04)}}
    figure = figures.border_errors(errors)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["good", "bad"]
    assert "good 4 %, bad 50 %" in figure.alt
    assert "3 photographs with 2 crops" in figure.alt


def test_levels_and_maps_are_said() -> None:
    levels = {"zeros": np.array([[1, 0.5]]), "circular": np.array([[1, 0.97]])}
    alt = figures.signal_by_layer(levels, np.array([1, 0.55])).alt
    assert "zeros ends at 0.50" in alt
    assert "circular ends at 0.97" in alt
    assert "predicts 0.55" in alt
    values = np.linspace(0.1, 0.9, 9).reshape(3, 3)
    assert "10 % in the top left corner" in figures.where_the_signal_dies(values, values).alt


def test_leak_draws_the_layer_and_leaves_the_rest_blank() -> None:
    figure = figures.leak(np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]]))
    assert texts(figure) == ["1"] * 8
    assert "hold 8 positions; the 1 in the middle" in figure.alt


def test_windows_stand_where_stride_and_padding_put_them() -> None:
    alt = figures.strided_windows(np.arange(1, 7), 3, {"a": (1, 1), "b": (0, 1)}).alt
    assert "a: 1 before, 1 after, centres on pixels [1, 3, 5]" in alt
    assert "b: 0 before, 1 after, centres on pixels [2, 4, 6]" in alt


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
    """The first two rows of the chapter's table of names."""
    image = np.arange(30.0).reshape(1, 1, 5, 6)
    functional = torch.nn.functional.pad(torch.from_numpy(image), (2, 1, 1, 2), mode=mode)
    np.testing.assert_array_equal(functional.numpy(), pad(image, (2, 1, 1, 2), mode))
    layer = torch.nn.Conv2d(1, 1, 3, padding=(1, 2), padding_mode=mode, bias=False).double()
    weight = layer.weight.detach().numpy()
    expected = conv2d(pad(image, (2, 2, 1, 1), mode), weight)
    result = layer(torch.from_numpy(image)).detach().numpy()
    np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-12)


def test_pytorch_has_no_symmetric_padding(torch: ModuleType) -> None:
    """When this fails, the chapter's dash has become wrong: rejoice, and write the name in."""
    with pytest.raises((NotImplementedError, ValueError, RuntimeError)):
        torch.nn.functional.pad(torch.zeros(1, 1, 4, 4), (1, 1, 1, 1), mode="symmetric")
    with pytest.raises(ValueError, match="symmetric"):
        torch.nn.Conv2d(1, 1, 3, padding=1, padding_mode="symmetric")
