"""Receipts: from annotations in Turtle 1.2 to one rdf:Statement per statement that says by what it is known.

A statement is annotated in one of two forms, or not at all:

1. ``s p o ~ <document#char=a,b> .`` The page states it in the characters [a, b) (RFC 5147); several ``~`` may
   follow.
2. ``s p o {| koi:basis …; koi:sourceRange …; rdfs:comment "why"@en |} .`` With its basis, and why.
3. Nothing: a label in another language takes over the ranges of the label in the source's language (translated);
   everything else those of its subject's label (structural).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from koinon.build.describe import graph_iri
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import as_text
from koinon.build.sources import Manifest
from koinon.engine import Term
from koinon.model.errors import SourceError
from koinon.model.namespaces import CODE, DCT, DEF, FRAPO, OA, RDF, RDFS, SKOS, XSD

REIFIES: Final = NamedNode(RDF + "reifies")
BASIS: Final = NamedNode(DEF + "basis")
RANGE: Final = NamedNode(DEF + "sourceRange")
ORIGIN: Final = NamedNode(DEF + "statementOrigin")
COMMENT: Final = NamedNode(RDFS + "comment")
SOURCE: Final = NamedNode(DCT + "source")
TYPE: Final = NamedNode(RDF + "type")
LABELS: Final = tuple(
    NamedNode(iri)
    for iri in (
        SKOS + "prefLabel",
        DCT + "title",
        SKOS + "altLabel",
        FRAPO + "hasAcronym",
        SKOS + "notation",
        SKOS + "hiddenLabel",
    )
)
"""The properties whose ranges stand for a thing, best first."""
_EVIDENCE: Final = frozenset({NamedNode(RDF + "Statement"), NamedNode(DEF + "SourceRange")})
_CHARACTERS = re.compile(r"(.+)#char=(\d+),(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Receipt:
    """By what a statement is known: ``ranges`` are IRIs of character ranges, ``basis`` and ``origin`` notations."""

    basis: str
    origin: str
    ranges: tuple[str, ...] = ()
    comment: Literal | None = None


class Receipts:
    """Takes the annotations out of a source's triples and gives the receipts back."""

    def __init__(self, manifest: Manifest) -> None:
        """Remember whose triples are read."""
        self._manifest = manifest
        self._slug = manifest.slug
        self.findings: list[Finding] = []

    def split(self, triples: Iterable[Triple]) -> tuple[set[Triple], dict[Triple, list[Receipt]]]:
        """Return the plain triples, and the receipts of those that are annotated.

        Raises SourceError: ``receipt-form`` (none of the forms), ``receipt-range`` (outside the document, or of
        another one), ``receipt-unasserted`` (the annotated statement is not stated).
        """
        everything = set(triples)
        reified: defaultdict[Term, list[Triple]] = defaultdict(list)
        for triple in everything:
            if triple.predicate == REIFIES:
                if not isinstance(triple.object, Triple):
                    raise self._error("receipt-form", triple, "rdf:reifies is for annotations alone")
                reified[triple.subject].append(triple.object)
            elif isinstance(triple.object, Triple):
                raise self._error("triple-term", triple, "a triple term can only be annotated")
        properties: defaultdict[Term, list[Triple]] = defaultdict(list)
        for triple in everything:
            if triple.subject in reified and triple.predicate != REIFIES:
                properties[triple.subject].append(triple)
        described = {reifier for reifier in reified if isinstance(reifier, BlankNode)}
        plain = {t for t in everything if t.predicate != REIFIES and t.subject not in described}
        receipts = self._annotated(reified, properties, plain)
        return plain, receipts

    def _annotated(
        self, reified: dict[Term, list[Triple]], properties: dict[Term, list[Triple]], plain: set[Triple]
    ) -> dict[Triple, list[Receipt]]:
        stated: defaultdict[Triple, list[str]] = defaultdict(list)
        receipts: defaultdict[Triple, list[Receipt]] = defaultdict(list)
        for reifier, statements in reified.items():
            for statement in statements:
                if statement not in plain:
                    raise self._error("receipt-unasserted", statement, "annotated, but not stated")
            if isinstance(reifier, NamedNode):
                for statement in statements:
                    stated[statement].append(self._range(reifier, statement))
                if properties.get(reifier):
                    detail = f"{reifier} is a range; say more in {{| … |}} instead of after ~"
                    raise self._error("receipt-form", statements[0], detail)
            else:
                for statement in statements:
                    receipts[statement].append(self._described(properties.get(reifier, []), statement))
        for statement, ranges in stated.items():
            receipts[statement].append(Receipt("stated", "as-written", tuple(sorted(ranges))))
        return receipts

    def _described(self, properties: list[Triple], statement: Triple) -> Receipt:
        values: defaultdict[Term, list[Term]] = defaultdict(list)
        for triple in properties:
            values[triple.predicate].append(triple.object)
        unknown = set(values) - {BASIS, RANGE, COMMENT, ORIGIN}
        if unknown:
            names = ", ".join(sorted(map(str, unknown)))
            raise self._error("receipt-form", statement, f"an annotation has no {names}")
        bases = [v.value.removeprefix(CODE + "basis/") for v in values[BASIS] if isinstance(v, NamedNode)]
        if len(bases) != 1 or bases[0] not in {"stated", "implied", "external"}:
            raise self._error("receipt-form", statement, "an annotation has one koi:basis of the code list basis")
        comments = [v for v in values[COMMENT] if isinstance(v, Literal)]
        if len(comments) > 1 or len(comments) != len(values[COMMENT]):
            raise self._error("receipt-form", statement, "an annotation has at most one rdfs:comment, a text")
        if bases[0] == "implied" and not comments:
            raise self._error("receipt-form", statement, "an implied statement says why, in rdfs:comment")
        ranges = tuple(sorted(self._range(v, statement) for v in values[RANGE]))
        if not ranges and self._manifest.reading.receipts == "every" and bases[0] != "external":
            raise self._error("receipt-form", statement, "an annotation has at least one koi:sourceRange")
        origins = [
            v.value.removeprefix(CODE + "statement-origin/") for v in values[ORIGIN] if isinstance(v, NamedNode)
        ]
        origin = origins[0] if origins else "as-written" if bases[0] == "stated" else "editorial"
        return Receipt(bases[0], origin, ranges, comments[0] if comments else None)

    def _range(self, term: Term, statement: Triple) -> str:
        match = _CHARACTERS.match(term.value) if isinstance(term, NamedNode) else None
        if match is None:
            raise self._error("receipt-form", statement, f"{term} is not a range of characters, …#char=start,end")
        if match[1] != self._manifest.document.iri:
            raise self._error("receipt-range", statement, f"{term} is a range of another document")
        start, end, length = int(match[2]), int(match[3]), self._manifest.document.length
        if start >= end or (length is not None and end > length):
            detail = f"the range {start},{end} is empty, backward or outside the document of {length} characters"
            raise self._error("receipt-range", statement, detail)
        return f"{match[1]}#char={start},{end}"

    def _error(self, rule: str, statement: Triple, detail: str) -> SourceError:
        return SourceError(self._slug, rule, f"{statement.subject} {statement.predicate}", detail)

    def derive(self, plain: set[Triple], receipts: dict[Triple, list[Receipt]]) -> None:
        """Give a receipt to every triple of ``plain`` that has none, by the rules of form 3.

        Receipts that a source writes out in full are evidence already, and get none of their own.
        """
        ranges_of: defaultdict[Term, defaultdict[NamedNode, set[str]]] = defaultdict(lambda: defaultdict(set))
        translations: defaultdict[tuple[Term, Term], set[str]] = defaultdict(set)
        for triple, known in receipts.items():
            for receipt in known:
                ranges_of[triple.subject][triple.predicate].update(receipt.ranges)
                if isinstance(triple.object, Literal) and triple.object.language == self._manifest.language:
                    translations[triple.subject, triple.predicate].update(receipt.ranges)
        evidence = {t.subject for t in plain if t.predicate == TYPE and t.object in _EVIDENCE}
        for triple in plain:
            if receipts.get(triple) or triple.subject in evidence:
                continue
            value = triple.object
            other = isinstance(value, Literal) and value.language not in {None, self._manifest.language}
            ranges = translations.get((triple.subject, triple.predicate), set()) if other else set()
            origin = "translated" if ranges else "structural"
            ranges = ranges or self._ranges_for(triple, ranges_of)
            receipts[triple] = [Receipt("implied", origin, tuple(sorted(ranges)))]

    def _ranges_for(self, triple: Triple, ranges_of: dict[Term, defaultdict[NamedNode, set[str]]]) -> set[str]:
        subject = triple.subject
        candidates: list[Term] = [subject]
        if isinstance(subject, NamedNode) and "#" in subject.value:
            candidates.append(NamedNode(subject.value.partition("#")[0]))
        for candidate in candidates:
            known = ranges_of.get(candidate)
            if known is None:
                continue
            for predicate in LABELS:
                if known.get(predicate):
                    return known[predicate]
            some = sorted((p for p, ranges in known.items() if ranges), key=lambda p: (p != TYPE, p.value))
            if some:
                return known[some[0]]
        document = self._manifest.document
        if subject != NamedNode(document.iri):
            detail = "no statement about it is annotated, so its receipt points at the whole document"
            place = f"{subject} {triple.predicate}"
            self.findings.append(Finding(self._slug, "receipt-missing", place, detail, Severity.WARNING))
        return {f"{document.iri}#char=0,{document.length}"}


