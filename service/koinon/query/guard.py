"""What is refused before the engine sees it: remote SERVICE calls, and text that is too long or too complex."""

import re
from typing import Final

from koinon.model.errors import QueryRefusedError, QueryTooComplexError, QueryTooLongError
from koinon.query.lexing import tokens_of

_SERVICE: Final = re.compile(
    r"""
    (?<! [?$] ) service
    (?>(?:\s | \#[^\r\n]*(?:[\r\n]|\Z))*)
    (?:silent (?>(?:\s | \#[^\r\n]*(?:[\r\n]|\Z))*))?
    (?: <[^>]*> | (?>(?:\\. | [^\s{}<>\#\\])+) )
    (?>(?:\s | \#[^\r\n]*(?:[\r\n]|\Z))*)
    \{
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""A SERVICE clause (SPARQL 1.1 §19.8, rule 59) wherever its characters stand, whatever stands before them.

Comments, strings and names are not told apart: the engine needs no space before a keyword (``trueSERVICE``), takes
``<`` for an IRI or for *less than* by what surrounds it, and falls back to shorter names, so a tokenizer that
disagrees with it once lets a clause through. A clause quoted in a string or a comment is refused as well.
"""


_OPENING: Final = ("{", "(", "[")
_CLOSING: Final = frozenset("})]")


def check_length(text: str, max_length: int) -> None:
    """Raise QueryTooLongError for a text of more than ``max_length`` characters."""
    if len(text) > max_length:
        raise QueryTooLongError(
            f"The query has {len(text):,} characters; {max_length:,} are allowed. "
            "Shorten it, or download the dump and query it on your side."
        )


def check_service(text: str) -> None:
    """Raise QueryRefusedError for a query that calls another endpoint (SPARQL 1.1 Federated Query).

    No request makes this service dial out. It runs in the worker, where a text that is slow to search is stopped at
    the deadline, and which could not open a connection either (see ``sandbox``). Updates need no check: they are
    no queries and the parser refuses them.
    """
    plain = unescape(text)
    if "service" not in plain.lower():
        return
    if _SERVICE.search(text) or _SERVICE.search(plain):
        raise QueryRefusedError(
            "SERVICE is refused: this service never opens a connection for a query. "
            "Ask both endpoints from your side and join the answers there."
        )


def check_complexity(text: str, max_depth: int, max_operators: int) -> None:
    """Raise QueryTooComplexError for a text whose brackets nest deeper or that has more operators than is allowed.

    The engine parses, plans and evaluates by recursion, and plans in more than linear time. An operator is a word
    of the language or a mark, such as ``.``, ``;``, ``/`` or ``||``; commas, terms and variables are not counted.
    """
    brackets = sum(map(text.count, _OPENING))
    if len(text) <= max_operators and brackets <= max_depth:
        return
    depth = operators = 0
    for token in tokens_of(text):
        if token.text in _OPENING:
            depth += 1
            if depth > max_depth:
                raise QueryTooComplexError(
                    f"The query opens more than {max_depth:,} brackets inside each other. Flatten or split it."
                )
        elif token.text in _CLOSING:
            depth -= 1
        elif token.kind in ("word", "mark") and token.text != ",":
            operators += 1
            if operators > max_operators:
                raise QueryTooComplexError(
                    f"The query has more than {max_operators:,} clauses, operators and path steps. "
                    "Split it, or download the dump and query it on your side."
                )


def unescape(text: str) -> str:
    r"""Resolve ``\uXXXX`` and ``\UXXXXXXXX``, which SPARQL (§19.2) reads before anything else."""
    if "\\" not in text:
        return text
    return re.sub(
        r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})",
        lambda m: chr(code) if (code := int(m[1] or m[2], 16)) < 0x110000 else m[0],
        text,
    )
