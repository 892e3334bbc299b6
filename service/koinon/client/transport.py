"""Requests to one node: redirects are followed, a busy node is asked again, problems become exceptions."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

import httpx

from koinon.client.errors import Problem, UnreachableError

_AGAIN: Final = frozenset({429, 503})
_LONGEST_WAIT: Final = 30.0

Parameters = Mapping[str, str | int | Sequence[str]]


class Transport:
    """Asks one node."""

    def __init__(
        self, address: str, language: str, timeout: float, retries: int, http: httpx.Client | None
    ) -> None:
        """Prepare; nothing is sent yet. ``http`` is used in place of an own client, and closed by its owner."""
        self.address = address.rstrip("/")
        self._language = language
        self._retries = retries
        self._owned = http is None
        self._http = http or httpx.Client(timeout=timeout, follow_redirects=True)

    def get(self, path: str, accept: str, parameters: Parameters | None = None) -> httpx.Response:
        """Return the answer to GET; ``path`` is one of this node or a whole address that the node gave.

        Raises Problem where the node refuses, and UnreachableError where nobody answers.
        """
        address = path if "://" in path else self.address + path
        given = {
            name: value if isinstance(value, str | int) else ",".join(value)
            for name, value in (parameters or {}).items()
        }
        request = self._http.build_request(
            "GET",
            address,
            params=given or None,
            headers={"Accept": f"{accept}, application/problem+json;q=0.1", "Accept-Language": self._language},
        )
        return self._send(request)

    def post(self, path: str, accept: str, form: Mapping[str, str]) -> httpx.Response:
        """Return the answer to POST of a form; raises as ``get`` does."""
        headers = {"Accept": accept, "Accept-Language": self._language}
        return self._send(self._http.build_request("POST", self.address + path, data=dict(form), headers=headers))

    def close(self) -> None:
        """Close the connections, unless they are somebody else's."""
        if self._owned:
            self._http.close()

    def _send(self, request: httpx.Request) -> httpx.Response:
        for attempt in range(self._retries + 1):
            try:
                response = self._http.send(request, follow_redirects=True)
            except httpx.HTTPError as error:
                raise UnreachableError(f"{request.url}: {error}") from error
            if response.status_code not in _AGAIN or attempt == self._retries:
                break
            time.sleep(_wait(response))
        if response.is_success:
            return response
        raise _problem(response)


def _wait(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "1")
    return min(float(text) if text.isdigit() else 1.0, _LONGEST_WAIT)


def _problem(response: httpx.Response) -> Problem:
    found: object = None
    if "json" in response.headers.get("content-type", ""):
        try:
            found = response.json()
        except ValueError:
            found = None
    told = found if isinstance(found, dict) else {}
    return Problem(
        response.status_code,
        str(told.get("title") or response.reason_phrase),
        str(told.get("detail") or ""),
        str(told.get("type") or "about:blank"),
    )
