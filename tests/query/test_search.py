"""What a person types finds what they mean, in any script, case and spelling, whatever they type."""

import os
import random
import shutil
import time
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple
from tantivy import Query

from koinon.build.indexing.verifying import index_problems
from koinon.build.indexing.writing import change_index, document_of, write_index
from koinon.engine import OxigraphStore
from koinon.link.searching import forms_of
from koinon.model.namespaces import DCT, DEF, ORG, SKOS
from koinon.query.finding import TermIndex
from koinon.query.search import DEEPEST, MOST, ContentsIndex, Hits, Index
from koinon.release.contents import FILE, Contents, write_contents
from koinon.release.search_index import Body, Name, create_index, iri_in, open_index

DATA = """
@prefix koi: <https://w3id.org/koinon/def#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix org: <http://www.w3.org/ns/org#> .
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix frapo: <http://purl.org/cerif/frapo/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix : <https://w3id.org/koinon/id/place/> .
@prefix o: <https://w3id.org/koinon/id/organisation/> . @prefix p: <https://w3id.org/koinon/id/project/> .
:greece a koi:Territory , dct:Location ; koi:nutsLevel 0 ; skos:prefLabel "Greece"@en , "Ελλάδα"@el , "Grecja"@pl .
:poland a koi:Territory , dct:Location ; koi:nutsLevel 0 ; skos:prefLabel "Poland"@en , "Polska"@pl .
:attica a koi:Territory , dct:Location ; koi:nutsLevel 2 ; skos:prefLabel "Attica"@en ; dct:isPartOf :greece ;
  adms:identifier <https://w3id.org/koinon/id/place/attica#nuts> .
<https://w3id.org/koinon/id/place/attica#nuts> a adms:Identifier ; skos:notation "EL30" .
:lodz-region a koi:Territory , dct:Location ; koi:nutsLevel 2 ; skos:prefLabel "Łódzkie"@pl ; dct:isPartOf :poland .
:lodz a dct:Location ; skos:prefLabel "Łódź"@pl ; dct:isPartOf :lodz-region .
:malmo a dct:Location ; skos:prefLabel "Malmö"@sv .
p:resist a koi:Project ; frapo:hasAcronym "RESIST" ; skos:prefLabel "RESIST"@en ; koi:coversTerritory :lodz-region ;
  dct:title "Regional Ecosystems for Social Innovation"@en , "Περιφερειακά οικοσυστήματα"@el .
p:resistance a koi:Project ; skos:prefLabel "Resistance of materials in houses"@en ; koi:coversTerritory :attica .
o:lodz a org:Organization ; skos:prefLabel "University of Łódź"@en ; koi:locatedIn :lodz .
o:kse a org:Organization ; skos:prefLabel "Δίκτυο Κοιν.Σ.Επ. Αττικής"@el ; koi:locatedIn :attica .
o:fund a org:Organization ; skos:prefLabel "Fund for Circular Economy"@en ;
  skos:altLabel "Фонд кругове економіки"@uk .
o:part a org:Organization , koi:Network ; skos:prefLabel "Cooperative bank"@en ; org:unitOf o:fund .
<https://w3id.org/koinon/id/project/resist#aim> a koi:Objective ; skos:prefLabel "RESIST aims"@en .
<https://w3id.org/koinon/graph/x> a koi:SourceGraph ; skos:prefLabel "RESIST graph"@en .
<http://purl.org/dc/terms/title> skos:prefLabel "resistant"@en .
"""
PLACE = "https://w3id.org/koinon/id/place/"


def stored(folder: Path, data: str = DATA) -> Store:
    store = Store(folder)
    store.load(data.encode(), RdfFormat.TURTLE)
    store.flush()
    return store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("search")
    stored(root / "store")
    write_index(root / "search", root / "store")
    write_contents(root / FILE, root / "store")
    return root


@pytest.fixture(scope="module")
def index(folder: Path) -> TermIndex:
    return TermIndex(open_index(folder / "search"))


