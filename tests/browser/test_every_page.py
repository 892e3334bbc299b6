"""Every kind of page is accessible, asks nobody else, fits a narrow screen, and needs no script."""

import os
from itertools import cycle
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import needs_axe
from browser.kinds import KINDS
from browser.looking import CONTRAST, HEIGHT, NARROW, WIDE, Scheme, looking, violations
from serving import Service

Look = tuple[int, Scheme]
LOOKS: Final[list[Look]] = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")]
LANGUAGES: Final = ("en", "el", "lv")
ALL = os.environ.get("KOINON_BROWSER") == "all"
"""Whether each page is looked at in each way (make test-browser); else each in one way, and each way in turn."""

IN_TURN = cycle((LANGUAGES[i % 3], [LOOKS[i % 4]]) for i in range(12))
WAYS = (
    [(name, language, LOOKS) for name in KINDS for language in LANGUAGES]
    if ALL
    else [(name, *way) for name, way in zip(KINDS, IN_TURN, strict=False)]
)

MEASURED = """() => {
  const seen = e => { const r = e.getBoundingClientRect(); return r.width > 1 && r.height > 1; };
  const small = [...document.querySelectorAll('body *')].filter(e => seen(e) && [...e.childNodes].some(
    n => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 12);
  const targets = [...document.querySelectorAll('button, select, summary, input:not([type=hidden]), .mark[href]')]
    .filter(e => { const r = e.getBoundingClientRect(); return seen(e) && (r.height < 23.9 || r.width < 23.9); });
  const say = e => e.outerHTML.slice(0, 120);
  return { width: document.documentElement.scrollWidth, small: small.slice(0, 3).map(say),
    targets: targets.slice(0, 3).map(say) };
}"""

LONGER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) words.push(walker.currentNode);
  for (const node of words) {
    const text = node.data.trim();
    if (text.length > 3) node.data = node.data.replace(text, '⟦' + text + ' ' + 'ěxträ '.repeat(
      Math.ceil(text.length * 0.4 / 6)).trim() + '⟧');
  }
}"""
"""Make every text of a page 40 % longer, as another language may."""


def opened(page: Page, service: Service, address: str) -> None:
    answer = page.goto(f"{service}{address}", wait_until="load")
    assert answer is not None
    assert answer.headers["content-type"].startswith("text/html"), address


def assert_fits(page: Page, width: int) -> None:
    """Fail where the page scrolls sideways, has text under 12 pixels or a control under 24."""
    measured = page.evaluate(MEASURED)
    assert measured["width"] <= width, f"{page.url} is {measured['width']} pixels wide"
    assert not measured["small"], f"text under 12 pixels: {measured['small']}"
    assert not measured["targets"], f"controls under 24 pixels: {measured['targets']}"


@needs_axe
@pytest.mark.parametrize(("name", "language", "looks"), WAYS)
def test_a_page_is_accessible_and_asks_nobody_else(
    browser: Browser, server: Service, name: str, language: str, looks: list[Look]
) -> None:
    width, scheme = looks[0]
    with looking(browser, server.url, width=width, scheme=scheme, locale=language) as (context, watched):
        page = context.new_page()
        opened(page, server, KINDS[name])
        assert page.locator("html").get_attribute("lang") == language
        seen: set[int] = set()
        for width, scheme in looks:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.emulate_media(color_scheme=scheme)
            found = violations(page, rules=CONTRAST if width in seen else None)
            assert not found, f"at {width} pixels, {scheme}: {found}"
            assert_fits(page, width)
            seen.add(width)
        watched.assert_frugal()


@needs_axe
def test_a_page_with_faults_is_found_out(browser: Browser, server: Service) -> None:
    with looking(browser, server.url, width=NARROW, bypass_csp=True) as (context, watched):
        page = context.new_page()
        opened(page, server, "/help")
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"width:60rem;font-size:9px;"
            'color:#ddd">pale<button>x</button></p><img src="https://elsewhere.invalid/a.png">\')'
        )
        assert {line.split(":")[0] for line in violations(page)} >= {"image-alt", "color-contrast"}
        with pytest.raises(AssertionError, match=r"under|pixels"):
            assert_fits(page, NARROW)
        with pytest.raises(AssertionError):
            watched.assert_frugal()


@pytest.mark.parametrize(
    "name", KINDS if ALL else ("home", "project", "list", "question", "quality", "api", "check")
)
def test_texts_that_are_longer_break_no_page(browser: Browser, server: Service, name: str) -> None:
    with looking(browser, server.url, width=NARROW, java_script_enabled=True) as (context, _):
        page = context.new_page()
        opened(page, server, KINDS[name])
        page.evaluate(LONGER)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, name


def test_paper_shows_what_a_page_says_and_no_navigation(browser: Browser, server: Service) -> None:
    with looking(browser, server.url) as (context, _):
        page = context.new_page()
        opened(page, server, KINDS["project"])
        page.emulate_media(media="print")
        assert page.locator("h1").is_visible()
        assert page.locator("#sources").is_visible()
        assert not page.locator("header nav").is_visible()
        assert not page.locator("#site-map").is_visible()
