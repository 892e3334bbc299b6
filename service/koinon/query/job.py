"""What is asked of a worker, and what comes back."""

from dataclasses import dataclass
from typing import Final

BINDING_TYPES: Final[tuple[str, ...]] = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
"""Media types of SELECT and ASK answers (SPARQL 1.1 Query Results JSON, XML, CSV and TSV), best first."""

GRAPH_TYPES: Final[tuple[str, ...]] = (
    "text/turtle",
    "application/ld+json",
    "application/n-triples",
    "application/rdf+xml",
    "application/trig",
    "application/n-quads",
)
"""Media types of CONSTRUCT and DESCRIBE answers, best first."""

ALL_TYPES: Final = BINDING_TYPES + GRAPH_TYPES


@dataclass(frozen=True, slots=True)
class Job:
    """One query, as text that is complete.

    ``media_types`` are those that the reader takes, best first: the worker answers in the first one that fits the
    query's form. ``default_graphs`` and ``named_graphs`` are the IRIs of SPARQL 1.1 Protocol §2.1.4; where both are
    empty the query sees the release's own default graph and all its named graphs.
    """

    text: str
    media_types: tuple[str, ...] = ALL_TYPES
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: never a part of one. ``seconds`` is the time it took in the worker."""

    body: bytes
    media_type: str
    seconds: float
