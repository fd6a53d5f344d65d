"""The figures of the stacking chapter say what they show, and show what the library gives."""

import html

import numpy as np
import pytest

from convbook import DETECTORS, KERNELS, compose, conv2d, max_pool2d
from legibility import assert_legible, texts
from requirements import need

need("matplotlib")
figures = need("convbook.figures.stacking")

IMAGE = np.arange(9).reshape(3, 3)
FIRST = np.array([[[[0, 1], [2, 3]]], [[[-1, 0], [0, 1]]]])
SECOND = np.array([[[[0, 1], [1, 0]], [[1, 1], [1, 1]]]])
WEIGHT = np.arange(54).reshape(3, 2, 3, 3)
PHOTO = np.random.default_rng(0).integers(0, 256, size=(20, 20)).astype(float)
DEGREES = np.arange(0, 361, 5)
SIDE, TOP = 8 * np.cos(np.radians(DEGREES)), 8 * np.sin(np.radians(DEGREES))
MAP = np.maximum(PHOTO[1:-1, 1:-1] - 100, 0)
PART = np.array([[0, 9, 1, 2, 3], [0, 0, 1, 7, 1], [5, 0, 0, 0, 0], [0, 5, 0, 4, 0]])
STAGES = {"picture": PHOTO[None], "maps": np.stack([MAP, MAP])}

DRAWN = {
    "detectors": lambda: figures.detectors(PHOTO, DETECTORS),
    "blind_angles": lambda: figures.blind_angles(DEGREES, SIDE, TOP),
    "disc": figures.disc,
    "weight_tensor": lambda: figures.weight_tensor(WEIGHT, (1, 0, 2, 1)),
    "two_layers": lambda: figures.two_layers(IMAGE, FIRST, SECOND),
    "whole_network": lambda: figures.whole_network(STAGES, np.array([0.2, 0.7, 0.1])),
    "stamped": lambda: figures.stamped(FIRST, SECOND),
    "flat_areas": lambda: figures.flat_areas(PHOTO, MAP, MAP, MAP[1:-1, 1:-1]),
    "separated": lambda: figures.separated(KERNELS["emboss"]),
    "missing_shares": lambda: figures.missing_shares({"a": [0.1, 0.2, 0.25], "b": [0.0, 0.0]}),
    "max_pooling": lambda: figures.max_pooling(PART, 2),
    "pooling": lambda: figures.pooling({"none": (0.5, 0.02), "max": (0.25, 0.5)}),
}


def test_every_public_figure_is_tested():
    public = {name for name in figures.__all__ if hasattr(getattr(figures, name), "__wrapped__")}
    assert public - {"bench_stack"} == set(DRAWN)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_is_described_and_legible(draw):
    figure = draw()
    assert figure.alt in html.unescape(figure.html())
    assert_legible(figure)


def test_detectors_draw_each_map():
    marks = DRAWN["detectors"]().marks
    for name, kernel in DETECTORS.items():
        assert np.allclose(marks[name].values, conv2d(PHOTO[None], kernel[None, None])[0])
        assert marks[name].role == ("image" if kernel.sum() else "signed")


def test_blind_angles_are_found():
    alt = figures.blind_angles(DEGREES, TOP, SIDE).alt
    assert "blind at 0, 180, 360 degrees" in alt
    assert "At 0, 90, 180 degrees the side edge answers 0.0, 8.0, 0.0" in alt


@pytest.mark.parametrize("at", [(0, 0, 0, 0), (2, 1, 2, 2), (1, 1, 0, 2)])
def test_the_traced_weight_is_the_one_at_its_indices(at):
    figure = figures.weight_tensor(WEIGHT[::-1], at)
    o, c, i, j = at
    assert figure.marks["traced"].values == WEIGHT[::-1][at]
    assert f"kernel {o}, slice {c}, row {i}, column {j}" in texts(figure)


