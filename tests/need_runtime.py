"""What the tests of live cells need: a site with the runtime, which not every machine can have."""

import os

import pytest

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
