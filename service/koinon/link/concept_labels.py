"""What the labels of concepts say: which concepts of the code lists a concept of another list may be.

Labels are compared within one language; what is written in another meets through the code lists, whose concepts
have labels in nine. A label of one word may mean several things, so one that is no preferred label on both sides
waits for a reviewer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from math import log2
from typing import Final

from koinon.link.concepts import BROAD, CLOSE, EXACT, KIND, LEXICAL, LINKSET, Concept, language_of
from koinon.release.mappings import ACCEPTED, PROPOSED, Link, Reason, link_id

ACCEPT: Final = 0.9
"""Probability from which a match is accepted without a reviewer."""
WORTH: Final = 0.3
"""Probability from which it is worth a reviewer's time."""

_PREFERRED, _OTHER, _SPELT, _WORD = 4.3, 3.4, 1.2, -1.6
"""Bits of one language: two preferred labels agree; another label does; they are nearly alike; one word only."""
_AGAIN, _DIFFERS, _ANY_LANGUAGE, _SEVERAL = 1.5, -1.0, -1.0, -2.5
"""Bits of each further language that agrees; of each that doesn't; of a label without language; of rivals."""
_ALIKE: Final = 0.85
_STOP: Final = frozenset(
    (
        *(
            "and",
            "for",
            "from",
            "of",
            "on",
            "in",
            "the",
            "to",
            "oraz",
            "na",
            "dla",
            "και",
            "του",
            "της",
            "των",
            "στη",
        ),
        *(
            "con",
            "dal",
            "de",
            "degli",
            "dei",
            "del",
            "della",
            "delle",
            "di",
            "des",
            "du",
            "et",
            "pour",
            "les",
            "la",
        ),
        *(
            "el",
            "los",
            "las",
            "para",
            "por",
            "els",
            "per",
            "amb",
            "un",
            "og",
            "for",
            "med",
            "ar",
            "i",
            "e",
            "y",
            "a",
        ),
    )
)


class Labels:
    """The labels of the code lists, found by language and text."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        """Read the labels of the concepts of the code lists."""
        self._concepts = {concept.iri: concept for concept in concepts}
        self._exact: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._any: dict[str, list[str]] = defaultdict(list)
        self._begin: dict[tuple[str, tuple[str, ...]], list[tuple[str, str]]] = defaultdict(list)
        for concept in concepts:
            for language, key in concept.keys:
                self._exact[language, key].append(concept.iri)
                self._any[key].append(concept.iri)
                self._begin[language, _beginnings(key)].append((key, concept.iri))

    def agreement(self, concept: Concept, iri: str) -> tuple[str, ...]:
        """Return in words which labels of a concept a concept of ours has too, where that would be accepted."""
        ours = self._concepts.get(iri)
        if ours is None:
            return ()
        found = self._reasons(concept, ours)
        return tuple(one.text for one in found if one.feature == "label") if total(found) >= bits_of(ACCEPT) else ()

    def links(self, concept: Concept, *, spelling: bool) -> Iterator[Link]:
        """Yield the matches of a concept; those that are nearly alike only with ``spelling``."""
        same = {iri: self._reasons(concept, self._concepts[iri]) for iri in self._having(concept)}
        alike = {} if same or not spelling else self._nearly(concept)
        for iri, reasons in sorted(same.items()):
            bits = total(reasons)
            rivals = sum(other != iri and total(said) > bits - 1 for other, said in same.items())
            if rivals:
                reasons = [*reasons, Reason("rivals", f"{rivals} more of our concepts have such a label", _SEVERAL)]
            both = any(reason.feature == "label" and reason.weight >= _PREFERRED for reason in reasons)
            predicate = BROAD if concept.national else EXACT if both and not rivals else CLOSE
            if (chance := _chance(total(reasons))) >= WORTH:
                yield link_of(concept.iri, predicate, iri, chance, reasons, LEXICAL)
        for iri, (label, other) in sorted(alike.items()):
            weight = _SPELT + (_WORD if " " not in label else 0.0)
            reasons = [Reason("spelling", f"{label} is written nearly like {other}", weight)]
            yield link_of(concept.iri, BROAD if concept.national else CLOSE, iri, _chance(weight), reasons, LEXICAL)

    def _having(self, concept: Concept) -> set[str]:
        found: set[str] = set()
        for language, key in concept.keys:
            found.update(self._exact.get((language, key), ()) if language else self._any.get(key, ()))
        return found

    def _reasons(self, concept: Concept, ours: Concept) -> list[Reason]:
        """Return what the labels of two concepts say, in bits."""
        found: list[Reason] = []
        agreeing: set[str] = set()
        for (language, key), (preferred, text) in concept.keys.items():
            mine = [(tag, *said) for (tag, own), said in ours.keys.items() if own == key and language in ("", tag)]
            if not mine or language in agreeing:
                continue
            tag, also, _ = mine[0]
            agreeing.add(language)
            bits = _AGAIN if found else _PREFERRED if preferred and also else _OTHER
            if not found and " " not in key and not (preferred and also):
                bits += _WORD
            found.append(Reason("label", f"{text} ({language or tag})", bits))
            if not language:
                found.append(Reason("language", "the language of the label is not known", _ANY_LANGUAGE))
        theirs = {language_of(tag) for tag, _ in concept.preferred} - {""}
        differing = sorted(theirs.intersection(language_of(tag) for tag, _ in ours.preferred) - agreeing)
        if found and differing:
            found.append(Reason("differs", f"other labels in {', '.join(differing)}", _DIFFERS * len(differing)))
        return found

    def _nearly(self, concept: Concept) -> dict[str, tuple[str, str]]:
        """Return concepts of ours that have a label in the same language which is nearly the same."""
        found: dict[str, tuple[str, str]] = {}
        for (language, key), (_, text) in concept.keys.items():
            for other, iri in self._begin.get((language, _beginnings(key)), ()):
                if language and SequenceMatcher(None, key, other).ratio() >= _ALIKE:
                    found.setdefault(iri, (text, other))
        return found


def link_of(
    subject: str, predicate: str, object_: str, probability: float, reasons: Iterable[Reason], why: str
) -> Link:
    """Return a link of two concepts, accepted where it is sure enough; ``why`` is its justification."""
    sure = probability >= ACCEPT
    return Link(
        id=link_id(subject, object_, KIND),
        subject=subject,
        predicate=predicate,
        object=object_,
        probability=round(probability, 4),
        band="accept" if sure else "review",
        justification=why,
        reasons=tuple(reasons),
        linkset=LINKSET,
        state=ACCEPTED if sure else PROPOSED,
        priority=round(1 - abs(2 * probability - 1), 4),
    )


def _beginnings(key: str) -> tuple[str, ...]:
    """Return how the words of a label begin, in any order: inflected forms of one label share it."""
    telling = [word for word in key.split() if word not in _STOP]
    return tuple(sorted(word[:4] for word in telling or key.split()))


def total(reasons: Iterable[Reason]) -> float:
    """Return the bits of all reasons together."""
    return sum(reason.weight for reason in reasons)


def _chance(bits: float) -> float:
    return 1 / (1 + 2**-bits)


def bits_of(probability: float) -> float:
    """Return the log odds of a probability, in bits."""
    return log2(probability / (1 - probability))
