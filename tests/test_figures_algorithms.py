"""The figures of chapter 9: they draw the algorithms' matrices, and the whole of the records."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import record
from convbook.algorithms import cook_toom
from legibility import assert_legible, texts
from requirements import need

figures = need("convbook.figures.algorithms")
engineering = need("convbook.figures.engineering")
recorded = need("convbook.figures._recorded")

RECORDS = engineering.records()
DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(params=RECORDS)
def machine(request):
    return request.param


# -- The records ---------------------------------------------------------------------------------


@pytest.mark.parametrize("stem", recorded.MACHINES.values())
def test_nobody_has_edited_a_record(stem):
    path = record.RECORDED.with_name(f"{stem}.json")
    found = record.read(path)
    assert found["digest"] == record.digest(found)
    assert record.text(found) == path.read_text("utf-8")


def test_every_layer_of_a_record_stands_in_one_group(machine):
    found = RECORDS[machine]
    layers = [name for group in recorded.once(found).values() for name in group]
    assert sorted(layers) == sorted(found["forward"]["1"])


def test_the_fastest_is_any_but_convbook_and_a_bare_product():
    rows = {"torch": {"torch": 1.0}, "scipy": {"torch": 4.0}, "sgemm": {"torch": 9.0},
            "convbook": {"torch": 2.0}, "convbook fft": {"torch": 8.0}}  # fmt: skip
    assert engineering.speed(rows) == 2
    assert engineering.speed(rows, rival="fastest") == 0.5


def test_a_mean_leaves_out_what_was_not_measured():
    assert engineering.group_mean({"a": 2.0, "b": 8.0}, ["a", "b", "c"]) == pytest.approx(4)
    assert np.isnan(engineering.group_mean({}, ["a"]))


def test_whole_shows_every_group_and_counts_all_losses(machine):
    fig = engineering.whole(RECORDS)
    assert_legible(fig)
    measured = RECORDS[machine]["forward"]["1"].values()
    slower = sum(rows["convbook"]["torch"] < 1 for rows in measured)
    name = f"{machine}, against PyTorch, one thread, prepared"
    assert f"{name}: slower on {slower} of {len(measured)} layers" in fig.alt
    assert fig.marks[name].values.shape == (len(recorded.GROUPS), 1)
    assert set(recorded.GROUPS.values()) <= set(texts(fig))


def test_layers_draws_all_of_them_in_order(machine):
    found = RECORDS[machine]
    fig = engineering.layers(found)
    assert_legible(fig)
    names = [t.get_text() for ax in fig.axes for t in ax.get_yticklabels()]
    assert len(names) == len(found["forward"]["1"])
    one = found["forward"]["1"]
    order = sorted(one, key=lambda name: one[name]["convbook"]["torch"])
    assert names == [recorded.pretty(name) for name in order]
    assert fig.marks["one thread"].values.size == len(names)
    assert f"{one[order[-1]]['convbook']['torch']:.0f}" in texts(fig)  # clipped, and so written


def test_a_loss_and_a_win_differ_in_colour():
    assert engineering._verdict(0.999) == "delta" != engineering._verdict(1.0) == "alpha"
    assert "grey" in engineering.ladder(RECORDS).marks["PyTorch"].hues


def test_ladder_climbs_and_tells_each_rung_on_each_machine(machine):
    fig = engineering.ladder(RECORDS)
    assert_legible(fig)
    rows = RECORDS[machine]["forward"]["1"][engineering.LADDER]
    told = fig.marks[machine].values
    assert sorted(told) == sorted(rows[way]["torch"] for way in recorded.RUNGS if way in rows)
    first = fig.marks["AMD EPYC"].values
    assert first.tolist() == sorted(first)
    assert not fig.measured  # recorded: the same in every build


def test_best_algorithm_names_the_fastest_in_each_cell():
    fig = engineering.best_algorithm(RECORDS)
    assert_legible(fig)
    cells = fig.marks["AMD EPYC"].values
    assert cells.shape == (7, 6)
    rows = RECORDS["AMD EPYC"]["forward"]["1"]["1x64x56 to 64, 3x3"]
    assert cells[1, 3] == f"W {rows['convbook winograd']['torch']:.2f}"


def test_growth_draws_three_libraries_on_one_scale(machine):
    fig = engineering.growth(RECORDS)
    assert_legible(fig)
    assert {ax.get_ylim() for ax in fig.axes} == {(0, 6)}
    found = RECORDS[machine]
    names = found["groups"]["growth of the kernel"]
    speeds = [found["forward"]["1"][name]["convbook"]["roof"] for name in names]
    assert fig.marks[f"{machine}, kernel, convbook"].values.tolist() == speeds
    assert max(speeds) < 6


def test_memory_is_told_as_a_part_of_the_output():
    found = RECORDS["AMD EPYC"]
    fig = engineering.memory(found)
    assert_legible(fig)
    rows = found["memory"]["1x64x512 to 64, 3x3"]
    part = rows["full im2col"]["extra"] / rows["full im2col"]["output"]
    assert f"im2col at once {part:.0f}" in fig.alt


def test_memory_may_be_none_at_all():
    rows = {"torch": {"extra": -0.3, "output": 6.4}}
    assert "PyTorch 1/1" in engineering.memory({"memory": {"1x1x8 to 1, 3x3": rows}}).alt


def test_every_figure_of_the_records_is_shown():
    pages = "".join(
        (DOCS / f"{page}.md").read_text("utf-8") for page in ("algorithms", "engineering")
    )
    for name in ("ladder", "whole", "growth", "best_algorithm", "layers", "memory"):
        assert f".{name}(" in pages, name


# -- The ideas -----------------------------------------------------------------------------------


def test_errors_says_every_value():
    points = {"0, ±1": np.array([4e-7, 6e-6, 1e-5]), "ours": np.array([4e-7, 1.4e-6, 5e-6])}
    fig = figures.errors([2, 4, 6], points, 3e-7)
    assert_legible(fig)
    assert fig.marks["ours"].values.tolist() == [4e-7, 1.4e-6, 5e-6]
    assert "direct sum is at 3.0e−07." in fig.alt


def test_factored_writes_the_matrix_and_its_three_factors():
    fig = figures.factored(cook_toom(2, 3), np.array([1, 2, 3]))
    assert_legible(fig)
    parts = ("sums of products", "sums of weights", "sums of pixels")
    first, middle, last = (fig.marks[name].values for name in parts)
    assert np.array_equal(first @ middle @ last, fig.marks["the matrix of the convolution"].values)
    assert fig.alt.startswith(
        "The matrix (1, 2, 3, 0; 0, 1, 2, 3) equals (1, 1, 1, 0; 0, 1, −1, 1)"
    )


def test_pipeline_counts_the_matrix_products():
    fig = figures.pipeline(cook_toom(4, 3))
    assert_legible(fig)
    assert fig.alt.startswith("Tiles of 6 by 6 pixels that overlap by 2, and kernels of 3 by 3")
    assert texts(fig).count("36") == 3


def test_ghost_shows_two_errors_on_one_scale():
    errors = {"direct": np.full((6, 6), 1e-8), "Winograd": np.full((6, 6), 4e-8)}
    fig = figures.ghost(np.eye(8), -np.eye(6), errors)
    assert "direct, 1.0e−08 on average; Winograd, 4.0e−08 on average" in fig.alt
    scales = [ax.get_images()[0].get_clim() for ax in fig.axes]
    assert scales[0] == scales[1] == (0, 1)
    assert scales[2] == scales[3] == (0, pytest.approx(4e-8))


def test_points_tells_how_far_from_the_circle_they_are():
    roots = np.exp(2j * np.pi * np.arange(3) / 3)
    fig = figures.points({"real": [0, 1, -2], "roots": roots}, 3)
    assert_legible(fig)
    assert "real: three points of absolute value 0, 1, 2." in fig.alt
    assert fig.marks["roots"].values == pytest.approx([1, 1, 1])
