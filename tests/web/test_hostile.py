"""Labels, IRIs and requests that mean harm become text, or are refused."""

import re
from collections.abc import Iterator

import httpx
import pytest

from html_check import check_html, foreign_scripts
from small_release import make_release, service_on

SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"""
<project/evil> a koi:Project ; skos:prefLabel "{SCRIPT}"@en , "\\"><img src=x onerror=alert(1)>"@pl ;
  skos:altLabel "'; DROP TABLE x; --"@en , "a\\r\\nSet-Cookie: x=1"@en ;
  koi:about <javascript:alert(1)> , <data:text/html,x> , <https://example.org/ok?a=1&b=2> ;
  koi:linksTo <https://example.org/'onmouseover='alert(1)> .
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with service_on(make_release(tmp_path_factory.mktemp("hostile"), "a" * 64, HOSTILE)) as client:
        yield client


def test_a_label_never_becomes_markup(client: httpx.Client) -> None:
    for address in ("/doc/project/evil", "/projects", "/doc/project/evil?lang=pl", "/graph/small"):
        page = client.get(address, headers={"Accept": "text/html"}).text
        assert not foreign_scripts(page)
        assert "<img src=x" not in page
        check_html(page)
    assert "&lt;script&gt;" in client.get("/doc/project/evil", headers={"Accept": "text/html"}).text


def test_only_web_addresses_become_links(client: httpx.Client) -> None:
    page = client.get("/doc/project/evil", headers={"Accept": "text/html"}).text
    links = re.findall(r'href="([^"]*)"', page)
    assert "https://example.org/ok?a=1&amp;b=2" in links
    assert not [link for link in links if link.startswith(("javascript:", "data:"))]
    assert "javascript:alert(1)" in page, "it is shown as text"
    assert "onmouseover" not in re.sub(r'"[^"]*"', "", page.split("<main")[1]).replace("&#39;onmouseover", "")


@pytest.mark.parametrize("form", ["jsonld", "ttl", "nt", "rdf", "trig"])
def test_hostile_labels_survive_every_syntax_unchanged(client: httpx.Client, form: str) -> None:
    answer = client.get(f"/doc/project/evil.{form}")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/doc/project/%0d%0aSet-Cookie:%20x=1",
        "/id/project/evil%0d%0aLocation:%20http:%2f%2fexample.org",
        "/id/../../etc/passwd",
        "/doc/project/..%2f..%2fmanifest.json",
        "/context/..%2f..%2fpyproject.toml",
        "/context/../catalog.md",
        "/shapes/..%2fontology%2fcore",
        "/static/..%2fapp.py",
        "/graph/%00",
        "/doc/project/evil%3Cscript%3E",
        "/code/%FF/%FE",
        "/doc/project/" + "a" * 1500,
        "/nothing",
        "/ID/project/evil",
    ],
)
def test_no_path_escapes_from_what_is_published(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in answer.headers
    assert not foreign_scripts(answer.text)


def test_a_very_long_address_is_refused(client: httpx.Client) -> None:
    assert client.get("/doc/project/" + "a" * 5000).status_code == 414


@pytest.mark.parametrize("host", ['evil"><script>', "evil.example/path", "a b", "x" * 300, "[1:::]", "[:.]:80"])
def test_a_malformed_host_is_refused(client: httpx.Client, host: str) -> None:
    answer = client.get("/doc/project/evil.jsonld", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "header",
    [
        "",
        ",",
        ";;;",
        "*/*;q=abc",
        "text/html;q=2",
        "a/b;q=0.1;;;,,,text/turtle",
        "text/turtle;q=0." + "9" * 5000,
        "é/é",
    ],
)
def test_odd_accept_headers_get_an_answer_or_a_406(client: httpx.Client, header: str) -> None:
    answer = client.get("/doc/project/evil", headers={"Accept": header.encode("utf-8")})
    assert answer.status_code in (200, 406)


def test_a_hostile_language_is_ignored(client: httpx.Client) -> None:
    page = client.get('/?lang="><script>alert(1)</script>', headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert not foreign_scripts(page.text)
    assert '<html lang="en"' in page.text


def test_the_query_form_shows_what_was_sent_as_text(client: httpx.Client) -> None:
    query = "SELECT * WHERE { </textarea><script>alert(1)</script> ?p ?o }"
    page = client.get("/sparql", params={"query": query}, headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert not foreign_scripts(page.text)
    check_html(page.text)


def test_every_answer_carries_the_security_headers(client: httpx.Client) -> None:
    for address in (
        "/",
        "/doc/project/evil",
        "/doc/project/evil.ttl",
        "/nothing",
        "/sparql",
        "/live",
        "/static/koinon.css",
    ):
        headers = client.get(address).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "referrer-policy" in headers


def test_no_page_needs_another_host_or_a_script(client: httpx.Client) -> None:
    for address in ("/", "/doc/project/evil", "/sparql", "/queries"):
        page = client.get(address, headers={"Accept": "text/html"}).text
        check_html(page)
        loaded = re.findall(r'<(?:img|link rel="(?:stylesheet|icon)")[^>]*(?:src|href)="([^"]+)"', page)
        assert loaded
        assert all(address.startswith("/static/") for address in loaded)
