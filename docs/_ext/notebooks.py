"""Run the cells in a quiet, repeatable kernel, and show measured times as measured.

MyST-NB runs a kernel with the settings of whoever builds; this keeps them out. Its table of times
is replaced, since two builds may differ only in what is marked as measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.ext.execution_tables import ExecutionStatsNode, make_stat_table
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

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


def reading_order(below: dict[str, list[str]], page: str) -> list[str]:
    """Return a page and all pages below it, as a reader meets them.

    >>> reading_order({"index": ["b", "a"], "b": ["c"]}, "index")
    ['index', 'b', 'c', 'a']
    """
    return [page, *(name for child in below.get(page, ()) for name in reading_order(below, child))]


class MeasuredTimes(SphinxPostTransform):
    """Fill in ``{nb-exec-table}`` with the seconds of each chapter, marked as measured."""

    default_priority = 7  # just before myst-nb would fill it in

    def run(self, **kwargs: Any) -> None:
        """Put our table in the place of each placeholder."""
        for place in list(self.document.findall(ExecutionStatsNode)):
            table = make_stat_table(self.env.docname, NbMetadataCollector.get_doc_data(self.env))
            for row in [*table.findall(nodes.row)]:
                row.children = [row[0], row[3]]  # the document and its run time
            for body in table.findall(nodes.tbody):
                order = reading_order(self.env.toctree_includes, self.env.config.root_doc)
                names = [row[0].astext() for row in body.children]
                order += [name for name in names if name not in order]  # pages outside the tree
                body.children.sort(key=lambda row: order.index(row[0].astext()))
            for link in table.findall(pending_xref):
                title = self.env.titles[link.astext()].astext()
                link.children = [nodes.inline(title, title)]
            group = table[0]
            group["cols"], group.children = 2, group.children[3:]  # with two of five columns
            place.replace_self(nodes.container("", table, classes=["measured"]))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the kernels' home and the measured times."""
    app.add_config_value("notebooks_environment", {}, "env", dict)
    app.add_transform(ExpectedErrors)
    app.add_post_transform(MeasuredTimes)
    app.connect("builder-inited", prepare_kernels)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
