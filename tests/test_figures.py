"""What all figures share: marks that remember, words that are checked, sizes that follow."""

import inspect
import itertools
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from convbook import conv2d
from legibility import assert_legible, tiles
from requirements import need

figures = need("convbook.figures")
blocks = need("convbook.figures._blocks")
layout = need("convbook.figures._layout")
palette = need("convbook.figures._palette")
words = need("convbook.figures._words")
drawing = need("convbook.figures._figure").drawing
SQUARE = np.arange(9).reshape(3, 3)
STEMS = sorted(
    module.name
    for module in pkgutil.iter_modules(figures.__path__)
    if not module.name.startswith("_") and module.name != "spreadsheet"
)
CSS = Path(__file__).parents[1] / "docs" / "_static" / "convbook.css"


def figure(**roles):
    """An input on the left and an output on the right."""
    fig = figures.Figure()
    left, right = fig.row((4, 4), (4, 4))
    left.cells(SQUARE, role=roles.get("left", "input"), name="input", at=(0.5, 0.8))
    right.cells(SQUARE + 1, role="output", name="output", at=(0.5, 0.8))
    return fig


# -- The alt text says what was drawn ------------------------------------------------------------


def test_the_alt_text_is_built_from_the_marks():
    fig = figure()
    fig.say("{input:size} pixels {input:range}, the last {output:last}; {output:median .1f}.")
    fig.say(
        "{0:name} is {0:colour} and has {0:zeros} zero.", fig.marks["input"].derive(zeros=zeros)
    )
    assert fig.alt == "3 by 3 pixels 0 to 8, the last 9; 5.0. input is blue and has 1 zero."


def zeros(values):
    return int((values == 0).sum())


def test_numbers_are_written_as_the_book_writes_them():
    fig = figures.Figure()
    fig.panel(4, 4).cells([-0.5, 0.25], role="signed", name="weights")
    fig.say("{weights}; {weights:max .0%}; {weights:count}")
    assert fig.alt == "\N{MINUS SIGN}0.5, 0.25; 25 %; two"


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("the {kernel}", "only speak of what was drawn, got .'kernel'."),
        ("the {input} and 7", "must come from a mark, got '7'"),
        ("three squares of {input}", "must come from a mark, got 'three'"),
        ("{input:mode}", "'mode' is nothing that the mark 'input' can say"),
        ("an orange {input}", "'orange' must be the colour of a mark"),
        ("a green {input}", "colours in a text"),
        ("on the left, the {output}. On the left the {output}", "sides in a text"),
    ],
)
def test_an_alt_text_that_says_what_was_not_drawn_fails(template, says):
    with pytest.raises(ValueError, match=says):
        figure().say(template)


def test_a_mark_of_another_figure_cannot_be_spoken_of():
    with pytest.raises(ValueError, match="only speak of what was drawn"):
        figure().say("{0}", figure().marks["input"])


def test_a_figure_that_says_nothing_cannot_be_shown():
    for fig in (figures.Figure(), figure()):
        with pytest.raises(ValueError, match="alt must say"):
            fig.html()


def test_a_name_stands_for_one_thing():
    fig = figure()
    fig.rows[0][0].cells(SQUARE, role="input", name="input")
    with pytest.raises(ValueError, match="must be its own, got 'input' twice"):
        fig.rows[0][0].cells(SQUARE + 1, role="input", name="input")


def test_what_is_named_by_a_role_has_it():
    with pytest.raises(ValueError, match="role of 'input' must be its own, got 'kernel'"):
        figure(left="kernel")


# -- The caption agrees --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "caption",
    [
        "The input (blue) and the output (green).",
        "The input is blue. On the left the input, on the right the output.",
        "Numbers of the green output; blue is what goes in.",
    ],
)
def test_a_true_caption_passes(caption):
    figure().check_caption(caption)


@pytest.mark.parametrize(
    "caption",
    [
        "The input (green) and the output (blue).",
        "The kernel (blue).",
        "The output is blue.",
        "Orange boxes are read.",
        "On the right the input.",
        "Left: output.",
    ],
)
def test_a_false_caption_fails(caption):
    with pytest.raises(ValueError, match=r"colour|sides|drawn name"):
        figure().check_caption(caption)


def test_a_name_with_a_side_in_it_tells_of_no_side():
    fig = figure()
    fig.rows[0][1].note("top edge", (2, 3.9), name="top edge")
    fig.check_caption("Of the top edge and input, the top edge is right.")


