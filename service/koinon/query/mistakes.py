"""What is wrong with a text that is not SPARQL, in words for the person who wrote it, and where.

The engine's parser tells how far it looked, and which of its rules looked there, which is seldom where the mistake
is. So the common mistakes are looked for by name; for all others the parser is asked how far the text is good.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from typing import Final

from koinon.model.namespaces import PREFIXES
from koinon.query.lexing import PREFIX, Token, tokens_of

_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        """
        ABS ADD ADJUST ALL AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL CLEAR COALESCE CONCAT CONSTRUCT CONTAINS
        COPY COUNT CREATE DATATYPE DAY DEFAULT DELETE DESC DESCRIBE DISTINCT DROP ENCODE_FOR_URI EXISTS FALSE
        FILTER FLOOR FROM GRAPH GROUP GROUP_CONCAT HASLANG HASLANGDIR HAVING HOURS IF IN INSERT INTO IRI ISBLANK
        ISIRI ISLITERAL ISNUMERIC ISTRIPLE ISURI LANG LANGDIR LANGMATCHES LATERAL LCASE LIMIT LOAD MAX MD5 MIN
        MINUS MINUTES MONTH MOVE NAMED NOT NOW OBJECT OFFSET OPTIONAL ORDER PREDICATE PREFIX RAND REDUCED REGEX
        REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR
        STRAFTER STRBEFORE STRDT STRENDS STRLANG STRLANGDIR STRLEN STRSTARTS STRUUID SUBJECT SUBSTR SUM TIMEZONE
        TO TRIPLE TRUE TZ UCASE UNDEF UNION URI UUID VALUES VERSION WHERE WITH YEAR
        """,
    )
)
_UPDATES: Final = frozenset(re.findall(r"\w+", "ADD CLEAR COPY CREATE DELETE DROP INSERT LOAD MOVE WITH"))
_CLOSING: Final = {")": "(", "}": "{", "]": "["}
_TERMS: Final = frozenset({"iri", "variable", "name", "string", "number"})
_SAID: Final = {
    "The SELECT contains a variable that is unbound": "SELECT names a variable that is neither in GROUP BY "
    "nor inside an aggregate such as COUNT or SAMPLE.",
    "SELECT * is not authorized with GROUP BY": "SELECT * cannot stand with GROUP BY: name the variables.",
}
"""What the parser says in a sentence, in words that tell what to do."""

_NO_IRI: Final = "What begins here is no IRI: an IRI stands between “<” and “>” and holds no blanks."
_PLACE: Final = re.compile(r"error at (\d+):(\d+)")
_LONGEST: Final = 20_000
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where it is (from 1; None where nobody can tell), and what it is."""

    line: int | None
    column: int | None
    detail: str


Parse = Callable[[str], tuple[int, int] | None]
"""Parses a text; returns line and column of where the parser gave up, or None where the text is good."""


def explain(text: str, said: str, parse: Parse) -> Mistake:
    """Return the mistake of a text that the parser refused with the words ``said``."""
    tokens = list(tokens_of(text))
    if not tokens:
        return Mistake(1, 1, "The query is empty.")
    if tokens[0].kind == "word" and tokens[0].text.upper() in _UPDATES:
        return _at(text, tokens[0], f"{tokens[0].text.upper()} is an update; only queries are answered here.")
    named = _undeclared(text, tokens) or _unclosed_text(text, tokens) or _unknown_word(text, tokens)
    sentence = next((better for words, better in _SAID.items() if words in said), None)
    if sentence and not named:
        return Mistake(None, None, sentence)
    if "\\u" in text or "\\U" in text:
        return named or _unbalanced(text, tokens) or Mistake(None, None, "It breaks the grammar of SPARQL 1.1.")
    if len(text) > _LONGEST:
        return named or _unbalanced(text, tokens) or _looked(said)
    return named or _unexpected(text, tokens, parse)


def _looked(said: str) -> Mistake:
    """Return how far the parser looked, where the text is too long to be parsed again and again."""
    found = _PLACE.search(said)
    if found is None:
        return Mistake(None, None, "It breaks the grammar of SPARQL 1.1.")
    return Mistake(int(found[1]), int(found[2]), "It breaks the grammar of SPARQL 1.1, here or shortly before.")