def names(hits: Hits) -> list[str]:
    return [hit.iri.rsplit("/id/", 1)[-1] for hit in hits.hits]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Ελλάδα", "place/greece"),
        ("ΕΛΛΑΔΑ", "place/greece"),
        ("ελλαδα", "place/greece"),
        ("Ellada", "place/greece"),
        ("grecja", "place/greece"),
        ("lodz", "place/lodz"),
        ("Łódź", "place/lodz"),
        ("LÓDZ", "place/lodz"),
        ("malmo", "place/malmo"),
        ("malmoe", "place/malmo"),
        ("resis", "project/resist"),
        ("Ρεσιστ", "project/resist"),
        ("resitś", "project/resist"),
        ("EL30", "place/attica"),
        ("κοινσεπ", "organisation/kse"),
        ("Koin.S.Ep.", "organisation/kse"),
        ("resi", "project/resist"),
        ("circular econmy", "organisation/fund"),
        ("economy circular", "organisation/fund"),
        ("krugove", "organisation/fund"),
        ("fce", "organisation/fund"),
        ("circular unicorn fund", "organisation/fund"),
        ("https://w3id.org/koinon/id/place/attica", "place/attica"),
    ],
)
def test_what_people_type_finds_what_they_mean(index: TermIndex, text: str, first: str) -> None:
    assert names(index.search(text))[:1] == [first]
    assert index.things(text, (), 1).iris[0].endswith(first)


