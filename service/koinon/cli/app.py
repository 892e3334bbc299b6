"""``koinon``: one command per module; an error is one line on stderr, and its kind is the exit code."""

import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from koinon import __version__
from koinon.model.errors import KoinonError, StorageError
from koinon.model.refusals import file_of, mend_of

_COMMANDS: Final = {
    "build": "koinon.cli.build",
    "check": "koinon.cli.check",
    "doctor": "koinon.cli.doctor",
    "template": "koinon.cli.template",
    "link": "koinon.cli.link",
    "release": "koinon.cli.release",
    "source": "koinon.cli.source",
    "token": "koinon.cli.token",
    "serve": "koinon.cli.serve",
    "query": "koinon.cli.query",
    "match": "koinon.cli.match",
    "mcp": "koinon.cli.mcp",
}
"""Commands and their modules, which are loaded only when the command, or the help of all, is wanted: each starts
the sooner. A module with commands of its own calls them ``app``."""


class _Commands(TyperGroup):
    """The commands, each loaded when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # the signature of a group
        """Return the names of all commands, in the order of the help."""
        return [*_COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # the same
        """Return a command, or None where there is none of the name."""
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(_COMMANDS[cmd_name])
        parts = typer.Typer(add_completion=False)
        if group := getattr(module, "app", None):
            parts.add_typer(group, name=cmd_name)
        else:
            parts.command(cmd_name)(getattr(module, cmd_name))
        return get_group(parts).commands[cmd_name]


app = typer.Typer(
    cls=_Commands,
    name="koinon",
    help="Compile sources into a knowledge graph release, and serve it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"koinon {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Compile sources into a knowledge graph release, and serve it."""


def main() -> None:
    """Run the command line; the exit code is 0, or that of the error (see ``koinon.model.errors``)."""
    try:
        app()
    except KoinonError as error:
        typer.echo(f"koinon: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        file = file_of(error)
        about = f" ({file})" if file else ""
        typer.echo(
            f"koinon: The system refuses: {error.strerror or error}{about}. {mend_of(error)}, then try again.",
            err=True,
        )
        sys.exit(StorageError.exit_code)
