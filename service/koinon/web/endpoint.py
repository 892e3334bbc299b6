"""The SPARQL endpoint: the protocol's query operation, in plain ASGI around the rest of the service.

A tiny query costs less than the way through the routers, so requests with a query are answered before they get
there. Everything else, the description and the form among it, goes on to ``sparql``.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koinon.model.errors import KoinonError, TooManyRequestsError
from koinon.query.answers import is_lasting
from koinon.query.job import ALL_TYPES, BINDING_TYPES, GRAPH_TYPES, Answer, Job
from koinon.query.pool import NotAcceptableError
from koinon.release.current import Release
from koinon.web.answering import END, Header, answer_head, send_answer
from koinon.web.asking import Asked, Asking, ClientGoneError, answer_tag
from koinon.web.forms import long_form
from koinon.web.middleware import API_HEADERS, completed
from koinon.web.negotiation import acceptable
from koinon.web.problems import ProblemError
from koinon.web.replay import EXTENSION, LARGEST, Replay
from koinon.web.representations import HTML, JSON, credit_links, lists_tag
from koinon.web.served import Following, edition_of

QUERY_TYPE: Final = "application/sparql-query"
FORM_TYPE: Final = "application/x-www-form-urlencoded"
_CURRENT: Final = "/sparql"
_EARLIER: Final = "/releases/"
_MOST_FIELDS: Final = 1000
_SHORT_FORM: Final = 32 * 1024
_READING: Final = frozenset({"GET", "HEAD"})
_CHARSET: Final = re.compile(r';\s*charset="?([^\s";]+)', re.IGNORECASE)
_UTF_8: Final = frozenset({"utf-8", "utf8", "us-ascii"})
_KEPT: Final = 1000
"""Requests whose meaning is kept, each of at most ``_KEPT_LENGTH`` bytes."""
_KEPT_LENGTH: Final = 4096
_ALIASES: Final = {
    JSON: (BINDING_TYPES[0], "application/ld+json"),
    "application/xml": (BINDING_TYPES[1], "application/rdf+xml"),
    "text/xml": (BINDING_TYPES[1], "application/rdf+xml"),
    "text/plain": ("application/n-triples",),
    "text/n3": ("text/turtle",),
}
"""Media types that clients ask for instead of the registered ones, and what they mean by them."""

DOWNLOADS: Final = {
    **{"json": BINDING_TYPES[0], "xml": BINDING_TYPES[1], "csv": "text/csv", "tsv": "text/tab-separated-values"},
    **{"ttl": "text/turtle", "nt": "application/n-triples", "rdf": "application/rdf+xml"},
    "jsonld": "application/ld+json",
}
"""What ``&download=`` takes, for links that can send no Accept header, and the media types that it stands for."""

_PAGE_TYPES: Final = (BINDING_TYPES[0], GRAPH_TYPES[0])
_OFFERED: Final = (*ALL_TYPES, HTML, *_ALIASES)

Page = Callable[[Request, Job, Callable[[], Awaitable[Answer]]], Awaitable[Response]]
"""Makes the page that shows a query and what comes of it."""
Refuse = Callable[[Request, KoinonError], Awaitable[Response]]
"""Makes the answer to a request that is refused."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader takes: media types as they named them, best first, and the result types they mean by them."""

    named: tuple[str, ...]
    types: tuple[str, ...]

    def name_of(self, media_type: str) -> str:
        """Return the name under which the reader asked for a result type."""
        for name in self.named:
            if name == HTML:
                if media_type in _PAGE_TYPES:
                    return media_type
            elif media_type in _ALIASES.get(name, (name,)):
                return name
        return media_type


