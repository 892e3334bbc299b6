"""Why two records may be one organisation: in words, each with its weight in bits."""

from collections.abc import Iterator, Sequence
from math import log2
from typing import TYPE_CHECKING, Final

from koinon.link.features import Comparer
from koinon.link.keys import Keys
from koinon.release.mappings import Reason

if TYPE_CHECKING:  # what weighs pairs is heavy to load, and deciding needs none of it
    from koinon.link.scoring import Weights

_SHOWN: Final = 0.15
"""Bits below which a comparison is not worth a word."""
_WORDS: Final = 5


def weighed_reasons(left: Keys, right: Keys, weights: "Weights", place: int) -> Iterator[Reason]:
    """Yield what Splink's comparisons say of a pair, the weightiest first; what hardly counts is left out."""
    parts = [(name, float(values[place])) for name, values in weights.parts.items()]
    for name, weight in sorted(parts, key=lambda part: -abs(part[1])):
        if abs(weight) >= _SHOWN:
            yield Reason(name, _text(name, left, right), round(weight, 2))


def remaining_reasons(told: Sequence[Reason], probability: float, prior: float) -> Iterator[Reason]:
    """Yield what the second look and the prior add to the reasons that were ``told``, up to the odds."""
    base = log2(prior / (1 - prior))
    sure = min(max(probability, 1e-9), 1 - 1e-9)
    rest = log2(sure / (1 - sure)) - base - sum(reason.weight for reason in told)
    yield Reason("second-look", "the words in detail, beside the other candidates", round(rest, 2))
    yield Reason("prior", "how many candidate pairs are one organisation", round(base, 2))


def reasons_of(
    left: Keys, right: Keys, weights: "Weights", place: int, probability: float, prior: float, many: int
) -> Iterator[Reason]:
    """Yield the reasons of a pair, the weightiest first; they add up to the log odds of its probability."""
    told = list(weighed_reasons(left, right, weights, place))
    yield from told
    yield from remaining_reasons(told, probability, prior)
    if many > 1:
        yield Reason("same-rows", f"{many} rows of one table say the same", 0.0)


def said_by(reviewers: int) -> str:
    """Return in words that some reviewers say that two are the same."""
    return f"{reviewers} reviewer{'s say' if reviewers > 1 else ' says'} it is the same"


def _text(name: str, left: Keys, right: Keys) -> str:
    a, b = left.mention, right.mention
    match name:
        case "spelling":
            return "the same name" if left.joined == right.joined else "how alike the names are spelt"
        case "meanings" | "telling":
            kind = "telling words" if name == "telling" else "words"
            found = shared_words(left, right, telling=name == "telling")
            return f"{kind}: {', '.join(found)}" if found else f"no {kind} in common"
        case "short":
            return "an acronym" if set(_short(left)) & set(_short(right)) else "no common acronym"
        case "country":
            return a.country if a.country == b.country else f"countries {a.country} and {b.country}"
        case "city":
            return f"city {a.city}" if left.city == right.city else f"cities {a.city} and {b.city}"
        case "year":
            return f"year {a.year}" if a.year == b.year else f"years {a.year} and {b.year}"
        case "types":
            both = sorted({*a.types} & {*b.types})
            return f"kind {', '.join(both)}" if both else f"kinds {', '.join(a.types)} and {', '.join(b.types)}"
        case "domain":
            return (
                f"site {left.domain}" if left.domain == right.domain else f"sites {left.domain} and {right.domain}"
            )
        case "postcode":
            same = left.postcode == right.postcode
            return f"postcode {a.postcode}" if same else f"postcodes {a.postcode} and {b.postcode}"
        case "identifiers":
            both = sorted(left.identifiers & right.identifiers)
            return f"identifier {', '.join(both)}" if both else "different identifiers"
    return name


def shared_words(left: Keys, right: Keys, *, telling: bool) -> list[str]:
    """Return the words that the names share, ``one = other`` where they are written differently."""
    comparer = Comparer()
    found = []
    for one in sorted(left.words, key=lambda word: -word.weight):
        if right.words and (not telling or one.weight >= 4):
            other = max(right.words, key=lambda word: comparer.alike(one, word))
            if comparer.alike(one, other) >= 0.5:
                found.append(one.text if one.text == other.text else f"{one.text} = {other.text}")
    return list(dict.fromkeys(found))[:_WORDS]


def _short(key: Keys) -> tuple[str, ...]:
    single = (key.joined,) if len(key.words) == 1 else ()
    return tuple(one for one in (*key.acronyms, *key.initials, *single) if len(one) > 2)
