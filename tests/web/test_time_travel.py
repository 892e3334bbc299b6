"""Every page as an earlier release has it, and documents that lead to what was known at a time (RFC 7089)."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from building import PLACE, World, make_world
from koinon.build.changelog.recording import record_changes
from koinon.publish.mementos import http_date
from koinon.release.judgements import Verdict, judge
from koinon.release.links import link_id
from koinon.release.log import LogEntry, read_log
from small_release import service_on

PATIENT = "/doc/project/patient"
GONE = "/doc/organisation/neighbour-gone"
OFFICE = "https://w3id.org/koinon/id/organisation/patient-office"
LATER = "https://w3id.org/koinon/id/organisation/neighbour-june"
LINK_GONE = link_id(OFFICE, LATER.replace("june", "gone"), "identity")
LINK_NOW = link_id(OFFICE, LATER, "identity")
REGION = """<place/{}> a koi:Territory , dct:Location ; skos:prefLabel "{}"@en ; koi:nutsLevel 3 ;
    dct:type place-type:nuts-3 ; dct:isPartOf <place/pomorskie> ."""
NEW = REGION.format("gdanski", "Gdański")
OLD = f"""{NEW} {REGION.format("kashubia", "Kashubia")}
<place/kashubia> dct:isReplacedBy <place/gdanski> ;
    <http://www.w3.org/ns/adms#identifier> <place/kashubia#nuts-2021> .
<place/kashubia#nuts-2021> a <http://www.w3.org/ns/adms#Identifier> ; skos:notation "PL63X" ;
    <http://www.w3.org/ns/adms#schemeAgency> "Eurostat" ."""
FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINK = re.compile(r'<([^>]+)>; ((?:[a-z]+="[^"]*"(?:; )?)+)')


def say(world: World, *lines: str) -> str:
    graph = world.sources / "neighbour" / "graph.ttl"
    kept = [line for line in graph.read_text().splitlines() if not line.endswith("# said")]
    graph.write_text("\n".join([*kept, *(f"{line} # said" for line in lines)]) + "\n")
    report = world.build()
    assert not report.refused, report.lines()
    return report.release


