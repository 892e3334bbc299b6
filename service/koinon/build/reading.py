"""Reading the files of a source: checks on the bytes first, then the parser, then a check on every quad.

Formats are told by suffix. Nothing is ever fetched: a DOCTYPE and a remote JSON-LD context are refused before
parsing.
"""

import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from koinon.model.errors import SourceError

FORMATS: Final = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}
"""File suffix to RDF format."""

_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|\s)*", re.DOTALL)
_ENCODING = re.compile(r"""<\?xml[^>]*\bencoding\s*=\s*["']([^"']+)["']""")
_NO_SCHEME = re.compile(r"(?:IRI '([^']*)': )?No scheme found")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_ILLEGAL = re.compile(r"[\x00-\x20<>\"{}|\\^`]")
_DEEP: Final = 100
"""Levels to which triple terms and XML elements may nest; parsers crash or crawl far beyond."""
_BRACKETS = re.compile(
    r'''"""(?s:.*?)"""|\'{3}(?s:.*?)\'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|\#[^\n]*|<<|>>'''
)
"""What can stand in Turtle and its kin, as far as it matters for telling ``<<`` and ``>>`` apart from the rest."""
_TOKEN: Final = 2**24
"""Bytes that the parser takes for one token before it gives up."""
_NOWHERE: Final = "https://relative.invalid/"
"""Base under which JSON-LD is read, so that a relative IRI shows itself instead of being dropped."""


def read_file(path: Path, slug: str, graph: str, *, max_bytes: int, max_literal: int) -> Iterator[Triple]:
    """Yield the triples of one file, blank nodes renamed so that files never share one.

    ``graph`` is the IRI of the source's own graph, the only named graph that the file may speak of. Raises
    SourceError with the rule ``unreadable``, ``size``, ``encoding``, ``empty``, ``syntax``, ``relative-iri``,
    ``doctype``, ``remote-context``, ``foreign-graph`` or ``literal-size``.
    """
    reader = _Reader(path, slug, graph, max_literal)
    text = reader.text(max_bytes)
    return reader.triples(text)


