"""Tokens: who may hand in, look at or withdraw which sources over HTTP, or review their links, and until when.

A secret is shown once, when it is made: 256 random bits, of which only the SHA-256 is kept (a slow hash is for
secrets that people choose). Beside it stands the id of its token, by which it is looked up. The file has one line
per token and one per revocation; a line counts once it is there.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from koinon.build.registry.audit import append_audit
from koinon.build.registry.disk import audit, registry_lock, tokens
from koinon.build.registry.entries import Sha256
from koinon.model.errors import ConfigurationError, NotFoundError, StorageError
from koinon.release.lines import NOTHING, DamagedLineError, State, append_line, read_lines, state_of
from koinon.release.paths import Home

VERBS: Final = ("get", "put", "delete", "review")
"""What a token may allow."""
_PREFIX: Final = "koinon"
_FORM: Final = re.compile(rf"{_PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{43}})")
_NO_HASH: Final = "0" * 64

Pattern = Annotated[str, StringConstraints(pattern=r"^[a-z0-9*]+(-[a-z0-9*]+)*$", max_length=100)]
Glob = Annotated[str, StringConstraints(pattern=r"^!?[a-z*][a-z*-]*/[a-z0-9*-]+$")]


class Token(BaseModel):
    """What a token allows: ``may`` on the sources whose names match, until the end of the day ``expires`` (UTC).

    ``label`` is what journals say of who it is. ``mints`` are the globs of the things that its sources mint, where
    those are not to be the ones that go with a source's name. ``hash`` is the SHA-256 of the secret.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
    label: str
    sources: Annotated[tuple[Pattern, ...], Field(min_length=1)]
    may: Annotated[tuple[Literal["get", "put", "delete", "review"], ...], Field(min_length=1)]
    mints: tuple[Glob, ...] = ()
    made: str
    expires: date
    revoked: str | None = None
    hash: Sha256

    def allows(self, verb: str, slug: str) -> bool:
        """Tell whether the token is for this."""
        return verb in self.may and any(_matches(pattern, slug) for pattern in self.sources)

    @property
    def state(self) -> Literal["valid", "expired", "revoked"]:
        """Whether it can be used today."""
        if self.revoked:
            return "revoked"
        return "valid" if datetime.now(UTC).date() <= self.expires else "expired"


@dataclass(frozen=True, slots=True)
class Ring:
    """All tokens of a home by their ids; ``state`` tells in which state of the file."""

    tokens: dict[str, Token]
    state: State

    def find(self, secret: str) -> Token | None:
        """Return the token of a secret, however it stands with it; None where the secret is nobody's.

        A secret that is wrong takes as long as one that is right.
        """
        form = _FORM.fullmatch(secret)
        token = self.tokens.get(form[1]) if form else None
        same = hmac.compare_digest(_hash(secret), token.hash if token else _NO_HASH)
        return token if same else None

    @property
    def usable(self) -> bool:
        """Tell whether there is any token that can be used."""
        return any(token.state == "valid" for token in self.tokens.values())


class Keeper:
    """The tokens of a home as its file says now; the file is read when it has changed."""

    def __init__(self, home: Home) -> None:
        """Prepare; nothing is read yet."""
        self._path = tokens(home)
        self._ring = Ring({}, NOTHING)

    def now(self) -> Ring:
        """Return the tokens; raises StorageError where the file is damaged: nobody is let in then."""
        if state_of(self._path) != self._ring.state:
            self._ring = read_tokens(self._path)
        return self._ring


def read_tokens(path: Path) -> Ring:
    """Read a file of tokens; raises StorageError where a line of it is damaged."""
    state = state_of(path)
    found: dict[str, Token] = {}
    try:
        for line in read_lines(path):
            if "revoked" in line:
                found[str(line["id"])] = found[str(line["id"])].model_copy(update={"revoked": line["revoked"]})
            else:
                token = Token.model_validate(line)
                found[token.id] = token
    except (DamagedLineError, ValidationError, KeyError, OSError) as error:
        raise StorageError(
            f"The tokens in {path} cannot be read ({error}). Put the file back from a copy."
        ) from error
    return Ring(found, state)


def add_token(
    home: Home,
    label: str,
    sources: Iterable[str],
    may: Iterable[str],
    *,
    expires: date,
    mints: Iterable[str] = (),
    by: str,
) -> tuple[Token, str]:
    """Make a token and return it with its secret, which nobody can ask for again.

    Raises ConfigurationError for what is no pattern, verb or glob, and StorageError.
    """
    identifier = secrets.token_hex(6)
    secret = f"{_PREFIX}_{identifier}_{secrets.token_urlsafe(32)}"
    if expires < datetime.now(UTC).date():
        raise ConfigurationError(f"--expires: {expires} is over.")
    try:
        token = Token(
            id=identifier,
            label=label,
            sources=tuple(sources),
            may=tuple(may),  # type: ignore[arg-type]  # judged here
            mints=tuple(mints),
            made=_now(),
            expires=expires,
            hash=_hash(secret),
        )
    except ValidationError as error:
        wrong = "; ".join(f"{e['loc'][0]}: {e['input']!r}" for e in error.errors())
        raise ConfigurationError(
            f"{wrong} cannot be. Sources are names such as my-network or my-*, --may is {', '.join(VERBS)}, "
            "--mints such as organisation/my-network-*."
        ) from error
    _write(home, "token-add", token, token.model_dump(mode="json", exclude_none=True), by)
    return token, secret


def revoke_token(home: Home, identifier: str, by: str) -> Token:
    """Make a token useless at once; raises NotFoundError and StorageError."""
    token = read_tokens(tokens(home)).tokens.get(identifier)
    if token is None:
        raise NotFoundError(f"There is no token {identifier!r}. `koinon token list` shows all.")
    if token.revoked is None:
        token = token.model_copy(update={"revoked": _now()})
        _write(home, "token-revoke", token, {"id": token.id, "revoked": token.revoked}, by)
    return token


def _write(home: Home, action: str, token: Token, line: dict[str, object], by: str) -> None:
    """Say it in the audit log first: a log that speaks of a token that never came does no harm."""
    with registry_lock(home):
        said = token.model_dump(mode="json", include={"label", "sources", "may", "mints", "expires"})
        append_audit(audit(home), {"action": action, "at": _now(), "by": by, "token": token.id, **said})
        append_line(tokens(home), line)


def _matches(pattern: str, slug: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", "[a-z0-9-]*"), slug) is not None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
