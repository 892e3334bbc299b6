"""A document as a table: a row for each statement, the same ones that every other form of it holds.

Columns are subject, predicate, object, type (``iri`` or ``literal``), language and datatype; the format is that of
RFC 4180, in UTF-8. The table goes on where the document does: its last row names the next page.
"""

import csv
import io

from pyoxigraph import Literal

from koinon.model.namespaces import RDF, XSD
from koinon.publish.cells import safe
from koinon.publish.documents import Document

COLUMNS = ("subject", "predicate", "object", "type", "language", "datatype")
_PLAIN = {XSD + "string", RDF + "langString"}


def as_table(document: Document) -> bytes:
    """Return the statements of a document as CSV; no text in it is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for subject, predicate, value in document.triples:
        # A blank node, which only imported data have, has no address: it is written as N-Triples does.
        about = getattr(subject, "value", "")
        if isinstance(value, Literal):
            datatype = "" if value.datatype.value in _PLAIN else value.datatype.value
            row = (safe(value.value), "literal", value.language or "", datatype)
        else:
            row = (value.value, "iri", "", "")
        writer.writerow((about, predicate.value, *row))
    return text.getvalue().encode()
