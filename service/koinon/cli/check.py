"""``koinon check``: judge a file, what is piped in, or a source folder, without writing anything that stays."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from koinon.build import shacl_report
from koinon.build.checking import Checked, check_content, check_path
from koinon.build.telling import TITLES, suffix_named
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.settings import Settings
from koinon.web.checking import people

REFUSED = 4

_TABLES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm"})
"""Files that only a mapping can read: as Turtle their first comma would be the fault."""


class Report(StrEnum):
    """The forms of the report."""

    text = "text"
    json = "json"
    turtle = "turtle"
    jsonld = "jsonld"


def check(
    path: Annotated[
        Path, typer.Argument(help="An RDF file, - for standard input, or a folder with source.toml and RDF files.")
    ],
    home: Annotated[Path | None, typer.Option(help="Folder with the current release (KOINON_HOME).")] = None,
    syntax: Annotated[
        str | None,
        typer.Option("--format", "-f", help="The format, such as turtle or jsonld; by default it is told."),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(help="The mapping by which a table is read, such as keep: its name in data/mappings."),
    ] = None,
    lang: Annotated[str, typer.Option(help=f"Language of the report: {', '.join(INTERFACE_LANGUAGES)}.")] = "en",
    report: Annotated[
        Report, typer.Option(help="Text for people, our JSON, or a SHACL report in Turtle or JSON-LD.")
    ] = Report.text,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --report json.")] = False,
) -> None:
    """Judge RDF or a source folder as a build would, say what to mend, and change nothing.

    The current release, where there is one, is the context. Exit codes: 0 it would be accepted, 4 it would be
    refused.
    """
    settings = Settings.from_environment(home=home)
    if lang not in INTERFACE_LANGUAGES:
        raise ConfigurationError(f"Reports come in {', '.join(INTERFACE_LANGUAGES)}, not in {lang!r}.")
    suffix = suffix_named(syntax) if syntax is not None else None
    if syntax is not None and suffix is None:
        raise ConfigurationError(f"{syntax!r} is no format of RDF. Known are {', '.join(TITLES.values())}.")
    assets = Assets.locate(settings)
    if mapping is None and suffix is None and path.suffix.lower() in _TABLES and path.is_file():
        raise ConfigurationError(
            f"{path.name} is a table. Say by which mapping it is read: --mapping members-list for what "
            "`koinon template` made, or another of data/mappings."
        )
    if mapping is not None and (str(path) == "-" or path.is_dir()):
        raise ConfigurationError("A table is checked as a file: its name tells its reader. Name the file.")
    if str(path) == "-":
        content = sys.stdin.buffer.read(settings.max_source + 1)
        checked = check_content(content, "", settings, assets, suffix)
    else:
        checked = check_path(path, settings, assets, suffix, mapping, lang)
    _show(checked, Report.json if as_json else report, lang)
    if checked.refused:
        raise typer.Exit(REFUSED)


def _show(checked: Checked, report: Report, language: str) -> None:
    match report:
        case Report.json:
            typer.echo(json.dumps(people.document(checked, language), ensure_ascii=False, indent=1))
        case Report.turtle:
            typer.echo(shacl_report.turtle(checked), nl=False)
        case Report.jsonld:
            typer.echo(shacl_report.json_ld(checked))
        case Report.text:
            for line in people.lines(checked, language):
                typer.echo(line)
