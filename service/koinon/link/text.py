"""Names as they are compared: cleaned of what cannot be seen, folded, and romanised in two ways a script."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MOST: Final = 400
"""Characters of a name that are compared; a longer one is a sentence or an attack."""

_GREEK_READ: Final = "a v g d e z i th i k l m n x o p r s s t y f ch ps o"
_GREEK: Final = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", _GREEK_READ.split(" "), strict=True))
_GREEK_COGNATE: Final = _GREEK | {"β": "b", "η": "e", "φ": "ph", "κ": "c", "υ": "y", "χ": "ch"}
_GREEK_PAIRS: Final = (
    ("ου", "ou"),
    ("αυ", "av"),
    ("ευ", "ev"),
    ("μπ", "b"),
    ("ντ", "nt"),
    ("γκ", "gk"),
    ("γγ", "ng"),
)
_GREEK_COGNATE_PAIRS: Final = (
    *(("ου", "u"), ("αυ", "au"), ("ευ", "eu"), ("μπ", "b"), ("ντ", "d"), ("γκ", "g"), ("γγ", "ng"), ("οι", "oe")),
    *(("αι", "e"), ("ει", "i"), ("τζ", "j"), ("ολογια", "ology"), ("ικη", "ic"), ("ικο", "ic"), ("ικων", "ics")),
)
_CYRILLIC_READ: Final = (
    "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh sht a y  e yu ya dj gj dz j lj nj c kj dz i i e g u e"
)
_CYRILLIC: Final = dict(
    zip("абвгдежзийклмнопрстуфхцчшщъыьэюяђѓѕјљњћќџіїєґўё", _CYRILLIC_READ.split(" "), strict=True)
)
_CYRILLIC_COGNATE: Final = _CYRILLIC | {
    **{"ж": "z", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "st", "ю": "ju", "я": "ja", "й": "j", "ъ": "a"},
    **{"ђ": "d", "ћ": "c", "џ": "dz", "э": "e"},
}
_LATIN: Final = {
    **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"},
    **{"ŋ": "n", "ŧ": "t", "ĸ": "k", "ŀ": "l", "ə": "a"},
}
_LOOKALIKES: Final = (
    ("аеорсухіјѕԁһԛԝкмтвн", "aeopcyxijsdhqwkmtbh"),  # Cyrillic
    ("ονρυικταεχημβζγ", "ovpuiktaexnmbzy"),  # Greek
)
_TO_LATIN: Final = {
    other: latin for others, latins in _LOOKALIKES for other, latin in zip(others, latins, strict=True)
}
_FROM_LATIN: Final = {
    script: {latin: other for other, latin in reversed(list(zip(*letters, strict=True)))}
    for script, letters in zip(("CYRILLIC", "GREEK"), _LOOKALIKES, strict=True)
}
_SPACE: Final = re.compile(r"\s+")
_WORD: Final = re.compile(r"[^\W_]+(?:[.'’](?=[^\W\d_]))?", re.UNICODE)
_DOTTED: Final = re.compile(r"\b(?:[^\W\d_]{1,5}\.\s?){2,}(?:[^\W\d_]{1,5}\b)?", re.UNICODE)
_ELISION: Final = re.compile(r"\b([dlnsmtDLNSMT]|dell|all|nell|dall|sull|Dell|qu)['’`´ʼ](?=\w)")


@lru_cache(maxsize=8192)
def script_of(letter: str) -> str:
    """Return the first word of a letter's Unicode name (LATIN, GREEK, CYRILLIC …), empty for what is no letter."""
    return unicodedata.name(letter, "").split(" ")[0] if letter.isalpha() else ""


def clean(text: str) -> str:
    """Return a text in Unicode's compatible form, without zero-width, bidirectional and control characters."""
    if text.isascii() and text.isprintable():
        return _SPACE.sub(" ", text[:MOST]).strip()
    text = unicodedata.normalize("NFKC", text[: 4 * MOST])
    kept = "".join(
        letter
        if (kind := unicodedata.category(letter)) not in {"Cf", "Cc", "Co", "Cs", "Cn"}
        else " " * (kind == "Cc")
        for letter in text
    )
    return _SPACE.sub(" ", kept).strip()[:MOST].strip()


def fold(text: str) -> str:
    """Return a cleaned text in small letters without accents, in its own script; a word's lookalikes are mended."""
    text = clean(text).replace("İ", "i").replace("I\u0307", "i").casefold()
    if text.isascii():
        return text
    text = "".join(
        _LATIN.get(letter, letter)
        for letter in unicodedata.normalize("NFD", text.replace("й", "\ue000").replace("ї", "\ue001"))
        if unicodedata.category(letter) != "Mn"
    )
    text = text.replace("\ue000", "й").replace("\ue001", "ї").replace("ς", "σ")
    return " ".join(map(_one_script, text.split(" ")))


def _one_script(word: str) -> str:
    """Return a word in one script: a Cyrillic ``а`` in a Latin word becomes an ``a``.

    It is the script of most of its letters, if all others look like letters of it; or else the one that is.
    """
    scripts = [script for letter in word if (script := script_of(letter)) in {"LATIN", "GREEK", "CYRILLIC"}]
    if len(set(scripts)) < 2:
        return word
    ranked = sorted(("LATIN", "GREEK", "CYRILLIC"), key=lambda script: -scripts.count(script))
    for script in ranked:
        table = _TO_LATIN if script == "LATIN" else _FROM_LATIN[script]
        if all(letter in table for letter in word if script_of(letter) not in {script, ""}):
            return _mended(word, script)
    return _mended(word, ranked[0])


def _mended(word: str, script: str) -> str:
    """Return a word with the letters of one script for those of others that look like them."""
    table = _TO_LATIN if script == "LATIN" else _FROM_LATIN[script]
    return "".join(
        table.get(letter, letter) if script_of(letter) not in {script, ""} else letter for letter in word
    )


def words(folded: str) -> list[str]:
    """Return the words of a folded text; an acronym with points (``κοιν.σ.επ.``, ``s.r.l.``) is one word."""
    joined = _DOTTED.sub(lambda found: found.group().replace(".", "").replace(" ", "") + " ", folded)
    apart = _ELISION.sub(r"\1 ", joined)
    return [word.rstrip(".'’") for word in _WORD.findall(apart)]


@lru_cache(maxsize=200_000)
def romanised(word: str) -> tuple[str, str]:
    """Return a folded word in Latin letters in two ways: as it is transcribed, and as its cognates are written."""
    if word.isascii():
        return word, word
    script = next((script for letter in word if (script := script_of(letter)) in {"GREEK", "CYRILLIC"}), "")
    if script == "GREEK":
        return _spelt(word, _GREEK_PAIRS, _GREEK), _spelt(word, _GREEK_COGNATE_PAIRS, _GREEK_COGNATE)
    if script == "CYRILLIC":
        return _spelt(word, (), _CYRILLIC), _spelt(word, (), _CYRILLIC_COGNATE)
    return word, word


def _spelt(word: str, pairs: tuple[tuple[str, str], ...], letters: dict[str, str]) -> str:
    for pair, latin in pairs:
        word = word.replace(pair, latin)
    return "".join(letters.get(letter, letter) for letter in word)
