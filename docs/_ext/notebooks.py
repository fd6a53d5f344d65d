"""Run the cells in a quiet, repeatable kernel; offer each executed chapter as a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from itertools import filterfalse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from docutils import nodes
from myst_nb.ext.execution_tables import ExecutionStatsNode, make_stat_table
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from freshness import KEY
from kernels import cache

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

KERNEL_CONFIG = 'c = get_config()\nc.IPKernelApp.log_level = "ERROR"\n'


def prepare_kernels(app: Sphinx) -> None:
    """Give the kernels a home below the build, so that no setting of this user reaches them.

    Matplotlib's list of fonts is made here, because it announces slow work on
    stderr, and a cell that writes to stderr fails the build; in a process of its
    own, because an extension may have imported Matplotlib with another home.
    """
    home = Path(app.outdir).parent
    profile = home / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL_CONFIG, encoding="utf-8")
    os.environ["IPYTHONDIR"] = str(home / "ipython")
    os.environ["MPLCONFIGDIR"] = str(home / "matplotlib")
    os.environ.update(app.config.notebooks_environment)
    if not [*(home / "matplotlib").glob("fontlist*.json")]:
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(command, check=True, capture_output=True)


def is_chapter(app: Sphinx, docname: str) -> bool:
    """Tell whether a page has been executed."""
    return bool(app.env.metadata.get(docname, {}).get("kernelspec"))


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Give executed chapters an entry in the theme's download menu."""
    if is_chapter(app, page):
        context["ipynb_source"] = f"{page}.ipynb"


def is_hidden(output: nbformat.NotebookNode) -> bool:
    """Tell whether an output is a glued value that only the prose shows."""
    return bool(output.get("metadata", {}).get("scrapbook", {}).get("mime_prefix"))


def publish(app: Sphinx, exception: Exception | None) -> None:
    """Write each executed chapter as a notebook whose bytes are repeatable."""
    if exception is not None or app.builder.format != "html":
        return
    for docname in filter(lambda name: is_chapter(app, name), app.env.metadata):
        read = Path(app.env.mystnb_config.output_folder, f"{docname}.ipynb")
        notebook = nbformat.read(read, as_version=4)
        with suppress(KeyError):  # MyST-NB leaves out what it took from the cache
            _, notebook = cache(app).merge_match_into_notebook(notebook)
        tidy(notebook)
        target = Path(app.outdir, "_sources", f"{docname}.ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)


def tidy(notebook: nbformat.NotebookNode) -> None:
    """Take out what differs between two builds, and what only the build needs."""
    notebook.metadata["kernelspec"].pop(KEY, None)
    notebook.metadata["kernelspec"].setdefault("display_name", "Python 3")
    for key in set(notebook.metadata) - {"kernelspec", "language_info"}:
        del notebook.metadata[key]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell["metadata"].pop("execution", None)
        if "outputs" in cell:
            cell["outputs"] = [*filterfalse(is_hidden, cell["outputs"])]
        for output in cell.get("outputs", ()):
            if output["output_type"] == "error":  # without the paths of this machine
                output["traceback"] = [f"{output['ename']}: {output['evalue']}"]


class ExpectedErrors(SphinxTransform):
    """Show an error that a chapter wants to show without the paths of this machine."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Keep the last paragraph of each traceback: the error and its message."""
        for block in self.document.findall(nodes.literal_block):
            if block.get("language") == "ipythontb":
                message = block.astext().rpartition("\n\n")[2]
                block.rawsource = message
                block.children = [nodes.Text(message)]


class MeasuredTimes(SphinxPostTransform):
    """Fill in ``{nb-exec-table}`` with the seconds of each chapter, marked as measured."""

    default_priority = 7  # just before myst-nb would fill it in

    def run(self, **kwargs: Any) -> None:
        """Put our table in the place of each placeholder."""
        for place in list(self.document.findall(ExecutionStatsNode)):
            table = make_stat_table(self.env.docname, NbMetadataCollector.get_doc_data(self.env))
            for row in [*table.findall(nodes.row)]:
                row.children = [row[0], row[3]]  # the document and its run time
            for link in table.findall(pending_xref):
                title = self.env.titles[link.astext()].astext()
                link.children = [nodes.inline(title, title)]
            group = table[0]
            group["cols"], group.children = 2, group.children[3:]  # with two of five columns
            place.replace_self(nodes.container("", table, classes=["measured"]))


class UnsearchedMeasurements(SphinxPostTransform):
    """Keep what was measured out of the search index, which would differ in every build."""

    default_priority = 900

    def run(self, **kwargs: Any) -> None:
        """Mark every measured node as not to be searched."""
        for node in self.document.findall(nodes.Element):
            if "measured" in node.get("classes", ()):
                node["classes"].append("no-search")


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the kernels' home, the downloads and the measured times."""
    app.add_config_value("notebooks_environment", {}, "env", dict)
    app.add_transform(ExpectedErrors)
    app.add_post_transform(MeasuredTimes)
    app.add_post_transform(UnsearchedMeasurements)
    app.connect("builder-inited", prepare_kernels)
    app.connect("html-page-context", offer, priority=400)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
