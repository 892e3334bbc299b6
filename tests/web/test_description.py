"""The description for programs: whole, and every example in it is answered as it says."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from koinon.model.settings import Settings
from koinon.release.current import Release
from koinon.web.app import create_app
from koinon.web.described_addresses import known_of

DESCRIPTION: dict[str, Any] = create_app(Settings.from_environment({})).openapi()
YOUNG = ("/data/dumps/", "/releases/{release}/diff", "/ldes/group", "/ldes/{kind}/{name}/group")
"""Addresses that a home of one release, without files for download, need not have."""
SEARCHES = ("/suggest", "/search", "/search.{suffix}")
"""Addresses whose examples belong together."""
GETS = sorted(path for path, methods in DESCRIPTION["paths"].items() if "get" in methods and known_of(path))
PLACE = re.compile(r"\{(\w+)\}")


def examples(path: str, release: str) -> Iterator[tuple[str, str]]:
    """Each example of an address: alone, and with each of its parameters."""
    parameters = DESCRIPTION["paths"][path]["get"].get("parameters", ())
    places = {each["name"]: each.get("example", release) for each in parameters if each["in"] == "path"}
    address = PLACE.sub(lambda found: places[found[1]], path)
    asked = [each for each in parameters if each["in"] == "query" and "example" in each]
    needed = {each["name"]: each["example"] for each in asked if each.get("required") or path in SEARCHES}
    yield f"{address}?{urlencode(needed)}", ""
    for each in asked:
        yield f"{address}?{urlencode(needed | {each['name']: each['example']})}", each["name"]


def documented(path: str, response: httpx.Response) -> bool:
    responses = DESCRIPTION["paths"][path]["get"]["responses"]
    told = responses.get(str(response.status_code)) or responses.get(f"{response.status_code // 100}XX")
    if told is None:
        return False
    kinds = set(told.get("content", ()))
    return not kinds or "*/*" in kinds or response.headers["content-type"].partition(";")[0] in kinds


def test_every_reference_in_the_description_leads_somewhere() -> None:
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DESCRIPTION)):
        place: Any = DESCRIPTION
        for step in reference.split("/"):
            place = place[step]
    assert DESCRIPTION["openapi"].startswith("3.1")
    assert len(GETS) > 60


@pytest.mark.parametrize("path", GETS)
def test_every_example_is_answered_as_described(client: httpx.Client, release: Release, path: str) -> None:
    for address, parameter in examples(path, release.id[:12]):
        response = client.get(address)
        assert documented(path, response), (address, response.status_code, response.headers.get("content-type"))
        if not path.startswith(YOUNG):
            assert response.status_code < 400, (address, parameter, response.text[:300])


@pytest.mark.parametrize("path", ["/projects", "/doc/{type}/{name}", "/graph", "/search", "/queries/{name}"])
def test_every_form_that_is_described_is_sent(client: httpx.Client, release: Release, path: str) -> None:
    address, _ = next(examples(path, release.id[:12]))
    for media_type in DESCRIPTION["paths"][path]["get"]["responses"]["200"]["content"]:
        response = client.get(address, headers={"Accept": media_type})
        assert documented(path, response)
        assert response.status_code in (200, 406), (address, media_type)


def test_what_is_refused_is_the_problem_that_is_described(client: httpx.Client) -> None:
    schema = DESCRIPTION["components"]["schemas"]["Problem"]
    for address in ("/projects?size=0", "/doc/project/nobody", "/nothing", "/sparql?query=x"):
        problem = client.get(address).json()
        assert set(schema["required"]) <= set(problem)
        assert set(schema["properties"]) >= set(schema["required"])
