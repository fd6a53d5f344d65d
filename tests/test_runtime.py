"""The runtime of the live cells: its files come whole and as they are listed, or not at all."""

import http.server
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import runtime
from chromium import serve

CONTENT = {"core.js": b"start();", "numbers.whl": b"0123456789" * 1000}
FILES = [runtime.File(name, len(data), sha256(data).hexdigest()) for name, data in CONTENT.items()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder that holds the files."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name, data in CONTENT.items():
        (folder / name).write_bytes(data)
    return folder


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def leftovers(folder: Path) -> list[Path]:
    """What lies beside a folder and the source."""
    return [path for path in folder.parent.iterdir() if path.name not in ("source", folder.name)]


def test_the_files_come_from_a_folder_or_an_address(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    runtime.bring(str(source), folder, FILES)
    assert held(folder) == CONTENT
    with serve(source) as address:
        runtime.bring(address, tmp_path / "other", FILES)
    assert held(tmp_path / "other") == CONTENT


def test_what_is_there_is_not_fetched_again(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    runtime.bring(str(source), folder, FILES)
    (source / "numbers.whl").unlink()
    runtime.bring(str(source), folder, FILES)
    assert held(folder) == CONTENT


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (b"9" * 10_000, "numbers.whl must have the sha256"),
        (b"0123", "numbers.whl must have 10000 bytes, got 4"),
        (None, "numbers.whl"),
    ],
)
@pytest.mark.parametrize("served", [False, True])
def test_a_fault_is_told_in_a_line_and_nothing_is_kept(
    source: Path, tmp_path: Path, wrong: bytes | None, says: str, served: bool
) -> None:
    path = source / "numbers.whl"
    path.write_bytes(wrong) if wrong else path.unlink()
    folder = tmp_path / "kept"
    with serve(source) as address, pytest.raises((OSError, ValueError), match=says) as raised:
        runtime.bring(address if served else str(source), folder, FILES)
    assert "\n" not in str(raised.value)
    assert not folder.exists()
    assert not leftovers(folder)


def test_a_fault_leaves_the_files_that_were_there(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "core.js").write_bytes(b"older")
    (source / "numbers.whl").write_bytes(b"")
    with pytest.raises(ValueError, match=r"numbers\.whl must have 10000 bytes, got 0"):
        runtime.bring(str(source), folder, FILES)
    assert held(folder) == {"core.js": b"older"}
    assert not leftovers(folder)


class Broken(http.server.BaseHTTPRequestHandler):
    """A server that hangs up in the middle of a file."""

    def do_GET(self) -> None:
        """Promise more than comes."""
        self.send_response(200)
        self.send_header("Content-Length", "10000")
        self.end_headers()
        self.wfile.write(b"0123")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def broken() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_broken_transfer_is_told_in_a_line(broken: str, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    with pytest.raises(OSError, match=r"core\.js cannot be read: IncompleteRead") as raised:
        runtime.bring(broken, folder, FILES)
    assert "\n" not in str(raised.value)
    assert not folder.exists()
    assert not leftovers(folder)


@pytest.mark.parametrize("setting", ["", "/no/such/folder", "http://127.0.0.1:9/"])
def test_the_command_says_in_a_line_what_is_wrong(
    setting: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CONVBOOK_RUNTIME", setting)
    monkeypatch.setattr(runtime, "FOLDER", tmp_path / "kept")
    with pytest.raises(SystemExit) as raised:
        runtime.main()
    assert isinstance(raised.value.code, str)
    assert "\n" not in raised.value.code
    assert setting in raised.value.code
    assert not (tmp_path / "kept").exists()


def test_every_file_is_listed_with_its_hash() -> None:
    files = runtime.listed()
    assert {"pyodide.mjs", "pyodide.asm.wasm", "pyodide-lock.json"} <= {file.name for file in files}
    assert all(len(file.sha256) == 64 and file.size > 0 for file in files)
