"""What a newcomer does, without scripts and without a mouse."""

import re

from playwright.sync_api import Browser, Page, expect

from browser.looking import NARROW, looking
from koinon.model.namespaces import DEF, SKOS
from serving import Service


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("link", name=name).first.click()


def test_a_search_leads_to_a_thing_its_query_and_the_answer_without_scripts(
    browser: Browser, server: Service
) -> None:
    with looking(browser, server.url, java_script_enabled=False, locale="en") as (context, watched):
        page = context.new_page()
        page.goto(f"{server}/")
        page.locator("#site-search").fill("pomorsk")
        page.get_by_role("button", name="Search").click()
        follow(page, re.compile("Pomorskie"))
        expect(page.locator("h1")).to_contain_text("Pomorskie")
        page.goto(f"{server}/doc/project/resist")
        follow(page, "The query behind this page")
        assert "resist" in page.locator("textarea").input_value()
        page.locator("form.query button, form.query [type=submit]").first.click()
        expect(page.locator("table").first).to_be_visible()
        watched.assert_frugal()


def test_the_keyboard_alone_runs_a_query_and_opens_a_result(browser: Browser, server: Service) -> None:
    with looking(browser, server.url, locale="en", java_script_enabled=False) as (context, _):
        page = context.new_page()
        page.goto(f"{server}/sparql")
        page.locator("textarea").focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(
            "SELECT ?project WHERE { ?project a <https://w3id.org/koinon/def#Project> } ORDER BY ?project LIMIT 3"
        )
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('form.query button')"):
                break
        page.keyboard.press("Enter")
        expect(page.locator("table").first).to_be_visible()
        page.locator("table a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/doc/project/"))


def test_the_first_tab_skips_to_the_content(browser: Browser, server: Service) -> None:
    with looking(browser, server.url, width=NARROW) as (context, _):
        page = context.new_page()
        page.goto(f"{server}/doc/project/resist")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_on_a_narrow_screen_the_menu_leads_to_every_part_of_the_site(browser: Browser, server: Service) -> None:
    with looking(browser, server.url, width=NARROW, java_script_enabled=False, locale="en") as (context, _):
        page = context.new_page()
        page.goto(f"{server}/")
        follow(page, "Menu")
        page.locator("#site-map").get_by_role("link", name="Questions").click()
        expect(page.locator("h1")).to_have_text("Questions")


def test_a_newcomer_goes_from_a_search_in_greek_to_a_bridge_and_takes_an_answer_away(
    browser: Browser, server: Service
) -> None:
    with looking(browser, server.url, locale="el", accept_downloads=True) as (context, watched):
        page = context.new_page()
        page.goto(f"{server}/")
        page.locator("#site-search").fill("θρακη")  # no capital, no accent
        page.locator("#site-search").press("Enter")
        page.locator(".entries a").first.click()
        assert "Θράκη" in page.locator("h1").inner_text()
        page.locator("header .calls a").first.click()
        page.wait_for_url(re.compile("/regions/"))
        page.locator("main a[href*='/with/']").first.click()
        page.wait_for_url(re.compile("/with/"))
        page.locator("main a[href*='/doc/project/'], main a[href*='/doc/']").first.click()
        page.locator("aside a[href*='/sparql?query=']").click()
        box = page.locator("textarea[name=query]")
        edited = f"SELECT ?project ?name {{ ?project a <{DEF}Project> ; <{SKOS}prefLabel> ?name }} LIMIT 4"
        box.evaluate("(box, text) => { box.value = text; box.form.requestSubmit(); }", edited)
        expect(page.locator("table").first).to_be_visible()
        with page.expect_download() as coming:
            page.locator("a[href*='csv']").first.click()
        lines = coming.value.path().read_text("utf-8").splitlines()
        assert lines[0] == "project,name"
        assert len(lines) == 5
        watched.assert_frugal()
