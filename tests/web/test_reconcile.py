"""Reconciliation: what a client of the API, such as OpenRefine, gets for the names in a spreadsheet."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from importing import EX, bring, put
from koinon.model.namespaces import SKOS
from koinon.release.paths import Home
from serving import Service, serving

SHARED = Path(os.environ.get("KOINON_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SPECS = SHARED / "conformance" / "reconciliation"
NAMES = {
    "q0": {"query": "Regionalny Ośrodek Polityki Społecznej w Krakowie", "type": "actors"},
    "q1": {"query": "RESPONDET", "type": ["projects"]},
    "q2": {"query": "economia circolare", "type": "topics", "limit": 3},
    "q3": {"query": "Nobody is called like this", "type": "actors"},
}


@pytest.fixture(scope="module")
def client(server: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


def match(client: httpx.Client, **queries: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the candidates of each query."""
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return {key: value["result"] for key, value in answer.json().items()}


def first(client: httpx.Client, query: str, **more: Any) -> dict[str, Any]:
    """Return the best candidate for a name."""
    return match(client, q={"query": query, **more})["q"][0]


def valid(document: Any, version: str, schema: str) -> None:
    """Validate a document by a schema of the specification, where its files are at hand."""
    folder = SPECS / version / "schemas"
    if not folder.is_dir():
        pytest.skip("the schemas of the specification are not here (KOINON_SHARED)")
    files = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    # Its files call each other by their names, whatever their own addresses are.
    named = [
        (name, Resource.from_contents(one, default_specification=DRAFT7))
        for path, one in zip(folder.glob("*.json"), files, strict=True)
        for name in {path.name, one["$id"], one["$id"].rsplit("/", 1)[0] + "/" + path.name}
    ]
    whole = json.loads((folder / f"{schema}.json").read_text())
    Draft7Validator(whole, registry=Registry().with_resources(named)).validate(document)


def test_a_name_in_its_own_language_is_matched(client: httpx.Client) -> None:
    found = first(client, "Regionalny Ośrodek Polityki Społecznej w Krakowie", type="actors")
    assert (found["id"], found["match"], found["score"]) == ("id/organisation/rops-krakow", True, 100)
    assert "Kraków" in found["description"]


def test_a_name_in_any_language_and_spelling_finds_one_topic(client: httpx.Client) -> None:
    names = ("economia circolare", "Gospodarka o obiegu zamkniętym", "APRITES EKONOMIKA", "kykliki oikonomia")
    for name in names:
        assert first(client, name, type="topics")["id"] == "code/theme/circular-economy", name


def test_a_spelling_that_is_known_to_be_wrong_finds_the_project(client: httpx.Client) -> None:
    assert first(client, "RESIS", type="projects")["id"] == "id/project/resist"


def test_an_association_and_a_cluster_of_one_name_are_both_offered_and_neither_is_chosen(
    client: httpx.Client,
) -> None:
    found = match(client, q={"query": "PLOUCS", "type": "actors"})["q"]
    assert {one["id"] for one in found[:2]} == {"id/cluster/ploucs", "id/organisation/ploucs"}
    assert not any(one["match"] for one in found)


def test_a_column_beside_the_name_decides(client: httpx.Client) -> None:
    agreeing = first(client, "RESPONDET", properties=[{"pid": "country", "v": "Poland"}])
    assert agreeing["match"]
    assert {one["id"]: one["value"] for one in agreeing["features"]}["country"] == 100
    contradicting = first(client, "RESPONDET", properties=[{"pid": "start", "v": "1987"}])
    assert not contradicting["match"]
    assert contradicting["score"] < agreeing["score"]


def test_a_code_is_enough(client: httpx.Client) -> None:
    by_property = match(client, q={"properties": [{"pid": "identifier", "v": "PL21"}], "type": "regions"})["q"]
    assert by_property[0]["id"] == "id/place/malopolskie"
    assert first(client, "PL21", type="regions")["id"] == "id/place/malopolskie"


@pytest.mark.parametrize(
    "name", ["id/project/resist", "project/resist", "https://w3id.org/koinon/id/project/resist"]
)
def test_an_id_is_matched_with_its_thing(client: httpx.Client, name: str) -> None:
    assert first(client, name)["id"] == "id/project/resist"
    assert first(client, name)["match"]


def test_types_hold_and_limits_too(client: httpx.Client) -> None:
    found = match(client, q={"query": "social", "type": "projects", "limit": 2})["q"]
    assert len(found) <= 2
    assert all({"projects"} <= {kind["id"] for kind in one["type"]} for one in found)


