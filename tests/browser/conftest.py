"""One browser for all tests of this folder; without one they are skipped, and say why."""

from collections.abc import Iterator

import pytest

from browser.looking import AXE, CHROMIUM

if CHROMIUM:
    from playwright.sync_api import Browser, sync_playwright

    from browser.looking import launched

needs_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: make clients")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium, driven by Playwright, of which a process may have one at a time."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        started = launched(playwright)
        yield started
        started.close()
