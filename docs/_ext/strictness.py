"""A build that found an error fails, every time and with or without ``-W``.

Sphinx forgets two things: an error is only a warning unless ``-W`` is given,
and a page that warned is not read again in the next build, which then passes.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util.logging import NAMESPACE, getLogger

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata

logger = getLogger(__name__)


def report_failed_cells(app: Sphinx, env: BuildEnvironment) -> None:
    """Make an error of every chapter with a cell that raised; MyST-NB only warns."""
    for docname, data in sorted(getattr(env, "nb_metadata", {}).items()):
        if data.get("exec_data", {}).get("succeeded") is False:
            logger.error("a cell failed, its traceback is above", location=docname)


class ErrorCounter(logging.Handler):
    """Make the build's exit status 1 at the first error."""

    def __init__(self, app: Sphinx) -> None:
        super().__init__(logging.ERROR)
        self.app = app

    def emit(self, record: logging.LogRecord) -> None:
        """Note an error."""
        self.app.statuscode = 1


def watch(app: Sphinx) -> None:
    """Start to watch for errors."""
    logging.getLogger(NAMESPACE).addHandler(ErrorCounter(app))


def forget_what_warned(app: Sphinx, exception: Exception | None) -> None:
    """Let the next build read every page again if this one warned; the cells stay cached."""
    if exception is None and app._warncount:
        Path(app.doctreedir, "environment.pickle").unlink(missing_ok=True)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the gates."""
    app.connect("builder-inited", watch)
    app.connect("env-check-consistency", report_failed_cells)
    app.connect("build-finished", forget_what_warned)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
