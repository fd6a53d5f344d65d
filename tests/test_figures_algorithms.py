"""The figures of the algorithms chapter: what they say is what was recorded."""

import numpy as np
import pytest

from benchmarks.layers import GROUPS, LADDER
from benchmarks.memory import CASES
from convbook.algorithms import cook_toom
from legibility import assert_inside, assert_legible, texts
from requirements import need

figures = need("convbook.figures.algorithms")

OWN = {"im2col": 0.7, "shift": 0.65, "winograd": 1.5, "fft": 0.02, "dft": 1.2}
SLOW = {"loops": 0.00004, "einsum": 0.0089, "whole fft": 0.015, "fancy im2col": 0.12,
        "tensordot": 0.35, "einsum optimized": 0.5, "full im2col": 0.68}  # fmt: skip


def rows(layer):
    """Fabricate what may be measured: larger kernels and fewer channels are better for us."""
    own = {f"convbook {name}": speed for name, speed in OWN.items()}
    own["convbook dft"] *= layer.k / 4
    own["convbook fft"] *= layer.k**2 / 2 if layer.c_in < 16 else 1
    own["convbook shift"] *= 3 if layer.c_in < 16 else 1
    own["convbook winograd"] *= 0.2 if layer.c_in < 16 or layer.k > 5 else 1
    best = max(own.values())
    speeds = {"torch": 1.0, "onnxruntime": 1.1, "sgemm": 0.98, "convbook": best,
              "convbook unprepared": best * 0.8, **own}  # fmt: skip
    if layer == LADDER:
        speeds |= SLOW
    return {name: {"torch": speed, "roof": speed / 0.98} for name, speed in speeds.items()}


@pytest.fixture
def record():
    layers = {layer.name: rows(layer) for group in GROUPS.values() for layer in group}
    memory = {
        layer.name: {
            name: {"extra": 1.7 if "convbook" in name else 13.0 * len(name), "output": 6.4}
            for name in names
        }
        for layer, names in CASES.items()
    }
    groups = {name: [layer.name for layer in group] for name, group in GROUPS.items()}
    return {"forward": {"1": layers}, "groups": groups, "memory": memory}


def bars(ax):
    return [patch.get_x() + patch.get_width() for patch in ax.patches]


def test_ladder_climbs_from_the_slowest_to_the_fastest(record):
    fig = figures.ladder(record)
    slow, fast = fig.axes
    for ax in fig.axes:
        assert bars(ax) == pytest.approx(sorted(bars(ax)))
    assert [label.get_text() for label in slow.get_yticklabels()][:2] == ["seven loops", "einsum"]
    assert max(bars(slow)) < min(bars(fast))
    assert "seven loops 1/25\N{NARROW NO-BREAK SPACE}000, einsum 1/110" in fig.alt
    assert "Winograd 1.5×. A dashed line marks a plain matrix product" in fig.alt
    assert fig.alt.endswith("0.98×.")
    assert not fig.measured  # recorded: the same in every build
    assert_legible(fig)
    assert_inside(fig)


def test_layers_tells_both_ratios_of_every_layer(record):
    stem = record["forward"]["1"]["1x3x224 to 64, 7x7, stride 2"]
    stem["convbook"], stem["onnxruntime"] = {"torch": 0.9}, {"torch": 0.5}
    fig = figures.layers(record)
    assert "ResNet-50, 3×3: 1.5× and 1.4×" in fig.alt
    assert "stem, stride 2: 0.9× and 0.9×" in fig.alt  # torch is the faster of the two
    names = [text for text in texts(fig) if " to " in text]
    assert len(names) == sum(len(record["groups"][group]) for group in figures.GROUPS)
    assert f"{len(names)} layers" in fig.alt
    assert_legible(fig)
    assert_inside(fig)


def test_best_algorithm_names_the_fastest_in_each_cell(record):
    fig = figures.best_algorithm(record)
    written = texts(fig)
    assert written[:2] == ["shift", "2.0×"]
    assert len(fig.axes[0].patches) == 7 * 6
    assert "15 by 15: 1 fft 2.3×" not in fig.alt
    assert "256 dft 4.5×" in fig.alt
    assert_legible(fig)
    assert_inside(fig)


