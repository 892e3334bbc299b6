"""OAI-PMH: every record once, in pages that hold, what has gone as deleted, and each mistake under its code."""

import re
import time
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import httpx
import pytest

from building import World, make_world, manifest
from koinon.build.changelog.recording import record_changes
from koinon.publish import oai_protocol
from koinon.release.publishing import make_current
from small_release import service_on

OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTAINER = "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ID = "https://w3id.org/koinon/id/"
RECORDS = "verb=ListRecords&metadataPrefix=oai_dc"
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
COUNT = 5
TICK = 1.1
"""Seconds after which a release has another time, which counts whole seconds."""
OWN = {
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format"),
    *("identifier", "source", "language", "relation", "coverage", "rights"),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A home of two releases: some projects, and then two fewer."""
    world = make_world(tmp_path_factory.mktemp("oai"))
    globs = ("document/neighbour", "organisation/neighbour*", "project/neighbour-*")
    graph = world.sources / "neighbour" / "graph.ttl"
    (graph.parent / "source.toml").write_text(manifest("neighbour", globs=globs))
    before = graph.read_text()
    more = "".join(
        f'<project/neighbour-{n}> a koi:Project ; skos:prefLabel "A & B < {n}"@en , "Έργο {n}"@el .\n'
        for n in range(COUNT)
    )
    graph.write_text(before + more)
    report = world.build()
    assert not report.refused
    time.sleep(TICK)
    graph.write_text(before + "".join(more.splitlines(keepends=True)[2:]))
    world.build()
    return world


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[httpx.Client]:
    with service_on(world.home, contact="mailto:desk@example.org", publisher="Strange\x01 & <new>\ufffe") as client:
        yield client


def asked(client: httpx.Client, query: str) -> Element:
    """The answer, after it was held against the structure of the protocol."""
    answer = client.get(f"/oai?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8"), answer.text
    root = ElementTree.fromstring(answer.content)  # noqa: S314  # our own
    check(root, query)
    return root


def check(root: Element, query: str) -> None:
    assert root.tag == f"{OAI}OAI-PMH"
    date, request, told = root
    assert (date.tag, request.tag) == (f"{OAI}responseDate", f"{OAI}request")
    assert SECOND.fullmatch(date.text or "")
    assert (request.text or "").endswith("/oai")
    if told.tag == f"{OAI}error":
        return
    assert told.tag == f"{OAI}{request.get('verb')}"
    assert f"verb={request.get('verb')}" in query
    for header in root.iter(f"{OAI}header"):
        names = [child.tag for child in header]
        assert names == [f"{OAI}identifier", f"{OAI}datestamp", *[f"{OAI}setSpec"] * (len(names) - 2)]
        assert SECOND.fullmatch(header[1].text or "")
    for record in root.iter(f"{OAI}record"):
        deleted = record[0].get("status") == "deleted"
        assert [child.tag for child in record] == [f"{OAI}header", *([] if deleted else [f"{OAI}metadata"])]
    for container in root.iter(CONTAINER):
        assert {child.tag for child in container} <= {f"{DC}{name}" for name in OWN}
        assert {f"{DC}title", f"{DC}identifier", f"{DC}type"} <= {child.tag for child in container}


def error(client: httpx.Client, query: str) -> str:
    found = asked(client, query).find(f"{OAI}error")
    assert found is not None, query
    assert found.text
    return found.get("code") or ""


def headers(root: Element) -> dict[str, Element]:
    return {header[0].text or "": header for header in root.iter(f"{OAI}header")}


def test_all_is_listed_and_what_has_gone_is_deleted(client: httpx.Client) -> None:
    found = headers(asked(client, RECORDS))
    assert {f"{ID}project/neighbour-{n}" for n in range(COUNT)} | {f"{ID}project/patient"} <= set(found)
    gone = {iri for iri, header in found.items() if header.get("status") == "deleted"}
    assert gone == {f"{ID}project/neighbour-0", f"{ID}project/neighbour-1"}
    assert found.keys() == headers(asked(client, RECORDS.replace("Records", "Identifiers"))).keys()
    (one,) = headers(
        asked(client, f"verb=GetRecord&metadataPrefix=oai_dc&identifier={ID}project/neighbour-0")
    ).values()
    assert one.get("status") == "deleted"


def test_a_record_has_names_in_their_languages(client: httpx.Client) -> None:
    root = asked(client, f"verb=GetRecord&metadataPrefix=oai_dc&identifier={ID}project/neighbour-3")
    titles = {(title.get(LANG), title.text) for title in root.iter(f"{DC}title")}
    assert titles == {("en", "A & B < 3"), ("el", "Έργο 3")}
    assert [e.text for e in root.iter(f"{DC}type")] == ["Project"]
    assert [e.text for e in root.iter(f"{DC}identifier")] == [f"{ID}project/neighbour-3"]
    assert [e.text for e in root.iter(f"{DC}source")] == ["https://w3id.org/koinon/graph/neighbour"]


def test_times_and_sets_choose(client: httpx.Client) -> None:
    found = headers(asked(client, RECORDS))
    (first, last) = sorted({header[1].text or "" for header in found.values()})
    later = headers(asked(client, f"{RECORDS}&from={last}"))
    earlier = headers(asked(client, f"{RECORDS}&until={first}"))
    assert set(later) >= {f"{ID}project/neighbour-0", f"{ID}project/neighbour-1"}
    assert not later.keys() & earlier.keys()
    assert later.keys() | earlier.keys() == found.keys()
    assert headers(asked(client, f"{RECORDS}&from={first[:10]}&until={last[:10]}")).keys() == found.keys()
    sets = {spec.text or "" for spec in asked(client, "verb=ListSets").iter(f"{OAI}setSpec")}
    assert {"projects", "practices", "source-neighbour", "source-patient"} <= sets
    assert f"{ID}project/neighbour-0" in headers(asked(client, f"{RECORDS}&set=source-neighbour"))
    assert set(headers(asked(client, f"{RECORDS}&set=source-patient"))) == {f"{ID}project/patient"}
    assert error(client, f"{RECORDS}&set=source-nobody") == "noRecordsMatch"
    assert error(client, f"{RECORDS}&from=2999-01-01") == "noRecordsMatch"


def test_the_repository_tells_what_it_is_without_what_xml_forbids(client: httpx.Client) -> None:
    root = asked(client, "verb=Identify")
    told = [(child.tag.removeprefix(OAI), child.text) for child in root[2]]
    assert [name for name, _ in told] == [
        "repositoryName", "baseURL", "protocolVersion", "adminEmail", "earliestDatestamp", "deletedRecord",
        "granularity",
    ]  # fmt: skip
    assert dict(told)["repositoryName"] == "Strange & <new>"
    assert dict(told)["adminEmail"] == "desk@example.org"
    assert min(h[1].text or "" for h in headers(asked(client, RECORDS)).values()) == dict(told)["earliestDatestamp"]
    assert [f.text for f in asked(client, "verb=ListMetadataFormats").iter(f"{OAI}metadataPrefix")] == ["oai_dc"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=Destroy", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=projects", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        (f"{RECORDS}&metadataPrefix=oai_dc", "badArgument"),
        (f"{RECORDS}&resumptionToken=x", "badArgument"),
        (f"{RECORDS}&from=2026-13-01", "badArgument"),
        (f"{RECORDS}&from=2026-01-01T00:00:00.5Z", "badArgument"),
        (f"{RECORDS}&from=2026-01-01&until=2026-01-02T00:00:00Z", "badArgument"),
        (f"{RECORDS}&from=2026-02-01&until=2026-01-01", "badArgument"),
        (f"{RECORDS}&from=", "badArgument"),
        (f"{RECORDS}&set=%01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc%00", "cannotDisseminateFormat"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=W1tbW1td", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=nobody", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=%FF", "idDoesNotExist"),
        (f"verb=GetRecord&identifier={ID}project/patient", "badArgument"),
    ],
)
def test_each_mistake_has_its_code(client: httpx.Client, query: str, code: str) -> None:
    assert error(client, query) == code


def test_a_form_asks_the_same_and_an_unchanged_answer_is_not_sent_again(client: httpx.Client) -> None:
    sent = client.post("/oai", data={"verb": "ListSets"})
    assert [e.text for e in ElementTree.fromstring(sent.content).iter(f"{OAI}setSpec")] == [  # noqa: S314
        e.text for e in asked(client, "verb=ListSets").iter(f"{OAI}setSpec")
    ]
    assert client.post("/oai", content="<a/>", headers={"Content-Type": "text/xml"}).status_code == 400
    tag = client.get(f"/oai?{RECORDS}").headers["etag"]
    again = client.get(f"/oai?{RECORDS}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/oai?verb=Identify", headers={"If-None-Match": tag}).status_code == 200


def test_pages_hold_every_record_once_and_a_release_between_them_changes_nothing_that_is_listed(
    client: httpx.Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = headers(asked(client, RECORDS))
    monkeypatch.setattr(oai_protocol, "PAGE", 2)
    found: list[str] = []
    page = asked(client, RECORDS)
    while True:
        found += headers(page)
        token = page.find(f".//{OAI}resumptionToken")
        assert token is not None
        assert token.get("completeListSize") == str(len(whole))
        if not token.text:
            break
        assert error(client, f"verb=ListIdentifiers&resumptionToken={token.text}") == "badResumptionToken"
        page = asked(client, f"verb=ListRecords&resumptionToken={token.text}")
    assert found == list(whole)
    first = asked(client, RECORDS)
    token = first.find(f".//{OAI}resumptionToken")
    assert token is not None
    releases = [entry.name for entry in (world.home.releases).iterdir() if len(entry.name) == 64]
    assert len(releases) == 2
    time.sleep(TICK)
    for release in releases:
        make_current(world.home, release)
        record_changes(world.home)
    monkeypatch.setattr(oai_protocol, "PAGE", 100)
    rest = headers(asked(client, f"verb=ListRecords&resumptionToken={token.text}"))
    after = headers(asked(client, RECORDS))
    moved = {iri for iri in after if after[iri][1].text != whole[iri][1].text}
    assert moved
    assert rest
    assert set(rest) == set(whole) - set(headers(first)) - moved
