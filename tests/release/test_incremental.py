"""A release that is made from its parent's is, byte for byte, the one that a build from nothing makes.

Random changes are handed in one after the other: sources come, change, break, are left out in part, claim what is
others', and go. After each, the release is compared with the one that is built when nothing of the parent may be
taken over. ``KOINON_SEEDS`` (such as ``7`` or ``0-99``) chooses other sequences.
"""

import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from building import PLACE, PREFIXES, World, manifest
from koinon.build import pipeline, writing
from koinon.build.candidate import Candidate
from koinon.build.graphs import GraphFile
from koinon.build.sources import Source
from koinon.build.verdicts import FILE as VERDICTS
from koinon.build.verifying import verify_release
from koinon.model.namespaces import DEF
from koinon.release.contents import FILE as CONTENTS
from koinon.release.current import Release
from koinon.release.relations import FILE as RELATIONS
from koinon.release.search_index import FOLDER as SEARCH

STEPS = 12
NAMES = tuple(f"n{number}" for number in range(1, 6))
QUANTITY = NamedNode(DEF + "quantity")
SEEDS = os.environ.get("KOINON_SEEDS", "1")

PLACES = (
    "<place/sopot> a dct:Location ; skos:prefLabel 'Sopot'@en ; dct:type place-type:city ; "
    "dct:isPartOf <place/pomorskie> .",
    "<place/mazowieckie> a koi:Territory , dct:Location ; skos:prefLabel 'Mazowieckie'@en ; koi:nutsLevel 2 ; "
    "dct:type place-type:nuts-2 ; dct:isPartOf <place/poland> .",
    "<place/warsaw> a dct:Location ; skos:prefLabel 'Warsaw'@en ; dct:type place-type:city ; "
    "dct:isPartOf <place/mazowieckie> .",
    "<place/gdansk> skos:altLabel 'Danzig'@de .",
    "<place/gdansk> skos:altLabel 'Gedania'@la .",
)
PARTS = (
    "<organisation/{me}-2> a org:Organization ; skos:prefLabel 'Second of {me}'@en ; "
    "org:classification actor-type:association ; koi:locatedIn <place/sopot> .",
    "<organisation/{me}> koi:locatedIn <place/gdansk> .",
    "<organisation/{me}> koi:locatedIn <place/warsaw> .",
    "<organisation/{me}> org:unitOf <organisation/{other}> .",
    "<organisation/{me}> koi:cooperatesWith <organisation/{other}-2> .",
    "<organisation/{me}> a koi:Network ; org:hasMember <organisation/{other}> , <organisation/{me}> .",
    "<organisation/{other}> a org:Organization ; skos:altLabel 'Known to {me}'@en .",
    "<organisation/{other}-2> a org:Organization ; skos:altLabel 'Second, to {me}'@en .",
    "<organisation/{other}> a koi:Project .",
    "<organisation/nobody> a org:Organization ; skos:altLabel 'Nobody'@en .",
    "<project/{me}> koi:coversTerritory <place/pomorskie> .",
    "<project/{me}> koi:coversTerritory <place/warsaw> .",
    "<project/{me}> m8g:hasParticipation <project/{me}#them> . <project/{me}#them> a koi:ProjectParticipation , "
    "m8g:Participation ; m8g:role role:partner ; m8g:hasParticipant <organisation/{other}> .",
    "<project/{me}> m8g:hasParticipation <project/{me}#odd> . <project/{me}#odd> a koi:ProjectParticipation , "
    "m8g:Participation ; m8g:role role:partner ; m8g:hasParticipant <place/{place}> .",
    "<event/{me}> a koi:Event ; skos:prefLabel 'Meeting of {me}'@en ; dct:type event-type:partner-meeting ; "
    "koi:partOfProject <project/{me}> ; schema:location <place/{place}> ; "
    "schema:startDate '2024-06-10'^^xsd:date .",
    "<event/{me}-part> a koi:Event ; skos:prefLabel 'Part of {me}'@en ; dct:type event-type:partner-meeting ; "
    "dct:isPartOf <event/{me}> ; schema:location <place/warsaw> ; schema:startDate '2024-06-10'^^xsd:date .",
    "<organisation/shared> a org:Organization ; skos:prefLabel 'Whose?'@en ; "
    "org:classification actor-type:association .",
    "<organisation/{me}> foaf:homepage 'no address' .",
    "<organisation/{me}-3> a org:Organization .",
    "<organisation/{me}> koi:cooperatesWith <organisation/{me}-4> .",
    "<organisation/{me}> org:classification actor-type:nonsense .",
    "<project/{other}> skos:altLabel 'A project that {me} knows'@en .",
    "<organisation/{me}> koi:quantity {number} .",
    "<organisation/{other}> koi:quantity {number} .",
)
NUMBERS = (254, 255, 256, 300, 511, 512, 700)
"""The engine looks 255 and 511 up among those after them."""


