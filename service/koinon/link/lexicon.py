"""What words of names mean: ideas shared by languages, translations learnt from pairs, and how common a word is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from typing import Final, Self

from koinon.link.packaged import packaged
from koinon.link.text import fold, romanised

_HERE: Final = "koinon.link"
_SHORTEST: Final = 3
"""Letters that the shortest beginning of a word has that stands for an idea."""


def stem(word: str) -> str:
    """Return the part of a romanised word that its inflected forms share: its beginning."""
    if len(word) >= 7:
        return word[:6]
    return word[:-1] if len(word) >= 5 else word


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name: as it is read, and the ideas and English stems that it may mean, each with its weight."""

    text: str
    latin: str
    cognate: str
    stem: str
    meanings: Mapping[str, float]
    weight: float
    """How telling the word is: the logarithm of how rare it is in names of organisations."""


@dataclass
class Lexicon:
    """The words of the editors, the translations that were learnt, and the frequencies of stems."""

    ideas: Mapping[str, tuple[str, ...]]
    translations: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    names: int = 0
    """How many names the frequencies were counted in."""
    _words: dict[str, Word] = field(default_factory=dict, repr=False)

    @classmethod
    def shipped(cls) -> Self:
        """Return the lexicon that the package carries."""
        learnt = packaged("lexicon", "learnt.json.gz")
        return cls(read_ideas(), learnt["translations"], learnt["counts"], learnt["names"])

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.ideas), default=0)

    def word(self, text: str) -> Word:
        """Return what is known of a folded word."""
        found = self._words.get(text)
        if found is None:
            found = self._words[text] = self._look_up(text)
        return found

    def ideas_of(self, text: str) -> tuple[str, ...]:
        """Return the ideas that a folded or romanised word begins like, by its longest beginning that is known."""
        if (whole := self.ideas.get(text + "=")) is not None:
            return whole
        for end in range(min(len(text), self._longest), _SHORTEST - 1, -1):
            if (found := self.ideas.get(text[:end])) is not None:
                return found
        return ()

    def _look_up(self, text: str) -> Word:
        latin, cognate = romanised(text)
        root = stem(cognate)
        meanings: dict[str, float] = {root: 1.0}
        if latin != cognate:
            meanings[stem(latin)] = 1.0
        for learnt, share in ((text, 1.0), (root + "*", 0.9)):
            for meaning, weight in self.translations.get(learnt, {}).items():
                meanings[meaning] = max(meanings.get(meaning, 0.0), share * weight)
        for idea in self.ideas_of(text) or self.ideas_of(cognate):
            meanings[":" + idea] = 1.0
        return Word(text, latin, cognate, root, meanings, self.weight(root))

    def weight(self, root: str) -> float:
        """Return how telling a stem is: 0 for one that every name has, about 10 for one that none has."""
        return math.log((self.names + 2) / (self.counts.get(root, 0) + 1))


def read_ideas() -> dict[str, tuple[str, ...]]:
    """Return the editors' words: each beginning of a word, or word with ``=``, and the ideas it stands for."""
    ideas: dict[str, list[str]] = {}
    for line in (files(_HERE) / "lexicon" / "words.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            idea, *beginnings = line.split()
            for beginning in beginnings:
                whole = "=" if beginning.endswith("=") else ""
                ideas.setdefault(fold(beginning.removesuffix("=")) + whole, []).append(idea)
    return {beginning: tuple(dict.fromkeys(found)) for beginning, found in ideas.items()}
