"""The figures of the matmul chapter: what they say is what the library computes."""

from typing import Any

import numpy as np
import pytest

from convbook import conv2d_loop, convolution_matrix, unfold
from convbook.figures import matmul as figures

IMAGE = np.array([list("ABC"), list("DEF"), list("GHJ")])
KERNEL = np.array([list("αβ"), list("γδ")])
OUTPUT = np.array([list("PQ"), list("RS")])
VIEWS = [
    figures.matrix_view, figures.equation_view, figures.window_view, figures.patch_view,
    figures.network_view, figures.transpose_view,
]  # fmt: skip
BLUR = np.outer([1, 2, 1], [1, 2, 1]) / 16

each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)


@each_view
def test_a_view_names_every_letter(view: Any) -> None:
    alt = view(IMAGE, KERNEL, OUTPUT).alt
    assert all(letter in alt for letter in (*IMAGE.flat, *KERNEL.flat, *OUTPUT.flat))


@each_view
def test_a_view_refuses_shapes_that_do_not_go_together(view: Any) -> None:
    with pytest.raises(ValueError, match="output must have shape"):
        view(IMAGE, KERNEL, IMAGE)
    with pytest.raises(ValueError, match="kernel must have at most 4 weights"):
        view(IMAGE, IMAGE, OUTPUT[:1, :1])
    with pytest.raises(ValueError, match="image must have a different letter"):
        view(np.full((3, 3), "A"), KERNEL, OUTPUT)


def test_the_equations_are_what_the_definition_computes() -> None:
    """Put numbers for letters into the text that a screen reader reads."""
    rng = np.random.default_rng(0)
    pixels, weights = rng.integers(1, 9, (3, 3)), rng.integers(1, 9, (2, 2))
    values = dict(zip((*IMAGE.flat, *KERNEL.flat), (*pixels.flat, *weights.flat), strict=True))
    alt = figures.equation_view(IMAGE, KERNEL, OUTPUT).alt
    sums = []
    for sentence in alt.split(". ")[:4]:
        terms = sentence.split(" = ")[1].replace("+ b", "").replace(".", "").split(" + ")
        sums.append(sum(values[term.strip()[0]] * values[term.strip()[1]] for term in terms))
    assert sums == conv2d_loop(pixels[None], weights[None, None]).ravel().tolist()


def test_counts_are_in_the_descriptions() -> None:
    assert "Of 36 entries 16 hold one of four" in figures.matrix_view(IMAGE, KERNEL, OUTPUT).alt
    assert (
        "used 1, 2, 1, 2, 4, 2, 1, 2, 1 times" in figures.equation_view(IMAGE, KERNEL, OUTPUT).alt
    )
    assert "20 are cut" in figures.network_view(IMAGE, KERNEL, OUTPUT).alt
    assert "The pixel E stands in 4" in figures.patch_view(IMAGE, KERNEL, OUTPUT).alt
    assert "E gets δP + γQ + βR + αS" in figures.transpose_view(IMAGE, KERNEL, OUTPUT).alt
    assert "1.148 % of" in figures.matrix_at_scale(np.arange(1, 10).reshape(3, 3), 28).alt


@each_view
def test_a_weight_has_one_colour(view: Any) -> None:
    """Each box of a weight has its name, and a name in two colours is refused."""
    fig = view(IMAGE, KERNEL, OUTPUT)
    roles = [fig.marks[letter].role for letter in KERNEL.flat if letter in fig.marks]
    assert roles == ["alpha", "beta", "gamma", "delta"][: len(roles)]
    assert roles or view is figures.network_view
    wires = [mark.role for mark in fig.drawn if mark.kind == "line"]
    assert wires.count("line") == (20 if view is figures.network_view else 0)


def test_the_big_matrix_has_a_line_for_every_diagonal() -> None:
    kernel, size = np.arange(1, 10).reshape(3, 3), 8
    bands = [m for m in figures.matrix_at_scale(kernel, size).drawn if m.kind == "line"]
    lengths = [size * np.diff(band.values.reshape(-1, 3)[:, :2]).sum() for band in bands]
    assert sum(lengths) == pytest.approx(
        np.count_nonzero(convolution_matrix(np.ones((1, 1, 3, 3)), 8))
    )
    assert [band.role for band in bands] == ["alpha", "beta", "gamma"]


def test_the_photograph_is_multiplied_by_its_matrix() -> None:
    image, kernel = np.random.default_rng(0).random((6, 7)), np.arange(9.0).reshape(3, 3)
    marks = figures.photograph(image, kernel).marks
    assert np.allclose(marks["edges"].values, conv2d_loop(image[None], kernel[None, None])[0])
    assert np.array_equal(marks["column"].values.ravel(), image.ravel())
    assert np.array_equal(marks["product"].values.ravel(), marks["edges"].values.ravel())


def test_padding_edits_two_entries() -> None:
    alt = figures.padding_edits(np.array(list("ABCDE")), np.array(list("αβγ"))).alt
    assert "circular, which reads E | A B C D E | A: α under E, γ under A" in alt
    assert "reflect, which reads B | A B C D E | D: α+γ under B, α+γ under D" in alt
    assert "replicate, which reads A | A B C D E | E: α+β under A, β+γ under E" in alt


def test_areas_are_to_scale() -> None:
    image = np.zeros((12, 12))
    fig = figures.sizes_to_scale(np.ones((3, 3)), image)
    matrix, *others = (m.place for m in fig.drawn if m.kind == "box")
    areas = np.array([(p[2] - p[0]) * (p[3] - p[1]) for p in (matrix, *others)])
    sizes = [9, image.size, unfold(image[None], 3).size]
    expected = [convolution_matrix(np.ones((1, 1, 3, 3)), 12).size, *sizes]
    assert np.allclose(areas / areas[0], np.array(expected) / expected[0])
    assert [fig.marks[name].values for name in ("kernel", "image", "patches")] == sizes


def test_the_blind_spot_is_seen_to_be_one() -> None:
    """Stripes that the blur does see would make the two blurred pictures differ."""
    image = np.random.default_rng(0).random((8, 8))
    stripes = 0.1 * np.where(np.arange(8) % 2, 1, -1) * np.ones((8, 1))
    assert "less than 1e-1" in figures.blind_spot(image, stripes, BLUR).alt
    assert "less than 1e-1" not in figures.blind_spot(image, stripes + 0.5, BLUR).alt


def test_only_measured_times_are_marked_as_measured() -> None:
    fig = figures.times((8, 16), {"loop": [2.0, 4.0]}, 1.0)
    assert fig.measured
    assert "loop: 2, 4" in fig.alt
    assert not figures.border_blocks(3, 4).measured
