"""The figures of the chapter on channels say what they show, and show what conv2d gives."""

import html
import re

import numpy as np
import pytest

from convbook import KERNELS, conv2d, frog
from legibility import assert_legible
from requirements import need
from website import ROOT

need("matplotlib")
figures = need("convbook.figures.channels")
colour = need("convbook.figures.colour")
palette = need("convbook.figures._palette")

RNG = np.random.default_rng(0)
SMALL = RNG.integers(0, 9, size=(3, 3, 3))
SLICES = RNG.integers(-3, 4, size=(1, 3, 2, 2))
FROG = frog(32)
OPPONENT = np.reshape([-1, 2, -1], (1, 3, 1, 1)) * np.ones((1, 3, 3, 3), int)
EDGES = {"cat": (0.95, 0.96), "frog": (0.0, 0.7)}
NM = np.arange(400.0, 500.0)

DRAWN = {
    "hidden": lambda: figures.hidden(FROG, KERNELS["outline"], OPPONENT / 18),
    "slices": lambda: figures.slices(SMALL, SLICES),
    "products": lambda: figures.products(FROG[:, 14:17, 4:7], OPPONENT),
    "permuted": lambda: figures.permuted(FROG, KERNELS["top edge"].astype(int)),
    "channel_maps": lambda: figures.channel_maps(FROG.astype(float), OPPONENT / 18),
    "grey_keeps": lambda: figures.grey_keeps(EDGES, {"cat": 0.05, "frog": 0.0}),
    "greys": lambda: colour.greys({"a rule": [76, 150, 29], "another": [54, 182, 18]}),
    "matching": lambda: colour.matching(NM, np.sin([NM / 9, NM / 8, NM / 7])),
}


def test_every_public_figure_is_tested():
    public = {
        name
        for name, f in vars(figures).items()
        if hasattr(f, "__wrapped__") and f.__module__.startswith(figures.__name__)
    }
    assert public | {"greys", "matching"} == set(DRAWN)


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_is_described_and_legible(draw):
    figure = draw()
    assert " ".join(figure.alt.split()) in html.unescape(figure.html())
    assert_legible(figure)


def test_hidden_measures_that_nothing_is_left():
    marks = DRAWN["hidden"]().marks
    assert set(marks["in grey"].values.ravel().tolist()) == {108.25}
    assert not marks["grey,\n9 weights"].values.any()
    other = figures.hidden(FROG[::-1], KERNELS["outline"], OPPONENT / 18)
    assert other.marks["grey,\n9 weights"].values.any()


def test_slices_add_up_to_the_output():
    figure = DRAWN["slices"]()
    maps = [figure.marks[f"{name} map"].values for name in figures.COLOURS]
    output = conv2d(SMALL, SLICES)[0]
    assert (sum(maps) == output).all()
    assert (figure.marks["the sum"].values == output).all()
    terms, total = str(figure.marks["first"].values).replace("−", "-").split(" = ")
    assert sum(map(int, terms.split(" + "))) == int(total) == output[0, 0]


def test_products_are_27_and_their_sum_is_the_output():
    patch = FROG[:, 14:17, 4:7].astype(int)
    marks = DRAWN["products"]().marks
    for channel, name in enumerate(figures.COLOURS):
        pixels, weights, products = (
            marks[f"{name} {what}"].values for what in ("pixels", "weights", "products")
        )
        assert (pixels == patch[channel]).all()
        assert (pixels * weights == products).all()
        assert marks[f"{name} sum"].values == products.sum()
    assert marks["all products"].values == conv2d(patch, OPPONENT).item()


def test_channels_have_their_colours():
    marks = DRAWN["slices"]().marks
    assert {name: [*marks[f"{name} map"].hues] for name in figures.COLOURS} == {
        name: [name] for name in figures.COLOURS
    }


def test_permuted_measures_the_difference():
    assert "differ by at most 0, so" in DRAWN["permuted"]().alt


def test_marks_are_listed():
    assert "cat 95 %, 96 % and 5 %; frog 0 %, 70 % and 0 %" in DRAWN["grey_keeps"]().alt
    assert "a rule: 76, 150, 29; another: 54, 182, 18;" in DRAWN["greys"]().alt
    assert "red −1.00 at" in DRAWN["matching"]().alt


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: figures.hidden(FROG, SMALL, OPPONENT), r"kernel must have shape \(3, 3\)"),
        (lambda: figures.hidden(FROG, SMALL[0], SLICES), r"weight must have shape \(1, 3, 3, 3\)"),
        (lambda: figures.slices(SMALL[:2], SLICES), r"image must have shape \(3, 3, 3\)"),
        (lambda: figures.products(SMALL, SLICES), r"weight must have shape \(1, 3, 3, 3\)"),
        (lambda: figures.permuted(FROG, SMALL), r"kernel must have shape \(3, 3\)"),
        (lambda: figures.channel_maps(FROG, OPPONENT[0, :1, None]), "weight must have shape"),
        (lambda: figures.grey_keeps(EDGES, {"cat": 0.05}), "colour must name what edges names"),
        (lambda: colour.matching(NM, NM), "lamps must have shape"),
    ],
)
def test_refuses_what_it_cannot_draw(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_a_colour_of_the_chapter_is_that_of_a_channel():
    """Nothing else of its drawings, and nothing of what can be touched, has one of the three."""
    block = figures.channel_block(FROG, OPPONENT[0], (14, 4), "frog(32)")
    marks = [mark for draw in DRAWN.values() for mark in draw().drawn] + block.drawn
    roles = {mark.role for mark in marks if mark.kind != "picture"}
    assert set(figures.COLOURS) <= roles
    assert not roles & {palette.ALIASES[name] for name in figures.COLOURS}
    style = (ROOT / "docs" / "_static" / "explore" / "channels.js").read_text("utf-8")
    inks = dict(re.findall(r"\.(red|green|blue) \{ --ink: var\(--cb-(\w+)\); \}", style))
    assert inks == {name: name for name in figures.COLOURS}
    assert "--cb-output" not in style
