"""What one graph says of organisations and places, as far as the linker compares it.

Read from the graph's file in one pass; kept with the release, so that a graph that did not change is not
read again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.model.namespaces import ADMS, DCT, DEF, FOAF, FRAPO, LOCN, M8G, ORG, OWL, RDF, SCHEMA, SKOS

LOCATION: Final = DCT + "Location"
AGENTS: Final = frozenset(
    (
        *(ORG + name for name in ("Organization", "FormalOrganization", "OrganizationalUnit")),
        *(M8G + "PublicOrganisation", DEF + "Network", FOAF + "Organization"),
    )
)
"""The classes whose things are compared."""
_TYPE: Final = RDF + "type"
_PLACES: Final = frozenset((DEF + "locatedIn", DCT + "spatial"))
_PARTS: Final = frozenset((DCT + "isPartOf", ORG + "unitOf", ORG + "subOrganizationOf"))
_WHOLES: Final = frozenset((DCT + "hasPart", ORG + "hasUnit", ORG + "hasSubOrganization"))
_NEXT: Final = frozenset((DCT + "isReplacedBy",))
_BEFORE: Final = frozenset((DCT + "replaces",))
_TEXTS: Final = {
    SKOS + "prefLabel": "names",
    SKOS + "altLabel": "others",
    FRAPO + "hasAcronym": "acronyms",
    FOAF + "homepage": "websites",
    SCHEMA + "foundingDate": "years",
    SKOS + "notation": "notations",
    ADMS + "schemeAgency": "agencies",
    LOCN + "postCode": "postcodes",
    LOCN + "postName": "cities",
    LOCN + "thoroughfare": "streets",
}
_LINKS: Final = (
    dict.fromkeys(_PLACES, "places")
    | dict.fromkeys(_PARTS, "parts")
    | dict.fromkeys(_WHOLES, "wholes")
    | dict.fromkeys(_NEXT, "next")
    | dict.fromkeys(_BEFORE, "before")
    | {_TYPE: "types", DCT + "type": "kinds", OWL + "differentFrom": "different"}
)
_NAMED: Final = M8G + "hasParticipant"
_WANTED: Final = frozenset(f"<{name}>".encode() for name in (*_TEXTS, *_LINKS, _NAMED))
_ISO: Final = "#iso-3166-1-alpha-2"


@dataclass(slots=True)
class Described:
    """What one or more graphs say of one thing: values by field, sorted; a name is a pair of text and language."""

    iri: str
    values: dict[str, list[Any]] = field(default_factory=dict)

    def get(self, name: str) -> list[Any]:
        """Return the values of a field."""
        return self.values.get(name, [])

    def merged(self, other: Self) -> Self:
        """Return what both say."""
        both = {
            name: sorted({*map(_frozen, self.get(name)), *map(_frozen, other.get(name))})
            for name in sorted(self.values.keys() | other.values.keys())
        }
        return type(self)(self.iri, both)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def described_in(path: Path) -> tuple[list[Described], list[Described]]:
    """Return the organisations and the places that a graph file describes, with what belongs to their fragments.

    The file has sorted N-Triples. A thing that the graph names without giving its class is among the
    organisations, as the class may stand in another graph.
    """
    found: dict[str, Described] = {}
    fragments: dict[str, dict[str, list[Any]]] = {}
    named: dict[str, int] = {}
    for subject, name, value in _statements(path):
        if name == "named":
            named[value] = named.get(value, 0) + 1
        elif "#" in subject:
            fragments.setdefault(subject, {}).setdefault(name, []).append(value)
        else:
            found.setdefault(subject, Described(subject)).values.setdefault(name, []).append(value)
    for fragment, values in fragments.items():
        whole = found.get(fragment.split("#", 1)[0])
        if whole is None:
            continue
        for notation in values.get("notations", ()):
            if fragment.endswith(_ISO):
                whole.values.setdefault("country", []).append(notation)
            elif values.get("agencies"):
                whole.values.setdefault("identifiers", []).append((values["agencies"][0], notation))
        for name in ("postcodes", "cities", "streets"):
            whole.values.setdefault(name, []).extend(values.get(name, ()))
    for iri, count in named.items():
        found.setdefault(iri, Described(iri)).values["named"] = [(path.stem, count)]
    organisations, places = [], []
    for thing in found.values():
        thing.values = {name: sorted(set(values)) for name, values in sorted(thing.values.items()) if values}
        types = thing.values.pop("types", [])
        if LOCATION in types:
            places.append(thing)
        elif AGENTS.intersection(types) or (not types and "/organisation/" in thing.iri):
            thing.values.pop("kinds", None)
            thing.values["agent"] = [bool(types)]
            organisations.append(thing)
    return organisations, places


def _statements(path: Path) -> Iterator[tuple[str, str, Any]]:
    """Yield the statements that count: subject, field, and the value as text (names with their language)."""
    with path.open("rb") as file:
        lines = [line for line in file if _counts(line)]
    for quad in parse(b"".join(lines), RdfFormat.N_TRIPLES):
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(subject, NamedNode):
            continue
        if isinstance(value, Literal) and predicate in _TEXTS:
            name = _TEXTS[predicate]
            text = value.value
            yield subject.value, name, (text, value.language or "") if name in {"names", "others"} else text
        elif isinstance(value, NamedNode) and predicate == _NAMED:
            yield subject.value, "named", value.value
        elif isinstance(value, NamedNode) and (link := _LINKS.get(predicate) or _TEXTS.get(predicate)):
            yield subject.value, link, value.value


def _counts(line: bytes) -> bool:
    """Tell whether a line says something that is compared; receipts, whose subject ends with ``#s-…``, don't."""
    subject, predicate, _ = line.split(b" ", 2)
    return predicate in _WANTED and b"#s-" not in subject
