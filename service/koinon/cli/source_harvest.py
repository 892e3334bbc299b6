"""``koinon source add`` and ``update`` for sources that are harvested: whom to ask, how, and what came of it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from koinon.build.registry.harvest.again import harvest_again
from koinon.build.registry.options import Options
from koinon.build.registry.registry import Registry
from koinon.build.sources import MANIFEST
from koinon.cli.output import show
from koinon.model.errors import ConfigurationError

REFUSED = 4
"""Exit code when a source is refused."""

Ldes = Annotated[str | None, typer.Option("--ldes", help="Address of an event stream (LDES) to follow.")]
Dump = Annotated[str | None, typer.Option("--dump", help="Address of a dump (N-Quads, Turtle …) to harvest.")]
Sparql = Annotated[str | None, typer.Option("--sparql", help="Address of a SPARQL endpoint to harvest.")]
Jsonld = Annotated[str | None, typer.Option("--jsonld", help="Address of a page with JSON-LD to harvest.")]
Graph = Annotated[str | None, typer.Option("--graph", help="With --sparql: the one named graph to ask for.")]
Anew = Annotated[bool, typer.Option("--anew", help="Forget what is known of the peer, and read it anew.")]
Accept = Annotated[bool, typer.Option("--accept", help="Accept what is new, if its check finds it good.")]
OneOrAll = Annotated[str | None, typer.Argument(help="The source; by default every harvested one that is due.")]


def harvested(files: list[str] | None, options: Options, **ways: str | None) -> tuple[list[str], Options]:
    """Return what is handed in, and the options with the way in which it is harvested, if it is.

    Raises ConfigurationError where files and addresses are given, or more than one address, or a folder that says
    nothing of its source.
    """
    given = [(way, address) for way, address in ways.items() if address is not None]
    if len(given) + bool(files) > 1:
        raise ConfigurationError("Give files, or one address to harvest, not both.")
    if not given:
        for folder in (item for item in files or [] if Path(item).is_dir()):
            if not (Path(folder) / MANIFEST).is_file():
                raise ConfigurationError(
                    f"{folder} holds no {MANIFEST}. Give a source folder, or the files by name."
                )
        return files or [], options
    return [given[0][1]], replace(options, harvest=given[0][0])


def ask_all(registry: Registry, *, accept: bool, as_json: bool) -> None:
    """Ask every peer that is due and show what came of it; ends with code 4 where one was refused."""
    turns = list(harvest_again(registry, accept=accept))
    told = [
        {"slug": t.slug, "changed": bool(t.change and t.change.changed), "problem": t.problem, "harvest": t.told}
        for t in turns
    ]
    show([turn.line for turn in turns] or ["No harvested source is due."], told, as_json=as_json)
    if any(turn.problem for turn in turns):
        raise typer.Exit(REFUSED)
