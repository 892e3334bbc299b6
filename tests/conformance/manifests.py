"""The W3C's SPARQL 1.1 test manifests, read into plain entries."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple, parse

ROOT: Final = Path(__file__).resolve().parents[2]
SUITES_IRI: Final = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
"""Where the W3C publishes the folder; relative addresses in tests are resolved against it."""

MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT: Final = "http://www.w3.org/2009/sparql/tests/test-update#"
HT: Final = "http://www.w3.org/2011/http#"
HTS: Final = "http://www.w3.org/2011/http-statusCodes#"
CNT: Final = "http://www.w3.org/2011/content#"
DAWG: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"

Node: TypeAlias = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request of a test and what is expected of its answer."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    statuses: tuple[str, ...]
    format: str = ""
    boolean: bool | None = None
    content: str = ""
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One test: its kind (``QueryEvaluationTest``, …) and the files and requests it consists of."""

    suite: str
    name: str
    kind: str
    title: str
    text: Path | None = None
    data: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()
    result: Path | None = None
    requests: tuple[Request, ...] = ()
    approval: str = ""

    @property
    def id(self) -> str:
        """The name of the test among all: ``aggregates/agg01``."""
        return f"{self.suite}/{self.name}"


def suites_folder() -> Path:
    """Return the folder of the suites (``$KOINON_SHARED/conformance/sparql``); it may be absent."""
    return Path(os.environ.get("KOINON_SHARED", ROOT.parent / "shared")) / "conformance" / "sparql"


def iri_of(path: Path) -> str:
    """Return the address under which the W3C publishes a file of the suites."""
    return SUITES_IRI + path.relative_to(suites_folder()).as_posix()


class Description:
    """An RDF file whose nodes are asked for their properties."""

    def __init__(self, path: Path) -> None:
        """Read the Turtle file ``path`` of the suites."""
        self._store = Store()
        base = iri_of(path)
        self._store.extend(parse(path=path, format=RdfFormat.TURTLE, base_iri=base))
        self.node = NamedNode(base)

    def values(self, node: Node, predicate: str) -> list[Node]:
        """Return the objects of ``node`` and ``predicate``."""
        assert not isinstance(node, Literal)
        return [quad.object for quad in self._store.quads_for_pattern(node, NamedNode(predicate), None)]

    def value(self, node: Node, predicate: str) -> Node | None:
        """Return one object of ``node`` and ``predicate``, or None."""
        return next(iter(self.values(node, predicate)), None)

    def text(self, node: Node, predicate: str) -> str:
        """Return the text or address of the object, or an empty string."""
        value = self.value(node, predicate)
        return value.value if isinstance(value, NamedNode | Literal) else ""

    def items(self, head: Node | None) -> Iterator[Node]:
        """Yield the members of an RDF list."""
        while head is not None and head != NamedNode(RDF + "nil"):
            first = self.value(head, RDF + "first")
            assert first is not None
            yield first
            head = self.value(head, RDF + "rest")


def read_suite(suite: str) -> list[Entry]:
    """Return the tests of one folder, in the order of its manifests."""
    folder = suites_folder() / suite
    return [
        entry for path in sorted(folder.glob("manifest*.ttl")) for entry in _read_manifest(suite, Description(path))
    ]


def _read_manifest(suite: str, manifest: Description) -> Iterator[Entry]:
    for node in manifest.items(manifest.value(manifest.node, MF + "entries")):
        assert isinstance(node, NamedNode)
        action = manifest.value(node, MF + "action")
        files = dict[str, object]()
        if isinstance(action, NamedNode):
            files = {"text": _file(action)}
        elif action is not None:
            query = manifest.value(action, QT + "query") or manifest.value(action, UT + "request")
            files = {
                "text": _file(query),
                "data": tuple(sorted(filter(None, map(_file, manifest.values(action, QT + "data"))))),
                "named": tuple(sorted(_graphs(manifest, action, QT))),
                "requests": tuple(_requests(manifest, action)),
            }
        yield Entry(
            suite=suite,
            name=node.value.rpartition("#")[2],
            kind=manifest.text(node, RDF + "type").rpartition("#")[2],
            title=manifest.text(node, MF + "name"),
            result=_file(manifest.value(node, MF + "result")),
            approval=manifest.text(node, DAWG + "approval").rpartition("#")[2],
            **files,  # type: ignore[arg-type]  # each is of the type of the field it is named after
        )


def protocol_data(suite: str = "protocol") -> list[tuple[str, Path]]:
    """Return the graphs, by name, that the tests of the protocol take for granted."""
    manifest = Description(suites_folder() / suite / "manifest.ttl")
    graphs = {
        graph
        for node in manifest.items(manifest.value(manifest.node, MF + "entries"))
        for graph in _graphs(manifest, node, UT)
    }
    return sorted(graphs)


def _graphs(manifest: Description, node: Node, vocabulary: str) -> Iterator[tuple[str, Path]]:
    for graph in manifest.values(node, vocabulary + "graphData"):
        path = _file(graph) or _file(manifest.value(graph, UT + "graph"))
        assert path is not None
        yield manifest.text(graph, RDFS + "label") or iri_of(path), path


def _file(node: Node | None) -> Path | None:
    if not isinstance(node, NamedNode) or not node.value.startswith(SUITES_IRI):
        return None
    return suites_folder() / node.value.removeprefix(SUITES_IRI)


def _requests(manifest: Description, action: Node) -> Iterator[Request]:
    for node in manifest.items(manifest.value(action, HT + "requests")):
        body = manifest.value(node, HT + "body")
        answer = manifest.value(node, HT + "resp")
        assert answer is not None
        expected = manifest.value(answer, HT + "body")
        boolean = manifest.text(answer, MF + "expectedBoolean")
        yield Request(
            method=manifest.text(node, HT + "methodName"),
            target=manifest.text(node, HT + "absolutePath"),
            headers=_headers(manifest, node),
            body=_body(manifest, body),
            statuses=tuple(
                status.value.removeprefix(HTS)
                for status in manifest.values(answer, MF + "expectedStatus")
                if isinstance(status, NamedNode)
            ),
            format=manifest.text(answer, MF + "expectedFormat"),
            boolean=boolean == "true" if boolean else None,
            content=_body(manifest, expected).decode(),
            content_type=dict(_headers(manifest, answer)).get("content-type", ""),
        )


def _body(manifest: Description, body: Node | None) -> bytes:
    if body is None:
        return b""
    return manifest.text(body, CNT + "chars").encode(manifest.text(body, CNT + "characterEncoding"))


def _headers(manifest: Description, node: Node) -> tuple[tuple[str, str], ...]:
    return tuple(
        (manifest.text(header, HT + "fieldName"), manifest.text(header, HT + "fieldValue"))
        for header in manifest.items(manifest.value(node, HT + "headers"))
    )