def test_things_are_those_of_a_search_in_its_order_however_often_they_were_found(
    index: TermIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koinon.query.finding._REMEMBERED", 3)
    for text in 3 * ("a", "e", "circular", "Ελλάδα", "nothing at all", "re"):
        assert index.things(text, (), 50).iris == tuple(hit.iri for hit in index.search(text, most=50).hits)


def test_the_iri_of_a_document_is_read_without_the_rest(tmp_path: Path) -> None:
    strange = ("https://example.org/a\\b", "urn:ς–ß", "https://example.org/,[]{}", "")
    for number, iri in enumerate(strange):
        engine = create_index(tmp_path / str(number))
        body = Body(iri, DEF + "Project", (DEF + "Project",), (Name('"x"', "en", 0),), (), (), 1.0)
        with engine.writer(num_threads=1) as writer:
            writer.add_document(document_of(body))
        engine.reload()
        searcher = engine.searcher()
        found = searcher.doc(searcher.search(Query.all_query(), 1).hits[0][1])
        assert iri_in(found) == Body.read(found).iri == iri


def test_a_hit_says_in_which_language_it_matched(index: TermIndex) -> None:
    hit = index.search("ellada", language="pl").hits[0]
    assert (hit.label, hit.tag) == ("Grecja", "pl")
    assert (hit.matched, hit.matched_tag) == ("Ελλάδα", "el")
    assert index.search("greece", language="en").hits[0].matched == "Greece"


def test_parts_of_things_and_descriptions_of_data_are_not_found(index: TermIndex) -> None:
    assert names(index.search("resist")) == ["project/resist", "project/resistance"]


def test_how_the_text_was_read_is_told(index: TermIndex) -> None:
    assert [index.search(text).how for text in ("resist", "resitś", "circular unicorn")] == [
        "words",
        "nearly",
        "some",
    ]
    assert index.search("one two three four five six seven eight nine ten eleven resist").ignored


def test_filters_by_class_and_territory_find_what_lies_within(index: TermIndex) -> None:
    assert names(index.search("resist", types=[DEF + "Project"], regions=[PLACE + "poland"])) == ["project/resist"]
    assert names(index.search("lodz", types=[ORG + "Organization"])) == ["organisation/lodz"]
    assert names(index.search("bank", types=[DEF + "Network"])) == ["organisation/part"]
    assert names(index.search("lodz", regions=[PLACE + "greece"])) == []


def test_facets_count_what_is_found_as_if_they_were_not_chosen(index: TermIndex) -> None:
    counts = index.counts("lodz", types=[ORG + "Organization"])
    assert dict(counts.types)[ORG + "Organization"] == 1
    assert dict(counts.types)[DCT + "Location"] == 1
    assert dict(counts.countries) == {PLACE + "poland": 1}
    found = index.counts("lodz", regions=[PLACE + "poland"])
    assert dict(found.regions)[PLACE + "lodz-region"] == index.search("lodz").total


def test_pages_hold_each_hit_once(index: TermIndex) -> None:
    total = index.search("o").total
    found = [name for start in range(0, total, 2) for name in names(index.search("o", most=2, offset=start))]
    assert len(found) == len(set(found)) == total > 2
    assert len(index.search("o", most=10**9, offset=-5).hits) == min(total, MOST)
    assert index.search("o", offset=10**12).hits == index.search("o", offset=DEEPEST).hits == ()


def test_a_release_without_an_index_answers_from_its_contents(folder: Path) -> None:
    contents = ContentsIndex(Contents.of(folder / FILE, OxigraphStore(folder / "store")))
    found: Index = contents
    assert names(found.search("lodz"))[0] == "place/lodz"
    assert names(found.search("Ελλάδα")) == ["place/greece"]
    assert names(found.search("economy")) == ["organisation/fund"]
    assert names(found.search("%")) == names(found.search("")) == []
    assert names(found.search("resist", types=[DEF + "Project"], most=1)) == ["project/resist"]


MARKS = ("'\"*?:~^()[]{}\\/+-&|!", "\x00\x1f\u202e\u200d\u0301", "👩‍👩‍👧", " \t\n", "%_%00\r\n")
ALPHABETS = ("abc", "αβγ", "łóźß", "٠١٢", "漢字", "𝔘𝔫𝔦", *MARKS)


HOW_MANY = int(os.environ.get("KOINON_STRANGE", "600"))
"""Strange texts that are looked for; ``KOINON_STRANGE=10000`` takes a minute."""


def strange(dice: random.Random) -> str:
    parts = ["".join(dice.choices(dice.choice(ALPHABETS), k=dice.randrange(12))) for _ in range(dice.randrange(9))]
    return dice.choice(("", " ", ".")).join(parts) * dice.choice((1, 1, 1, 1, 50))


def test_strange_texts_are_answered(index: TermIndex) -> None:
    dice = random.Random(7)  # noqa: S311  data that can be drawn again
    slowest = 0.0
    for text in (
        *(strange(dice) for _ in range(HOW_MANY)),
        "a" * 100_000,
        "a " * 50_000,
        "\ud800",
        "resist" * 9_999,
        "http://\ud800",
    ):
        begun = time.thread_time()
        assert index.search(text).total >= 0
        slowest = max(slowest, time.thread_time() - begun)
    assert slowest < 10


def test_a_changed_index_says_what_one_made_from_nothing_says(folder: Path, tmp_path: Path) -> None:
    """A place moves: what lies in it is in another country now, and a thing that is named more matters more."""
    after = tmp_path / "store"
    store = stored(after)
    lodz, part_of = NamedNode(PLACE + "lodz-region"), NamedNode(DCT + "isPartOf")
    label = Triple(NamedNode(PLACE + "lodz"), NamedNode(SKOS + "altLabel"), Literal("Lodzia", language="la"))
    gone = Triple(lodz, part_of, NamedNode(PLACE + "poland"))
    come = Triple(lodz, part_of, NamedNode(PLACE + "greece"))
    store.remove(Quad(*gone, DefaultGraph()))
    store.extend(Quad(*triple, DefaultGraph()) for triple in (come, label))
    store.flush()
    write = tmp_path / "search"
    change_index(folder / "search", write, store, [(False, gone), (True, come), (True, label)])
    assert list(index_problems(write, store)) == []
    assert list(index_problems(folder / "search", store)) != []
    changed = TermIndex(open_index(write))
    assert names(changed.search("lodz", regions=[PLACE + "greece"]))[0] == "place/lodz"
    assert names(changed.search("lodzia")) == ["place/lodz"]
    assert "organisation/lodz" not in names(changed.search("lodz", regions=[PLACE + "poland"]))
    assert names(TermIndex(open_index(folder / "search")).search("lodzia"))[:1] != ["place/lodz"]


@pytest.mark.parametrize("harm", ["missing", "empty", "other version", "cut"])
def test_where_the_old_index_cannot_be_read_a_new_one_is_made(folder: Path, tmp_path: Path, harm: str) -> None:
    old = tmp_path / "old"
    if harm == "empty":
        create_index(old)
        (old / "meta.json").unlink()
    elif harm != "missing":
        shutil.copytree(folder / "search", old)
        (old / ("version" if harm == "other version" else "meta.json")).write_text("0")
    store = OxigraphStore(folder / "store").raw
    change_index(old, tmp_path / "new", store, [])
    assert list(index_problems(tmp_path / "new", store)) == []


def test_forms_are_few_however_long_a_name_is() -> None:
    forms = forms_of("Ü" * 5_000 + " ä.ö.ü. " * 5_000)
    assert len(forms.words) <= 60
    assert max(len(form) for each in forms.words for form in each) <= 200


def test_reading_leaves_nothing_in_the_index_and_needs_no_right_to_write_there(
    folder: Path, tmp_path: Path
) -> None:
    before = sorted(path.name for path in (folder / "search").iterdir())
    opened = TermIndex(open_index(folder / "search"))
    assert sorted(path.name for path in (folder / "search").iterdir()) == before
    assert not [name for name in before if "lock" in name]
    gone = tmp_path / "gone"
    shutil.copytree(folder / "search", gone)
    held = TermIndex(open_index(gone))
    shutil.rmtree(gone)
    assert names(held.search("lodz")) == names(opened.search("lodz"))
