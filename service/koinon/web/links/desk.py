"""The desk of reviewers: who may judge, by a token in a header or by a cookie that a form gave for one.

The cookie names the token and is signed with a key that ends with the process: nobody who reads what is kept on the
disk can make one. Browsers send it along from pages of this service alone (SameSite=Strict), and every form that
judges carries a word that only this page could know.
"""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from koinon.build.registry.tokens import Token
from koinon.release.judgements import Judgements, file_of
from koinon.release.lines import NOTHING, State, state_of
from koinon.release.links import Link, Links
from koinon.release.paths import Home
from koinon.web.door import Door
from koinon.web.problems import ProblemError
from koinon.web.sources.access import holder, of_secret, valid

VERB: Final = "review"
COOKIE: Final = "koinon_review"
SECONDS: Final = 8 * 3600
"""How long a reviewer stays at the desk."""
_KEY: Final = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who judges: the token, and the word that forms carry (empty for a program, which sends its token itself)."""

    token: Token
    word: str

    @property
    def name(self) -> str:
        """What judgements say of who it was."""
        return self.token.label

    def may_judge(self, links: Links, link: Link) -> bool:
        """Tell whether the token is for a source of one of the two records."""
        said = (links.said(link.subject), links.said(link.object))
        return any(self.token.allows(VERB, one.source if one else "") for one in said)


def reviewer_of(request: Request) -> Reviewer | None:
    """Return who judges, None where the request names nobody; raises ProblemError where that is nobody who may."""
    if "authorization" in request.headers:
        return Reviewer(_may_review(holder(request)), "")
    cookie = request.cookies.get(COOKIE, "")
    identifier, _, rest = cookie.partition(".")
    ends, _, signature = rest.partition(".")
    same = hmac.compare_digest(_signed(f"{identifier}.{ends}").encode(), signature.encode())
    if not same or not ends.isdecimal() or int(ends) < time.time():
        return None
    token = valid(request, identifier)
    return Reviewer(token, _signed(cookie)) if token is not None and VERB in token.may else None


def enter(request: Request, response: Response, secret: str) -> None:
    """Let a reviewer in who gave a token in a form; raises ProblemError where it is none for this."""
    token = _may_review(of_secret(request, secret))
    base = f"{token.id}.{int(time.time()) + SECONDS}"
    _set(request, response, f"{base}.{_signed(base)}", SECONDS)


def leave(request: Request, response: Response) -> None:
    """Let a reviewer out."""
    _set(request, response, "", 0)


def check_word(reviewer: Reviewer, word: str) -> None:
    """Raise ProblemError where a form does not carry the word of this reviewer's pages."""
    if not hmac.compare_digest(reviewer.word.encode(), word.encode()):
        raise ProblemError("bad-request", "This form is not of your present visit. Open the page anew.")


class Kept:
    """The judgements of a home as their file says now; it is read when it has changed. For the desk's thread."""

    def __init__(self) -> None:
        """Prepare; nothing is read yet."""
        self._read: tuple[State, Judgements] = (NOTHING, Judgements())

    def now(self, home: Home) -> Judgements:
        """Return the judgements; raises StorageError where the file is damaged."""
        state = state_of(file_of(home))
        if state != self._read[0]:
            self._read = (state, Judgements.read(home))
        return self._read[1]


def _may_review(token: Token) -> Token:
    if VERB not in token.may:
        raise ProblemError("token-scope", f"This token is for {', '.join(token.may)}, not for reviewing links.")
    return token


def _signed(text: str) -> str:
    return hmac.new(_KEY, text.encode(), hashlib.sha256).hexdigest()


def _set(request: Request, response: Response, value: str, seconds: int) -> None:
    reader = Door.of(request).reader(request)
    response.set_cookie(
        COOKIE,
        value,
        max_age=seconds,
        path=f"{reader.prefix}/links/review",
        secure=reader.base.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
