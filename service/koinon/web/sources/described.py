"""What the description for programs (OpenAPI) says of ``/sources/{slug}``."""

from typing import Any, Final

from koinon.web.problems import KINDS
from koinon.web.sources.sent import FIELDS, OTHERS, TAKEN

_PROBLEMS: Final = "application/problem+json"
_FLAGS: Final = frozenset({"facts-only", "dry-run"})


def put_described() -> dict[str, Any]:
    """Return what is said of PUT."""
    content: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TAKEN}
    return {
        "parameters": [
            *(_parameter(name, "query", "A flag." if name in _FLAGS else "") for name in (*FIELDS, *OTHERS)),
            *_conditions(),
            _parameter("Content-Digest", "header", "SHA-256 of the body (RFC 9530); compared where it is sent."),
        ],
        "requestBody": {"required": True, "content": content},
        "security": [{"token": []}],
        "responses": {
            "200": {"description": "The source is replaced, or was so already; or what a dry-run found."},
            "201": {"description": "The source is kept; the receipt."},
            **_problems(
                "bad-request", "token-wrong", "token-scope", "source-conflict", "precondition-failed",
                "source-too-large", "source-media-type", "source-refused", "too-many-requests", "busy", "storage",
            ),
        },
    }  # fmt: skip


def delete_described() -> dict[str, Any]:
    """Return what is said of DELETE."""
    return {
        "parameters": [_parameter("because", "query", "The reason, for the journal."), *_conditions()],
        "security": [{"token": []}],
        "responses": {
            "200": {"description": "The source is withdrawn, or was so already."},
            **_problems("token-wrong", "token-scope", "not-found", "precondition-failed", "storage"),
        },
    }


def get_described() -> dict[str, Any]:
    """Return what is said of GET."""
    return {
        "security": [{}, {"token": []}],
        "responses": {"200": {"description": "Where the source stands."}, **_problems("token-wrong", "not-found")},
    }


SCHEMES: Final = {"token": {"type": "http", "scheme": "bearer"}}
"""How a request says who it is from."""


def _conditions() -> list[dict[str, Any]]:
    return [
        _parameter("If-Match", "header", "Only if this version is in force."),
        _parameter("If-None-Match", "header", "Only if this version, or with * any, is not in force."),
    ]


def _parameter(name: str, place: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": False, "description": text, "schema": {"type": "string"}}


def _problems(*names: str) -> dict[str, Any]:
    """Return the answers that are problems; several may have one status."""
    found: dict[str, Any] = {}
    for name in names:
        status = str(KINDS[name].status)
        told = found.setdefault(status, {"description": "", "content": {_PROBLEMS: {}}})
        told["description"] = f"{told['description']} {KINDS[name].title} ({name}).".strip()
    return found
