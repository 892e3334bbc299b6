"""One page of a collection as data: a Hydra collection with its things, flat, in JSON-LD, any RDF syntax, or CSV.

https://www.hydra-cg.com/spec/latest/core/#collections: the *collection* is what the filters leave, the *view* is
the page of it. All forms hold the same statements; JSON has the facets beside them, which are no statements.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.errors import ResultTooLargeError
from koinon.model.namespaces import DCT, DEF, HYDRA
from koinon.publish import jsonld
from koinon.publish.cells import safe
from koinon.publish.collections import Page
from koinon.publish.context import Context, TermDefinition
from koinon.publish.credits import rights_of
from koinon.publish.documents import PREF_LABEL, TYPE, Document, ordered, reading_order_of
from koinon.publish.naming import Naming

MOST_FIELDS: Final = 20
MOST_VALUES: Final = 1_000
"""Fields that may be asked for, and values of one field that one thing may have."""
DEFAULT_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "projects": ("acronym", "startDate", "endDate", "fundedUnder", "coversTerritory", "subject", "homepage"),
    "actors": ("acronym", "classification", "locatedIn", "subject", "homepage"),
    "clusters": ("followsClusterModel", "locatedIn", "coversTerritory", "subject", "homepage"),
    "programmes": ("acronym", "programmingPeriod", "drawsOnFund"),
    "regions": ("nutsLevel", "isPartOf"),
    "topics": ("inScheme", "broader", "notation"),
}
"""The fields of each collection where none are asked for; types and preferred labels are always there."""

_MEMBER: Final = NamedNode(HYDRA + "member")
_TOTAL: Final = NamedNode(HYDRA + "totalItems")
_VIEW: Final = NamedNode(HYDRA + "view")
_COLLECTION: Final = NamedNode(HYDRA + "Collection")
_PAGE: Final = NamedNode(HYDRA + "PartialCollectionView")
_SOURCE: Final = NamedNode(DCT + "source")
_SOURCE_GRAPH: Final = NamedNode(DEF + "SourceGraph")

TERMS: Final[dict[str, Any]] = {
    "hydra": HYDRA,
    "Collection": "hydra:Collection",
    "Page": "hydra:PartialCollectionView",
    "total": "hydra:totalItems",
    "items": {"@id": "hydra:member", "@type": "@id", "@container": "@set"},
    "view": {"@id": "hydra:view", "@type": "@id"},
    "first": {"@id": "hydra:first", "@type": "@id"},
    "previous": {"@id": "hydra:previous", "@type": "@id"},
    "next": {"@id": "hydra:next", "@type": "@id"},
    "last": {"@id": "hydra:last", "@type": "@id"},
    "facets": None,
}
"""What a page of a collection adds to the context; ``facets`` are no statements, so they are mapped to nothing."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a page of a collection stands: the collection, the page, and the pages around it by relation."""

    collection: str
    page: str
    around: Mapping[str, str]


def fields_of(section: str, context: Context, names: Sequence[str]) -> dict[str, NamedNode]:
    """Return the properties behind the names of fields; raises KeyError for a name that is none."""
    found = {}
    for name in names or DEFAULT_FIELDS[section]:
        term = context.terms.get(name)
        if term is None or name in context.prefixes or not name[0].islower():
            raise KeyError(name)
        found[name] = NamedNode(term.iri)
    return found


def items_document(
    store: GraphStore, page: Page, addresses: Addresses, fields: Iterable[NamedNode], graphs: Iterable[str]
) -> Document:
    """Return the statements of a page, which rests on ``graphs`` (IRIs; those of sources are credited).

    Raises ResultTooLargeError where a thing has too many values of a field.
    """
    collection, here = NamedNode(addresses.collection), NamedNode(addresses.page)
    things = [NamedNode(entry.iri) for entry in page.entries]
    about: list[Triple] = [
        (collection, TYPE, _COLLECTION),
        (collection, _TOTAL, Literal(page.found)),
        (collection, _VIEW, here),
        *((collection, _MEMBER, thing) for thing in things),
        (here, TYPE, _PAGE),
        *((here, NamedNode(HYDRA + name), NamedNode(there)) for name, there in addresses.around.items()),
    ]
    for graph in map(NamedNode, sorted(graphs)):
        if next(store.triples(graph, TYPE, _SOURCE_GRAPH), None):
            about += [(here, _SOURCE, graph), *rights_of(store, graph)]
    wanted = sorted({TYPE, PREF_LABEL, *fields}, key=reading_order_of)
    said = _said(store, things, wanted)
    ours = (triple for thing in things for each in wanted for triple in ordered(said.get((thing, each), ())))
    triples = [*dict.fromkeys(about), *ours]
    return Document(collection, (collection, here, *things), tuple(triples))


