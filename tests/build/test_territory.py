"""The published rules, run over graphs small enough to see what each of them adds, and what it leaves out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store, Triple

from building import PREFIXES, ROOT
from koinon.build.territory import WORKING, territories
from koinon.model.errors import VocabularyError
from koinon.model.namespaces import DEF, ID, PROV

RULES = sorted((ROOT / "queries" / "rules").glob("territory-*.rq"))
PLACES = (
    PREFIXES
    + """
<place/poland> a koi:Territory , dct:Location ; koi:nutsLevel 0 .
<place/pomorskie> a koi:Territory , dct:Location ; koi:nutsLevel 2 ; dct:isPartOf <place/poland> .
<place/gdansk-district> a koi:Territory , dct:Location ; koi:nutsLevel 3 ; dct:isPartOf <place/pomorskie> .
<place/gdansk> a dct:Location ; dct:isPartOf <place/gdansk-district> .
<place/malopolskie> a koi:Territory , dct:Location ; koi:nutsLevel 2 ; dct:isPartOf <place/poland> .
<place/krakow> a dct:Location ; dct:isPartOf <place/malopolskie> .
<place/italy> a koi:Territory , dct:Location ; koi:nutsLevel 0 .
<place/baltic-sea> a dct:Location .
<organisation/office> a org:Organization ; koi:locatedIn <place/gdansk> .
<organisation/unit> a org:Organization ; org:unitOf <organisation/team> .
<organisation/team> a org:Organization ; org:unitOf <organisation/office> .
<organisation/network> a org:Organization , koi:Network ; org:hasMember <organisation/unit> .
<organisation/rome> a org:Organization ; koi:locatedIn <place/italy> .
<project/p> a koi:Project .
"""
)


def part(organisation: str, role: str = "partner") -> str:
    """Return Turtle that makes an organisation take part in the project."""
    return (
        f"<project/p> m8g:hasParticipation <project/p#{organisation}> . "
        f"<project/p#{organisation}> m8g:hasParticipant <organisation/{organisation}> ; m8g:role role:{role} . "
    )


CASES: dict[str, tuple[str, set[tuple[str, str, str]]]] = {
    "nothing is known": ("", set()),
    "stated": (
        "<project/p> koi:coversTerritory <place/pomorskie> .",
        {("pomorskie", "stated", "project/p")},
    ),
    "a place that is stated counts as the smallest territory around it": (
        "<project/p> koi:coversTerritory <place/krakow> , <place/gdansk> .",
        {("malopolskie", "stated", "project/p"), ("gdansk-district", "stated", "project/p")},
    ),
    "a sea that is stated stays a sea": (
        "<project/p> koi:coversTerritory <place/baltic-sea> .",
        {("baltic-sea", "stated", "project/p")},
    ),
    "seat": (part("office"), {("gdansk-district", "seat", "project/p#office")}),
    "seat of the body whose unit's unit takes part": (
        part("unit"),
        {("gdansk-district", "seat", "project/p#unit")},
    ),
    "a funder's seat doesn't count": (part("office", "funder"), set()),
    "event": (
        "<event/e> a koi:Event ; koi:partOfProject <project/p> ; schema:location <place/krakow> .",
        {("malopolskie", "event", "event/e")},
    ),
    "part of an event": (
        "<event/e> a koi:Event ; koi:partOfProject <project/p> . "
        "<event/f> a koi:Event ; dct:isPartOf <event/e> ; schema:location <place/krakow> .",
        {("malopolskie", "event", "event/f")},
    ),
    "an event of no project": ("<event/e> a koi:Event ; schema:location <place/krakow> .", set()),
    "site that the project shows": (
        "<project/p> koi:showcases <practice/a> . <practice/a> koi:locatedIn <place/krakow> .",
        {("malopolskie", "site", "practice/a")},
    ),
    "site that an event of the project shows": (
        "<event/e> a koi:Event ; koi:partOfProject <project/p> ; koi:showcases <practice/a> . "
        "<practice/a> koi:locatedIn <place/krakow> .",
        {("malopolskie", "site", "practice/a")},
    ),
    "membership": (part("network"), {("gdansk-district", "membership", "organisation/unit")}),
    "members of a network that only pays don't count": (part("network", "funder"), set()),
    "a country gives way to what is finer, on whatever basis": (
        part("office") + "<event/e> a koi:Event ; koi:partOfProject <project/p> ; schema:location <place/poland> .",
        {("gdansk-district", "seat", "project/p#office")},
    ),
    "but not where a source states the country": (
        part("office") + "<project/p> koi:coversTerritory <place/poland> .",
        {("poland", "stated", "project/p"), ("gdansk-district", "seat", "project/p#office")},
    ),
    "another country stays": (
        part("office") + part("rome"),
        {("gdansk-district", "seat", "project/p#office"), ("italy", "seat", "project/p#rome")},
    ),
}


def filled(turtle: str) -> Store:
    store = Store()
    store.load(PLACES + turtle, format=RdfFormat.TURTLE)
    return store


def coverages(triples: list[Triple]) -> Iterator[tuple[str, str, str]]:
    """Yield territory, basis and evidence of each coverage."""
    said = [(t.subject, t.predicate.value, t.object.value) for t in triples if not isinstance(t.object, Triple)]
    for coverage in {subject for subject, predicate, _ in said if predicate == DEF + "territory"}:
        about = [(predicate, value) for subject, predicate, value in said if subject == coverage]
        (territory,) = (value for predicate, value in about if predicate == DEF + "territory")
        (basis,) = (value for predicate, value in about if predicate == DEF + "territoryBasis")
        for predicate, evidence in about:
            if predicate == PROV + "wasDerivedFrom":
                name = territory.removeprefix(ID + "place/")
                yield name, basis.rpartition("/")[2], evidence.removeprefix(ID)


@pytest.mark.parametrize("case", CASES)
def test_a_project_covers_what_is_known_of_it_and_on_which_basis(case: str) -> None:
    turtle, expected = CASES[case]
    made = territories(filled(turtle), RULES)
    assert set(coverages(made)) == expected
    covered = {t.object.value for t in made if t.predicate.value == DEF + "coversTerritory"}  # type: ignore[union-attr]
    stated = set(filled(turtle).quads_for_pattern(None, None, None))
    before = {q.object.value for q in stated if q.predicate.value == DEF + "coversTerritory"}
    assert covered | before >= {ID + "place/" + territory for territory, _, _ in expected}


@pytest.mark.parametrize(
    ("place", "territory"),
    [
        ("gdansk", "gdansk-district"),
        ("gdansk-district", "gdansk-district"),
        ("krakow", "malopolskie"),
        ("pomorskie", "pomorskie"),
        ("poland", "poland"),
        ("baltic-sea", None),
    ],
)
def test_a_place_is_in_the_smallest_territory_around_it(place: str, territory: str | None) -> None:
    made = territories(filled(""), RULES)
    found = {
        t.object.value.removeprefix(ID + "place/")  # type: ignore[union-attr]
        for t in made
        if t.predicate.value == DEF + "withinTerritory" and t.subject.value == f"{ID}place/{place}"
    }
    assert found == ({territory} if territory else set())


def test_the_store_is_left_as_it_was_and_working_terms_are_never_published() -> None:
    store = filled(part("office") + "<project/p> koi:coversTerritory <place/poland> .")
    before = set(store)
    made = territories(store, RULES)
    assert set(store) == before
    assert made
    assert not [t for t in made if WORKING in str(t)]
    assert made == territories(store, RULES)


@pytest.mark.parametrize(
    ("query", "words"), [("CONSTRUCT {", "is broken"), ("SELECT * WHERE { ?s ?p ?o }", "is no CONSTRUCT query")]
)
def test_a_broken_rule_is_named_and_the_store_left_as_it_was(tmp_path: Path, query: str, words: str) -> None:
    rule = tmp_path / "territory-8-mine.rq"
    rule.write_text(query)
    store = filled(part("office"))
    before = set(store)
    with pytest.raises(VocabularyError, match=words) as caught:
        territories(store, [*RULES, rule])
    assert str(rule) in str(caught.value)
    assert set(store) == before


def test_a_rule_reads_only_what_is_in_the_default_graph(tmp_path: Path) -> None:
    rule = tmp_path / "territory-1.rq"
    rule.write_text("CONSTRUCT { ?s <urn:x:was> ?o } WHERE { ?s <urn:x:is> ?o }")
    store = Store()
    store.load(b"<urn:a> <urn:x:is> <urn:b> <urn:graph> .", format=RdfFormat.N_QUADS)
    assert territories(store, [rule]) == []
