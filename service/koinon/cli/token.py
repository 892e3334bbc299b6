"""``koinon token …``: who may hand sources in over HTTP, which ones, and until when."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from koinon.build.registry.disk import tokens
from koinon.build.registry.registry import label
from koinon.build.registry.schedule import after
from koinon.build.registry.tokens import Token, add_token, read_tokens, revoke_token
from koinon.cli.output import show
from koinon.cli.source_showing import table
from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings
from koinon.release.paths import Home

app = typer.Typer(help="Let others hand sources in over HTTP: make, list and revoke tokens.", no_args_is_help=True)

_Home = Annotated[Path | None, typer.Option("--home", help="Folder that keeps the sources (KOINON_HOME).")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_By = Annotated[str | None, typer.Option("--by", help="Who does this: a role, no name of a person.")]


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Whom it is for, as journals say it: a role, no name of a person.")],
    sources: Annotated[list[str], typer.Argument(help="Names of sources; * stands for any part: my-*.")],
    may: Annotated[
        list[str] | None,
        typer.Option(
            "--may", help="put, delete, get or review (links); may be repeated. Default: the first three."
        ),
    ] = None,
    expires: Annotated[
        str, typer.Option("--expires", help="Last day, as 2027-01-31, or how long from now, as P90D.")
    ] = "P1Y",
    mints: Annotated[
        list[str] | None,
        typer.Option(
            "--mints", help="Things that its sources mint, by default */NAME and */NAME-*; may be repeated."
        ),
    ] = None,
    by: _By = None,
    home: _Home = None,
    as_json: _Json = False,
) -> None:
    """Make a token. Its secret is shown this once, and kept nowhere."""
    settings = Settings.from_environment(home=home)
    token, secret = add_token(
        Home(settings.home.absolute()),
        label(name),
        sources,
        dict.fromkeys(may or ("get", "put", "delete")),
        expires=_day(expires),
        mints=mints or (),
        by=label(by or settings.operator),
    )
    lines = [
        f"Token {token.id} for {token.label}: {', '.join(token.may)} on {', '.join(token.sources)}, until "
        f"{token.expires}.",
        "Its secret, which is shown only now:",
        secret,
    ]
    show(lines, {**_document(token), "secret": secret}, as_json=as_json)


@app.command("list")
def list_tokens(home: _Home = None, as_json: _Json = False) -> None:
    """List the tokens: what they are for, and whether they can be used."""
    found = list(read_tokens(tokens(_home(home))).tokens.values())
    show(_lines(found), [_document(token) for token in found], as_json=as_json)


@app.command("revoke")
def revoke(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="The token's id, as `koinon token list` shows it.")
    ],
    by: _By = None,
    home: _Home = None,
    as_json: _Json = False,
) -> None:
    """Make a token useless at once; what was handed in with it stays."""
    settings = Settings.from_environment(home=home)
    token = revoke_token(Home(settings.home.absolute()), identifier, label(by or settings.operator))
    show([f"Token {token.id} for {token.label} is revoked."], _document(token), as_json=as_json)


def _home(home: Path | None) -> Home:
    return Home(Settings.from_environment(home=home).home.absolute())


def _day(text: str) -> date:
    today = datetime.now(UTC).date()
    try:
        day = after(today, text) if text.startswith("P") else date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"--expires: {text!r} is no date. Give 2027-01-31, or P90D.") from error
    if day == today and text.startswith("P"):
        raise ConfigurationError(f"--expires: {text!r} is no time span. Give P90D, P3M or P1Y.")
    return day


def _document(token: Token) -> dict[str, Any]:
    return {**token.model_dump(mode="json", exclude={"hash"}), "state": token.state}


def _lines(found: Sequence[Token]) -> Iterator[str]:
    if not found:
        yield "There is no token: nobody can hand anything in over HTTP. `koinon token add` makes one."
        return
    rows = [("id", "for", "may", "sources", "until", "state")]
    for token in found:
        rows.append(
            (token.id, token.label, ",".join(token.may), " ".join(token.sources), f"{token.expires}", token.state)
        )
    yield from table(rows)
