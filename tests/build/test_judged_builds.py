"""What people judged is what the next release says: links accepted, rejected, undone, withdrawn, and disputes."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode
from typer.testing import CliRunner

from building import PREFIXES, World, make_world, manifest
from koinon.build.following import remember_folders
from koinon.build.verifying import verify_release
from koinon.cli.app import app
from koinon.model.errors import ConfigurationError
from koinon.model.namespaces import DEF, OWL
from koinon.release.disputes import ACCEPTED_FILE, State, decide, dispute
from koinon.release.judgements import Verdict, judge, undo
from koinon.release.links import ACCEPTED, DISPUTED, PROPOSED, REJECTED, Link, Links, Run, write_links
from koinon.release.links import FILE as TABLE

LIKELY = DEF + "likelySameAs"
TOWNS = (
    ("Vejle", "Horsens"), ("Sopot", "Hel"), ("Rovinj", "Pazin"), ("Liepāja", "Cēsis"), ("Turku", "Oulu"),
    ("Cork", "Sligo"), ("Evora", "Faro"), ("Graz", "Linz"), ("Brno", "Zlín"), ("Gent", "Brugge"),
)  # fmt: skip
KINDS = (
    "Bakery", "Laundry", "Kindergarten", "Orchard", "Theatre",
    "Library", "Sawmill", "Vineyard", "Museum", "Pharmacy",
)  # fmt: skip


def organisations(slug: str, place: int) -> str:
    """Return a source in Turtle with ten organisations, each with a name like one of the other source."""
    lines = [f'<document/{slug}> a foaf:Document ; skos:prefLabel "{slug}"@en .']
    lines += [
        f"<organisation/{slug}-{number}> a org:Organization ; org:classification actor-type:cooperative ; "
        f'skos:prefLabel "Social {kind} of {towns[place]}"@en .'
        for number, (kind, towns) in enumerate(zip(KINDS, TOWNS, strict=True))
    ]
    return PREFIXES + "\n".join(lines)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("judged"))
    for place, slug in enumerate(("north", "south")):
        world.put(slug, {"source.toml": manifest(slug), "graph.ttl": organisations(slug, place)})
    report = world.build()
    assert not report.refused, report.lines(details=True)
    return world


def pairs() -> list[tuple[str, str]]:
    base = "https://w3id.org/koinon/id/organisation/"
    return [(f"{base}north-{number}", f"{base}south-{number}") for number in range(len(KINDS))]


def states(world: World) -> dict[tuple[str, str], Link]:
    links = Links.of(world.current.path)
    found = {(link.subject, link.object): link for link in links.everything()}
    links.close()
    return found


def test_a_reviewer_accepts_rejects_and_undoes_ten_links_and_the_next_release_shows_them(world: World) -> None:
    home, first = world.home, world.current.id
    accepted, rejected, undone, sure, argued = pairs()[:4], pairs()[4:7], pairs()[7:8], pairs()[8:9], pairs()[9:]
    for one, other in accepted:
        judge(home, "desk", one, other, Verdict.SAME, "seen in the register")
    for one, other in rejected:
        judge(home, "desk", other, one, Verdict.DIFFERENT)
    for one, other in undone:
        undo(home, "desk", judge(home, "desk", one, other, Verdict.SAME).sequence)
    for one, other in sure:
        judge(home, "desk", one, other, Verdict.SAME)
        judge(home, "registry", one, other, Verdict.SAME)
    for one, other in argued:
        judge(home, "desk", one, other, Verdict.SAME)
        judge(home, "registry", one, other, Verdict.DIFFERENT)
    before = states(world)
    world.build()
    assert world.current.id != first
    links = states(world)
    assert all((links[pair].state, links[pair].predicate) == (ACCEPTED, LIKELY) for pair in accepted)
    assert all(links[pair].reviewers == ("desk",) for pair in accepted)
    assert all(links[pair].state == REJECTED for pair in rejected)
    assert all(links[pair].state == DISPUTED for pair in argued)
    assert all((links[pair].state, links[pair].predicate) == (ACCEPTED, OWL + "sameAs") for pair in sure)
    assert [links.get(pair) for pair in undone] == [before.get(pair) for pair in undone]
    store = world.current.open()
    same = {(s.value, o.value) for s, _, o in store.triples(None, NamedNode(OWL + "sameAs"), None)}
    assert same == set(sure)
    assert not verify_release(world.current)


def test_the_same_judgements_give_the_same_release_and_one_more_another(world: World) -> None:
    first = world.current.id
    world.build()
    assert world.current.id == first
    one, other = pairs()[0]
    judge(world.home, "operator", one, other, Verdict.DIFFERENT, "one was dissolved")
    world.build()
    assert world.current.id != first
    assert states(world)[one, other].state == DISPUTED, "one word withdraws a link"
    assert PROPOSED not in {states(world)[pair].state for pair in pairs()[:7]}


def accept(world: World, pair: tuple[str, str]) -> None:
    """See to it that the link of a pair is accepted, by the word of one reviewer."""
    found = states(world).get(pair)
    if found is None or found.state != ACCEPTED:
        judge(world.home, "desk", *pair, Verdict.SAME, "seen in the register")
        world.build()


def said(world: World, *arguments: str) -> dict[str, Any]:
    command = ["link", *arguments, "--home", str(world.home.root), "--json"]
    done = CliRunner().invoke(app, command, env={"KOINON_ASSETS": str(world.root / "assets"), "KOINON_DUMPS": "no"})
    assert done.exit_code == 0, done.output or done.exception
    return dict(json.loads(done.stdout))


def test_one_command_takes_a_link_out_and_publishes_the_release_without_it(world: World) -> None:
    remember_folders(world.home, [world.sources])
    one, other = pairs()[1]
    accept(world, (one, other))
    accept(world, pairs()[2])
    link, first = states(world)[one, other], world.current.id
    assert link.state == ACCEPTED
    done = said(world, "withdraw", link.id, "--reason", "another town", "--as", "desk")
    assert (done["before"], done["after"]) == (ACCEPTED, REJECTED)
    assert done["release"] == world.current.id != first
    assert states(world)[one, other].state == REJECTED
    statement = (NamedNode(one), NamedNode(link.predicate), NamedNode(other))
    assert not list(world.current.open().triples(*statement)), "it is no statement of the release any more"
    others = {pair: found for pair, found in states(world).items() if pair != (one, other)}
    assert others[pairs()[2]].state == ACCEPTED
    arguments = ["link", "withdraw", link.id, "--reason", "again", "--home", str(world.home.root)]
    with pytest.raises(ConfigurationError, match="rejected already"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_a_run_of_the_linker_alone_says_what_the_next_release_would_link(world: World) -> None:
    assert said(world, "run")["changes"] == []
    one, other = pairs()[7]
    judge(world.home, "desk", one, other, Verdict.SAME, "seen in the register")
    first = world.current.id
    told = said(world, "run")
    assert [(c["subject"], c["object"], c["after"]) for c in told["changes"]] == [(one, other, ACCEPTED)]
    assert said(world, "run", "--anew")["changes"] == told["changes"], "what was compared before plays no part"
    assert world.current.id == first, "nothing is published"
    world.build()
    assert states(world)[one, other].state == ACCEPTED
    assert said(world, "run")["changes"] == []


def test_links_that_are_not_those_that_were_found_are_named_when_a_release_is_verified(world: World) -> None:
    accept(world, pairs()[2])
    release = world.current
    table, graph = release.path / TABLE, release.graph_file("links-identity")
    kept, triples = table.read_bytes(), graph.read_bytes()
    assert verify_release(release, world.assets) == []
    with closing(sqlite3.connect(table)) as connection:
        connection.execute("DELETE FROM link WHERE state = 'accepted'")
        connection.commit()
    assert verify_release(release, world.assets) == [
        f"the table of links ({TABLE}) is not the one that was written"
    ]
    write_links(table, (), Run("another", ""))
    problems = verify_release(release, world.assets)
    assert f"the graph links-identity does not follow from the table of links ({TABLE})" in problems
    table.unlink()
    assert verify_release(release, world.assets) == [f"the table of links ({TABLE}) is missing"]
    table.write_bytes(kept)
    graph.write_bytes(triples.replace(b'confidence> "0.99"', b'confidence> "1.99"'))
    assert any("one decimal number from 0 to 1" in problem for problem in verify_release(release, world.assets))
    graph.write_bytes(triples)
    assert verify_release(release, world.assets) == []


def test_an_accepted_dispute_is_in_the_next_release_and_an_open_one_is_not(world: World, tmp_path: Path) -> None:
    subject = pairs()[3][0]
    statement = (subject, "http://www.w3.org/2004/02/skos/core#prefLabel", '"Social Kindergarten"@en')
    said = dispute(world.home, "It has another name.", statement=statement)
    first = world.current.id
    world.build()
    assert world.current.id == first
    assert not (world.current.path / ACCEPTED_FILE).exists()
    decide(world.home, "desk", said.sequence, State.ACCEPTED)
    world.build()
    assert world.current.id != first
    assert "It has another name." in (world.current.path / ACCEPTED_FILE).read_text("utf-8")
