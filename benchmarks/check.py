"""Has convbook become slow? Compare its speed, as a multiple of sgemm's, with the recorded one.

Both are counted in the processor's time, which hardly depends on what else the machine does. On
another processor than the record's the ratio says nothing: there it is told, and not judged.
"""

from statistics import geometric_mean

from benchmarks.layers import SHORT
from benchmarks.record import Record, all_recorded, machine
from benchmarks.run import take, times

ALLOWED = 0.25
"""The part of its speed that convbook may lose before it counts as slow."""

LAYERS = {layer.name for layer in SHORT}


def speed(record: Record) -> float:
    """Return the geometric mean over the layers of the check."""
    layers = record["forward"]["1"].items()
    return geometric_mean(rows["convbook"]["roof"] for name, rows in layers if name in LAYERS)


def verdict(now: float, then: float) -> str:
    """Tell what has become of the speed; empty if nothing is wrong."""
    if now >= (1 - ALLOWED) * then:
        return ""
    return (
        f"convbook has become slow: {now:.2f} times sgemm's speed, {1 - now / then:.0%} below the "
        f"recorded {then:.2f}; {ALLOWED:.0%} are allowed. `python -m benchmarks --short` shows "
        "where. If it is meant to be so, record it: `python -m benchmarks --record`."
    )


def check(attempts: int = 2) -> str:
    """Measure, again if it looks bad, and return the verdict on the best attempt."""
    records, here, now = all_recorded(), machine(), 0.0
    first = next(iter(records.values()))
    recorded = next((found for found in records.values() if found["machine"] == here), first)
    then = speed(recorded)
    for _ in range(attempts):
        found = take(times("forward", SHORT), against=["convbook"], seconds=1.0)
        now = max(now, speed(found))
        if recorded["machine"] != here or not verdict(now, then):
            break
    print(f"convbook: {now:.2f} times sgemm's speed, recorded: {then:.2f}")
    if recorded["machine"] != here:
        print("No record is of a machine that is known to be like this one: nothing is judged.")
        return ""
    return verdict(now, then)
