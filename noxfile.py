"""The book's commands: ``nox -s book`` builds it and ``nox -s tests`` proves it.

Each session keeps its environment below ``.nox``; ``nox -R`` reuses it as it is.
"""

import os
import re
import socket
import sys
from contextlib import suppress
from pathlib import Path
from shutil import copyfile, make_archive

import nox

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["book", "tests"]

SITE = "_build/html"
DOCTREES = f"{SITE}-doctrees"  # the tests build the site there, too
ADDRESS = "GITHUB_REPOSITORY", "READTHEDOCS_CANONICAL_URL"
STRICTLY = ("-c", ".", "-n", "-W", "--keep-going")
STRICT = os.environ.get("CONVBOOK_STRICT") == "1"
# The release whose behaviour the tests compare with; older and newer ones may differ.
TORCH = "torch==2.13.0"
OLDEST_NUMPY = "numpy==2.0.*"
LINTERS = (
    "check-jsonschema==0.39.*",
    "codespell==2.4.*",
    "mypy==2.4.*",
    "ruff==0.17.*",
    "zizmor==1.32.*",
)

WORKERS = ("-n", "logical", "--maxprocesses", "4", "--durations", "10")
ALONE = {"OPENBLAS_NUM_THREADS": "1"}  # a core has one worker already

SCHEMAS = {
    "citation-file-format": "CITATION.cff",
    "dependabot": ".github/dependabot.yml",
    "github-workflows": ".github/workflows/book.yml",
}


@nox.session(venv_backend="none")
def runtime(session: nox.Session) -> None:
    """Bring what runs Python in a page from where CONVBOOK_RUNTIME says, each file checked."""
    session.run(sys.executable, "docs/_ext/runtime.py")


@nox.session
def book(session: nox.Session) -> None:
    """Build the book into _build/html and, in a terminal, serve it."""
    session.install("-e", ".[docs]", silent=False)
    if os.environ.get("CONVBOOK_RUNTIME"):
        session.run("python", "docs/_ext/runtime.py")
    # a copy on this machine has no address, whatever a host's build says of its own
    address = {name: os.environ.get(name, "") for name in ADDRESS}
    folders = DOCTREES, "docs", SITE
    session.run("sphinx-build", *STRICTLY, "-d", *folders, *session.posargs, env=address)
    port = free_port()
    server = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", SITE, str(port)]
    if session.interactive:
        session.log(f"Open http://localhost:{port}/ (Ctrl+C stops the server)")
        with suppress(KeyboardInterrupt):
            session.run("python", *server, log=False)
    else:
        session.log(f"Built {SITE}. To read it, run: python3 {' '.join(server)}")
        session.log(f"and open http://localhost:{port}/")


@nox.session
def formats(session: nox.Session) -> None:
    """Build the book as PDF, as EPUB and as an archive: needs XeLaTeX, latexmk and make."""
    session.install("-e", ".[docs]", silent=False)
    target = Path("_build/formats")
    target.mkdir(parents=True, exist_ok=True)
    sphinx(session, "latex", "_build/latex")
    quiet = {"LATEXMKOPTS": "-interaction=nonstopmode"}
    session.run("make", "-C", "_build/latex", "all-pdf", env=quiet, external=True, silent=True)
    copyfile("_build/latex/convbook.pdf", target / "convbook.pdf")
    html_only = ["-D", "templates_path=", "-D", "html_css_files=palette.css,epub-book.css"]
    sphinx(session, "epub", "_build/epub", *html_only)
    copyfile("_build/epub/convbook.epub", target / "convbook.epub")
    sphinx(session, "html", SITE)
    make_archive(str(target / "convbook-site"), "zip", SITE)
    sphinx(session, "html", SITE)  # the page that lists them now has all


def sphinx(session: nox.Session, builder: str, target: str, *options: str) -> None:
    """Build the book in a format; the chapters' results come from the same cache."""
    folders = DOCTREES, "docs", target
    session.run("sphinx-build", "-b", builder, *STRICTLY, *options, "-d", *folders)


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test: the library, each chapter's cells, the built site."""
    if STRICT:
        install_torch(session)
    session.install("-e", ".[test,oracles]" if STRICT else ".[test]", silent=False)
    session.run("pytest", *(session.posargs or WORKERS), env=ALONE)


@nox.session
def doctests(session: nox.Session) -> None:
    """Run every cell and example of every chapter and docstring, and nothing else."""
    session.install("-e", ".[test]", silent=False)
    session.run("pytest", *WORKERS, *(session.posargs or ("docs", "src")), env=ALONE)


@nox.session
def oldest(session: nox.Session) -> None:
    """Test the library with the oldest NumPy it supports."""
    session.install("-e", ".[test]", OLDEST_NUMPY, silent=False)
    names = {path.stem for path in Path("src/convbook").glob("[a-z]*") if path.stem != "py"}
    files = sorted(f"tests/test_{name}.py" for name in names - {"figures"})
    options = "--hypothesis-profile=other NumPy", "--dist=worksteal"  # one file is most of it
    session.run("pytest", *WORKERS, *options, "src", *files, env={**ALONE, "CONVBOOK_STRICT": "0"})


@nox.session
def newest(session: nox.Session) -> None:
    """Build the book with the newest release of everything, also of what pyproject.toml caps."""
    session.install("-e", ".[docs]", silent=False)
    wanted = nox.project.load_toml("pyproject.toml")["project"]["optional-dependencies"]["docs"]
    names = [re.split(r"[<>=]", line)[0] for line in wanted if not line.startswith("convbook")]
    session.install("--upgrade", *names, silent=False)
    session.run("sphinx-build", *STRICTLY, "docs", f"{session.create_tmp()}/html")


@nox.session
def benchmark(session: nox.Session) -> None:
    """Measure speed and memory beside other libraries; -- --short takes a minute."""
    install_torch(session)
    session.install("-e", ".[benchmark]", silent=False)
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def speed(session: nox.Session) -> None:
    """Tell whether the convolution has lost a quarter of its recorded speed; -- --strict fails."""
    session.install("-e", ".", "tqdm", silent=False)
    session.run("python", "-m", "benchmarks", "--check", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, the workflow and the citation file."""
    session.install("-e", ".[figures]", *LINTERS, silent=False)
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("codespell")
    british = [*map(str, sorted(Path("docs").glob("*.md"))), "README.md", "CONTRIBUTING.md"]
    session.run("codespell", "--dictionary", "spelling.txt", *british)
    session.run("mypy")
    session.run("zizmor", "--offline", "--quiet", ".github")
    for schema, file in SCHEMAS.items():
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", file)


def install_torch(session: nox.Session) -> None:
    """Install PyTorch, before another package chooses another release.

    By pip, because it also takes a wheel lying on disk (PIP_FIND_LINKS); by uv where it is told
    which build to find (UV_TORCH_BACKEND=cpu).
    """
    if "UV_TORCH_BACKEND" in os.environ:
        session.install(TORCH, silent=False)
        return
    session.install("pip")
    session.run_install("python", "-m", "pip", "install", TORCH, silent=False)


def free_port(wanted: int = 8000) -> int:
    """The wanted port, or another one if something listens there already."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
