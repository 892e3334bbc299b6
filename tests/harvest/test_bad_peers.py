"""Peers that lie, stall, loop, break off, swell, lead astray or vanish: refused, and all stays as it was."""

import gzip
import socket
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from building import World
from harvest.peers import THING, Peer, gone, member, node, peering
from harvest.test_following_streams import FOLLOW, LATER, add, kept, update
from koinon.build.registry.harvest.asking import LARGEST
from koinon.build.registry.options import Options
from koinon.model.errors import SourceError
from registering import Desk

GOOD = member(1, "ada", "Ada")


@pytest.fixture
def good(world: World, peer: Peer) -> Peer:
    """A peer that was good so far."""
    peer.lasting("/p1", node(members=GOOD))
    peer.say("/s", node("/p1"))
    add(world, peer)
    return peer


@pytest.fixture
def published(world: World, good: Peer) -> Peer:
    """A good peer whose source is in the release."""
    Desk(world).registry().accept("peer")
    assert world.build().published
    return good


def refusal(world: World, peer: Peer, **settings: object) -> SourceError:
    """What an update is refused for; nothing of what was good has changed."""
    before = Desk(world).registry().get("peer")
    content = kept(world)
    with pytest.raises(SourceError) as refused:
        update(world, peer, **settings)
    assert Desk(world).registry().get("peer") == before
    assert kept(world) == content
    return refused.value


def head(length: int, kind: str = "text/turtle") -> bytes:
    lines = ("HTTP/1.1 200 OK", f"Content-Type: {kind}", f"Content-Length: {length}", "Connection: close")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def test_a_peer_that_vanished_stays_in_the_release(world: World, published: Peer) -> None:
    before = world.hashes()["peer"]
    published.answers.clear()
    assert "404" in refusal(world, published).detail
    with peering() as other:
        other.say("/s", node(members=member(1, "bob", "Bob")))
        registry = Desk(world).registry(allowed_hosts=other.url, harvest_pause=0)
        registry.add("other", [other.url + "/s"], FOLLOW)
    with pytest.raises(SourceError) as refused:
        registry.update("other", [], Options())
    assert refused.value.rule == "fetch"
    world.build()
    assert world.hashes()["peer"] == before


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_peer_that_stalls_is_left_in_time(world: World, good: Peer, part: str) -> None:
    def stall(line: socket.socket, _: bytes) -> None:
        if part == "body":
            line.sendall(head(5000))
        for _ in range(40):
            line.sendall(b"x")
            time.sleep(0.05)

    good.answers["/s"] = stall
    begun = time.monotonic()
    assert "KOINON_FETCH_TIMEOUT" in refusal(world, good, fetch_timeout=0.4).detail
    assert time.monotonic() - begun < 20


def test_a_peer_that_drips_page_after_page_is_left_in_time(world: World, good: Peer) -> None:
    def drip(line: socket.socket, asked: bytes) -> None:
        time.sleep(0.1)
        number = int(asked.split(b"/q")[1].split(b" ")[0]) if b"/q" in asked else 0
        body = node(f"/q{number + 1}").encode()
        line.sendall(head(len(body)) + body)

    good.answers["/s"] = good.otherwise = drip
    refused = refusal(world, good, harvest_timeout=1)
    assert (refused.rule, "KOINON_HARVEST_TIMEOUT" in refused.detail) == ("time", True)


def test_pages_that_lead_to_each_other_are_read_once(world: World, good: Peer) -> None:
    good.say("/p2", node("/s", "/p3", members=member(2, "eve", "Eve")))
    good.say("/p3", node("/p2", "/p3"))
    good.say("/s", node("/p1", "/p2"))
    good.asked.clear()
    assert update(world, good).changed
    assert len(good.asked) == 4


def test_pages_without_end_are_bounded(world: World, good: Peer) -> None:
    def more(line: socket.socket, asked: bytes) -> None:
        number = int(asked.split(b"/q")[1].split(b" ")[0]) if b"/q" in asked else 0
        body = node(f"/q{number + 1}").encode()
        line.sendall(head(len(body)) + body)

    good.answers["/s"] = good.otherwise = more
    good.asked.clear()
    refused = refusal(world, good, harvest_requests=20)
    assert (refused.rule, len(good.asked) <= 20) == ("requests", True)


def test_a_page_that_leads_to_a_hundred_thousand_is_not_followed(world: World, good: Peer) -> None:
    good.say("/s", node(*(f"/q{number}" for number in range(5000))))
    good.asked.clear()
    assert refusal(world, good, harvest_requests=100).rule == "requests"
    assert len(good.asked) <= 100


