"""The process that measures memory: what a call holds beyond its output and prepared weights.

The system counts: the largest resident memory during the call, above the one before it. Each call
has a fresh process, so that nothing that another one left can be used again.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.competitors import entries, new_task
from benchmarks.layers import SizedLayer

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


LIBRARIES = ["torch", "onnxruntime", "convbook", "convbook im2col", "convbook shift"]
CASES = {
    SizedLayer(8, 64, 56, 64, 3): [
        *LIBRARIES, "convbook winograd", "tensordot", "fancy im2col", "full im2col", "whole fft"
    ],
    SizedLayer(1, 64, 512, 64, 3): [*LIBRARIES, "convbook winograd", "tensordot", "full im2col"],
    SizedLayer(1, 1, 4096, 1, 31): [
        *LIBRARIES, "convbook fft", "scipy oaconvolve", "scipy fftconvolve", "whole fft"
    ],
}  # fmt: skip
"""Many images, a large one, a huge one; and who is asked."""


def growth(call: Callable[[], Any]) -> tuple[int, Any]:
    """Return by how many bytes a call's peak exceeds the memory before it, and its result."""
    before = resident()
    result = call()
    return peak() - before, result


def resident() -> int:
    """Return the bytes in use, and let the peak be counted from here if the system can."""
    try:
        RESET.write_text("5")
    except OSError:
        return peak()
    return kilobytes("VmRSS")


def peak() -> int:
    """Return the largest number of bytes that were in use since the count began."""
    if STATUS.exists():
        return kilobytes("VmHWM")
    from resource import RUSAGE_SELF, getrusage

    return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def kilobytes(key: str) -> int:
    """Read an entry of the process's status, in bytes."""
    lines = (line.split() for line in STATUS.read_text("utf-8").splitlines())
    return next(1024 * int(words[1]) for words in lines if words[0] == f"{key}:")


def measure(layer: SizedLayer, name: str) -> dict[str, float]:
    """Return the megabytes that a competitor needs besides its output and prepared weights."""
    tiny = entries(new_task(layer._replace(batch=1, side=layer.k)), ["sgemm", name])
    try:
        for who in ("sgemm", name):  # libraries load, and the BLAS fetches the room it keeps
            tiny[who].call()
    except (KeyError, ValueError):  # not installed, or not able
        return {}
    entry = entries(new_task(layer), [name])[name]
    kept = entry.kept()
    grown, result = growth(entry.call)
    output = np.asarray(result).nbytes
    return {"extra": (grown - output - entry.kept() + kept) / 1e6, "output": output / 1e6}


def main() -> None:
    """Measure one call."""
    request = json.loads(sys.stdin.readline())
    print(json.dumps(measure(SizedLayer(*request["layer"]), request["name"])), flush=True)


if __name__ == "__main__":
    main()
