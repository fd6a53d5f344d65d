"""The README as a package index shows it: there, relative links would lead nowhere."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)\s]+)\)")


class Readme(MetadataHookInterface):
    """Takes the repository's address from ``[project.urls]``, where it is written once."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in the one dynamic field."""
        text = (Path(self.root) / "README.md").read_text("utf-8")
        text = with_full_links(text, metadata["urls"]["Repository"])
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def with_full_links(text: str, repository: str) -> str:
    """Let relative links lead to the repository's pages, and pictures to their files."""

    def full(link: re.Match[str]) -> str:
        picture, words, path = link.groups()
        return f"{picture}[{words}]({repository}/{'raw' if picture else 'blob'}/main/{path})"

    return RELATIVE.sub(full, text)
