"""Every fact of the third reading (facts.csv) is in the graph of its page, or left out with a reason.

The mapping is in the CSV files beside this test, one per page: ``fact,subject,predicate,object,left_out``. Several
rows of a fact all hold. The basis of a fact and the characters it was read from agree with a receipt of a triple.
"""

import csv
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Triple

from curated import PAGES, Curated, character_ranges, iri, page, shared, term

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Fact:
    """One row of facts.csv: what is said, on which basis, in which characters of the page."""

    name: str
    basis: str
    start: int
    end: int


@dataclass(frozen=True)
class Trace:
    """Where a fact went: to triples, or to lines of the left-out list."""

    triples: tuple[Triple, ...]
    left_out: tuple[str, ...]


def facts_of(number: str) -> dict[str, Fact]:
    """The facts of one page, by their id."""
    with (shared() / "domain" / "facts.csv").open(encoding="utf-8", newline="") as table:
        return {
            row["id"]: Fact(row["id"], row["basis"], int(row["start"]), int(row["end"]))
            for row in csv.DictReader(table)
            if row["page"] == number
        }


def traces_of(slug: str) -> dict[str, Trace]:
    """The mapping of one page, by fact."""
    triples: defaultdict[str, list[Triple]] = defaultdict(list)
    left_out: defaultdict[str, list[str]] = defaultdict(list)
    with (HERE / f"{slug}.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["left_out"]:
                left_out[row["fact"]].append(row["left_out"])
            else:
                triple = Triple(iri(row["subject"]), iri(row["predicate"]), term(row["object"]))
                triples[row["fact"]].append(triple)
    return {name: Trace(tuple(triples[name]), tuple(left_out[name])) for name in {*triples, *left_out}}


def reasons_of(source: Curated) -> dict[str, str]:
    """The left-out list of a page: id to reason."""
    text = (source.folder / "left-out.toml").read_text(encoding="utf-8")
    return {line["id"]: line["reason"] for line in tomllib.loads(text).get("left_out", [])}


def vouched_for(fact: Fact, source: Curated, triples: tuple[Triple, ...]) -> bool:
    """Whether a receipt of one of the triples has the basis of the fact and a range that overlaps its own."""
    return any(
        receipt.basis == fact.basis and any(a < fact.end and fact.start < b for a, b in character_ranges(receipt))
        for triple in triples
        for receipt in source.receipts.get(triple, ())
    )


@pytest.fixture(params=PAGES, ids=PAGES.values())
def number(request: pytest.FixtureRequest) -> str:
    """The number of a page."""
    shared()
    return str(request.param)


def test_every_fact_is_traced(number: str) -> None:
    traces = traces_of(PAGES[number])
    facts = facts_of(number)
    assert sorted(set(facts) - set(traces)) == []
    assert sorted(set(traces) - set(facts)) == [], "the mapping names facts that the reading does not have"


def test_traced_triples_are_in_the_graph_of_the_page(number: str) -> None:
    source = page(number)
    missing = [
        f"{name}: {triple}"
        for name, trace in sorted(traces_of(source.slug).items())
        for triple in trace.triples
        if triple not in source.triples
    ]
    assert missing == []


def test_what_is_left_out_has_a_reason(number: str) -> None:
    source = page(number)
    reasons = reasons_of(source)
    unknown = [
        f"{name}: {line}"
        for name, trace in sorted(traces_of(source.slug).items())
        for line in trace.left_out
        if not reasons.get(line)
    ]
    assert unknown == []


def test_basis_and_characters_agree_with_a_receipt(number: str) -> None:
    source = page(number)
    traces = traces_of(source.slug)
    disagreeing = [
        f"{fact.name} ({fact.basis}, {fact.start}-{fact.end})"
        for fact in facts_of(number).values()
        if fact.name in traces
        and not traces[fact.name].left_out
        and not vouched_for(fact, source, traces[fact.name].triples)
    ]
    assert disagreeing == []
