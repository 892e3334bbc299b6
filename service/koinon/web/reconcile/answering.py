"""How ``/reconcile`` answers: JSON, made beside the event loop, in the language of the reader."""

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, TypeVar

from fastapi import Request
from starlette.responses import JSONResponse, Response

from koinon.publish.naming import Naming
from koinon.publish.reconcile.asking import TYPES
from koinon.publish.reconcile.matching import Matcher
from koinon.publish.reconcile.properties import PROPERTIES
from koinon.web.asking import ClientGoneError
from koinon.web.door import Door
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import is_unchanged, not_modified
from koinon.web.served import Served
from koinon.web.translations import translations

BODY: Final = 512 * 1024
"""Bytes of a request."""
Json = dict[str, Any]
Part = TypeVar("Part")


def _(message: str) -> str:
    """Mark a text for translation; it is translated where an answer gives it."""
    return message


_NAMES: Final = {
    "actors": _("Actors"),
    "projects": _("Projects"),
    "programmes": _("Programmes"),
    "clusters": _("Clusters"),
    "regions": _("Regions"),
    "topics": _("Topics"),
}


class Words:
    """The names of types and properties in the language of the reader, and what matches their names."""

    def __init__(self, served: Served, reader: Reader) -> None:
        """Look up names in the release for the reader."""
        self.naming = Naming(served.store, served.vocabulary, reader.language)
        self.properties = {
            one.id: one.name(served.vocabulary, self.naming, reader.language) for one in PROPERTIES.values()
        }
        self.translate = translations(reader.language).gettext
        self.types = {name: self.translate(_NAMES[name]) for name in TYPES}
        self.matcher = Matcher(served.store, served.search, served.vocabulary, self.naming)


async def answered(request: Request, work: Callable[[Words], Json]) -> Response:
    """Answer with what ``work`` makes beside the event loop, as JSON in the language of the reader."""
    return await answered_in_parts(request, [work], lambda made: made[0])


async def answered_in_parts(
    request: Request, parts: Iterable[Callable[[Words], Part]], join: Callable[[list[Part]], Json]
) -> Response:
    """Answer with the parts of a batch, joined. Between two of them others have their turn.

    Raises ClientGoneError where the client leaves before the last part; no other is then made.
    """
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        words = await door.make(request, lambda: Words(served, reader))
        found: list[Part] = []
        for part in parts:
            if found and await request.is_disconnected():
                raise ClientGoneError
            found.append(await door.make(request, partial(part, words)))
    made = join(found)
    headers = {"Vary": "Accept-Language", "Content-Language": reader.language, "Cache-Control": "no-cache"}
    if request.method in {"GET", "HEAD"}:
        tag = hashlib.sha256(repr(made).encode()).hexdigest()[:24]
        headers["ETag"] = f'"{tag}"'
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
    return JSONResponse(made, headers=headers)


async def body_of(request: Request) -> str:
    """Return the body as text; raises ProblemError where it is too long or no UTF-8."""
    read = bytearray()
    async for piece in request.stream():
        read += piece
        if len(read) > BODY:
            raise ProblemError("query-too-long", f"A request has at most {BODY // 1024} kB. Send smaller batches.")
    try:
        return read.decode()
    except UnicodeDecodeError as error:
        raise ProblemError("bad-request", "The body is not UTF-8.") from error


def number_of(request: Request, name: str, most: int) -> int:
    """Return a whole number of the address, at most ``most``, 0 where there is none; raises ProblemError."""
    text = request.query_params.get(name, "0") or "0"
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise ProblemError("bad-request", f"{name} takes a whole number.")
    return min(int(text), most)
