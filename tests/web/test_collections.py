"""Collections: counts that are true, pages that follow each other, the same in every form, and bad requests."""

import csv
import io
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyld import jsonld as processor
from pyoxigraph import RdfFormat, parse

from koinon.model.assets import Assets
from koinon.model.namespaces import CODE, DEF, HYDRA, ID, ORG
from koinon.model.settings import Settings
from koinon.release.current import Release
from koinon.release.facets import SECTIONS
from small_release import make_release, service_on

CONTEXT = Assets.locate(Settings.from_environment({})).ontology / "context" / "v1.jsonld"
NAMES = sorted(SECTIONS)
LINK = re.compile(r'<([^>]+)>; rel="(\w+)"')


def page(client: httpx.Client, address: str) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def links(response: httpx.Response) -> dict[str, str]:
    return {name: address for address, name in LINK.findall(response.headers["link"]) if name != "alternate"}


def things(client: httpx.Client, address: str) -> list[str]:
    """Follow a collection to its end."""
    found: list[str] = []
    following: str | None = address
    while following:
        response = client.get(following)
        body = response.json()
        found += [item["id"] for item in body["items"]]
        following = body["view"].get("next")
        assert links(response).get("next") == following
        assert links(response)["first"] == body["view"]["first"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_collection_holds_every_thing_of_its_class_once(
    client: httpx.Client, release: Release, name: str
) -> None:
    size = 20 if name != "programmes" else 2
    found = things(client, f"/{name}.jsonld?size={size}&fields=prefLabel")
    assert len(found) == len(set(found)) == page(client, f"/{name}.jsonld?size=1")["total"]
    query = f"SELECT ?t {{ ?t a <{SECTIONS[name]}> FILTER(!CONTAINS(STR(?t), '#')) }}"
    every = {row[0].value for row in release.open().raw.query(query)}  # type: ignore[union-attr]  # a SELECT
    if name == "topics":
        assert set(found) < every
        assert {CODE + "theme/circular-economy", CODE + "cluster-model/csei"} <= set(found)
    else:
        assert set(found) == every


@pytest.mark.parametrize("name", NAMES)
def test_each_count_of_a_facet_is_what_its_page_holds(client: httpx.Client, name: str) -> None:
    facets = page(client, f"/{name}.jsonld")["facets"]
    assert facets
    for facet in facets:
        for value in (facet["values"][0], facet["values"][-1]):
            narrowed = page(client, value["url"])
            assert narrowed["total"] == value["count"] > 0, value
            chosen = [
                v for f in narrowed["facets"] if f["name"] == facet["name"] for v in f["values"] if v["chosen"]
            ]
            assert [each["value"] for each in chosen] == [value["value"]]


def test_two_facets_narrow_and_two_values_of_one_widen(client: httpx.Client) -> None:
    def of(search: str) -> set[str]:
        return set(things(client, f"/projects.jsonld?{search}"))

    italy, spain, theme = of("country=italy"), of("country=spain"), of("theme=social-innovation")
    assert of("country=italy,spain") == of("country=italy&country=spain") == italy | spain
    assert of("country=italy&theme=social-innovation") == italy & theme
    assert (
        of("region=PL63")
        == of("region=pomorskie")
        == of("region=place/pomorskie")
        == of(f"region={ID}place/pomorskie")
    )


def test_a_wider_value_finds_the_things_of_narrower_ones(client: httpx.Client) -> None:
    everywhere = things(client, "/actors.jsonld?country=poland")
    assert ID + "organisation/pscop" in everywhere
    gdansk = things(client, "/actors.jsonld?region=pomorskie")
    assert set(gdansk) < set(everywhere)


def test_territories_of_one_level_are_listed_and_those_of_others_narrow(client: httpx.Client) -> None:
    (regions,) = (
        each for each in page(client, "/projects.jsonld?more=region")["facets"] if each["name"] == "region"
    )
    level = {value["id"] for value in regions["values"]}
    second = {item["id"] for item in page(client, "/regions.jsonld?level=2&size=200")["items"]}
    assert level
    assert level <= second
    assert page(client, "/projects.jsonld?region=hamburg-nuts-3")["total"] > 0


def test_a_collection_is_sorted_both_ways(client: httpx.Client) -> None:
    ascending, descending = (things(client, f"/actors.jsonld?size=9&sort={sort}") for sort in ("name", "-name"))
    assert ascending == descending[::-1]
    actors = {
        each["value"]: each["count"] for each in page(client, "/projects.jsonld?more=actor")["facets"][-2]["values"]
    }
    most = things(client, "/actors.jsonld?sort=-projects&size=7")
    assert sorted(most) == sorted(ascending)
    counted = [actors.get(iri.removeprefix(ID + "organisation/"), 0) for iri in most]
    assert counted == sorted(counted, reverse=True)
    assert counted[0] > 0
    newest = things(client, "/projects.jsonld?sort=-start&size=2")
    assert newest[0] == ID + "project/respondet"


def test_a_page_is_found_again_where_its_cursor_is_gone(client: httpx.Client) -> None:
    every = things(client, "/actors.jsonld")
    after = things(client, "/actors.jsonld?after=organisation/marshal-who-was-here")
    assert after == every[-len(after) :]
    assert 0 < len(after) < len(every)
    before = things(client, "/actors.jsonld?sort=-name&after=organisation/marshal-who-was-here")
    assert sorted(after + before) == sorted(every)
    assert not things(client, "/actors.jsonld?after=organisation/zzzz")


def load(url: str, _: object = None) -> dict[str, Any]:
    assert url.endswith("/context/v1.jsonld")
    document = json.loads(CONTEXT.read_text())
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": document}


@pytest.mark.parametrize("address", ["/projects", "/actors", "/regions", "/topics"])
def test_json_ld_of_a_collection_says_what_turtle_says(client: httpx.Client, address: str) -> None:
    written = client.get(f"{address}.jsonld?size=15").json()
    assert all(set(map(type, item.values())) <= {str, int, list, dict} for item in written["items"])
    options = {"format": "application/n-quads", "documentLoader": partial(load)}
    mine = {q.triple for q in parse(processor.to_rdf(written, options), RdfFormat.N_QUADS)}
    turtle = client.get(f"{address}.ttl?size=15").text.replace(f"{address}.ttl?", f"{address}.jsonld?")
    theirs = {q.triple for q in parse(turtle, RdfFormat.TURTLE)}
    assert mine == theirs
    assert len([triple for triple in mine if triple.predicate.value == HYDRA + "member"]) == len(written["items"])


def test_a_collection_as_a_table_has_a_row_for_each_thing(client: httpx.Client) -> None:
    response = client.get("/projects.csv?fields=acronym,startDate,fundedUnder&lang=pl")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-language"] == "pl"
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["id"] for row in rows] == things(client, "/projects.jsonld?lang=pl")
    by_id = {row["id"]: row for row in rows}
    respondet = by_id[ID + "project/respondet"]
    assert respondet["startDate"] == "2022-05-01"
    assert respondet["fundedUnder_label"]
    assert all(not cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())
    assert by_id[ID + "project/resilient"]["acronym"] == "'+RESILIENT"