def test_answers_are_those_of_the_specification(client: httpx.Client) -> None:
    valid(client.get("/reconcile").json(), "0.2", "manifest")
    valid(client.get("/reconcile/1.0-draft").json(), "1.0-draft", "manifest")
    valid(
        client.get("/reconcile", params={"queries": json.dumps(NAMES)}).json(), "0.2", "reconciliation-result-batch"
    )
    for version, path in (("0.2", "/reconcile"), ("1.0-draft", "/reconcile/1.0-draft")):
        for kind, schema in (("entity", "entities"), ("property", "properties"), ("type", "types")):
            found = client.get(f"{path}/suggest/{kind}", params={"prefix": "c"}).json()
            assert found["result"]
            valid(found, version, f"suggest-{schema}-response")
        proposed = client.get(f"{path}/extend/propose", params={"type": "projects"}).json()
        valid(proposed, version, "data-extension-property-proposal")
    asked = [
        {"type": "actors", "lang": "pl", "conditions": [{"matchType": "name", "propertyValue": "Małopolska"}]},
        {"conditions": [{"matchType": "id", "propertyValue": "project/resist"}]},
    ]
    drafted = client.post("/reconcile/1.0-draft/match", json={"queries": asked}).json()
    valid(drafted, "1.0-draft", "reconciliation-result-batch")
    assert drafted["results"][1]["candidates"][0]["match"]


def test_a_required_condition_of_the_draft_is_a_filter(client: httpx.Client) -> None:
    name = {"matchType": "name", "propertyValue": "RESPONDET"}
    country = {"matchType": "property", "propertyId": "country", "required": True}
    asked = [{"conditions": [name, {**country, "propertyValue": place}]} for place in ("Belgium", "Iceland")]
    found = client.post("/reconcile/1.0-draft/match", json={"queries": asked}).json()["results"]
    assert [bool(one["candidates"]) for one in found] == [True, False]


def test_columns_are_added_from_what_was_matched(client: httpx.Client) -> None:
    asked = {
        "ids": ["id/project/respondet", "id/organisation/rops-krakow", "id/project/unknown"],
        "properties": [
            {"id": "country"},
            {"id": "start"},
            {"id": "name", "settings": {"language": "pl", "limit": "1"}},
            {"id": "partner", "settings": {"content": "id"}},
        ],
    }
    old = client.post("/reconcile", data={"extend": json.dumps(asked)}).json()
    valid(old, "0.2", "data-extension-response")
    project = old["rows"]["id/project/respondet"]
    assert {"id": "id/place/poland", "name": "Poland"} in project["country"]
    assert project["start"] == [{"date": "2022-05-01T00:00:00Z"}]
    assert {"str": "https://w3id.org/koinon/id/organisation/rops-krakow"} in project["partner"]
    assert old["rows"]["id/organisation/rops-krakow"]["name"] == [
        {"str": "Regionalny Ośrodek Polityki Społecznej w Krakowie"}
    ]
    assert old["rows"]["id/project/unknown"]["country"] == [{}]
    new = client.post("/reconcile/1.0-draft/extend", json=asked).json()
    valid(new, "1.0-draft", "data-extension-response")
    assert [row["id"] for row in new["rows"]] == asked["ids"]


def test_names_come_in_the_language_of_the_reader(client: httpx.Client) -> None:
    polish = client.get("/reconcile", headers={"Accept-Language": "pl"}).json()
    assert {"id": "projects", "name": "Projekty"} in polish["defaultTypes"]
    answer = client.get("/reconcile", params={"queries": json.dumps(NAMES)}, headers={"Accept-Language": "pl"})
    assert answer.headers["Content-Language"] == "pl"
    assert answer.json()["q2"]["result"][0]["name"] == "gospodarka o obiegu zamkniętym"


def test_a_preview_may_stand_in_a_frame_of_others_and_runs_nothing(client: httpx.Client) -> None:
    shown = client.get("/reconcile/preview", params={"id": "id/project/resist"})
    policy = shown.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "<script" not in shown.text
    assert "RESIST" in shown.text
    assert "frame-ancestors 'none'" in client.get("/doc/project/resist").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "address",
    [
        "http://data.europa.eu/nuts/code/PL21",
        "data.europa.eu/nuts/code/PL21",
        "https://www.wikidata.org/wiki/Q54159",
        "http://www.wikidata.org/entity/Q54159",
    ],
)
def test_the_address_of_a_thing_in_a_register_is_its_identifier(client: httpx.Client, address: str) -> None:
    """Spreadsheets hold the addresses of ROR, Wikidata and the like where others hold the bare number."""
    by_name = first(client, address, type="regions")
    assert (by_name["id"], by_name["match"]) == ("id/place/malopolskie", True)
    column = {"pid": "identifier", "v": address}
    by_column = first(client, "Lesser Poland", type="regions", properties=[column])
    assert by_column["id"] == "id/place/malopolskie"
    assert {"id": "identifier", "value": 100.0} in [
        {k: f[k] for k in ("id", "value")} for f in by_column["features"]
    ]


