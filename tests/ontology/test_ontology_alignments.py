"""Alignments are weak, explained, and lead to terms that exist."""

import os
import re
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, URIRef

OURS = "https://w3id.org/koinon/"
WEAK = {SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
EURIO = "http://data.europa.eu/s66#"
ESSGLOBAL = "http://purl.org/essglobal/vocab/"


@pytest.fixture(scope="module")
def alignments(root: Path) -> Graph:
    return Graph().parse(root / "ontology/alignments.ttl")


@pytest.fixture(scope="module")
def listed(root: Path) -> set[str]:
    lines = (root / "ontology/external-terms.txt").read_text("utf-8").splitlines()
    return {line for line in lines if re.match(r"https?://", line)}


def mapped(graph: Graph) -> list[tuple[URIRef, URIRef, URIRef]]:
    return [(s, p, o) for s, p, o in graph if p in WEAK]


def test_every_term_of_an_alignment_is_on_the_list_of_terms_that_were_read(
    alignments: Graph, listed: set[str]
) -> None:
    named = {str(term) for s, _, o in mapped(alignments) for term in (s, o) if not str(term).startswith(OURS)}
    assert named
    assert named - listed == set()


def test_every_term_of_another_vocabulary_is_on_the_list(ontology: Graph, listed: set[str]) -> None:
    skipped = set(ontology.objects(None, DCTERMS.source)) | set(ontology.objects(None, DCTERMS.license))
    named = {str(t) for triple in ontology for t in triple if isinstance(t, URIRef) and t not in skipped}
    assert {term for term in named if not term.startswith(OURS)} - listed == set()


def test_every_mapping_says_why_and_from_where(alignments: Graph) -> None:
    for subject, predicate, value in mapped(alignments):
        statements = [
            s
            for s in alignments.subjects(RDF.subject, subject)
            if (s, RDF.predicate, predicate) in alignments and (s, RDF.object, value) in alignments
        ]
        assert len(statements) == 1, (subject, predicate, value)
        assert alignments.value(statements[0], RDFS.comment), statements[0]
        assert alignments.value(statements[0], DCTERMS.source), statements[0]


def test_alignments_assert_likeness_and_nothing_else(alignments: Graph) -> None:
    glue = {
        RDF.type,
        RDF.subject,
        RDF.predicate,
        RDF.object,
        RDFS.comment,
        DCTERMS.source,
        DCTERMS.title,
        DCTERMS.isPartOf,
    }
    assert {p for _, p, _ in alignments} - glue <= WEAK


def test_every_vocabulary_of_the_field_is_aligned(alignments: Graph) -> None:
    values = [str(o) for _, _, o in mapped(alignments)]
    for namespace in (
        EURIO,
        ESSGLOBAL,
        "https://w3id.org/dingo#",
        "http://purl.org/cerif/frapo/",
        "https://schema.org/",
        "http://data.europa.eu/m8g/",
        "https://linkedopendata.eu/",
    ):
        assert any(value.startswith(namespace) for value in values), namespace


@pytest.mark.parametrize(
    ("namespace", "file"), [(EURIO, "data/eurio/EURIO.ttl"), (ESSGLOBAL, "data/essglobal/essglobal-vocab.ttl")]
)
def test_the_terms_exist_in_the_release_that_was_read(
    listed: set[str], root: Path, namespace: str, file: str
) -> None:
    path = Path(os.environ.get("KOINON_SHARED", root.parent / "shared")) / file
    if not path.is_file():
        pytest.skip(f"the file of the release is not here: {path}")
    defined = {str(subject) for subject in Graph().parse(path).subjects()}
    assert {term for term in listed if term.startswith(namespace)} - defined == set()
