"""The page about conformance adds up and argues each exception, also where the W3C's tests are absent."""

import re

import koinon
from conformance.page import COLUMNS, PAGE
from conformance.verdicts import read_exceptions

TEXT = PAGE.read_text("utf-8")
ROWS = {
    cells[0]: [int(cell or 0) for cell in cells[1:]]
    for line in TEXT.splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == len(COLUMNS) + 1
    and re.fullmatch(r"[\d ]+", "".join(cells[1:]))
    and cells[0] != "all"
}


def test_the_columns_of_each_row_add_up() -> None:
    assert len(ROWS) > 30
    for name, (tests, *outcomes) in ROWS.items():
        assert tests == sum(outcomes) > 0, name


def test_the_summary_is_the_sum_of_the_rows() -> None:
    said = re.search(
        r"^(\d+) tests are run\. .*?\*\*(\d+) of\s+the other (\d+) tests pass", TEXT, re.MULTILINE | re.DOTALL
    )
    assert said
    tests, passed, rest = map(int, said.groups())
    assert tests == sum(row[0] for row in ROWS.values())
    assert passed == sum(row[1] for row in ROWS.values())
    assert rest == passed + sum(row[4] for row in ROWS.values())


def test_every_exception_is_argued() -> None:
    for exception in read_exceptions():
        assert exception.cause in ("design", "engine")
        assert len(exception.argument) > 80
        assert exception.argument in TEXT
    numbers = [int(number) for number in re.findall(r"^\| `[^|]*\| (\d+) \|", TEXT, re.MULTILINE)]
    assert sum(numbers) == sum(tests - passed for tests, passed, *_ in ROWS.values())


def test_the_page_is_about_this_version() -> None:
    assert f"Koinon {koinon.__version__} " in TEXT
