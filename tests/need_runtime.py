"""What the tests of live cells need: a site with the runtime, which not every machine can have."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from chromium import serve
from website import Site

EVERYTHING = os.environ.get("CONVBOOK_LIVE") == "all"
"""Whether every cell of every chapter and every test of the library runs in the page: minutes."""

WHERE = "the runtime of the live cells is missing (CONVBOOK_RUNTIME)"


def need_runtime(site: Site) -> None:
    """Skip where the site was built without the runtime, unless a setting says where it is."""
    if (site.folder / "_static" / "live").is_dir():
        return
    if os.environ.get("CONVBOOK_RUNTIME"):
        pytest.fail("CONVBOOK_RUNTIME is set, and the site has no live cells", pytrace=False)
    pytest.skip(WHERE)


@pytest.fixture(scope="module")
def python(site: Site, browser: Any) -> Iterator[Any]:
    """A page with Python in it."""
    need_runtime(site)
    with serve(site.folder) as address:
        page = browser.new_page()
        page.goto(f"{address}/404.html")
        page.evaluate("""async () => {
          const { Python } = await import("/_static/live/python.js");
          window.python = new Python({ v: "test" }, () => {});
        }""")
        yield page
        page.close()
