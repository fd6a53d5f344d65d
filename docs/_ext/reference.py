"""What the look-up pages need: words for constants, PyTorch's pages, and chapters by number.

autodoc looks for the words below a constant in the module that is named, and the reference names
``convbook``, which only imports it; it then shows the docstring of ``tuple``. No option leads it
further. sphinx.ext.intersphinx would fetch PyTorch's list of addresses in every build. And no
role names a section together with the number of its chapter, as the glossary does.
"""

from __future__ import annotations

import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.pycode import ModuleAnalyzer

if TYPE_CHECKING:
    from sphinx import addnodes
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import ExtensionMetadata


TORCH = "https://docs.pytorch.org/docs/stable"


def comment(name: str) -> list[str]:
    """Return the lines below an assignment somewhere in the library.

    >>> import convbook
    >>> comment("REC_601")[0]
    'Weights of red, green and blue in Recommendation ITU-R BT.601, in thousandths.'
    """
    for module in sorted(module for module in sys.modules if module.startswith("convbook.")):
        if lines := ModuleAnalyzer.for_module(module).find_attr_docs().get(("", name)):
            return lines
    return []


def describe_constant(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Replace what autodoc found for a constant."""
    if what == "data" and name.startswith("convbook."):
        lines[:] = comment(name.rpartition(".")[2])


def torch_address(name: str) -> str:
    """Return where PyTorch describes a function, a class or a module.

    >>> torch_address("torch.nn.functional.conv2d").removeprefix(TORCH)
    '/generated/torch.nn.functional.conv2d.html'
    >>> torch_address("torch.nn.init.kaiming_normal_").removeprefix(TORCH)
    '/nn.init.html#torch.nn.init.kaiming_normal_'
    """
    if name in ("torch.nn.functional", "torch.nn.init"):
        return f"{TORCH}/{name.removeprefix('torch.')}.html"
    if name.startswith("torch.nn.init."):
        return f"{TORCH}/nn.init.html#{name}"
    return f"{TORCH}/generated/{name}.html"


def lead_to_torch(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, content: nodes.Node
) -> nodes.Node | None:
    """Link a name of PyTorch's to its page there."""
    name = node["reftarget"]
    if not name.startswith("torch."):
        return None
    return nodes.reference("", "", content, refuri=torch_address(name), internal=False)


def number_chapters(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say in the glossary which chapter a link leads to: its text is a section's title."""
    for link in doctree.findall(nodes.reference) if docname == "glossary" else ():
        page = PurePosixPath(urlsplit(link.get("refuri", "")).path).stem
        if number := app.env.toc_secnumbers.get(page, {}).get(""):
            link.insert(0, nodes.Text(f"chapter {number[0]}, "))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Listen to autodoc, to references that lead nowhere, and to those that were found."""
    app.connect("autodoc-process-docstring", describe_constant)
    app.connect("missing-reference", lead_to_torch)
    app.connect("doctree-resolved", number_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