def graph_of(me: str, dice: random.Random) -> str:
    base = (
        f'<document/{me}> a foaf:Document ; skos:prefLabel "Register {me}"@en . '
        f'<organisation/{me}> a org:Organization ; skos:prefLabel "Body {me} {dice.randrange(3)}"@en ; '
        f"org:classification actor-type:association . <project/{me}> a koi:Project ; "
        f'skos:prefLabel "Project {me}"@en ; m8g:hasParticipation <project/{me}#us> . '
        f"<project/{me}#us> a koi:ProjectParticipation , m8g:Participation ; m8g:role role:partner ; "
        f"m8g:hasParticipant <organisation/{me}> ."
    )
    chosen = dice.sample(PARTS, k=dice.randrange(6))
    places = ("gdansk", "sopot", "poland", "warsaw")
    parts = (
        part.format(
            me=me,
            other=dice.choice([name for name in NAMES if name != me]),
            place=dice.choice(places),
            number=dice.choice(NUMBERS),
        )
        for part in chosen
    )
    return "\n".join((PREFIXES, base, *parts)).replace("'", '"')


def hand_in(world: World, slug: str, dice: random.Random) -> None:
    if slug in {"place", "more-places"}:
        mints = (f"document/reference-{slug}", *(["place/*"] if slug == "place" else []))
        extra = "\n".join(dice.sample(PLACES, k=dice.randrange(len(PLACES))))
        base = f'{PREFIXES} <document/reference-{slug}> a foaf:Document ; skos:prefLabel "More"@en .'
        only_labels = "\n".join(line for line in extra.splitlines() if "altLabel" in line)
        graph = PLACE + extra if slug == "place" else f"{base}\n{only_labels}"
        text = manifest(slug, "reference", globs=mints)
        policy = ""
    else:
        mints = tuple(f"{kind}/{slug}*" for kind in ("document", "organisation", "project", "event"))
        text = manifest(slug, globs=(*mints, "organisation/shared"))
        graph = graph_of(slug, dice)
        policy = 'policy = "record"\n' if dice.random() < 0.6 else ""
    if dice.random() < 0.1:
        graph = "broken"
    world.put(slug, {"source.toml": policy + text, "graph.ttl": graph.replace("'", '"')})


