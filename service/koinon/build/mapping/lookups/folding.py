"""How spellings are compared: without regard to case, blanks and form, then to accents; and what a typo may be."""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

MOST_CANDIDATES = 5
_CLOSE = 0.75
_LATIN = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "’": "'", "ʼ": "'"})


def fold(text: str) -> str:
    """Return the text for exact comparison: NFKC, case folded (Unicode 3.13), single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_LATIN)).casefold().split())


def bare(text: str) -> str:
    """Return the folded text without accents, so that ``Espana`` meets ``España``."""
    split = unicodedata.normalize("NFD", fold(text))
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))


class Spellings:
    """Spellings and the keys that they stand for; one spelling may stand for several, and is then ambiguous."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Index pairs of a spelling and a key."""
        self._exact: defaultdict[str, set[str]] = defaultdict(set)
        self._bare: defaultdict[str, set[str]] = defaultdict(set)
        for spelling, key in pairs:
            if spelling.strip():
                self._exact[fold(spelling)].add(key)
                self._bare[bare(spelling)].add(key)
        self._close: dict[str, tuple[str, ...]] = {}

    def keys(self, text: str) -> tuple[str, ...]:
        """Return the keys of a spelling, sorted: those that are written so, else those that differ in accents."""
        return tuple(sorted(self._exact.get(fold(text)) or self._bare.get(bare(text)) or ()))

    def close(self, text: str) -> tuple[str, ...]:
        """Return the keys of spellings that look like the text, best first, for a report: never to be taken."""
        wanted = bare(text)
        if wanted not in self._close:
            found: dict[str, None] = {}
            if 4 <= len(wanted) <= 80:
                for spelling in difflib.get_close_matches(wanted, self._bare, MOST_CANDIDATES, _CLOSE):
                    found.update(dict.fromkeys(sorted(self._bare[spelling])))
            self._close[wanted] = tuple(found)[:MOST_CANDIDATES]
        return self._close[wanted]
