"""The figures of the first chapter say what they show, and show what conv2d gives."""

import html
import re

import numpy as np
import pytest

from convbook import KERNELS, conv2d, flip
from legibility import assert_legible, texts
from requirements import need

need("matplotlib")
figures = need("convbook.figures.convolution")
traps = need("convbook.figures.traps")

IMAGE, KERNEL = np.arange(9).reshape(3, 3), np.arange(4).reshape(2, 2)
RNG = np.random.default_rng(0)
WIDE = RNG.integers(0, 256, size=(20, 24)).astype(float)
PHOTO = WIDE[:, :20]

DRAWN = {
    "sliding_window": lambda: figures.sliding_window(IMAGE, KERNEL),
    "first_look": lambda: figures.first_look(PHOTO, KERNELS["side edge"]),
    "impulse": lambda: figures.impulse(np.arange(1, 10).reshape(3, 3)),
    "polynomials": lambda: figures.polynomials(np.array([1, 2, 3]), np.array([4, 5])),
    "kernel_bank": lambda: figures.kernel_bank(PHOTO, KERNELS),
    "equivariance": lambda: figures.equivariance(WIDE, KERNELS["side edge"], 4),
    "rectified": lambda: figures.rectified(PHOTO, KERNELS["side edge"], np.ones((5, 5)), 1.0),
    "flip_difference": lambda: figures.flip_difference({"a": [0.1, 0.2, 0.6], "b": [2.0]}),
    "wrapped": lambda: traps.wrapped(PHOTO.astype(np.uint8)),
}


def test_every_public_figure_is_tested():
    public = {
        name
        for name, f in vars(figures).items()
        if hasattr(f, "__wrapped__") and f.__module__.startswith(figures.__name__)
    }
    assert public | {"sliding_window", "wrapped"} == set(DRAWN)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_is_described_and_legible(draw):
    figure = draw()
    assert " ".join(figure.alt.split()) in html.unescape(figure.html())
    assert_legible(figure)


def test_sliding_window_shows_every_product_and_sum():
    for image in (IMAGE, IMAGE[::-1]):
        figure = figures.sliding_window(image, KERNEL)
        expected = conv2d(image[None], KERNEL[None, None])[0]
        for (u, v), total in np.ndenumerate(expected):
            line = str(figure.marks[f"position {u}, {v}"].values)
            products, shown = line.split(" = ")
            pairs = [pair.split("·") for pair in products.split(" + ")]
            assert sum(int(a) * int(b) for a, b in pairs) == int(shown) == total
            assert line in texts(figure)
            assert line in figure.alt


def test_first_look_draws_the_convolution():
    figure = figures.first_look(PHOTO, KERNELS["side edge"])
    expected = conv2d(PHOTO[None], KERNELS["side edge"][None, None])[0]
    assert (figure.marks["output"].values == expected).all()
    assert figure.marks["output"].role == figure.marks["kernel"].role == "signed"


def test_an_impulse_prints_the_kernel_turned_and_upright():
    kernel = RNG.permutation(np.arange(1, 10)).reshape(3, 3)
    marks = figures.impulse(kernel).marks
    assert (marks["output, as it is"].values == flip(kernel)).all()
    assert (marks["output, flipped first"].values == kernel).all()


def test_polynomials_end_in_their_product():
    a, b = np.array([2, -1]), np.array([3, 0, 4])
    shown = re.search(r"the product, (.*)\.$", figures.polynomials(a, b).alt)[1].replace("−", "-")
    numbers = [int(n) for n in re.findall(r"-?\d+(?=\u202f|\s|$)", shown)]
    assert numbers == np.convolve(a, b).tolist()


def test_kernel_bank_writes_whole_weights_and_their_denominator():
    figure = figures.kernel_bank(PHOTO, {"gaussian blur": KERNELS["gaussian blur"]})
    assert figure.marks["gaussian blur, weights"].values.tolist() == [
        [1, 2, 1],
        [2, 4, 2],
        [1, 2, 1],
    ]
    assert "÷ 16" in texts(figure)


def test_signed_results_are_drawn_about_zero():
    marks = figures.kernel_bank(PHOTO, KERNELS).marks
    for name, kernel in KERNELS.items():
        assert marks[name].role == ("signed" if abs(kernel.sum()) < 1e-9 else "image")


def test_equivariance_measures_the_gap():
    assert figures.equivariance(WIDE, KERNELS["top edge"], 4).alt.endswith("difference is 0.")


def test_strips_write_their_medians():
    figure = DRAWN["flip_difference"]()
    assert {"median 20 %", "median 200 %"} <= set(texts(figure))
    assert "a: 10.0 % to 60.0 %, median 20.0 %." in figure.alt


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.sliding_window(IMAGE[:2], KERNEL), r"image must have shape \(3, 3\)"),
        (lambda: figures.impulse(KERNEL), r"kernel must have shape \(3, 3\)"),
        (lambda: figures.polynomials(np.ones(3), np.ones(3)), "at most 4 powers, got 5"),
        (lambda: figures.kernel_bank(PHOTO, {"x": KERNEL}), r"kernels\['x'\] must have shape"),
        (lambda: figures.equivariance(WIDE, KERNELS["top edge"], 5), "wide must have shape"),
        (lambda: traps.wrapped(PHOTO), "photo must have dtype uint8, got float64"),
    ],
)
def test_refuses_what_it_cannot_draw(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
