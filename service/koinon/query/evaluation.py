"""Evaluating one query on one store, in a worker: its checks, its answer, or what is wrong with it."""

import re
import time
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import (
    QueryBoolean,
    QueryTriples,
    Store,
)

from koinon.model.errors import QueryRefusedError, QueryTooComplexError
from koinon.query.dataset import QUERY_BASE, Datasets
from koinon.query.guard import check_complexity, check_service
from koinon.query.job import BINDING_TYPES, GRAPH_TYPES
from koinon.query.serialising import TooManyRowsError, write
from koinon.query.spool import Spool, TooLargeError

_POSITION: Final = re.compile(r"error at (\d+):(\d+): ")


@dataclass(frozen=True, slots=True)
class Caps:
    """What one query may ask for: rows and bytes of its answer, brackets inside each other, operators."""

    rows: int
    size: int
    depth: int
    operators: int


def evaluate(datasets: Datasets, job: dict[str, Any], caps: Caps) -> tuple[dict[str, Any], Spool | None]:
    """Answer one job; the head's ``status`` is ``ok``, with the answer in the spool, or the kind of refusal."""
    started = time.perf_counter()
    text: str = job["text"]
    try:
        check_service(text)
        check_complexity(text, caps.depth, caps.operators)
        dataset = datasets.of(text, job["default"], job["named"])
        result = dataset.store.query(
            text, base_iri=QUERY_BASE, default_graph=dataset.default, named_graphs=dataset.named
        )
    except QueryTooComplexError as error:
        return {"status": "complex", "detail": str(error)}, None
    except QueryRefusedError as error:
        return {"status": "refused", "detail": str(error)}, None
    except SyntaxError as error:
        return syntax_problem(text, error), None
    form = "graph" if isinstance(result, QueryTriples) else "ask" if isinstance(result, QueryBoolean) else "select"
    possible = GRAPH_TYPES if form == "graph" else BINDING_TYPES
    media_type = next((name for name in job["types"] if name in possible), None)
    if media_type is None:
        return {"status": "unacceptable", "detail": ", ".join(possible)}, None
    spool = Spool(caps.size)
    try:
        write(result, media_type, spool, caps.rows)
    except QueryRefusedError as error:
        spool.close()
        return {"status": "refused", "detail": str(error)}, None
    except TooLargeError:
        spool.close()
        return {"status": "too-large", "detail": f"{caps.size:,} bytes", "form": form}, None
    except TooManyRowsError:
        spool.close()
        unit = "statements" if form == "graph" else "rows"
        return {"status": "too-large", "detail": f"{caps.rows:,} {unit}", "form": form}, None
    seconds = time.perf_counter() - started
    return {"status": "ok", "type": media_type, "form": form, "seconds": seconds, "size": spool.size}, spool


def syntax_problem(text: str, error: SyntaxError) -> dict[str, Any]:
    """Return the head of the answer to a text that is not SPARQL: what is wrong with it, and where."""
    from koinon.query.mistakes import explain  # a worker that meets no mistake starts sooner

    mistake = explain(text, str(error.msg), _stopped_at)
    return {"status": "syntax", "detail": mistake.detail, "line": mistake.line, "column": mistake.column}


def _stopped_at(text: str) -> tuple[int, int] | None:
    """Return line and column at which the parser gives up; on an empty store, so that nothing is evaluated."""
    try:
        Store().query(text, base_iri=QUERY_BASE)
    except SyntaxError as error:
        found = _POSITION.match(str(error.msg))
        return (int(found[1]), int(found[2])) if found else (0, 0)
    return None
