"""What tests need beyond NumPy: skipped where missing, mandatory where CONVBOOK_STRICT=1."""

import importlib
import os
import shutil
import warnings
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

STRICT = os.environ.get("CONVBOOK_STRICT") == "1"
OFFICES = ("soffice", "libreoffice")
# The first draws pages as the others do, without a window around each, in half the time.
CHROMIUM = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def _missing(what: str) -> NoReturn:
    if STRICT:
        pytest.fail(f"{what} is missing, and CONVBOOK_STRICT=1 makes it mandatory", pytrace=False)
    pytest.skip(f"{what} is missing", allow_module_level=True)


def need(name: str) -> ModuleType:
    """The module of this name, imported without its own import-time warnings."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return importlib.import_module(name)
    except ModuleNotFoundError:
        _missing(f"the package {name}")


def need_chromium() -> str:
    """The path of a Chromium: one on the PATH, else the one Playwright installed."""
    if found := next(filter(None, map(shutil.which, CHROMIUM)), None):
        return found
    with need("playwright.sync_api").sync_playwright() as playwright:
        path: str = playwright.chromium.executable_path
    return path if Path(path).exists() else _missing("a Chromium (playwright install chromium)")


def need_soffice() -> str:
    """The path of LibreOffice, which recalculates the spreadsheet."""
    found = next(filter(None, map(shutil.which, OFFICES)), None)
    return found or _missing("LibreOffice (apt-get install libreoffice-calc)")
