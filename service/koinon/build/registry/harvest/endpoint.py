"""Harvesting a SPARQL endpoint: what it says of things under Koinon's addresses, some subjects at a time.

SPARQLWrapper writes the requests of the protocol (https://www.w3.org/TR/sparql11-protocol/); they are sent by our
own client, within its bounds. The endpoint counts before and after: an answer that was cut, or that
comes from two states, does not have that many statements.
"""

import json
from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, parse
from SPARQLWrapper import JSON, N3, POST, SPARQLWrapper

from koinon.build.graphs import lines_of
from koinon.build.registry.harvest.asking import Asker, Page
from koinon.build.registry.harvest.nodes import SYNTAXES
from koinon.model.namespaces import THINGS

SUBJECTS: Final = 1_000
"""Subjects that are asked for at a time."""
_OF_NODES: Final = " || ".join(f'STRSTARTS(STR(?s), "{things}")' for things in THINGS)
_ABOUT: Final = f"?s ?p ?o FILTER({_OF_NODES})"
_THINGS: Final = tuple(f"<{things}".encode() for things in THINGS)
_COUNT: Final = "SELECT (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT ?s ?p ?o WHERE {{ {pattern} }} }}"
_SOME: Final = """CONSTRUCT {{ ?s ?p ?o }} WHERE {{
  {{ SELECT DISTINCT ?s WHERE {{ {pattern} {after} }} ORDER BY STR(?s) LIMIT {most} }}
  {again}
}}"""


def endpoint_lines(asker: Asker, address: str, graph: str | None) -> Iterator[bytes]:
    """Yield what an endpoint says, in ``graph`` or in its default graph, as lines of N-Triples.

    Raises SourceError (``syntax``, ``media-type``, ``incomplete``).
    """
    endpoint = _Endpoint(asker, address, graph)
    expected, got = endpoint.count(), 0
    for line in endpoint.lines():
        got += 1
        yield line
    after = endpoint.count()
    if not expected == got == after:
        detail = (
            f"it counted {expected} statements at first and {after} at the end, and gave {got}: it cuts its "
            "answers, or was changed meanwhile. Try again, or take its dump"
        )
        raise asker.refused("incomplete", address, detail)


class _Endpoint:
    def __init__(self, asker: Asker, address: str, graph: str | None) -> None:
        self._asker = asker
        self._address = address
        self._wrapper = SPARQLWrapper(address, agent=asker.agent)
        self._wrapper.setMethod(POST)
        inside = f"GRAPH {NamedNode(graph)} {{{{ {{}} }}}}" if graph else "{}"
        self._pattern = inside.format(_ABOUT)
        self._again = inside.format("?s ?p ?o")

    def count(self) -> int:
        """Return how many statements there are."""
        page = self._ask(_COUNT.format(pattern=self._pattern), JSON)
        try:
            return int(json.loads(page.content)["results"]["bindings"][0]["n"]["value"])
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            raise self._asker.refused("syntax", self._address, "it gave no number when it was to count") from error

    def lines(self) -> Iterator[bytes]:
        """Yield all statements, by subject."""
        last = after = ""
        while True:
            query = _SOME.format(pattern=self._pattern, after=after, most=SUBJECTS, again=self._again)
            lines = self._read(self._ask(query, N3))
            subjects = {line[1 : line.index(b">")].decode() for line in lines}
            yield from (line + b"\n" for line in lines)
            if len(subjects) < SUBJECTS:
                return
            if max(subjects) <= last:
                raise self._asker.refused("loop", self._address, "it gives the same again and again")
            last = max(subjects)
            after = f"FILTER(STR(?s) > {Literal(last)})"

    def _ask(self, query: str, form: str) -> Page:
        self._wrapper.setQuery(query)
        self._wrapper.setReturnFormat(form)
        request = self._wrapper._createRequest()
        body = request.data if isinstance(request.data, bytes) else b""
        page = self._asker.page(request.full_url, request.get_header("Accept") or "*/*", body=body)
        if page is None:
            raise AssertionError(query)  # nothing was said that could be unchanged
        return page

    def _read(self, page: Page) -> list[bytes]:
        syntax = SYNTAXES.get(page.media_type)
        if syntax is None:
            raise self._asker.refused("media-type", self._address, f"it answers a CONSTRUCT with {page.media_type}")
        try:
            found = parse(page.content, syntax, base_iri=self._address, rename_blank_nodes=True)
            lines = lines_of(quad.triple for quad in found)
        except (SyntaxError, MemoryError) as error:
            raise self._asker.refused("syntax", self._address, f"its answer cannot be read: {error}") from error
        if any(not line.startswith(_THINGS) for line in lines):
            raise self._asker.refused("syntax", self._address, "it says what it was not asked")
        return lines
