"""Harvesting a file: a dump in any syntax, packed or not, or a page of JSON-LD.

Nothing that a page names is fetched: of contexts only Koinon's own are known, and put in where they are named.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from koinon.build.graphs import as_text
from koinon.build.reading import FORMATS
from koinon.build.registry.fetching import MEDIA_TYPES, Answer
from koinon.build.registry.harvest.asking import Asker
from koinon.build.source_manifest import RESERVED
from koinon.model.errors import SourceError
from koinon.model.namespaces import BASES, CANONICAL

ACCEPT_DUMP: Final = "application/n-quads, application/n-triples;q=0.9, text/turtle;q=0.8, */*;q=0.1"
ACCEPT_PAGE: Final = "application/ld+json, application/json;q=0.8, text/html;q=0.5"
CONTEXTS: Final = ("v1.jsonld", "v1.0.jsonld", "v1.1.jsonld")
"""Koinon's own contexts, at ``context/`` of the canonical base or of the page's own host."""
_MADE: Final = frozenset(NamedNode(f"{base}graph/{name}") for base in BASES for name in RESERVED)
_BATCH: Final = 5_000
_PAGES: Final = frozenset({"application/ld+json", "application/json", "text/html"})


def dump_lines(
    asker: Asker, address: str, etag: str | None, work: Path, left: Counter[str]
) -> Iterator[bytes] | None:
    """Return the statements of a dump as lines of N-Triples, or None where it is still the one with this ``etag``.

    Those of graphs that every Koinon makes itself are left out, and counted in ``left``. Raises SourceError.
    """
    for answer, pieces in asker.stream(address, ACCEPT_DUMP, etag):
        syntax = _syntax(asker, answer)
        path = work / "dump"
        with path.open("wb") as file:
            file.writelines(pieces)
        asker.etag = answer.headers.get("etag")
        return _parsed(asker, answer.address, path, syntax, left)
    return None


def page_lines(asker: Asker, address: str, etag: str | None, contexts: Path) -> Iterator[bytes] | None:
    """Return the statements of a page of JSON-LD, or of the JSON-LD in a page of HTML; otherwise as ``dump_lines``.

    ``contexts`` is the folder of Koinon's own contexts; any other that is named is refused (``remote-context``).
    """
    page = asker.page(address, ACCEPT_PAGE, etag)
    if page is None:
        return None
    if page.media_type not in _PAGES:
        detail = f"{page.media_type or 'without a media type'}: this is no page of JSON-LD"
        raise asker.refused("media-type", page.address, detail)
    asker.etag = page.etag
    text = page.content.decode("utf-8-sig", "replace")
    parts = _embedded(text) if page.media_type == "text/html" else [text]
    if not parts:
        raise asker.refused("empty", page.address, "there is no JSON-LD in this page")
    known = _Contexts(asker, contexts, page.address)
    return _lines(triple for part in parts for triple in _triples(asker, page.address, part, known))


def _triples(asker: Asker, address: str, text: str, contexts: "_Contexts") -> Iterator[Triple]:
    try:
        document = json.dumps(contexts.put_in(json.loads(text)))
        for quad in parse(document, RdfFormat.JSON_LD, base_iri=address, rename_blank_nodes=True):
            yield quad.triple
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise asker.refused("syntax", address, f"its JSON-LD cannot be read: {error}") from error


def _syntax(asker: Asker, answer: Answer) -> RdfFormat:
    name = urlsplit(answer.address).path.rpartition("/")[2].lower().removesuffix(".gz")
    suffix = MEDIA_TYPES.get(answer.media_type, "." + name.rpartition(".")[2])
    syntax = FORMATS.get(suffix)
    if syntax is None or syntax in {RdfFormat.JSON_LD, RdfFormat.RDF_XML}:
        detail = (
            f"{answer.media_type or 'without a media type'}: a dump is N-Triples, N-Quads, Turtle or TriG, as its "
            "media type or its name says; it may be packed by gzip"
        )
        raise asker.refused("media-type", answer.address, detail)
    return syntax


def _parsed(asker: Asker, address: str, path: Path, syntax: RdfFormat, left: Counter[str]) -> Iterator[bytes]:
    def triples() -> Iterator[Triple]:
        for quad in parse(path=path, format=syntax, base_iri=address, rename_blank_nodes=True):
            if quad.graph_name in _MADE:
                left["graphs that every node makes itself"] += 1
            else:
                yield quad.triple

    try:
        yield from _lines(triples())
    except (SyntaxError, MemoryError) as error:
        raise asker.refused("syntax", address, f"it cannot be read: {error}") from error


def _lines(triples: Iterable[Triple]) -> Iterator[bytes]:
    waiting = iter(triples)
    while batch := list(islice(waiting, _BATCH)):
        yield from as_text(batch).splitlines(keepends=True)


class _Contexts:
    """Puts Koinon's own contexts in where a document names them."""

    def __init__(self, asker: Asker, folder: Path, address: str) -> None:
        self._asker = asker
        self._address = address
        parts = urlsplit(address)
        bases = (f"{parts.scheme}://{parts.netloc}/", *BASES)
        self._files = {f"{base}context/{name}": folder / name for base in bases for name in CONTEXTS}
        self._read: dict[str, object] = {}

    def put_in(self, node: object) -> object:
        """Return the document with contexts in the place of their addresses."""
        if isinstance(node, list):
            return [self.put_in(part) for part in node]
        if isinstance(node, dict):
            return {key: self._context(v) if key == "@context" else self.put_in(v) for key, v in node.items()}
        return node

    def _context(self, context: object) -> object:
        if isinstance(context, list):
            return [self._context(part) for part in context]
        if isinstance(context, dict):
            if "@import" in context:
                raise self._remote(context["@import"])
            return {k: self._inner(v) if isinstance(v, dict) else v for k, v in context.items()}
        if not isinstance(context, str):
            return context
        if context not in self._files:
            raise self._remote(context)
        if context not in self._read:
            self._read[context] = json.loads(self._files[context].read_text("utf-8"))["@context"]
        return self._read[context]

    def _inner(self, term: dict[str, object]) -> dict[str, object]:
        return {k: self._context(v) if k == "@context" else v for k, v in term.items()}

    def _remote(self, context: object) -> SourceError:
        detail = f"the context {context} is never fetched; known are Koinon's: {CANONICAL}context/v1.jsonld"
        return self._asker.refused("remote-context", self._address, detail)


class _Scripts(HTMLParser):
    """Collects what stands in ``<script type="application/ld+json">``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").partition(";")[0].strip().lower()
        self._inside = tag == "script" and kind == "application/ld+json"
        if self._inside:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[-1] += data


def _embedded(text: str) -> list[str]:
    scripts = _Scripts()
    scripts.feed(text)
    return scripts.found
