"""A document holds what it should, in every syntax the same, and everything that is described has one."""

import pytest
from pyoxigraph import Dataset, NamedNode, RdfFormat, parse

from described import described
from koinon.engine import OxigraphStore
from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CODE, ID, RDF, SKOS
from koinon.publish import rdf
from koinon.publish.documents import thing_document
from koinon.release.contents import Contents
from koinon.release.current import Release

MEDIA_TYPES = tuple(rdf.SYNTAXES)
_FORMATS = dict(rdf.SYNTAXES)


@pytest.fixture(scope="module")
def store(release: Release) -> OxigraphStore:
    return release.open()


@pytest.fixture(scope="module")
def contents(store: OxigraphStore) -> Contents:
    return Contents.read(store)


def test_every_syntax_of_every_document_has_the_same_triples(store: OxigraphStore, contents: Contents) -> None:
    count = 0
    for iri in described(store):
        document = thing_document(store, contents, NamedNode(iri))
        wanted = set(document.triples)
        assert len(wanted) == len(document.triples), iri
        for media_type in MEDIA_TYPES:
            quads = parse(rdf.write(document, media_type), _FORMATS[media_type])
            assert {(q.subject, q.predicate, q.object) for q in quads} == wanted, (iri, media_type)
        count += 1
    assert count > 300


def test_every_fragment_is_in_the_document_of_its_thing(store: OxigraphStore, contents: Contents) -> None:
    held: set[str] = set()
    for iri in described(store):
        held |= {node.value for node in thing_document(store, contents, NamedNode(iri)).own}
    parts = {t[0].value for t in store.triples() if t[0].value.startswith(ID) and "#" in t[0].value}
    assert len(parts) > 500
    assert parts <= held


def test_a_document_says_all_of_its_thing_and_only_names_its_neighbours(
    store: OxigraphStore, contents: Contents
) -> None:
    topic = NamedNode(ID + "project/respondet")
    document = thing_document(store, contents, topic)
    assert set(store.triples(topic)) <= set(document.triples)
    reves = NamedNode(ID + "organisation/reves")
    told = {predicate.value for subject, predicate, _ in document.triples if subject == reves}
    assert told == {RDF + "type", SKOS + "prefLabel"}
    subjects = {subject for subject, _, _ in document.triples}
    assert all(node.value.startswith((ID, CODE)) for node in subjects)


def test_a_code_list_holds_its_concepts_whole(store: OxigraphStore, contents: Contents) -> None:
    document = thing_document(store, contents, NamedNode(CODE + "role"))
    partner = NamedNode(CODE + "role/partner")
    assert set(store.triples(partner)) <= set(document.triples)


def test_nothing_known_is_an_error(store: OxigraphStore, contents: Contents) -> None:
    with pytest.raises(NotFoundError):
        thing_document(store, contents, NamedNode(ID + "project/none"))


def test_turtle_begins_with_the_thing(store: OxigraphStore, contents: Contents) -> None:
    document = thing_document(store, contents, NamedNode(ID + "project/resist"))
    body = rdf.write(document, "text/turtle").decode()
    first = next(line for line in body.splitlines() if line and not line.startswith("@prefix"))
    assert first.startswith(f"<{ID}project/resist> a koi:Project")


def test_ntriples_are_canonical(store: OxigraphStore, contents: Contents) -> None:
    document = thing_document(store, contents, NamedNode(ID + "organisation/reves"))
    body = rdf.write(document, "application/n-triples")
    assert len(Dataset(parse(body, RdfFormat.N_TRIPLES))) == len(document.triples)
