"""Regions by their codes, as addresses name them."""

import re
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import SKOS

_CODE: Final = re.compile(r"[A-Za-z]{2}[0-9A-Za-z]{0,3}")
_NOTATION: Final = NamedNode(SKOS + "notation")
_SAME: Final = 100
"""Things that are looked at of those with one notation."""


def with_code(store: GraphStore, code: str) -> list[str]:
    """Return the IRIs of the things of which an identifier is a NUTS or country code; none for another text."""
    if not _CODE.fullmatch(code):
        return []
    found = islice(store.triples(None, _NOTATION, Literal(code.upper())), _SAME)
    return sorted({subject.value.partition("#")[0] for subject, _, _ in found})
