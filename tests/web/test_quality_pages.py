"""``/quality`` tells the same numbers to people and to programs, in nine languages and from release to release."""

import json
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from building import NEIGHBOUR, World, make_world, manifest
from html_check import check_html
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.release.paths import Home
from koinon.web import quality
from small_release import make_release, service_on

DQV = "http://www.w3.org/ns/dqv#"
METRIC = "https://w3id.org/koinon/quality#"
PROJECT = "https://w3id.org/koinon/def#Project"
PAGES = ("/quality", "/quality?level=1", "/quality?level=2&sort=name", "/quality/respondet-project-page")


def page(client: httpx.Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200, address
    return answer.text


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_pages_are_valid_in_every_language(client: httpx.Client, address: str, language: str) -> None:
    check_html(page(client, address, language))


def test_every_source_class_and_region_is_told_of(client: httpx.Client) -> None:
    text = page(client, "/quality")
    found = client.get("/quality.json").json()
    for source in found["sources"]:
        assert f'href="/quality/{source["slug"]}"' in text
    countries = [region["iri"] for region in found["regions"] if region["level"] == 0]
    assert "https://w3id.org/koinon/id/place/poland" in countries
    for iri in countries:
        assert f'href="{iri.replace("https://w3id.org/koinon/id", "/doc")}"' in text
    project = found["classes"][PROJECT]["tally"]
    share = 100 * sum(project["given"]) / (project["things"] * len(project["given"]))
    row = re.search(r'<tr><th scope="row"><a href="/def/Project">.*?</tr>', text, re.DOTALL)
    assert row
    assert f"{share:.1f}%" in row[0]


def test_a_bar_stands_beside_its_number_and_needs_no_eyes(client: httpx.Client) -> None:
    text = page(client, "/quality")
    bars = re.findall(r'<svg class="share"[^>]*>.*?</svg>\s*<span class="percent">([\d.]+)%', text, re.DOTALL)
    assert len(bars) == text.count('<svg class="share"') > 30
    for width, number in re.findall(
        r'class="part" width="([\d.]+)".*?</svg>\s*<span class="percent">([\d.]+)%', text, re.DOTALL
    ):
        assert abs(float(width) - float(number)) <= 0.11
    assert all('aria-hidden="true"' in bar for bar in re.findall(r'<svg class="share"[^>]*>', text))


@pytest.mark.parametrize(
    ("sort", "column", "descending"),
    [("things", 3, True), ("completeness", 1, False), ("warnings", 6, True)],
)
def test_tables_are_sorted_by_what_is_asked(client: httpx.Client, sort: str, column: int, descending: bool) -> None:
    text = page(client, f"/quality?sort={sort}").split('id="sources"')[1].split("</table>")[0]
    rows = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in text.split("<tr>")[2:]]
    cells = [re.sub(r"<[^>]*>|[,%\s]", "", row[column]) for row in rows]
    numbers = [float(cell) for cell in cells if cell != "–"]
    assert len(numbers) > 20
    assert numbers == sorted(numbers, reverse=descending)
    assert 'aria-sort="' in text


def test_a_sort_or_level_that_does_not_exist_is_refused(client: httpx.Client) -> None:
    assert client.get("/quality?sort=colour").status_code == 400
    assert client.get("/quality?level=3").status_code == 400
    assert client.get("/quality?start=-1").status_code == 400
    assert client.get("/quality?start=100000").status_code == 400
    assert client.get("/quality.exe").status_code == 404
    assert client.get("/quality/no-such-source").status_code == 404