def test_the_fields_of_things_are_chosen_by_the_names_of_the_context(client: httpx.Client) -> None:
    (item, *_) = page(client, "/actors.jsonld?fields=altLabel,homepage&country=poland")["items"]
    assert set(item) <= {"id", "type", "prefLabel", "altLabel", "homepage"}


def test_a_text_searches_in_a_collection_in_any_script_beside_its_facets(client: httpx.Client) -> None:
    found = things(client, "/regions.jsonld?q=ελλαδα&size=1")
    assert found[0] == ID + "place/greece"
    assert (
        page(client, "/regions.jsonld?q=ελλαδα")["total"] == len(found) < page(client, "/regions.jsonld")["total"]
    )
    assert ID + "project/resist" in things(client, "/projects.jsonld?q=resis")
    assert not things(client, "/actors.jsonld?q=resilience-of-unicorns")
    narrowed = [value for each in page(client, "/projects.jsonld?q=res")["facets"] for value in each["values"]]
    for value in narrowed:
        assert "q=res" in value["url"]
        assert page(client, value["url"])["total"] == value["count"]


def test_what_a_text_finds_is_sorted_by_match_or_as_it_is_asked(client: httpx.Client) -> None:
    best, last = (
        things(client, "/projects.jsonld?q=resist"),
        things(client, "/projects.jsonld?q=resist&sort=-start"),
    )
    assert best[0] == ID + "project/resist"
    assert sorted(best) == sorted(last)
    text = client.get("/projects?q=resist", headers={"Accept": "text/html"}).text
    assert '<input type="search" id="list-search" name="q" value="resist"' in text
    assert 'aria-current="true">best match</a>' in text
    assert re.search(r'<a href="/projects"><span class="visually-hidden">Take away: </span>', text)


