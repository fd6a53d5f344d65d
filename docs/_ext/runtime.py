"""Bring what runs Python in a page: Pyodide's own files, each of them checked.

``CONVBOOK_RUNTIME`` names a folder or an address that holds them; ``nox -s runtime`` copies them
into ``_runtime``, all or none. ``docs/_live/runtime.json`` lists their sizes and hashes, which are
those of the release's own ``pyodide-lock.json``. It needs the standard library alone.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
SETTING = "CONVBOOK_RUNTIME"
FOLDER = ROOT / "_runtime"
LIST = ROOT / "docs" / "_live" / "runtime.json"
TIMEOUT = 60  # seconds without a byte


class File(NamedTuple):
    """A file of the runtime."""

    name: str
    size: int
    sha256: str

    def check(self, data: bytes) -> None:
        """Refuse what is not this file."""
        if len(data) != self.size:
            raise ValueError(f"{self.name} must have {self.size} bytes, got {len(data)}")
        if (got := sha256(data).hexdigest()) != self.sha256:
            raise ValueError(f"{self.name} must have the sha256 {self.sha256}, got {got}")

    def lies_in(self, folder: Path) -> bool:
        """Tell whether a folder holds this very file."""
        path = folder / self.name
        try:
            self.check(path.read_bytes())
        except (OSError, ValueError):
            return False
        return True


def listed(path: Path = LIST) -> list[File]:
    """Return the files that the runtime consists of."""
    files = json.loads(path.read_text("utf-8"))["files"]
    return [File(name, **file) for name, file in files.items()]


def bring(source: str, folder: Path, files: list[File]) -> None:
    """Copy the files from a folder or an address; a fault leaves the folder as it was."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{folder.name}-") as place:
        made = Path(place, "files")
        made.mkdir()
        for file in files:
            here = file.lies_in(folder)
            data = (folder / file.name).read_bytes() if here else read(source, file.name)
            file.check(data)
            (made / file.name).write_bytes(data)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)


def read(source: str, name: str) -> bytes:
    """Return a file of a folder or of an address."""
    if "://" not in source:
        return Path(source, name).read_bytes()
    address = urljoin(source.rstrip("/") + "/", name)
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:
            data: bytes = answer.read()
            return data
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        raise OSError(f"{address} cannot be read: {error!r}") from error


def missing(folder: Path = FOLDER) -> list[str]:
    """Name the files that a folder lacks, or holds otherwise than they are listed."""
    return [file.name for file in listed() if not file.lies_in(folder)]


def main() -> None:
    """Bring the runtime from where the setting says, or say in a line what is wrong."""
    source = os.environ.get(SETTING)
    if not source:
        sys.exit(f"{SETTING} must name the folder or the address of Pyodide's files, got nothing")
    try:
        bring(source, FOLDER, listed())
    except (OSError, ValueError) as error:
        sys.exit(f"runtime: {error}")


if __name__ == "__main__":
    main()
