"""``koinon query``: ask a question of the catalogue, or any SPARQL, of the current release."""

import csv
import io
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pyoxigraph import NamedNode
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from koinon.model.addresses import name_of
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, ParameterError
from koinon.model.languages import best_label
from koinon.model.namespaces import CANONICAL
from koinon.model.settings import Settings
from koinon.query.catalogue import Catalogue, load_catalogue
from koinon.query.job import Answer, Job
from koinon.query.pool import run_once
from koinon.release.current import Release, open_current
from koinon.release.paths import Home


class Format(StrEnum):
    """The forms of an answer."""

    table = "table"
    json = "json"
    csv = "csv"
    tsv = "tsv"
    xml = "xml"
    turtle = "turtle"
    jsonld = "jsonld"
    ntriples = "ntriples"


_MEDIA_TYPES = {
    Format.table: ("text/csv", "text/turtle"),
    Format.json: ("application/sparql-results+json", "application/ld+json"),
    Format.csv: ("text/csv",),
    Format.tsv: ("text/tab-separated-values",),
    Format.xml: ("application/sparql-results+xml", "application/rdf+xml"),
    Format.turtle: ("text/turtle",),
    Format.jsonld: ("application/ld+json",),
    Format.ntriples: ("application/n-triples",),
}
_UNBOUNDED = 100_000


def query(
    name: Annotated[
        str | None, typer.Argument(help="A question of the catalogue; without it, they are listed.")
    ] = None,
    param: Annotated[list[str] | None, typer.Option("--param", "-p", help="A parameter as NAME=VALUE.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A file of SPARQL; - reads standard input.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="The form of the answer.")] = Format.table,
    json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Print the SPARQL with its parameters; do not run it.")
    ] = False,
    home: Annotated[Path | None, typer.Option(help="Folder with the releases (KOINON_HOME).")] = None,
) -> None:
    """Ask a question of the catalogue, or any SPARQL query, of the current release."""
    settings = Settings.from_environment(home=home)
    catalogue = load_catalogue(Assets.locate(settings).queries)
    if name is None and file is None:
        _list(catalogue, json)
        return
    if name is not None and "{" in name:
        raise ConfigurationError("SPARQL of your own is read from a file, or from a pipe: koinon query --file -")
    if file is not None:
        text, timeout, terms = _text(file), settings.query_timeout, {}
    else:
        chosen = catalogue[name or ""]
        values = _values(param or [])
        text, timeout, terms = chosen.bind(values), chosen.budget, chosen.terms(values)
    if show:
        typer.echo(text, nl=False)
        return
    release = open_current(Home(settings.home))
    wanted = Format.json if json else output
    bounded = settings.model_copy(update={"query_timeout": timeout})
    answer = run_once(release.store, Job(text, _MEDIA_TYPES[wanted]), bounded)
    _print(answer, wanted)
    _remark(release, terms, answer, wanted)


def _text(file: Path) -> str:
    try:
        return (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error.strerror}. Name a file of SPARQL, or - ."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} is not UTF-8 (byte {error.start}). Save it as UTF-8.") from error


def _values(given: list[str]) -> dict[str, str]:
    values = {}
    for item in given:
        key, separator, value = item.partition("=")
        if not separator:
            raise ParameterError(f"A parameter is written NAME=VALUE; “{item}” is not.")
        values[key] = value
    return values


def _list(catalogue: Catalogue, as_json: bool) -> None:
    if as_json:
        Console().print_json(
            data=[
                {"name": q.name, "title": dict(q.title), "audience": q.audience, "parameters": dict(q.defaults)}
                for q in catalogue
            ]
        )
        return
    table = Table("name", "question", "parameters", box=None, header_style="bold", pad_edge=False)
    for q in catalogue:
        title = best_label(q.title, "en")
        table.add_row(q.name, escape(title[0]) if title else "", " ".join(q.parameters))
    _console().print(table)
    Console().print("\nAsk one with: koinon query NAME --param NAME=VALUE")


def _console() -> Console:
    """Return a console as wide as the terminal, or, towards a file or pipe, as wide as the table."""
    return Console() if sys.stdout.isatty() or "COLUMNS" in os.environ else Console(width=_UNBOUNDED)


def _short(cell: str) -> str:
    """Return an address of ours as parameters take it: ``project/resist``, ``code/theme/cooperation``."""
    return name_of(cell).removeprefix(CANONICAL)


def _print(answer: Answer, wanted: Format) -> None:
    if wanted is not Format.table or answer.media_type != "text/csv":
        sys.stdout.buffer.write(answer.body)
        sys.stdout.buffer.flush()
        return
    rows = list(csv.reader(io.StringIO(answer.body.decode())))
    columns = (Column(escape(name), overflow="fold") for name in rows[0])
    table = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows[1:]:
        table.add_row(*(escape(_short(cell)) for cell in row))
    _console().print(table)
    sys.stdout.flush()


def _remark(release: Release, terms: Mapping[str, str], answer: Answer, wanted: Format) -> None:
    """Say on standard error what was asked with, and what is not known at all."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    store = release.open()
    for name, term in terms.items():
        if term.startswith("<") and not any(True for _ in store.triples(NamedNode(term[1:-1]))):
            console.print(
                f"Nothing is known about {escape(_short(term[1:-1]))} ({name}). To find a thing by its name: "
                "koinon query find-by-spelling --param spelling=NAME"
            )
    if wanted is Format.table:
        asked = "".join(f"{name} = {escape(_short(term.strip('<>')))}, " for name, term in terms.items())
        rows = max(answer.body.count(b"\n") - 1, 0)
        console.print(f"{asked}{rows} rows in {answer.seconds * 1000:.1f} ms", style="dim")
