"""``koinon build``: make a release from the sources and make it current."""

from pathlib import Path
from typing import Annotated

import typer

from koinon.build.following import remember_folders
from koinon.build.pipeline import build as build_release
from koinon.cli.output import STDERR, show
from koinon.cli.showing import showing
from koinon.model.assets import Assets
from koinon.model.errors import StorageError
from koinon.model.settings import Settings
from koinon.release.paths import Home

REFUSED = 4
"""Exit code when a release was made, but a source was refused."""


def build(
    data: Annotated[
        list[Path] | None,
        typer.Option(help="Folder with sources of your own, beside those that koinon carries; may be repeated."),
    ] = None,
    only: Annotated[bool, typer.Option("--only", help="Leave out the sources that koinon carries.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder for everything that is written (KOINON_HOME).")] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for another build instead of giving up at once.")
    ] = False,
    details: Annotated[bool, typer.Option("--details", help="Spell out warnings and notes too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON document.")] = False,
) -> None:
    """Build a release from the sources and make it current.

    Exit codes: 0 all sources accepted; 4 a release was made, but at least one source was refused and keeps its last
    accepted graph; 2 a setting or folder is wrong; 3 no release could be made; 5 the disk is full or cannot be
    written; 7 the ontology, a code list, a shape or a rule is broken.
    """
    settings = Settings.from_environment(home=home)
    assets = Assets.locate(settings)
    folders = [*([] if only else [assets.sources]), *(data or [])]
    with showing(STDERR, silent=as_json) as progress:
        report = build_release(settings, assets, folders, progress, wait=wait)
    home_of_all = Home(settings.home.absolute())
    try:
        remember_folders(home_of_all, folders)
    except OSError as error:
        raise StorageError(
            f"The release is published, but the folders it was built from cannot be noted in {home_of_all.root} "
            f"({error}). Free some space, or mend the folder, then build again: `koinon serve` builds from what is "
            "noted."
        ) from error
    show(report.lines(details=details), report.as_json(), as_json=as_json)
    if report.refused:
        raise typer.Exit(REFUSED)
