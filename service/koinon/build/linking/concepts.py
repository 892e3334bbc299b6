"""The concepts of all graphs, and the tables of matches that are shipped: what links of concepts are made of."""

import csv
import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.build.graphs import GraphFile
from koinon.link.concept_matching import agreement, matches
from koinon.link.concepts import MATCHES, Concept, Row
from koinon.model.errors import VocabularyError
from koinon.model.namespaces import CODE, DCT, ID, OWL, SKOS
from koinon.release.judgements import Judgements, Opinion, Standing
from koinon.release.mappings import ACCEPTED, DISPUTED, REJECTED, Link, Said

FOLDER: Final = "alignments"
"""Folder of the ontology with the tables: one ``.sssom.tsv`` for each list that an editor read."""
HUBS: Final = frozenset(CODE + name for name in ("theme", "cluster-model", "legal-form"))
"""The code lists whose concepts join those of others."""

_IN_SCHEME: Final = f" <{SKOS}inScheme> ".encode()
_WANTED: Final = {
    SKOS + "prefLabel": "preferred",
    SKOS + "altLabel": "others",
    SKOS + "hiddenLabel": "others",
    SKOS + "inScheme": "scheme",
    DCT + "spatial": "national",
    OWL + "deprecated": "gone",
}
_STATES: Final = {
    Standing.CONFIRMED: ACCEPTED,
    Standing.SAME: ACCEPTED,
    Standing.DIFFERENT: REJECTED,
    Standing.CONTRADICTED: DISPUTED,
}
_COLUMNS: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification", "comment")


@dataclass(frozen=True, slots=True)
class ConceptLinks:
    """The links of concepts, what is known of their sides, and how well labels alone agree with the tables."""

    links: tuple[Link, ...]
    said: tuple[Said, ...]
    measures: dict[str, float]


def concept_links(graphs: Sequence[GraphFile], ontology: Path, judgements: Judgements) -> ConceptLinks:
    """Return the links between the concepts of all ``graphs``; ``ontology`` is the folder with the tables.

    What was judged of a pair decides its state; labels and tables go on saying what they say.

    Raises VocabularyError where a table is broken.
    """
    concepts = _merged(concept for graph in graphs for concept in concepts_in(graph.path, graph.slug))
    rows = [row for path in table_files(ontology) for row in rows_of(path)]
    links = matches(concepts, HUBS, rows, apart=CODE)
    sides = {side for link in links for side in (link.subject, link.object)}
    after = tuple(_judged(link, judgements.opinion(link.subject, link.object)) for link in links)
    return ConceptLinks(after, tuple(_said(concepts, sides, rows)), agreement(links))


