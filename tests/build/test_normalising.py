"""Equal statements are equal bytes: what the graph file holds is what the store gives back, whatever came in."""

import os
import signal
import subprocess
import threading
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple

from koinon.build.canonical import canonical, label
from koinon.build.collecting import Findings
from koinon.build.graphs import as_text, lines_of
from koinon.build.iris import iri_problem
from koinon.build.literals import canonicaliser, problem_of
from koinon.build.normalise import Normaliser, skolemise
from koinon.build.odd_names import tell_odd_names
from koinon.model.errors import SourceError
from koinon.model.namespaces import XSD

SUBJECT, PREDICATE = NamedNode("https://example.org/s"), NamedNode("https://example.org/p")
TYPES = [
    "string",
    "integer",
    "int",
    "long",
    "short",
    "byte",
    "nonNegativeInteger",
    "positiveInteger",
    "unsignedByte",
    "decimal",
    "double",
    "float",
    "boolean",
    "date",
    "dateTime",
    "dateTimeStamp",
    "time",
    "gYear",
    "gYearMonth",
    "gMonth",
    "gMonthDay",
    "gDay",
    "duration",
    "dayTimeDuration",
    "yearMonthDuration",
    "hexBinary",
    "base64Binary",
    "anyURI",
    "language",
    "token",
]
NUMBERS = st.from_regex(r"[+-]?[0-9]{1,30}(\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
DATES = st.from_regex(
    r"-?[0-9]{4,5}(-[01][0-9](-[0-3][0-9](T[012][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,20})?)?)?)?"
    r"(Z|[+-][01][0-9]:[0-5][0-9])?",
    fullmatch=True,
)
DURATIONS = st.from_regex(
    r"-?P([0-9]{1,12}Y)?([0-9]{1,3}M)?([0-9]{1,3}D)?(T([0-9]{1,3}H)?([0-9]{1,3}M)?([0-9]{1,3}(\.[0-9]{1,20})?S)?)?",
    fullmatch=True,
)
LEXICAL = st.one_of(
    NUMBERS,
    DATES,
    DURATIONS,
    st.sampled_from(["true", "false", "1", "0", "INF", "-INF", "NaN", "-0", "+0.0"]),
    st.text(),
)
TAGS = st.sampled_from(["en", "EN", "en-GB", "el-Latn", "pl", "lv", "zh-Hant-TW", "x-private"])
LITERALS = st.one_of(
    st.builds(lambda v, t: Literal(v, datatype=NamedNode(XSD + t)), LEXICAL, st.sampled_from(TYPES)),
    st.builds(lambda v, t: Literal(v, language=t), st.text(), TAGS),
    st.builds(Literal, st.text()),
)


def kept_by_a_store(literal: Literal) -> object:
    store = Store()
    store.add(Quad(SUBJECT, PREDICATE, literal, NamedNode("https://example.org/g")))
    return next(iter(store)).object


@given(LITERALS)
@settings(max_examples=600, deadline=None)
def test_a_normalised_literal_is_what_the_store_gives_back(literal: Literal) -> None:
    normaliser = Normaliser()
    try:
        (triple,) = normaliser.triples([Triple(SUBJECT, PREDICATE, literal)], "test")
    except SourceError:
        assert problem_of(literal)
        return
    assert kept_by_a_store(triple.object) == triple.object
    (again,) = normaliser.triples([triple], "test")
    assert again == triple
    assert unicodedata.is_normalized("NFC", triple.object.value)


@given(LITERALS)
@settings(max_examples=300, deadline=None)
def test_a_normalised_statement_is_one_line_that_reads_back_as_itself(literal: Literal) -> None:
    if problem_of(literal):
        return
    (triple,) = Normaliser().triples([Triple(SUBJECT, PREDICATE, literal)], "test")
    (line,) = lines_of([triple])
    store = Store()
    store.load(line + b"\n", format=RdfFormat.N_TRIPLES)
    assert [quad.triple for quad in store] == [triple]
    assert as_text([triple]) == line + b"\n"


@pytest.mark.parametrize(
    ("given_form", "kept"),
    [
        (("01", "int"), ("1", "integer")),
        (("1.50", "decimal"), ("1.5", "decimal")),
        (("1", "boolean"), ("true", "boolean")),
        (("P18M", "duration"), ("P1Y6M", "duration")),
        (("2024-06-10+00:00", "date"), ("2024-06-10Z", "date")),
        (("2024", "gYear"), ("2024", "gYear")),
    ],
)
def test_known_forms(given_form: tuple[str, str], kept: tuple[str, str]) -> None:
    literal = Literal(given_form[0], datatype=NamedNode(XSD + given_form[1]))
    assert canonicaliser()(literal) == Literal(kept[0], datatype=NamedNode(XSD + kept[1]))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2024-02-30", "date"), ("1900-02-29", "date"), ("2023-13-01", "date"), ("24-01-01", "date"), ("", "date"),
        ("2024-06-10T25:00:00", "dateTime"), ("2024-06-10T10:00:00", "dateTimeStamp"), ("--02-30", "gMonthDay"),
        ("P", "duration"), ("P1YT", "duration"), ("1Y", "duration"), ("TRUE", "boolean"), ("1,5", "decimal"),
        ("1e3", "decimal"), ("256", "unsignedByte"), ("-1", "nonNegativeInteger"), ("0", "positiveInteger"),
        ("9" * 40, "long"), ("abc", "hexBinary"), ("a b", "anyURI"), ("english!", "language"), ("1", "number"),
    ],
)  # fmt: skip
def test_ill_typed_literals_have_a_problem(text: str, name: str) -> None:
    assert problem_of(Literal(text, datatype=NamedNode(XSD + name)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2024-02-29", "date"), ("2000-02-29Z", "date"), ("-0044-03-15", "date"), ("P3D", "duration"),
        ("2024-06-10T24:00:00", "dateTime"), ("--02-29", "gMonthDay"), ("-P1Y2M3DT4H5M6.7S", "duration"),
        ("INF", "double"),
        (".5", "decimal"), ("+7", "integer"), ("9" * 40, "integer"), ("2023-11", "gYearMonth"), ("", "string"),
    ],
)  # fmt: skip
def test_well_typed_literals_have_none(text: str, name: str) -> None:
    assert problem_of(Literal(text, datatype=NamedNode(XSD + name))) is None


