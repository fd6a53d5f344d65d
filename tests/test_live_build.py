"""A build without the runtime has no trace of live cells; one with it has a script more a page."""

import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

import runtime
from need_runtime import WHERE
from requirements import need
from test_build import HEAD, SOUND, build_copy, copy_project

EXERCISE = """
:::{admonition} Exercise 1: twice
:class: exercise
Double the corner.
:::

```{code-cell} python3
:tags: [remove-cell]

hidden = 1
```

::::{dropdown} Solution
```{code-cell} python3
doubled = 2 * hidden
assert doubled == 2
```
::::
"""
SCRIPT = re.compile(r'\s*<script data-live="[^"]*" type="module">.*?</script>', re.DOTALL)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with one chapter, and without the runtime."""
    copy_project(tmp_path)
    (tmp_path / "_runtime").unlink(missing_ok=True)
    for path in (tmp_path / "docs").rglob("*.md"):
        path.unlink()
    cell = "\n```{code-cell} python3\nflip(np.eye(3))\n```\n"
    (tmp_path / "docs" / "chapter.md").write_text(HEAD + SOUND + cell + EXERCISE, "utf-8")
    (tmp_path / "docs" / "index.md").write_text("# A book\n\n```{toctree}\nchapter\n```\n", "utf-8")
    return tmp_path


def built(project: Path) -> tuple[dict[str, str], set[str]]:
    """Build; return the pages without the versions of style and script, and all files."""
    shutil.rmtree(project / "_build" / "html", ignore_errors=True)
    done = build_copy(project)
    assert done.status == 0, done.output
    pages = {path.name: path.read_text("utf-8") for path in done.folder.glob("*.html")}
    names = {path.relative_to(done.folder).as_posix() for path in done.folder.rglob("*.*")}
    return {name: re.sub(r"\?v=\w+", "", text) for name, text in pages.items()}, names


def test_without_the_runtime_there_is_no_trace(project: Path) -> None:
    pages, names = built(project)
    assert not [name for name in names if "live" in name]
    conf = (project / "conf.py").read_text("utf-8")
    assert '    "live",\n' in conf
    (project / "conf.py").write_text(conf.replace('    "live",\n', ""), "utf-8")
    assert built(project) == (pages, names)
    (project / "conf.py").write_text(conf, "utf-8")


def test_with_the_runtime_a_page_has_one_script_more(project: Path) -> None:
    if runtime.missing():
        pytest.skip(WHERE)
    pages, names = built(project)
    (project / "_runtime").symlink_to(runtime.FOLDER)
    live, more = built(project)
    assert SCRIPT.search(live["chapter.html"])
    assert {name: SCRIPT.sub("", text) for name, text in live.items()} == pages
    assert all(name.startswith("_static/live/") for name in more - names)
    text = (project / "_build/html/_static/live/chapters/chapter.json").read_text("utf-8")
    chapter = json.loads(text)
    assert [cell["shown"] for cell in chapter["cells"]] == [True, True, False, True]
    assert chapter["exercises"] == [
        {"solution": [3], "asks": ["doubled"], "template": "doubled = ..."}
    ]


def test_a_runtime_that_lacks_a_file_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyodide.mjs").write_text("no", "utf-8")
    monkeypatch.setattr(runtime, "FOLDER", tmp_path)
    monkeypatch.setattr(runtime.missing, "__defaults__", (tmp_path,))
    app = SimpleNamespace(builder=SimpleNamespace(name="html"))
    with pytest.raises(Exception, match=r"_runtime lacks contourpy.*: run nox -s runtime, or"):
        need("live").prepare(app)


def test_a_page_that_stays_asks_for_the_library_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = need("live")
    monkeypatch.setattr(live, "facts", lambda folder: {"v": "fresh000"})
    page = '<p>&quot;v&quot;: &quot;x&quot;</p><script data-live="{&quot;page&quot;: &quot;a&quot;'
    page += ', &quot;v&quot;: &quot;%s&quot;, &quot;first&quot;: &quot;9 MB&quot;}">'
    (tmp_path / "a.html").write_text(page % "stale000", "utf-8")
    tags = SimpleNamespace(has=lambda tag: tag == "live")
    env, builder = SimpleNamespace(found_docs={"a"}), SimpleNamespace(name="html")
    live.renew(SimpleNamespace(outdir=tmp_path, tags=tags, env=env, builder=builder), None)
    assert (tmp_path / "a.html").read_text("utf-8") == page % "fresh000"
