"""What is asked again byte for byte is answered from memory, as long as it is true; and paths find their routes."""

import time
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from koinon.model.settings import Settings
from koinon.web.app import create_app
from koinon.web.directory import Directory
from koinon.web.unchanged import Unchanged
from small_release import make_release, service_on

FIRST = '<project/one> a koi:Project ; skos:prefLabel "The first name"@en .'
SECOND = '<project/one> a koi:Project ; skos:prefLabel "The second name"@en .'
PATHS = ("/doc/project/one.jsonld", "/doc/project/one.ttl", "/doc/project/one.html", "/projects.csv")


@pytest.fixture
def passed_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that the application had to read."""
    read: list[str] = []
    original = Unchanged.__call__

    async def told(self: Unchanged, scope: Scope, receive: Receive, send: Send) -> None:
        read.append(scope.get("path", ""))
        await original(self, scope, receive, send)

    monkeypatch.setattr(Unchanged, "__call__", told)
    return read


def test_a_document_that_is_asked_for_again_is_repeated_until_another_release_is_served(
    tmp_path: Path, passed_on: list[str]
) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    with service_on(home) as client:
        for path in PATHS:
            first, *others = (client.get(path) for _ in range(3))
            assert first.status_code == 200
            assert b"The first name" in first.content
            for again in others:
                assert again.content == first.content
                assert _lasting(again) == _lasting(first)
        assert [path for path in passed_on if path in PATHS] == list(PATHS)

        assert client.get(PATHS[0], headers={"Accept-Language": "el"}).status_code == 200
        assert passed_on.count(PATHS[0]) == 2, "another request is read"

        make_release(tmp_path, "b" * 64, SECOND)
        deadline = time.monotonic() + 20
        while b"The second name" not in client.get(PATHS[0]).content:
            assert time.monotonic() < deadline, "the first release is repeated"
            time.sleep(0.1)
        for path in PATHS:
            assert b"The second name" in client.get(path).content
            assert b"The first name" not in client.get(path).content


def test_what_is_no_document_is_not_repeated(tmp_path: Path, passed_on: list[str]) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    refused = ("/live", "/ready", "/doc/project/none", "/projects?size=0", "/projects?colour=red")
    with service_on(home) as client:
        for path in refused:
            assert [client.get(path).status_code for _ in range(2)] in ([200] * 2, [400] * 2, [404] * 2)
            assert passed_on.count(path.partition("?")[0]) >= 2, path
            passed_on.clear()


def test_answers_for_which_there_is_no_room_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed_on: list[str]
) -> None:
    monkeypatch.setattr("koinon.web.unchanged._CAPACITY", 100)
    things = "\n".join(f'<project/p{n}> a koi:Project ; skos:prefLabel "Project {n}"@en .' for n in range(4))
    with service_on(make_release(tmp_path, "c" * 64, things)) as client:
        for _ in range(2):
            for number in range(4):
                assert f'"Project {number}"'.encode() in client.get(f"/doc/project/p{number}.ttl").content
    assert len([path for path in passed_on if path]) == 8, "nothing fits, so all are made"


def test_every_path_finds_the_route_that_comes_first_among_all(tmp_path: Path) -> None:
    app = create_app(Settings.from_environment({}, home=tmp_path))
    directory = app.router.routes[0]
    assert isinstance(directory, Directory)
    routes = [context.original_route for context in iter_route_contexts(app.router.routes[1:])]
    described = {path.replace("{", "").replace("}", "") for path in app.openapi()["paths"]}
    assert len(described) > 100
    unknown = {"/", "/nothing", "/doc", "/doc/", "/projects.", "/.well-known", "//", "/actors/a/b/c/d", "/é"}
    for path in sorted(described | unknown):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE"):
            scope: Scope = {"type": "http", "path": path, "method": method, "headers": [], "root_path": ""}
            expected = next((route for route in routes if route.matches({**scope})[0] == Match.FULL), None)
            assert directory.matches({**scope})[1].get("route") is expected, (method, path)


def _lasting(response: httpx.Response) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in response.headers.items() if name != "date")
