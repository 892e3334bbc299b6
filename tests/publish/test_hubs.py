"""A thing with twenty thousand neighbours has pages of bounded size, made with a bounded number of look-ups."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from pyoxigraph import Literal, NamedNode

from koinon.engine import OxigraphStore, Triple
from koinon.model.errors import NotFoundError, ResultTooLargeError
from koinon.model.namespaces import CODE, ID
from koinon.publish.documents import FURTHEST, PREF_LABEL, STATEMENTS, TYPE, Document, Place, thing_document
from koinon.publish.evidence import RECEIPTS
from koinon.publish.pages import thing_view
from koinon.publish.vocabulary import Term, Vocabulary
from koinon.release.contents import Contents
from koinon.release.current import open_current
from small_release import make_release

SHAPES = Path(__file__).resolve().parents[2] / "shapes"
MANY = 20_000
SLACK = 500
READS_PER_STATEMENT = 12
"""Triples that may be read for each statement of a page: itself, its sources, its receipt, labels of its value."""


def each(text: str, separator: str = "\n") -> str:
    """The text once for each number below MANY, which stands for the №."""
    return separator.join(text.replace("№", str(number)) for number in range(MANY))


HUBS = f"""
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix m8g: <http://data.europa.eu/m8g/> . @prefix code: <{CODE}> .
<project/wide> a koi:Project ; skos:prefLabel "Wide"@en ; koi:involvesActor {each("<organisation/o№>", ",")} .
{each('<organisation/o№> a koi:Network ; skos:prefLabel "O №"@en ; koi:locatedIn <place/hub> .')}
<place/hub> a koi:Territory ; skos:prefLabel "Hub"@en .
<project/parts> a koi:Project ; skos:prefLabel "Parts"@en .
{each("<project/parts#p№> a koi:Participation ; m8g:role <place/hub> .")}
<document/ranges> skos:prefLabel "Ranges"@en ; koi:about <project/wide> .
{each("<document/ranges#char=№,> prov:hadPrimarySource <document/ranges> .")}
<project/named> a koi:Project ; skos:prefLabel {each('"name №"@en', ",")} .
<project/beside> a koi:Project ; skos:prefLabel "Beside"@en ; koi:partOfProject <project/named> .
<project/told> a koi:Project ; skos:prefLabel "Told"@en .
{each("<statement/s№> rdf:subject <project/told> ; rdf:predicate rdf:type ; rdf:object koi:Project .")}
<project/borrowing> a koi:Project ; koi:hasClaim <document/other#small> , <document/other#hub> .
<document/other#small> a koi:Claim ; skos:prefLabel "A claim"@en .
<document/other#hub> a koi:Claim ; koi:about {each("<organisation/o№>", ",")} .
code:hub a skos:ConceptScheme ; skos:prefLabel "Hub"@en .
{each("<https://w3id.org/koinon/code/hub/c№> a skos:Concept ; skos:inScheme code:hub .")}
koi:locatedIn a owl:ObjectProperty . koi:involvesActor a owl:ObjectProperty .
"""
TOPICS = [
    ID + "project/wide", ID + "place/hub", ID + "project/parts", ID + "document/ranges", ID + "project/named",
    ID + "project/beside", ID + "project/told", ID + "project/borrowing", CODE + "hub", CODE + "hub/c7",
    ID + "organisation/o7",
]  # fmt: skip


class Counting:
    """A store that counts the triples that are read from it."""

    def __init__(self, store: OxigraphStore) -> None:
        self._store = store
        self.read = 0

    def triples(self, *pattern: object, **named: object) -> Iterator[Triple]:
        yield from self._counted(cast(Callable[..., Iterator[Triple]], self._store.triples)(*pattern, **named))

    def said_of(self, subject: NamedNode, skip: int = 0) -> Iterator[Triple]:
        yield from self._counted(self._store.said_of(subject, skip))

    def graphs_of(self, triple: Triple, most: int = 100) -> list[NamedNode]:
        self.read += 1
        return self._store.graphs_of(triple, most)

    def graph_names(self) -> list[NamedNode]:
        raise AssertionError("a page asks for the names of all graphs")

    def _counted(self, found: Iterator[Triple]) -> Iterator[Triple]:
        self.read += 1
        for triple in found:
            self.read += 1
            yield triple


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> OxigraphStore:
    return open_current(make_release(tmp_path_factory.mktemp("hubs"), "a" * 64, HUBS)).open()


@pytest.fixture(scope="module")
def contents(real: OxigraphStore) -> Contents:
    return Contents.read(real)


@pytest.fixture(scope="module")
def vocabulary(real: OxigraphStore) -> Vocabulary:
    declared = Vocabulary.load(real, SHAPES)
    links = [
        t[0].value for t in real.triples(None, None, NamedNode("http://www.w3.org/2002/07/owl#ObjectProperty"))
    ]
    assert len(links) == 2
    return Vocabulary({iri: Term(iri, {}, {}, frozenset()) for iri in links}, declared.places)


@pytest.fixture
def store(real: OxigraphStore) -> Counting:
    return Counting(real)


def pages(store: OxigraphStore | Counting, contents: Contents, topic: NamedNode) -> Iterator[Document]:
    """All pages of a document, one after another."""
    place: Place | None = Place()
    while place is not None:
        page = thing_document(store, contents, topic, place)
        yield page
        place = page.next


@pytest.mark.parametrize("iri", TOPICS)
def test_a_page_of_any_document_is_bounded_in_size_and_in_look_ups(
    store: Counting, contents: Contents, iri: str
) -> None:
    document = thing_document(store, contents, NamedNode(iri))
    assert 0 < len(document.triples) <= STATEMENTS + SLACK
    assert store.read <= 3 * STATEMENTS


@pytest.mark.parametrize("iri", TOPICS)
def test_the_page_for_people_is_bounded_too(
    store: Counting, contents: Contents, vocabulary: Vocabulary, iri: str
) -> None:
    document = thing_document(store, contents, NamedNode(iri), statements=1000, ranges=False)
    store.read = 0
    view = thing_view(document, store, vocabulary, "en")
    assert view.label.text
    assert store.read <= READS_PER_STATEMENT * len(document.triples) + 6 * RECEIPTS


@pytest.mark.parametrize("name", ["wide", "parts", "named"])
def test_the_pages_together_say_everything_once(real: OxigraphStore, contents: Contents, name: str) -> None:
    topic = NamedNode(f"{ID}project/{name}")
    said: list[Triple] = []
    for page in pages(real, contents, topic):
        own = set(page.own)
        said += [triple for triple in page.triples if triple[0] in own]
    wanted = set(real.triples(topic))
    for part in contents.parts(topic, "", 2 * MANY):
        wanted |= set(real.triples(part))
    assert set(said) >= wanted
    assert len(wanted) > MANY
    facts = [triple for triple in said if triple[1] not in (TYPE, PREF_LABEL)]
    assert len(facts) == len(set(facts)), "a statement stands on two pages"


def test_a_hub_is_paged_and_every_page_names_its_thing(real: OxigraphStore, contents: Contents) -> None:
    topic = NamedNode(ID + "project/wide")
    found = list(pages(real, contents, topic))
    assert len(found) > MANY // STATEMENTS
    for page in found:
        assert (topic, PREF_LABEL, Literal("Wide", language="en")) in page.triples


def test_concepts_of_a_large_code_list_come_in_pages(real: OxigraphStore, contents: Contents) -> None:
    topic = NamedNode(CODE + "hub")
    concepts = [node for page in pages(real, contents, topic) for node in page.own if node != topic]
    assert len(set(concepts)) == len(concepts) == MANY


def test_a_large_fragment_of_another_document_is_only_named(real: OxigraphStore, contents: Contents) -> None:
    document = thing_document(real, contents, NamedNode(ID + "project/borrowing"))
    assert NamedNode(ID + "document/other#small") in document.own
    assert NamedNode(ID + "document/other#hub") not in document.own


def test_ranges_come_last_and_pages_for_people_go_without(real: OxigraphStore, contents: Contents) -> None:
    topic = NamedNode(ID + "document/ranges")
    assert thing_document(real, contents, topic, ranges=False).next is None
    last = list(pages(real, contents, topic))[-1]
    assert any("#char=" in node.value for node in last.own if isinstance(node, NamedNode))


def test_what_is_skipped_follows_what_was_shown(real: OxigraphStore) -> None:
    topic = NamedNode(ID + "project/wide")
    every = list(real.triples(topic))
    assert list(real.said_of(topic, 12_345)) == every[12_345:]


def test_a_page_beyond_the_end_is_not_there(real: OxigraphStore, contents: Contents) -> None:
    with pytest.raises(NotFoundError):
        thing_document(real, contents, NamedNode(ID + "project/wide"), Place(FURTHEST))
    with pytest.raises(NotFoundError):
        thing_document(real, contents, NamedNode(ID + "project/none"), Place(5))


def test_a_page_too_far_away_is_refused_with_the_way_to_the_rest(real: OxigraphStore, contents: Contents) -> None:
    with pytest.raises(ResultTooLargeError, match=r"OFFSET.*dump"):
        thing_document(real, contents, NamedNode(ID + "project/wide"), Place(FURTHEST + 1))


@pytest.mark.parametrize("place", [Place(7), Place(2, ID + "project/x#p1"), Place(0, ID + "project/x#é@?")])
def test_a_place_survives_being_written(place: Place) -> None:
    topic = NamedNode(ID + "project/x")
    assert Place.read(place.written(topic), topic) == place


@pytest.mark.parametrize("text", ["-1", "x", "1@", "@#p", "99999999999", "1 @#p", "1@#a> <b", "1@another/thing"])
def test_a_place_that_was_never_written_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Place.read(text, NamedNode(ID + "project/x"))
