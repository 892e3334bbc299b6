"""``/disputes``: anyone says that a link, or a statement about a thing, is wrong; a reviewer decides."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import Final

from fastapi import APIRouter, Request
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from koinon.engine import Triple
from koinon.model.errors import ConfigurationError, NotFoundError, StorageError, TooManyRequestsError
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.query.budgets import client_key
from koinon.release.disputes import Dispute, dispute
from koinon.release.paths import Home
from koinon.web.door import Door, PageFrame, html
from koinon.web.links.sending import sent
from koinon.web.links.shown import find, showing
from koinon.web.problems import ProblemError
from koinon.web.representations import HTML, JSON, PAGE_ALONE, Form, negotiate
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

PATH: Final = "/disputes"
AN_HOUR: Final = 5
"""Disputes that one client may send within an hour."""
STATEMENTS: Final = 100
"""Statements of a thing that the form offers."""
_FORMS: Final = (PAGE_ALONE, Form(JSON, "", "JSON"))
_ANSWERS: Final = _FORMS[::-1]
"""Who sends and asks for no form in particular is a program."""
_HEADERS: Final = {"Cache-Control": "no-store"}
_HOUR: Final = 3600.0
_MOST_CLIENTS: Final = 5_000
_LONGEST: Final = 6_000
_TRAP: Final = "homepage"
"""A field that people don't see: whoever fills it in is a program that fills in every form."""


class Sending:
    """How much each client may send: one bucket each, that of whoever sent nothing for an hour is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count from now on; ``clock`` gives seconds that never run back."""
        self._clock = clock
        self._full: dict[str, float] = {}

    def admit(self, client: str) -> None:
        """Count a dispute of this client; raises TooManyRequestsError where it has sent enough."""
        now = self._clock()
        if len(self._full) >= _MOST_CLIENTS:
            self._full = {name: moment for name, moment in self._full.items() if moment > now}
        full = max(self._full.get(client, now), now) + _HOUR / AN_HOUR
        if full - now > _HOUR + 1e-6 or len(self._full) >= _MOST_CLIENTS:
            wait = max(1, ceil(full - now - _HOUR))
            raise TooManyRequestsError(
                f"{AN_HOUR} disputes an hour are taken from one client. Wait {wait} seconds.", wait
            )
        self._full[client] = full


@dataclass(frozen=True, slots=True)
class Offered:
    """A statement that can be chosen: its value as the form sends it, and its texts."""

    value: str
    predicate: Text
    object: Text


_SENDING: Final = Sending()


@reads(router, PATH)
async def form(request: Request) -> Response:
    """Show the form for a link (``link``, its id) or for a thing (``about``, its IRI)."""
    negotiate(request, (PAGE_ALONE,))
    door = Door.of(request)
    reader = door.reader(request)
    given = request.query_params
    link, about = given.get("link", ""), given.get("about", "")
    async with door.release() as served:
        line = showing(served, reader).line(find(served, link)) if link else None
        thing, offered = Text(""), list[Offered]()
        if about and not link:
            thing, offered = await run_in_threadpool(_statements, served, about, reader.language)
        return await html(
            request,
            "dispute.html",
            headers=_HEADERS,
            frame=PageFrame([], "", {name: given[name] for name in ("link", "about") if given.get(name)}),
            link=line,
            about=about,
            thing=thing,
            offered=offered,
            kept=given.get("kept", "") if given.get("kept", "").isdecimal() else "",
            trap=_TRAP,
            release=served.release,
        )


@router.api_route(PATH, methods=["POST"], response_class=Response)
async def disputes(request: Request) -> Response:
    """Take a dispute: ``text`` says what is wrong with the ``link``, or with the ``statement`` ``about`` a thing.

    ``statement`` is predicate and object in N-Triples; ``mine`` says that the sender speaks for the thing.
    """
    form = negotiate(request, _ANSWERS)
    fields = await sent(request)
    door = Door.of(request)
    home = Home(door.settings.home.absolute())
    if fields.get(_TRAP):
        raise ProblemError("bad-request", "The form was filled in by a program.")
    async with door.release() as served:
        link, statement = _subject(served, fields)
    _SENDING.admit(client_key(request.client.host) if request.client else "")

    def work() -> Dispute:
        return dispute(home, fields.get("text", ""), link=link, statement=statement, by_subject="mine" in fields)

    try:
        kept = await door.desk.work(work)
    except ConfigurationError as error:
        raise ProblemError("bad-request", str(error)) from error
    except StorageError as error:
        raise ProblemError("storage", "What you wrote could not be kept.") from error
    door.desk.note("dispute", "done", request.client.host if request.client else "", dispute=kept.sequence)
    if form.media_type == HTML:
        address = door.reader(request).url(PATH, {"kept": str(kept.sequence)})
        return RedirectResponse(address, 303, _HEADERS)
    return JSONResponse({"dispute": kept.sequence, "state": kept.state}, 201, _HEADERS)


def _subject(served: Served, fields: Mapping[str, str]) -> tuple[str, tuple[str, str, str] | None]:
    """Return what is disputed: the id of a link, or a statement that the release has; raises ProblemError."""
    if fields.get("link"):
        return find(served, fields["link"]).id, None
    node = _thing(served, fields.get("about", ""))
    text = fields.get("statement", "")
    try:
        found = list(parse(f"{node} {text} .\n", RdfFormat.N_TRIPLES)) if len(text) <= _LONGEST else []
    except (SyntaxError, ValueError):
        found = []
    said = found[0].triple if len(found) == 1 else None
    if said is None or said.subject != node:
        raise ProblemError("bad-request", "statement is one predicate and object, in N-Triples.")
    value = said.object
    if not isinstance(value, NamedNode | Literal) or not any(served.store.triples(node, said.predicate, value)):
        raise NotFoundError("The release does not say this, so that it cannot be disputed.")
    return "", (node.value, said.predicate.value, str(said.object))


def _thing(served: Served, iri: str) -> NamedNode:
    try:
        node = NamedNode(iri)
    except ValueError:
        node = None
    if node is None or len(iri) > _LONGEST or not served.has_subject(node):
        raise NotFoundError("Name a thing that the release knows with ?about=, or a link with ?link=.")
    return node


def _statements(served: Served, about: str, language: str) -> tuple[Text, list[Offered]]:
    naming = Naming(served.store, served.vocabulary, language)
    node = _thing(served, about)
    return naming(node.value), [_offered(one, naming) for one in islice(served.store.said_of(node), STATEMENTS)]


def _offered(triple: Triple, naming: Naming) -> Offered:
    _, predicate, value = triple
    text = Text(value.value, value.language or "") if isinstance(value, Literal) else naming(value.value)
    return Offered(f"{predicate} {value}", naming(predicate.value), text)