def spread():
    """A curve with its median and nine tenths, and a circle of two standard deviations."""
    fig = figures.Figure()
    plot = fig.plot()
    plot.curve([0, 1], np.arange(20.0).reshape(10, 2), role="alpha", name="error", band=0.9)
    plot.ring((0, 0), (1, 1), role="kernel", name="spot", sigmas=2)
    return fig


def test_a_statistic_is_the_one_that_was_drawn():
    fig = spread()
    fig.check_caption(
        "The line is the median, the band holds nine tenths; the circle, two standard deviations."
    )
    fig.check_caption("The mean square, and medians of it.")
    fig.say("The {error:middle}, a band of {error:band}, {spot:sigmas} standard deviations.")
    assert fig.alt == "The median, a band of nine tenths, two standard deviations."
    for caption in (
        "The line is the mean.",
        "The band holds half of the crops.",
        "The band holds 50 %.",
        "The circle is one standard deviation.",
    ):
        with pytest.raises(ValueError, match="drawn"):
            fig.check_caption(caption)
    with pytest.raises(ValueError, match="drawn"):
        fig.say("The mean {error}.")


def test_the_line_of_a_curve_is_its_middle_and_its_band_holds_that_part():
    fig, samples = spread(), np.arange(20.0).reshape(10, 2)
    assert fig.marks["error"].values.tolist() == np.median(samples, axis=0).tolist()
    (band,) = fig.axes[0].collections
    low, high = np.quantile(samples, [0.05, 0.95], axis=0)
    edges = band.get_paths()[0].vertices[:, 1]
    assert (edges.min(), edges.max()) == pytest.approx((low[0], high[1]))


# -- Sizes follow from the width -----------------------------------------------------------------


@pytest.mark.parametrize("widths", [[712], [348, 348], [226.6] * 3, [166] * 4, [100, 300, 280]])
def test_a_row_fits_on_a_phone(widths):
    scale = layout.phone_scale(widths)
    assert 0 < scale * max(widths) <= layout.PHONE + 1e-9
    assert layout.sizes(scale).small * 96 / 72 * scale >= 9


def test_text_that_leaves_its_panel_is_found():
    fig = figure()
    assert_legible(fig)
    fig.rows[0][0].note("a very long text that does not fit", (0, 0.5))
    with pytest.raises(AssertionError, match="leaves its panel"):
        assert_legible(fig)


def test_a_page_shows_each_panel_as_an_svg_of_its_own():
    fig = figure()
    fig.say("{input}")
    html = fig.html()
    assert html.count("<svg") == html.count("</svg>") == 2
    assert html.startswith(
        '<div class="convbook-figure"><div class="drawing" role="img" aria-label="0, '
    )
    widths = [float(width) for width in re.findall(r'<svg[^>]* width="([\d.]+)"', html)]
    assert sum(widths) + layout.GAP <= layout.COLUMN


def test_the_style_sheet_knows_the_column_and_the_gap():
    css = CSS.read_text("utf-8")
    share = 100 * layout.GAP / layout.COLUMN
    assert f"var(--part) * min({layout.COLUMN / 100}px, 1%)" in css
    assert f"gap: {layout.GAP}px min({layout.GAP}px, {share - 0.005:.2f}%)" in css


def test_what_a_page_shows_is_well_formed_even_of_an_empty_panel():
    fig = figure()
    fig.panel(2, 1)
    fig.say("{input}")
    drawings = ElementTree.fromstring(fig.html()).iter("{http://www.w3.org/2000/svg}svg")
    assert len([*drawings]) == 3


def test_a_figure_is_saved_with_its_alt_text(tmp_path):
    fig = figure()
    fig.say("{input}")
    fig.save(tmp_path / "x.svg")
    fig.save(tmp_path / "x.png")
    written = (tmp_path / "x.svg").read_text("utf-8")
    assert 'aria-label="0, 1, 2, 3' in written
    assert "CC BY 4.0" in written
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"\.svg or \.png"):
        fig.save(tmp_path / "x.pdf")


def test_a_file_has_each_id_once_even_where_pictures_are_equal(tmp_path):
    fig = figures.Figure()
    panel = fig.panel(6, 3)
    for x in (0, 3):
        panel.picture(SQUARE, role="image", name=f"picture {x}", at=(x, 0))
    fig.say("{picture 0:size} pixels.")
    fig.save(tmp_path / "x.svg")
    ids = re.findall(r' id="([^"]*)"', (tmp_path / "x.svg").read_text("utf-8"))
    assert len({*ids}) == len(ids)


