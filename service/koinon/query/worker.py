"""The query worker: a process that holds one read-only release and answers one query after another.

Run as ``python -m koinon.query.worker FD STORE MEMORY MAX_BYTES``. It speaks over the socket ``FD``
(see ``wire``). It never answers a part: the answer is whole in memory before its first byte leaves. A query that
costs too much kills this process alone.
"""

import io
import re
import resource
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from pyoxigraph import (
    BlankNode,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    serialize,
)

from koinon.model.errors import QueryRefusedError
from koinon.model.namespaces import PREFIXES
from koinon.query.guard import check_service
from koinon.query.job import BINDING_TYPES, GRAPH_TYPES
from koinon.query.mistakes import explain
from koinon.query.sandbox import give_way, refuse_network
from koinon.query.wire import receive, send

_POSITION = re.compile(r"error at (\d+):(\d+): ")


class _CappedBuffer(io.BytesIO):
    """A buffer that refuses to grow beyond ``cap`` bytes."""

    def __init__(self, cap: int) -> None:
        super().__init__()
        self._cap = cap

    def write(self, data: Any, /) -> int:
        if self.tell() + len(data) > self._cap:
            raise OverflowError
        return super().write(data)


def evaluate(store: Store, job: dict[str, Any], max_bytes: int) -> tuple[dict[str, Any], bytes]:
    """Answer one job; the head's ``status`` is ``ok`` or the kind of refusal."""
    started = time.perf_counter()
    dataset: dict[str, list[NamedNode | BlankNode]] = {}
    if job["default_graphs"] or job["named_graphs"]:
        dataset = {
            "default_graph": [NamedNode(iri) for iri in job["default_graphs"]],
            "named_graphs": [NamedNode(iri) for iri in job["named_graphs"]],
        }
    try:
        check_service(job["text"])
        result = store.query(job["text"], **dataset)  # type: ignore[arg-type]  # invariant lists in the stubs
    except QueryRefusedError as error:
        return {"status": "refused", "detail": str(error)}, b""
    except SyntaxError as error:
        return syntax_problem(job["text"], error), b""
    possible = BINDING_TYPES if isinstance(result, QuerySolutions | QueryBoolean) else GRAPH_TYPES
    media_type = next((t for t in job["media_types"] if t in possible), None)
    if media_type is None:
        return {"status": "unacceptable", "detail": ", ".join(possible)}, b""
    buffer = _CappedBuffer(max_bytes)
    try:
        if isinstance(result, QuerySolutions | QueryBoolean):
            result.serialize(buffer, QueryResultsFormat.from_media_type(media_type))
        else:
            serialize(result, buffer, RdfFormat.from_media_type(media_type), prefixes=PREFIXES)
    except OverflowError:
        return {"status": "too-large", "detail": f"{max_bytes:,} bytes"}, b""
    return {"status": "ok", "media_type": media_type, "seconds": time.perf_counter() - started}, buffer.getvalue()


def syntax_problem(text: str, error: SyntaxError) -> dict[str, Any]:
    """Return the head of the answer to a text that is not SPARQL: what is wrong with it, and where."""
    mistake = explain(text, str(error.msg), _stopped_at)
    return {"status": "syntax", "detail": mistake.detail, "line": mistake.line, "column": mistake.column}


def _stopped_at(text: str) -> tuple[int, int] | None:
    """Return line and column at which the parser gives up; on an empty store, so that nothing is evaluated."""
    try:
        Store().query(text)
    except SyntaxError as error:
        found = _POSITION.match(str(error.msg))
        return (int(found[1]), int(found[2])) if found else (0, 0)
    return None


def main(arguments: list[str]) -> None:
    """Open the store, say so, and answer until the other side goes."""
    descriptor, store_path, memory, max_bytes = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    give_way()
    refuse_network()
    store = Store.read_only(str(Path(store_path)))
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    with socket.socket(fileno=int(descriptor)) as connection:
        send(connection, {"status": "ready"})
        while True:
            try:
                job, _ = receive(connection)
            except (EOFError, ConnectionError):
                return
            try:
                head, body = evaluate(store, job, int(max_bytes))
            except MemoryError:
                head, body = {"status": "memory", "detail": f"{int(memory):,} bytes"}, b""
            except (OSError, RuntimeError, ValueError) as error:
                head, body = {"status": "failed", "detail": str(error)}, b""
            send(connection, head, body)


if __name__ == "__main__":
    main(sys.argv[1:])
