"""The page about a thing shows labels in the reader's language, parts at home, and who says what."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from koinon.engine import OxigraphStore
from koinon.model.namespaces import DEF, GRAPH, ID
from koinon.publish.documents import thing_document
from koinon.publish.pages import INCOMING_LIMIT, thing_view
from koinon.publish.text import Text
from koinon.publish.views import Property, ThingView, Value
from koinon.publish.vocabulary import Vocabulary
from koinon.release.contents import Contents
from koinon.release.current import Release, open_current
from small_release import make_release

SHAPES = Path(__file__).resolve().parents[2] / "shapes"


def view(store: OxigraphStore, iri: str, language: str = "en") -> ThingView:
    document = thing_document(store, Contents.read(store), NamedNode(ID + iri))
    return thing_view(document, store, Vocabulary.load(store, SHAPES), language)


def small(tmp_path: Path, turtle: str) -> OxigraphStore:
    return open_current(make_release(tmp_path, "a" * 64, turtle)).open()


def properties(page: ThingView) -> dict[str, Property]:
    return {prop.iri: prop for group in page.groups for prop in group.properties}


@pytest.mark.parametrize(
    ("language", "label"),
    [("pl", Text("Sieć", "pl")), ("en", Text("Network", "en")), ("it", Text("Network", "en"))],
)
def test_the_label_is_in_the_readers_language_or_english(tmp_path: Path, language: str, label: Text) -> None:
    store = small(
        tmp_path, '<organisation/n> a koi:Network ; skos:prefLabel "Network"@en , "Sieć"@pl , "Δίκτυο"@el .'
    )
    assert view(store, "organisation/n", language).label == label


def test_without_english_any_language_is_better_than_a_transliteration(tmp_path: Path) -> None:
    store = small(tmp_path, '<organisation/n> a koi:Network ; skos:prefLabel "Diktyo"@el-latn , "Δίκτυο"@el .')
    assert view(store, "organisation/n", "fr").label == Text("Δίκτυο", "el")


def test_a_thing_without_label_shows_its_address(tmp_path: Path) -> None:
    store = small(tmp_path, "<organisation/n> a koi:Network .")
    assert "organisation/n" in view(store, "organisation/n").label.text


def test_a_part_is_shown_once_and_linked_elsewhere(tmp_path: Path) -> None:
    turtle = """
    <project/p> a koi:Project ; skos:prefLabel "P"@en ;
      koi:hasClaim <project/p#a> , <project/p#b> ; koi:hasObjective <project/p#a> .
    <project/p#a> a koi:Claim ; skos:prefLabel "A"@en ; koi:conflictsWith <project/p#b> .
    <project/p#b> a koi:Claim ; skos:prefLabel "B"@en ; koi:conflictsWith <project/p#a> ."""
    page = view(small(tmp_path, turtle), "project/p")
    values = [value for prop in properties(page).values() for value in prop.values]
    parts = [value for value in values if value.part]
    assert sorted(value.iri.rpartition("#")[2] for value in parts) == ["a", "b"]
    assert [value.part for value in values if value.iri.endswith("#a")].count(None) == 1
    inner = [v for value in parts if value.part for prop in value.part.properties for v in prop.values]
    assert all(value.part is None for value in inner), "the conflict is a link"


def test_a_part_to_which_nothing_leads_is_shown_too(tmp_path: Path) -> None:
    turtle = """
    <document/d> a koi:PolicyDocument ; skos:prefLabel "D"@en .
    <document/d#x> a koi:Aspect ; skos:prefLabel "X"@en ; koi:hasCharacteristic <document/d#y> .
    <document/d#y> a koi:Aspect ; skos:prefLabel "Y"@en ."""
    page = view(small(tmp_path, turtle), "document/d")
    assert [value.iri for value in page.parts] == [ID + "document/d#x"]
    assert page.parts[0].part is not None


def test_incoming_links_are_bounded_and_say_that_there_are_more(tmp_path: Path) -> None:
    many = "".join(
        f'<project/p{i}> a koi:Project ; skos:prefLabel "P{i}"@en ; koi:involvesActor <organisation/o> .\n'
        for i in range(INCOMING_LIMIT + 5)
    )
    declared = f"<{DEF}involvesActor> a <http://www.w3.org/2002/07/owl#ObjectProperty> ."
    store = small(tmp_path, many + '<organisation/o> a koi:Network ; skos:prefLabel "O"@en .\n' + declared)
    document = thing_document(store, Contents.read(store), NamedNode(ID + "organisation/o"))
    vocabulary = Vocabulary.load(OntologyIn(store), SHAPES)  # type: ignore[arg-type]
    incoming = thing_view(document, store, vocabulary, "en").incoming
    assert [len(link.things) for link in incoming] == [INCOMING_LIMIT]
    assert incoming[0].more


class OntologyIn:
    """A store whose default graph stands for the ontology's graph."""

    def __init__(self, store: OxigraphStore) -> None:
        self._store = store

    def triples(self, graph: NamedNode) -> object:
        return self._store.triples()


@pytest.fixture(scope="module")
def real(release: Release) -> OxigraphStore:
    return release.open()


def test_every_value_of_a_source_has_evidence(real: OxigraphStore) -> None:
    page = view(real, "project/respondet")
    start: Value = properties(page)["https://schema.org/startDate"].values[0]
    notes = {note.number: (source, note) for source in page.sources for note in source.notes}
    source, note = notes[start.references[0].number]
    assert source.graph == GRAPH + "respondet-project-page"
    assert (note.basis, note.ranges) == ("stated", ((1233, 1247),))
    for prop in properties(page).values():
        for value in prop.values:
            assert value.references or (value.part and value.part.heading[0].references), prop.iri


def test_a_claim_of_another_source_is_shown_beside_the_page(real: OxigraphStore) -> None:
    page = view(real, "project/resist")
    graphs = {source.graph for source in page.sources}
    assert GRAPH + "resist-kristiansand-article" in graphs
    assert len(graphs) > 2


def test_groups_come_in_the_order_of_the_shapes(real: OxigraphStore) -> None:
    labels = [group.label.text for group in view(real, "project/respondet").groups if group.label]
    assert labels[:3] == ["What it is", "Time and place", "Who takes part"]
