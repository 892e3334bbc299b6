"""What a release holds, counted (VoID): things of each class, statements of each property, links to others."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from koinon.engine import Triple
from koinon.model.namespaces import RDF, VOID, XSD
from koinon.publish.collections import SECTIONS
from koinon.publish.sparql import query_text
from koinon.release.contents import Contents

QUERIES: Final = ("classes", "properties", "links")
"""The questions that count, by name: each is answered once per release."""
_TYPE: Final = NamedNode(RDF + "type")


@dataclass(frozen=True, slots=True)
class Partitions:
    """Counts of a release, each the largest first: by class, by property, and by property and target of links."""

    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]
    links: tuple[tuple[str, str, int], ...]

    @classmethod
    def read(cls, classes: bytes, properties: bytes, links: bytes) -> "Partitions":
        """Read the answers to the three questions (SPARQL results in JSON)."""
        return cls(
            tuple((row["class"], int(row["number"])) for row in _rows(classes)),
            tuple((row["property"], int(row["number"])) for row in _rows(properties)),
            tuple((row["property"], row["host"], int(row["number"])) for row in _rows(links)),
        )


def questions() -> tuple[str, ...]:
    """Return the questions whose answers ``Partitions.read`` takes, in its order."""
    return tuple(query_text(name) for name in QUERIES)


def partition_triples(dataset: NamedNode, found: Partitions) -> Iterator[Triple]:
    """Yield the partitions and linksets of a data set (VoID §4.2, §5); nodes are fragments of its document."""
    base = dataset.value.partition("#")[0]
    for iri, number in found.classes:
        node = NamedNode(f"{base}#class-{quote(iri, safe='')}")
        yield dataset, _void("classPartition"), node
        yield node, _void("class"), NamedNode(iri)
        yield node, _void("entities"), _number(number)
    for iri, number in found.properties:
        node = NamedNode(f"{base}#property-{quote(iri, safe='')}")
        yield dataset, _void("propertyPartition"), node
        yield node, _void("property"), NamedNode(iri)
        yield node, _void("triples"), _number(number)
    yield dataset, _void("classes"), _number(len(found.classes))
    yield dataset, _void("properties"), _number(len(found.properties))
    for iri, host, number in found.links:
        name = f"{iri.replace('#', '/').rsplit('/', 1)[-1]}-{quote(host.split('/')[2], safe='')}"
        node, target = (
            NamedNode(f"{base}#links-{name}"),
            NamedNode(f"{base}#target-{quote(host.split('/')[2], safe='')}"),
        )
        yield dataset, _void("subset"), node
        yield node, _TYPE, _void("Linkset")
        yield node, _void("linkPredicate"), NamedNode(iri)
        yield node, _void("subjectsTarget"), dataset
        yield node, _void("objectsTarget"), target
        yield node, _void("triples"), _number(number)
        yield target, _TYPE, _void("Dataset")
        yield target, _void("uriSpace"), Literal(host)


def examples(contents: Contents) -> Iterator[NamedNode]:
    """Yield one thing of each kind that has a list: what a reader of the description may look at."""
    for name in SECTIONS.values():
        for entry in contents.entries(name, "en", None, 1):
            yield NamedNode(entry.iri)


def _rows(answer: bytes) -> list[dict[str, str]]:
    rows = json.loads(answer)["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in rows]


def _number(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(XSD + "integer"))


def _void(name: str) -> NamedNode:
    return NamedNode(VOID + name)
