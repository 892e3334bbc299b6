"""``koinon``: one command per module; an error is one line on stderr, and its kind is the exit code."""

import sys
from collections.abc import Callable
from importlib import import_module

import typer

from koinon import __version__
from koinon.cli import build, check, doctor, link, release, source, template, token
from koinon.model.errors import KoinonError, StorageError

_LATE = {
    "serve": "koinon.cli.serve",
    "query": "koinon.cli.query",
    "match": "koinon.cli.match",
    "mcp": "koinon.cli.mcp",
}
"""Commands whose modules are slow to import: they are loaded only when they, or the help of all, are wanted."""

app = typer.Typer(
    name="koinon",
    help="Compile sources into a knowledge graph release, and serve it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("build")(build.build)
app.command("check")(check.check)
app.command("doctor")(doctor.doctor)
app.command("template")(template.template)
app.add_typer(link.app, name="link")
app.add_typer(release.app, name="release")
app.add_typer(source.app, name="source")
app.add_typer(token.app, name="token")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"koinon {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Compile sources into a knowledge graph release, and serve it."""


def _add_late_commands(arguments: list[str]) -> None:
    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, module in _LATE.items():
        if wanted in {None, name}:
            command: Callable[..., object] = getattr(import_module(module), name)
            app.command(name)(command)


def main() -> None:
    """Run the command line; the exit code is 0, or that of the error (see ``koinon.model.errors``)."""
    try:
        _add_late_commands(sys.argv[1:])
        app()
    except KoinonError as error:
        typer.echo(f"koinon: {error}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:
        about = f" ({error.filename})" if error.filename else ""
        typer.echo(
            f"koinon: The system refuses: {error.strerror or error}{about}. Mend that, then try again.", err=True
        )
        sys.exit(StorageError.exit_code)
