"""Numbers that were measured once, on a machine that is named, and are not measured again."""

import json
from importlib.resources import files
from typing import Any


def load(stem: str) -> dict[str, Any]:
    """Return the record that lies beside a stem's figures."""
    path = files("convbook.figures") / f"{stem}.json"
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record
