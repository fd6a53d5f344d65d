"""The benchmark: its layers, its statistics, its verdicts, and that its competitors agree."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import check, record, steps, tables
from benchmarks.competitors import FORWARD, TEXTBOOK, Entry, entries, new_task
from benchmarks.layers import GROUPS, LADDER, LAYERS, RESNET, SHORT, SizedLayer, selected
from benchmarks.memory import STATUS, growth
from benchmarks.run import everything
from benchmarks.times import error, exact, measure
from benchmarks.timing import Sample, in_turn, ratio, typical
from convbook import output_size
from requirements import need
from website import ROOT

ALL = [*dict.fromkeys(layer for group in GROUPS.values() for layer in group)]

# -- Layers ------------------------------------------------------------------


def test_a_layer_knows_its_shapes_and_its_work():
    stem = SizedLayer(1, 3, 224, 64, 7, 2)
    assert stem.output_shape == (1, 64, 112, 112)
    assert stem.flops == 2 * 64 * 112 * 112 * 3 * 49
    depthwise = SizedLayer(1, 64, 56, 64, 3, 1, 64)
    assert depthwise.weight_shape == (64, 1, 3, 3)
    assert depthwise.flops == 2 * 64 * 56 * 56 * 9


def test_the_sizes_are_convbooks():
    for layer in ALL:
        size = output_size(layer.side, layer.k, layer.stride, layer.padding)
        assert layer.output_shape[2:] == (size, size)
        assert layer.stride > 1 or size == layer.side


def test_the_layers_of_resnet_are_equal_work():
    assert {layer.flops // layer.batch for layer in RESNET} == {2 * 64 * 56 * 56 * 64 * 9}


def test_names_are_unique_and_select():
    assert len({layer.name for layer in ALL}) == len(ALL)
    assert selected([]) == ALL
    assert selected(["resnet"]) == RESNET
    assert selected([LADDER.name]) == [LADDER]
    assert set(selected(["stride 2"])) == {*LAYERS["strided"], *LAYERS["stem"]}
    assert set(SHORT) <= set(ALL)


def test_a_full_run_measures_every_layer_both_ways():
    times = [step for step in everything() if step.way != "memory"]
    assert {step.layer for step in times if (step.way, step.threads) == ("forward", 1)} == {*ALL}
    assert len(set(everything())) == len(everything())
    assert {(step.way, step.threads) for step in times} == {
        (way, threads) for way in ("forward", "backward") for threads in (1, 2)
    }


# -- Statistics --------------------------------------------------------------


def fair(*walls):
    return [Sample(wall, wall / 2, undisturbed=True) for wall in walls]


def test_a_ratio_is_the_median_over_rounds():
    assert ratio(fair(2, 4, 90), fair(1, 2, 3)) == 2
    assert ratio(fair(2, 4), fair(1, 2), "cpu") == 2


def test_a_disturbed_round_does_not_count():
    theirs, ours = fair(3, 3, 3), fair(1, 1, 3)
    ours[2] = ours[2]._replace(undisturbed=False)
    assert ratio(theirs, ours) == 3
    assert typical(ours) == 1


def test_a_round_without_one_of_the_two_does_not_count():
    assert ratio([*fair(2), None, *fair(8)], [*fair(1), *fair(1), None]) == 2


def test_if_every_round_was_disturbed_the_shortest_times_count():
    theirs, ours = ([s._replace(undisturbed=False) for s in fair(*w)] for w in ((6, 8), (9, 2)))
    assert ratio(theirs, ours) == 3
    assert typical(ours) == 2


def test_everybody_is_sampled_once_a_round():
    calls = dict.fromkeys("abc", 0)

    def call(name):
        calls[name] += 1

    takers = {name: Entry(lambda name=name: call(name), scale=2.0) for name in calls}
    samples = in_turn(takers, rounds=4, seconds=9)
    assert [len(taken) for taken in samples.values()] == [4] * 3
    assert min(calls.values()) > 100  # a sample is many calls, if one is short


def test_a_slow_one_sits_out_after_the_third_round():
    takers = {"slow": Entry(lambda: sum(range(300_000))), "fast": Entry(int)}
    samples = in_turn(takers, rounds=5, seconds=0.01)
    assert [taken is not None for taken in samples["slow"]] == [True] * 3
    assert len(samples["fast"]) == 3


# -- Competitors -------------------------------------------------------------

TINY = (
    SizedLayer(1, 1, 12, 1, 3),
    SizedLayer(2, 4, 9, 6, 3),
    SizedLayer(1, 4, 9, 6, 3, 2),
    SizedLayer(1, 6, 8, 6, 3, 1, 6),
)


@pytest.mark.parametrize("name", [n for n in FORWARD | TEXTBOOK if n != "sgemm"])
def test_a_competitor_computes_the_convolution(name):
    for package in {"torch", "onnxruntime", "scipy"} & {*name.split()}:
        need(package)
    done = 0
    for task in map(new_task, LAYERS["toy"][:1] if name in TEXTBOOK else TINY):
        for entry in entries(task, [name]).values():
            with suppress(ValueError):  # an algorithm refuses layers that are not its own
                result = entry.call()
                done += 1
                assert entry.scale > 1 or error(result, exact(task)) < 3e-6
    assert done


def test_the_gradients_are_torchs():
    need("torch")
    for layer in TINY:
        task = new_task(layer, backward=True)
        for entry in entries(task, ["torch", "convbook"]).values():
            assert error(entry.call(), exact(task)) < 1e-5


def test_the_dense_matrix_takes_part_with_toys_only():
    assert not entries(new_task(TINY[0]), ["dense matrix"])


def test_loops_are_extrapolated_from_a_piece():
    layer = SizedLayer(1, 4, 6, 4, 3)
    assert entries(new_task(layer), ["loops"])["loops"].scale == 36 / 16


@pytest.mark.parametrize("threads", [1, 2])
def test_sgemm_stands_for_the_work_of_the_layer(threads):
    task = new_task(LADDER, threads)
    entry = entries(task, ["sgemm"])["sgemm"]
    entry.call()
    assert entry.scale == pytest.approx(LADDER.flops / 768**3 / 2)
    assert entries(task._replace(backward=True), ["sgemm"])["sgemm"].scale == 2 * entry.scale


@pytest.mark.skipif(not STATUS.exists(), reason="the system does not tell its peak")
def test_growth_sees_what_a_call_holds():
    def call():  # so much that the memory is fresh, whatever other tests have freed
        return np.ones(100_000_000, np.uint8)[:1].copy()

    grown, result = growth(call)
    assert grown == pytest.approx(100e6, rel=0.1)
    assert result.tolist() == [1]


# -- The steps of a layer ----------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "found"),
    [
        (SizedLayer(1, 2, 8, 2, 3), {"copies", "products"}),
        (SizedLayer(1, 64, 28, 64, 3), {"copies", "into values", "products", "back", "contrast"}),
        (SizedLayer(1, 16, 8, 16, 3, 1, 16), {"copies", "products"}),
    ],
)
def test_the_steps_of_a_layer_are_told_apart(layer, found):
    row = steps.measure(layer, seconds=0.01)
    assert row.keys() & steps.STEPS.keys() == {"checks", "choice", *found}
    assert row["calls"] > 0


def test_a_step_within_another_is_taken_off(monkeypatch):
    now = iter(range(100))
    monkeypatch.setattr(steps, "perf_counter", lambda: next(now))
    clock = steps.Clock()
    inner = clock.around("inner", int)
    clock.around("outer", lambda: (inner(), inner()))()
    assert clock.seconds == {"calls": 1, "outer": 3, "inner": 2}


# -- Records, the check ------------------------------------------------------


def a_record(**changes):
    """Fabricate a full run in which everybody is as fast as told, torch being 1."""
    speeds = {"torch": 1.0, "onnxruntime": 1.0, "convbook": 20.0, "convbook unprepared": 20.0,
              "convbook im2col": 0.8} | changes  # fmt: skip
    rows = {name: {"torch": speed, "roof": speed, "error": 5e-7} for name, speed in speeds.items()}
    made = {"forward": {}, "backward": {}, "memory": {}}
    for step in everything():
        if step.way != "memory":
            made[step.way].setdefault(str(step.threads), {})[step.layer.name] = rows
        else:
            made["memory"].setdefault(step.layer.name, {})[step.name] = {"extra": 1.0}
    return made


def test_the_check_complains_of_more_than_a_quarter():
    assert not check.verdict(1.21, 1.6)
    assert not check.verdict(9.9, 1.6)
    assert "26% below the recorded 1.60" in check.verdict(1.184, 1.6)


def pretend(monkeypatch, speeds, machine):
    """Let the check read a record of some machine, and find these speeds one after the other."""
    left = iter(speeds)
    records = {"other": a_record(convbook=9.0) | {"machine": {}},
               "one": a_record(convbook=2.0) | {"machine": machine}}  # fmt: skip
    if machine != record.machine():  # then the first one is told
        records.pop("other")
    monkeypatch.setattr(check, "all_recorded", lambda: records)
    monkeypatch.setattr(check, "take", lambda *_, **__: a_record(convbook=next(left)))
    return left


@pytest.mark.parametrize(("speeds", "fails"), [([2.0], False), ([1.0, 2.0], False),
                                               ([1.0, 1.1], True)])  # fmt: skip
def test_the_check_tries_again(monkeypatch, speeds, fails):
    left = pretend(monkeypatch, speeds, record.machine())
    assert bool(check.check()) == fails
    assert next(left, None) is None


@pytest.mark.parametrize(
    "change", [{"processor": "Abacus"}, {"caches": ["L1 1K"]}, {"vectors": []}]
)
def test_the_check_judges_no_other_machine(monkeypatch, change, capsys):
    pretend(monkeypatch, [1.0], record.machine() | change)
    assert not check.check()
    assert "convbook: 1.00 times sgemm's speed, recorded: 2.00" in capsys.readouterr().out


def test_the_check_judges_nothing_if_the_record_does_not_tell(monkeypatch, capsys):
    known = {key: record.machine()[key] for key in ("processor", "cores", "system")}
    pretend(monkeypatch, [1.0], known)
    assert not check.check()
    assert "nothing is judged" in capsys.readouterr().out


def test_a_record_is_short_sorted_and_can_be_read_again(tmp_path):
    path = tmp_path / "deeper" / "results.json"
    given = {"b": {"y": 1.23456, "x": {"ms": 0.000123456}}, "a": "ü", "n": 20000.0}
    record.write(given, path)
    assert path.read_text("utf-8").splitlines() == [
        "{",
        ' "a": "\\u00fc",',
        ' "b": {',
        '  "x": {"ms": 0.000123},',
        '  "y": 1.23',
        " },",
        f' "digest": "{record.digest(given)}",',
        ' "n": 20000.0',
        "}",
    ]
    assert record.read(path)["b"]["y"] == 1.23


def test_a_record_names_the_machine():
    about = record.about()
    assert about["machine"]["processor"]
    assert about["machine"]["caches"] or not Path("/sys/devices/system/cpu/cpu0/cache").exists()
    assert about["machine"]["vectors"] == record.config()["SIMD Extensions"].get("found", [])
    assert about["versions"]["numpy"] == np.__version__


def test_a_full_record_is_small():
    assert len(record.text(a_record())) < 150_000


def test_the_recorded_run_is_a_full_one():
    if not record.RECORDED.exists():
        pytest.skip("no run is recorded yet")
    recorded = record.read()
    assert record.RECORDED.stat().st_size < 150_000
    made = a_record()
    assert {way: {*recorded["forward"][way]} for way in "12"} == {
        way: {*made["forward"][way]} for way in "12"
    }
    assert {*made, "date", "digest", "machine", "versions", "groups"} == recorded.keys()


# -- The command -------------------------------------------------------------


def test_the_report_has_a_table_for_everything():
    made = a_record(**{"convbook winograd": 2.0})
    for layers in (*made["forward"].values(), *made["backward"].values()):
        for rows in layers.values():
            rows["torch"]["ms"] = 1.0
    text = tables.report(made)
    for words in ("forward, 2 threads", "backward, 1 thread", "Memory beyond"):
        assert words in text
    assert max(map(len, text.splitlines())) < 170


def test_one_layer_is_measured():
    rows = measure(SizedLayer(1, 2, 8, 2, 3), against=["convbook", "sgemm"], rounds=3, seconds=0.1)
    assert rows["sgemm"]["roof"] == 1
    assert rows["sgemm"]["gflops"] * rows["sgemm"]["ms"] == pytest.approx(2 * 2 * 2 * 9 * 64 / 1e6)
    assert rows["convbook"]["error"] < 1e-6
    assert 0 < rows["convbook"]["roof"] < 1
    assert rows["convbook"]["choice"] == "im2col"


def test_the_command_measures_prints_and_writes(tmp_path):
    options = "--layer 1,2,8,2,3 --against convbook sgemm --seconds 0.1 --threads 1 2 --into"
    call = [sys.executable, "-m", "benchmarks", *options.split(), str(tmp_path)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1x2x8 to 2, 3x3" in done.stdout
    written = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert written["forward"]["2"]["1x2x8 to 2, 3x3"]["convbook"]["ms"] > 0


@pytest.mark.parametrize(
    ("verdict", "options", "code"),
    [("", [], None), ("slow", [], None), ("", ["--strict"], None), ("slow", ["--strict"], "slow")],
)
def test_the_check_informs_and_fails_only_if_it_shall(monkeypatch, capsys, verdict, options, code):
    monkeypatch.setattr(command, "check", lambda: verdict)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--check", *options])
    with pytest.raises(SystemExit) as stopped:
        command.main()
    assert stopped.value.code == code
    assert verdict in f"{capsys.readouterr().out}{stopped.value.code}"


def test_a_part_of_a_run_is_not_recorded():
    call = [sys.executable, "-m", "benchmarks", "--short", "--record"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "full run" in done.stderr