@pytest.mark.parametrize(
    "iri",
    [
        "https://w3id.org/koinon/id/project/resist",
        "https://w3id.org/koinon/id/project/respondet#coordinator",
        "https://w3id.org/koinon/id/document/x#char=444,541",
        "https://w3id.org/koinon/def#Project",
        "https://w3id.org/koinon/def/1.0.0",
        "https://example.org/ż",
        "urn:uuid:1",
        "mailto:office@example.org",
        "http://publications.europa.eu/resource/authority/language/POL",
    ],
)
def test_good_iris_are_taken(iri: str) -> None:
    assert iri_problem(iri) is None


@pytest.mark.parametrize(
    "iri",
    [
        "project/resist",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https:///nohost",
        "https://example.org/a b",
        "https://example.org/\u202etxt",
        "https://example.org/\u200b",
        "https://w3id.org/koinon/id/Project/resist",
        "https://w3id.org/koinon/id/project/",
        "https://w3id.org/koinon/id/project/résist",
        "https://w3id.org/koinon/doc/project/resist",
        "http://w3id.org/koinon/id/project/resist",
    ],
)
def test_bad_iris_are_refused(iri: str) -> None:
    assert iri_problem(iri)


@given(st.permutations(range(6)), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_blank_nodes_get_the_same_names_in_whatever_order_they_come(order: list[int], random: object) -> None:
    names = [f"b{random.random()}".replace(".", "") for _ in range(3)]  # type: ignore[attr-defined]
    a, b, c = (BlankNode(name) for name in names)
    triples = [
        Triple(SUBJECT, PREDICATE, a),
        Triple(a, PREDICATE, b),
        Triple(b, PREDICATE, c),
        Triple(c, PREDICATE, Literal("end")),
        Triple(SUBJECT, PREDICATE, b),
        Triple(a, NamedNode("https://example.org/q"), Literal("1")),
    ]
    skolem = skolemise({triples[i] for i in order}, "test")
    assert lines_of(skolem) == lines_of(skolemise(set(triples), "test"))
    assert not any("_:" in line.decode() for line in lines_of(skolem))
    assert any("/.well-known/genid/test-c14n" in line.decode() for line in lines_of(skolem))


def test_blank_nodes_that_cannot_be_told_apart_are_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("koinon.build.normalise.CANONICAL_SECONDS", 1.0)
    nodes = [BlankNode() for _ in range(12)]
    clique = {Triple(a, PREDICATE, b) for a in nodes for b in nodes if a != b}
    with pytest.raises(SourceError, match="too alike") as caught:
        skolemise(clique | {Triple(SUBJECT, PREDICATE, nodes[0])}, "test")
    assert caught.value.rule == "blank-nodes"


def test_blank_nodes_in_others_are_told_apart_where_no_program_may_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(subprocess, "run", refuse)
    chain = {Triple(SUBJECT, PREDICATE, BlankNode("n0"))}
    chain |= {Triple(BlankNode(f"n{n}"), PREDICATE, BlankNode(f"n{n + 1}")) for n in range(30)}
    assert canonical(chain, 10) == label(chain)
    pairs = [(a, b) for a in range(12) for b in range(12) if a != b]
    alike = {Triple(BlankNode(f"n{a}"), PREDICATE, BlankNode(f"n{b}")) for a, b in pairs}
    with pytest.raises(TimeoutError):
        canonical(alike, 0.2)


@pytest.mark.parametrize("programs", [True, False], ids=["program", "fork"])
def test_only_the_time_of_the_processor_counts_against_blank_nodes(
    programs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that is busy with other things, the same file gets the same answer."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    if not programs:
        monkeypatch.setattr(subprocess, "run", refuse)
    seconds, away = 2.0, 2.5
    few, many = ({Triple(a, PREDICATE, b) for a in n for b in n if a != b} for n in (NODES[:7], NODES))
    before = time.monotonic()
    held = threading.Thread(target=hold_child, args=(away,), daemon=True)
    held.start()
    assert canonical(few, seconds) == label(few)
    held.join()
    assert time.monotonic() - before > away > seconds
    with pytest.raises(TimeoutError, match="processor time"):
        canonical(many, 0.3)


NODES = [BlankNode(f"n{number}") for number in range(12)]


def hold_child(seconds: float) -> None:
    """Stop the child of this process as a scheduler with other work does, and let it go after a while."""
    children = [task / "children" for task in Path("/proc/self/task").iterdir()]
    while not (found := [int(pid) for path in children for pid in path.read_text("ascii").split()]):
        time.sleep(0.001)
    os.kill(found[0], signal.SIGSTOP)
    time.sleep(seconds)
    os.kill(found[0], signal.SIGCONT)


def test_names_with_letters_of_two_alphabets_are_kept_and_told() -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    names = ("Κοινόν", "Koinon", "Кoinon", "Łódź · Лодзь")
    lines = [f'<https://example.org/{n}> {label} "{name}"@en .\n'.encode() for n, name in enumerate(names)]
    findings = Findings()
    assert list(tell_odd_names(lines, "test", findings)) == lines
    assert [(finding.rule, finding.where) for finding in findings.kept] == [
        ("mixed-scripts", f"<https://example.org/2> {label}")
    ]
    assert not findings.refused
