"""The W3C's tests of SPARQL 1.1 against a running service: each passes, or is an exception that is argued."""

import pytest

from conformance.manifests import Entry, suites_folder
from conformance.page import PAGE, write_page
from conformance.running import all_entries, run_all
from conformance.verdicts import Excepted, Verdict, disagreement, read_exceptions

PRESENT = suites_folder().is_dir()
pytestmark = [
    pytest.mark.skipif(not PRESENT, reason=f"{suites_folder()} is absent (KOINON_SHARED names another place)"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    found = run_all(tmp_path_factory.mktemp("conformance"))
    return {verdict.entry.id: verdict for verdict in found}


@pytest.fixture(scope="module")
def exceptions() -> list[Excepted]:
    return read_exceptions()


@pytest.mark.parametrize("entry", all_entries() if PRESENT else [], ids=lambda entry: entry.id)
def test_the_test_passes_or_is_an_exception(
    verdicts: dict[str, Verdict], exceptions: list[Excepted], entry: Entry
) -> None:
    assert not disagreement(verdicts[entry.id], exceptions)


def test_every_exception_names_a_test(verdicts: dict[str, Verdict], exceptions: list[Excepted]) -> None:
    for exception in exceptions:
        for pattern in exception.tests:
            alone = Excepted((pattern,), exception.cause, exception.argument)
            assert any(alone.covers(name) for name in verdicts), pattern


def test_the_page_says_what_the_tests_say(verdicts: dict[str, Verdict], exceptions: list[Excepted]) -> None:
    assert PAGE.read_text("utf-8") == write_page(list(verdicts.values()), exceptions), "run: make conformance"
