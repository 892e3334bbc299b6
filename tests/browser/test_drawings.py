"""Maps and networks that move: fetched when somebody asks for them, by keyboard, and never in the way.

``make test`` does a few of these, ``make test-browser`` all.
"""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, Response, expect, sync_playwright

from browser.conftest import needs_axe
from browser.looking import CHROMIUM, NARROW, WIDE, Watched, launched, looking, violations
from koinon.release.paths import Home
from made_shapes import BOXES, made_shapes
from serving import Service
from small_release import service_on

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
    pytest.mark.skipif(
        not (files("koinon.web") / "static" / "built" / "drawings.js").is_file(),
        reason="the scripts are not built: make frontend",
    ),
]
SCRIPT_LIMIT = 20 * 1024
"""Bytes of packed scripts that the page of a thing may load by itself."""


@pytest.fixture(scope="module")
def playing() -> Iterator[Playwright]:
    """Playwright, of which a process may have one at a time."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playing: Playwright) -> Iterator[Browser]:
    """Chromium that draws in software what others leave to a graphics card."""
    started = launched(playing, "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
    yield started
    started.close()


@contextmanager
def page_of(
    browser: Browser, service: Service | str, path: str, **options: object
) -> Iterator[tuple[Page, Watched]]:
    """Open a page; nothing of it may fail, ask elsewhere or break the policy."""
    with looking(browser, str(service), locale="en", **options) as (context, watched):  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{service}{path}", wait_until="load")
        yield page, watched
        watched.assert_frugal()


def opened(page: Page, kind: str) -> None:
    page.locator(f".opener[data-kind={kind}] button").click()
    page.wait_for_selector(f".live-{kind}")
    expect(page.locator(f".opener[data-kind={kind}] button")).to_have_attribute("aria-expanded", "true")


def test_a_page_loads_little_by_itself_and_the_map_when_somebody_opens_it(
    browser: Browser, server: Service
) -> None:
    with page_of(browser, server, "/") as (page, _):
        loaded: list[Response] = []
        page.on("response", lambda answer: loaded.append(answer) if ".js?" in answer.url else None)
        page.goto(f"{server}/doc/project/resist", wait_until="networkidle")
        assert sum(len(gzip.compress(answer.body())) for answer in loaded) <= SCRIPT_LIMIT
        before = {answer.url for answer in loaded}
        assert any("drawings.js" in address for address in before)
        opened(page, "map")
        assert [re.sub(r".*/|\?.*", "", each.url) for each in loaded if each.url not in before] == ["map.js"]


@needs_axe
@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/", NARROW, "dark"),
        pytest.param("/regions/PL63", WIDE, "light", marks=pytest.mark.long),
        pytest.param("/regions/PL63/with/ITG1", NARROW, "light", marks=pytest.mark.long),
        pytest.param("/doc/project/resist", WIDE, "dark", marks=pytest.mark.long),
    ],
)
def test_a_map_has_the_dots_of_its_drawing_and_goes_back_to_it(
    browser: Browser, server: Service, path: str, width: int, scheme: str
) -> None:
    with page_of(browser, server, path, width=width, scheme=scheme) as (page, _):
        drawn = page.locator("svg.map circle title").all_text_contents()
        opened(page, "map")
        expect(page.locator(".live-map path.land")).not_to_have_count(0)
        found = [dot.get_attribute("aria-label") for dot in page.locator(".live-map .spot").all()]
        assert sorted(map(str, found)) == sorted(text.strip() for text in drawn)
        expect(page.locator("svg.map")).to_be_hidden()
        assert not violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Back to the drawing").click()
        expect(page.locator(".live-map")).to_have_count(0)
        expect(page.locator("svg.map")).to_be_visible()


@pytest.mark.long
def test_a_dot_lies_on_the_map_where_it_lies_in_the_drawing(browser: Browser, server: Service) -> None:
    with page_of(browser, server, "/") as (page, _):
        middles = """selector => Object.fromEntries([...document.querySelectorAll(selector)].map(e => {
          const r = e.getBoundingClientRect();
          const name = e.getAttribute('aria-label') || e.textContent.trim();
          return [name, [r.x + r.width / 2, r.y + r.height / 2]]; }))"""
        drawn = page.evaluate(middles, "svg.map circle")
        opened(page, "map")
        page.wait_for_timeout(300)
        moved = page.evaluate(middles, ".live-map .spot")
        assert drawn.keys() == moved.keys()
        for name, (x, y) in drawn.items():
            assert moved[name] == pytest.approx([x, y], abs=2.5), name


def test_the_keyboard_goes_from_dot_to_dot_and_on_to_the_page(browser: Browser, server: Service) -> None:
    with page_of(browser, server, "/", reduced_motion="reduce") as (page, _):
        opened(page, "map")
        named = "document.activeElement.getAttribute('aria-label') || ''"
        page.locator(".live-map .spot[tabindex='0']").focus()
        first = page.evaluate(named)
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        second = page.evaluate(named)
        assert second
        assert second != first
        expect(page.locator(".live-map .spot[tabindex='0']")).to_have_count(1)
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.closest('.leaflet-popup') !== null")
        page.keyboard.press("Escape")
        expect(page.locator(".leaflet-popup")).to_have_count(0)
        assert page.evaluate(named) == second
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/regions/"))
        assert second.rpartition(":")[0] in page.locator("h1").inner_text()


@pytest.mark.long
def test_labels_are_text_on_the_map_and_in_the_network(browser: Browser, server: Service) -> None:
    hostile = "<img src=x onerror='document.title=1'>"
    with page_of(browser, server, "/doc/project/resist") as (page, _):
        page.evaluate(
            "text => { const all = document.querySelectorAll('svg.map title, .network li a');"
            " for (const one of all) one.textContent = text; }",
            hostile,
        )
        opened(page, "map")
        page.locator(".live-map .spot").first.click()
        expect(page.locator(".leaflet-popup")).to_contain_text(hostile)
        opened(page, "network")
        expect(page.locator(".live-network td").first).to_contain_text(hostile)
        assert page.locator(".live-map img, .live-network img").count() == 0


@pytest.mark.long
def test_what_cannot_be_fetched_is_told_and_the_drawing_stays(browser: Browser, server: Service) -> None:
    with page_of(browser, server, "/regions/PL63") as (page, _):
        page.route("**/land.json*", lambda route: route.fulfill(status=503, body="busy"))
        page.get_by_role("button", name="Move and zoom this map").click()
        expect(page.get_by_role("status").first).to_contain_text("cannot be opened")
        expect(page.locator("svg.map")).to_be_visible()
        expect(page.locator(".live-map")).to_have_count(0)
        page.unroute("**/land.json*")
        opened(page, "map")


@pytest.mark.long
def test_boundaries_of_the_operator_are_drawn_with_their_credit(
    browser: Browser, home: Path, tmp_path: Path
) -> None:
    with (
        service_on(Home(home), shapes=made_shapes(tmp_path), shapes_credit="© the <b>office</b>") as client,
        page_of(browser, str(client.base_url).rstrip("/"), "/regions/PL63/with/ITG1") as (page, _),
    ):
        opened(page, "map")
        expect(page.locator(".live-map path.boundary")).to_have_count(len({"PL63", "ITG1"} & set(BOXES)))
        expect(page.locator(".map-credit")).to_contain_text("© the <b>office</b>")


@needs_axe
def test_a_network_goes_on_from_thing_to_thing_by_keyboard_and_says_so_in_a_table(
    browser: Browser, server: Service
) -> None:
    with page_of(browser, server, "/doc/project/resist", scheme="dark") as (page, _):
        linked = page.locator(".network li a").count()
        opened(page, "network")
        rows = page.locator(".live-network tbody tr")
        expect(rows).to_have_count(linked)
        page.get_by_label("A thing of the network").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".opener[data-kind=network] [role=status]")).to_contain_text("+")
        assert rows.count() > linked
        assert not violations(page)
        rows.last.locator("a").first.click()
        page.wait_for_url(re.compile("/(doc|code)/"))


@pytest.mark.long
def test_where_nothing_can_draw_a_network_there_is_no_button_for_it(playing: Playwright, server: Service) -> None:
    plain = launched(playing, "--disable-3d-apis")
    with page_of(plain, server, "/doc/project/resist") as (page, _):
        expect(page.locator(".opener[data-kind=map] button")).to_be_visible()
        expect(page.locator(".opener[data-kind=network]")).to_have_count(0)
        expect(page.locator(".network")).to_be_visible()
    plain.close()


@pytest.mark.long
def test_without_scripts_drawings_are_whole_and_there_are_no_dead_buttons(
    browser: Browser, server: Service
) -> None:
    with page_of(browser, server, "/doc/project/resist", java_script_enabled=False) as (page, _):
        expect(page.locator(".opener button").first).to_be_hidden()
        expect(page.locator("svg.map")).to_be_visible()
        page.goto(f"{server}/regions/PL63")
        page.locator("svg.map a").first.click()
        page.wait_for_url(re.compile("/regions/PL63/with/"))


@pytest.mark.long
def test_addresses_are_tried_in_swagger_ui_and_nobody_else_is_asked(browser: Browser, server: Service) -> None:
    with page_of(browser, server, "/api", scheme="dark") as (page, _):
        page.locator("a[href$='/api/try']").click()
        page.locator("#operations-tag-live, [data-tag=live]").first.click()
        page.locator("#try [id^='operations-live'] button").first.click()
        page.locator("#try .btn.execute").click()
        expect(page.locator("#try .live-responses-table tbody .response-col_status").first).to_contain_text("200")
        assert not violations(page, without=".swagger-ui")