@pytest.mark.parametrize(("side", "pitch"), [(5, (1.04, 1.04)), (9, (1.2, 1.45)), (28, (1.3, 1.1))])
@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_mosaic_is_one_picture_with_each_tile_at_its_place(side, pitch, colours):
    squares = np.random.default_rng(0).random((4, side, side, *colours))
    places = [(0, 1), (1, 0), (1, 2), (3, 1)]
    panel = figures.Figure().panel(8, 8)
    blocks.mosaic(panel, squares, (0.1, 0.2), 1.0, pitch, role="colour" if colours else "image",
                  places=places)  # fmt: skip
    (image,) = panel.ax.images
    np.testing.assert_array_equal(tiles(image, side), squares)
    left, right, bottom, top = image.get_extent()
    assert (left, top) == (0.1, 0.2)
    assert (right - left) / (bottom - top) == pytest.approx(
        (2 * pitch[0] + 1) / (3 * pitch[1] + 1), rel=0.02)  # fmt: skip
    for box, (row, column) in zip(panel.ax.patches, places, strict=True):
        assert box.get_xy() == pytest.approx((0.1 + column * pitch[0], 0.2 + row * pitch[1]))
        assert (box.get_width(), box.get_height()) == pytest.approx((1, 1), rel=0.025)


# -- The palette ---------------------------------------------------------------------------------


def test_each_role_has_its_own_colour_unless_it_is_an_alias():
    for theme in ("light", "dark"):
        values = [getattr(ink, theme) for ink in palette.PALETTE.values()]
        assert len({*values}) == len(values)
    for role, other in palette.ALIASES.items():
        assert palette.LIGHT[role] == palette.LIGHT[other]


def test_every_colour_has_a_word_of_its_own():
    loud = [ink.hue for ink in palette.PALETTE.values() if ink.hue not in ("grey", "")]
    assert len({*loud}) == len(loud)
    assert {*loud} <= {*palette.COLOUR_WORDS.values()}


def test_an_unknown_role_is_refused():
    for role in ("pink", "INPUT"):
        with pytest.raises(ValueError, match="role must be one of"):
            figures.Figure().panel(2, 2).cells([1], role=role, name="a")


def test_the_style_sheet_takes_its_colours_from_the_palette():
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{}]*;)", CSS.read_text("utf-8"))


# -- Every figure --------------------------------------------------------------------------------


def public():
    """Every figure function of the book."""
    for stem in STEMS:
        module = need(f"convbook.figures.{stem}")
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__.startswith(module.__name__)
            if (own or hasattr(value, "__wrapped__")) and name[0] != "_":
                yield pytest.param(value, id=f"{stem}.{name}")


@pytest.mark.parametrize("function", [*public()])
def test_a_figure_function_is_documented_and_returns_a_figure(function):
    signature = inspect.signature(function)
    assert signature.return_annotation is figures.Figure
    assert hasattr(function, "__wrapped__"), "decorate it with @drawing"
    for name in signature.parameters:
        assert re.search(rf"^    (\w+, )*{name}(, \w+)* : ", function.__doc__, re.MULTILINE), name


def test_the_example_for_contributors_runs():
    guide = (CSS.parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    section = guide.partition("## How to write a figure")[2]
    code = section.partition("```python\n")[2].partition("```")[0]
    names = {"drawing": drawing, "Figure": figures.Figure, "Array": np.ndarray, "conv2d": conv2d}
    exec(code, names)
    fig = names["sharpened"](SQUARE, np.arange(4).reshape(2, 2))
    assert_legible(fig)
    assert fig.alt.endswith("the output 19, 25, 37, 43.")


def test_two_figures_of_a_page_share_no_id():
    htmls = []
    for value in range(2):
        fig = figures.Figure()
        fig.panel(3, 3).cells(SQUARE + value, role="input", name="input", hatched=SQUARE > 4)
        fig.say("{input}")
        htmls.append(fig.html())
    ids = [set(re.findall(r' id="([^"]*)"', html)) for html in htmls]
    assert all(ids)
    assert not any(a & b for a, b in itertools.combinations(ids, 2))


def test_a_figure_is_the_same_file_in_every_process(tmp_path):
    """Whatever order sets have there: two builds of the book have the same downloads."""
    code = "import test_figures; f = test_figures.figure(); f.say('{input}')"
    code += "; f.save('a.svg'); f.save('a.png')"
    made = []
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=True)
        made.append([(tmp_path / f"a.{kind}").read_bytes() for kind in ("svg", "png")])
    assert made[0] == made[1]
