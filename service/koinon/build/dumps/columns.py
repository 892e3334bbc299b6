"""The tables of the dumps: a table per class that a shape targets, a column per property that its shapes name.

They follow from shapes, ontology and JSON-LD context alone, so that a column is there whether or not a release has
values for it. A table has the columns of the classes above its own too.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from koinon.model.assets import Assets
from koinon.model.errors import VocabularyError
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import DEF, M8G, ORG, PREFIXES, RDF, RDFS, SH, SKOS, XSD

NOT_TABLES: Final = frozenset({RDF + "Statement", DEF + "SourceRange"})
"""Classes of receipts, which are most of all statements and say nothing of a thing itself."""
LABEL: Final = SKOS + "prefLabel"
CONTEXT: Final = "context/v1.jsonld"
_SUBCLASS: Final = RDFS + "subClassOf"
_CHOICES: Final = "datatypes of sh:in"
_ELSEWHERE: Final = {
    name: [ORG + "Organization"]
    for name in (
        ORG + "FormalOrganization",
        ORG + "OrganizationalUnit",
        ORG + "OrganizationalCollaboration",
        M8G + "PublicOrganisation",
    )
}
"""Classes above others, as the vocabularies say that define both (ORG, CPOV); the ontology does not repeat it."""


class Kind(StrEnum):
    """What a cell holds: a value of a type, ``LIST`` of several texts, ``TEXTS`` by language, or ``REST``."""

    IRI = "iri"
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    LIST = "list"
    TEXTS = "texts"
    REST = "rest"


_KINDS: Final = {
    XSD + "integer": Kind.INTEGER,
    XSD + "decimal": Kind.DECIMAL,
    XSD + "boolean": Kind.BOOLEAN,
    XSD + "date": Kind.DATE,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``property`` is empty where it stands for no single one. ``datatype`` is that of all its values,
    ``anyURI`` for addresses, empty where that is open; ``language`` is that of its texts.
    """

    name: str
    property: str
    kind: Kind
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a class; the first columns are ``LEADING``, the last one ``REST``."""

    name: str
    about: str
    columns: tuple[Column, ...]


LEADING: Final = (
    Column("id", "", Kind.IRI, "anyURI"),
    Column("types", RDF + "type", Kind.LIST, "anyURI"),
    Column("sources", "", Kind.LIST),
    *(Column(f"label_{tag}", LABEL, Kind.TEXT, RDF + "langString", tag) for tag in INTERFACE_LANGUAGES),
)
REST: Final = Column("more", "", Kind.REST)


def read_tables(assets: Assets) -> dict[str, Table]:
    """Return the tables by the IRI of their class, in the order of their names.

    Raises VocabularyError where the JSON-LD context cannot be read.
    """
    facts = _facts(path for path in sorted(assets.shapes.rglob("*.ttl")))
    names = _Names(_context(assets.ontology / CONTEXT))
    own: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    for shape in list(facts.values()):
        for target in _iris(shape.get(SH + "targetClass", ())):
            for part in shape.get(SH + "property", ()):
                for path in _iris(facts.get(str(part), {}).get(SH + "path", ())):
                    own[target].setdefault(path, []).append(str(part))
    above = _above(assets.ontology)
    tables = {}
    for name in sorted(own.keys() - NOT_TABLES, key=lambda iri: (names.of(iri), iri)):
        properties: dict[str, list[str]] = {}
        for each in (name, *(c for c in above(name) if c in own)):
            for path, parts in own[each].items():
                properties.setdefault(path, []).extend(parts)
        tables[name] = Table(names.of(name), name, tuple(_columns(properties, facts, names)))
    return tables


def _context(path: Path) -> dict[str, object]:
    try:
        given: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))["@context"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VocabularyError(
            f"The release is published, but no dumps are made: {path} cannot be read ({error}). Mend it, then run "
            "`koinon release dumps`."
        ) from error
    return given


def _columns(
    properties: Mapping[str, list[str]], facts: Mapping[str, Mapping[str, list[object]]], names: "_Names"
) -> Iterator[Column]:
    yield from LEADING
    found = {}
    for iri, parts in properties.items():
        bodies = [facts[part] for part in parts]
        most = [int(str(v.value)) for b in bodies for v in b.get(SH + "maxCount", ()) if isinstance(v, Literal)]
        if iri == RDF + "type" or 0 in most:
            continue
        found[iri] = (bodies, 1 in most)
    taken = [names.of(iri) for iri in found]
    reserved = {column.name for column in (*LEADING, REST)}
    columns = []
    for iri, (bodies, single) in found.items():
        name = names.of(iri)
        if name in reserved or taken.count(name) > 1:
            name = names.prefixed(iri)
        columns.append(_column(name, iri, bodies, single=single))
    yield from sorted(columns, key=lambda column: column.name)
    yield REST


def _column(name: str, iri: str, bodies: list[Mapping[str, list[object]]], *, single: bool) -> Column:
    types = {value for body in bodies for value in _iris(body.get(SH + "datatype", ()))}
    types |= {value for body in bodies for value in body.get(_CHOICES, ()) if isinstance(value, str)}
    kinds = {value for body in bodies for value in _iris(body.get(SH + "nodeKind", ()))}
    address = SH + "IRI" in kinds or any(SH + "class" in body for body in bodies)
    datatype = types.pop() if len(types) == 1 else "anyURI" if address and not types else ""
    if datatype == RDF + "langString":
        return Column(name, iri, Kind.TEXTS, datatype)
    if not single:
        return Column(name, iri, Kind.LIST, datatype)
    return Column(name, iri, Kind.IRI if datatype == "anyURI" else _KINDS.get(datatype, Kind.TEXT), datatype)


class _Names:
    """The short names of classes and properties: those of the JSON-LD context where it has one for them."""

    def __init__(self, context: Mapping[str, object]) -> None:
        prefixes = {key: value for key, value in context.items() if isinstance(value, str)}
        terms: defaultdict[str, list[str]] = defaultdict(list)
        for term, meant in context.items():
            given = meant.get("@id") if isinstance(meant, dict) else meant
            prefix, colon, local = str(given).partition(":")
            if colon and prefix in prefixes:
                terms[prefixes[prefix] + local].append(term)
        self._terms = {iri: found[0] for iri, found in terms.items() if len(found) == 1}

    def of(self, iri: str) -> str:
        """Return the term of an IRI, or its local name where there is none, or one for each of several types."""
        return self._terms.get(iri) or _local(iri)

    def prefixed(self, iri: str) -> str:
        """Return a name that no other vocabulary has."""
        prefix = next((prefix for prefix, name in PREFIXES.items() if iri.startswith(name)), "other")
        return f"{prefix}_{_local(iri)}"


def _local(iri: str) -> str:
    return iri.replace("#", "/").rsplit("/", 1)[-1]


def _facts(paths: Iterable[Path]) -> dict[str, dict[str, list[object]]]:
    facts: defaultdict[str, defaultdict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for quad in parse(path=path, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            facts[str(quad.subject)][quad.predicate.value].append(quad.object)
    for own in list(facts.values()):
        choices = [value for first in own.get(SH + "in", ()) for value in _listed(facts, first)]
        own[_CHOICES] = [value.datatype.value for value in choices if isinstance(value, Literal)]
    return {node: dict(own) for node, own in facts.items()}


def _listed(facts: Mapping[str, Mapping[str, list[object]]], first: object) -> Iterator[object]:
    while cell := facts.get(str(first), {}).get(RDF + "first"):
        yield cell[0]
        first = facts[str(first)][RDF + "rest"][0]


def _iris(terms: Iterable[object]) -> Iterator[str]:
    return (term.value for term in terms if isinstance(term, NamedNode))


def _above(ontology: Path) -> "_Above":
    direct: defaultdict[str, list[str]] = defaultdict(list, {k: list(v) for k, v in _ELSEWHERE.items()})
    for path in sorted(ontology.glob("*.ttl")):
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            if quad.predicate.value == _SUBCLASS and isinstance(quad.object, NamedNode):
                direct[str(quad.subject).strip("<>")].append(quad.object.value)
    return _Above(direct)


class _Above:
    """Tells the classes above a class."""

    def __init__(self, direct: Mapping[str, list[str]]) -> None:
        self._direct = direct

    def __call__(self, name: str) -> list[str]:
        found: list[str] = []
        waiting = list(self._direct.get(name, ()))
        while waiting:
            each = waiting.pop(0)
            if each not in found:
                found.append(each)
                waiting += self._direct.get(each, ())
        return sorted(found)


def labels_of(triples: Iterable[Triple]) -> dict[str, dict[str, str]]:
    """Return the labels of terms by language, as the ontology gives them."""
    labels: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for triple in triples:
        about, value = triple.subject, triple.object
        if triple.predicate.value != RDFS + "label" or not isinstance(about, NamedNode):
            continue
        if isinstance(value, Literal) and value.language in INTERFACE_LANGUAGES:
            labels[about.value].setdefault(value.language or "", value.value)
    return labels
