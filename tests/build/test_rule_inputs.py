"""A changed statement reaches all projects of which the rules of territory may now say something else, no other."""

from pyoxigraph import RdfFormat, Store

from koinon.build.rule_inputs import concerned
from koinon.model.namespaces import DCT, DEF, ID, M8G, SCHEMA

PREFIXES = f"@prefix dct: <{DCT}> . @prefix koi: <{DEF}> . @prefix m8g: <{M8G}> . @prefix schema: <{SCHEMA}> ."
WORLD = f"""@base <{ID}> . {PREFIXES}
<place/poland> a dct:Location .
<place/pomorskie> a dct:Location ; dct:isPartOf <place/poland> .
<place/gdansk> a dct:Location ; dct:isPartOf <place/pomorskie> .
<organisation/office> koi:locatedIn <place/gdansk> .
<project/by-seat> a koi:Project ; m8g:hasParticipation <project/by-seat#lead> .
<project/by-seat#lead> m8g:hasParticipant <organisation/office> .
<event/meeting> a koi:Event ; schema:location <place/gdansk> ; koi:partOfProject <project/by-event> .
<project/by-event> a koi:Project .
<place/sicily> a dct:Location .
<project/elsewhere> a koi:Project ; koi:coversTerritory <place/sicily> .
"""


def said(turtle: str) -> Store:
    store = Store()
    store.load(turtle.encode(), RdfFormat.TURTLE)
    return store


def line(subject: str, predicate: str, value: str) -> bytes:
    return f"<{ID}{subject}> <{predicate}> <{ID}{value}> .\n".encode()


def names(found: tuple[list[str], list[str]] | None) -> tuple[list[str], list[str]]:
    assert found is not None
    projects, places = ([iri.removeprefix(ID) for iri in part] for part in found)
    return projects, places


def test_a_place_that_moves_takes_all_that_is_in_it_along_over_several_steps() -> None:
    moved = [line("place/pomorskie", DCT + "isPartOf", "place/poland")]
    projects, places = names(concerned(moved, [said(WORLD)]))
    assert projects == ["project/by-event", "project/by-seat"]
    assert places == ["place/gdansk", "place/pomorskie"]


def test_an_event_concerns_its_own_project_alone() -> None:
    held = [line("event/meeting", SCHEMA + "location", "place/gdansk")]
    assert names(concerned(held, [said(WORLD)])) == (["project/by-event"], [])


def test_what_only_the_release_before_said_concerns_too() -> None:
    after = WORLD.replace("koi:locatedIn <place/gdansk>", "koi:locatedIn <place/sicily>")
    gone = [line("organisation/office", DEF + "locatedIn", "place/gdansk")]
    assert names(concerned(gone, [said(after), said(WORLD)]))[0] == ["project/by-seat"]


def test_what_the_rules_do_not_read_concerns_nothing() -> None:
    renamed = [line("project/by-seat", DEF + "fundedUnder", "programme/any")]
    assert names(concerned(renamed, [said(WORLD)])) == ([], [])
