"""Statements of things, compiled: functions that write a thing's lines from a row, and tell whether they did."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from koinon.build.mapping.conditions import Condition
from koinon.build.mapping.graph import Graph
from koinon.build.mapping.lookups.interface import Label, Piece
from koinon.build.mapping.numbers import canonical
from koinon.build.mapping.templates import Template
from koinon.build.mapping.terms import literal, node, tagged, typed
from koinon.build.mapping.values import Row, Value

Say = Callable[[Row, str], bool]
"""Writes lines for the row about the subject (``<iri>``); tells whether it wrote any."""
Terms = Callable[[Row], tuple[str, ...]]


def terms_of_column(slot: int, part: str | None, *, as_iri: bool = False) -> Terms:
    """Return what gives the terms of a column, or of one piece of what was looked up."""
    if part is None:

        def plain(row: Row) -> tuple[str, ...]:
            values = row.values[slot]
            return () if values is None else tuple([value.term for value in values])

        return plain

    def piece(row: Row) -> tuple[str, ...]:
        return tuple(term for value in row.values[slot] or () for term in _piece(value, part, as_iri=as_iri))

    return piece


def _piece(value: Value, part: str, *, as_iri: bool) -> Iterator[str]:
    found = value.found
    if found is None:
        return
    if part == "key":
        yield literal(found.key)
        return
    given: Piece | None = found.iri or None if part == "iri" else found.parts.get(part)
    if given is None or given == "":
        return
    if isinstance(given, Label):
        yield tagged(given.text, given.lang)
    elif isinstance(given, tuple):
        for label in given:
            yield tagged(label.text, label.lang)
    elif isinstance(given, int):
        yield typed(str(given), "integer")
    elif isinstance(given, Decimal):
        yield typed(canonical(given), "decimal")
    elif as_iri or given.startswith(("http://", "https://")):
        yield node(given)
    else:
        yield literal(given)


def terms_of_template(template: Template, tag: str | None, datatype: str | None) -> Terms:
    """Return what gives the text of a template as a literal."""

    def terms(row: Row) -> tuple[str, ...]:
        text = template.make(row)
        if text is None:
            return ()
        return (tagged(text, tag) if tag else typed(text, datatype) if datatype else literal(text),)

    return terms


def terms_of_address(template: Template) -> Terms:
    """Return what gives the IRI of a template."""

    def terms(row: Row) -> tuple[str, ...]:
        text = template.make(row)
        return () if text is None else (f"<{text}>",)

    return terms


def say_each(terms: Terms, predicates: tuple[str, ...], mask: int, graph: Graph) -> Say:
    """Return what says every term with every property."""
    add = graph.add
    if len(predicates) == 1:
        predicate = predicates[0]

        def one(row: Row, subject: str) -> bool:
            found = terms(row)
            if not found:
                return False
            row.said |= mask
            for term in found:
                add(f"{subject}{predicate}{term} .")
            return True

        return one

    def several(row: Row, subject: str) -> bool:
        found = terms(row)
        if not found:
            return False
        row.said |= mask
        for term in found:
            for each in predicates:
                add(f"{subject}{each}{term} .")
        return True

    return several


def say_column(slot: int, predicate: str, graph: Graph) -> Say:
    """Return what says the values of a column: the statement that most are, so as few steps as can be."""
    add, mask = graph.add, 1 << slot

    def say(row: Row, subject: str) -> bool:
        values = row.values[slot]
        if values is None:
            return False
        row.said |= mask
        for value in values:
            add(f"{subject}{predicate}{value[0]} .")
        return True

    return say


def say_single(terms: Terms, predicates: tuple[str, ...], mask: int, demoted: str | None, graph: Graph) -> Say:
    """Return what says a term where the thing has none yet; another is demoted, or counted as a contradiction."""
    add, first, contradict = graph.add, graph.first, graph.contradict

    def say(row: Row, subject: str) -> bool:
        found = terms(row)
        if not found:
            return False
        row.said |= mask
        for term in found:
            for predicate in predicates:
                if first(subject, predicate, term, row.place):
                    add(f"{subject}{predicate}{term} .")
                elif demoted is not None:
                    add(f"{subject}{demoted}{term} .")
                else:
                    contradict(subject, predicate, term, row.place)
        return True

    return say


def say_constant(term: str, predicates: tuple[str, ...], graph: Graph) -> Say:
    """Return what says always the same."""
    lines = [f"{predicate}{term} ." for predicate in predicates]
    add = graph.add

    def say(_: Row, subject: str) -> bool:
        for line in lines:
            add(subject + line)
        return True

    return say


def say_thing(name: str, predicates: tuple[str, ...], graph: Graph, *, known: bool) -> Say:
    """Return what refers to another thing of the record; ``known``: only where the source types it somewhere."""
    add, defer = graph.add, graph.defer

    def say(row: Row, subject: str) -> bool:
        iri = row.made.get(name)
        if iri is None:
            return False
        for predicate in predicates:
            line = f"{subject}{predicate}<{iri}> ."
            if known:
                defer(line, predicate, iri, row.place)
            else:
                add(line)
        return True

    return say


def only_when(say: Say, condition: Condition) -> Say:
    """Return the statement with a condition before it."""
    return lambda row, subject: condition(row) and say(row, subject)
