"""A portal of another origin shows a thing and a list, as docs/embedding.md says."""

import json
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from serving import Service

api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
TEXT = (Path(__file__).resolve().parents[2] / "docs" / "embedding.md").read_text("utf-8")
SNIPPET = re.search(r"```html\n(.*?)```", TEXT, re.DOTALL)[1]
CALL = re.search(r"```js\n(.*?)```", TEXT, re.DOTALL)[1]


@pytest.fixture(scope="module")
def portal(server: Service) -> Iterator[str]:
    """A page with the snippet, on another origin and under a policy that allows the service alone."""
    page = f"<!doctype html><html lang=it><title>Portal</title><body>{SNIPPET}".replace(
        "https://koinon.example", server.url
    )

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header(
                "Content-Security-Policy", f"default-src 'none'; script-src {server.url}; connect-src {server.url}"
            )
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{other.server_port}/"
        other.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator["api.Browser"]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def test_the_snippet_shows_a_thing_and_a_list_and_tells_search_engines(
    browser: "api.Browser", portal: str, server: Service
) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(portal)
    for name in ("koinon-thing", "koinon-list"):
        page.wait_for_selector(f"{name} script", state="attached")
    thing, listed = page.locator("koinon-thing a.name"), page.locator("koinon-list li a.name")
    assert thing.inner_text() == "RESIST"
    assert thing.get_attribute("href") == f"{server.url}/doc/project/resist"
    assert "Regionalne Ekosystemy" in page.locator("koinon-thing .more").first.inner_text()
    assert "RESIST" in listed.all_inner_texts()
    told = [json.loads(text) for text in page.locator("script[type='application/ld+json']").all_text_contents()]
    assert (told[0]["@context"], told[0]["@type"], told[0]["name"]) == ("https://schema.org", "Project", "RESIST")
    assert told[1]["numberOfItems"] == len(told[1]["itemListElement"])
    assert [one for one in said if "favicon" not in one] == []
    page.close()


def test_the_call_without_the_script_works_from_another_origin(
    browser: "api.Browser", portal: str, server: Service
) -> None:
    page = browser.new_page()
    page.goto(portal)
    call = CALL.replace("https://koinon.example", server.url)
    assert page.evaluate(f"(async () => {{ {call}; return items.length && items.length <= total }})()")
    page.close()


def test_where_the_service_does_not_know_the_thing_the_link_inside_stays(
    browser: "api.Browser", portal: str
) -> None:
    page = browser.new_page()
    page.goto(portal)
    page.wait_for_selector("koinon-thing script", state="attached")
    gone = (
        "document.body.insertAdjacentHTML('beforeend', "
        "`<koinon-thing id=gone src='${document.querySelector('koinon-thing').getAttribute('src')}-gone'>"
        "<a href='/there'>There</a></koinon-thing>`)"
    )
    with page.expect_console_message(lambda said: "answers with 404" in said.text):
        page.evaluate(gone)
    assert page.locator("#gone a").is_visible()
    assert page.evaluate("document.getElementById('gone').shadowRoot") is None
    page.close()
