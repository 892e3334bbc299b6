"""Lists of a publisher's own, minted by its source: the terms that occur, each a concept in the list's scheme."""

from collections.abc import Iterator, Mapping

from koinon.build.mapping.model import ConceptList
from koinon.build.mapping.terms import Names, folded, literal, node, slug, tagged
from koinon.model.namespaces import RDF, SKOS


def fold(text: str) -> str:
    """Return what codes are compared by where they don't match as written: no case, single blanks."""
    return " ".join(text.casefold().split())


class Codes:
    """Texts and what they stand for: as written, else without regard to case and blanks where that is clear."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        """Index the texts."""
        self._exact = dict(meanings)
        self._folded: dict[str, str | None] = {}
        for text, meaning in meanings.items():
            known = self._folded.setdefault(fold(text), meaning)
            if known != meaning:
                self._folded[fold(text)] = None

    def find(self, text: str) -> str | None:
        """Return what the text stands for, or None."""
        found = self._exact.get(text)
        return found if found is not None else self._folded.get(fold(text))


class Concepts:
    """One list while its mapping is applied; it remembers which terms occurred."""

    def __init__(self, name: str, given: ConceptList, source: str, names: Names, home: str) -> None:
        """Name the concepts below ``home``; ValueError where two would get one id or ``ours`` names nothing."""
        self._lang = given.lang
        self._open = given.open
        self._base = f"{home}topic/{source}-{name}-"
        self._scheme = f"{home}scheme/{source}-{name}"
        self._title = given.title
        self._labels: dict[str, tuple[str, str | None]] = {}
        self._used: set[str] = set()
        meanings: dict[str, str] = {}
        coded = isinstance(given.terms, dict)
        pairs = given.terms.items() if isinstance(given.terms, dict) else ((term, term) for term in given.terms)
        for code, label in pairs:
            part = folded(code) or slug([code])
            iri = self._base + part
            if iri in self._labels:
                raise ValueError(
                    f"{code!r} and {self._labels[iri][0]!r} would both be topic/{source}-{name}-{part}"
                )
            self._labels[iri] = (label, code if coded else None)
            meanings[code] = iri
        for text, name_of_ours in given.ours.items():
            meanings[text] = names.iri(name_of_ours)
        self._codes = Codes(meanings)

    def find(self, text: str) -> str | None:
        """Return the IRI of the concept for a text of the file, or None where the list is closed and has none."""
        iri = self._codes.find(text)
        if iri is None and self._open:
            iri = self._base + slug([text])
            self._labels.setdefault(iri, (text, None))
        if iri in self._labels:
            self._used.add(iri)
        return iri

    def lines(self) -> Iterator[str]:
        """Yield the description of the scheme and of each concept that occurred, as N-Triples."""
        if not self._used:
            return
        scheme = node(self._scheme)
        yield f"{scheme} <{RDF}type> <{SKOS}ConceptScheme> ."
        for tag, title in self._title.items():
            yield f"{scheme} <{SKOS}prefLabel> {tagged(title, tag)} ."
        for iri in self._used:
            label, code = self._labels[iri]
            yield f"<{iri}> <{RDF}type> <{SKOS}Concept> ."
            yield f"<{iri}> <{SKOS}inScheme> {scheme} ."
            yield f"<{iri}> <{SKOS}prefLabel> {tagged(label, self._lang)} ."
            if code is not None:
                yield f"<{iri}> <{SKOS}notation> {literal(code)} ."
