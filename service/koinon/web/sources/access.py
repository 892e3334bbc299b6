"""Who may do what: the token of a request (RFC 6750 §2.1, in the Authorization header alone)."""

from typing import Final

from starlette.requests import Request

from koinon.build.registry.contributing import Condition
from koinon.build.registry.registered import Registered
from koinon.build.registry.tokens import Ring, Token
from koinon.model.errors import StorageError
from koinon.query.budgets import client_key
from koinon.web.door import Door
from koinon.web.problems import ProblemError

_REALM: Final = 'Bearer realm="Koinon"'
_INVALID: Final = ', error="invalid_token"'
_WRONG_TOKEN_SECONDS: Final = 0.05
"""Seconds of work that a wrong token is charged with, beside counting as an error."""


def authorise(request: Request, verb: str, slug: str) -> Token:
    """Return the token of a request that may do this; raises ProblemError where there is none, or not for this.

    What is asked for is not looked at before that: nobody learns which sources there are.
    """
    token = holder(request)
    if not token.allows(verb, slug):
        raise ProblemError(
            "token-scope",
            f"This token is for {', '.join(token.may)} on {', '.join(token.sources)}.",
            {},
            {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'},
        )
    return token


def holder(request: Request) -> Token:
    """Return the token in the Authorization header of a request, whatever it is for; raises ProblemError."""
    header = request.headers.getlist("authorization")
    scheme, _, secret = (header[0] if len(header) == 1 else "").partition(" ")
    return of_secret(request, secret if scheme.lower() == "bearer" else "", sent=bool(header))


def of_secret(request: Request, secret: str, *, sent: bool = True) -> Token:
    """Return the token of a secret that a request brought; raises ProblemError where it cannot be used."""
    door = Door.of(request)
    ring = _ring(door)
    if not ring.usable:
        raise ProblemError("contributions-closed", "This service has no valid token; nobody can hand anything in.")
    client = client_key(request.client.host) if request.client else ""
    door.asking.budgets.admit(client)
    if not sent:
        raise _refused("Send the token as “Authorization: Bearer …”.", "")
    token = ring.find(secret.strip())
    if token is None or token.state == "revoked":
        door.asking.budgets.charge(client, _WRONG_TOKEN_SECONDS, failed=True)
        raise _refused("This is no token of this service.", _INVALID)
    if token.state == "expired":
        raise _refused(f"This token could be used until {token.expires}.", _INVALID)
    return token


def valid(request: Request, identifier: str) -> Token | None:
    """Return the token with this id as long as it can be used, else None."""
    token = _ring(Door.of(request)).tokens.get(identifier)
    return token if token is not None and token.state == "valid" else None


def still(request: Request, token: Token, condition: Condition) -> Condition:
    """Return the condition with another one: that the token is valid yet, however long the request has taken."""
    door = Door.of(request)

    def judge(source: Registered | None) -> None:
        now = _ring(door).tokens.get(token.id)
        if now is None or now.state != "valid":
            raise _refused("This token was revoked, or its time ended, before all was here.", _INVALID)
        condition(source)

    return judge


def reader_of(request: Request, slug: str) -> Token | None:
    """Return the token of a reader who may see all of a source, None for one without a token; raises as above."""
    if "authorization" not in request.headers:
        return None
    return authorise(request, "get", slug)


def _ring(door: Door) -> Ring:
    """Return the tokens: one look at the file, which is read when it has changed."""
    try:
        return door.desk.keeper.now()
    except (StorageError, OSError) as error:
        raise ProblemError("contributions-closed", "The tokens of this service cannot be read.") from error


def _refused(detail: str, error: str) -> ProblemError:
    return ProblemError("token-wrong", detail, {}, {"WWW-Authenticate": _REALM + error})
