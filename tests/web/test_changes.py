"""What changed, for people, programs and feed readers; and what differs between two releases."""

import time
from collections.abc import Iterator
from pathlib import Path

import feedparser
import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from building import World, make_world
from koinon.release.log import read_log
from small_release import service_on

NAMES = [f"neighbour-{number:03}" for number in range(130)]


def say(world: World, *lines: str) -> str:
    graph = world.sources / "neighbour" / "graph.ttl"
    kept = [line for line in graph.read_text().splitlines() if not line.endswith("# said")]
    graph.write_text("\n".join([*kept, *(f"{line} # said" for line in lines)]) + "\n")
    report = world.build()
    assert not report.refused, report.lines()
    return report.release


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three releases: one, one that brings many organisations, and one that takes one of them away."""
    world = make_world(tmp_path_factory.mktemp("changes"))
    world.build()
    many = [f'<organisation/{name}> a org:Organization ; skos:prefLabel "<{name}> & co"@en .' for name in NAMES]
    say(world, *many)
    say(world, *many[1:])
    return world


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[httpx.Client]:
    with service_on(world.home) as client:
        yield client


def ids(world: World) -> list[str]:
    return [entry.id for entry in read_log(world.home.log)]


def test_the_page_lists_the_newest_first_and_leads_to_all_of_it(client: httpx.Client) -> None:
    address, shown = "/changes", ""
    for _ in range(20):
        answer = client.get(address)
        assert answer.status_code == 200
        shown += answer.text
        if "next" not in answer.links:
            break
        address = answer.links["next"]["url"]
    assert shown.count("neighbour-000&gt;") == 2  # it came and it went
    for name in NAMES[1:]:
        assert shown.count(f"{name}&gt;") == 1
    assert shown.index('<span class="tag">removed') < shown.index('<span class="tag">new')
    assert "<neighbour" not in shown


def test_pages_can_be_followed_in_every_form(client: httpx.Client) -> None:
    address, versions = "/changes.ttl", set()
    for _ in range(20):
        answer = client.get(address)
        page = [quad.triple for quad in parse(answer.content, RdfFormat.TURTLE)]
        found = {t.subject.value for t in page if t.predicate.value.endswith("isVersionOf")}
        assert not versions & found
        versions |= found
        if "next" not in answer.links:
            break
        address = answer.links["next"]["url"]
    assert len(versions) > len(NAMES)
    assert client.get(next(iter(versions))).status_code == 200


def test_since_a_date_a_time_and_a_release(client: httpx.Client, world: World) -> None:
    def things(since: str) -> int:
        answer = client.get("/changes.ttl", params={"since": since})
        assert answer.status_code == 200, answer.text
        return answer.text.count("isVersionOf")

    _, second, third = ids(world)
    assert things(third) == things(third[:12]) == 0
    assert 0 < things(second) < 10
    assert things("2099-01-01") == 0
    assert things("2001-01-01") == things("2001-01-01T00:00:00Z") == 100
    assert things(read_log(world.home.log)[-1].published_at) >= 1


@pytest.mark.parametrize(
    "parameters",
    [
        {"since": "yesterday"},
        {"since": "2026-02-31"},
        {"since": "deadbeefdeadbeef"},
        {"after": "nonsense"},
        {"after": "-1-1"},
        {"class": "Project", "region": "pomorskie"},
    ],
)
def test_nonsense_is_refused_with_what_is_meant(client: httpx.Client, parameters: dict[str, str]) -> None:
    answer = client.get("/changes.jsonld", params=parameters)
    assert answer.status_code == 400
    assert any(word in answer.json()["detail"] for word in ("since takes", "after is taken", "one of"))


def test_a_slice_has_what_touches_it_alone(client: httpx.Client) -> None:
    answer = client.get("/changes.ttl", params={"class": "Project"})
    found = {
        t.object.value
        for t in (q.triple for q in parse(answer.content, RdfFormat.TURTLE))
        if "isVersionOf" in t.predicate.value
    }
    assert found
    assert all("/id/project/" in thing for thing in found)
    assert client.get("/changes.ttl", params={"class": "Nothing"}).text.count("isVersionOf") == 0


def test_the_feed_is_one_that_feed_readers_read(client: httpx.Client) -> None:
    answer = client.get("/changes.atom", headers={"Accept-Language": "pl"})
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert feed.feed.title == "Koinon: Co się zmieniło"
    assert len(feed.entries) == 100
    assert len({entry.id for entry in feed.entries}) == 100
    assert all(entry.updated_parsed and entry.title and entry.link for entry in feed.entries)
    following = next(link.href for link in feed.feed.links if link.rel == "next")
    older = feedparser.parse(client.get(following).content)
    assert not {entry.id for entry in older.entries} & {entry.id for entry in feed.entries}
    assert client.get("/changes", headers={"Accept": "application/atom+xml"}).headers["content-type"] == (
        "application/atom+xml"
    )


def test_answers_are_known_by_their_tags(client: httpx.Client) -> None:
    for address in ("/changes", "/changes.atom", "/releases"):
        answer = client.get(address)
        again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304, address


def test_an_answer_that_is_unchanged_is_told_again_and_again_until_it_changes(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.build()
    paths = ("/changes", "/ldes", "/doc/project/patient", "/data.ttl", "/sitemap.xml")
    with service_on(world.home) as client:
        tags = {path: client.get(path).headers["etag"] for path in paths}
        for path, tag in tags.items():
            answers = [client.get(path, headers={"If-None-Match": tag}) for _ in range(4)]
            assert [answer.status_code for answer in answers] == [304] * 4
            assert len({tuple((n, v) for n, v in a.headers.items() if n != "date") for a in answers}) == 1
            assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200
        say(world, '<project/patient> skos:altLabel "Changed at last"@en .')
        for path, tag in tags.items():
            deadline = time.monotonic() + 30
            while client.get(path, headers={"If-None-Match": tag}).status_code == 304:
                assert time.monotonic() < deadline, path
                time.sleep(0.2)


def test_releases_are_listed_with_what_they_changed(client: httpx.Client, world: World) -> None:
    listed = client.get("/releases", headers={"Accept": "application/json"}).json()["releases"]
    assert [entry["id"] for entry in listed] == ids(world)[::-1]
    assert [entry["state"] for entry in listed] == ["current", "kept", "kept"]
    assert listed[1]["changes"]["created"] == len(NAMES) + 1  # and the release itself
    page = client.get("/releases").text
    assert all(identifier[:12] in page for identifier in ids(world))


def test_a_release_tells_what_it_is_made_of(client: httpx.Client, world: World) -> None:
    first = ids(world)[0]
    manifest = client.get(f"/releases/{first[:16]}", headers={"Accept": "application/json"}).json()
    assert manifest["id"] == first
    assert {graph["slug"] for graph in manifest["graphs"]} >= {"patient", "neighbour"}
    assert "This is an earlier release." in client.get(f"/releases/{first}").text


def test_what_differs_is_exact_in_every_form(client: httpx.Client, world: World) -> None:
    first, _, third = ids(world)
    quads = [set((world.home.release(i) / "dump.nq").read_bytes().splitlines()) for i in (first, third)]
    path = f"/releases/{first}/diff/{third}"
    added = client.get(f"{path}/added.nq").content.splitlines()
    removed = client.get(f"{path}/removed.nq").content.splitlines()
    assert set(added) == quads[1] - quads[0]
    assert set(removed) == quads[0] - quads[1]
    patch = client.get(path, headers={"Accept": "application/rdf-patch"})
    lines = patch.content.splitlines()
    assert {line[2:] for line in lines if line.startswith(b"A ")} == set(added)
    assert {line[2:] for line in lines if line.startswith(b"D ")} == set(removed)
    assert (lines[1], lines[-1]) == (b"TX .", b"TC .")
    numbers = client.get(path, headers={"Accept": "application/json"}).json()
    assert (numbers["added"]["statements"], numbers["removed"]["statements"]) == (len(added), len(removed))
    page = client.get(path).text
    assert "neighbour-001&gt;" in page
    assert "<neighbour" not in page
    assert "Nothing differs." in client.get(f"/releases/{first}/diff/{first}").text


@pytest.mark.parametrize(
    "address", ["/releases/ffffffffffff", "/releases/xyz", "/releases/ffffffffffff/diff/000000000000"]
)
def test_a_release_that_is_not_kept_is_a_404_that_says_where_the_others_are(
    client: httpx.Client, address: str
) -> None:
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert "/releases lists" in answer.json()["detail"]
