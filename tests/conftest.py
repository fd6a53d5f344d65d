"""Hypothesis profiles and the oracles as fixtures."""

from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

from absent import pytest_terminal_summary  # noqa: F401  (a hook)
from requirements import STRICT, need
from website import site  # noqa: F401  (a fixture)

# A strict run draws the same examples every time; a developer's run explores and remembers.
settings.register_profile("strict", derandomize=True, database=None, print_blob=True)
settings.register_profile("explore")
for profile in ("strict", "explore"):
    settings.register_profile(
        profile,
        settings.get_profile(profile),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("strict" if STRICT else "explore")


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch on one thread: the arrays here are small, and threads would only quarrel."""
    module = need("torch")
    module.set_num_threads(1)
    return module
