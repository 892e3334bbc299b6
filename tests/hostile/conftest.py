"""The table of what was measured, below the results."""

import pytest

from hostile.arena import HEADINGS


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a row for each case that was run."""
    rows = [
        [*map(str, value), report.outcome]
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in report.user_properties
        if name == "hostile"
    ]
    if not rows:
        return
    table = [[*HEADINGS, "result"], *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    terminalreporter.section("hostile input")
    for row in table:
        cells = [row[0].ljust(widths[0]), row[1].ljust(widths[1])]
        cells += [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
        terminalreporter.write_line("  ".join(cells))
