"""How schemathesis sends the bodies that are neither JSON nor forms: as the text that they are."""

from typing import Any

import schemathesis
from schemathesis import SerializationContext


@schemathesis.serializer("application/n-triples", "application/sparql-query", "text/turtle")
def as_text(_: SerializationContext, value: Any) -> bytes:
    """Return the text as UTF-8, with whatever strange letters were made up."""
    return str(value).encode("utf-8", "surrogatepass")
