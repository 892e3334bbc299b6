"""An event stream is followed: only what is new is asked for, and of each thing the newest version counts."""

import time
from dataclasses import replace
from datetime import date

import pytest

from building import World
from harvest.peers import THING, Peer, gone, member, node
from koinon.build.registry.harvest.again import harvest_again
from koinon.build.registry.options import Options
from koinon.build.registry.purging import purge
from koinon.build.registry.registry import Change
from koinon.model.errors import SourceError
from koinon.web.sources.building import Building
from registering import OPTIONS, Desk

FOLLOW = replace(OPTIONS, title="Peer", mints=None, harvest="ldes")
LATER = "2026-02-01T00:00:00Z"


def add(world: World, peer: Peer, path: str = "/s", **settings: object) -> Change:
    registry = Desk(world).registry(allowed_hosts=peer.url, harvest_pause=0, **settings)
    return registry.add("peer", [peer.url + path], FOLLOW)


def update(world: World, peer: Peer, anew: str | None = None, **settings: object) -> Change:
    registry = Desk(world).registry(allowed_hosts=peer.url, harvest_pause=0, **settings)
    return registry.update("peer", [], Options(anew=anew))


def kept(world: World) -> str:
    """What is kept of the latest version."""
    file = Desk(world).registry().get("peer").latest.files[0]
    return (world.home.sources / "peer" / "raw" / file.sha256).read_text("utf-8")


def test_pages_that_never_change_are_asked_for_once(world: World, peer: Peer) -> None:
    peer.lasting("/p1", node(members=member(1, "ada", "Ada")))
    peer.lasting("/p2", node(members=member(2, "eve", "Eve")))
    peer.say("/s", node("/p1", "/p2"), ETag='"one"')
    add(world, peer)
    assert sorted(peer.asked) == ["/p1", "/p2", "/s"]
    peer.asked.clear()
    assert not update(world, peer).changed
    assert len(peer.asked) <= 2
    peer.lasting("/p3", node(members=member(3, "eve", "Eva", LATER)))
    peer.say("/s", node("/p1", "/p2", "/p3"), ETag='"two"')
    peer.asked.clear()
    assert update(world, peer).changed
    assert len(peer.asked) <= 3
    assert '"Eva"' in kept(world)
    assert '"Eve"' not in kept(world)


def test_the_newest_version_counts_in_whatever_order_they_come(world: World, peer: Peer) -> None:
    peer.say("/p1", node(members=member(9, "ada", "New", LATER) + gone(8, "eve", LATER)))
    peer.say("/p2", node(members=member(1, "eve", "Eve")))
    peer.say("/p3", node(members=member(2, "ada", "Old")))
    peer.say("/s", node("/p1", "/p2", "/p3"))
    add(world, peer)
    assert '"New"' in kept(world)
    assert '"Old"' not in kept(world)
    assert "peer-eve" not in kept(world)


def test_a_stream_whose_members_are_the_versions_themselves_is_read_too(world: World, peer: Peer) -> None:
    body = (
        f'</s> tree:member </v/1> . </v/1> dct:isVersionOf <{THING}ada> ; dct:modified "2026-01-01T00:00:00Z" ; '
        'a org:Organization ; skos:prefLabel "Ada"@en .'
    )
    peer.say("/s", node(members=body))
    add(world, peer)
    assert f'<{THING}ada> <http://www.w3.org/2004/02/skos/core#prefLabel> "Ada"@en .' in kept(world)
    assert "/v/1" not in kept(world)


def test_what_breaks_off_goes_on_where_it_was(world: World, peer: Peer) -> None:
    pages = [f"/p{number}" for number in range(8)]
    for number, path in enumerate(pages):
        peer.lasting(path, node(members=member(number, f"n{number}", str(number))))
    peer.say("/s", node(*pages))
    broken = peer.answers.pop("/p5")
    with pytest.raises(SourceError, match="404"):
        add(world, peer)
    peer.answers["/p5"] = broken
    peer.asked.clear()
    add(world, peer)
    assert peer.asked[:4] == ["/s", "/p5", "/p6", "/p7"]
    assert len(peer.asked) <= 5, "one page that was known is compared"
    assert kept(world).count("#type> <http://www.w3.org/ns/org#Organization>") == 8


def test_a_peer_is_told_who_asks(world: World, peer: Peer) -> None:
    peer.say("/s", node(members=member(1, "ada", "Ada")))
    add(world, peer, contact="https://example.org/desk")
    assert b"User-Agent: Koinon/" in peer.heads[0]
    assert b"https://example.org/desk" in peer.heads[0]


def test_all_that_are_due_are_asked_and_one_that_fails_keeps_no_other_from_its_turn(
    world: World, peer: Peer
) -> None:
    peer.say("/a", node(members=member(1, "ada", "Ada")))
    peer.say("/b", node(members=member(2, "bob", "Bob")))
    registry = Desk(world).registry(allowed_hosts=peer.url, harvest_pause=0)
    registry.add("a", [peer.url + "/a"], FOLLOW)
    registry.add("b", [peer.url + "/b"], FOLLOW)
    registry.add("c", [peer.url + "/b"], replace(FOLLOW, schedule="P1Y"))
    del peer.answers["/a"]
    peer.say("/b", node(members=member(2, "bob", "Bob") + member(3, "eve", "Eve")))
    turns = {turn.slug: turn for turn in harvest_again(registry, accept=True)}
    assert "404" in (turns["a"].problem or "")
    assert "c" not in turns
    assert turns["b"].change is not None
    assert turns["b"].change.source.accepted == turns["b"].change.source.latest
    assert [turn.problem is None for turn in turns.values()] == [False, True]


def test_a_service_asks_by_itself_for_what_is_due_and_was_accepted_once(world: World, peer: Peer) -> None:
    first, more = member(1, "ada", "Ada"), member(2, "eve", "Eve")
    names = ("due", "whenever", "never-accepted")
    registry = Desk(world).registry(allowed_hosts=peer.url, harvest_pause=0)
    for name in names:
        peer.say(f"/{name}", node(members=first))
        schedule = None if name == "whenever" else "P1D"
        options = replace(FOLLOW, schedule=schedule, received=date(2026, 1, 1))
        registry.add(name, [f"{peer.url}/{name}"], options)
    registry.accept("due")
    registry.accept("whenever")
    before = {name: registry.get(name).latest for name in names}
    for name in names:
        peer.say(f"/{name}", node(members=first + more))
    keeper = Building(registry.settings.model_copy(update={"assets": world.root / "assets"}))
    keeper.start()
    try:
        until = time.monotonic() + 120
        while registry.get("due").accepted == before["due"]:
            assert time.monotonic() < until, "nobody was asked"
            time.sleep(0.1)
    finally:
        keeper.stop()
    source = registry.get("due")
    assert (source.entries[-1].action, source.entries[-1].by) == ("accept", "schedule")
    assert source.accepted == source.latest != before["due"]
    assert all(registry.get(name).latest == before[name] for name in names[1:])


def test_purging_takes_along_what_is_known_of_the_stream(world: World, peer: Peer) -> None:
    peer.say("/s", node(members=member(1, "ada", "Ada Lovelace")))
    add(world, peer)
    folder = world.home.sources / "peer"
    assert (folder / "harvest.sqlite").is_file()
    Desk(world).registry().withdraw("peer", None)
    purge(world.home, "peer", "desk", None, wait=False)
    assert not folder.exists()
