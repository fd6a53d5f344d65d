"""What a run leaves behind: numbers, and the machine they belong to."""

import json
import os
import platform
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from math import floor, log10
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.processes import ROOT

RECORDED = ROOT / "src" / "convbook" / "figures" / "algorithms.json"
"""The run that the chapter shows first; those on other machines lie beside it."""

PACKAGES = ("numpy", "scipy", "torch", "onnxruntime")

Record = dict[str, Any]


def about() -> Record:
    """Return the date, the machine and the versions."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "versions": {"python": platform.python_version(), "blas": blas(), **installed()},
    }


def machine() -> Record:
    """Return what tells one kind of machine from another: two processors may have one name."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "caches": caches(),
        "vectors": config()["SIMD Extensions"].get("found", []),
        "system": f"{platform.system()} {platform.machine()}",
    }


def processor() -> str:
    """Return the processor's model."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or platform.machine())


def caches() -> list[str]:
    """Return the sizes of a core's caches for data, from the nearest; none where nobody tells."""
    found = []
    for path in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, level, size = (
            (path / f).read_text("utf-8").strip() for f in ("type", "level", "size")
        )
        found += [f"L{level} {size}"] if kind != "Instruction" else []
    return found


def config() -> dict[str, Any]:
    """Return how NumPy was built, and what it has found here."""
    found: Any = np.show_config(mode="dicts")
    return dict(found)


def blas() -> str:
    """Return the library that multiplies NumPy's matrices."""
    found = config()["Build Dependencies"]["blas"]
    return f"{found['name']} {found['version']}"


def installed() -> dict[str, str]:
    """Return the versions of those competitors that are here."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def write(record: Record, path: Path) -> None:
    """Write a record so that a difference of two can be read: one competitor, one line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(record | {"digest": digest(record)}), "utf-8")


def digest(record: Record) -> str:
    """Return a digest of all that was measured, so that a later edit by hand can be seen."""
    measured = {key: record[key] for key in record if key != "digest"}
    return sha256(text(measured).encode()).hexdigest()[:16]


def text(value: Any, indent: str = "") -> str:
    """Write JSON with sorted keys; a dictionary of plain values stands on one line."""
    if not isinstance(value, dict) or not any(isinstance(v, dict | list) for v in value.values()):
        return json.dumps(rounded(value), sort_keys=True)
    deeper = indent + " "
    lines = [f"{deeper}{json.dumps(k)}: {text(value[k], deeper)}" for k in sorted(value)]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}" + ("" if indent else "\n")


def rounded(value: Any) -> Any:
    """Keep three digits of each measured number."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if not isinstance(value, float) or not value:
        return value
    return round(value, 2 - floor(log10(abs(value))))


def read(path: Path = RECORDED) -> Record:
    """Read a record."""
    record: Record = json.loads(path.read_text("utf-8"))
    return record


def all_recorded() -> dict[str, Record]:
    """Return the records of all machines, by the names of their files; the first is shown first."""
    paths = sorted(RECORDED.parent.glob(f"{RECORDED.stem}*.json"), key=lambda path: path.stem)
    return {path.stem: read(path) for path in paths}