def change(world: World, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        slug = dice.choice((*NAMES, *NAMES, "place", "more-places"))
        if slug in NAMES and dice.random() < 0.15:
            shutil.rmtree(world.sources / slug, ignore_errors=True)
        else:
            hand_in(world, slug, dice)


def from_nothing(world: World, root: Path) -> World:
    """Return a copy of the world of whose release nothing may be taken over but what refused sources keep."""
    shutil.copytree(world.root, root, symlinks=True)
    other = World(root)
    for name in ("seal.json", VERDICTS):
        (other.current.path / name).unlink()
    return other


def contents(release: Release) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of the tables that are changed row by row."""
    rows: dict[str, list[tuple[object, ...]]] = {}
    for file in (CONTENTS, RELATIONS):
        with closing(sqlite3.connect(release.path / file)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in found:
                rows[f"{file} {name}"] = sorted(connection.execute(f"SELECT * FROM {name}"))  # noqa: S608
    return rows


def files(release: Release) -> dict[str, bytes]:
    """Return all files that are the same wherever the release was made."""
    found = (
        path for path in release.path.rglob("*") if path.is_file() and path.parent.name not in {"store", SEARCH}
    )
    return {
        str(path.relative_to(release.path)): path.read_bytes()
        for path in found
        if path.name not in {"seal.json", CONTENTS, RELATIONS}
    }


def read(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that the slug of each source goes to that the builds to come read."""
    slugs: list[str] = []
    make = pipeline.make_candidate

    def noted(source: Source, *others: object) -> Candidate:
        slugs.append(source.slug)
        return make(source, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "make_candidate", noted)
    return slugs


def written_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that the id of each release goes to that takes nothing over from its parent's store."""
    identifiers: list[str] = []
    write = writing._write_anew

    def noted(folder: Path, inputs: writing.Inputs, links: list[GraphFile]) -> list[GraphFile]:
        identifiers.append(inputs.id)
        return write(folder, inputs, links)

    monkeypatch.setattr(writing, "_write_anew", noted)
    return identifiers


def name(world: World, slug: str, old: str, new: str) -> None:
    graph = world.sources / slug / "graph.ttl"
    text = graph.read_text()
    assert old in text
    graph.write_text(text.replace(old, new))


def test_what_did_not_change_is_not_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.build()
    slugs = read(world, monkeypatch)
    assert not world.build().published
    assert slugs == []
    name(world, "neighbour", "The patient", "Our project")
    assert world.build().published
    assert slugs == ["neighbour"]


def test_who_mentions_a_thing_is_judged_again_when_the_thing_becomes_something_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.build()
    slugs = read(world, monkeypatch)
    name(world, "neighbour", "a org:Organization", "a org:Organization , koi:Network")
    world.build()
    assert slugs == ["neighbour"]
    slugs.clear()
    name(world, "place", "<place/gdansk> a dct:Location", "<place/gdansk> a dct:Location , koi:Territory")
    world.build()
    assert sorted(set(slugs)) == ["patient", "place"]


def test_a_changed_shape_judges_every_source_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.build()
    slugs = read(world, monkeypatch)
    shapes = world.assets.shapes
    real = shapes.resolve()
    shapes.unlink()
    shutil.copytree(real, shapes)
    first = sorted(shapes.glob("*.ttl"))[0]
    first.write_text(first.read_text() + "\n# as before, in other words\n")
    world.build()
    assert slugs == ["neighbour", "patient", "place"]


def test_nothing_is_taken_over_from_a_release_that_somebody_touched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.build()
    slugs = read(world, monkeypatch)
    os.utime(world.current.path / "graphs" / "patient.nt")
    name(world, "neighbour", "The patient", "Our project")
    world.build()
    assert slugs == ["neighbour", "patient", "place"]
    assert verify_release(world.current) == []


@pytest.mark.parametrize(("before", "after"), [(255, 300), (511, 512), (300, 255), (255, 256)])
def test_a_number_that_changes_leaves_nothing_behind(
    world: World, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    text = graph.read_text() + "\n<organisation/neighbour> koi:quantity {} ."
    graph.write_text(text.format(before))
    world.build()
    anew = written_anew(monkeypatch)
    graph.write_text(text.format(after))
    assert world.build().published
    assert anew == []
    assert verify_release(world.current) == []
    raw = world.current.open().raw
    held = {quad.object.value for quad in raw if quad.predicate == QUANTITY}
    assert held == {str(after)}


def test_a_removed_statement_that_is_still_in_the_store_is_found(world: World) -> None:
    world.build()
    one = NamedNode("https://w3id.org/koinon/id/organisation/neighbour")
    store = Store(str(world.current.store))
    store.add(Quad(one, QUANTITY, Literal(255), DefaultGraph()))
    store.flush()
    del store
    assert verify_release(world.current) == ["the store's default graph is not the union of all graphs"]


def seeds() -> range:
    first, _, last = SEEDS.partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", seeds())
def test_any_sequence_of_changes_makes_the_releases_that_builds_from_nothing_make(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  data that can be drawn again
    shutil.rmtree(world.sources / "neighbour")
    for slug in (*NAMES, "more-places"):
        hand_in(world, slug, dice)
    world.build()
    anew = written_anew(monkeypatch)
    for step in range(STEPS):
        change(world, dice)
        other = from_nothing(world, tmp_path / f"other-{step}")
        place = f"seed {seed}, step {step}"
        made = world.build()
        assert anew == [], place  # or two builds from nothing would be compared
        wanted = other.build()
        assert anew == ([wanted.release] if wanted.published else []), place
        anew.clear()
        assert made.release == wanted.release, place
        assert made == wanted, place
        if made.published:
            mine, theirs = files(world.current), files(other.current)
            assert sorted(mine) == sorted(theirs), place
            assert not [name for name in mine if mine[name] != theirs[name]], place
            assert contents(world.current) == contents(other.current), place
            assert verify_release(world.current) == [], place
        shutil.rmtree(other.root)
