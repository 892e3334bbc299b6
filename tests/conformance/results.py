"""Read answers of SPARQL queries in the standard forms, without the engine that wrote them."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

_SRX: Final = "{http://www.w3.org/2005/sparql-results#}"
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_RESULT_SET: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"


class Term(NamedTuple):
    """An RDF term as it was written: ``kind`` is ``uri``, ``bnode``, ``literal`` or, in CSV, ``text``."""

    kind: str
    value: str
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The answer of SELECT: its variables and rows; a variable that is not bound is absent from the row."""

    variables: tuple[str, ...]
    rows: tuple[Mapping[str, Term], ...]


def read_results(content: bytes, form: str) -> Table | bool:
    """Read a result in ``form``: ``srx``, ``srj``, ``csv`` or ``tsv``."""
    return {"srx": _read_xml, "srj": _read_json, "csv": _read_csv, "tsv": _read_tsv}[form](content.decode())


def read_graph(content: bytes, form: RdfFormat, base: str) -> set[tuple[Term, Term, Term]]:
    """Read an RDF graph."""
    quads = parse(content, form, base_iri=base)
    return {(term(quad.subject), term(quad.predicate), term(quad.object)) for quad in quads}


def term(node: NamedNode | BlankNode | Literal | Triple) -> Term:
    """Return the term of a node."""
    if isinstance(node, NamedNode):
        return Term("uri", node.value)
    if isinstance(node, BlankNode):
        return Term("bnode", node.value)
    assert isinstance(node, Literal)
    return Term("literal", node.value, "" if node.language else node.datatype.value, node.language or "")


def _read_json(text: str) -> Table | bool:
    document = json.loads(text)
    if "boolean" in document:
        assert isinstance(document["boolean"], bool)
        return document["boolean"]
    rows = [
        {
            name: Term(
                "literal" if value["type"] == "typed-literal" else value["type"],
                value["value"],
                *_typed(value["type"] != "uri", value.get("datatype"), value.get("xml:lang")),
            )
            for name, value in row.items()
        }
        for row in document["results"]["bindings"]
    ]
    return Table(tuple(document["head"]["vars"]), tuple(rows))


def _read_xml(text: str) -> Table | bool:
    document = ET.fromstring(text)  # noqa: S314  # files of the W3C and answers of our own service
    boolean = document.find(f"{_SRX}boolean")
    if boolean is not None:
        return (boolean.text or "").strip() == "true"
    rows = [
        {binding.attrib["name"]: _xml_term(binding[0]) for binding in result.iter(f"{_SRX}binding")}
        for result in document.iter(f"{_SRX}result")
    ]
    return Table(tuple(v.attrib["name"] for v in document.iter(f"{_SRX}variable")), tuple(rows))


def _xml_term(element: ET.Element) -> Term:
    kind = element.tag.removeprefix(_SRX)
    typed = _typed(kind == "literal", element.get("datatype"), element.get(f"{_XML}lang"))
    return Term(kind, element.text or "", *typed)


def _typed(literal: bool, datatype: str | None, language: str | None) -> tuple[str, str]:
    """Return datatype and language; a literal with neither is an xsd:string (RDF 1.1 Concepts §3.3)."""
    if not literal or language:
        return "", language or ""
    return datatype or XSD + "string", ""


def _read_csv(text: str) -> Table:
    lines = list(csv.reader(io.StringIO(text, newline="")))
    rows = [
        {
            name: Term("bnode", cell[2:]) if cell.startswith("_:") else Term("text", cell)
            for name, cell in zip(lines[0], line, strict=True)
            if cell
        }
        for line in lines[1:]
    ]
    return Table(tuple(lines[0]), tuple(rows))


def _read_tsv(text: str) -> Table:
    lines = text.removesuffix("\n").split("\n")
    variables = tuple(name.removeprefix("?") for name in lines[0].split("\t"))
    rows = [
        {name: _turtle_term(cell) for name, cell in zip(variables, line.split("\t"), strict=True) if cell}
        for line in lines[1:]
    ]
    return Table(variables, tuple(rows))


def _turtle_term(text: str) -> Term:
    if text.startswith("_:"):
        return Term("bnode", text[2:])
    (quad,) = _parsed(f"<s:> <p:> {text} .")
    return term(quad)


def _parsed(turtle: str) -> Iterator[NamedNode | BlankNode | Literal | Triple]:
    return (quad.object for quad in parse(turtle, RdfFormat.TURTLE))


def read_result_set(triples: set[tuple[Term, Term, Term]]) -> Table | None:
    """Return the table that a graph in the W3C's result-set vocabulary describes; None for any other graph."""

    def values(subject: Term | None, name: str) -> list[tuple[Term, Term]]:
        return [(s, o) for s, p, o in triples if p.value == _RESULT_SET + name and subject in (None, s)]

    variables = tuple(sorted(name.value for _, name in values(None, "resultVariable")))
    if not variables:
        return None
    rows = []
    for _, solution in values(None, "solution"):
        bindings = [binding for _, binding in values(solution, "binding")]
        rows.append({values(b, "variable")[0][1].value: values(b, "value")[0][1] for b in bindings})
    return Table(variables, tuple(rows))
