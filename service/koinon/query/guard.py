"""What is refused before a query reaches a worker: remote SERVICE calls, and text without end."""

import re
from typing import Final

from koinon.model.errors import QueryRefusedError

# The terminals of SPARQL 1.1 (§19.8) that may hold a keyword without being one; the order matters.
_TOKEN: Final = re.compile(
    r"""
      (?P<comment>\#[^\r\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<name>[^\W\d_][\w.-]*:(?:[\w:%.-]|\\.)* | :(?:[\w:%.-]|\\.)*)
    | (?P<word>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)


def check(text: str, max_length: int) -> None:
    """Raise QueryRefusedError for a query the service never runs.

    The text may hold ``max_length`` characters; it may not call another endpoint (SERVICE, SPARQL 1.1 Federated
    Query), since no request makes this service dial out. Updates need no check: they are no queries and the
    parser refuses them.
    """
    if len(text) > max_length:
        raise QueryRefusedError(
            f"The query has {len(text):,} characters; {max_length:,} are allowed. "
            "Shorten it, or download the dump and query it on your side."
        )
    for token in _TOKEN.finditer(unescape(text)):
        if token.lastgroup == "word" and token[0].upper() == "SERVICE":
            raise QueryRefusedError(
                "SERVICE is refused: this service never opens a connection for a query. "
                "Ask both endpoints from your side and join the answers there."
            )


def unescape(text: str) -> str:
    r"""Resolve ``\uXXXX`` and ``\UXXXXXXXX``, which SPARQL (§19.2) reads before anything else."""
    return re.sub(
        r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})",
        lambda m: chr(code) if (code := int(m[1] or m[2], 16)) < 0x110000 else m[0],
        text,
    )
