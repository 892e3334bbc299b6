"""``koinon link review``: judge links in the terminal, one key each."""

import sys
from collections.abc import Iterator
from typing import Final

import click
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from koinon.build.registry.registry import label
from koinon.cli.judge import As, HomeOption, links_of
from koinon.model.settings import Settings
from koinon.publish.links.queue import next_link
from koinon.publish.links.sides import Value, rows
from koinon.publish.links.waterfall import FIRST, LAST
from koinon.release import judgements
from koinon.release.judgements import Judgement, Judgements, Verdict
from koinon.release.links import Link, Links
from koinon.release.paths import Home

KEYS: Final = {"a": Verdict.SAME, "r": Verdict.DIFFERENT, "s": Verdict.UNSURE}
_LAST: Final = "u undo · q end"
_HELP: Final = "a the same · r not the same · s cannot tell · b with a reason · u undo · q end"


def review(by: As = None, home: HomeOption = None) -> None:
    """Judge links, first those of which a review tells most: a the same, r not the same, s cannot tell, u undo."""
    settings = Settings.from_environment(home=home)
    root = Home(settings.home.absolute())
    reviewer = label(by or settings.operator)
    links, console = links_of(root), Console(highlight=False)
    made: list[Judgement] = []
    reason = ""
    while True:
        link = next_link(links, Judgements.read(root), reviewer, lambda _: True)
        if link is None:
            console.print("Nothing waits for you in this release.")
            if not made:
                break
        else:
            _show(console, links, link)
        key = _key(console, f"{_HELP if link else _LAST}{' · reason: ' + reason if reason else ''} ")
        if key in KEYS and link:
            made.append(judgements.judge(root, reviewer, link.subject, link.object, KEYS[key], reason))
            console.print(f"{KEYS[key].value} (judgement {made[-1].sequence})\n", markup=False)
            reason = ""
        elif key == "b":
            reason = console.input("How do you know? ").strip()
        elif key == "u" and made:
            last = made.pop()
            judgements.undo(root, reviewer, last.sequence)
            console.print(f"Judgement {last.sequence} is taken back.\n", markup=False)
        elif key == "q":
            break
    console.print(f"Judgements as {reviewer}: {len(made)}. `koinon build` obeys them.", markup=False)


def _show(console: Console, links: Links, link: Link) -> None:
    """Print both records side by side, what differs in bold, and what speaks for and against."""
    left, right = links.said(link.subject), links.said(link.object)
    title = Text(f"{link.id}  {link.probability:.1%}  {link.state}")
    table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
    table.add_column("")
    table.add_column(link.subject, overflow="fold", ratio=1)
    table.add_column(link.object, overflow="fold", ratio=1)
    for row in rows(left, right) if left and right else ():
        table.add_row(Text(row.field.replace("_", " "), "dim"), _side(row.left), _side(row.right))
    console.print(table)
    for reason in _speaking(link):
        console.print(reason)


def _side(values: tuple[Value, ...]) -> Text:
    text = Text()
    for number, value in enumerate(values):
        text.append("\n" if number else "")
        for place, word in enumerate(value.words):
            text.append((" " if place else "") + word.text, "bold red" if word.other else "")
    return text if values else Text("–", "dim")


def _speaking(link: Link) -> Iterator[Text]:
    own = [reason for reason in link.reasons if reason.feature not in (FIRST, LAST) and reason.weight]
    for reason in sorted(own, key=lambda reason: -abs(reason.weight)):
        style = "green" if reason.weight > 0 else "red"
        yield Text.assemble((f"{reason.weight:+6.1f}  ", style), f"{reason.feature}: {reason.text}")


def _key(console: Console, question: str) -> str:
    """Return the key that was pressed; of what is no terminal, the first letter of the next line."""
    console.print(question, end="", markup=False)
    if sys.stdin.isatty():
        key = click.getchar()
        console.print()
        return key.lower()
    line = sys.stdin.readline()
    typer.echo()
    return line.strip()[:1].lower() if line else "q"