def places(world: World, region: str) -> None:
    """Give the source of places this region beside its own, and no other."""
    (world.sources / "place" / "graph.ttl").write_text(PLACE + region)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Four releases, a month between each: the patient has another name in each but the last two are one."""
    world = make_world(tmp_path_factory.mktemp("travel"))
    gone = '<organisation/neighbour-gone> a org:Organization ; skos:prefLabel "Gone"@en ;'
    gone += " dct:isReplacedBy <organisation/neighbour-june> ."
    june = '<organisation/neighbour-june> a org:Organization ; skos:prefLabel "Gone in June"@en .'
    say(world, '<project/patient> skos:altLabel "March"@en .')
    judge(world.home, "one", OFFICE, LATER.replace("june", "gone"), Verdict.SAME)
    judge(world.home, "one", OFFICE, LATER, Verdict.SAME)
    places(world, OLD)
    say(world, '<project/patient> skos:altLabel "April"@en .', gone, june)
    places(world, NEW)
    say(world, '<project/patient> skos:altLabel "May"@en .', june)
    say(world, '<project/patient> skos:altLabel "May"@en .', june, june.replace("june", "july"))
    entries = read_log(world.home.log)
    dated = [
        LogEntry(e.sequence, e.id, e.parent, (FIRST + timedelta(days=30 * number)).isoformat())
        for number, e in enumerate(entries)
    ]
    world.home.log.write_text("".join(json.dumps({**vars_of(entry)}, sort_keys=True) + "\n" for entry in dated))
    for path in world.home.changes.iterdir():
        path.unlink()
    record_changes(world.home)
    return world


def vars_of(entry: LogEntry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in ("sequence", "id", "parent", "published_at")}


@pytest.fixture(scope="module")
def client(world: World) -> Iterator[httpx.Client]:
    with service_on(world.home) as client:
        yield client


def ids(world: World) -> list[str]:
    return [entry.id for entry in read_log(world.home.log)]


def links(answer: httpx.Response) -> dict[str, str]:
    """Relation to address, of every relation that a link has."""
    found = {}
    for address, parameters in LINK.findall(answer.headers["link"]):
        relations = re.search(r'rel="([^"]*)"', parameters)
        assert relations
        for relation in relations[1].split():
            found[relation] = address
    return found


def test_a_page_of_an_earlier_release_shows_what_that_release_says(client: httpx.Client, world: World) -> None:
    for identifier, name in zip(ids(world), ("March", "April", "May", "May"), strict=True):
        turtle = client.get(f"/releases/{identifier}{PATIENT}.ttl").text
        assert [n for n in ("March", "April", "May") if n in turtle] == [name]
    assert client.get(f"/releases/{ids(world)[0]}{GONE}").status_code == 404
    assert client.get(f"/releases/{ids(world)[1]}{GONE}").status_code == 200
    assert client.get(GONE).status_code == 410


def test_a_page_says_which_release_it_shows_and_its_links_stay_in_it(client: httpx.Client, world: World) -> None:
    first = ids(world)[0]
    page = client.get(f"/releases/{first}{PATIENT}").text
    assert "You see this as an earlier release had it:" in page
    assert f'href="{PATIENT}"' in page  # to the current one
    assert f'href="/releases/{first}/projects"' in page
    assert 'href="/check"' in page
    assert "an earlier release had it" not in client.get(PATIENT).text


@pytest.mark.parametrize(
    "path",
    [
        "/projects",
        "/graph",
        "/graph/patient",
        "/def",
        "/shapes",
        "/queries",
        "/context/v1.jsonld",
        "/id/project/patient",
    ],
)
def test_other_addresses_stand_below_the_release_too(client: httpx.Client, world: World, path: str) -> None:
    answer = client.get(f"/releases/{ids(world)[0]}{path}")
    assert answer.status_code in {200, 303}, answer.text
    if answer.status_code == 303:
        assert answer.headers["location"] == f"/releases/{ids(world)[0]}{PATIENT}"


def test_a_question_of_the_catalogue_is_answered_as_of_then(client: httpx.Client, world: World) -> None:
    name = "<http://www.w3.org/2004/02/skos/core#altLabel>"
    query = f"SELECT ?name {{ <https://w3id.org/koinon/id/project/patient> {name} ?name }}"
    rows = client.get(
        f"/releases/{ids(world)[0]}/sparql", params={"query": query}, headers={"Accept": "text/csv"}
    ).text
    assert "March" in rows
    assert client.get(f"/releases/{ids(world)[0]}/queries/cluster-models.csv").status_code in {200, 404}


def test_a_short_id_leads_to_the_whole_one(client: httpx.Client, world: World) -> None:
    answer = client.get(f"/releases/{ids(world)[0][:12]}{PATIENT}.ttl?lang=pl")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"/releases/{ids(world)[0]}{PATIENT}.ttl?lang=pl"
    odd = client.get(f"/releases/{ids(world)[0][:12]}/doc/project/a%3Fb%23c")
    assert odd.headers["location"].endswith("/doc/project/a%3Fb%23c"), "what is encoded stays so"


def test_a_short_id_leads_to_the_whole_one_behind_a_proxy_too(world: World) -> None:
    with service_on(world.home, public_url="https://data.example/koinon") as client:
        answer = client.get(f"/releases/{ids(world)[0][:12]}{PATIENT}", headers={"Host": "evil.example"})
        assert answer.headers["location"] == f"/koinon/releases/{ids(world)[0]}{PATIENT}"


@pytest.mark.parametrize(
    "address", ["/releases/ffffffffffff/doc/project/patient", "/releases/xyz/doc/project/patient"]
)
def test_a_release_that_is_not_there_is_a_404(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (FIRST - timedelta(days=9), 0),
        (FIRST, 0),
        (FIRST + timedelta(days=31), 1),
        (FIRST + timedelta(days=9999), 3),
    ],
)
def test_a_document_leads_to_what_was_known_at_a_time(
    client: httpx.Client, world: World, day: datetime, number: int
) -> None:
    answer = client.get(PATIENT, headers={"Accept-Datetime": http_date(day), "Accept": "text/turtle"})
    assert answer.status_code == 302
    assert "accept-datetime" in answer.headers["vary"].lower()
    assert answer.headers["location"].endswith(f"/releases/{ids(world)[number]}{PATIENT}")
    state = client.get(answer.headers["location"], headers={"Accept": "text/turtle"})
    assert state.headers["memento-datetime"] == http_date(FIRST + timedelta(days=30 * min(number, 2)))
    assert links(state)["original"].endswith(PATIENT)
    assert "vary" not in state.headers or "accept-datetime" not in state.headers["vary"].lower()


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-03-01", "Sun, 31 Feb 2026 08:00:00 GMT", "", f"Sun, 1 Mar {10**20} 08:00:00 GMT"],
)
def test_a_malformed_time_is_refused(client: httpx.Client, text: str) -> None:
    answer = client.get(PATIENT, headers={"Accept-Datetime": text})
    assert answer.status_code == 400
    assert "Accept-Datetime takes" in answer.json()["detail"]


def test_a_document_names_its_time_map_which_lists_every_state(client: httpx.Client, world: World) -> None:
    found = links(client.get(PATIENT))
    assert found["original"] == found["timegate"]
    answer = client.get(found["timemap"])
    assert answer.headers["content-type"] == "application/link-format"
    listed = re.findall(r'<([^>]+)>; rel="([^"]*memento)"; datetime="([^"]+)"', answer.text)
    assert [when for _, _, when in listed] == [http_date(FIRST + timedelta(days=30 * n)) for n in range(3)]
    assert [relation for _, relation, _ in listed] == ["first memento", "memento", "last memento"]
    for address, _, when in listed:
        state = client.get(address, headers={"Accept": "text/turtle"})
        assert (state.status_code, state.headers["memento-datetime"]) == (200, when)
    assert client.get("/timemap/doc/project/nothing").status_code == 404
    assert client.get("/timemap/nonsense").status_code == 404


def test_a_state_links_to_those_around_it(client: httpx.Client, world: World) -> None:
    found = links(client.get(f"/releases/{ids(world)[1]}{PATIENT}"))
    assert ids(world)[0] in found["prev"] == found["first"]
    assert found["next"] == found["last"]


def test_a_thing_that_is_gone_still_leads_to_when_it_was_there(client: httpx.Client, world: World) -> None:
    answer = client.get(GONE, headers={"Accept-Datetime": http_date(FIRST + timedelta(days=31))})
    assert answer.headers["location"].endswith(f"/releases/{ids(world)[1]}{GONE}")


def test_a_withdrawn_thing_says_when_it_went_what_took_its_place_and_where_its_past_is(
    client: httpx.Client, world: World
) -> None:
    for path in (GONE, f"{GONE}.ttl", GONE.replace("/doc/", "/id/")):
        answer = client.get(path)
        assert answer.status_code == 410, path
        told = answer.json()
        assert told["type"].endswith("/problems/gone")
        assert told["label"] == {"en": "Gone"}
        assert told["release"] == ids(world)[2]
        assert told["replacedBy"] == ["https://w3id.org/koinon/id/organisation/neighbour-june"]
        assert client.get(told["lastState"]).status_code == client.get(told["history"]).status_code == 200
        assert "/releases/" in told["lastState"]
    text = client.get(GONE, headers={"Accept": "text/html"}).text
    assert "What took its place" in text
    assert '<a href="/doc/organisation/neighbour-june">Gone in June</a>' in text
    assert client.get("/doc/organisation/neighbour-never").status_code == 404
    assert client.get("/doc/organisation/neighbour-june").status_code == 200
    assert client.get(f"/releases/{ids(world)[1]}/doc/organisation/neighbour-july").status_code == 404


def test_a_withdrawn_link_names_what_stands_in_its_place(client: httpx.Client, world: World) -> None:
    assert client.get(f"/releases/{ids(world)[1]}/links/{LINK_GONE}").status_code == 200
    for suffix in ("", ".ttl"):
        answer = client.get(f"/links/{LINK_GONE}{suffix}")
        assert answer.status_code == 410, answer.text
        told = answer.json()
        assert told["release"] == ids(world)[2]
        assert told["replacedBy"] == [f"https://w3id.org/koinon/links/{LINK_NOW}"]
        assert client.get(told["lastState"]).status_code == 200
    text = client.get(f"/links/{LINK_GONE}", headers={"Accept": "text/html"}).text
    assert re.search(f'href="/links/{LINK_NOW}">[^<]*(Office – Gone in June|Gone in June – Office)<', text)
    assert client.get(f"/links/{'0' * 12}").status_code == 404
    assert client.get(f"/releases/{ids(world)[0]}/links/{LINK_GONE}").status_code == 404, "it was not there yet"


@pytest.mark.parametrize("name", ["kashubia", "PL63X", "pl63x"])
def test_a_withdrawn_region_names_what_stands_in_its_place(client: httpx.Client, world: World, name: str) -> None:
    assert client.get(f"/releases/{ids(world)[1]}/regions/{name}").status_code in {200, 303}
    for path in (f"/regions/{name}", f"/regions/{name}.csv", f"/regions/pomorskie/with/{name}"):
        answer = client.get(path)
        assert answer.status_code == 410, path
        told = answer.json()
        assert (told["label"], told["release"]) == ({"en": "Kashubia"}, ids(world)[2])
        assert told["replacedBy"] == ["https://w3id.org/koinon/id/place/gdanski"]
    assert client.get("/regions/gdanski").status_code == 200
    assert client.get(f"/releases/{ids(world)[0]}/regions/{name}").status_code == 404, "it was not there yet"
    assert client.get("/regions/PL999").status_code == 404


def test_the_partners_of_a_withdrawn_actor_are_gone_with_it(client: httpx.Client) -> None:
    assert client.get("/actors/neighbour-gone/partners").status_code == 410
    assert client.get("/actors/neighbour-never/partners.csv").status_code == 404


def test_the_history_of_a_thing_tells_what_each_release_changed(client: httpx.Client, world: World) -> None:
    told = client.get(f"{PATIENT}/history.json").json()
    releases = ids(world)
    assert [version["release"] for version in told["versions"]][:3] == [releases[2], releases[1], releases[0]]
    newest, before, first = told["versions"][:3]
    assert [line.rpartition("> ")[2] for line in newest["added"]["statements"]] == ['"May"@en .']
    assert [line.rpartition("> ")[2] for line in newest["removed"]["statements"]] == ['"April"@en .']
    assert (before["change"], first["change"]) == ("changed", "created")
    assert not first["removed"]["total"]
    assert "March" in client.get(first["state"]).text
    page = client.get(f"{PATIENT}/history", headers={"Accept": "text/html"})
    for name in ("March", "April", "May"):
        assert name in page.text
    assert f'href="{PATIENT}/history"' in client.get(PATIENT, headers={"Accept": "text/html"}).text
    again = {"If-None-Match": page.headers["etag"], "Accept": "text/html"}
    assert client.get(f"{PATIENT}/history", headers=again).status_code == 304


def test_the_history_of_an_earlier_release_ends_with_it(client: httpx.Client, world: World) -> None:
    told = client.get(f"/releases/{ids(world)[1]}{PATIENT}/history.json").json()
    assert [version["release"] for version in told["versions"]] == [ids(world)[1], ids(world)[0]]


def test_the_history_of_what_is_gone_ends_with_its_removal(client: httpx.Client) -> None:
    told = client.get(f"{GONE}/history.json").json()["versions"]
    assert [version["change"] for version in told] == ["removed", "created"]
    assert told[0]["state"] is None
    assert told[0]["removed"] == told[1]["added"]
    text = client.get(f"{GONE}/history", headers={"Accept": "text/html"}).text
    assert "<h1>Gone</h1>" in text
    assert client.get("/doc/organisation/neighbour-never/history").status_code == 404
    assert client.get(f"{GONE}/history?before=x").status_code == 400


def test_a_state_whose_release_is_gone_is_kept_by_the_change_log(world: World) -> None:
    folder = world.home.release(ids(world)[0])
    aside = folder.with_name(".aside")
    folder.rename(aside)
    try:
        with service_on(world.home) as client:
            answer = client.get(PATIENT, headers={"Accept-Datetime": http_date(FIRST)})
            assert "/version/1/" in answer.headers["location"]
            assert "March" in client.get(answer.headers["location"]).text
    finally:
        aside.rename(folder)