class Endpoint:
    """ASGI middleware that answers queries sent to ``/sparql`` and ``/releases/{id}/sparql``."""

    def __init__(
        self, app: ASGIApp, following: Following, asking: Asking, longest: int, page: Page, refuse: Refuse
    ) -> None:
        """Wrap ``app``; a query may have ``longest`` characters."""
        self._app = app
        self._following = following
        self._asking = asking
        self._longest = longest
        self._page = page
        self._refuse = refuse
        self._prepared: dict[tuple[str, bytes, str], _Prepared] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a query, or pass the request on."""
        if scope["type"] != "http" or not (identifier := _release_of(scope["path"])):
            await self._app(scope, receive, send)
            return
        try:
            headers = _Headers(scope["headers"])
            found = self._prepared.get((identifier, scope["query_string"], headers.accept))
            if found is None or scope["method"] not in _READING or found.release is not self._current(identifier):
                found = await self._prepare(scope, receive, headers, identifier)
            if found is None:
                await self._app(scope, receive, send)
            else:
                await self._answer(scope, receive, send, headers, found)
        except KoinonError as error:
            response = await self._refuse(Request(scope, receive), error)
            await response(scope, receive, completed(send))
        except ClientGoneError:
            return

    def _current(self, identifier: str) -> Release | None:
        """Return the release that an address means now, as far as that can change."""
        return self._following.now().release if identifier == _CURRENT else self._following.remembered(identifier)

    async def _prepare(
        self, scope: Scope, receive: Receive, headers: "_Headers", identifier: str
    ) -> "_Prepared | None":
        """Read a request; what it means is kept for the next one that reads the same."""
        parameters = await self._parameters(scope, headers, receive)
        if parameters is None:
            return None
        suffix = _download(parameters)
        wanted = wanted_types(DOWNLOADS[suffix] if suffix else headers.accept)
        if identifier == _CURRENT:
            release = self._following.now().release
        else:
            release = await self._following.earlier(identifier)
        job = Job(
            _query(parameters),
            wanted.types,
            _graphs(parameters, "default-graph-uri"),
            _graphs(parameters, "named-graph-uri"),
            release.store,
        )
        prepared = _Prepared(identifier, release, job, wanted, suffix)
        key = (identifier, scope["query_string"], headers.accept)
        if scope["method"] in _READING and len(key[1]) + len(key[2]) <= _KEPT_LENGTH:
            if len(self._prepared) >= _KEPT:
                self._prepared.clear()
            self._prepared[key] = prepared
        return prepared

    async def _parameters(
        self, scope: Scope, headers: "_Headers", receive: Receive
    ) -> Sequence[tuple[str, str]] | None:
        """Return the parameters of a query operation (SPARQL 1.1 Protocol §2.1), or None where it is none."""
        method = scope["method"]
        if method in _READING:
            if not scope["query_string"]:
                return None
            parameters = _fields(scope["query_string"].decode("latin-1"))
            return parameters if any(name in ("query", "update") for name, _ in parameters) else None
        if method != "POST":
            return None
        sent = headers.content_type.partition(";")[0].strip().lower()
        charset = _CHARSET.search(headers.content_type)
        if (
            sent not in (QUERY_TYPE, FORM_TYPE)
            or headers.encoded
            or (sent == QUERY_TYPE and charset is not None and charset[1].lower() not in _UTF_8)
        ):
            raise ProblemError(
                "unsupported-media-type",
                f"A query is sent as {FORM_TYPE} or {QUERY_TYPE}, in UTF-8 and without Content-Encoding. "
                "Updates are not taken.",
                headers={"Accept-Post": f"{FORM_TYPE}, {QUERY_TYPE}"},
            )
        body = await self._body(receive)
        parameters = _fields(scope["query_string"].decode("latin-1"))
        if sent == QUERY_TYPE:
            return [*parameters, ("query", body)]
        return [*parameters, *_fields(body)]

    async def _body(self, receive: Receive) -> str:
        """Return the body as text; a query of the longest kind may take 12 bytes a character, percent-encoded."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            body += message.get("body", b"")
            if len(body) > 12 * self._longest:
                raise ProblemError("query-too-long", f"A query may have {self._longest:,} characters.")
            if not message.get("more_body", False):
                break
        try:
            return body.decode()
        except UnicodeDecodeError as error:
            raise ProblemError("bad-request", f"The body is not UTF-8: {error}.") from error

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, headers: "_Headers", prepared: "_Prepared"
    ) -> None:
        job, wanted = prepared.job, prepared.wanted
        client = scope["client"][0] if scope.get("client") else ""
        asked = Asked(job, prepared.release.id, "sparql", client, receive)
        if wanted.named[0] == HTML:
            response = await self._page(Request(scope, receive), job, lambda: self._asking.ask(asked))
            await response(scope, receive, completed(send))
            return
        if headers.if_none_match and scope["method"] in _READING:  # else it is no 304 (RFC 9110 §15.4.5)
            for media_type in _possible(wanted):
                tag = answer_tag(edition_of(prepared.release), job, media_type)
                if lists_tag(headers.if_none_match, tag):
                    self._asking.unchanged(asked)
                    head = [*_kept_headers(tag), *API_HEADERS]
                    await send({"type": "http.response.start", "status": 304, "headers": head})
                    await send(END)
                    return
        answer = await self._asking.ask(asked)
        name = wanted.name_of(answer.media_type)
        head = answer_head(answer, name, prepared.headers(answer.media_type))
        remember = scope.get("extensions", {}).get(EXTENSION)
        if remember and scope["method"] == "GET" and answer.size <= LARGEST and self._asking.keeps(job):
            remember(self._replay_of(prepared, asked._replace(receive=_nobody), answer, head))
        await send_answer(send, answer, head)

    def _replay_of(self, prepared: "_Prepared", asked: Asked, answer: Answer, head: Sequence[Header]) -> Replay:
        """Return what answers the same request again: as long as the release is served and the answer is kept."""
        lines = b"".join(b"%b: %b\r\n" % header for header in head)
        wire = b"HTTP/1.1 200 OK\r\n%b\r\n%b" % (lines, answer.inline)

        def replay() -> bytes | None:
            if self._current(prepared.identifier) is not prepared.release:
                return None
            try:
                return wire if self._asking.known(asked) is answer else None
            except TooManyRequestsError:
                return None

        return replay


