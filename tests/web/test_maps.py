"""Maps are drawings whose dots are links; what scripts add is named where it is set up, and nowhere else."""

import json
import re
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from html_check import check_html
from koinon.cli.app import app
from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings
from koinon.release.paths import Home
from koinon.web import rendering
from koinon.web.app import create_app
from made_shapes import made_shapes
from small_release import service_on

DOT = re.compile(
    r'<a href="([^"]+)" tabindex="-1"><circle class="([\w ]+)"[^>]*data-code="(\w+)"[^>]*><title[^>]*>([^<]+)<'
)


def dots(page: str) -> dict[str, tuple[str, str, str]]:
    """The dots of a page's maps that lead somewhere: class, address and name by code."""
    return {code: (kind, address, name) for address, kind, code, name in DOT.findall(page)}


def test_each_dot_of_the_start_page_names_its_region_and_leads_to_it(client: httpx.Client) -> None:
    found = dots(client.get("/?lang=pl").text)
    assert found["PL63"] == ("region", "/regions/pomorskie?lang=pl", "Pomorskie: 7")
    assert len(found) > 8
    assert client.get("/regions/pomorskie?lang=pl").headers["location"] == "/regions/PL63?lang=pl"


def test_a_region_lies_among_those_it_shares_projects_with(client: httpx.Client) -> None:
    page = client.get("/regions/PL63").text
    listed = set(
        re.findall(r'href="(/regions/PL63/with/\w+)"', page.partition('id="bridges"')[2].partition("</section")[0])
    )
    assert {address for kind, address, _ in dots(page).values() if kind == "partner"} == listed
    assert page.count('<line class="tie"') == len(listed)


def test_a_bridge_joins_its_two_regions_on_the_map(client: httpx.Client) -> None:
    page = client.get("/regions/PL63/with/ITG1").text
    assert page.count('<line class="tie"') == 1
    assert set(dots(page)) == {"PL63", "ITG1"}


def test_maps_of_an_earlier_release_lead_to_it(client: httpx.Client, release_id: str) -> None:
    page = client.get(f"/releases/{release_id}/regions/PL63")
    assert page.status_code == 200
    assert all(address.startswith(f"/releases/{release_id}/") for _, address, _ in dots(page.text).values())


@pytest.fixture
def release_id(client: httpx.Client) -> str:
    """The id of the release that is served."""
    return str(client.get("/ready").json()["release"])


def test_boundaries_come_from_the_operators_file_alone(client: httpx.Client, home: Path, tmp_path: Path) -> None:
    assert client.get("/boundaries?code=PL63").json()["features"] == []
    with service_on(Home(home), shapes=made_shapes(tmp_path), shapes_credit="© the office") as own:
        answer = own.get("/boundaries?code=PL63,NO09", headers={"Accept": "application/geo+json"})
        assert answer.headers["content-type"] == "application/geo+json"
        told = answer.json()
        assert [each["properties"]["code"] for each in told["features"]] == ["PL63"]
        assert told["credit"] == "© the office"
        again = own.get("/boundaries?code=PL63,NO09", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "Name 1 to 400"),
        ("?code=,,", "Name 1 to 400"),
        ("?code=Pomorskie", "'Pomorskie' is no code"),
        ("?code=PL63,<script>", "no code of NUTS"),
        ("?code=" + ",".join(["PL63"] * 401), "Here are 401"),
    ],
)
def test_nonsense_is_told_what_a_code_is(client: httpx.Client, asked: str, told: str) -> None:
    answer = client.get(f"/boundaries{asked}")
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_a_service_does_not_start_with_a_broken_file(tmp_path: Path) -> None:
    file = tmp_path / "shapes.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": []}), "utf-8")
    with pytest.raises(ConfigurationError, match="KOINON_SHAPES"):
        create_app(Settings.from_environment({}, home=tmp_path, shapes=file))


def test_without_the_scripts_pages_have_no_buttons_for_them_and_swagger_ui_is_not_linked(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_built", dict)
    with service_on(Home(home)) as bare:
        for address in ("/doc/project/resist", "/api"):
            page = bare.get(address, headers={"Accept": "text/html"}).text
            check_html(page)
            assert "<script" not in page
            assert 'class="opener"' not in page
            assert "/api/try" not in page
        assert bare.get("/api/try").status_code == 404


def test_an_operator_is_told_how_to_add_boundaries_and_what_is_in_a_file(home: Path, tmp_path: Path) -> None:
    def doctor(**environment: str) -> tuple[int, dict[str, object]]:
        done = CliRunner().invoke(app, ["doctor", "--json", "--home", str(home)], env=environment)
        return done.exit_code, json.loads(done.stdout)

    code, found = doctor()
    assert code == 0
    assert "KOINON_SHAPES" in str(found["boundaries"])
    code, found = doctor(KOINON_SHAPES=str(made_shapes(tmp_path)))
    assert code == 0
    told = found["boundaries"]
    assert isinstance(told, dict)
    assert told["shapes"] == 3
    assert re.fullmatch(r"3 of \d+ have a shape", str(told["regions on the map"]))
    code, found = doctor(KOINON_SHAPES=str(tmp_path / "none"))
    assert code == 1
    assert "cannot be read" in str(found["problems"])


@pytest.mark.skipif("licences.txt" not in rendering._built(), reason="the scripts are not built: make frontend")
def test_the_licences_of_what_readers_are_sent_stand_beside_it(client: httpx.Client) -> None:
    told = client.get("/static/licences.txt")
    assert told.headers["content-type"].startswith("text/plain")
    for name in (
        "leaflet",
        "sigma",
        "graphology",
        "world-atlas",
        "topojson-client",
        "swagger-ui-dist",
        "codemirror",
    ):
        assert re.search(rf"^{name} \d[\d.]* \(.+\)\n\n\S", told.text, re.MULTILINE), name
