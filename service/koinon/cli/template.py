"""``koinon template``: write the workbook in which a network or a cluster hands in its members."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from koinon.build.templates.choices import Choices
from koinon.build.templates.forms import NAME
from koinon.build.templates.texts import LANGUAGES
from koinon.build.templates.workbook import template as make
from koinon.cli.output import show
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, StorageError
from koinon.model.settings import Settings

_STDOUT = "-"


def template(
    name: Annotated[str, typer.Argument(help="The template.")] = NAME,
    lang: Annotated[str, typer.Option("--lang", help=f"Language: {', '.join(LANGUAGES)}.")] = LANGUAGES[0],
    out: Annotated[str | None, typer.Option("--out", help="File to write; - is standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write an empty members' list as a workbook (xlsx), by default members-list.LANG.xlsx in this folder.

    Filled in, it is checked by `koinon check FILE --mapping members-list` and handed in by
    `koinon source add NAME FILE --mapping members-list`. Exit codes: 2 wrong use, 5 the file cannot be written.
    """
    if name != NAME:
        raise ConfigurationError(f"There is no template {name!r}. There is {NAME}.")
    if lang not in LANGUAGES:
        raise ConfigurationError(f"--lang: {lang!r} is not one of {', '.join(LANGUAGES)}.")
    content = make(Choices(Assets.locate(Settings.from_environment())), lang)
    if out == _STDOUT:
        sys.stdout.buffer.write(content)
        return
    path = Path(out or f"{NAME}.{lang}.xlsx")
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise ConfigurationError(f"{path} is there already. Give another name with --out, or --force.") from error
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}. Give another place with --out.") from error
    show(
        [f"{path} ({len(content)} bytes)"],
        {"file": str(path), "bytes": len(content), "lang": lang},
        as_json=as_json,
    )