def test_a_text_that_finds_nothing_is_told_so_and_what_else_there_is(client: httpx.Client) -> None:
    text = client.get("/projects?q=<unicorn>&country=italy", headers={"Accept": "text/html"}).text
    assert "Nothing here has a name like that." in text
    assert "<unicorn>" not in text
    assert '<a href="/projects?country=italy">without &lt;unicorn&gt;</a>' in text
    assert '<input type="hidden" name="country" value="italy">' in text


def test_json_is_json_ld_under_its_other_name(client: httpx.Client) -> None:
    for path in ("/projects", "/regions/PL63", "/regions/PL63/with/EL51", "/doc/project/resist", "/def", "/data"):
        linked, plain = client.get(f"{path}.jsonld"), client.get(f"{path}.json")
        assert plain.headers["content-type"] == "application/json"
        assert linked.headers["content-type"] == "application/ld+json"
        there = plain.text.replace(f"{path}.json", f"{path}.jsonld").replace(".jsonldld", ".jsonld")
        assert json.loads(there) == linked.json()
        assert client.get(path, headers={"Accept": "application/json"}).json() == plain.json()


def test_what_excludes_everything_says_how_to_widen(client: httpx.Client) -> None:
    address = "/projects?country=norway&programme=erasmus-plus"
    assert page(client, address.replace("?", ".jsonld?"))["total"] == 0
    text = client.get(address, headers={"Accept": "text/html"}).text
    assert "Nothing has all that you chose." in text
    for without, left in (("country=norway", 1), ("programme=erasmus-plus", 1)):
        assert re.search(rf'href="/projects\?{without}">without [^<]+</a> <span class="quiet">{left}<', text)


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("region=nowhere-at-all", "Nothing is known of region"),
        ("theme=circular-econmy", "circular-economy"),
        ("regoin=pomorskie", "There is no parameter 'regoin'"),
        ("size=0", "size is a number from 1 to 200"),
        ("size=100000", "size is a number from 1 to 200"),
        ("size=ten", "size is a number from 1 to 200"),
        ("sort=beauty", "sort takes name"),
        ("size=5&size=6", "more than once"),
        ("after=%3Cscript%3E", "after is taken from the link"),
        ("after=a%20b", "after is taken from the link"),
        ("fields=startdate", "startDate"),
        ("fields=koi", "There is no field"),
        ("more=nothing", "more names a facet"),
        ("q=" + "a" * 501, "q has at most 500 characters"),
        ("q=a&q=b", "more than once"),
        ("country=" + ",".join(f"c{n}" for n in range(60)), "Nothing is known"),
        ("theme=" + "a" * 501, "at most 500 characters"),
        ("region=%00", "Nothing is known"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(client: httpx.Client, search: str, said: str) -> None:
    response = client.get(f"/projects.jsonld?{search}")
    assert response.status_code == 400, response.text
    assert said in response.json()["detail"]


def test_an_earlier_release_lists_what_it_held(client: httpx.Client, release: Release) -> None:
    address = f"/releases/{release.id}/projects"
    text = client.get(address, headers={"Accept": "text/html"}).text
    assert f'href="/releases/{release.id}/projects?country=' in text
    assert things(client, f"{address}.jsonld?size=2") == things(client, "/projects.jsonld")


def test_a_release_without_facets_is_listed_by_name(tmp_path: Path) -> None:
    many = "".join(
        f'<organisation/o{n}> a <{ORG}Organization> ; skos:prefLabel "Body {n:03}"@en .\n' for n in range(60)
    )
    with service_on(make_release(tmp_path, "a" * 64, many)) as client:
        found = things(client, "/actors.jsonld?size=25")
        assert found == [f"{ID}organisation/o{n}" for n in range(60)]
        assert page(client, "/actors.jsonld")["facets"] == []
        assert "no parameter" in client.get("/actors.jsonld?country=poland").json()["detail"]


def test_a_thing_with_too_many_values_is_not_cut(tmp_path: Path) -> None:
    hub = f'<project/hub> a <{DEF}Project> ; skos:prefLabel "Hub"@en .\n'
    hub += "".join(f"<project/hub> <{DEF}coversTerritory> <place/p{n}> .\n" for n in range(1_001))
    with service_on(make_release(tmp_path, "b" * 64, hub)) as client:
        refused = client.get("/projects.jsonld")
        assert refused.status_code == 422
        assert "coversTerritory" in refused.json()["detail"]
        assert page(client, "/projects.jsonld?fields=acronym")["items"][0]["prefLabel"] == {"en": "Hub"}
