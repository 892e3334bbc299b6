"""What the page of a thing says of its links, and of what was disputed and accepted about it."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.publish.links.views import Line, Showing
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.release.disputes import ACCEPTED_FILE
from koinon.release.links import REJECTED, Links

SHOWN: Final = 12
"""Links that the page of a thing shows."""


@dataclass(frozen=True, slots=True)
class Disputed:
    """An accepted dispute of one statement: what was said, what is said against it, when, and whether by itself."""

    predicate: Text
    object: Text
    text: str
    at: str
    by_subject: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The links of a thing, the surest first; ``more`` tells that there are others. And its disputes."""

    lines: tuple[Line, ...]
    more: bool
    disputed: tuple[Disputed, ...]


def section(links: Links, showing: Showing, naming: Naming, release: Path, iri: str) -> Section:
    """Return what the page of ``iri`` says; links that were judged wrong are left to their own pages."""
    found = [link for link in links.of_thing(iri, SHOWN + 1) if link.state != REJECTED]
    disputed = tuple(_disputed(one, naming) for one in _accepted(release).get(iri, ()))
    return Section(tuple(map(showing.line, found[:SHOWN])), len(found) > SHOWN, disputed)


def _disputed(one: dict[str, Any], naming: Naming) -> Disputed:
    (quad,) = parse(f"<a:b> <a:b> {one['object']} .\n", RdfFormat.N_TRIPLES)
    value = quad.object
    said = Text(value.value, value.language or "") if isinstance(value, Literal) else Text(str(value))
    if isinstance(value, NamedNode):
        said = naming(value.value)
    return Disputed(naming(one["predicate"]), said, one["text"], one["at"], one["by_subject"])


@lru_cache(maxsize=8)
def _accepted(release: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the accepted disputes of a release by subject; a release never changes, so they are read once."""
    path = release / ACCEPTED_FILE
    found: dict[str, list[dict[str, Any]]] = json.loads(path.read_bytes()) if path.is_file() else {}
    return found