def test_two_layers_add_the_slices_results():
    marks = figures.two_layers(IMAGE[::-1], FIRST, SECOND).marks
    total = conv2d(conv2d(IMAGE[None, ::-1], FIRST), SECOND).item()
    assert marks["sum"].values == total == sum(marks[f"part {h}"].values.item() for h in range(2))


def test_stamps_add_up_to_the_composed_kernel():
    marks = figures.stamped(FIRST[::-1], SECOND).marks
    canvas, stamps = np.zeros((3, 3)), [n for n in marks if n.startswith("stamp ")]
    for name in stamps:
        _, i, j = (int(word) for word in name.removeprefix("stamp ").split(", "))
        canvas[i : i + 2, j : j + 2] += marks[name].values
    assert len(stamps) == np.count_nonzero(SECOND)
    assert (canvas == marks["one kernel"].values).all()
    assert (canvas == compose(FIRST[::-1], SECOND)[0, 0]).all()


@pytest.mark.parametrize("name", ["side edge", "sharpen", "emboss"])
def test_a_kernel_is_taken_apart_into_as_many_terms_as_its_rank(name):
    marks = figures.separated(KERNELS[name]).marks
    rank = int(np.linalg.matrix_rank(KERNELS[name]))
    assert np.allclose(marks[f"sum {rank - 1}"].values, KERNELS[name], atol=0.005)
    assert marks[f"missing {rank - 1}"].values < 1e-12
    assert f"sum {rank}" not in marks


def test_max_pooling_frames_what_stays():
    figure = DRAWN["max_pooling"]()
    kept = [max_pool2d(plane[None], 2)[0] for plane in (PART[:, 1:], PART[:, :-1])]
    assert (figure.marks["maxima"].values == kept[0]).all()
    assert (figure.marks["its maxima"].values == kept[1]).all()
    stayed = int((kept[0] == kept[1]).sum())
    framed = [mark for mark in figure.drawn if mark.role == "kernel"]
    assert len(framed) == 2 * stayed
    assert f"{stayed} of 4 are framed" in figure.alt


def test_the_maxima_stand_beside_their_map():
    marks = DRAWN["max_pooling"]().marks
    for left, right in (("map", "maxima"), ("moved map", "its maxima")):
        assert sum(marks[left].place[1::2]) == pytest.approx(sum(marks[right].place[1::2]))
        assert marks[left].place[2] < marks[right].place[0]


def test_bars_have_the_length_of_their_values():
    marks = DRAWN["pooling"]().marks
    assert marks["change"].values.tolist() == [0.5, 0.25]
    assert marks["exactly the same"].values.tolist() == [0.02, 0.5]
    assert "a: 10.0% to 25.0%".replace("%", " %") in DRAWN["missing_shares"]().alt


def test_the_verdict_is_the_longest_bar():
    figure = DRAWN["whole_network"]()
    assert "70.0 %" in texts(figure)
    assert "that of class 1" in figure.alt
    assert (figure.marks["maps 1"].values == MAP).all()


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.detectors(PHOTO, KERNELS), "must hold 4 kernels, got 8"),
        (
            lambda: figures.detectors(PHOTO, {**DETECTORS, "top edge": FIRST[0, 0]}),
            r"kernels\['top edge'\] must have shape",
        ),
        (lambda: figures.weight_tensor(WEIGHT[:2], (0, 0, 0, 0)), "weight must have shape"),
        (lambda: figures.two_layers(IMAGE[:2], FIRST, SECOND), "image must have shape"),
        (lambda: figures.two_layers(IMAGE, SECOND, SECOND), "first must have shape"),
        (lambda: figures.stamped(FIRST, FIRST), "second must have shape"),
        (lambda: figures.flat_areas(PHOTO, MAP, MAP, MAP), "flat must have shape"),
        (lambda: figures.separated(FIRST[0, 0]), "kernel must have shape"),
        (lambda: figures.max_pooling(PART, 3), "before must hold whole squares"),
        (lambda: figures.whole_network({"a": MAP}, SIDE), r"stages\['a'\] must be"),
    ],
)
def test_refuses_what_it_cannot_draw(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
