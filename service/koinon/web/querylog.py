"""The query log: one line of JSON per query in ``logs/queries.jsonl`` of the home, written behind the requests.

A request only puts its outcome into a buffer. A thread writes the buffer once a second; a disk that is full or
cannot be written costs lines, which are counted, and never a request.
"""

import errno
import hashlib
import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address, ip_network
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from koinon.query.outcome import Outcome

_LOG: Final = logging.getLogger("koinon.web")
_EVERY_SECONDS: Final = 1.0
_LINES_AT_ONCE: Final = 64
_PAUSE_SECONDS: Final = 0.001
"""After some lines the thread pauses, so that it does not hold the interpreter while requests wait for it."""
_LARGEST_FILE: Final = 16 * 2**20
_FILES: Final = 5
_LONGEST_KEPT: Final = 4096
"""Characters of a text whose hash is kept for the next time."""
_MOST_LINES: Final = 20_000
_MOST_CHARACTERS: Final = 4 * 2**20
"""Query texts that wait to be written, in all: a flood of long ones must not fill the memory."""


class LogFile:
    """A file that is only appended to, in whole lines, and set aside as ``….1``, ``….2`` … when it is full."""

    def __init__(self, path: Path, largest: int = _LARGEST_FILE, files: int = _FILES) -> None:
        """Prepare; nothing is created before the first ``append``. ``largest`` is in bytes."""
        self._path = path
        self._largest = largest
        self._files = files

    def append(self, lines: bytes) -> None:
        """Append whole lines, all or none; raises OSError where the disk does not take them."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._make_room(len(lines))
        # Others on the machine cannot read it: it tells what people ask.
        descriptor = os.open(self._path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o640)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            size = file.tell()
            if file.write(lines) != len(lines):
                file.truncate(size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    def _make_room(self, more: int) -> None:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return
        if size == 0 or size + more <= self._largest:
            return
        older = [self._path, *(Path(f"{self._path}.{number}") for number in range(1, self._files))]
        for younger, old in reversed(list(pairwise(older))):
            if younger.exists():
                younger.replace(old)


class QueryLog:
    """The log of what became of each query."""

    def __init__(
        self, file: LogFile, says: Literal["hash", "text"], count: Callable[[str, int], None] = lambda *_: None
    ) -> None:
        """Prepare; ``count`` is told how many lines were ``written``, ``dropped`` or ``failed``."""
        self._file = file
        self._says = says
        self._count = count
        self._waiting: deque[tuple[float, Outcome]] = deque()
        # Each of the two is written by one thread only, so that no request waits for a lock.
        self._characters_in = 0
        self._characters_out = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._warned = False

    def start(self) -> None:
        """Start the thread that writes."""
        self._thread = threading.Thread(target=self._write_until_the_end, name="query-log", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def add(self, outcome: Outcome) -> None:
        """Note one query, at once; where too many wait to be written, it is counted and dropped."""
        waiting = self._characters_in - self._characters_out
        if len(self._waiting) >= _MOST_LINES or waiting > _MOST_CHARACTERS:
            self._count("dropped", 1)
            return
        self._characters_in += len(outcome.text)
        self._waiting.append((time.time(), outcome))

    def _write_until_the_end(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            self.flush()
        self.flush()

    def flush(self) -> None:
        """Write all that waits; what the disk does not take is counted, and warned of once."""
        lines: list[bytes] = []
        while self._waiting:
            moment, outcome = self._waiting.popleft()
            lines.append(self._line(moment, outcome))
            self._characters_out += len(outcome.text)
            if len(lines) % _LINES_AT_ONCE == 0:
                time.sleep(_PAUSE_SECONDS)
        if not lines:
            return
        try:
            self._file.append(b"".join(lines))
        except OSError as error:
            self._count("failed", len(lines))
            if not self._warned:
                self._warned = True
                _LOG.warning("the query log cannot be written, queries are answered all the same: %s", error)
            return
        self._count("written", len(lines))

    def _line(self, moment: float, outcome: Outcome) -> bytes:
        second = int(moment)
        measured = (
            f'{{"time": "{_second(second)}.{int((moment - second) * 1000):03}Z", "seconds": {outcome.seconds:.6f}, '
            f'"work": {outcome.work:.6f}, "size": {outcome.size}, '
        )
        said = _facts(outcome.door, outcome.form, outcome.result, outcome.release, outcome.client)
        text = outcome.text
        query = _hash(text) if len(text) <= _LONGEST_KEPT else _hash.__wrapped__(text)
        if self._says == "text":
            # ASCII only: no character of a query can end a line, hide what is beside it, or fail to be encoded.
            query += f', "text": {json.dumps(text, ensure_ascii=True)}'
        return f"{measured}{said}{query}}}\n".encode("ascii")


@lru_cache(maxsize=4)
def _second(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=256)
def _facts(door: str, form: str, result: str, release: str, client: str) -> str:
    """Return what many lines have in common, as members of a JSON object."""
    fields = {"door": door, "form": form, "result": result, "release": release[:16], "client": network_of(client)}
    return json.dumps(fields, ensure_ascii=True)[1:-1] + ", "


@lru_cache(maxsize=256)
def _hash(text: str) -> str:
    return f'"query": "{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]}"'


@lru_cache(maxsize=4096)
def network_of(client: str) -> str:
    """Return what the log says of a client's address: its /24 (IPv4) or /48 (IPv6), ``other`` where it is none.

    So no line tells a person's whole address.
    """
    try:
        address = ip_address(client.partition("/")[0])
        return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
    except ValueError:
        return "other"
