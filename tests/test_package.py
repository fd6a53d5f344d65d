"""The package as somebody meets it who has never seen the repository: papers, import, types."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import convbook
from requirements import need
from website import ROOT

URLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
MODULES = [
    module.name
    for module in pkgutil.walk_packages(convbook.__path__, "convbook.")
    if ".figures" not in module.name
]


def test_it_knows_its_version() -> None:
    metadata = importlib.import_module("importlib.metadata")
    assert convbook.__version__ == metadata.version("convbook")
    assert re.fullmatch(r"\d+\.\d+\.\d+", convbook.__version__)


def test_its_papers_say_where_to_find_what() -> None:
    assert {*URLS} == {"Repository", "Documentation", "Changelog", "Issues"}
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    assert f'repository-code: "{URLS["Repository"]}"' in citation
    assert f'url: "{URLS["Documentation"]}"' in citation
    for name in ("Changelog", "Issues"):
        assert URLS[name].startswith(URLS["Repository"] + "/")


def test_the_links_of_the_readme_survive_on_a_package_index() -> None:
    """Each relative one becomes the address of a file that the repository has."""
    need("hatchling")
    sys.path.insert(0, str(ROOT))
    from hatch_build import with_full_links

    text = (ROOT / "README.md").read_text("utf-8")
    shown = with_full_links(text, URLS["Repository"])
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", shown)
    assert len(links) > 20
    assert [link for picture, link in links if picture], "no picture"
    for picture, link in links:
        assert re.match(r"https?://|#", link), link
        if link.startswith(URLS["Repository"]):
            way, branch, path = link.removeprefix(URLS["Repository"] + "/").split("/", 2)
            assert (way, branch) == ("raw" if picture else "blob", "main")
            assert (ROOT / path).exists(), path
    assert re.sub(re.escape(URLS["Repository"]) + "/(raw|blob)/main/", "", shown) == text


def test_the_readme_says_how_to_install_the_library() -> None:
    assert "\npython3 -m pip install .\n" in (ROOT / "README.md").read_text("utf-8")


def test_figures_without_matplotlib_say_what_to_install() -> None:
    code = "import sys; sys.modules['matplotlib'] = None; import convbook.figures"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode
    assert "ImportError: convbook.figures draws with matplotlib" in done.stderr
    assert 'pip install "convbook[figures]"' in done.stderr


@pytest.mark.parametrize("module", MODULES)
def test_examples_run_without_options(module: str) -> None:
    """As ``python -m doctest`` runs them."""
    with np.printoptions():
        assert not doctest.testmod(importlib.import_module(module)).failed


def test_a_strict_users_file_type_checks(tmp_path: Path) -> None:
    """What works when it runs is no error of types, and what has a type has the right one."""
    need("mypy")
    user = ROOT / "tests" / "typed_user.py"
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file="]
    checked = subprocess.run([*command, str(user)], capture_output=True, text=True, check=False,
                             cwd=tmp_path)  # fmt: skip
    assert checked.returncode == 0, checked.stdout
    subprocess.run([sys.executable, "-W", "error", str(user)], check=True, cwd=tmp_path)


def test_the_type_check_can_fail(tmp_path: Path) -> None:
    need("mypy")
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from convbook import conv2d\nconv2d('image', 3)\n", "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(wrong)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "arg-type" in checked.stdout
