"""A Chromium, and a server that hands it a folder: what every test in the browser stands on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from requirements import need, need_chromium

# Nothing of the browser's own may go to the network; the sandbox needs a user who is not root;
# the camera is a made-up one, and allowed.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


class Quiet(SimpleHTTPRequestHandler):
    """A file server that does not chat."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path, kind: type[Quiet] = Quiet) -> Iterator[str]:
    """Serve a folder on a free port, and tell its address."""
    handler = partial(kind, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def tell_keyboard(page: Any) -> None:
    """Let a page know of a keyboard, as Tab does, but leave the focus: it marks what scrolls."""
    page.evaluate("dispatchEvent(new KeyboardEvent('keydown', { key: 'Tab' }))")


def violations(page: Any, part: str | None = None, **options: Any) -> list[str]:
    """Return what axe-core finds against a page or a part of it; its code goes into a page once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(need("axe_playwright_python.sync_playwright").Axe().axe_script)
    options = {"preload": False, "resultTypes": ["violations"], **options}
    run = "([part, options]) => axe.run(part ?? document, options)"
    return [
        f"{rule['impact']} {rule['id']}: {node['html'][:200]}"
        for rule in page.evaluate(run, [part, options])["violations"]
        for node in rule["nodes"]
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests of a module."""
    path = need_chromium()
    with need("playwright.sync_api").sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()
