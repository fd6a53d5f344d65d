"""The library's own tests run where the live cells run: 32-bit integers, no threads, NumPy 2.0."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from need_runtime import EVERYTHING, python  # noqa: F401  (a fixture)
from requirements import need
from website import ROOT

TOOLS = (
    "pytest _pytest py pluggy iniconfig packaging pygments "
    "hypothesis _hypothesis_globals attr attrs sortedcontainers"
)
"""What tests need besides the runtime, in pure Python, from where these tests run."""
OPTIONS = ("-q", "--capture=sys", "-p", "no:cacheprovider")
QUICK = ("test_padding.py", "test_recorded_torch.py")
NATIVE = {
    "__init__": f"__version__ = {need('hypothesis').__version__!r}",
    "internal/__init__": "",
    "internal/floats": "from hypothesis_native import *",
    "internal/cathetus": "from hypothesis_native import cathetus",
}
HELPERS = (
    "hypothesis_native.py",
    "oracles.py",
    "recorded.py",
    "recorded_torch.npz",
    "requirements.py",
    "strategies.py",
)
CONFTEST = """
import inspect
import pytest
from hypothesis import HealthCheck, settings
checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("page", max_examples=5, derandomize=True, database=None, deadline=None,
                          suppress_health_check=checks)
settings.load_profile("page")

@pytest.fixture
def torch():
    pytest.skip("PyTorch does not run in a page")

def pytest_runtest_setup(item):
    code = inspect.getsource(item.function)
    if any(word in code for word in ("Thread", "thread", "subprocess", "costs_less", "figures")):
        pytest.skip("a page has one process, one thread, a coarse clock, and no figures here")
"""
RUN = """
import base64, io, os, sys, zipfile
zipfile.ZipFile(io.BytesIO(base64.b64decode({archive!r}))).extractall("/tests")
os.chdir("/tests")
sys.path.insert(0, "/tests")
for name in [name for name in sys.modules if name.split(".")[0] in ("skimage", "sklearn")]:
    del sys.modules[name]  # the page's stand-ins
import pytest

class Results:
    def __init__(self):
        self.failed, self.passed = [], 0
    def pytest_runtest_logreport(self, report):
        self.passed += report.when == "call" and report.passed
        if report.failed:
            self.failed.append(f"{{report.nodeid}}: {{report.longreprtext[-1500:]}}")
    def pytest_collectreport(self, report):
        if report.failed:
            self.failed.append(f"{{report.nodeid}}: {{report.longreprtext[-1500:]}}")

results = Results()
pytest.main({arguments!r}, plugins=[results])
import json
print("RESULT", json.dumps([results.passed, results.failed]))
"""


def archive() -> str:
    """Return the tests of the library and what they need, as text."""
    names = {path.stem for path in (ROOT / "src" / "convbook").glob("[a-z]*") if path.stem != "py"}
    tests = [f"test_{name}.py" for name in sorted(names - {"figures"})]
    with ZipFile(buffer := BytesIO(), "w", ZIP_DEFLATED) as file:
        for name in (*HELPERS, *tests, "test_recorded_torch.py"):
            file.write(ROOT / "tests" / name, name)
        file.writestr("conftest.py", CONFTEST)
        file.writestr("pytest.ini", "[pytest]\nfilterwarnings = error\n")
        for name, code in NATIVE.items():
            file.writestr(f"hypothesis/_native/{name}.py", code)
        for tool in TOOLS.split():
            found = Path(need(tool).__file__ or "")
            top = found.parent.parent if found.name == "__init__.py" else found.parent
            paths = found.parent.rglob("*.py") if top != found.parent else [found]
            for path in paths:
                file.write(path, path.relative_to(top))
    return base64.b64encode(buffer.getvalue()).decode()


@pytest.fixture(scope="module")
def results(python: Any) -> tuple[int, list[str]]:  # noqa: F811
    """Run them; return how many passed, and what failed."""
    code = RUN.format(archive=archive(), arguments=[*OPTIONS, *([] if EVERYTHING else QUICK)])
    outputs = python.evaluate("code => window.python.run(code, true, () => {})", code)
    text = "".join(content for _, content in outputs)
    assert "RESULT" in text, text[-3000:]
    passed, failed = json.loads(text.partition("RESULT ")[2].splitlines()[0])
    return passed, failed


def test_the_library_is_right_where_integers_have_32_bits(results: tuple[int, list[str]]) -> None:
    passed, failed = results
    assert not failed, "\n\n".join(failed)
    assert passed > (500 if EVERYTHING else 100)