@pytest.mark.parametrize("town", ["Cracovia", "Krakau", "Κρακοβία", "CRACOW"])
def test_a_town_agrees_by_its_names_in_other_languages(client: httpx.Client, town: str) -> None:
    column = {"pid": "place", "v": town}
    offices = match(
        client, q={"query": "Regional Centre for Social Policy", "type": "actors", "properties": [column]}
    )["q"]
    agreement = {
        one["id"]: next(part["value"] for part in one["features"] if part["id"] == "place") for one in offices
    }
    assert agreement["id/organisation/rops-krakow"] >= 97
    assert agreement["id/organisation/rops-gdansk"] < 50


def test_a_number_that_is_only_alike_is_anothers(client: httpx.Client) -> None:
    for number in ("PL22", "http://data.europa.eu/nuts/code/PL22"):
        column = {"pid": "identifier", "v": number}
        found = first(client, "Małopolskie", type="regions", properties=[column])
        agreement = {part["id"]: part["value"] for part in found["features"]}
        assert (agreement["name"], agreement["identifier"], found["match"]) == (100, 0, False)


def test_the_same_number_in_another_register_is_another_thing(client: httpx.Client) -> None:
    assert first(client, "Q2157", type="regions")["match"], "it is the number in the EU Knowledge Graph"
    elsewhere = match(client, q={"query": "https://www.wikidata.org/wiki/Q2157", "type": "regions"})["q"]
    assert not [one for one in elsewhere if one["match"]]


def test_a_client_is_led_to_the_page_of_an_entity(client: httpx.Client) -> None:
    for identifier, path in (
        ("id/project/resist", "/doc/project/resist"),
        ("code/theme/circular-economy", "/code/theme/circular-economy"),
    ):
        led = client.get("/reconcile/view", params={"id": identifier})
        assert (led.status_code, led.headers["Location"]) == (303, path)


@pytest.mark.parametrize(
    ("queries", "told"),
    [
        ("{", "line 1, column 2"),
        ("[]", "takes an object"),
        ('{"q": {}}', "queries.q has neither query nor properties"),
        ('{"q": {"query": 1}}', "queries.q.query takes a text"),
        ('{"q": {"query": "x", "type": "castle"}}', "'castle' is no type here"),
        ('{"q": {"query": "x", "properties": [{"pid": "colour", "v": 1}]}}', "'colour' is no property here"),
        ('{"q": {"query": "x", "properties": [{"p": "country"}]}}', "queries.q.properties[0].pid is missing"),
        ('{"q": {"query": "x", "limit": -1}}', "queries.q.limit takes a number above 0"),
        ('{"q": {"query": "x", "colour": 1}}', "queries.q.colour is no field"),
        ("[" * 5000, "nested too deeply"),
    ],
)
def test_what_is_wrong_in_a_batch_is_told_with_its_place(client: httpx.Client, queries: str, told: str) -> None:
    answer = client.post("/reconcile", data={"queries": queries})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert told in answer.json()["detail"]


def test_the_invalid_examples_of_the_specification_are_refused(client: httpx.Client) -> None:
    if not SPECS.is_dir():
        pytest.skip("the examples of the specification are not here (KOINON_SHARED)")
    for path in sorted((SPECS / "0.2/examples/reconciliation-query-batch/invalid").glob("*.json")):
        assert client.post("/reconcile", data={"queries": path.read_text()}).status_code == 400, path.name
    for path in sorted((SPECS / "1.0-draft/examples/reconciliation-query-batch/invalid").glob("*.json")):
        answer = client.post("/reconcile/1.0-draft/match", json=json.loads(path.read_text()))
        assert answer.status_code == 400, path.name


def test_too_much_at_once_is_refused_and_the_manifest_says_how_much_is_not(client: httpx.Client) -> None:
    most = client.get("/reconcile").json()["batchSize"]
    queries = {str(number): {"query": "x"} for number in range(most + 1)}
    refused = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert (refused.status_code, str(most) in refused.json()["detail"]) == (413, True)
    assert (
        client.post("/reconcile", content=b" " * 600_000, headers={"Content-Type": "application/json"}).status_code
        == 413
    )


