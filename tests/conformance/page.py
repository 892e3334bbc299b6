"""``docs/conformance.md``, written from the results of the tests."""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph

import koinon
from conformance.manifests import ROOT, suites_folder
from conformance.running import GROUPS, run_all
from conformance.verdicts import Excepted, Outcome, Remark, Verdict, disagreement, read_exceptions

PAGE: Final = ROOT / "docs" / "conformance.md"
HARVESTING: Final = Path(__file__).with_name("harvesting.md")
"""The section about what is not of the W3C."""
COLUMNS: Final = ("tests", "passed", "reading part", "refused by design", "engine differs")
_CAUSES: Final = {"design": "By design", "engine": "By the engine"}

_HEAD: Final = """# Conformance to SPARQL 1.1

This page is written by `make conformance` from a run of the W3C's tests against `koinon serve`; `make test`
fails where it says something else than the tests do. It is about Koinon {version} with pyoxigraph {engine} and
the tests of {tests}.

{all} tests are run. {refused} of them ask for what this service refuses by design, most of them updates, and
are refused as they should be; {read} write a graph and read it back, and pass as far as they read. **{passed} of
the other {rest} tests pass**; in {failed} the engine gives another answer than the specification. Each exception
is argued below.

## How they are run

* The data of a test enters by `koinon release import`. A test about one graph asks the release that holds all
  files as graphs, with `default-graph-uri`; a test about several graphs, or about none, asks
  `/releases/{{id}}/sparql` of a release of its own, where its default graph is the default graph.
* The answer is asked for in the form in which the test gives it (XML, JSON, CSV, TSV, Turtle), and compared up to
  the names of blank nodes; rows count in their order where the query orders them.
* Relative addresses of a query are relative to its file in the tests, so a `BASE` is put before it.
* A text that is no query has to be refused with 400, as a problem document of the type `query-syntax`.
* Requests of the protocol are sent as the tests spell them, with no header added. Errors have to be problem
  documents. Tests name a graph, `data0.rdf`, that the W3C does not publish; it has one statement here.
* "Conforms to schema" of the service description, which the W3C states in prose, is a SHACL file of our own.
* `http-rdf-update` is not run: the W3C deprecated all of it in favour of `graph-store-protocol`.
"""


def write_page(verdicts: Sequence[Verdict], exceptions: Sequence[Excepted]) -> str:
    """Return the text of the page."""
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    head = _HEAD.format(
        version=koinon.__version__,
        engine=pyoxigraph.__version__,
        tests=_origin(),
        passed=outcomes[Outcome.PASSED],
        all=len(verdicts),
        rest=outcomes[Outcome.PASSED] + outcomes[Outcome.FAILED],
        refused=outcomes[Outcome.REFUSED],
        read=outcomes[Outcome.READ],
        failed=outcomes[Outcome.FAILED],
    )
    parts = (*_tables(verdicts), *_exceptions(verdicts, exceptions), *_remarks(verdicts))
    return "\n".join([head, *parts]) + "\n" + HARVESTING.read_text("utf-8")


def _origin() -> str:
    """Return which repository and commit the tests come from, as the file beside them says."""
    lines = (suites_folder() / "SOURCE.txt").read_text("utf-8").splitlines()
    facts = dict(line.split(": ", 1) for line in lines if ": " in line)
    commit, _, day = facts["commit"].partition(" ")
    return f"[w3c/rdf-tests]({facts['repo']}), commit `{commit[:12]}` of {day}"


def _tables(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield "## Results"
    for group, suites in GROUPS.items():
        yield f"\n### {group}\n"
        yield f"| folder | {' | '.join(COLUMNS)} |"
        yield f"|---|{'---:|' * len(COLUMNS)}"
        for suite in suites:
            yield _row(suite, [verdict for verdict in verdicts if verdict.entry.suite == suite])
        yield _row("all", [verdict for verdict in verdicts if verdict.entry.suite in suites])


def _row(name: str, verdicts: Sequence[Verdict]) -> str:
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    counts = [len(verdicts), *(outcomes[outcome] for outcome in Outcome)]
    return f"| {name} | {' | '.join(str(count) if count else '' for count in counts)} |"


def _exceptions(verdicts: Sequence[Verdict], exceptions: Sequence[Excepted]) -> Iterator[str]:
    yield "\n## Exceptions"
    for cause, title in _CAUSES.items():
        yield f"\n### {title}\n"
        yield "| tests | number | why |"
        yield "|---|---:|---|"
        for exception in exceptions:
            if exception.cause == cause:
                covered = [verdict for verdict in verdicts if exception.covers(verdict.entry.id)]
                yield f"| {_names(exception.tests)} | {len(covered)} | {exception.argument} |"


def _remarks(verdicts: Sequence[Verdict]) -> Iterator[str]:
    by_value = [verdict.entry.id for verdict in verdicts if verdict.remark is Remark.BY_VALUE]
    yield f"""
## Literals that are spelled differently

{len(by_value)} tests pass by value, not to the letter. The engine keeps numbers and truth values by their value,
and writes them in one way: decimals without zeros at the end (`1.0` is `1`), floats and doubles without exponent
(`1.0E6` is `1000000`), integers of every size as `xsd:integer`, `1` of `xsd:boolean` as `true`. Language tags are
in lower case.

{_names(by_value)}."""
    unplaced = [verdict.entry.id for verdict in verdicts if verdict.remark is Remark.UNPLACED]
    if unplaced:
        yield f"""
## Errors without a place

An error of syntax names line and column. In these {len(unplaced)} tests the text breaks a rule about variables or
characters, of which the engine tells what is wrong and not where.

{_names(unplaced)}."""


def _names(tests: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in tests)


def main() -> None:
    """Run all tests and write the page."""
    exceptions = read_exceptions()
    with tempfile.TemporaryDirectory(prefix="koinon-conformance-") as folder:
        verdicts = run_all(Path(folder))
    wrong = [f"{verdict.entry.id}: {said}" for verdict in verdicts if (said := disagreement(verdict, exceptions))]
    if wrong:
        sys.exit("\n".join([*wrong, "The page was not written."]))
    PAGE.write_text(write_page(verdicts, exceptions), "utf-8")
