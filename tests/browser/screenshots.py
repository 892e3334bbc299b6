"""Pictures of every kind of page: ``python -m browser.screenshots HOME FOLDER`` (``make screenshots``).

Each kind is shown at 1280 and 390 pixels, light and dark. ``--readme`` takes the four of ``docs/pictures``.
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from browser.kinds import KINDS
from browser.looking import CHROMIUM, NARROW, WIDE, launched, looking
from serving import serving

README = {"home": "home", "project": "entity", "region": "region", "bridge": "bridge"}
"""The pages that the README shows, and the names of their pictures."""


def main() -> None:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="home with a release")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--readme", action="store_true", help="only those of the README: the top of four pages")
    parser.add_argument("--only", nargs="*", choices=sorted(KINDS), help="kinds of pages; all by default")
    asked = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("Chromium is not installed: apt-get install chromium")
    asked.folder.mkdir(parents=True, exist_ok=True)
    with serving(asked.home) as service, sync_playwright() as playwright:
        browser = launched(playwright)
        looks = [(WIDE, "light")] if asked.readme else [(w, s) for w in (WIDE, NARROW) for s in ("light", "dark")]
        names = [name for name in README if name in KINDS] if asked.readme else (asked.only or list(KINDS))
        for width, scheme in looks:
            with looking(browser, service.url, width=width, scheme=scheme, locale="en") as (context, _):
                page = context.new_page()
                for name in names:
                    page.goto(f"{service}{KINDS[name]}", wait_until="load")
                    look = README[name] if asked.readme else f"{name}-{width}-{scheme}".replace(" ", "-")
                    page.screenshot(path=asked.folder / f"{look}.png", full_page=not asked.readme)
        browser.close()


if __name__ == "__main__":
    main()