@pytest.mark.parametrize(
    "name", ["", " ", "\u200b", "x" * 20_000, "ltd", "\u202eabc", "' OR 1=1", "<script>", "İı", "ς", "%00"]
)
def test_strange_names_are_answered(client: httpx.Client, name: str) -> None:
    assert isinstance(match(client, q={"query": name})["q"], list)


@pytest.mark.parametrize("name", ["%", "%ff", "http://[x", "https://x/%zz", "<", "koinon"])
def test_what_is_no_address_is_nothing_that_is_known(client: httpx.Client, name: str) -> None:
    for path in ("/reconcile/preview", "/reconcile/1.0-draft/preview", "/reconcile/flyout/entity"):
        assert client.get(path, params={"id": name}).status_code == 404
    asked = {"ids": [name], "properties": [{"id": "country"}]}
    rows = client.post("/reconcile", data={"extend": json.dumps(asked)}).json()["rows"]
    assert rows == {name: {"country": [{}]}}
    condition = {"matchType": "id", "propertyValue": {"id": name}}
    answer = client.post("/reconcile/1.0-draft/match", json={"queries": [{"conditions": [condition]}]})
    assert answer.json() == {"results": [{"candidates": []}]}


@pytest.mark.parametrize(
    "queries", ['{"q": {"query": "x", "limit": ' + "9" * 5000 + "}}", '{"\\ud800": {"quer": "x"}}']
)
def test_numbers_without_end_and_halves_of_characters_are_told(client: httpx.Client, queries: str) -> None:
    answer = client.post("/reconcile", data={"queries": queries})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_batch_that_compares_too_much_is_refused(client: httpx.Client) -> None:
    conditions = [{"pid": "country", "v": ["Greece"] * 20}] * 10
    batch = {f"q{number}": {"query": "e", "properties": conditions} for number in range(50)}
    answer = client.post("/reconcile", data={"queries": json.dumps(batch)})
    assert answer.status_code == 413
    assert "1,000 values" in answer.json()["detail"]


def test_many_rows_are_extended_in_turns(client: httpx.Client) -> None:
    ids = ["project/respondet", *(f"project/nothing-{number}" for number in range(50))]
    asked = {"ids": ids, "properties": [{"id": "country"}]}
    rows = client.post("/reconcile", data={"extend": json.dumps(asked)}).json()["rows"]
    assert [*rows] == ids


def test_a_flyout_escapes_what_it_shows(client: httpx.Client) -> None:
    shown = client.get("/reconcile/flyout/entity", params={"id": "id/project/resist"}).json()
    assert shown["html"].startswith("<p><b>RESIST</b></p>")
    assert client.get("/reconcile/flyout/entity", params={"id": "<script>"}).status_code == 404


def test_suggestions_come_to_an_end(client: httpx.Client) -> None:
    """A client that asks for page after page gets to the last one, and is given nothing twice at the end."""
    for cursor in ("501", "999999"):
        found = client.get("/reconcile/suggest/entity", params={"prefix": "a", "cursor": cursor})
        assert found.json() == {"result": []}


@pytest.mark.parametrize("identifier", ["../../help", "//example.org/x", "id/project/../../../help", ""])
def test_a_view_leads_only_to_addresses_of_things(client: httpx.Client, identifier: str) -> None:
    assert client.get("/reconcile/view", params={"id": identifier}).status_code == 404


def test_a_view_of_what_others_minted_leads_to_them(tmp_path: Path) -> None:
    """Candidates may be concepts of others' lists; nothing else of the world is led to."""
    concept = f'<{EX}form> a <{SKOS}Concept> ; <{SKOS}prefLabel> "Cooperative"@en . <{EX}a> <{EX}p> <{EX}b> .'
    bring(Home(tmp_path / "home"), put(tmp_path, "list.ttl", concept))
    with serving(tmp_path / "home") as service, httpx.Client(base_url=service.url, timeout=60) as client:
        found = first(client, "cooperative", type="topics")
        assert found["id"] == EX + "form"
        led = client.get("/reconcile/view", params={"id": found["id"]})
        assert (led.status_code, led.headers["Location"]) == (303, EX + "form")
        for other in (EX + "a", EX + "unknown", "ftp://example.org/form"):
            assert client.get("/reconcile/view", params={"id": other}).status_code == 404
