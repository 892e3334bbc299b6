"""Asking a peer: one request after another, with pauses, within bounds that hold for the whole harvest.

A request has the time that ``Fetcher`` allows, all of them together that of the ``Allowance``. A peer that says 429
or 503 with Retry-After (RFC 9110, section 10.2.3) is asked again, a few times and not later than is worth it.
"""

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from koinon.build.registry.fetching import Answer, Fetcher, Request
from koinon.model.errors import SourceError

TRIES: Final = 4
"""How often one address is asked while its host says that it is busy."""
LONGEST_WAIT: Final = 60.0
"""Seconds that a host may ask to be waited for."""
LARGEST: Final = 32 * 2**20
"""Bytes of one page."""
_BUSY: Final = frozenset({429, 503})
_UNCHANGED: Final = 304


@dataclass(frozen=True, slots=True)
class Allowance:
    """Bounds of one harvest: requests, bytes (packed or not), seconds in all, and the pause between requests."""

    requests: int
    size: int
    seconds: float
    pause: float


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered: whole, small enough to be held."""

    address: str
    media_type: str
    content: bytes
    etag: str | None
    lasting: bool


@dataclass(slots=True)
class Asker:
    """Asks one peer for one source; ``asked``, ``unchanged`` and ``size`` count what came of it.

    ``etag`` is that of the one file that the source comes from, if it does.
    """

    slug: str
    fetcher: Fetcher
    allowance: Allowance
    agent: str
    asked: int = 0
    unchanged: int = 0
    size: int = 0
    etag: str | None = None
    _end: float = 0.0
    _later: float = field(default=0.0)

    def __post_init__(self) -> None:
        """Let the time begin."""
        self._end = time.monotonic() + self.allowance.seconds

    def page(self, address: str, accept: str, etag: str | None = None, body: bytes | None = None) -> Page | None:
        """Return a page, or None where it is still the one with this ``etag``; raises SourceError.

        With ``body``, a SPARQL query form, it is a POST.
        """
        headers = {"Accept": accept}
        if etag is not None:
            headers["If-None-Match"] = etag
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for content, answer in self._answers(address, headers, body):
            if answer.status == _UNCHANGED:
                self.unchanged += 1
                return None
            held = bytearray()
            for piece in content:
                held += piece
                if len(held) > LARGEST:
                    raise self.refused("size", address, f"the page has more than {LARGEST} bytes")
            lasting = "immutable" in answer.headers.get("cache-control", "").lower()
            return Page(answer.address, answer.media_type, bytes(held), answer.headers.get("etag"), lasting)
        raise AssertionError(address)  # there is always one answer, or an error

    def stream(self, address: str, accept: str, etag: str | None) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """Yield at most one answer with its pieces, unpacked where it is packed: none where it is unchanged."""
        headers = {"Accept": accept} | ({"If-None-Match": etag} if etag is not None else {})
        for content, answer in self._answers(address, headers, None):
            if answer.status == _UNCHANGED:
                self.unchanged += 1
                return
            yield answer, self._unpacked(content, answer.address)

    def refused(self, rule: str, where: str, detail: str) -> SourceError:
        """Return the error that ends the harvest."""
        return SourceError(self.slug, rule, where, detail)

    def _answers(
        self, address: str, headers: dict[str, str], body: bytes | None
    ) -> Iterator[tuple[Iterator[bytes], Answer]]:
        """Yield the one answer of a peer that is not busy, with its pieces counted."""
        wanted = frozenset({200, *_BUSY} | ({_UNCHANGED} if "If-None-Match" in headers else set()))
        for attempt in range(TRIES):
            self._pause(address)
            fetcher = replace(self.fetcher, seconds=min(self.fetcher.seconds, self._left(address)))
            request = Request(address, {"User-Agent": self.agent, **headers}, body, wanted)
            with self._in_all(address), fetcher.ask(self.slug, request) as answer:
                if answer.status not in _BUSY:
                    yield self._counted(answer, address), answer
                    return
                wait = _seconds(answer.headers.get("retry-after"), 2.0**attempt)
                if wait > min(LONGEST_WAIT, self._left(address)):
                    break
                self._later = time.monotonic() + wait
        raise self.refused("busy", address, "the host says that it is busy; nothing changes, try again later")

    def _pause(self, address: str) -> None:
        if self.asked >= self.allowance.requests:
            detail = f"more than {self.allowance.requests} requests are needed (KOINON_HARVEST_REQUESTS)"
            raise self.refused("requests", address, detail)
        self.asked += 1
        self._left(address)
        time.sleep(max(0.0, self._later - time.monotonic()))
        self._later = time.monotonic() + self.allowance.pause

    def _left(self, address: str) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            detail = (
                f"it takes more than {self.allowance.seconds:g} seconds in all (KOINON_HARVEST_TIMEOUT). What came "
                "of an event stream is kept, and the next run goes on from there"
            )
            raise self.refused("time", address, detail)
        return left

    @contextmanager
    def _in_all(self, address: str) -> Iterator[None]:
        """Let an error be that of the time in all, where that has run out."""
        try:
            yield
        except SourceError as error:
            if error.rule == "fetch":
                self._left(address)
            raise

    def _counted(self, answer: Answer, address: str) -> Iterator[bytes]:
        with self._in_all(address):
            for piece in answer.pieces:
                self.take(len(piece), address)
                yield piece
                self._left(address)

    def take(self, size: int, address: str) -> None:
        """Count bytes; raises SourceError (``size``) where they are too many."""
        self.size += size
        if self.size > self.allowance.size:
            detail = f"it sends more than {self.allowance.size} bytes in all (KOINON_MAX_SOURCE)"
            raise self.refused("size", address, detail)

    def _unpacked(self, pieces: Iterator[bytes], address: str) -> Iterator[bytes]:
        """Yield pieces, those of gzip unpacked; what comes out is bounded like what comes in."""
        first = next(pieces, b"")
        if not first.startswith(b"\x1f\x8b"):
            if first:
                yield first
            yield from pieces
            return
        unpacker, out, piece = zlib.decompressobj(31), 0, first
        try:
            while piece or (piece := next(pieces, b"")):
                part = unpacker.decompress(piece, 2**20)
                out += len(part)
                if out > self.allowance.size:
                    raise self.refused("size", address, f"it unpacks to more than {self.allowance.size} bytes")
                if part:
                    yield part
                piece = unpacker.unconsumed_tail
                if unpacker.eof:  # another member may follow (RFC 1952, section 2.2)
                    piece, unpacker = unpacker.unused_data or next(pieces, b""), zlib.decompressobj(31)
                    if not piece:
                        return
        except zlib.error as error:
            raise self.refused("packed", address, f"it is no whole gzip file: {error}") from error
        raise self.refused("packed", address, "the gzip file ends before it is whole")


def _seconds(text: str | None, otherwise: float) -> float:
    """Return how long to wait by a Retry-After header."""
    if text is None:
        return otherwise
    if text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return otherwise
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
