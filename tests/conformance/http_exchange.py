"""Requests exactly as a test writes them: no header that it does not name but ``Host``."""

import json
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type without parameters."""
        return self.headers.get_content_type() if "Content-Type" in self.headers else ""

    @property
    def problem(self) -> str:
        """The kind of problem (``query-syntax``, …) of an RFC 9457 answer, or an empty string."""
        if self.media_type != "application/problem+json" or not self.body:
            return ""
        return str(json.loads(self.body)["type"]).rpartition("/")[2]

    def __str__(self) -> str:
        """Return the status and the beginning of the body, to be read in a report."""
        return f"{self.status} {self.media_type}: {self.body[:300].decode(errors='replace')}"


class Client:
    """One kept connection to the service at ``url``."""

    def __init__(self, url: str) -> None:
        """Connect with the first request."""
        self.url = url
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=_SECONDS)

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def send(
        self, method: str, target: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> Answer:
        """Send one request and return its answer."""
        self._connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            self._connection.putheader(name, value)
        if body or method in ("POST", "PUT"):
            self._connection.putheader("Content-Length", str(len(body)))
        self._connection.endheaders(body)
        answer = self._connection.getresponse()
        content = answer.read()
        return Answer(answer.status, answer.headers, content)