def test_growth_draws_three_libraries_in_three_panels(record):
    fig = figures.growth(record)
    assert [len(ax.get_lines()) for ax in fig.axes] == [4, 4, 4]
    assert len({ax.get_ylim() for ax in fig.axes}) == 1
    convbook = fig.axes[2].get_lines()[2]
    assert convbook.get_xdata().tolist() == [1, 3, 5, 7, 9, 11, 13, 15]
    assert "side of the kernel 1, 3, 5, 7, 9, 11, 13, 15, torch: 1.0" in fig.alt
    assert_legible(fig)
    assert_inside(fig)


def test_memory_is_ordered_within_each_layer(record):
    fig = figures.memory(record)
    assert len(fig.axes) == len(CASES)
    for ax in fig.axes:
        assert bars(ax) == sorted(bars(ax), reverse=True)
    assert "8×64×56 to 64, 3×3, output 6.4: im2col of courses 156" in fig.alt
    assert_legible(fig)
    assert_inside(fig)


def test_memory_may_be_none_at_all(record):
    record["memory"]["1x64x512 to 64, 3x3"]["torch"]["extra"] = -0.3
    assert "PyTorch 0.1" in figures.memory(record).alt


def test_errors_says_every_value():
    points = {"0, ±1, ±2, …": np.array([4e-7, 6e-6, 1e-5]), "ours": np.array([4e-7, 1.4e-6, 5e-6])}
    fig = figures.errors([2, 4, 6], points, 3e-7)
    assert "ours: 4.0e-07, 1.4e-06, 5.0e-06. The direct sum's, a dashed line: 3.0e-07." in fig.alt
    low, high = fig.axes[0].get_ylim()
    assert low < 3e-7
    assert high > 1e-5
    assert_legible(fig)
    assert_inside(fig)


def test_factored_writes_the_matrix_and_its_three_factors():
    fig = figures.factored(cook_toom(2, 3), np.array([1, 2, 3]))
    assert fig.alt.startswith(
        "The matrix (1, 2, 3, 0; 0, 1, 2, 3) equals (1, 1, 1, 0; 0, 1, -1, 1)"
    )
    assert "diagonal matrix of -1, 3, 1, 3 times (-1, 0, 1, 0; " in fig.alt
    assert len(fig.axes[0].patches) == 2 * 4 + 2 * 4 + 4 * 4 + 4 * 4
    assert_legible(fig)
    assert_inside(fig)


def test_pipeline_counts_the_matrix_products():
    fig = figures.pipeline(cook_toom(4, 3))
    assert fig.alt.startswith("Tiles of 6 by 6 pixels that overlap by 2, and kernels of 3 by 3")
    assert texts(fig).count("36") == 3
    assert_legible(fig)
    assert_inside(fig)


def test_ghost_shows_two_errors_on_one_scale():
    errors = {"direct": np.full((6, 6), 1e-8), "Winograd": np.full((6, 6), 4e-8)}
    fig = figures.ghost(np.eye(8), -np.eye(6), errors)
    assert "direct 1.0e-08 on average, Winograd 4.0e-08 on average" in fig.alt
    scales = [ax.get_images()[0].get_clim() for ax in fig.axes]
    assert scales[1] == (0, 1)
    assert scales[2] == scales[3] == (0, pytest.approx(4e-8))
    assert_legible(fig)
    assert_inside(fig)


def test_points_tells_how_far_from_the_circle_they_are():
    fig = figures.points({"real": [0, 1, -2], "roots": np.exp(2j * np.pi * np.arange(3) / 3)})
    assert "real: 3 points of absolute value 0, 1, 2; roots: 3 points" in fig.alt
    assert fig.alt.endswith("1, 1, 1.")
    assert len(fig.axes) == 2
    assert_legible(fig)
    assert_inside(fig)


def test_a_ratio_is_written_with_two_digits():
    written = [figures._times(value) for value in (20.4, 1.234, 0.123, 1 / 26_400)]
    assert written == ["20×", "1.2×", "0.12×", "1/26\N{NARROW NO-BREAK SPACE}000"]


def test_the_recorded_run_can_be_drawn():
    try:
        recorded = figures.recorded()
    except FileNotFoundError:
        pytest.skip("no run is recorded yet")
    for name in ("ladder", "layers", "best_algorithm", "growth", "memory"):
        fig = getattr(figures, name)(recorded)
        assert_legible(fig)
        assert_inside(fig)