def _undeclared(text: str, tokens: Sequence[Token]) -> Mistake | None:
    declared = set(PREFIX.findall(text))
    for before, token in pairwise([tokens[0], *tokens]):
        if token.prefix is not None and token.prefix not in declared:
            if before.text == "<":
                return _at(text, before, _NO_IRI)
            known = PREFIXES.get(token.prefix)
            line = f"PREFIX {token.prefix}: <{known or '…'}>"
            return _at(text, token, f"The prefix {token.prefix}: is not declared. Begin the query with {line}")
    return None


def _unclosed_text(text: str, tokens: Sequence[Token]) -> Mistake | None:
    for token in tokens:
        if token.text in ('"', "'"):
            return _at(text, token, "The text that begins here has no closing quotation mark.")
        if token.text in "“”„‘’«»":
            return _at(text, token, f"The quotation mark {token.text} is none of SPARQL: use \" or '.")
    return None


def _unknown_word(text: str, tokens: Sequence[Token]) -> Mistake | None:
    for token in tokens:
        if token.kind == "word" and token.text != "a" and token.text.upper() not in _WORDS:
            close = get_close_matches(token.text.upper(), _WORDS, 1, 0.75)
            hint = (
                f" Is {close[0]} meant?" if close else " Variables begin with ?, names have a prefix and a colon."
            )
            return _at(text, token, f"{_quoted(token)} is no word of SPARQL.{hint}")
    return None


def _unbalanced(text: str, tokens: Sequence[Token]) -> Mistake | None:
    """Return the bracket that closes none, or that none closes."""
    opened: list[Token] = []
    for token in tokens:
        if token.text in _CLOSING.values():
            opened.append(token)
        elif token.text in _CLOSING:
            if not opened:
                return _at(text, token, f"“{token.text}” closes nothing: it has no “{_CLOSING[token.text]}”.")
            last = opened.pop()
            if last.text != _CLOSING[token.text]:
                return _at(text, token, f"“{token.text}” stands where the {_place(text, last)} is still open.")
    if opened:
        return _at(text, opened[-1], f"“{opened[-1].text}” is never closed.")
    return None


def _unexpected(text: str, tokens: Sequence[Token], parse: Parse) -> Mistake:
    """Find the first token that the parser cannot take, by parsing ever better chosen beginnings of the text."""
    good, bad = 0, len(tokens)  # the text is good up to the token before ``good``
    while good < bad:
        middle = (good + bad) // 2
        if _is_beginning(text[: tokens[middle].end], parse):
            good = middle + 1
        else:
            bad = middle
    brackets = _unbalanced(text, tokens)
    if good == len(tokens):
        return brackets or _at(text, tokens[-1], "The query ends here before it is complete.")
    token, before = tokens[good], tokens[good - 1] if good else None
    if brackets and token.text in _CLOSING:
        return brackets
    if token.text == "<":
        return _at(text, token, _NO_IRI)
    if token.kind == "iri" and ":" not in token.text:
        return _at(text, token, f"{_quoted(token)} is no absolute IRI. Write it whole, or declare a BASE.")
    detail = f"{_quoted(token)} cannot stand here"
    if before is None:
        return _at(text, token, detail + ": a query begins with SELECT, CONSTRUCT, ASK or DESCRIBE.")
    detail += f" after {_quoted(before)}."
    if before.text.upper() == "FILTER":
        detail += " FILTER takes a condition in parentheses."
    elif token.kind in _TERMS and before.kind in _TERMS:
        detail += " Is a full stop missing before it?"
    elif token.text in "}.;" and (before.kind in _TERMS or before.text == "a"):
        detail += " A statement has three parts: subject, property, value."
    return _at(text, token, detail)


def _is_beginning(part: str, parse: Parse) -> bool:
    """Tell whether a valid query may begin so: the parser runs through all the blanks that follow the part."""
    padded = part + "\n" + " " * _SHOWN
    stopped = parse(padded)
    return stopped is None or stopped >= (padded.count("\n") + 1, _SHOWN + 1)


def _at(text: str, token: Token, detail: str) -> Mistake:
    line, column = _position(text, token.start)
    return Mistake(line, column, detail)


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _place(text: str, token: Token) -> str:
    line, column = _position(text, token.start)
    return f"“{token.text}” of line {line}, column {column}"


def _quoted(token: Token) -> str:
    return f"“{token.text[:_SHOWN]}{'…' if len(token.text) > _SHOWN else ''}”"
