"""What somebody looks for, and how well a name answers it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from rapidfuzz.distance import OSA

from koinon.link.searching import Forms, forms_of
from koinon.release.search_index import Name

MOST_WORDS: Final = 10
"""Words of a text that are looked for; what follows is passed over."""
EXACT, START, NEARLY, INITIAL = 1.0, 0.6, 0.3, 0.5
"""What a word counts that is the word, begins it, is nearly it; and what a name counts whose initials it is."""
_MOST_TEXT: Final = 4_000
_LABELS: Final = 60
"""Names of a thing that are compared to tell which one matched."""
_ONE_TYPO, _TWO_TYPOS = 4, 8
"""Letters of a word that may have one and two mistakes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text as it is looked for: an IRI, or words, each in all its forms."""

    iri: str
    words: tuple[tuple[str, ...], ...]
    wholes: tuple[str, ...]
    ignored: bool

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text, however long and strange it is."""
        text = text[:_MOST_TEXT].encode(errors="ignore").decode().strip()
        if text.startswith(("http://", "https://", "urn:")) and not any(letter.isspace() for letter in text):
            return cls(text, (), (), ignored=False)
        forms: Forms = forms_of(text)
        return cls("", forms.words[:MOST_WORDS], forms.wholes, len(forms.words) > MOST_WORDS)

    @property
    def ways(self) -> tuple[str, ...]:
        """How the text may be read, the strictest way first."""
        if self.iri or not self.words:
            return ("words",)
        return ("words", "nearly", "some") if len(self.words) > 1 else ("words", "nearly")


def typos_of(word: str) -> int:
    """Return how many mistakes a word may have and still be meant."""
    return 0 if len(word) < _ONE_TYPO or word.isdigit() else 1 if len(word) < _TWO_TYPOS else 2


def matched_name(names: Iterable[Name], asked: Asked, label: str, tag: str) -> Name:
    """Return the name that the text is found in best; the one that is shown anyway, where others are no better."""
    shown = Name(label, tag, 0)
    if not asked.words:
        return shown
    best = max(
        names, key=lambda name: (_likeness(name.text, asked), (name.text, name.tag) == (label, tag), -name.rank)
    )
    return best if _likeness(best.text, asked) > _likeness(label, asked) else shown


@lru_cache(maxsize=10_000)
def _likeness(name: str, asked: Asked) -> float:
    """Return how well a name holds the words of a text; one that is the text is best."""
    forms = forms_of(name)
    if set(forms.wholes) & set(asked.wholes):
        return 2.0
    words = [form for each in forms.words for form in each]
    return sum(max((_word_likeness(one, words) for one in each), default=0.0) for each in asked.words) / len(
        asked.words
    )


def _word_likeness(one: str, words: Sequence[str]) -> float:
    if one in words:
        return 1.0
    if any(word.startswith(one) for word in words):
        return START
    typos = typos_of(one)
    near = typos and any(OSA.distance(one, word, score_cutoff=typos) <= typos for word in words)
    return NEARLY if near else 0.0
