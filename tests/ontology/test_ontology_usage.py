"""What the graph uses is declared, and what is declared is used."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, Graph, Literal, Namespace, URIRef

from koinon.model.namespaces import PREFIXES
from ontology.reading import DEF, names_in, triples

SCHEMA = Namespace("https://schema.org/")
LANGUAGES = {"en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb"}
ANNOTATION = {str(RDF) + "reifies", DEF + "reviewStatus"}


def koi_terms(*folders: str) -> set[str]:
    """Return the koi: names that the triples below the folders use."""
    found = set()
    for triple in triples(*folders):
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode) and term.value.startswith(DEF):
                found.add(term.value.removeprefix(DEF))
    return found


def files(root: Path, *patterns: str) -> Iterator[str]:
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            yield path.read_text("utf-8")


@pytest.mark.parametrize("folder", ["data", "shapes", "ontology/code"])
def test_every_term_of_ours_that_is_used_is_declared(declared: set[str], folder: str) -> None:
    assert koi_terms(folder) - declared == set()


def test_every_term_of_ours_that_a_query_names_is_declared(declared: set[str], root: Path) -> None:
    assert names_in(files(root, "queries/**/*.rq", "service/**/*.rq")) - declared == set()


def test_every_term_is_used_or_kept_for_coming_sources(declared: set[str], root: Path) -> None:
    used = koi_terms("data", "shapes", "ontology/code")
    used |= names_in(files(root, "service/koinon/**/*.py", "queries/rules/*.rq", "ontology/core.ttl"))
    readme = (root / "ontology/README.md").read_text("utf-8")
    section = readme.partition("## Declared for coming sources")[2].partition("\n## ")[0]
    coming = set(re.findall(r"`koi:(\w+)`", section))
    assert declared - used - coming == set(), "declared, used nowhere, and not listed for coming sources"
    assert coming - declared == set(), "listed for coming sources, but not declared"
    assert coming & koi_terms("data") == set(), "listed for coming sources, though the data use it"


def test_properties_lead_where_the_ontology_says(ontology: Graph, data: list[ox.Triple]) -> None:
    types: dict[str, set[str]] = {}
    for triple in data:
        if triple.predicate.value == str(RDF.type) and isinstance(triple.object, ox.NamedNode):
            types.setdefault(str(triple.subject), set()).add(triple.object.value)
    for name in ontology.subjects(RDF.type, OWL.ObjectProperty):
        ranges = {str(value) for value in ontology.objects(name, RDFS.range)}
        for triple in data:
            if triple.predicate.value == str(name):
                assert isinstance(triple.object, ox.NamedNode), f"{triple}: a thing is expected"
                found = types.get(str(triple.object))
                wanted = {v for v in ranges if not v.endswith(("core#Concept", "ClusterModel", "SourceRange"))}
                assert not found or wanted <= found, f"{triple}: the value is no {wanted}"


def test_datatypes_are_those_of_the_ontology(ontology: Graph, data: list[ox.Triple]) -> None:
    for name in ontology.subjects(RDF.type, OWL.DatatypeProperty):
        ranges = {str(value) for value in ontology.objects(name, RDFS.range)}
        for triple in data:
            if triple.predicate.value == str(name):
                assert isinstance(triple.object, ox.Literal), f"{triple}: a literal is expected"
                assert not ranges or triple.object.datatype.value in ranges, f"{triple}: {ranges}"


def test_every_property_and_class_of_the_data_has_a_display_label_in_each_language(
    ontology: Graph, data: list[ox.Triple]
) -> None:
    shown = {triple.predicate.value for triple in data} - ANNOTATION
    shown |= {str(t.object.value) for t in data if t.predicate.value == str(RDF.type)}
    for iri in sorted(shown):
        labels = ontology.objects(URIRef(iri), RDFS.label)
        found = {label.language for label in labels if isinstance(label, Literal)}
        assert found == LANGUAGES, f"{iri} has no display label in {sorted(LANGUAGES - found)}"


def test_the_examples_name_things_of_the_data(ontology: Graph, data: list[ox.Triple], root: Path) -> None:
    base = "https://w3id.org/koinon/id/"
    things = {str(node.value) for t in data for node in (t.subject, t.object) if isinstance(node, ox.NamedNode)}
    derived = ("coverage", "statement/", "char=")
    for text in ontology.objects(None, URIRef("http://www.w3.org/2004/02/skos/core#example")):
        for name in re.findall(r"<([a-z]+/[^>]+)>", str(text)):
            if not any(part in name for part in derived):
                assert base + name in things, f"{text}: {name} is not in the data"


def test_properties_stand_on_the_kinds_of_things_that_the_ontology_names(
    ontology: Graph, data: list[ox.Triple]
) -> None:
    kinds: dict[str, set[str]] = {}
    for triple in data:
        if triple.predicate.value == str(RDF.type):
            found = ontology.transitive_objects(URIRef(str(triple.object.value)), RDFS.subClassOf)
            kinds.setdefault(str(triple.subject), set()).update(str(kind) for kind in found)
    hints = {name: {str(v) for v in ontology.objects(name, SCHEMA.domainIncludes)} for name in ontology.subjects()}
    wrong = {
        f"{triple.predicate} on a {sorted(kinds[str(triple.subject)])}"
        for triple in data
        if str(triple.subject) in kinds
        and (wanted := hints.get(URIRef(triple.predicate.value)))
        and not wanted & kinds[str(triple.subject)]
    }
    assert wrong == set(), "schema:domainIncludes does not name these kinds"


def test_what_the_examples_say_is_in_the_data(ontology: Graph, data: list[ox.Triple]) -> None:
    head = "@base <https://w3id.org/koinon/id/> .\n" + "".join(
        f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items()
    )
    known = {str(triple) for triple in data}
    typed = {str(triple.subject) for triple in data if triple.predicate.value == str(RDF.type)}
    for term in ontology.subjects(RDF.type, OWL.Class):
        text = str(ontology.value(term, URIRef("http://www.w3.org/2004/02/skos/core#example")))
        for triple in ox.parse(head + text, format=ox.RdfFormat.TURTLE):
            if str(triple.subject) in typed:
                assert str(triple.triple) in known, f"{term}: {triple} is not in the data"