def as_json(document: Document, context: Context, address: str, facets: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a page as JSON-LD: ``items`` are flat, ``view`` says where the next page is."""
    written = jsonld.nodes(document.triples, _extended(context))
    collection, here, *things = document.own
    body = written.pop(collection)
    body["view"] = written.pop(here)
    items = [written.pop(thing) for thing in things]
    head = {"@context": [address, TERMS], **body, "items": items, "facets": facets}
    others = {"@included": list(written.values())} if written else {}
    return _lines(head | others).encode()


def as_csv(document: Document, page: Page, fields: Mapping[str, NamedNode], naming: Naming) -> bytes:
    """Return a page as CSV (RFC 4180): a row for each thing, a column for each field.

    Values that are things have a second column with what they are called. Several values are separated by a bar.
    """
    values: dict[tuple[str, str], list[NamedNode | Literal]] = {}
    links: set[str] = set()
    for subject, predicate, value in document.triples:
        values.setdefault((subject.value, predicate.value), []).append(value)
        if isinstance(value, NamedNode):
            links.add(predicate.value)
    head = ["id", "label", "language"]
    for name, predicate in fields.items():
        head += [name, f"{name}_label"] if predicate.value in links else [name]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for entry in page.entries:
        row = [entry.iri, safe(entry.label.text), entry.label.lang]
        for predicate in fields.values():
            found = values.get((entry.iri, predicate.value), [])
            row.append(" | ".join(safe(value.value) for value in found))
            if predicate.value in links:
                row.append(" | ".join(safe(naming(v.value).text) for v in found if isinstance(v, NamedNode)))
        writer.writerow(row)
    return text.getvalue().encode()


def _lines(body: Mapping[str, Any]) -> str:
    """Return JSON with a line for each thing: indented throughout, it takes five times as long to write."""
    written = json.JSONEncoder(ensure_ascii=False).encode
    parts = []
    for key, value in body.items():
        lines = ",\n  ".join(map(written, value)) if isinstance(value, list) else ""
        parts.append(f"{written(key)}: [\n  {lines}\n ]" if lines else f"{written(key)}: {written(value)}")
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def _said(
    store: GraphStore, things: Sequence[NamedNode], wanted: Sequence[NamedNode]
) -> dict[tuple[NamedNode, NamedNode], list[Triple]]:
    """Return what is said of the things by each property; raises ResultTooLargeError for too much."""
    found: dict[tuple[NamedNode, NamedNode], list[Triple]] = {}
    for triple in store.values(things, wanted):
        thing, predicate, _ = triple
        there = found.setdefault((thing, predicate), [])
        there.append(triple)
        if len(there) > MOST_VALUES:
            raise ResultTooLargeError(
                f"{thing.value} has more than {MOST_VALUES:,} values of {predicate.value}. Leave it out and "
                "read the document of that thing, which comes in pages."
            )
    return found


def _extended(context: Context) -> Context:
    terms = {
        name: TermDefinition(
            name,
            str(body["@id"] if isinstance(body, dict) else body).replace("hydra:", HYDRA),
            body.get("@type") if isinstance(body, dict) else None,
            language_map=False,
            always_list=isinstance(body, dict) and "@container" in body,
        )
        for name, body in TERMS.items()
        if body and name != "hydra"
    }
    by_iri = {**context.by_iri, **{term.iri: (term,) for term in terms.values()}}
    return replace(
        context, terms={**context.terms, **terms}, prefixes={**context.prefixes, "hydra": HYDRA}, by_iri=by_iri
    )