# Where the length that is told is that of the half, only the members show it.
HALVES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut by the line": (lambda body: head(len(body)) + body[:-40], "fetch"),
    "cut in the text": (lambda body: head(len(body) - 40) + body[:-40], "syntax"),
    "cut between members": (lambda body: head(body.rindex(b"<https")) + body[: body.rindex(b"<https")], "member"),
    "cut in a member": (
        lambda body: head(body.rindex(b"</v/")) + body[: body.rindex(b"</v/")],
        "member",
    ),
}


@pytest.mark.parametrize("how", HALVES)
def test_half_a_page_is_no_page(world: World, good: Peer, how: str) -> None:
    cut, rule = HALVES[how]
    body = node(members=member(7, "eve", "Eve")).encode()
    good.answers["/p2"] = lambda line, _: line.sendall(cut(body))
    good.say("/s", node("/p1", "/p2"))
    assert refusal(world, good).rule == rule


def test_a_page_that_changes_although_it_never_does(world: World, good: Peer) -> None:
    good.lasting("/p1", node(members=member(1, "ada", "Somebody else")))
    for _ in range(2):
        refused = refusal(world, good)
        assert refused.rule == "changed-page"
        assert "--anew" in refused.detail
    assert update(world, good, anew="yes").changed
    assert "Somebody else" in kept(world)


def test_a_clock_in_2099_hides_nothing(world: World, good: Peer) -> None:
    good.say("/s", node("/p1", members=member(2, "ada", "From the future", "2099-01-01T00:00:00Z")))
    assert refusal(world, good).rule == "clock"
    good.say("/s", node("/p1", members=member(3, "ada", "From today", LATER)))
    assert update(world, good).changed
    assert "From today" in kept(world)


@pytest.mark.parametrize("when", ["yesterday", "", "0000-99-99", "9" * 5000])
def test_a_time_that_is_none(world: World, good: Peer, when: str) -> None:
    good.say("/s", node("/p1", members=member(2, "ada", "Ada", when)))
    assert refusal(world, good).rule == "member"


def test_a_page_of_ten_gigabytes_is_not_read_to_its_end(world: World, good: Peer) -> None:
    sent = 0

    def swell(line: socket.socket, _: bytes) -> None:
        nonlocal sent
        line.sendall(head(10 * 2**30))
        while True:
            sent += line.send(b"#" * 2**20)

    good.answers["/s"] = swell
    assert refusal(world, good).rule == "size"
    assert sent < LARGEST + 64 * 2**20


def test_many_pages_together_are_bounded_too(world: World, good: Peer) -> None:
    filler = "# " + "x" * 100_000 + "\n"
    for number in range(10):
        good.say(f"/q{number}", filler)
    good.say("/s", node("/p1", *(f"/q{number}" for number in range(10))))
    assert refusal(world, good, max_source=500_000).rule == "size"


def test_a_peer_that_leads_to_another_host_is_not_followed(world: World, good: Peer) -> None:
    with peering() as inner:
        inner.say("/s", node(members=GOOD))
        for target in (
            inner.url + "/s",
            "http://localhost:1/",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
        ):
            good.say("/s", "", "302 Found", Location=target)
            assert refusal(world, good).rule in {"redirect", "host-not-allowed"}
            good.say("/s", node("/p1", target))
            assert refusal(world, good).rule in {"redirect", "host-not-allowed"}
        assert inner.asked == []


def test_what_is_no_stream(world: World, good: Peer) -> None:
    good.say("/s", "<html>", Content_Type="text/html")
    assert refusal(world, good).rule == "media-type"
    good.say("/s", "this is no turtle")
    assert refusal(world, good).rule == "syntax"


def test_an_empty_stream_empties_nothing(world: World, good: Peer) -> None:
    good.say("/s", node("/p1", members=gone(2, "ada", LATER)))
    refused = refusal(world, good)
    assert (refused.rule, "withdraw" in refused.detail) == ("nothing", True)


def test_a_busy_peer_is_asked_again_as_late_as_it_says(world: World, good: Peer) -> None:
    times: list[float] = []
    body = node("/p1", members=member(2, "eve", "Eve")).encode()

    def busy(line: socket.socket, _: bytes) -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            line.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            line.sendall(head(len(body)) + body)

    good.answers["/s"] = busy
    assert update(world, good).changed
    assert times[1] - times[0] >= 1


