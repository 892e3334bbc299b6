"""``/links/history``: merges and splits, that is what stood for things and does so no longer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.responses import Response

from koinon.model.addresses import thing_of
from koinon.publish.changes import label_of
from koinon.publish.credits import credits_of, graphs_naming
from koinon.publish.documents import page_of
from koinon.publish.links.history import Ended, History
from koinon.publish.links.history_forms import history_document, history_table
from koinon.publish.text import Text
from koinon.release.paths import Home
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, sent, write
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    CSV,
    DOCUMENT_FORMS,
    Form,
    Offer,
    alternates,
    form_of,
    not_modified,
    search,
)
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

PATH: Final = "/links/history"
PAGE_SIZE: Final = 50
"""Merges and splits of a page."""
SHOWN: Final = 10
"""Those that the page of a thing shows, the latest first."""
_LARGEST: Final = 500
_NAMED: Final = 12
"""Things that are named of one that stood for many."""
_NUMBER: Final = re.compile(r"[1-9]\d{0,8}")


@dataclass(frozen=True, slots=True)
class Line:
    """A merge or split as a page tells it: ``things`` are the first of the ``total`` others that were stood for.

    Things are pairs of an IRI and a name; ``now`` is what stands for the thing now, where that is another again.
    """

    ended: Ended
    was: tuple[str, Text]
    things: tuple[tuple[str, Text], ...]
    total: int
    successors: tuple[tuple[str, Text], ...]
    now: tuple[str, Text] | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The merges and splits that a page shows; ``more`` tells that there are others."""

    lines: tuple[Line, ...]
    more: bool = False


async def history_below(request: Request, served: Served) -> History:
    """Return the merges and splits up to the served release; they are read outside the event loop, once."""
    if served.release.manifest.imported:
        return History()
    door = Door.of(request)
    home, release = Home(door.settings.home), served.release.id
    known = door.histories.known(door.changes, home, release)
    if known is not None:
        return known
    key = ("merges", release, door.changes.state)
    return await door.make(request, lambda: door.histories.of(door.changes, home, release), key)


def history_of_thing(iri: str) -> str:
    """Return the path of the merges and splits of a thing."""
    return f"{PATH}?{urlencode({'thing': iri})}"


def shown_history(
    door: Door, served: Served, reader: Reader, history: History | None, ended: Sequence[Ended]
) -> Shown:
    """Return what the page of a thing shows of what ended, the latest first."""
    latest = list(reversed(ended))
    found = _lines(door, served, reader, history or History(), latest[:SHOWN])
    return Shown(tuple(found), len(latest) > SHOWN)


def _called(door: Door, served: Served, reader: Reader, iri: str) -> Text:
    """Return what a thing is called, or was, where it is withdrawn."""
    if not served.has_subject(NamedNode(iri)):
        last = next(iter(door.changes.history(iri)), None)
        if last is not None and last.labels:
            return label_of(last, reader.language)
    return served.naming(reader.language)(iri)


def _lines(door: Door, served: Served, reader: Reader, history: History, ended: Sequence[Ended]) -> list[Line]:
    @cache
    def called(iri: str) -> tuple[str, Text]:
        return iri, _called(door, served, reader, iri)

    found = []
    for one in ended:
        was = one.standing.thing
        successors = [standing.thing for standing in one.successors]
        others = [thing for thing in one.things if thing != was]
        now = history.now(was)
        found.append(
            Line(
                one,
                called(was),
                tuple(map(called, islice(others, _NAMED))),
                len(others),
                tuple(map(called, successors)),
                called(now) if now not in successors and now != was else None,
            )
        )
    return found


@reads(router, PATH)
async def history(request: Request) -> Response:
    """Tell merges and splits, the latest first: what stood for things until which release, and what does now.

    ``thing`` chooses those of one thing by its IRI; ``after`` is taken from the link to the next page.
    """
    return await _answer(request, None)


