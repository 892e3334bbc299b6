"""Concepts of lists, and the rows of tables that match them, as the linker compares them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from koinon.link.text import fold, words
from koinon.model.namespaces import SKOS

LINKSET: Final = "links-concepts"
KIND: Final = "concept"
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
MANUAL: Final = SEMAPV + "ManualMappingCuration"
LEXICAL: Final = SEMAPV + "LexicalMatching"
EXACT, CLOSE, BROAD, NARROW, RELATED = (
    SKOS + name for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
)
MATCHES: Final = (EXACT, CLOSE, BROAD, NARROW, RELATED)
CARRYING: Final = (EXACT, CLOSE, BROAD)
"""Matches after which what is about the subject is, nearly, about the object too."""
MOST_LABELS: Final = 200
"""Labels of one concept that are compared."""


@dataclass(frozen=True)
class Concept:
    """One concept of a list: its labels as pairs of language tag and text, the preferred ones apart.

    ``national`` tells that its source ties it to a country: it is then narrower than what is named alike here.
    """

    iri: str
    scheme: str
    source: str
    preferred: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...] = ()
    national: bool = False

    @cached_property
    def keys(self) -> dict[tuple[str, str], tuple[bool, str]]:
        """What its labels are compared by: language and folded words to whether it is preferred, and the label."""
        found: dict[tuple[str, str], tuple[bool, str]] = {}
        for preferred, labels in ((True, self.preferred), (False, self.others)):
            for tag, text in labels[:MOST_LABELS]:
                if key := " ".join(words(fold(text))):
                    found.setdefault((language_of(tag), key), (preferred, text))
        return found

    @property
    def name(self) -> tuple[str, str]:
        """Its label for an English reader, with the language tag; its address where it has none."""
        labels = dict(reversed(self.preferred)) or dict(reversed(self.others))
        for tag in ("en", *sorted(labels)):
            if tag in labels:
                return labels[tag], tag
        return self.iri, ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of matches: what ``subject`` is to ``object``, why, and what the object is called."""

    subject: str
    predicate: str
    object: str
    justification: str
    comment: str
    table: str
    title: str
    label: str = ""


def language_of(tag: str) -> str:
    """Return what labels of one language share: ``en-GB`` is ``en``; a transliteration stays apart."""
    tag = tag.casefold()
    return tag if "latn" in tag else tag.split("-")[0].replace("und", "").replace("mul", "")