def table_files(ontology: Path) -> list[Path]:
    """Return the shipped tables of matches, sorted by name."""
    return sorted((ontology / FOLDER).glob("*.sssom.tsv"))


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the rows of a table of matches (SSSOM TSV); raises VocabularyError with the line."""
    prefixes: dict[str, str] = {}
    title = path.name
    lines = path.read_text(encoding="utf-8").splitlines()
    head = [line for line in lines if line.startswith("#")]
    for line in head:
        name, _, value = line.lstrip("# ").partition(": ")
        if line.startswith("#   "):
            prefixes[name] = value
        elif name == "mapping_set_title":
            title = value
    prefixes["id"] = ID  # things of mappings stand under the base of the node that minted them
    table = csv.DictReader(lines[len(head) :], delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, row in enumerate(table, len(head) + 2):
        try:
            subject, predicate, thing, why, comment = (row[name] for name in _COLUMNS)
            subject, predicate, thing, why = (_expanded(one, prefixes) for one in (subject, predicate, thing, why))
        except (KeyError, TypeError, ValueError) as error:
            message = f"{path}, line {number}: {error!r} is missing or unknown. Mend it first."
            raise VocabularyError(message) from error
        if predicate not in MATCHES:
            raise VocabularyError(f"{path}, line {number}: {predicate} is no match of SKOS. Mend it first.")
        yield Row(subject, predicate, thing, why, comment, path.name, title, row.get("object_label") or "")


def concepts_in(path: Path, source: str) -> list[Concept]:
    """Return the concepts of the lists that a graph describes; the file has sorted N-Triples.

    Only lines of concepts are read: they are found by ``skos:inScheme``, and what is said of one stands together.
    """
    if not path.stat().st_size:
        return []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        blocks = b"".join(_blocks(text))
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for quad in parse(blocks, RdfFormat.N_TRIPLES):
        name = _WANTED.get(quad.predicate.value)
        if name is None or not isinstance(quad.subject, NamedNode):
            continue
        values = found.setdefault(quad.subject.value, {}).setdefault(name, [])
        if isinstance(quad.object, Literal):
            values.append((quad.object.language or "", quad.object.value))
        elif isinstance(quad.object, NamedNode):
            values.append(("", quad.object.value))
    return [
        Concept(
            iri=iri,
            scheme=min(scheme for _, scheme in said["scheme"]),
            source=source,
            preferred=tuple(sorted(said.get("preferred", ()))),
            others=tuple(sorted(said.get("others", ()))),
            national="national" in said,
        )
        for iri, said in found.items()
        if "scheme" in said and "gone" not in said and ("preferred" in said or "others" in said)
    ]


def _blocks(text: mmap.mmap) -> Iterator[bytes]:
    """Yield all lines about each subject that is in a scheme."""
    place = text.find(_IN_SCHEME)
    while place >= 0:
        start = text.rfind(b"\n", 0, place) + 1
        subject = text[start : text.find(b" ", start) + 1]
        while start and text[(before := text.rfind(b"\n", 0, start - 1) + 1) : before + len(subject)] == subject:
            start = before
        end = text.find(b"\n", place) + 1
        while end and text[end : end + len(subject)] == subject:
            end = text.find(b"\n", end) + 1
        yield text[start : end or len(text)]
        place = text.find(_IN_SCHEME, end) if end else -1


def _judged(link: Link, opinion: Opinion) -> Link:
    """Return a link as those who judged it leave it."""
    if opinion.standing is Standing.OPEN:
        return link
    state = _STATES[opinion.standing]
    return replace(link, state=state, reviewers=opinion.reviewers, priority=0.0 if state != DISPUTED else 1.0)


def _merged(concepts: Iterable[Concept]) -> list[Concept]:
    """Return each concept once, sorted by IRI: other sources may add labels to a concept, and no scheme."""
    found: dict[str, Concept] = {}
    for concept in concepts:
        known = found.get(concept.iri)
        found[concept.iri] = (
            concept
            if known is None
            else Concept(
                iri=concept.iri,
                scheme=min(known.scheme, concept.scheme),
                source=min(known.source, concept.source),
                preferred=tuple(sorted({*known.preferred, *concept.preferred})),
                others=tuple(sorted({*known.others, *concept.others})),
                national=known.national or concept.national,
            )
        )
    return [found[iri] for iri in sorted(found)]


def _said(concepts: Sequence[Concept], sides: set[str], rows: Iterable[Row]) -> Iterator[Said]:
    known = {concept.iri for concept in concepts}
    for concept in concepts:
        if concept.iri in sides:
            name, tag = concept.name
            others = tuple(text for _, text in (*concept.preferred, *concept.others) if text != name)
            yield Said(concept.iri, concept.source, name, tag, types=(SKOS + "Concept",), other_names=others[:20])
    for row in sorted({row.object: row for row in rows}.values(), key=lambda row: row.object):
        if row.object in sides and row.object not in known:
            name, tag = (row.label, "en") if row.label else (row.object, "")
            yield Said(row.object, "", name, tag, types=(SKOS + "Concept",))


def _expanded(name: str, prefixes: dict[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return prefixes[prefix] + local
