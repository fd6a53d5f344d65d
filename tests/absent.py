"""At the end of a run, one line says which oracles were absent and how to have them."""

import re
from collections import Counter
from typing import Any

HOW = "CONVBOOK_STRICT=1 nox -s tests"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Count the tests that each missing oracle skipped."""
    reasons = (str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    found = Counter(
        match[1] for why in reasons if (match := re.search(r"Skipped: ([^'\")]+)", why))
    )
    if found:
        skipped = "; ".join(f"{why} ({count} skipped)" for why, count in found.items())
        terminalreporter.write_line(f"Absent: {skipped}. To run these tests, too: {HOW}")
