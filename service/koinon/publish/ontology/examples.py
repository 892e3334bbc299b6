"""An example of a term from the release itself: a few statements about one thing that has it, as Turtle."""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import RDF
from koinon.publish import rdf
from koinon.publish.documents import document_of, ordered
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.release.contents import Contents

_TYPE: Final = NamedNode(RDF + "type")
_READ: Final = 400
_SHOWN: Final = 14
_EACH: Final = 2
_LONGEST: Final = 160
"""Statements that are read of a thing and shown of it, those of one property, and letters of a text."""


@dataclass(frozen=True, slots=True)
class Example:
    """A thing of the release: its IRI and label, and some of what is said of it, as Turtle."""

    iri: str
    label: Text
    turtle: str


def example_of(
    iri: str, store: GraphStore, contents: Contents, naming: Naming, *, is_class: bool
) -> Example | None:
    """Return an example of a class or property in the release; None where nothing has it."""
    node = NamedNode(iri)
    found = _thing_of(iri, store, contents, naming.language) if is_class else _first(store, predicate=node)
    if found is None:
        return None
    said = islice(store.triples(found, None if is_class else node), _READ)
    shown = _some(list(said))
    document = document_of(shown, found)
    text = rdf.write(document, "text/turtle").decode()
    return Example(found.value, naming(found.value), text.strip())


def _thing_of(iri: str, store: GraphStore, contents: Contents, language: str) -> NamedNode | None:
    entry = next(iter(contents.entries(iri, language, None, 1)), None)
    return NamedNode(entry.iri) if entry else _first(store, _TYPE, NamedNode(iri))


def _first(
    store: GraphStore, predicate: NamedNode | None = None, value: NamedNode | None = None
) -> NamedNode | None:
    subjects = (subject for subject, _, _ in islice(store.triples(None, predicate, value), _READ))
    return next((subject for subject in subjects if isinstance(subject, NamedNode)), None)


def _some(said: list[Triple]) -> list[Triple]:
    """Return a few statements, no more than two of one property, none with a text that fills the page."""
    taken: dict[str, int] = {}
    shown = []
    for triple in ordered(said):
        value = triple[2]
        long = isinstance(value, Literal) and len(value.value) > _LONGEST
        if long or isinstance(value, BlankNode) or taken.get(triple[1].value, 0) >= _EACH:
            continue
        taken[triple[1].value] = taken.get(triple[1].value, 0) + 1
        shown.append(triple)
    return shown[:_SHOWN]
