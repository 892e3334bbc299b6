"""``/releases/{id}/…`` and ``Accept-Datetime``: every page as an earlier release has it (Memento, RFC 7089).

Below the address of a release stand the same paths as at the top. What answers there reads that release, and its
links stay in it. The document of a thing is its own TimeGate: asked for a time, it leads to what was known then.
"""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koinon.model.addresses import thing_of
from koinon.model.errors import KoinonError, NotFoundError
from koinon.model.namespaces import CODE
from koinon.publish.mementos import (
    Memento,
    around,
    in_release,
    mementos,
    nearest,
    read_http_date,
    time_map,
    written,
)
from koinon.release.changelog import ChangeLog
from koinon.release.current import release_folders
from koinon.release.log import LogEntry, read_log
from koinon.release.paths import Home
from koinon.web.middleware import completed
from koinon.web.problems import ProblemError
from koinon.web.reader import PREFIX, TRAVELS, Reader
from koinon.web.served import CHOSEN, Following

_EARLIER: Final = re.compile(r"/releases/([0-9a-f]{12,64})(/([a-z]+)(?:[/.].*)?)")
_THING: Final = re.compile(
    r"/(doc|code)/([a-z0-9][a-z0-9-]*(?:@[A-Za-z0-9.:~_-]+)?)/([a-z0-9][a-z0-9-]*)(?:\.[a-z]+)?"
)
_TIMEMAP: Final = "/timemap/"
_FORMAT: Final = "application/link-format"

Refuse = Callable[[Request, Exception], Any]


