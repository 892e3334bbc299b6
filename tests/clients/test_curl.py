"""curl asks by hand: every method, conditional requests, errors."""

import json
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from clients.questions import COORDINATOR, DEPARTMENT, TYPES, UPDATE, WRONG
from serving import Service

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@dataclass(frozen=True)
class Said:
    status: int
    headers: dict[str, str]
    body: str


def curl(*arguments: str) -> Said:
    done = subprocess.run(["curl", "-sS", "-i", *arguments], capture_output=True, timeout=60, check=True)
    head, _, body = done.stdout.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Said(int(first.split()[1]), headers, body)


GET = ("-G", "--data-urlencode", f"query={COORDINATOR}")
FORM = ("--data-urlencode", f"query={COORDINATOR}")
DIRECT = ("-H", "Content-Type: application/sparql-query", "--data-binary", COORDINATOR)


@pytest.mark.parametrize("way", [GET, FORM, DIRECT], ids=["get", "form", "direct"])
def test_every_way_to_ask_gives_the_answer(server: Service, way: tuple[str, ...]) -> None:
    said = curl("-H", "Accept: text/csv", *way, f"{server}/sparql")
    assert said.status == 200
    assert said.headers["content-type"].startswith("text/csv")
    assert said.body.split() == ["who", DEPARTMENT]


def test_without_a_wish_the_answer_is_json_or_turtle(server: Service) -> None:
    assert json.loads(curl(*GET, f"{server}/sparql").body)["head"]["vars"] == ["who"]
    said = curl("-G", "--data-urlencode", f"query={TYPES}", f"{server}/sparql")
    assert said.headers["content-type"].startswith("text/turtle")


def test_head_says_what_get_would_say(server: Service) -> None:
    get, head = curl(*GET, f"{server}/sparql"), curl("--head", *GET, f"{server}/sparql")
    assert (head.status, head.body) == (200, "")
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == get.headers[name]


def test_an_answer_that_is_known_is_not_sent_again(server: Service) -> None:
    tag = curl(*GET, f"{server}/sparql").headers["etag"]
    again = curl("-H", f"If-None-Match: {tag}", *GET, f"{server}/sparql")
    assert (again.status, again.body, again.headers["etag"]) == (304, "", tag)
    assert curl("-H", f"If-None-Match: {tag}", "-H", "Accept: text/csv", *GET, f"{server}/sparql").status == 200
    assert curl("-H", 'If-None-Match: "another"', *GET, f"{server}/sparql").status == 200


def test_pages_of_any_origin_may_ask(server: Service) -> None:
    said = curl(
        *("-X", "OPTIONS", "-H", "Origin: https://example.org", "-H", "Access-Control-Request-Method: POST"),
        *("-H", "Access-Control-Request-Headers: content-type", f"{server}/sparql"),
    )
    assert said.status in (200, 204)
    assert said.headers["access-control-allow-origin"] == "*"
    assert "POST" in said.headers["access-control-allow-methods"]
    assert "content-type" in said.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in said.headers
    assert (
        curl("-H", "Origin: https://example.org", *GET, f"{server}/sparql").headers["access-control-allow-origin"]
        == "*"
    )


def test_an_error_is_a_problem_that_says_where(server: Service) -> None:
    said = curl("--data-urlencode", f"query={WRONG}", f"{server}/sparql")
    assert (said.status, said.headers["content-type"]) == (400, "application/problem+json")
    problem = json.loads(said.body)
    assert (problem["status"], problem["line"]) == (400, 2)
    assert problem["column"] > 1


def test_an_update_is_refused(server: Service) -> None:
    said = curl("--data-urlencode", f"update={UPDATE}", f"{server}/sparql")
    assert (said.status, said.headers["content-type"]) == (400, "application/problem+json")
    said = curl("-H", "Content-Type: application/sparql-update", "--data-binary", UPDATE, f"{server}/sparql")
    assert said.status in (400, 415)


def test_the_exit_code_tells_an_error_to_a_script(server: Service) -> None:
    wrong = subprocess.run(
        ["curl", "-sSf", "--data-urlencode", f"query={WRONG}", f"{server}/sparql"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert wrong.returncode == 22
