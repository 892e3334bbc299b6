"""What a reader of a code list may rely on: complete labels, sound hierarchy, stable names."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS
from rdflib.term import BNode, Literal, Node

ROOT = Path(__file__).resolve().parents[2]
CODE = "https://w3id.org/koinon/code/"
KOI = "https://w3id.org/koinon/def#"
CC0 = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
LANGUAGES = ("ca", "el", "en", "es", "fr", "it", "lv", "nb", "pl")
LABELS = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel)
ACRONYMS = {"csei": "CSEI", "svrc": "SVRC", "koinsep": "KoinSEp", "zaz": "ZAZ"}
CodeList = tuple[str, Graph]


def concepts(graph: Graph) -> list[URIRef]:
    """In: a code list. Out: its concepts."""
    return sorted(node for node in graph.subjects(RDF.type, SKOS.Concept) if isinstance(node, URIRef))


def texts(graph: Graph, subject: Node, kind: URIRef) -> list[Literal]:
    """In: a code list, one of its things, a property. Out: the literals it has there."""
    return [text for text in graph.objects(subject, kind) if isinstance(text, Literal)]


def names(graph: Graph, kind: URIRef) -> list[tuple[URIRef, Literal]]:
    """In: a code list and a label property. Out: each concept with each of its labels."""
    return [(concept, label) for concept in concepts(graph) for label in texts(graph, concept, kind)]


def folded(label: Literal) -> tuple[str, str | None]:
    """In: a label. Out: its text without regard to case, and its language."""
    return str(label).casefold(), label.language


def test_a_file_holds_the_scheme_it_is_named_after(code_list: CodeList) -> None:
    slug, graph = code_list
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [URIRef(CODE + slug)]


def test_a_scheme_says_what_it_is_and_under_which_licence(code_list: CodeList) -> None:
    slug, graph = code_list
    scheme = URIRef(CODE + slug)
    assert sorted(str(label.language) for label in texts(graph, scheme, SKOS.prefLabel)) == list(LANGUAGES)
    assert [text.language for text in texts(graph, scheme, SKOS.definition)] == ["en"]
    assert graph.value(scheme, DCTERMS.license) == CC0
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(graph.value(scheme, OWL.versionInfo)))


def test_a_scheme_names_the_languages_no_native_speaker_checked(code_list: CodeList) -> None:
    slug, graph = code_list
    unchecked = [str(code) for code in graph.objects(URIRef(CODE + slug), URIRef(KOI + "uncheckedLanguage"))]
    assert set(unchecked) <= set(LANGUAGES) - {"en"}


def test_a_concept_is_named_once_in_each_interface_language(code_list: CodeList) -> None:
    _, graph = code_list
    wrong = {
        concept: languages
        for concept in concepts(graph)
        if (languages := sorted(str(label.language) for label in texts(graph, concept, SKOS.prefLabel)))
        != list(LANGUAGES)
    }
    assert wrong == {}


def test_a_concept_has_one_english_definition_of_its_own(code_list: CodeList) -> None:
    _, graph = code_list
    found: Counter[str] = Counter()
    for concept in concepts(graph):
        definitions = texts(graph, concept, SKOS.definition)
        assert [text.language for text in definitions] == ["en"], concept
        assert str(definitions[0]).endswith("."), concept
        found[str(definitions[0])] += 1
    assert [text for text, times in found.items() if times > 1] == []


def test_the_notation_is_the_slug_or_the_acronym_and_belongs_to_one_concept(code_list: CodeList) -> None:
    slug, graph = code_list
    for concept in concepts(graph):
        name = str(concept).removeprefix(f"{CODE}{slug}/")
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), concept
        assert list(graph.objects(concept, SKOS.notation)) == [Literal(ACRONYMS.get(name, name))], concept


def test_a_concept_is_in_its_scheme_and_reached_from_a_top_concept(code_list: CodeList) -> None:
    slug, graph = code_list
    scheme = URIRef(CODE + slug)
    tops = set(graph.objects(scheme, SKOS.hasTopConcept))
    assert tops == set(graph.subjects(SKOS.topConceptOf, scheme))
    reached = {concept for top in tops for concept in graph.transitive_objects(top, SKOS.narrower)}
    assert reached == set(concepts(graph))
    for concept in concepts(graph):
        assert list(graph.objects(concept, SKOS.inScheme)) == [scheme]
        assert (concept in tops) != ((concept, SKOS.broader, None) in graph), concept


def test_broader_and_narrower_mirror_each_other_without_a_cycle(code_list: CodeList) -> None:
    _, graph = code_list
    down = {(broad, narrow) for broad, _, narrow in graph.triples((None, SKOS.narrower, None))}
    up = {(broad, narrow) for narrow, _, broad in graph.triples((None, SKOS.broader, None))}
    assert down == up
    for concept in concepts(graph):
        for parent in graph.objects(concept, SKOS.broader):
            assert concept not in set(graph.transitive_objects(parent, SKOS.broader)), concept


def test_related_and_close_concepts_of_a_scheme_name_each_other(code_list: CodeList) -> None:
    slug, graph = code_list
    for link in (SKOS.related, SKOS.closeMatch):
        for concept, _, other in graph.triples((None, link, None)):
            if str(other).startswith(f"{CODE}{slug}/"):
                assert (other, link, concept) in graph, (concept, other)
                assert other not in set(graph.transitive_objects(concept, SKOS.broader)), (concept, other)


def test_a_name_stands_once_for_a_concept_and_in_one_way(code_list: CodeList) -> None:
    _, graph = code_list
    for concept in concepts(graph):
        labels = Counter(label for kind in LABELS for label in texts(graph, concept, kind))
        assert [label for label, times in labels.items() if times > 1] == [], concept
        preferred = {folded(label) for label in texts(graph, concept, SKOS.prefLabel)}
        assert preferred.isdisjoint(folded(label) for label in texts(graph, concept, SKOS.altLabel)), concept


def test_no_two_concepts_of_a_scheme_have_the_same_name(code_list: CodeList) -> None:
    _, graph = code_list
    owners: dict[tuple[str, str | None], set[URIRef]] = {}
    for concept, label in names(graph, SKOS.prefLabel):
        owners.setdefault(folded(label), set()).add(concept)
    assert {label: who for label, who in owners.items() if len(who) > 1} == {}


def test_no_other_name_of_a_concept_is_the_name_of_another(code_list: CodeList) -> None:
    _, graph = code_list
    owners = {folded(label): concept for concept, label in names(graph, SKOS.prefLabel)}
    clashes = {
        (concept, label, owners[folded(label)])
        for concept, label in names(graph, SKOS.altLabel)
        if owners.get(folded(label), concept) != concept
    }
    assert clashes == set()


def test_text_is_normalised_trimmed_and_tagged_in_lower_case(code_list: CodeList) -> None:
    _, graph = code_list
    for subject, _, value in graph:
        if isinstance(value, Literal):
            text = str(value)
            assert text == unicodedata.normalize("NFC", text).strip(), (subject, text)
            assert re.fullmatch(r"[^' ]+( [^' ]+)*", text), (subject, text)
            assert value.language is None or value.language == value.language.lower(), (subject, text)


def test_greek_is_in_greek_letters_and_its_transliteration_in_latin_ones(code_list: CodeList) -> None:
    _, graph = code_list
    for concept, label in (pair for kind in LABELS for pair in names(graph, kind)):
        letters = {unicodedata.name(sign).split()[0] for sign in str(label) if sign.isalpha()}
        if label.language == "el":
            assert "GREEK" in letters, (concept, label)
        else:
            assert letters <= {"LATIN"}, (concept, label)


def test_there_are_no_blank_nodes(all_code_lists: Graph) -> None:
    assert [triple for triple in all_code_lists if any(isinstance(term, BNode) for term in triple)] == []


def test_cluster_models_are_concepts_of_their_own_class(all_code_lists: Graph) -> None:
    models = set(all_code_lists.subjects(RDF.type, URIRef(KOI + "ClusterModel")))
    assert models == set(all_code_lists.subjects(SKOS.inScheme, URIRef(CODE + "cluster-model")))


def test_only_the_root_of_the_cluster_models_is_common_to_csei_and_svrc(all_code_lists: Graph) -> None:
    above = [
        set(all_code_lists.transitive_objects(URIRef(f"{CODE}cluster-model/{slug}"), SKOS.broader))
        for slug in ("csei", "svrc")
    ]
    assert above[0] & above[1] == {URIRef(f"{CODE}cluster-model/social-economy-cluster")}


def test_the_words_of_the_source_pages_find_their_concepts(all_code_lists: Graph) -> None:
    """Each pair was read on a page: the words, in nominative, and the concept that they name."""
    expected = {
        ("klaster innowacji społecznych i ekologicznych", "pl"): "cluster-model/csei",
        ("sociālās un ekoloģiskās inovācijas klasteri", "lv"): "cluster-model/csei",
        (
            "Συνεργατικοί Σχηματισμοί με υψηλό κοινωνικό προσανατολισμό και ανταπόκριση",
            "el",
        ): "cluster-model/svrc",
        ("wirtualny klaster", "pl"): "cluster-model/virtual-cluster",
        ("gospodarka współdzielenia", "pl"): "theme/sharing-economy",
        ("sadarbības ekonomika", "lv"): "theme/collaborative-economy",
        ("projektowanie oparte na współpracy", "pl"): "theme/co-design",
        ("kopprojektēšana", "lv"): "theme/co-design",
        ("gospodarka o obiegu zamkniętym", "pl"): "theme/circular-economy",
        ("aprites ekonomika", "lv"): "theme/circular-economy",
        ("ekonomia społeczna i solidarna", "pl"): "theme/social-and-solidarity-economy",
        ("sociālā un solidaritātes ekonomika", "lv"): "theme/social-and-solidarity-economy",
        ("κοινωνική επιχειρηματικότητα", "el"): "theme/social-entrepreneurship",
        ("Jaunais Eiropas Bauhaus", "lv"): "theme/new-european-bauhaus",
        ("Κοινωνική Συνεταιριστική Επιχείρηση", "el"): "legal-form/koinsep",
        ("zakład aktywności zawodowej", "pl"): "legal-form/zaz",
    }
    for (text, language), concept in expected.items():
        found = {
            subject
            for kind in (SKOS.prefLabel, SKOS.altLabel)
            for subject in all_code_lists.subjects(kind, Literal(text, lang=language))
        }
        assert URIRef(CODE + concept) in found, text


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_concept_is_defined_once_in_each_interface_language(all_code_lists: Graph, language: str) -> None:
    graph = Graph().parse(ROOT / "ontology/code/definitions" / f"{language}.ttl")
    assert {(predicate, text.language) for _, predicate, text in graph} == {(SKOS.definition, language)}
    assert Counter(graph.subjects()) == Counter(all_code_lists.subjects(SKOS.definition))
    for concept, english in all_code_lists.subject_objects(SKOS.definition):
        translated = str(graph.value(concept, SKOS.definition))
        assert translated != str(english), f"{concept} is not translated"
        assert translated.endswith("."), f"{concept}: {translated}"