@dataclass(slots=True, eq=False)
class _Prepared:
    """What a request means: the release and query that it asks, and the headers that its answers share."""

    identifier: str
    release: Release
    job: Job
    wanted: Wanted
    suffix: str = ""
    shared: dict[str, tuple[Header, ...]] = field(default_factory=dict)

    def headers(self, media_type: str) -> tuple[Header, ...]:
        """Return the headers of an answer, except those that tell of its size and time."""
        found = self.shared.get(media_type)
        if found is None:
            own = _freshness(edition_of(self.release), self.job, media_type)
            if not self.release.manifest.imported:
                own.append(_CREDITS)
            if self.suffix:
                own.append((b"content-disposition", f'attachment; filename="answer.{self.suffix}"'.encode()))
            found = self.shared[media_type] = (*own, *API_HEADERS)
        return found


def _freshness(edition: str, job: Job, media_type: str) -> list[Header]:
    if not is_lasting(job.text):
        return [(b"cache-control", b"no-store"), _VARY]
    return _kept_headers(answer_tag(edition, job, media_type))


_VARY: Final = (b"vary", b"Accept")
_CREDITS: Final = (b"link", credit_links().encode())


def _kept_headers(tag: str) -> list[Header]:
    return [(b"etag", tag.encode()), (b"cache-control", b"public, max-age=0, must-revalidate"), _VARY]


async def _nobody() -> Message:
    """Stand for the client of a request that is answered at once."""
    raise ClientGoneError


class _Headers:
    """The headers that a query operation looks at."""

    __slots__ = ("accept", "content_type", "encoded", "if_none_match")

    def __init__(self, raw: Iterable[Header]) -> None:
        self.accept = self.content_type = self.if_none_match = ""
        self.encoded = False
        for name, value in raw:
            if name == b"accept":
                # Sent on several lines it is one list all the same (RFC 9110 §5.3).
                self.accept = f"{self.accept},{value.decode('latin-1')}" if self.accept else value.decode("latin-1")
            elif name == b"content-type":
                self.content_type = value.decode("latin-1")
            elif name == b"if-none-match":
                self.if_none_match = value.decode("latin-1")
            elif name == b"content-encoding":
                self.encoded = value.strip().lower() not in (b"", b"identity")


def _release_of(path: str) -> str:
    """Return the id of the earlier release that a path asks, ``/sparql`` for the current one, else nothing."""
    if path == _CURRENT:
        return path
    if path.startswith(_EARLIER) and path.endswith(_CURRENT):
        identifier = path[len(_EARLIER) : -len(_CURRENT)]
        return identifier if "/" not in identifier else ""
    return ""


@lru_cache(maxsize=256)
def wanted_types(accept: str) -> Wanted:
    """Return what an Accept header takes; raises NotAcceptableError where that is nothing that there is."""
    named = tuple(acceptable(accept or None, _OFFERED))
    if not named:
        raise NotAcceptableError(
            f"A SELECT or ASK answer comes as {', '.join(BINDING_TYPES)}; "
            f"a CONSTRUCT or DESCRIBE answer as {', '.join(GRAPH_TYPES)}."
        )
    meant = (_PAGE_TYPES if name == HTML else _ALIASES.get(name, (name,)) for name in named)
    return Wanted(named, tuple(dict.fromkeys(media_type for types in meant for media_type in types)))


def _possible(wanted: Wanted) -> list[str]:
    """Return the media types that an answer may have: one if it has rows, one if it is a graph."""
    firsts = (next((t for t in wanted.types if t in types), None) for types in (BINDING_TYPES, GRAPH_TYPES))
    return [media_type for media_type in firsts if media_type]


def _fields(text: str) -> list[tuple[str, str]]:
    if not text:
        return []
    try:
        if len(text) > _SHORT_FORM:
            return long_form(text, _MOST_FIELDS)
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise ProblemError("bad-request", f"The parameters cannot be read as UTF-8: {error}.") from error


def _query(parameters: Sequence[tuple[str, str]]) -> str:
    texts = [value for name, value in parameters if name == "query"]
    if any(name == "update" for name, _ in parameters):
        raise ProblemError("query-refused", "This service takes no updates.")
    if len(texts) != 1:
        raise ProblemError("bad-request", f"A request carries one query; this one carries {len(texts)}.")
    return texts[0]


def _download(parameters: Sequence[tuple[str, str]]) -> str:
    """Return the suffix of the form in which an answer is to be kept, or nothing."""
    suffix = next((value for name, value in parameters if name == "download" and value), "")
    if suffix and suffix not in DOWNLOADS:
        raise ProblemError("bad-request", f"download takes one of {', '.join(DOWNLOADS)}; {suffix[:20]!r} is none.")
    return suffix


def _graphs(parameters: Sequence[tuple[str, str]], name: str) -> tuple[str, ...]:
    graphs = tuple(value for given, value in parameters if given == name)
    for graph in graphs:
        if ":" not in graph or any(c in graph for c in '<>"{}|\\^` \n\r\t'):
            raise ProblemError("bad-request", f"{name} takes an absolute IRI; {graph[:80]!r} is none.")
    return graphs
