"""Concepts that mean the same: those of any list beside those of the code lists, by tables and by labels.

A table (SSSOM) says what an editor read; labels say the rest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from koinon.link.concept_labels import Labels, bits_of, link_of
from koinon.link.concepts import CLOSE, EXACT, LEXICAL, MANUAL, RELATED, Concept, Row
from koinon.model.namespaces import CODE
from koinon.release.mappings import Link, Reason

_SURE = 0.99
"""How sure a row is that an editor read."""


def matches(
    concepts: Sequence[Concept], ours: frozenset[str], rows: Iterable[Row], apart: str = "\0"
) -> list[Link]:
    """Return the links between ``concepts``: of the tables, and by labels to those whose scheme is in ``ours``.

    Concepts whose scheme begins with ``apart`` are not compared by labels: lists of one hand are told apart on
    purpose. Rows whose subject is no concept here are passed over. The result depends on nothing but what is
    given, and is sorted by id.
    """
    known = {concept.iri: concept for concept in concepts}
    links: dict[str, Link] = {}
    read: set[str] = set()
    labels = Labels([concept for concept in concepts if concept.scheme in ours])
    for row in rows:
        if row.subject in known:
            read.add(row.subject)
            link = _of_row(row, labels.agreement(known[row.subject], row.object))
            links[link.id] = link
    for concept in concepts:
        if concept.scheme not in ours and not concept.scheme.startswith(apart):
            for link in labels.links(concept, spelling=concept.iri not in read):
                links.setdefault(link.id, link)
    return sorted(_one_each(links.values(), known), key=lambda link: link.id)


def agreement(links: Iterable[Link]) -> dict[str, float]:
    """Return how well labels alone find what editors wrote down: precision and recall, where both had a say.

    Counted over concepts that tables match with ours. A pair that labels would accept is right where a table has
    it as exact, close, broad or narrow; a pair that a table has as exact is found where labels would accept it.
    """
    links = list(links)
    written = [link for link in links if link.justification == MANUAL and link.object.startswith(CODE)]
    treated = {link.subject for link in written}
    found = [link for link in written if _found_by_labels(link)]
    right = sum(link.predicate != RELATED for link in found)
    beside = sum(link.subject in treated for link in links if link.justification == LEXICAL)
    exact = [link for link in written if link.predicate == EXACT]
    result = {"pairs": float(len(found) + beside)}
    if found or beside:
        result["precision"] = right / (len(found) + beside)
    if exact:
        result["recall"] = sum(map(_found_by_labels, exact)) / len(exact)
    return result


def _found_by_labels(link: Link) -> bool:
    return any(reason.feature == "label" for reason in link.reasons)


def _of_row(row: Row, agreeing: tuple[str, ...]) -> Link:
    reasons = [Reason("table", f"{row.comment} ({row.title})", round(bits_of(_SURE), 2))]
    reasons += [Reason("label", text, 0.0) for text in agreeing]
    return link_of(row.subject, row.predicate, row.object, _SURE, reasons, row.justification)


def _one_each(links: Iterable[Link], known: Mapping[str, Concept]) -> Iterator[Link]:
    """Yield the links; of several exact matches of one list to one concept, the surest stays exact.

    Exact matches are transitive (SKOS reference §10.6.4): two of them would make one of two concepts of a list.
    """
    taken: set[tuple[str, str]] = set()
    for link in sorted(links, key=lambda link: (-link.probability, link.id)):
        scheme = known[link.subject].scheme
        if link.predicate == EXACT and (scheme, link.object) in taken:
            yield link_of(link.subject, CLOSE, link.object, link.probability, link.reasons, link.justification)
            continue
        if link.predicate == EXACT:
            taken.add((scheme, link.object))
        yield link
