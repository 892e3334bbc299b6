"""What every command prints with: plain text or one JSON document on stdout, everything else on stderr."""

import json
from collections.abc import Iterable

import typer
from rich.console import Console

STDERR = Console(stderr=True, highlight=False)
"""Where errors and progress go."""


def show(lines: Iterable[str], document: object, *, as_json: bool) -> None:
    """Print ``document`` as one JSON document, or ``lines`` for people."""
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    for line in lines:
        typer.echo(line)


def bytes_for_people(count: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
