"""The editor of /sparql and the suggestions of search boxes, in a real browser, by keyboard."""

import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from urllib.parse import quote

import pytest

from serving import Service

api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BUILT = files("koinon.web") / "static" / "built" / "editor.js"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
    pytest.mark.skipif(not BUILT.is_file(), reason="the scripts are not built: make frontend"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""


@pytest.fixture(scope="module")
def browser() -> Iterator["api.Browser"]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: "api.Browser", server: Service) -> Iterator["api.Page"]:
    """A page that must break no rule of the content security policy, raise nothing and ask no other host."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.url, locale="en")
    page = context.new_page()
    wrong: list[str] = []
    page.add_init_script(WATCH)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(server.url) or wrong.append(asked.url))
    yield page
    assert page.evaluate("violations") == []
    assert wrong == []
    context.close()


def text_of(page: "api.Page") -> str:
    return page.evaluate("document.getElementById('query').value")


def edit(page: "api.Page", text: str) -> None:
    page.locator(".editor .cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def take_completion(page: "api.Page") -> None:
    """Press Enter as people do: CodeMirror takes none within 75 ms of the list (interactionDelay)."""
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")


def test_a_query_is_written_with_completion_and_asked_by_keyboard_alone(page: "api.Page") -> None:
    page.goto("/sparql")
    edit(page, "SELECT * WHERE { ?project a koi:Projec")
    page.wait_for_selector(".cm-tooltip-autocomplete li[aria-selected=true]")
    assert page.locator(".cm-tooltip-autocomplete li").first.inner_text().startswith("koi:Project")
    take_completion(page)
    assert text_of(page) == "PREFIX koi: <https://w3id.org/koinon/def#>\nSELECT * WHERE { ?project a koi:Project"
    page.keyboard.type(" }")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#answer table")
    assert page.locator("#answer td a").count() > 0
    page.keyboard.press("Escape")
    page.locator("#answer td a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/project/*")


def test_a_name_in_another_script_becomes_the_thing(page: "api.Page") -> None:
    page.goto("/sparql")
    edit(page, "SELECT * WHERE { ?x koi:locatedIn Ελλαδ")
    page.wait_for_selector(".cm-tooltip-autocomplete >> text=Greece")
    take_completion(page)
    assert text_of(page).endswith("koi:locatedIn <https://w3id.org/koinon/id/place/greece>")


def test_tab_leaves_the_editor(page: "api.Page") -> None:
    page.goto("/sparql")
    page.locator(".editor .cm-content").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.type") == "submit"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.className") == "editor"


def test_a_mistake_is_marked_at_its_line(page: "api.Page") -> None:
    page.goto("/sparql?query=" + quote("SELECT *\nWHERE { ?x a foo:Bar }"))
    assert page.locator(".cm-lintRange-error").inner_text() == "foo:Bar"
    page.goto("/sparql?query=" + quote("SELECT * {"))
    page.wait_for_selector(".cm-lint-marker-error")


def test_the_editor_is_named_and_the_form_works_without_scripts(browser: "api.Browser", page: "api.Page") -> None:
    page.goto("/sparql")
    assert page.get_by_role("textbox", name="Query").first.is_visible()
    assert not page.locator("textarea#query").is_visible()
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(page.url)
    plain.locator("textarea#query").fill("ASK {}")
    plain.get_by_role("button", name="Ask").click()
    assert plain.locator(".truth").inner_text() == "yes"


def test_who_types_in_a_search_box_is_led_on_by_keyboard(page: "api.Page") -> None:
    page.goto("/projects")
    box = page.get_by_role("combobox", name="Search the graph")
    box.focus()
    page.keyboard.type("ellad")
    option = page.get_by_role("option").first
    option.wait_for()
    assert "Greece" in option.inner_text()
    assert "Ελλάδα" in option.inner_text()
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/doc/place/greece*")


def test_a_busy_service_is_asked_again_for_suggestions_and_terms(page: "api.Page") -> None:
    turned_away: set[str] = set()

    def busy_at_first(route: "api.Route") -> None:
        kind = route.request.url.partition("?")[0]
        if kind in turned_away:
            route.continue_()
        else:
            turned_away.add(kind)
            route.fulfill(status=503, headers={"Retry-After": "1"}, body="")

    page.route(re.compile(r"/(suggest|completions)($|\?)"), busy_at_first)
    page.goto("/sparql")
    edit(page, "SELECT * WHERE { ?project a koi:Projec")
    page.wait_for_selector(".cm-tooltip-autocomplete li[aria-selected=true]")
    page.locator("#site-search").focus()
    page.keyboard.type("ellad")
    page.get_by_role("option", name="Greece").first.wait_for()
    assert len(turned_away) == 2
