"""Whether two servers give the same answers: what differs is not worth comparing in speed."""

import json
from collections.abc import Iterable, Sequence

from mix import JSON_RESULTS, Question
from peers import Peer
from pyoxigraph import RdfFormat, parse


class DifferentError(RuntimeError):
    """Two servers answer a question differently."""


def same_answers(first: Peer, second: Peer, questions: Iterable[Question]) -> dict[str, list[int]]:
    """Ask both all questions; returns rows or triples by query name. Raises DifferentError."""
    sizes: dict[str, list[int]] = {}
    for question in questions:
        wanted, given = (contents(peer, question) for peer in (first, second))
        if wanted != given:
            raise DifferentError(
                f"{question.name}: {len(wanted)} in {first.name}, {len(given)} in {second.name}, "
                f"{len(set(wanted) ^ set(given))} different\n{question.text}"
            )
        sizes.setdefault(question.name, []).append(len(wanted))
    return sizes


def contents(peer: Peer, question: Question, timeout: float = 120) -> Sequence[str]:
    """Return the rows or triples of an answer, sorted; raises DifferentError for all but 200."""
    status, media_type, body = peer.fetch(question, timeout)
    if status != 200:
        raise DifferentError(f"{peer.name} answers {question.name} with {status}: {body[:500]!r}\n{question.text}")
    if question.accept != JSON_RESULTS:
        rdf = RdfFormat.from_media_type(media_type)
        if rdf is None:
            raise DifferentError(f"no RDF, but {media_type}")
        return sorted({str(quad.triple) for quad in parse(body, rdf)})
    document = json.loads(body)
    if "boolean" in document:
        return [str(document["boolean"])]
    return sorted(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])
