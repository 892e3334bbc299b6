"""Writing an answer in its media type: by the engine, except where it would write what no reader can read."""

import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Final, cast

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from koinon.model.errors import QueryRefusedError
from koinon.model.namespaces import PREFIXES
from koinon.query.job import BINDING_TYPES, GRAPH_TYPES
from koinon.query.rows import has_more_rows
from koinon.query.spool import Spool

_CSV: Final = "text/csv"
_RDF_XML: Final = "application/rdf+xml"
_XML: Final = frozenset({_RDF_XML, "application/sparql-results+xml"})
_BINDING_FORMATS: Final = {name: QueryResultsFormat.from_media_type(name) for name in BINDING_TYPES}
_GRAPH_FORMATS: Final = {name: RdfFormat.from_media_type(name) for name in GRAPH_TYPES}
_LINES: Final = frozenset({"application/n-triples", "application/n-quads"})
"""Formats with a triple in each line, so that they can be counted as they stand."""
_NO_XML: Final = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));",
    re.IGNORECASE,
)
"""A character that XML 1.0 (§2.2) has no way to write."""
_ELEMENT_NAME: Final = re.compile(r"[^\W\d][\w.\-]*\Z")
_ROWS_AT_ONCE: Final = 500

Result = QuerySolutions | QueryBoolean | QueryTriples


class TooManyRowsError(Exception):
    """The answer has more rows or triples than its cap."""


def write(result: Result, media_type: str, spool: Spool, most: int) -> None:
    """Write a result with at most ``most`` rows or triples.

    Raises TooManyRowsError beyond that, TooLargeError where the spool is full, and QueryRefusedError where the
    media type cannot hold the answer.
    """
    file = cast(IO[bytes], spool)  # all that the engine calls is write
    if isinstance(result, QueryTriples) and media_type in _LINES:
        result.serialize(file, _GRAPH_FORMATS[media_type])
        if spool.size > most and spool.read().count(b"\n") > most:
            raise TooManyRowsError
    elif isinstance(result, QueryTriples):
        triples = _counted(result, most)
        if media_type == _RDF_XML:
            triples = _with_element_names(triples)
        serialize(triples, file, _GRAPH_FORMATS[media_type], prefixes=PREFIXES)
    elif isinstance(result, QuerySolutions) and media_type == _CSV:
        _write_csv(result, spool, most)
    else:
        result.serialize(file, _BINDING_FORMATS[media_type])
        if spool.size > most and has_more_rows(spool.read(), media_type, most):
            raise TooManyRowsError
    if media_type in _XML and _NO_XML.search(spool.read()):
        raise QueryRefusedError(
            "The answer holds a control character, which XML cannot write. Ask for it as JSON or in another format."
        )


def _counted(triples: QueryTriples, most: int) -> Iterator[Triple]:
    for number, triple in enumerate(triples):
        if number >= most:
            raise TooManyRowsError
        yield triple


def _with_element_names(triples: Iterator[Triple]) -> Iterator[Triple]:
    """Pass on triples whose properties can be the names of elements (RDF/XML §6.1.4)."""
    good: set[NamedNode] = set()
    for triple in triples:
        if triple.predicate not in good:
            if _ELEMENT_NAME.search(triple.predicate.value) is None:
                raise QueryRefusedError(
                    f"RDF/XML cannot write the property <{triple.predicate.value}>, which does not end in a name. "
                    "Ask for Turtle or another format."
                )
            good.add(triple.predicate)
        yield triple


def _write_csv(rows: QuerySolutions, spool: Spool, most: int) -> None:
    """Write SPARQL 1.1 Query Results CSV (§3): the engine does not quote IRIs that hold a comma."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\r\n")
    variables = rows.variables
    writer.writerow([variable.value for variable in variables])
    for number, row in enumerate(rows):
        if number >= most:
            raise TooManyRowsError
        if len(variables) == 1 and row[0] is None:
            lines.write("\r\n")  # the library would write an empty pair of quotation marks
        else:
            writer.writerow([_csv_value(term) for term in row])
        if number % _ROWS_AT_ONCE == 0:
            spool.write(lines.getvalue().encode())
            lines.seek(0)
            lines.truncate()
    spool.write(lines.getvalue().encode())


def _csv_value(term: NamedNode | BlankNode | Literal | Triple | None) -> str:
    if term is None:
        return ""
    return term.value if isinstance(term, NamedNode | Literal) else str(term)
