"""Run the chapters' cells on every core, ahead of Sphinx, which reads one page at a time.

Chapters whose outputs are not in jupyter-cache start at once, one kernel a core, in the order in
which they will be read. A page that is read waits for its own kernel only, and MyST-NB then finds
the outputs in the cache. Of a cell that fails nothing is kept, so that MyST-NB meets it again and
reports it as ever.
"""

from __future__ import annotations

import os
from multiprocessing.pool import AsyncResult, ThreadPool
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.util.logging import getLogger

from freshness import stamped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_cache.base import JupyterCacheAbstract
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

logger = getLogger(__name__)


class Kernels:
    """The chapters that are being executed, by name."""

    def __init__(self) -> None:
        self.running: dict[str, AsyncResult[ExecutionResult]] = {}

    def start(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Execute what is about to be read and is not in the cache."""
        cores = ThreadPool(os.cpu_count())  # of daemons: nobody waits for them after Ctrl+C
        timeout = app.config.nb_execution_timeout
        for docname, notebook in outdated(app, docnames):
            self.running[docname] = cores.apply_async(execute, (notebook, timeout))
        cores.close()

    def wait(self, app: Sphinx, docname: str, content: list[str]) -> None:
        """Put a chapter's outputs into the cache before it is read."""
        if docname not in self.running:
            return
        done = self.running.pop(docname).get()
        logger.info("Executed notebook in %.2f seconds", done.time, location=docname)
        if done.err is None:
            uri, data = str(app.env.doc2path(docname)), {"execution_seconds": done.time}
            bundle = CacheBundleIn(done.nb, uri, data=data)
            cache(app).cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def cache(app: Sphinx) -> JupyterCacheAbstract:
    """Where MyST-NB looks for the outputs."""
    return get_cache(app.env.mystnb_config.execution_cache_path)


def outdated(app: Sphinx, docnames: list[str]) -> Iterator[tuple[str, NotebookNode]]:
    """Yield the chapters whose outputs are not in the cache."""
    for docname in docnames:
        path = Path(app.env.doc2path(docname))
        text = path.read_text("utf-8")
        if is_myst_markdown_notebook(text):
            notebook = stamped(app, path, text)
            try:
                cache(app).match_cache_notebook(notebook)
            except KeyError:
                yield docname, notebook


def execute(notebook: NotebookNode, timeout: int) -> ExecutionResult:
    """Run a chapter's cells in a kernel and a folder of their own."""
    patience = {"timeout": timeout, "startup_timeout": timeout}  # on a busy machine
    with TemporaryDirectory() as folder:
        done = single_nb_execution(notebook, cwd=folder, allow_errors=False, **patience)
    for cell in done.nb.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return done


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what was printed in pieces: MyST-NB would drop an empty line between two of them."""
    whole: list[NotebookNode] = []
    for output in outputs:
        if whole and output.get("name", "") == whole[-1].get("name"):
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def setup(app: Sphinx) -> ExtensionMetadata:
    """Start the kernels before the first page is read."""
    kernels = Kernels()
    app.connect("env-before-read-docs", kernels.start)
    app.connect("source-read", kernels.wait)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
