"""Records that are taken over from the run before are those that are made from nothing, whatever changed."""

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest

from koinon.build.linking import known_records as module
from koinon.build.linking.described import Described, described_in
from koinon.build.linking.known_records import Known, known_records, look_up, sections
from koinon.build.linking.recording import Spoken, records_of
from koinon.build.linking.remembered import Said, said_text
from koinon.link.records import Record
from koinon.model.namespaces import ADMS, CODE, DCT, DEF, ID, M8G, ORG, RDF, SKOS

GRAPHS = ("a-register", "b-list", "c-page", "d-reference")
AWKWARD = ('Said "}],["', "}],[[}]],[", "line\u2028end", "Ωmega ]]", "back\\\\slash")


def lines_of(slug: str, dice: random.Random) -> list[str]:
    """What a graph says: own organisations, others', numbers, wholes, participations, sometimes places."""
    found = []
    for number in dice.sample(range(12), dice.randrange(8)):
        thing = f"<{ID}organisation/{dice.choice(GRAPHS)}-{number}>"
        if dice.random() < 0.8:
            found.append(f"{thing} <{RDF}type> <{ORG}Organization> .")
        name = dice.choice((f"Office {number}", f"The Office {number} of Gdańsk", *AWKWARD))
        found.append(f"{thing} <{SKOS}{dice.choice(('prefLabel', 'altLabel'))}> {Quoted(name)}@en .")
        if slug == "a-register":
            found.append(f'{thing[:-1]}#n> <{SKOS}notation> "{number}" .')
            found.append(f'{thing[:-1]}#n> <{ADMS}schemeAgency> "R" .')
        if dice.random() < 0.4:
            found.append(f"{thing} <{DEF}locatedIn> <{ID}place/{dice.choice('xy')}> .")
        if dice.random() < 0.3:
            found.append(f"<{ID}project/{number}#p> <{M8G}hasParticipant> {thing} .")
        if dice.random() < 0.2:
            found.append(f"{thing} <{ORG}unitOf> <{ID}organisation/a-register-1> .")
    if slug == "d-reference":
        for name in "xy"[: dice.choice((1, 2, 2, 2, 2))]:
            found.append(f"<{ID}place/{name}> <{RDF}type> <{DCT}Location> .")
            found.append(f"<{ID}place/{name}> <{DCT}type> <{CODE}place-type/city> .")
            found.append(f'<{ID}place/{name}> <{SKOS}prefLabel> "Town {name}"@en .')
    return sorted(set(found))


class Quoted(str):
    """A text as N-Triples write it."""

    def __format__(self, spec: str) -> str:
        """Return it in quotation marks."""
        return '"' + self.replace("\\", "\\\\").replace('"', '\\"') + '"'


def said_by(slug: str, dice: random.Random, folder: Path) -> Said:
    path = folder / f"{slug}.nt"
    path.write_text("".join(f"{line}\n" for line in lines_of(slug, dice)), "utf-8")
    text = said_text(*described_in(path))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Said(digest, digest, text)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_change_the_records_are_those_from_nothing(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)  # noqa: S311  data that can be drawn again
    said: dict[str, Said] = {}
    before: dict[str, Said] = {}
    kinds = {"a-register": "external", "b-list": "external", "c-page": "page", "d-reference": "reference"}
    known: Known | None = None
    for _ in range(20):
        for slug in dice.sample(GRAPHS, dice.choice((0, 1, 1, 1, 2))):
            said.pop(slug, None)
            if dice.random() < 0.85:
                said[slug] = said_by(slug, dice, tmp_path)
        if dice.random() < 0.05:
            kinds["b-list"] = dice.choice(("external", "page"))
        now = {slug: kinds[slug] for slug in said}
        found, anew = known_records(said, now, before, known), known_records(said, now, {}, None)
        assert list(found.records) == list(anew.records)
        assert [one.key for one in found.records] == [one.key for one in anew.records]
        assert found.text == anew.text
        known, before = Known.read(found.text), dict(said)
        assert known is not None
        assert list(known.records) == list(anew.records)


def test_a_change_of_one_name_puts_no_other_record_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(3)  # noqa: S311  data that can be drawn again
    kinds = dict.fromkeys(GRAPHS, "external")
    said = {slug: said_by(slug, dice, tmp_path) for slug in GRAPHS}
    known = known_records(said, kinds, {}, None)
    text = said["a-register"].text
    assert "Office" in text
    other = replace(said["a-register"], text=text.replace("Office", "Bureau", 1), digest="another")
    asked: list[list[Record]] = []

    def asking(spoken: list[Spoken], apart: dict[str, bool] | None = None) -> list[Record]:
        asked.append(records_of(spoken, apart))
        return asked[-1]

    monkeypatch.setattr(module, "records_of", asking)
    after = known_records(said | {"a-register": other}, kinds, said, known)
    assert [len(found) for found in asked] == [1]
    assert [record.iri for record in after.records] == [record.iri for record in known.records]


def test_whatever_stands_in_names_each_thing_is_found_in_what_a_graph_says() -> None:
    things = [Described(f"{ID}{number:03}", {"names": [(text, "en")]}) for number, text in enumerate(AWKWARD * 9)]
    for organisations, places in ((things, things[:2]), (things, []), ([], things), ([], [])):
        text, rest = sections(said_text(organisations, places))
        found = {thing.iri: look_up(text, thing.iri) for thing in things}
        wanted = {thing.iri: {"names": [list(name) for name in thing.values["names"]]} for thing in organisations}
        assert {iri: values for iri, values in found.items() if values is not None} == wanted
        assert look_up(text, f"{ID}0005") is None
        assert rest.count(ID) == len(places)
