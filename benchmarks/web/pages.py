"""What a page weighs and how soon it stands: ``PYTHONPATH=tests .venv/bin/python benchmarks/web/pages.py``.

The page of a made-up project with 50 partners, the start page of the same release, and any pages of a running
service (``--service http://127.0.0.1:8000 /doc/project/resist …``), in Debian's Chromium at 1280 pixels: HTML and
scripts as sent packed, the largest contentful paint (median of the runs) and the layout shift (the worst). The
promises are 30 kB of HTML, 20 kB of scripts, 800 ms and 0.05.
"""

import argparse
import gzip
import statistics
import tempfile
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from browser.looking import launched
from serving import serving
from small_release import make_release

PARTNERS = 50
PROMISES = {"html": 30_000, "scripts": 20_000, "paint": 800.0, "shift": 0.05}
WATCH = """
window.seen = { paint: 0, shift: 0 };
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.paint = e.startTime; })
  .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.shift += e.value; })
  .observe({ type: 'layout-shift', buffered: true });
"""


def project(partners: int) -> str:
    """Return a made-up project and its partners, in Turtle."""
    parts = " , ".join(f"<project/p#p-{n}>" for n in range(partners))
    lines = [
        '<project/p> a koi:Project ; skos:prefLabel "A project with many partners"@en ; '
        f"<http://data.europa.eu/m8g/hasParticipation> {parts} ."
    ]
    for n in range(partners):
        lines.append(
            f"<project/p#p-{n}> a <http://data.europa.eu/m8g/Participation> ; "
            f"<http://data.europa.eu/m8g/hasParticipant> <organisation/o-{n}> ; "
            "<http://data.europa.eu/m8g/role> <https://w3id.org/koinon/code/role/partner> ."
        )
        lines.append(f'<organisation/o-{n}> a koi:Network ; skos:prefLabel "Regional office number {n}"@en .')
    return "\n".join(lines)


def packed(address: str) -> int:
    """Return the bytes of an answer, packed as a proxy packs it."""
    asked = urllib.request.Request(address, headers={"Accept": "text/html"})  # noqa: S310  # it is ours
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310
        return len(gzip.compress(answer.read(), 6))


def measured(browser: Browser, address: str, runs: int) -> dict[str, float]:
    """Return what one page weighs and how soon it stands."""
    paints, shifts, scripts = [], [], 0
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.add_init_script(WATCH)
        asked: set[str] = set()
        page.on(
            "request", lambda request, asked=asked: request.resource_type == "script" and asked.add(request.url)
        )
        page.goto(address, wait_until="load")
        page.wait_for_timeout(300)
        seen = page.evaluate("seen")
        paints.append(seen["paint"])
        shifts.append(seen["shift"])
        scripts = sum(packed(url) for url in asked)
        context.close()
    return {"html": packed(address), "scripts": scripts, "paint": statistics.median(paints), "shift": max(shifts)}


def table(browser: Browser, service: str, paths: list[str], runs: int) -> None:
    """Print one line for each page."""
    for path in paths:
        found = measured(browser, service + path, runs)
        kept = all(found[name] <= most for name, most in PROMISES.items())
        print(
            f"{path:44} {found['html'] / 1000:6.1f} kB HTML {found['scripts'] / 1000:6.1f} kB scripts "
            f"{found['paint']:6.0f} ms {found['shift']:6.3f} shift  {'kept' if kept else 'BROKEN'}",
            flush=True,
        )


def main() -> None:
    """Measure, and print one line for each page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--service", help="address of a running service")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("paths", nargs="*", default=["/"])
    asked = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launched(playwright)
        if asked.service:
            table(browser, asked.service.rstrip("/"), asked.paths, asked.runs)
        else:
            make_release(Path(folder), "a" * 64, project(PARTNERS))
            with serving(Path(folder)) as service:
                table(browser, service.url, ["/doc/project/p", "/"], asked.runs)
        browser.close()


if __name__ == "__main__":
    main()