@pytest.mark.parametrize("wait", ["86400", "Fri, 01 Jan 2099 00:00:00 GMT"])
def test_a_peer_that_wants_to_be_waited_for_too_long(world: World, good: Peer, wait: str) -> None:
    good.say("/s", "", "429 Too Many", Retry_After=wait)
    assert refusal(world, good).rule == "busy"


def test_a_peer_that_lies_takes_over_nothing(world: World, published: Peer) -> None:
    lies = (
        "</s> tree:member </v/5> . </v/5> dct:isVersionOf <https://w3id.org/koinon/id/place/poland> ; "
        f'dct:modified "{LATER}" ; foaf:topic <https://w3id.org/koinon/id/place/poland> , '
        "<https://w3id.org/koinon/def#Project> , <https://w3id.org/koinon/graph/place> .\n"
        "<https://w3id.org/koinon/id/place/poland> a org:Organization ; skos:prefLabel 'Ours now'@en ; "
        "<https://w3id.org/koinon/def#nutsLevel> 3 .\n"
        "<https://w3id.org/koinon/def#Project> skos:prefLabel 'Nothing'@en .\n"
        "<https://w3id.org/koinon/graph/place> skos:prefLabel 'Mine'@en .\n"
    )
    others = {slug: sha for slug, sha in world.hashes().items() if slug not in {"peer", "territory", "catalogue"}}
    published.say("/s", node("/p1", members=lies))
    update(world, published)
    assert "Ours now" not in kept(world)
    Desk(world).registry().accept("peer")
    world.build()
    now = world.hashes()
    assert {slug: now[slug] for slug in others} == others
    said = world.current.graph_file("peer").read_text("utf-8")
    assert "nutsLevel" not in said
    assert f"<{THING}ada>" in said


def test_what_breaks_the_shapes_is_judged_like_any_source(world: World, good: Peer) -> None:
    bad = member(2, "eve", "Eve") + f'<{THING}eve> <https://schema.org/foundingDate> "no day at all" .\n'
    good.say("/s", node("/p1", members=bad))
    update(world, good)
    _, checked = Desk(world).registry().check("peer")
    assert checked.findings


@pytest.mark.parametrize("way", ["dump", "jsonld"])
def test_a_dump_or_page_that_swells_or_unpacks_without_end(world: World, peer: Peer, way: str) -> None:
    bomb = gzip.compress(b"# " + b"x" * 40_000_000 + b"\n")
    peer.say("/d.nt.gz", bomb, Content_Type="application/gzip")
    peer.say("/page", "[" * 200_000, Content_Type="application/ld+json")
    registry = Desk(world).registry(allowed_hosts=peer.url, harvest_pause=0, max_source=1_000_000)
    address = peer.url + ("/d.nt.gz" if way == "dump" else "/page")
    with pytest.raises(SourceError) as refused:
        registry.add("peer", [address], replace(FOLLOW, harvest=way))
    assert refused.value.rule == ("size" if way == "dump" else "syntax")


def test_a_context_of_another_is_never_fetched(world: World, peer: Peer) -> None:
    with peering() as other:
        other.say("/c.jsonld", '{"@context": {}}')
        page = '{"@context": "' + other.url + '/c.jsonld", "@id": "https://w3id.org/koinon/id/organisation/peer-x"}'
        peer.say("/page", page, Content_Type="application/ld+json")
        registry = Desk(world).registry(allowed_hosts=f"{peer.url}, {other.url}", harvest_pause=0)
        with pytest.raises(SourceError) as refused:
            registry.add("peer", [peer.url + "/page"], replace(FOLLOW, harvest="jsonld"))
        assert refused.value.rule == "remote-context"
        assert other.asked == []


def test_an_endpoint_that_cuts_its_answers_is_noticed(world: World, peer: Peer) -> None:
    def endpoint(line: socket.socket, asked: bytes) -> None:
        if b"COUNT" in asked:
            body, kind = b'{"results": {"bindings": [{"n": {"value": "3"}}]}}', "application/sparql-results+json"
        else:
            body, kind = f"<{THING}a> a <http://www.w3.org/ns/org#Organization> .\n".encode(), "text/turtle"
        line.sendall(head(len(body), kind) + body)

    peer.otherwise = endpoint
    registry = Desk(world).registry(allowed_hosts=peer.url, harvest_pause=0)
    with pytest.raises(SourceError) as refused:
        registry.add("peer", [peer.url + "/sparql"], replace(FOLLOW, harvest="sparql"))
    assert refused.value.rule == "incomplete"
