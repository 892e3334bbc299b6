"""Compact JSON-LD of a document, written straight from its triples.

The thing stands at the top; its fragments and its neighbours are embedded where they are first named, and named by
their IRI after that. What nothing at the top leads to follows under ``@included`` (JSON-LD 1.1 §4.13). Expanding
the result with our context gives exactly the document's triples.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode

from koinon.engine import Triple
from koinon.model.namespaces import RDF, XSD
from koinon.publish.context import Context, TermDefinition
from koinon.publish.documents import Document

_TYPE: Final = RDF + "type"
_STRING: Final = XSD + "string"
_INTEGER: Final = XSD + "integer"
_BOOLEAN: Final = XSD + "boolean"
_SAFE: Final = 2**53  # beyond it, JSON readers that keep numbers as doubles would change the value

Node = NamedNode | BlankNode
Json = dict[str, Any]


def write(document: Document, context: Context, address: str) -> bytes:
    """Return the document as UTF-8 JSON that names its context by ``address``."""
    body = _Framing(document.triples, context).frame(document.topic)
    return json.dumps({"@context": address} | body, ensure_ascii=False, indent=1).encode()


def nodes(triples: Iterable[Triple], context: Context) -> dict[Node, Json]:
    """Return every subject of the triples as a JSON object that names other subjects by their IRIs."""
    framing = _Framing(triples, context)
    framing.begun = framing.subjects
    return {subject: framing.node(subject) for subject in framing.begun}


def stream(triples: Iterable[Triple], context: Context, address: str) -> Iterator[bytes]:
    """Yield the JSON-LD of a large graph, one node after another; ``triples`` come grouped by subject."""
    yield f'{{"@context": {json.dumps(address)},\n "@graph": ['.encode()
    separator = "\n"
    block: list[Triple] = []
    for triple in triples:
        if block and block[0][0] != triple[0]:
            yield (separator + _flat(block, context)).encode()
            separator, block = ",\n", []
        block.append(triple)
    yield ((separator + _flat(block, context)) if block else "").encode() + b"\n]}\n"


def _flat(block: list[Triple], context: Context) -> str:
    framing = _Framing(block, context)
    framing.begun = {block[0][0]}
    return json.dumps(framing.node(block[0][0]), ensure_ascii=False)


class _Framing:
    """Writes each subject once: at its first mention, the topic at the top."""

    def __init__(self, triples: Iterable[Triple], context: Context) -> None:
        self._context = context
        self._blocks: dict[Node, list[Triple]] = {}
        for triple in triples:
            self._blocks.setdefault(triple[0], []).append(triple)
        self.begun: set[Node] = set()

    @property
    def subjects(self) -> set[Node]:
        return set(self._blocks)

    def frame(self, topic: Node) -> Json:
        self.begun.add(topic)
        top = self.node(topic)
        included = []
        for subject in self._blocks:
            if subject not in self.begun:
                self.begun.add(subject)
                included.append(self.node(subject))
        return top | {"@included": included} if included else top

    def node(self, subject: Node) -> Json:
        written: Json = {self._context.id_key: _name(subject)}
        types: list[str] = []
        entries: dict[str, list[Any]] = {}
        maps: dict[str, dict[str, list[str]]] = {}
        lists: set[str] = set()
        for _, predicate, value in self._blocks.get(subject, ()):
            if predicate.value == _TYPE and isinstance(value, NamedNode):
                types.append(self._context.vocabulary_name(value.value))
                continue
            term = self._term(predicate.value, value)
            key = term.term if term else self._key(predicate.value)
            if term and term.always_list:
                lists.add(key)
            if term and term.language_map and isinstance(value, Literal):
                maps.setdefault(key, {}).setdefault(value.language or "@none", []).append(value.value)
            else:
                entries.setdefault(key, []).append(self._value(value, term))
        if types:
            written[self._context.type_key] = types[0] if len(types) == 1 else types
        for key, by_language in maps.items():
            written[key] = {
                tag: found if key in lists or len(found) > 1 else found[0] for tag, found in by_language.items()
            }
        for key, found in entries.items():
            written[key] = found if key in lists or len(found) > 1 else found[0]
        return written

    def _key(self, predicate: str) -> str:
        """Return a key that no term definition touches."""
        name = self._context.compact_iri(predicate)
        return predicate if name in self._context.terms else name

    def _term(self, predicate: str, value: Node | Literal) -> TermDefinition | None:
        """Choose the term that says most about the value and can hold it."""
        ranked = [
            (rank, term)
            for term in self._context.by_iri.get(predicate, ())
            if (rank := _fit(term, value)) is not None
        ]
        return max(ranked, key=lambda pair: pair[0])[1] if ranked else None

    def _value(self, value: Node | Literal, term: TermDefinition | None) -> Any:
        if isinstance(value, Literal):
            return self._literal(value, term.type if term else None)
        if value in self._blocks and value not in self.begun:
            self.begun.add(value)
            return self.node(value)
        if term and term.type == "@vocab":
            return self._context.vocabulary_name(value.value)
        return _name(value) if term and term.type == "@id" else {self._context.id_key: _name(value)}

    def _literal(self, value: Literal, coerced: str | None) -> Any:
        if value.language:
            return {"@value": value.value, "@language": value.language}
        datatype = value.datatype.value
        if coerced is None or coerced == datatype:
            if datatype == _INTEGER and value.value == str(_integer(value.value)):
                return int(value.value)
            if datatype == _BOOLEAN and value.value in ("true", "false"):
                return value.value == "true"
        if coerced == datatype or (coerced is None and datatype == _STRING):
            return value.value
        if datatype == _STRING:
            return {"@value": value.value}
        return {"@value": value.value, "@type": self._context.vocabulary_name(datatype)}


def _fit(term: TermDefinition, value: Node | Literal) -> int | None:
    """Return how well the term fits the value (higher is better), or None where it would change it."""
    if not isinstance(value, Literal):
        return None if term.language_map else {"@id": 3, "@vocab": 2, None: 1}.get(term.type)
    if term.language_map:
        return 3 if value.language or value.datatype.value == _STRING else None
    if term.type == value.datatype.value:
        return 3
    return 1 if term.type is None else 0 if not term.type.startswith("@") else None


def _name(node: Node) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


def _integer(text: str) -> int | None:
    if len(text) > 17 or not text.lstrip("-").isdigit():
        return None
    number = int(text)
    return number if abs(number) < _SAFE else None
