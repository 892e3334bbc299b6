"""``/sparql``: SPARQL 1.1 Protocol, query only. The text runs in a worker process, never in this one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.model.errors import QueryError
from koinon.publish.description import service_description
from koinon.query.job import ALL_TYPES, BINDING_TYPES, GRAPH_TYPES, Answer, Job
from koinon.query.limits import Limits
from koinon.query.pool import NotAcceptableError
from koinon.web.door import Door, PageFrame, content_type, html, write
from koinon.web.negotiation import acceptable, combined
from koinon.web.problems import ProblemError, ProblemView
from koinon.web.representations import ALIASES, HTML, JSON, PAGE_ALONE, RDF_FORMS, VARY, negotiate
from koinon.web.results import Table, result_table
from koinon.web.routing import reads

router: Final = APIRouter()

_QUERY_TYPE: Final = "application/sparql-query"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_ROWS_SHOWN: Final = 500
_PAGE_TYPES: Final = (BINDING_TYPES[0], GRAPH_TYPES[0])
_ALIASES: Final = {
    JSON: (BINDING_TYPES[0], "application/ld+json"),
    "application/xml": (BINDING_TYPES[1], "application/rdf+xml"),
    "text/xml": (BINDING_TYPES[1], "application/rdf+xml"),
    "text/plain": ("application/n-triples",),
}
"""Media types that clients ask for instead of the registered ones, and what they mean by them."""

_DESCRIPTION_FORMS: Final = (PAGE_ALONE, *RDF_FORMS, *ALIASES)


@reads(router, "/sparql")
async def query_by_get(request: Request) -> Response:
    """Answer the ``query`` (SPARQL 1.1 Protocol §2.1.1); without one, describe the service or show a form."""
    parameters = request.query_params.multi_items()
    if not any(name in ("query", "update") for name, _ in parameters):
        return await _describe(request)
    return await _run(request, parameters)


@router.api_route("/sparql", methods=["POST"], response_class=Response)
async def query_by_post(request: Request) -> Response:
    """Answer a query sent as a form (§2.1.2) or directly (§2.1.3)."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in (_QUERY_TYPE, _FORM_TYPE):
        raise ProblemError(
            "unsupported-media-type",
            f"A query is sent as {_FORM_TYPE} or {_QUERY_TYPE}. Updates are not taken.",
            headers={"Accept-Post": f"{_FORM_TYPE}, {_QUERY_TYPE}"},
        )
    body = await _body(request, Door.of(request).settings.query_max_length)
    parameters = request.query_params.multi_items()
    if sent == _QUERY_TYPE:
        return await _run(request, [*parameters, ("query", body)])
    try:
        form = parse_qsl(
            body, keep_blank_values=True, strict_parsing=bool(body), errors="strict", max_num_fields=1000
        )
    except ValueError as error:
        raise ProblemError("bad-request", f"The form cannot be read: {error}.") from error
    return await _run(request, [*parameters, *form])


