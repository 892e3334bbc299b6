"""Messages in nine languages on every rule, readable names, a group and a place for every property shown."""

from __future__ import annotations

import re

import pytest
import rdflib
from engines import LANGUAGES, SH, SHAPE, SHAPES, read, shapes_graph

RULES = {
    SH[local]
    for local in (
        *("class", "datatype", "nodeKind", "minCount", "maxCount", "pattern", "languageIn", "uniqueLang"),
        *("minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "minLength", "maxLength"),
        *("equals", "disjoint", "lessThan", "lessThanOrEquals", "hasValue", "in", "sparql"),
        *("not", "and", "or", "xone", "node", "qualifiedValueShape"),
    )
}
ONTOLOGY = rdflib.URIRef("https://w3id.org/koinon/shapes")
KOI = rdflib.Namespace("https://w3id.org/koinon/def#")


def shapes() -> list[rdflib.term.Node]:
    graph = shapes_graph()
    kinds = (SH.NodeShape, SH.PropertyShape)
    return sorted({shape for kind in kinds for shape in graph.subjects(rdflib.RDF.type, kind)}, key=str)


def languages(node: rdflib.term.Node, predicate: rdflib.URIRef) -> list[str]:
    texts = shapes_graph().objects(node, predicate)
    return sorted(str(text.language) for text in texts if isinstance(text, rdflib.Literal) and text.strip())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_says_what_is_wrong_in(language: str) -> None:
    graph = shapes_graph()
    with_rules = {shape for shape in shapes() if RULES & set(graph.predicates(shape))}
    assert [
        str(shape) for shape in sorted(with_rules, key=str) if languages(shape, SH.message).count(language) != 1
    ] == []


def test_a_message_has_no_left_over_placeholder_and_ends_as_a_sentence() -> None:
    texts = {str(text) for text in shapes_graph().objects(None, SH.message)}
    assert [text for text in texts if re.search(r"[{}]|  |\$", text) or not text.endswith(".")] == []


def test_no_message_but_those_of_the_nine_languages() -> None:
    found = {text.language for text in shapes_graph().objects(None, SH.message) if isinstance(text, rdflib.Literal)}
    assert found == set(LANGUAGES)


def test_messages_are_not_the_english_ones_again() -> None:
    graph = shapes_graph()
    same = []
    for shape in shapes():
        english = {
            str(m) for m in graph.objects(shape, SH.message) if isinstance(m, rdflib.Literal) and m.language == "en"
        }
        others = {
            str(m) for m in graph.objects(shape, SH.message) if isinstance(m, rdflib.Literal) and m.language != "en"
        }
        same += [str(shape)] if english & others else []
    assert same == []


def test_the_header_names_the_languages_that_no_native_speaker_checked() -> None:
    unchecked = {str(tag) for tag in shapes_graph().objects(ONTOLOGY, KOI.uncheckedLanguage)}
    assert unchecked == set(LANGUAGES) - {"en"}


def test_version_and_changelog_agree() -> None:
    graph = shapes_graph()
    version = str(graph.value(ONTOLOGY, rdflib.OWL.versionInfo))
    assert str(graph.value(ONTOLOGY, rdflib.OWL.versionIRI)) == f"{ONTOLOGY}/{version}"
    changelog = (SHAPES / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == version


def test_shapes_are_addresses_that_people_can_read() -> None:
    assert [
        shape for shape in shapes() if not re.fullmatch(rf"{SHAPE}[A-Z][A-Za-z]+(-[A-Za-z]+[0-9]*)*", str(shape))
    ] == []


def test_blank_nodes_are_for_lists_only() -> None:
    graph = shapes_graph()
    blank = {node for node in graph.subjects() if isinstance(node, rdflib.BNode)}
    assert [node for node in blank if (node, rdflib.RDF.first, None) not in graph] == []


def test_a_shape_stands_in_one_file_only() -> None:
    homes: dict[str, set[str]] = {}
    for path in SHAPES.glob("*.ttl"):
        for triple in read([path]):
            if triple.predicate.value == str(rdflib.RDF.type):
                homes.setdefault(str(triple.subject), set()).add(path.name)
    assert {shape: files for shape, files in homes.items() if len(files) > 1} == {}


def test_every_property_that_things_carry_has_a_group_and_a_place_in_it() -> None:
    graph = shapes_graph()
    shown: dict[tuple[str, str], list[str]] = {}
    for node in graph.subjects(SH.targetClass, None):
        for shape in graph.objects(node, SH.property):
            if (shape, SH.group, None) in graph:
                assert (shape, SH.order, None) in graph, shape
                shown.setdefault((str(node), str(graph.value(shape, SH.path))), []).append(str(shape))
    twice = {key: found for key, found in shown.items() if len(found) > 1}
    assert twice == {}


def test_groups_are_ordered_and_named_in_nine_languages() -> None:
    graph = shapes_graph()
    groups = set(graph.subjects(rdflib.RDF.type, SH.PropertyGroup))
    assert groups == set(graph.objects(None, SH.group))
    assert len({str(graph.value(group, SH.order)) for group in groups}) == len(groups)
    assert [group for group in groups if languages(group, rdflib.RDFS.label) != sorted(LANGUAGES)] == []