class _Reader:
    def __init__(self, path: Path, slug: str, graph: str, max_literal: int) -> None:
        self._path = path
        self._slug = slug
        self._graph = graph
        self._max_literal = max_literal
        self._format = FORMATS[path.suffix.lower()]

    def _refuse(self, rule: str, detail: str, line: int | None = None, column: int | None = None) -> SourceError:
        where = self._path.name
        if line is not None:
            where += f", line {line}"
        if column is not None:
            where += f", column {column}"
        return SourceError(self._slug, rule, where, detail)

    def text(self, max_bytes: int) -> str:
        try:
            status = self._path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise self._refuse("unreadable", "this is no file with content; put one in its place")
            size = status.st_size
            raw = self._path.read_bytes() if size <= max_bytes else b""
        except OSError as error:
            raise self._refuse("unreadable", f"the file cannot be read: {error.strerror}") from error
        if size > max_bytes:
            detail = f"the file has {size} bytes; at most {max_bytes} are read (KOINON_MAX_SOURCE)"
            raise self._refuse("size", detail)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = raw[: error.start]
            line = before.count(b"\n") + 1
            column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
            detail = "the file is not UTF-8; save it as UTF-8 and send it again"
            raise self._refuse("encoding", detail, line, column) from error
        if not text.strip():
            raise self._refuse("empty", "the file is empty")
        if self._format == RdfFormat.RDF_XML:
            self._check_xml(text)
        elif self._format == RdfFormat.JSON_LD:
            self._check_json(text)
        else:
            self._check_depth(text)
        return text

    def _check_depth(self, text: str) -> None:
        if text.count("<<") <= _DEEP:
            return
        depth = 0
        for token in _BRACKETS.finditer(text):
            depth += (token[0] == "<<") - (token[0] == ">>")
            if depth > _DEEP:
                line = text.count("\n", 0, token.start()) + 1
                raise self._refuse("syntax", f"triple terms are nested more than {_DEEP} deep", line)

    def _check_xml(self, text: str) -> None:
        encoding = _ENCODING.match(text)
        if encoding and encoding[1].lower() not in {"utf-8", "us-ascii", "ascii"}:
            raise self._refuse("encoding", f"the file declares the encoding {encoding[1]}; save it as UTF-8", 1)
        prolog = _PROLOG.match(text)
        start = prolog.end() if prolog else 0
        if text[start : start + 9].upper() == "<!DOCTYPE":
            line = text.count("\n", 0, start) + 1
            raise self._refuse("doctype", "RDF/XML with a DOCTYPE is refused; write entities out in full", line)
        parser = expat.ParserCreate()
        depth = 0

        def enter(_name: str, _attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEEP:
                detail = f"elements are nested more than {_DEEP} deep"
                raise self._refuse("syntax", detail, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

        def leave(_name: str) -> None:
            nonlocal depth
            depth -= 1

        parser.StartElementHandler, parser.EndElementHandler = enter, leave
        try:
            parser.Parse(text.encode(), True)
        except expat.ExpatError as error:
            raise self._refuse("syntax", f"not well-formed XML: {error}", error.lineno, error.offset + 1) from error

    def _check_json(self, text: str) -> None:
        try:
            document = json.loads(text, parse_int=str)
        except json.JSONDecodeError as error:
            raise self._refuse("syntax", f"not JSON: {error.msg}", error.lineno, error.colno) from error
        except RecursionError as error:
            raise self._refuse("syntax", "the JSON is nested too deeply") from error
        for rule, word, detail in _json_ld_problems(document):
            raise self._refuse(rule, detail, self._line_of(text, word))

    @staticmethod
    def _line_of(text: str, word: str) -> int | None:
        place = text.find(word)
        return text.count("\n", 0, place) + 1 if place >= 0 else None

    def triples(self, text: str) -> Iterator[Triple]:
        try:
            base = _NOWHERE if self._format == RdfFormat.JSON_LD else None
            for quad in parse(text.encode(), self._format, base_iri=base, rename_blank_nodes=True):
                triple = self._triple(quad)
                if base:
                    self._check_absolute(triple)
                yield triple
        except MemoryError as error:
            longest = max(enumerate(text.split("\n"), start=1), key=lambda line: len(line[1]))
            line = longest[0] if len(longest[1]) > _TOKEN else None
            detail = f"a literal or IRI of more than {_TOKEN} characters; at most {self._max_literal} are taken"
            raise self._refuse("literal-size", detail, line) from error
        except SyntaxError as error:
            relative = _NO_SCHEME.search(error.msg)
            if not relative:
                raise self._refuse("syntax", error.msg, error.lineno, error.offset) from error
            line = error.lineno or (self._line_of(text, f'"{relative[1]}"') if relative[1] else None)
            detail = f"{error.msg}; write the IRI in full or declare a base"
            raise self._refuse("relative-iri", detail, line, error.offset) from error

    def _check_absolute(self, triple: Triple) -> None:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode) and term.value.startswith(_NOWHERE):
                name = term.value.removeprefix(_NOWHERE)
                raise self._refuse("relative-iri", f"{name!r} is relative; write the IRI in full or give an @base")

    def _triple(self, quad: Quad | Triple) -> Triple:
        if isinstance(quad, Quad):
            graph = quad.graph_name
            if not isinstance(graph, DefaultGraph) and graph != NamedNode(self._graph):
                detail = f"the graph {graph} is not this source's; a source writes to <{self._graph}> alone"
                raise self._refuse("foreign-graph", detail)
            triple = quad.triple
        else:
            triple = quad
        value = triple.object
        if isinstance(value, Literal) and len(value.value) > self._max_literal // 4:
            size = len(value.value.encode())
            if size > self._max_literal:
                node = f"{triple.subject} {triple.predicate}"
                detail = f"a literal of {size} bytes; at most {self._max_literal} are taken (KOINON_MAX_LITERAL)"
                raise SourceError(self._slug, "literal-size", f"{self._path.name}, {node}", detail)
        return triple


def _json_ld_problems(document: object) -> Iterator[tuple[str, str, str]]:
    """Yield ``(rule, word to look for, detail)`` for what a JSON-LD processor would fetch or silently drop.

    That is (JSON-LD 1.1 API, sections 5 and 8): contexts named by address, terms without a mapping, IRIs with
    characters that no IRI has, and language tags that are not well-formed.
    """
    keys: list[str] = []
    terms: set[str] = set()
    vocabulary = False
    waiting: list[tuple[object, bool]] = [(document, False)]
    while waiting:
        node, in_context = waiting.pop()
        if isinstance(node, list):
            waiting.extend((part, in_context) for part in node)
        elif isinstance(node, str) and in_context:
            yield (
                "remote-context",
                node,
                f"the remote context {node} is never fetched; put its content into the file",
            )
        elif isinstance(node, dict):
            if in_context:
                terms.update(node)
                vocabulary = vocabulary or "@vocab" in node
                if isinstance(node.get("@import"), str):
                    yield (
                        "remote-context",
                        node["@import"],
                        f"the remote context {node['@import']} is never fetched",
                    )
                inner = [value for value in node.values() if isinstance(value, dict)]
                waiting.extend((value["@context"], True) for value in inner if "@context" in value)
                continue
            keys.extend(node)
            for key, value in node.items():
                waiting.append((value, key == "@context"))
            yield from _bad_values(node)
    for key in keys:
        if not (key.startswith("@") or ":" in key or key in terms or vocabulary):
            yield "unmapped-term", f'"{key}"', f"the term {key!r} has no mapping in the context and would be lost"


def _bad_values(node: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    identifier = node.get("@id")
    if isinstance(identifier, str) and _ILLEGAL.search(identifier):
        yield "iri", identifier, f"{identifier!r} has characters that no IRI has"
    tag = node.get("@language")
    if isinstance(tag, str) and not _LANGUAGE.match(tag):
        yield "language-tag", f'"{tag}"', f"{tag!r} is not a language tag (BCP 47)"
