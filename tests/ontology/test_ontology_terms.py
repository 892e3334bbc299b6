"""Every term is declared whole, and says nothing that is not always true."""

import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef

DEF = "https://w3id.org/koinon/def#"
ONTOLOGY = URIRef("https://w3id.org/koinon/def")
FRAPO = "http://purl.org/cerif/frapo/"
LANGUAGES = ("en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
PREFIXES = {
    "koi": DEF,
    "rdf": str(RDF),
    "xsd": str(XSD),
    "skos": str(SKOS),
    "dct": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "adms": "http://www.w3.org/ns/adms#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "m8g": "http://data.europa.eu/m8g/",
    "frapo": FRAPO,
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
}


def terms(modules: dict[str, Graph]) -> list[tuple[Graph, URIRef]]:
    return [
        (graph, term)
        for graph in modules.values()
        for term in sorted({s for kind in KINDS for s in graph.subjects(RDF.type, kind)})
        if isinstance(term, URIRef)
    ]


def test_every_term_has_a_label_in_each_interface_language(modules: dict[str, Graph]) -> None:
    for graph, term in terms(modules):
        found = Counter(label.language for label in graph.objects(term, RDFS.label) if isinstance(label, Literal))
        assert found == Counter(LANGUAGES), f"{term}: one label in each of {LANGUAGES}"


def test_every_term_has_a_definition_an_example_and_a_reason(modules: dict[str, Graph]) -> None:
    for graph, term in terms(modules):
        definition = list(graph.objects(term, SKOS.definition))
        assert [d.language for d in definition if isinstance(d, Literal)] == ["en"], term
        assert len(list(graph.objects(term, SKOS.example))) == 1, term
        note = str(graph.value(term, SKOS.scopeNote))
        assert note.startswith(("Minted because ", "Specialises ")), f"{term}: {note}"


def test_a_term_that_specialises_says_of_what(modules: dict[str, Graph]) -> None:
    for graph, term in terms(modules):
        parents = set(graph.objects(term, RDFS.subClassOf)) | set(graph.objects(term, RDFS.subPropertyOf))
        foreign = [parent for parent in parents if not str(parent).startswith(DEF)]
        if str(graph.value(term, SKOS.scopeNote)).startswith("Specialises "):
            assert foreign, f"{term} says that it specialises a term, and has no wider term"


def test_every_term_is_defined_by_the_ontology_as_an_iri(modules: dict[str, Graph]) -> None:
    for graph, term in terms(modules):
        assert list(graph.objects(term, RDFS.isDefinedBy)) == [ONTOLOGY], term
        assert term.startswith(DEF), f"{term}: the modules declare our own terms only"


def test_no_term_is_declared_twice_or_stands_untyped(modules: dict[str, Graph], ontology: Graph) -> None:
    declared = Counter(term for _, term in terms(modules))
    assert [term for term, count in declared.items() if count > 1] == []
    named = {s for s in ontology.subjects() if str(s).startswith(DEF)}
    named |= {o for o in ontology.objects() if str(o).startswith(DEF)}
    untyped = {str(term) for term in named if (term, RDF.type, None) not in ontology}
    assert untyped == set()


def test_every_example_is_turtle_about_its_term(modules: dict[str, Graph]) -> None:
    head = "@base <https://w3id.org/koinon/id/> .\n" + "".join(
        f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items()
    )
    for graph, term in terms(modules):
        example = str(graph.value(term, SKOS.example))
        parsed = Graph().parse(data=head + example, format="turtle")
        assert any(term in triple for triple in parsed), f"{term}: {example}"


def test_object_properties_lead_to_things_and_datatype_properties_to_literals(ontology: Graph) -> None:
    literals = (str(XSD), str(RDF.langString), str(RDFS.Literal))
    for name in ontology.subjects(RDF.type, OWL.ObjectProperty):
        assert (name, RDF.type, OWL.DatatypeProperty) not in ontology, name
        assert not any(str(value).startswith(literals) for value in ontology.objects(name, RDFS.range)), name
    for name in ontology.subjects(RDF.type, OWL.DatatypeProperty):
        assert all(str(value).startswith(literals) for value in ontology.objects(name, RDFS.range)), name


def test_only_our_own_terms_get_domains_ranges_and_wider_terms(ontology: Graph) -> None:
    for predicate in (
        RDFS.domain,
        RDFS.range,
        RDFS.subClassOf,
        RDFS.subPropertyOf,
        OWL.inverseOf,
        OWL.disjointWith,
    ):
        assert [s for s in ontology.subjects(predicate, None) if not str(s).startswith(DEF)] == [], predicate


def test_nothing_is_imported_equated_or_left_blank(ontology: Graph) -> None:
    for predicate in (OWL.imports, OWL.equivalentClass, OWL.equivalentProperty, OWL.sameAs, SKOS.exactMatch):
        assert list(ontology.subject_objects(predicate)) == [], predicate
    assert all(isinstance(term, (URIRef, Literal)) for triple in ontology for term in triple)


def test_an_output_is_no_equipment_and_a_project_no_organisation(ontology: Graph) -> None:
    closure = Graph()
    for triple in ontology.triples((None, RDFS.subClassOf, None)):
        closure.add(triple)
    # What FRAPO and schema.org say of their own terms, and what a reader who loads them would conclude.
    closure.add((URIRef(FRAPO + "Output"), RDFS.subClassOf, URIRef(FRAPO + "Equipment")))
    closure.add((URIRef("https://schema.org/Project"), RDFS.subClassOf, URIRef("https://schema.org/Organization")))
    wider = {str(term) for term in closure.transitive_objects(URIRef(DEF + "Output"), RDFS.subClassOf)}
    assert FRAPO + "Equipment" not in wider
    wider = {str(term) for term in closure.transitive_objects(URIRef(DEF + "Project"), RDFS.subClassOf)}
    assert not {"https://schema.org/Organization", "http://www.w3.org/ns/org#Organization"} & wider


@pytest.mark.parametrize("file", ["labels.ttl", "usage.ttl"])
def test_other_vocabularies_get_display_labels_and_hints_only(root: Path, file: str) -> None:
    graph = Graph().parse(root / "ontology" / file)
    allowed = {"label", "domainIncludes", "rangeIncludes", "seeAlso"}
    for subject, predicate, _ in graph:
        if not str(subject).startswith(DEF + "module-"):
            assert str(predicate).replace("#", "/").rsplit("/", 1)[1] in allowed, (subject, predicate)


def test_display_labels_stand_once_in_each_interface_language(root: Path) -> None:
    graph = Graph().parse(root / "ontology/labels.ttl")
    for term in set(graph.subjects(RDFS.label, None)):
        found = Counter(label.language for label in graph.objects(term, RDFS.label) if isinstance(label, Literal))
        assert found == Counter(LANGUAGES), term


def test_the_translations_that_nobody_checked_are_named_once_each(ontology: Graph) -> None:
    unchecked = Counter(str(tag) for tag in ontology.objects(ONTOLOGY, URIRef(DEF + "uncheckedLanguage")))
    assert unchecked == Counter(LANGUAGES[1:])


def test_every_code_list_that_the_ontology_names_exists(ontology: Graph, root: Path) -> None:
    code = "https://w3id.org/koinon/code/"
    named = {str(o).removeprefix(code) for o in ontology.objects() if str(o).startswith(code)}
    assert named
    for scheme in named:
        graph = Graph().parse(root / "ontology/code" / f"{scheme}.ttl")
        assert (URIRef(code + scheme), RDF.type, SKOS.ConceptScheme) in graph


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_term_is_defined_once_in_each_interface_language(
    root: Path, modules: dict[str, Graph], language: str
) -> None:
    graph = Graph().parse(root / "ontology/definitions" / f"{language}.ttl")
    assert {(predicate, text.language) for _, predicate, text in graph} == {(SKOS.definition, language)}
    assert Counter(graph.subjects()) == Counter(term for _, term in terms(modules))
    for graph_of_term, term in terms(modules):
        english, translated = (
            str(graph_of_term.value(term, SKOS.definition)),
            str(graph.value(term, SKOS.definition)),
        )
        assert translated != english, f"{term} is not translated"
        names = re.findall(r"\b(?:koi|oa|frapo):\w+", english)
        assert sorted(names) == sorted(re.findall(r"\b(?:koi|oa|frapo):\w+", translated)), f"{term}: {translated}"
