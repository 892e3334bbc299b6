"""``/reconcile``: OpenRefine and every other client of the Reconciliation API match their names with our things."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from koinon.publish.reconcile.asking import Query, iri_of
from koinon.publish.reconcile.extending import Cell, cells
from koinon.web.checking.handed_in import FORM, media_type_of
from koinon.web.door import Door
from koinon.web.forms import long_form
from koinon.web.problems import ProblemError
from koinon.web.reconcile import looking, writing
from koinon.web.reconcile.answering import Words, answered, answered_in_parts, body_of
from koinon.web.reconcile.reading import batch_of, draft_batch_of, extension_of, read_json
from koinon.web.routing import reads

router: Final = APIRouter()

_FIELDS: Final = 20
_ROWS: Final = 20
"""Entities of a data extension that are looked up in one turn."""


@reads(router, "/reconcile")
async def service(request: Request) -> Response:
    """Describe the service (0.1, 0.2), or answer the batch in ``queries`` or ``extend``."""
    given = dict(request.query_params)
    if "queries" in given or "extend" in given:
        return await _old(request, given)
    return await _manifest(request, writing.manifest)


@router.post("/reconcile", response_class=Response)
async def match(request: Request) -> Response:
    """Answer a batch: a form with the field ``queries`` (or ``extend``), or JSON of the draft of 1.0."""
    body = await body_of(request)
    kind = media_type_of(request.headers.get("content-type", ""))
    if kind == "application/json":
        given = read_json(body, "The body")
        if isinstance(given, dict) and "ids" in given:
            return await _extend(request, given, draft=False)
        return await _draft(request, given)
    if kind != FORM:
        raise ProblemError("unsupported-media-type", f"Send {FORM} with the field queries, or application/json.")
    try:
        fields = dict(long_form(body, _FIELDS))
    except ValueError as error:
        raise ProblemError("bad-request", f"The form cannot be read: {error}.") from error
    if not {"queries", "extend"} & fields.keys():
        raise ProblemError("bad-request", "The form has neither the field queries nor extend.")
    return await _old(request, fields)


@reads(router, "/reconcile/1.0-draft")
async def draft_service(request: Request) -> Response:
    """Describe the service as the draft of version 1.0 does."""
    return await _manifest(request, writing.draft_manifest)


@router.post("/reconcile/1.0-draft/match", response_class=Response)
@router.post("/reconcile/1.0-draft/reconcile", response_class=Response, include_in_schema=False)
async def draft_match(request: Request) -> Response:
    """Answer a batch of queries of the draft of version 1.0."""
    return await _draft(request, read_json(await body_of(request), "The body"))


@router.post("/reconcile/1.0-draft/extend", response_class=Response)
async def draft_extend(request: Request) -> Response:
    """Give the values of properties of entities, as the draft of version 1.0 has them."""
    return await _extend(request, read_json(await body_of(request), "The body"), draft=True)


async def _manifest(request: Request, write: Callable[..., writing.Json]) -> Response:
    reader = Door.of(request).reader(request)
    return await answered(
        request,
        lambda words: write(reader, "Koinon", words.types, {text: words.translate(text) for text in writing.TEXTS}),
    )


async def _old(request: Request, fields: dict[str, str]) -> Response:
    language = Door.of(request).reader(request).language
    if "extend" in fields:
        return await _extend(request, read_json(fields["extend"], "extend"), draft=False)
    queries = batch_of(read_json(fields["queries"], "queries"), language)

    parts = [partial(_candidates, query=query, draft=False) for query in queries.values()]
    return await answered_in_parts(
        request, parts, lambda made: {key: {"result": found} for key, found in zip(queries, made, strict=True)}
    )


async def _draft(request: Request, given: Any) -> Response:
    queries = draft_batch_of(given, Door.of(request).reader(request).language)

    parts = [partial(_candidates, query=query, draft=True) for query in queries]
    return await answered_in_parts(
        request, parts, lambda made: {"results": [{"candidates": found} for found in made]}
    )


def _candidates(words: Words, query: Query, *, draft: bool) -> list[writing.Json]:
    write = writing.draft_candidate if draft else writing.candidate
    found = words.matcher.candidates(query)
    described = [replace(one, description=words.matcher.entity(one.iri).description()) for one in found]
    return [write(one, words.types, words.properties) for one in described]


async def _extend(request: Request, given: Any, *, draft: bool) -> Response:
    ids, columns = extension_of(given)
    rows: dict[str, list[list[Cell]]] = {}

    def some(words: Words, these: Sequence[str]) -> writing.Json:
        for one in these:
            entity = words.matcher.entity(iri_of(one))
            rows[one] = [cells(entity, column) for column in columns]
        write = writing.draft_extended if draft else writing.extended
        return write(columns, rows, words.properties, words.types) if len(rows) == len(set(ids)) else {}

    parts = [partial(some, these=ids[start : start + _ROWS]) for start in range(0, len(ids) or 1, _ROWS)]
    return await answered_in_parts(request, parts, lambda made: made[-1])


router.include_router(looking.router)
