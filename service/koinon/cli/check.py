"""``koinon check``: judge a file or a source folder without writing anything that stays."""

from pathlib import Path
from typing import Annotated

import typer

from koinon.build.checking import check_path
from koinon.cli.output import show
from koinon.model.assets import Assets
from koinon.model.settings import Settings

REFUSED = 4


def check(
    path: Annotated[Path, typer.Argument(help="An RDF file, or a folder with source.toml and RDF files.")],
    home: Annotated[Path | None, typer.Option(help="Folder with the current release (KOINON_HOME).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
) -> None:
    """Judge an RDF file or a source folder as a build would, and change nothing.

    The current release, where there is one, is the context. Exit codes: 0 it would be accepted, 4 it would be
    refused.
    """
    settings = Settings.from_environment(home=home)
    report = check_path(path, settings, Assets.locate(settings))
    show(report.lines(), report.as_json(), as_json=as_json)
    if report.refused:
        raise typer.Exit(REFUSED)
