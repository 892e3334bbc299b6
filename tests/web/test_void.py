"""The VoID description counts what the release holds, and shows examples of it."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from koinon.model.namespaces import RDF, VOID
from koinon.release.current import Release
from serving import Service


@pytest.fixture(scope="module")
def client(server: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def description(client: httpx.Client) -> list[Triple]:
    return [q.triple for q in parse(client.get("/.well-known/void.nt").content, RdfFormat.N_TRIPLES)]


def counts(description: list[Triple], partition: str, names: str, number: str) -> dict[str, int]:
    nodes = {t.object for t in description if t.predicate.value == VOID + partition}
    named = {t.subject: t.object.value for t in description if t.predicate.value == VOID + names}
    numbers = {t.subject: int(t.object.value) for t in description if t.predicate.value == VOID + number}
    return {named[node]: numbers[node] for node in nodes}


def test_every_class_and_property_is_counted(description: list[Triple], release: Release) -> None:
    said = list(release.open().triples())
    classes = Counter(value.value for _, predicate, value in said if predicate.value == RDF + "type")
    properties = Counter(predicate.value for _, predicate, _ in said)
    assert counts(description, "classPartition", "class", "entities") == classes
    assert counts(description, "propertyPartition", "property", "triples") == properties


def test_linksets_name_their_targets(description: list[Triple]) -> None:
    kind = (NamedNode(RDF + "type"), NamedNode(VOID + "Linkset"))
    linksets = {t.subject for t in description if (t.predicate, t.object) == kind}
    assert linksets
    for linkset in linksets:
        about = {t.predicate.value.removeprefix(VOID): t.object for t in description if t.subject == linkset}
        assert int(about["triples"].value) > 0
        assert any(
            t.subject == about["objectsTarget"] and t.predicate.value == VOID + "uriSpace" for t in description
        )


def test_examples_answer(description: list[Triple], client: httpx.Client) -> None:
    shown = [t.object.value for t in description if t.predicate.value == VOID + "exampleResource"]
    assert len(shown) >= 5
    for iri in shown:
        path = iri.removeprefix("https://w3id.org/koinon")
        assert client.get(path, follow_redirects=True).status_code == 200, iri
