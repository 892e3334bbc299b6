"""RDF from an address: only from hosts that the operator allows, by HTTPS, within a size and a time."""

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from koinon.build.reading import FORMATS
from koinon.model.errors import ConfigurationError, SourceError

PIECE = 2**16
REDIRECTS = 5
"""Redirects that are followed, all to the same host."""
STEP = 10.0
"""Seconds that one step, a connection or the wait for a piece, may take."""
MEDIA_TYPES: Mapping[str, str] = {
    "text/turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
    "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld",
}
"""Media type to the suffix of its files."""
AGENT = "Koinon"
_ACCEPT = "text/turtle, application/n-triples, application/rdf+xml;q=0.8, application/ld+json;q=0.8, */*;q=0.1"
_HOST = re.compile(r"(?:(https?)://)?([a-z0-9.-]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?/?\Z", re.IGNORECASE)
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_CONTROL = re.compile(r"[\x00-\x20\x7f-\U0010ffff]")


def is_address(text: str) -> bool:
    """Tell whether an argument is an address and no file."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) is not None


@dataclass(frozen=True, slots=True)
class Request:
    """What a host is asked for: ``wanted`` are the statuses that are an answer; any other is refused.

    With ``body`` it is a POST.
    """

    address: str
    headers: Mapping[str, str]
    body: bytes | None = None
    wanted: frozenset[int] = frozenset({200})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host says, from the ``address`` to which it led: header names in small letters, and the pieces."""

    address: str
    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]

    @property
    def media_type(self) -> str:
        """The media type without parameters, in small letters; empty where it is not said."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What may be fetched: ``allowed`` is the setting ``allowed_hosts``; ``seconds`` bound the whole fetch.

    An entry of the list is a host, with its port where it is not 443; only one that begins with ``http://`` is
    asked without TLS.
    """

    allowed: str
    seconds: float

    @contextmanager
    def fetch(self, slug: str, address: str) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Give the name of a file and its pieces.

        Raises SourceError: ``host-not-allowed`` (before it is asked), ``redirect``, ``fetch`` or ``media-type``.
        """
        with self.ask(slug, Request(address, {"Accept": _ACCEPT, "User-Agent": AGENT})) as answer:
            yield _name(slug, answer), answer.pieces

    @contextmanager
    def ask(self, slug: str, request: Request) -> Iterator[Answer]:
        """Give the answer to a request; raises SourceError as ``fetch`` does, but for ``media-type``."""
        end = time.monotonic() + self.seconds
        where = request.address
        for _ in range(REDIRECTS + 1):
            parts = self._checked(slug, where)
            with _Conversation(slug, where, parts, end) as conversation:
                answer = conversation.ask(request)
                if answer.status in _REDIRECTING and answer.status not in request.wanted:
                    where = self._next(slug, where, answer.getheader("Location"))
                    continue
                headers = {name.lower(): value for name, value in answer.getheaders()}
                yield Answer(where, answer.status, headers, conversation.pieces(answer))
                return
        detail = f"it leads from one address to another {REDIRECTS} times"
        raise SourceError(slug, "redirect", request.address, detail)

    def _checked(self, slug: str, address: str) -> SplitResult:
        if _CONTROL.search(address):
            detail = "blanks and letters outside of ASCII have to be percent-encoded"
            raise SourceError(slug, "fetch", address, detail)
        try:
            parts = urlsplit(address)
            port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
        except ValueError as error:
            raise SourceError(slug, "fetch", address, f"this is no address: {error}") from error
        if parts.username is not None or parts.password is not None:
            raise SourceError(slug, "fetch", parts.hostname or "", "an address with a password in it is not kept")
        if (parts.scheme, (parts.hostname or "").strip("[]"), port) not in self._hosts():
            detail = (
                f"{parts.scheme}://{parts.netloc} is not among the hosts that are allowed; the operator adds it to "
                "KOINON_ALLOWED_HOSTS (with http:// before it, where it has no HTTPS)"
            )
            raise SourceError(slug, "host-not-allowed", address, detail)
        return parts

    def _hosts(self) -> set[tuple[str, str, int | None]]:
        hosts: set[tuple[str, str, int | None]] = set()
        for entry in re.split(r"[,\s]+", self.allowed.strip()):
            found = _HOST.match(entry)
            if entry and not found:
                raise ConfigurationError(
                    f"KOINON_ALLOWED_HOSTS: {entry!r} is no host. Give hosts, such as data.eu."
                )
            if found:
                scheme = (found[1] or "https").lower()
                port = int(found[3] or {"https": 443, "http": 80}[scheme])
                hosts.add((scheme, found[2].lower().strip("[]"), port))
        return hosts

    def _next(self, slug: str, address: str, location: str | None) -> str:
        if location is None:
            raise SourceError(slug, "redirect", address, "it leads on, but does not say where to")
        target = urljoin(address, location)
        before, after = urlsplit(address), urlsplit(target)
        if before.hostname != after.hostname or (before.scheme, after.scheme) == ("https", "http"):
            detail = f"it leads to {target}, another host; if you trust that one, give its address instead"
            raise SourceError(slug, "redirect", address, detail)
        return target


class _Conversation:
    """One request and its answer, which end at a deadline whatever the other side does."""

    def __init__(self, slug: str, address: str, parts: SplitResult, end: float) -> None:
        self._slug, self._address, self._parts, self._end = slug, address, parts, end
        self._connection: http.client.HTTPConnection | None = None
        self._answer: http.client.HTTPResponse | None = None
        self._watch = threading.Timer(max(0.0, end - time.monotonic()), self._cut)
        self._watch.daemon = True

    def __enter__(self) -> "_Conversation":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        if self._answer is not None:
            self._answer.close()
        if self._connection is not None:
            self._connection.close()

    def ask(self, request: Request) -> http.client.HTTPResponse:
        parts, step = self._parts, min(STEP, max(0.1, self._end - time.monotonic()))
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(host, parts.port, timeout=step, context=context)
        else:
            self._connection = http.client.HTTPConnection(host, parts.port, timeout=step)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            headers = {"Accept-Encoding": "identity", **request.headers}
            method = "GET" if request.body is None else "POST"
            self._connection.request(method, target, body=request.body, headers=headers)
            self._answer = answer = self._connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(error) from error
        if answer.status not in request.wanted | _REDIRECTING:
            raise SourceError(
                self._slug, "fetch", self._address, f"the host answers {answer.status} {answer.reason}"
            )
        if answer.getheader("Content-Encoding", "identity").lower() != "identity":
            raise SourceError(self._slug, "fetch", self._address, "the host sends it packed, though not asked to")
        return answer

    def pieces(self, answer: http.client.HTTPResponse) -> Iterator[bytes]:
        expected, got = answer.length, 0
        try:
            while piece := answer.read1(PIECE):
                if time.monotonic() > self._end:
                    raise TimeoutError
                got += len(piece)
                yield piece
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(error) from error
        if time.monotonic() > self._end or (expected is not None and got < expected):
            raise self._failed(TimeoutError() if time.monotonic() > self._end else None)

    def _cut(self) -> None:
        line = self._connection.sock if self._connection is not None else None
        if line is not None:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it is over already

    def _failed(self, error: Exception | None) -> SourceError:
        if isinstance(error, TimeoutError) or time.monotonic() > self._end:
            detail = "it did not come within the time that is allowed (KOINON_FETCH_TIMEOUT)"
        else:
            detail = f"it could not be fetched: {error or 'the answer ends before it is whole'}"
        return SourceError(self._slug, "fetch", self._address, f"{detail}. Try again, or give the file")


def _name(slug: str, answer: Answer) -> str:
    last = unquote(urlsplit(answer.address).path.rpartition("/")[2])
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip(".-")[:100] or slug
    media = answer.media_type
    suffix = MEDIA_TYPES.get(media)
    if suffix is None and "." + stem.rpartition(".")[2].lower() in FORMATS and media != "text/html":
        return stem
    if suffix is None:
        detail = f"{media or 'without a media type'}: this is no RDF; known are {', '.join(MEDIA_TYPES)}"
        raise SourceError(slug, "media-type", answer.address, detail)
    return stem if stem.lower().endswith(suffix) else stem + suffix
