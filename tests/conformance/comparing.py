"""Tell whether two answers are the same: up to the names of blank nodes, to the letter or by value."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad

from conformance.results import XSD, Table, Term

Triples: TypeAlias = set[tuple[Term, Term, Term]]

_INTEGERS: Final = frozenset(
    XSD + name
    for name in (
        *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "nonPositiveInteger"),
        *("positiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
    )
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two answers are: ``same`` at all, and ``exact`` where every literal is written alike."""

    same: bool
    exact: bool


def compare(expected: Table | Triples | bool, actual: Table | Triples | bool, *, ordered: bool) -> Likeness:
    """Compare two answers of one kind; rows count in their order only where they are ``ordered``."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        same = expected is actual
        return Likeness(same, same)
    exact = _canonical(expected, ordered, by_value=False) == _canonical(actual, ordered, by_value=False)
    same = exact or _canonical(expected, ordered, by_value=True) == _canonical(actual, ordered, by_value=True)
    return Likeness(same, exact)


def value_of(term: Term) -> Term:
    """Return the term with one spelling for each value: ``1.50`` is ``1.5``, ``en-GB`` is ``en-gb``."""
    if term.kind not in ("literal", "text"):
        return term
    if term.language:
        return term._replace(language=term.language.lower())
    try:
        if term.kind == "text":
            return term._replace(value=str(float(term.value)))
        if term.datatype in _INTEGERS:
            return term._replace(value=str(int(term.value)), datatype=XSD + "integer")
        if term.datatype == XSD + "decimal":
            return term._replace(value=str(Decimal(term.value).normalize()))
        if term.datatype in (XSD + "double", XSD + "float"):
            return term._replace(value=str(float(term.value)))
    except (ValueError, InvalidOperation):
        return term
    if term.datatype == XSD + "boolean":
        return term._replace(value={"1": "true", "0": "false"}.get(term.value, term.value))
    return term


def _canonical(answer: Table | Triples, ordered: bool, *, by_value: bool) -> tuple[object, frozenset[str]]:
    """Return something that is equal for answers that differ in the names of blank nodes only."""
    if isinstance(answer, Table):
        quads = _rows(answer, ordered, by_value)
        head: object = frozenset(answer.variables)
    else:
        quads = (
            Quad(_node(s, by_value), NamedNode(p.value), _node(o, by_value))  # type: ignore[arg-type]
            for s, p, o in answer
        )
        head = None
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return head, frozenset(str(quad) for quad in dataset)


def _rows(table: Table, ordered: bool, by_value: bool) -> Iterable[Quad]:
    """Yield the rows as a graph, each a blank node that points to its number or kind and to its values."""
    for number, row in enumerate(table.rows):
        node = BlankNode()
        yield Quad(node, NamedNode("row:"), Literal(str(number) if ordered else ""))
        for name, value in row.items():
            yield Quad(node, NamedNode(f"variable:{name}"), _node(value, by_value))


def _node(term: Term, by_value: bool) -> NamedNode | BlankNode | Literal:
    if term.kind == "bnode":
        return BlankNode("b" + term.value.encode().hex())
    if term.kind == "uri":
        return NamedNode(term.value)
    return Literal(repr(value_of(term) if by_value else term))
