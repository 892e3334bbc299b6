"""The JSON-LD context: short names that expand to exactly what Turtle says."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld
from rdflib import OWL, RDF, RDFS, Graph

from ontology.reading import DEF, triples

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = ox.NamedNode(str(RDF.type))


def definitions(context: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: value if isinstance(value, dict) else {"@id": value}
        for name, value in context.items()
        if not name.startswith("@") and not str(value).startswith("@")
    }


def expand(context: dict[str, Any], name: str) -> str:
    prefix, _, local = name.partition(":")
    return str(context[prefix]) + local if prefix in context and local and not local.startswith("//") else name


def terms_of(context: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for value in definitions(context).values():
        found[expand(context, value["@id"])].append(value)
    return found


def sample(found: Iterable[ox.Triple], most: int = 12) -> list[ox.Triple]:
    """Return up to ``most`` triples of each property and kind of value, which is all that a context looks at."""
    kept: dict[tuple[str, str], list[ox.Triple]] = defaultdict(list)
    for triple in found:
        value = triple.object
        kind = (value.language or value.datatype.value) if isinstance(value, ox.Literal) else "thing"
        if triple.predicate == RDF_TYPE:
            kind = str(value)
        group = kept[triple.predicate.value, kind]
        if len(group) < most and isinstance(triple.subject, ox.NamedNode):
            group.append(triple)
    return [triple for group in kept.values() for triple in group]


def compacted(context: dict[str, Any], found: Iterable[ox.Triple]) -> tuple[dict[str, Any], str]:
    quads = {ox.Quad(t.subject, t.predicate, t.object) for t in found}
    nquads = ox.serialize(sorted(quads, key=str), format=ox.RdfFormat.N_QUADS).decode()
    expanded = jsonld.from_rdf(nquads, {"format": "application/n-quads"})
    return jsonld.compact(expanded, {"@context": context}, {"graph": True}), nquads


def keys(node: object) -> set[str]:
    if isinstance(node, dict):
        return set(node).union(*map(keys, node.values()))
    return set().union(*map(keys, node)) if isinstance(node, list) else set()


def test_the_context_is_plain_json_with_no_other_context(root: Path) -> None:
    for path in sorted((root / "ontology/context").glob("*.jsonld")):
        loaded = json.loads(path.read_text("utf-8"))
        assert set(loaded) == {"@context"}
        assert isinstance(loaded["@context"], dict)
        assert loaded["@context"]["@version"] == 1.1
        assert "@import" not in path.read_text("utf-8")
        assert "$comment" not in path.read_text("utf-8")


def test_things_have_id_and_type(context: dict[str, Any]) -> None:
    assert context["id"] == "@id"
    assert context["type"] == "@type"


def test_every_term_of_the_ontology_has_its_own_name(context: dict[str, Any], ontology: Graph) -> None:
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        for term in ontology.subjects(RDF.type, kind):
            name = str(term).removeprefix(DEF)
            assert expand(context, definitions(context)[name]["@id"]) == str(term)


def test_values_get_the_type_that_the_ontology_gives(context: dict[str, Any], ontology: Graph) -> None:
    for name in ontology.subjects(RDF.type, OWL.ObjectProperty):
        assert definitions(context)[str(name).removeprefix(DEF)]["@type"] == "@id"
    for name in ontology.subjects(RDF.type, OWL.DatatypeProperty):
        definition = definitions(context)[str(name).removeprefix(DEF)]
        for value in ontology.objects(name, RDFS.range):
            if value == RDF.langString:
                assert definition == {"@id": definition["@id"], "@container": "@language"}
            elif str(value) != XSD + "string":
                assert expand(context, definition["@type"]) == str(value)


def test_no_two_names_give_one_property_the_same_type(context: dict[str, Any]) -> None:
    for iri, found in terms_of(context).items():
        kinds = [(value.get("@type"), value.get("@container")) for value in found]
        assert len(kinds) == len(set(kinds)), iri


@pytest.mark.parametrize("folder", ["data", "ontology"])
def test_what_turtle_says_comes_back_from_json_ld_unchanged(context: dict[str, Any], folder: str) -> None:
    document, nquads = compacted(context, sample(triples(folder)))
    back = jsonld.to_rdf(document, {"format": "application/n-quads"})
    parsed = ox.parse(back, format=ox.RdfFormat.N_QUADS)
    assert {str(quad) for quad in parsed} == {str(quad) for quad in ox.parse(nquads, format=ox.RdfFormat.N_QUADS)}


@pytest.mark.parametrize("folder", ["data", "ontology"])
def test_no_property_or_class_is_left_without_a_short_name(context: dict[str, Any], folder: str) -> None:
    document, _ = compacted(context, sample(triples(folder)))
    del document["@context"]
    long = {key for key in keys(document) if ":" in key}
    assert long == set(), "these keys have no short name for the values they carry"
    types = {kind for node in document["@graph"] for kind in jsonld.JsonLdProcessor.get_values(node, "type")}
    assert {kind for kind in types if ":" in kind} == set()


def test_labels_are_maps_by_language(context: dict[str, Any]) -> None:
    project = ox.NamedNode("https://w3id.org/koinon/id/project/resist")
    name = ox.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
    quads = [
        ox.Triple(project, name, ox.Literal(text, language=tag)) for text, tag in (("Resist", "en"), ("Α", "el"))
    ]
    document, _ = compacted(context, quads)
    assert document["@graph"][0]["prefLabel"] == {"en": "Resist", "el": "Α"}
