"""What crawlers and harvesters look for first: robots.txt, the sitemap, and the signposts of each page."""

import re
import urllib.robotparser
from collections.abc import Iterator
from xml.etree import ElementTree

import httpx
import pytest

from koinon.model.namespaces import ID
from koinon.release.current import open_current
from koinon.release.paths import Home
from koinon.release.things import count_things
from serving import Service

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
RESIST = "/doc/project/resist"
LINK = re.compile(r'<([^>]+)>; rel="([^"]+)"(?:; type="([^"]+)")?')


@pytest.fixture(scope="module")
def client(server: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield client


def rows(client: httpx.Client, path: str, name: str) -> dict[str, str | None]:
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/xml"
    root = ElementTree.fromstring(answer.content)  # noqa: S314  # our own
    return {
        row.findtext(f"{SPACE}loc") or "": row.findtext(f"{SPACE}lastmod") for row in root.findall(f"{SPACE}{name}")
    }


def test_the_sitemap_lists_every_thing_once_with_the_time_of_its_last_change(
    client: httpx.Client, server: Service
) -> None:
    parts = rows(client, "/sitemap.xml", "sitemap")
    listed: dict[str, str | None] = {}
    for part in parts:
        found = rows(client, part, "url")
        assert not listed.keys() & found.keys()
        listed |= found
    things = {address for address in listed if "/doc/" in address}
    assert len(things) == count_things(open_current(Home(server.home)))
    assert all(listed[address] for address in things)
    assert f"{server.url}{RESIST}" in things
    for address in [*sorted(things)[::60], *(a for a in listed if a not in things)]:
        assert client.get(address).status_code == 200, address
    assert client.get("/sitemap/99.xml").status_code == 404


def test_robots_may_read_pages_and_no_endless_questions(client: httpx.Client, server: Service) -> None:
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    assert robots.can_fetch("anybody", RESIST)
    assert not robots.can_fetch("anybody", "/sparql?query=ASK%20%7B%7D")
    assert not robots.can_fetch("anybody", "/releases/abc/doc/project/resist")
    assert robots.site_maps() == [f"{server.url}/sitemap.xml"]


def test_a_page_has_the_signposts_of_level_two(client: httpx.Client, server: Service) -> None:
    answer = client.get(RESIST, headers={"Accept": "text/html"})
    found = LINK.findall(answer.headers["link"])
    assert ("cite-as", f"{ID}project/resist") in {(relation, target) for target, relation, _ in found}
    assert {target for target, relation, _ in found if relation == "type"} >= {"https://schema.org/AboutPage"}
    assert any(relation == "license" for _, relation, _ in found)
    described = {target: media for target, relation, media in found if relation == "describedby"}
    assert len(described) == 6
    for address, media in described.items():
        metadata = client.get(address)
        assert metadata.headers["content-type"].split(";")[0] == media
        assert 'rel="describes"' in metadata.headers["link"]
    (linkset,) = [target for target, relation, _ in found if relation == "linkset"]
    document = client.get(linkset)
    assert document.headers["content-type"] == "application/linkset+json"
    (landing, *others) = document.json()["linkset"]
    assert landing["anchor"] == f"{server.url}{RESIST}"
    assert {link["href"] for link in landing["describedby"]} == set(described)
    assert landing["cite-as"] == [{"href": f"{ID}project/resist"}]
    assert {other["anchor"] for other in others} == set(described)


def test_a_linkset_of_nothing_is_a_404(client: httpx.Client) -> None:
    for path in ("/linkset/doc/project/nothing", "/linkset/x/project/resist", "/linkset/doc/project"):
        assert client.get(path).status_code == 404


def test_addresses_in_a_header_are_uris(client: httpx.Client) -> None:
    for address in rows(client, "/sitemap/1.xml", "url"):
        assert address.isascii()