@reads(router, PATH + ".{suffix}")
async def history_form(
    request: Request, suffix: Annotated[str, Path(description="Suffix of a form: csv, ttl, jsonld …")]
) -> Response:
    """Tell merges and splits in the form of the suffix; the table (csv) has all of them, whatever their number."""
    return await _answer(request, form_of(suffix, DOCUMENT_FORMS))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which merges and splits an address asks for; ``before`` is the number of the one that the page follows."""

    thing: str
    limit: int
    before: int | None

    @classmethod
    def of(cls, request: Request) -> "_Asked":
        """Read and check the parameters; raises ProblemError."""
        given = request.query_params
        thing, after, limit = given.get("thing", ""), given.get("after", ""), given.get("limit", str(PAGE_SIZE))
        if thing:
            try:
                thing = NamedNode(thing if "://" in thing else thing_of(thing)).value
            except ValueError as error:
                raise ProblemError("bad-request", "thing is the IRI of a thing.") from error
        if after and not _NUMBER.fullmatch(after):
            raise ProblemError("bad-request", "after is taken from the link to the next page as it stands.")
        if not _NUMBER.fullmatch(limit) or int(limit) > _LARGEST:
            raise ProblemError("bad-request", f"limit is a number from 1 to {_LARGEST}.")
        return cls(thing, int(limit), int(after) if after else None)

    @property
    def parameters(self) -> dict[str, str]:
        """What the address carries for every page of this."""
        limit = {"limit": str(self.limit)} if self.limit != PAGE_SIZE else {}
        return {**({"thing": self.thing} if self.thing else {}), **limit}


async def _answer(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    asked = _Asked.of(request)
    parameters = {**asked.parameters, **({"after": str(asked.before)} if asked.before else {})}
    async with door.release() as served:
        offer = Offer(PATH, DOCUMENT_FORMS, "", parameters)
        chosen = offer.choose(request, reader, f"{served.edition} {door.changes.state}", fixed)
        form = chosen.form
        if chosen.is_unchanged:
            return not_modified(chosen.headers)
        history = await history_below(request, served)
        every = history.about(asked.thing) if asked.thing else history.ended
        left = every[: None if asked.before is None else asked.before - 1]
        found = left[-asked.limit :][::-1]
        rest = len(left) - len(found)
        following = str(rest + 1) if rest else ""

        def made() -> Body:
            if chosen.is_page:
                frame = PageFrame(alternates(reader, PATH, DOCUMENT_FORMS, parameters), "", parameters)
                return Body(_page(door, served, reader, asked, history, found, following, frame), following)
            if form.media_type == CSV:
                return Body(history_table(history, every[::-1], lambda iri: served.has_subject(NamedNode(iri))))
            here = reader.absolute(PATH)
            document = history_document(served.store, found, here + search(parameters))
            if following:
                there = here + search({**asked.parameters, "after": following})
                document = page_of(document, here + search(parameters), there)
            return Body(write(document, form.media_type, served, reader), following)

        key = (reader.path, search(parameters), chosen.headers["ETag"])
        body = await door.once(request, served, key, made)
    suffix = f".{form.suffix}" if fixed else ""
    next_page = search({**asked.parameters, "after": body.following})
    return sent(chosen, body, f"{reader.absolute(PATH)}{suffix}{next_page}")


def _page(
    door: Door,
    served: Served,
    reader: Reader,
    asked: _Asked,
    history: History,
    found: Sequence[Ended],
    following: str,
    frame: PageFrame,
) -> bytes:
    things = (iri for one in found for iri in (*one.things, *(each.thing for each in one.successors)))
    return door.pages.render(
        "links-history.html",
        reader,
        frame=frame,
        past=Shown(tuple(_lines(door, served, reader, history, found))),
        thing=(asked.thing, _called(door, served, reader, asked.thing)) if asked.thing else None,
        following={**asked.parameters, "after": following} if following else {},
        credits=credits_of(served.store, graphs_naming(served.store, things), reader.language),
        release=served.release,
    )
