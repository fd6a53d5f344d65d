"""The recorded measurements: nobody has edited them, and "auto" chooses well by them."""

import copy
from math import exp, log
from statistics import mean
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import record
from benchmarks.competitors import choice
from benchmarks.layers import GROUPS, SizedLayer
from benchmarks.memory import CASES

RECORDED = record.read()
LAYERS = {layer.name: layer for group in GROUPS.values() for layer in group}
ONE_THREAD = RECORDED["forward"]["1"]
NOISE = 4 / 3
"""How far a ratio, a median over rounds, may be from the ratio of two typical times."""


def disagreements(measured: record.Record) -> list[str]:
    """Return the rows of one thread whose ratios are not those of their times.

    With two threads single rounds differ by more than an edit would; there the digest must do.
    """
    return [
        f"{way}, {layer}, {name}: {rows[base]['ms'] / row['ms']:.2f} by {base}, not {row[unit]}"
        for way in ("forward", "backward")
        for layer, rows in measured[way]["1"].items()
        for name, row in rows.items()
        for base, unit in (("torch", "torch"), ("sgemm", "roof"))
        if base in rows and abs(log(rows[base]["ms"] / row["ms"] / row[unit])) > log(NOISE)
    ]


# -- As it was measured ------------------------------------------------------


@pytest.mark.parametrize("name", record.all_recorded())
def test_the_record_is_as_it_was_written(name: str) -> None:
    path = record.RECORDED.with_stem(name)
    found = record.read(path)
    assert found["digest"] == record.digest(found), (
        "the record was edited by hand; `python -m benchmarks --record` measures it anew"
    )
    assert record.text(found) == path.read_text("utf-8")


def test_the_first_record_is_the_one_that_is_read() -> None:
    assert next(iter(record.all_recorded().values())) == RECORDED


def test_ratios_and_times_agree() -> None:
    assert not disagreements(RECORDED)


@pytest.mark.parametrize("unit", ["ms", "torch", "roof"])
def test_an_edited_number_is_found(unit: str) -> None:
    edited = copy.deepcopy(RECORDED)
    edited["forward"]["1"]["1x64x56 to 64, 3x3"]["convbook"][unit] *= 0.7
    assert record.digest(edited) != RECORDED["digest"]
    assert "1x64x56 to 64, 3x3, convbook" in disagreements(edited)[0]


def test_the_outputs_in_the_table_of_memory_have_their_layers_size() -> None:
    sizes = {layer.name: layer.output_shape for layer in CASES}
    for name, rows in RECORDED["memory"].items():
        megabytes = 4 * np.prod(sizes[name]) / 1e6
        assert {row["output"] for row in rows.values()} == {record.rounded(float(megabytes))}, name


# -- The choice --------------------------------------------------------------


def chosen(layer: SizedLayer) -> str:
    """Return what "auto" takes for a layer, its weights prepared; the numbers do not matter."""
    shapes = {"x": layer.input_shape, "w": layer.weight_shape}
    arrays = {name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}
    return choice(SimpleNamespace(layer=layer, **arrays))  # type: ignore[arg-type]


def own_times(layer: str) -> dict[str, float]:
    """Return the recorded milliseconds of each of the library's algorithms."""
    rows = ONE_THREAD[layer]
    names = [name for name in rows if name.startswith("convbook ") and "unprepared" not in name]
    return {name.removeprefix("convbook "): rows[name]["ms"] for name in names}


def test_auto_chooses_well_on_every_recorded_layer() -> None:
    """At most a twentieth of the layers loses a quarter, and the mean loss is 3 %."""
    losses = {}
    for name in ONE_THREAD:
        times = own_times(name)
        losses[name] = times[chosen(LAYERS[name])] / min(times.values())
    assert len(losses) >= 80
    slow = {name: loss for name, loss in losses.items() if loss > 1.25}
    assert len(slow) <= len(losses) / 20, slow
    assert exp(mean(map(log, losses.values()))) < 1.03
