"""Legal forms at the end or the beginning of a name: recognised, and taken off before names are compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pyoxigraph import Literal, RdfFormat, parse

from koinon.link.text import fold, words
from koinon.model.assets import Assets
from koinon.model.namespaces import SKOS

LIST: Final = "name-form.ttl"
"""The code list of the forms."""
_LABELS: Final = frozenset(SKOS + name for name in ("altLabel", "hiddenLabel"))
_MOST: Final = 7
"""Words of the longest form."""
_FIRST: Final = 3
"""Letters that the shortest form has at the beginning of a name, where short words are articles more often."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms that are recognised: their words, and the slug of the form each stands for."""

    known: Mapping[tuple[str, ...], str]

    @classmethod
    def of(cls, names: Mapping[str, str]) -> Self:
        """Return the forms of names and abbreviations, each with its slug."""
        return cls({tuple(parts): slug for name, slug in names.items() if (parts := words(fold(name)))})

    def strip(self, texts: Sequence[str]) -> tuple[str, list[str]]:
        """Return the slug of the form that a name wears, and the words that are left, never none."""
        found, left = "", list(texts)
        for length in range(min(_MOST, len(left) - 1), 0, -1):
            if (slug := self.known.get(tuple(left[-length:]))) is not None:
                found, left = slug, left[:-length]
                break
        for length in range(min(_MOST, len(left) - 1), 0, -1):
            worn = left[:length]
            if len("".join(worn)) >= _FIRST and (slug := self.known.get(tuple(worn))) is not None:
                found, left = found or slug, left[length:]
                break
        if not found and (slug := self.known.get(tuple(left))) is not None:
            found = slug
        return found, left


def shipped_forms(assets: Assets) -> Forms:
    """Return the legal forms that the ontology names: their other names and abbreviations, and the slug of each."""
    return Forms.of(dict(_labels(assets.ontology / "code" / LIST)))


def _labels(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_file():
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            if quad.predicate.value in _LABELS and isinstance(quad.object, Literal):
                yield quad.object.value, str(quad.subject).strip("<>").rsplit("/", 1)[-1]
