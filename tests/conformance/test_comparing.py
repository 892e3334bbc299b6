"""The comparison that the W3C's tests are judged by tells the same from the different."""

from conformance.comparing import Likeness, compare
from conformance.manifests import Entry
from conformance.results import XSD, Table, Term, read_results
from conformance.verdicts import Excepted, Outcome, Verdict, disagreement

SAME = Likeness(same=True, exact=True)
ALIKE = Likeness(same=True, exact=False)
OTHER = Likeness(same=False, exact=False)


def iri(name: str) -> Term:
    return Term("uri", f"http://example.org/{name}")


def blank(name: str) -> Term:
    return Term("bnode", name)


def literal(value: str, kind: str = "string") -> Term:
    return Term("literal", value, XSD + kind)


def table(*values: Term | tuple[Term, Term]) -> Table:
    rows = [dict(zip("xy", value if isinstance(value[0], Term) else (value,), strict=False)) for value in values]
    return Table(("x", "y"), tuple(rows))


def test_rows_count_in_any_order_unless_they_are_ordered() -> None:
    one, two = table(iri("a"), iri("b")), table(iri("b"), iri("a"))
    assert compare(one, two, ordered=False) == SAME
    assert compare(one, two, ordered=True) == OTHER


def test_rows_count_as_often_as_they_stand() -> None:
    assert compare(table(iri("a"), iri("a")), table(iri("a")), ordered=False) == OTHER
    assert compare(table(iri("a"), iri("a")), table(iri("a"), iri("a")), ordered=False) == SAME


def test_blank_nodes_may_be_renamed_but_not_mixed_up() -> None:
    pairs = table((blank("a"), blank("a")), (blank("b"), blank("b")))
    assert compare(pairs, table((blank("v"), blank("v")), (blank("u"), blank("u"))), ordered=False) == SAME
    assert compare(pairs, table((blank("v"), blank("u")), (blank("u"), blank("v"))), ordered=False) == OTHER
    assert compare(pairs, table((blank("v"), blank("v")), (blank("v"), blank("v"))), ordered=False) == OTHER


def test_a_value_that_is_missing_is_not_any_value() -> None:
    assert compare(table(iri("a")), table((iri("a"), literal(""))), ordered=False) == OTHER


def test_a_column_that_is_missing_counts() -> None:
    assert compare(Table(("x",), ()), Table(("x", "y"), ()), ordered=False) == OTHER


def test_numbers_of_one_value_are_alike_and_of_another_type_are_not() -> None:
    for kind, one, two in [("decimal", "1.0", "1"), ("double", "1.0E6", "1000000"), ("integer", "01", "1")]:
        assert compare(table(literal(one, kind)), table(literal(two, kind)), ordered=False) == ALIKE
        assert compare(table(literal(one, kind)), table(literal("2", kind)), ordered=False) == OTHER
    assert compare(table(literal("1", "integer")), table(literal("1", "decimal")), ordered=False) == OTHER
    assert compare(table(literal("1", "integer")), table(literal("1")), ordered=False) == OTHER


def test_graphs_are_compared_as_graphs() -> None:
    one = {(blank("a"), iri("p"), blank("b")), (blank("b"), iri("p"), iri("o"))}
    two = {(blank("b"), iri("p"), blank("a")), (blank("a"), iri("p"), iri("o"))}
    assert compare(one, two, ordered=False) == SAME
    assert compare(one, {*two, (blank("a"), iri("p"), blank("a"))}, ordered=False) == OTHER


def test_yes_is_not_a_table() -> None:
    assert compare(True, True, ordered=False) == SAME
    assert compare(True, False, ordered=False) == OTHER
    assert compare(True, table(), ordered=False) == OTHER


def test_every_form_of_one_answer_reads_alike() -> None:
    xml = b"""<sparql xmlns="http://www.w3.org/2005/sparql-results#">
    <head><variable name="x"/><variable name="y"/></head>
    <results><result><binding name="x"><uri>http://example.org/a</uri></binding>
    <binding name="y"><literal xml:lang="en">b</literal></binding></result></results></sparql>"""
    json = b"""{"head": {"vars": ["x", "y"]}, "results": {"bindings": [{
    "x": {"type": "uri", "value": "http://example.org/a"},
    "y": {"type": "literal", "value": "b", "xml:lang": "en"}}]}}"""
    tsv = b'?x\t?y\n<http://example.org/a>\t"b"@en\n'
    expected = table((iri("a"), Term("literal", "b", "", "en")))
    for form, content in (("srx", xml), ("srj", json), ("tsv", tsv)):
        assert read_results(content, form) == expected


def verdict(outcome: Outcome) -> Verdict:
    return Verdict(Entry("bind", "bind01", "QueryEvaluationTest", "a test"), outcome, "why")


def test_a_failure_needs_an_entry_and_an_entry_a_failure() -> None:
    engine, design = Excepted(("bind/*",), "engine", ""), Excepted(("bind/*",), "design", "")
    assert not disagreement(verdict(Outcome.PASSED), [])
    assert disagreement(verdict(Outcome.PASSED), [engine])
    assert disagreement(verdict(Outcome.FAILED), [])
    assert not disagreement(verdict(Outcome.FAILED), [engine])
    assert disagreement(verdict(Outcome.FAILED), [design])
    assert not disagreement(verdict(Outcome.REFUSED), [design])
    assert disagreement(verdict(Outcome.REFUSED), [engine])
    assert disagreement(verdict(Outcome.FAILED), [engine, engine])
