"""The one address of the book: where its site and its repository are, if they are anywhere.

No library does this. It is read by ``conf.py`` alone and knows nothing of Sphinx: the addresses
stand in ``[project.urls]`` of pyproject.toml, and what a host says in the environment wins, so
that a copy of the book on another host leads to itself. Without either there is no address.
"""

from __future__ import annotations

from importlib.metadata import metadata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Address(NamedTuple):
    """Where the book is: addresses without a slash at the end, or nothing."""

    site: str
    repository: str

    @property
    def theme_options(self) -> dict[str, object]:
        """The theme's buttons that lead to the repository, none of them without one."""
        if not self.repository:
            return {}
        return {
            "repository_url": self.repository,
            "repository_branch": "main",
            "path_to_docs": "docs",
            "use_edit_page_button": True,
            "use_issues_button": True,
            "use_repository_button": True,
        }


def find_address(urls: Mapping[str, str], environment: Mapping[str, str]) -> Address:
    """Find the address; an environment variable that is empty says that there is none.

    >>> find_address({"Repository": "https://git.example/a/b"}, {})
    Address(site='', repository='https://git.example/a/b')
    >>> find_address({}, {"GITHUB_REPOSITORY": "Ann/book"})
    Address(site='https://ann.github.io/book', repository='https://github.com/Ann/book')
    >>> find_address({}, {"GITHUB_REPOSITORY": "", "READTHEDOCS_CANONICAL_URL": "https://x.org/"})
    Address(site='https://x.org', repository='')
    """
    site, repository = urls.get("Documentation", ""), urls.get("Repository", "")
    if (name := environment.get("GITHUB_REPOSITORY")) is not None:
        owner, _, project = name.partition("/")
        site = f"https://{owner.lower()}.github.io/{project}" if name else ""
        repository = f"https://github.com/{name}" if name else ""
    site = environment.get("READTHEDOCS_CANONICAL_URL", site)
    return Address(site.rstrip("/"), repository.rstrip("/"))


def project_urls(distribution: str) -> dict[str, str]:
    """Return ``[project.urls]`` of an installed distribution."""
    entries = metadata(distribution).get_all("Project-URL") or []
    return dict(entry.split(", ", 1) for entry in entries)