class Travelling:
    """ASGI middleware around the pages of the service."""

    def __init__(
        self, app: ASGIApp, home: Home, following: Following, changes: ChangeLog, refuse: Refuse, reader: Any
    ) -> None:
        """Wrap ``app``; ``refuse`` answers errors, ``reader`` tells the reader of a request."""
        self._app = app
        self._home = home
        self._following = following
        self._changes = changes
        self._refuse = refuse
        self._reader: Callable[[Request], Reader] = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as of an earlier release, lead to one, or pass the request on."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")).rstrip("/"))
        try:
            if path.startswith(_TIMEMAP):
                response = await self._time_map(Request(scope), path.removeprefix("/timemap"))
                await response(scope, receive, completed(send))
            elif (found := _EARLIER.fullmatch(path)) and found[3] in TRAVELS:
                await self._earlier(scope, receive, send, found[1], found[2])
            elif thing := _thing_of(path):
                await self._current(scope, receive, send, path, thing)
            else:
                await self._app(scope, receive, send)
        except KoinonError as error:
            response = await self._refuse(Request(scope, receive), error)
            await response(scope, receive, completed(send))

    async def _earlier(self, scope: Scope, receive: Receive, send: Send, identifier: str, path: str) -> None:
        served = await self._following.at(identifier)
        release = served.release.id
        root = str(scope.get("root_path", "")).rstrip("/")
        if identifier != release:
            query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
            prefix = self._reader(Request(scope)).prefix
            response = RedirectResponse(f"{prefix}/releases/{release}{quote(path)}{query}", 307)
            await response(scope, receive, completed(send))
            return
        prefix = f"/releases/{release}"
        inner = {**scope, "path": path, "raw_path": path.encode(), "root_path": root + prefix, PREFIX: prefix}
        thing = _thing_of(path)
        links, when = "", ""
        if thing:
            base = self._reader(Request(scope)).base
            links, when = await run_in_threadpool(self._around, base, path, thing, release)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 304} and when:
                headers = MutableHeaders(raw=message["headers"])
                headers["Memento-Datetime"] = when
                _append(headers, "Link", links)
            await send(message)

        token = CHOSEN.set(served)
        try:
            await self._app(inner, receive, told)
        finally:
            CHOSEN.reset(token)

    async def _current(self, scope: Scope, receive: Receive, send: Send, path: str, thing: str) -> None:
        """Pass the request for a document on, or, where it names a time, lead to what was known then."""
        request = Request(scope)
        base = self._reader(request).base
        plain = _plain(path)
        if "accept-datetime" in request.headers:
            found, _ = await run_in_threadpool(self._mementos, thing, path)
            if found:
                response = self._lead(request, base, path, found)
                await response(scope, receive, completed(send))
                return
        links = written(
            [
                (base + plain, {"rel": "original timegate"}),
                (f"{base}/timemap{plain}", {"rel": "timemap", "type": _FORMAT}),
            ]
        )

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 304}:
                headers = MutableHeaders(raw=message["headers"])
                _append(headers, "Link", links)
                _append(headers, "Vary", "Accept-Datetime")
            await send(message)

        await self._app(scope, receive, told)

    def _lead(self, request: Request, base: str, path: str, found: list[Memento]) -> Response:
        """Answer as TimeGate: 302 to the state of the wanted time (RFC 7089 §4.1.1)."""
        try:
            moment = read_http_date(request.headers["accept-datetime"])
        except ValueError as error:
            detail = "Accept-Datetime takes a date like Sun, 22 Nov 2026 08:00:00 GMT."
            raise ProblemError("bad-request", detail) from error
        wanted = nearest(found, moment)
        query = f"?{request.url.query}" if request.url.query else ""
        headers = {
            "Vary": "Accept-Datetime",
            "Link": written([*time_map(found, base, _plain(path))[:1], *_links(found, wanted, base, path)]),
            "Cache-Control": "no-cache",
        }
        return RedirectResponse(f"{base}{wanted.path}{query}", 302, headers)

    async def _time_map(self, request: Request, path: str) -> Response:
        """Answer with the list of all states of a thing."""
        thing = _thing_of(path)
        if thing is None:
            raise NotFoundError("A time map is that of a document: /timemap/doc/project/resist.")
        base = self._reader(request).base
        found, _ = await run_in_threadpool(self._mementos, thing, path)
        if not found:
            raise NotFoundError(f"Nothing was ever known about {thing}.")
        links = time_map(found, base, _plain(path))
        headers = {"Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Accept"}
        if "application/json" in request.headers.get("accept", ""):
            listed = [{"uri": address, **parameters} for address, parameters in links]
            return JSONResponse({"original_uri": base + _plain(path), "links": listed}, headers=headers)
        return Response(written(links, ",\n") + "\n", headers=headers, media_type=_FORMAT)

    def _around(self, base: str, path: str, thing: str, release: str) -> tuple[str, str]:
        """Return links and time of what an earlier release shows of a thing; nothing where it is unknown."""
        found, log = self._mementos(thing, path)
        shown = in_release(found, log, release)
        if shown is None:
            return "", ""
        original = time_map(found, base, _plain(path))[:1]
        return written([*original, *_links(found, shown, base, path)]), shown.http_date

    def _mementos(self, thing: str, path: str) -> tuple[list[Memento], list[LogEntry]]:
        log = read_log(self._home.log)
        kept = (folder.name for folder in release_folders(self._home))
        return mementos(self._changes, log, kept, thing, path), log


def _links(found: list[Memento], shown: Memento, base: str, path: str) -> list[tuple[str, dict[str, str]]]:
    """Return the links to the time map and to the states around one; a state has one link with all that it is."""
    relations: dict[Memento, list[str]] = {}
    for name, memento in around(found, shown):
        relations.setdefault(memento, []).append(name)
    return [
        (f"{base}/timemap{_plain(path)}", {"rel": "timemap", "type": _FORMAT}),
        *(
            (base + memento.path, {"rel": " ".join([*names, "memento"]), "datetime": memento.http_date})
            for memento, names in relations.items()
        ),
    ]


def _thing_of(path: str) -> str | None:
    """Return the IRI of the thing or concept whose document stands at a path, or None."""
    found = _THING.fullmatch(path)
    if found is None:
        return None
    if found[1] == "code":
        return f"{CODE}{found[2]}/{found[3]}"
    try:
        return thing_of(f"{found[2]}/{found[3]}")
    except ValueError:
        return None


def _plain(path: str) -> str:
    """Return the path of a document without the suffix of a form."""
    head, _, last = path.rpartition("/")
    return f"{head}/{last.partition('.')[0]}"


def _append(headers: MutableHeaders, name: str, value: str) -> None:
    headers[name] = f"{headers[name]}, {value}" if name in headers else value