def receipt_triples(manifest: Manifest, receipts: dict[Triple, list[Receipt]]) -> Iterator[Triple]:
    """Yield the receipts as rdf:Statement, and each range they name as koi:SourceRange."""
    graph = graph_iri(manifest.slug)
    document = NamedNode(manifest.document.iri)
    described: set[str] = set()
    for statement, known in receipts.items():
        line = as_text([statement])
        for receipt in known:
            digest = sha256(line + "\n".join((receipt.basis, *receipt.ranges)).encode()).hexdigest()[:16]
            node = NamedNode(f"{graph}#s-{digest}")
            yield Triple(node, TYPE, NamedNode(RDF + "Statement"))
            yield Triple(node, NamedNode(RDF + "subject"), statement.subject)
            yield Triple(node, NamedNode(RDF + "predicate"), statement.predicate)
            yield Triple(node, NamedNode(RDF + "object"), statement.object)
            yield Triple(node, BASIS, NamedNode(f"{CODE}basis/{receipt.basis}"))
            yield Triple(node, ORIGIN, NamedNode(f"{CODE}statement-origin/{receipt.origin}"))
            yield Triple(node, SOURCE, document)
            if receipt.comment is not None:
                yield Triple(node, COMMENT, receipt.comment)
            for name in receipt.ranges:
                yield Triple(node, RANGE, NamedNode(name))
                described.add(name)
    for name in described:
        start, _, end = name.rpartition("#char=")[2].partition(",")
        node = NamedNode(name)
        yield Triple(node, TYPE, NamedNode(DEF + "SourceRange"))
        yield Triple(node, NamedNode(OA + "start"), Literal(start, datatype=NamedNode(XSD + "integer")))
        yield Triple(node, NamedNode(OA + "end"), Literal(end, datatype=NamedNode(XSD + "integer")))
        yield Triple(node, NamedNode(DCT + "isPartOf"), document)