def test_the_forms_are_negotiated(client: httpx.Client) -> None:
    for media_type, suffix in (
        ("text/html", "html"),
        ("application/json", "json"),
        ("application/ld+json", "jsonld"),
        ("text/turtle", "ttl"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("application/trig", "trig"),
    ):
        for path in ("/quality", "/quality/sea4neb-article"):
            asked = client.get(path, headers={"Accept": media_type})
            named = client.get(f"{path}.{suffix}")
            assert asked.headers["content-type"].split(";")[0] == media_type
            assert asked.content == named.content or media_type == "text/html"
            assert asked.headers["content-location"] == f"{path}.{suffix}"
            again = client.get(path, headers={"Accept": media_type, "If-None-Match": asked.headers["etag"]})
            assert again.status_code == 304
    assert client.get("/quality", headers={"Accept": "image/png"}).status_code == 406


def measurements(client: httpx.Client, path: str) -> dict[tuple[str, str], str]:
    """What is measured of what: the values by topic and metric."""
    store = Store()
    text = client.get(path, headers={"Accept": "text/turtle"}).content
    store.extend(parse(text, RdfFormat.TURTLE))
    rows = store.query(
        f"PREFIX dqv: <{DQV}> SELECT ?topic ?metric ?value {{ ?m a dqv:QualityMeasurement ; "
        "dqv:computedOn ?topic ; dqv:isMeasurementOf ?metric ; dqv:value ?value . "
        "?topic dqv:hasQualityMeasurement ?m . "
        "?metric a dqv:Metric ; dqv:inDimension ?dimension }"
    )
    found = {(row["topic"].value, row["metric"].value): row["value"].value for row in rows}  # type: ignore[union-attr]
    kinds = store.quads_for_pattern(None, None, NamedNode(DQV + "QualityMeasurement"))
    assert len(found) == len(list(kinds)), "every measurement names what, by which metric, and its value"
    return found


def test_rdf_tells_the_same_numbers_by_the_data_quality_vocabulary(client: httpx.Client) -> None:
    found = measurements(client, "/quality")
    told = client.get("/quality.json").json()
    for source in told["sources"]:
        if source["figures"]["asked"]:
            share = source["figures"]["given"] / source["figures"]["asked"]
            assert abs(float(found[source["graph"], METRIC + "completeness"]) - share) < 0.0001
        assert found[source["graph"], METRIC + "warnings"] == str(source["figures"]["warnings"])
    base = str(client.base_url).rstrip("/")
    tally = told["classes"][PROJECT]["tally"]
    for check, given in zip(told["checks"][PROJECT], tally["given"], strict=True):
        share = found[f"{base}/quality#class-Project", f"{METRIC}has-{check['shape']}"]
        assert abs(float(share) - given / tally["things"]) < 0.0001
    assert f"{base}/quality#region-place-poland" in {topic for topic, _ in found}


def test_one_source_tells_its_properties_and_findings(client: httpx.Client) -> None:
    told = client.get("/quality/sea4neb-article.json").json()
    text = page(client, "/quality/sea4neb-article", "lv")
    for rule, count in told["rules"]["warning"].items():
        row = re.search(rf'<tr><th scope="row"><a href="/shapes#{rule}">(.*?)</a></th>.*?</tr>', text)
        assert row, rule
        assert f'<td class="number">{count}</td>' in row[0]
        assert "lang=" not in row[1], "the messages of the shapes come in Latvian"
    graph = "https://w3id.org/koinon/graph/sea4neb-article"
    share = float(measurements(client, "/quality/sea4neb-article")[graph, METRIC + "completeness"])
    assert abs(share - told["figures"]["given"] / told["figures"]["asked"]) < 0.0001


def test_every_rule_that_was_broken_is_counted_over_all_sources(client: httpx.Client) -> None:
    told = client.get("/quality.json").json()
    counts: Counter[str] = Counter()
    for source in told["sources"]:
        counts.update(source["rules"].get("warning", {}))
    assert sum(counts.values()) == told["total"]["warnings"] > 100
    text = page(client, "/quality").split('id="findings"')[1]
    for rule, count in counts.items():
        row = re.search(rf'<tr><th scope="row"><a href="/shapes#{rule}">.*?</tr>', text)
        assert row, rule
        assert f'<td class="number">{count}</td>' in row[0]


def test_graphs_and_every_page_lead_to_it(client: httpx.Client) -> None:
    assert 'href="/quality/sea4neb-article"' in page(client, "/graph/sea4neb-article")
    assert "/quality/" not in page(client, "/graph/territory")
    for address in ("/", "/graph", "/doc/project/resist"):
        assert 'href="/quality"' in page(client, address)


def test_the_trend_follows_the_releases_that_are_kept(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.build()
    first = world.current.id
    with service_on(world.home) as client:
        before = client.get("/quality", headers={"Accept": "text/html"})
        assert before.text.count("<polyline") == 0
        assert [point["release"] for point in client.get("/quality.json").json()["trend"]] == [first]
    named = NEIGHBOUR.replace("koi:involvesActor", 'skos:altLabel "Another"@en ; koi:involvesActor')
    located = named.replace("org:classification", "koi:locatedIn <place/gdansk> ; org:classification")
    world.put("neighbour", {"source.toml": manifest("neighbour"), "graph.ttl": located})
    world.build()
    with service_on(world.home) as client:
        trend = client.get("/quality.json").json()["trend"]
        assert [point["release"] for point in trend] == [first, world.current.id]
        assert trend[0]["figures"]["given"] < trend[1]["figures"]["given"]
        text = page(client, "/quality")
        check_html(text)
        lines = re.findall(r'<svg class="spark"[^>]* role="img" aria-label="([^"]*)"', text)
        assert lines
        assert all(re.fullmatch(r"[\d.]+%, [\d.]+%", line) for line in lines), "a line names its numbers"
        source = client.get("/quality/neighbour.json").json()["trend"]
        assert source[0]["figures"]["whole"] < source[1]["figures"]["whole"]
        tag = client.get("/quality", headers={"Accept": "text/html"}).headers["etag"]
        _forget(world, first)
        assert client.get("/quality", headers={"Accept": "text/html"}).headers["etag"] != tag
        assert len(client.get("/quality.json").json()["trend"]) == 1


def _forget(world: World, release: str) -> None:
    folder = world.home.release(release)
    folder.rename(folder.with_name(f".removing-{release}"))


def test_many_sources_come_in_pages(client: httpx.Client, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    slugs = {source["slug"] for source in client.get("/quality.json").json()["sources"]}
    monkeypatch.setattr(quality, "PAGE_SIZE", 15)
    seen: list[str] = []
    address: str | None = "/quality?sort=name"
    with service_on(Home(home)) as small:
        while address:
            text = page(small, address)
            seen += re.findall(r'<th scope="row"><a href="/quality/([^"]*)"', text)
            more = re.search(r'rel="next" href="([^"]*)"', text)
            address = more[1].replace("&amp;", "&") if more else None
            assert address is None or "sort=name" in address
    assert len(seen) == len(set(seen))
    assert set(seen) == slugs


def test_a_release_without_measures_says_so(tmp_path: Path) -> None:
    home: Home = make_release(tmp_path, "a" * 64, '<project/x> a koi:Project ; skos:prefLabel "X"@en .')
    with service_on(home) as client:
        answer = client.get("/quality", headers={"Accept": "application/json"})
        assert answer.status_code == 404
        assert "not measured" in json.loads(answer.content)["detail"]
