"""The figures of the stacking chapter say what they show, and show what the library gives."""

import numpy as np
import pytest

from convbook import DETECTORS, KERNELS, compose, conv2d
from legibility import assert_inside, assert_legible, texts
from requirements import need

need("matplotlib")
figures = need("convbook.figures.stacking")

IMAGE = np.arange(9).reshape(3, 3)
FIRST = np.array([[[[0, 1], [2, 3]]], [[[-1, 0], [0, 1]]]])
SECOND = np.array([[[[0, 1], [1, 0]], [[1, 1], [1, 1]]]])
WEIGHT = np.arange(54).reshape(3, 2, 3, 3)
RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, size=(20, 20)).astype(float)
DEGREES = np.arange(0, 361, 5)
SIDE, TOP = 8 * np.cos(np.radians(DEGREES)), 8 * np.sin(np.radians(DEGREES))
MAP = np.maximum(PHOTO[1:-1, 1:-1] - 100, 0)

DRAWN = {
    "detectors": lambda: figures.detectors(PHOTO, DETECTORS),
    "blind_angles": lambda: figures.blind_angles(DEGREES, SIDE, TOP),
    "disc": figures.disc,
    "weight_tensor": lambda: figures.weight_tensor(WEIGHT, (1, 0, 2, 1)),
    "two_layers": lambda: figures.two_layers(IMAGE, FIRST, SECOND),
    "stamped": lambda: figures.stamped(FIRST, SECOND),
    "flat_areas": lambda: figures.flat_areas(PHOTO, MAP, MAP, MAP[1:-1, 1:-1]),
    "fields": figures.fields,
    "separated": lambda: figures.separated(KERNELS["emboss"]),
    "missing_shares": lambda: figures.missing_shares({"a": [0.1, 0.2, 0.25], "b": [0.0, 0.0]}),
    "pooling": lambda: figures.pooling({"none": (0.5, 0.02), "max": (0.25, 0.5)}),
}


def test_every_public_figure_is_tested():
    public = {
        name
        for name, f in vars(figures).items()
        if hasattr(f, "__wrapped__") and f.__module__.startswith(figures.__name__)
    }
    assert public == set(DRAWN)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_is_described_legible_and_inside_its_frame(draw):
    figure = draw()
    assert figure.svg().startswith("<svg")
    assert_legible(figure)
    assert_inside(figure)


def test_detectors_tell_the_range_of_each_map():
    alt = figures.detectors(PHOTO, DETECTORS).alt
    for name, kernel in DETECTORS.items():
        result = conv2d(PHOTO[None], kernel[None, None])
        assert f"{name}, {result.min():.0f} to {result.max():.0f}" in alt


def test_blind_angles_are_found():
    alt = figures.blind_angles(DEGREES, TOP, SIDE).alt
    assert "blind at 0 and 180 and 360 degrees" in alt
    assert "0.0 at 0 degrees, 8.0 at 90" in alt


@pytest.mark.parametrize("at", [(0, 0, 0, 0), (2, 1, 2, 2), (1, 1, 0, 2)])
def test_the_traced_weight_is_the_one_at_its_indices(at):
    figure = figures.weight_tensor(WEIGHT[::-1], at)
    value = WEIGHT[::-1][at]
    o, c, i, j = at
    path = f"w[{o}, {c}, {i}, {j}] = {value}:  kernel {o}, slice {c}, row {i}, column {j}"
    assert path in texts(figure)
    assert f"the weight {value}." in figure.alt


def test_two_layers_add_the_slices_results():
    figure = figures.two_layers(IMAGE[::-1], FIRST, SECOND)
    total = conv2d(conv2d(IMAGE[None, ::-1], FIRST), SECOND).item()
    assert f"added: {total}." in figure.alt
    assert f"{total}" in texts(figure)


def test_stamps_add_up_to_the_composed_kernel():
    alt = figures.stamped(FIRST[::-1], SECOND).alt
    composed = ", ".join(f"{n}" for n in compose(FIRST[::-1], SECOND).ravel())
    assert alt.endswith(f"one kernel of 3 by 3, {composed}.")


def test_fields_count_paths():
    figure = figures.fields(2)
    paths = np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]).ravel()
    written = [int(text) for text in texts(figure) if text.isdigit()]
    assert written == [*[1] * 9, *paths]


@pytest.mark.parametrize("kernel", [KERNELS["side edge"], KERNELS["sharpen"], KERNELS["emboss"]])
def test_a_kernel_is_taken_apart_into_as_many_terms_as_its_rank(kernel):
    figure = figures.separated(kernel)
    rank = np.linalg.matrix_rank(kernel)
    assert f"into {rank} products" in figure.alt
    assert f"0 % after {rank}." in figure.alt
    assert sum("%" in text for text in texts(figure)) == rank


def test_bars_write_their_values():
    assert {"50 %", "2 %", "25 %"} <= set(texts(DRAWN["pooling"]()))
    assert "a: 10 % to 25 %, median 20 %" in DRAWN["missing_shares"]().alt


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
        (lambda: figures.fields(4), "depth must be 1, 2 or 3, got 4"),
        (lambda: figures.separated(FIRST[0, 0]), "kernel must have shape"),
    ],
)
def test_refuses_what_it_cannot_draw(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
