"""Hypothesis profiles and the oracles as fixtures."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

import convbook
from absent import pytest_terminal_summary  # noqa: F401  (a hook)
from chromium import browser  # noqa: F401  (a fixture)
from requirements import STRICT, need
from website import BUILT, site  # noqa: F401  (a fixture)

# A developer's run explores, and remembers; a strict one draws the same examples every time, and
# more of them. With another NumPy few tell whether it can what we ask of it. What a test draws is
# decided here alone.
PROFILES: dict[str, dict[str, Any]] = {
    "explore": {"max_examples": 40},
    "strict": {"max_examples": 60, "derandomize": True, "database": None, "print_blob": True},
    "other NumPy": {"max_examples": 10, "derandomize": True, "database": None},
}
for name, profile in PROFILES.items():
    checks = [HealthCheck.too_slow]
    settings.register_profile(name, deadline=None, suppress_health_check=checks, **profile)
settings.load_profile("strict" if STRICT else "explore")


class OneSite(LoadFileScheduling):
    """Give each worker whole files, and all that look at a book still to build to the same one."""

    LOOK = tuple(
        path.name
        for path in Path(__file__).parent.glob("test_*.py")
        if re.search(r"\bsite\b: Site|\bopen_page\b|\bneed_runtime\b", path.read_text("utf-8"))
    )

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "site" if file.endswith(self.LOOK) and not BUILT else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneSite | None:
    """Build the book once a run, while the other worker has something else to do."""
    return OneSite(config, log) if config.option.dist == "loadfile" else None


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch on one thread: the arrays here are small, and threads would only quarrel."""
    module = need("torch")
    module.set_num_threads(1)
    return module


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Leave the number of threads as it was."""
    before = convbook.get_num_threads()
    yield
    convbook.set_num_threads(before)
