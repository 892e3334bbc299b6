"""A page in Chromium, watched: what it asks of other hosts, what its policy forbids, what goes wrong."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
AXE: Final = Path(__file__).with_name("node_modules") / "axe-core" / "axe.min.js"
_QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium asks for nothing of its own: what is asked for is the page's wish."""

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST: Final = ["color-contrast"]
"""What another colour scheme can break of a page that was looked at in one."""

_PATIENCE: Final = 120_000
"""Milliseconds that a page may take: the machine may be busy with something else."""

Scheme = Literal["light", "dark"]
WIDE, NARROW = 1280, 390
HEIGHT: Final = 900


def launched(playwright: Playwright, *arguments: str) -> Browser:
    """Start Debian's Chromium, with more arguments."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*_QUIET, *arguments])


@dataclass(slots=True)
class Watched:
    """What happened while pages of a context were open."""

    elsewhere: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def assert_frugal(self) -> None:
        """Fail where another host was asked, the policy was violated or a script failed."""
        assert not self.elsewhere, f"other hosts were asked: {self.elsewhere[:5]}"
        assert not self.forbidden, f"the policy forbade: {self.forbidden[:5]}"
        assert not self.failed, f"scripts failed: {self.failed[:5]}"


@contextmanager
def looking(
    browser: Browser, service: str, *, width: int = WIDE, scheme: Scheme = "light", **options: Any
) -> Iterator[tuple[BrowserContext, Watched]]:
    """Open a window of a width and a colour scheme; ``options`` are Playwright's."""
    host = urlsplit(service).netloc
    watched = Watched()
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, **options)
    context.set_default_timeout(_PATIENCE)
    context.on(
        "request",
        lambda request: (
            watched.elsewhere.append(request.url) if urlsplit(request.url).netloc not in {host, ""} else None
        ),
    )
    context.on(
        "console",
        lambda message: (
            watched.forbidden.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    context.on("weberror", lambda error: watched.failed.append(str(error.error)))
    try:
        yield context, watched
    finally:
        context.close()


def violations(page: Page, without: str = "", rules: list[str] | None = None) -> list[str]:
    """Return what axe-core finds wrong with a page, one line each with where; it runs beside the page's policy.

    ``without`` selects a part that others made, which is left out; ``rules`` names single rules, all by default.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8") + ";undefined")
    found = page.evaluate(
        "([only, without]) => axe.run({include: ['html'], exclude: without ? [[without]] : []}, "
        "{runOnly: only, resultTypes: ['violations']})"
        ".then(r => r.violations.map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]))",
        [{"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}, without],
    )
    return [f"{rule}: {told} {json.dumps(nodes, ensure_ascii=False)}" for rule, told, nodes in found]