async def _body(request: Request, longest: int) -> str:
    """Return the body as text; a query of ``longest`` characters may take 12 bytes each, percent-encoded."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > 12 * longest:
            raise ProblemError("query-too-long", f"A query may have {longest:,} characters.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise ProblemError("bad-request", f"The body is not UTF-8: {error}.") from error


async def _run(request: Request, parameters: Sequence[tuple[str, str]]) -> Response:
    texts = [value for name, value in parameters if name == "query"]
    if any(name == "update" for name, _ in parameters):
        raise ProblemError("query-refused", "This service takes no updates.")
    if len(texts) != 1:
        raise ProblemError("bad-request", f"A request carries one query; this one carries {len(texts)}.")
    wanted = accepted_types(request)
    job = Job(
        texts[0],
        tuple(dict.fromkeys(meaning for media_type in wanted for meaning in meanings(media_type))),
        _graphs(parameters, "default-graph-uri"),
        _graphs(parameters, "named-graph-uri"),
    )
    door = Door.of(request)
    async with door.release() as served:
        if wanted[0] == HTML:
            return await _page(request, served.pool.run, job)
        answer = await served.pool.run(job)
    return result_response(answer, wanted)


def accepted_types(request: Request) -> list[str]:
    """Return the media types that the reader takes for results, best first, a page among them."""
    offered = [*ALL_TYPES, HTML, *_ALIASES]
    wanted = acceptable(combined(request.headers, "accept"), offered)
    if not wanted:
        raise NotAcceptableError(
            f"A SELECT or ASK answer comes as {', '.join(BINDING_TYPES)}; "
            f"a CONSTRUCT or DESCRIBE answer as {', '.join(GRAPH_TYPES)}."
        )
    return wanted


def meanings(media_type: str) -> tuple[str, ...]:
    """Return the result types that a reader means by an accepted media type; a page shows JSON or Turtle."""
    return _PAGE_TYPES if media_type == HTML else _ALIASES.get(media_type, (media_type,))


def result_response(answer: Answer, wanted: Sequence[str], headers: dict[str, str] | None = None) -> Response:
    """Return the answer under the media type by which the reader asked for it."""
    asked = next(media_type for media_type in wanted if answer.media_type in meanings(media_type))
    sent = answer.media_type if asked == HTML else asked
    own = {"Vary": VARY, "Server-Timing": f"query;dur={answer.seconds * 1000:.1f}"}
    return Response(answer.body, headers=own | (headers or {}), media_type=content_type(sent))


async def _page(request: Request, run: Callable[[Job], Awaitable[Answer]], job: Job) -> Response:
    """Answer a query from the form with a page: the form again, and the answer or what is wrong below it."""
    try:
        answer = await run(job)
    except QueryError as error:
        return await _form(request, job.text, problem=ProblemView.of(error))
    if answer.media_type == BINDING_TYPES[0]:
        table = await run_in_threadpool(result_table, answer.body, _ROWS_SHOWN)
        return await _form(request, job.text, table=table, seconds=answer.seconds)
    return await _form(request, job.text, graph=answer.body.decode(), seconds=answer.seconds)


async def _form(
    request: Request,
    query: str,
    *,
    table: Table | None = None,
    graph: str = "",
    seconds: float = 0.0,
    problem: ProblemView | None = None,
) -> Response:
    """Show the form with a query in it, and below it what came of it, if it was asked."""
    return await html(
        request,
        "sparql.html",
        status=problem.kind.status if problem else 200,
        frame=PageFrame([], "", {"query": query}),
        query=query,
        table=table,
        graph=graph,
        seconds=seconds,
        problem=problem,
        limits=Limits.of(Door.of(request).settings),
    )


async def _describe(request: Request) -> Response:
    form = negotiate(request, _DESCRIPTION_FORMS)
    door = Door.of(request)
    if form.media_type == HTML:
        example = "SELECT ?project ?name WHERE {\n  ?project a koi:Project ; skos:prefLabel ?name .\n}\nLIMIT 20\n"
        head = "PREFIX koi: <https://w3id.org/koinon/def#>\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n\n"
        return await _form(request, head + example)
    reader = door.reader(request)
    async with door.release() as served:
        document = service_description(
            f"{reader.base}/sparql",
            served.release.manifest,
            Limits.of(door.settings),
            f"{reader.base}/.well-known/void",
        )
        body = write(document, form.media_type, served, reader)
    return Response(body, headers={"Vary": VARY}, media_type=content_type(form.media_type))


def _graphs(parameters: Sequence[tuple[str, str]], name: str) -> tuple[str, ...]:
    graphs = tuple(value for given, value in parameters if given == name)
    for graph in graphs:
        if not graph.startswith(("http://", "https://", "urn:")) or any(c in graph for c in '<>"{}|\\^` \n\r\t'):
            raise ProblemError("bad-request", f"{name} takes an absolute IRI; {graph[:80]!r} is none.")
    return graphs
