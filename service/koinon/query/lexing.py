"""The tokens of SPARQL (SPARQL 1.1 §19.8), as far as they have to be told apart here.

The engine's own lexer differs from any other in odd places (see ``guard``), so that nothing which protects the
service rests on these tokens: they serve words for people, limits that the engine would survive without, and the
dataset clause.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_TOKEN: Final = re.compile(
    r"""
      (?P<gap>\s+ | \#[^\r\n]*)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<string>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}
        | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
    | (?P<variable>[?$]\w+)
    | (?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<name>(?P<prefix>(?:[^\W\d_](?:[\w.-]*[\w-])?)?):(?:(?:[\w:%-]|\\.)(?:[\w:%.-]*[\w:%-]|\\.)*)?)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>\^\^|&&|\|\||[<>!]=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
PREFIX: Final = re.compile(r"\bPREFIX\s+([^\s:<]*):", re.IGNORECASE)
"""The prefixes that a text declares."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the text: its kind (a group of ``_TOKEN``), its characters and where they begin."""

    kind: str
    text: str
    start: int
    prefix: str | None

    @property
    def end(self) -> int:
        """Where the next character stands."""
        return self.start + len(self.text)


def tokens_of(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, without blanks and comments; whatever the text is."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "gap":
            yield Token(match.lastgroup or "", match[0], match.start(), match["prefix"])
