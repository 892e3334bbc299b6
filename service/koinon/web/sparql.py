"""What ``/sparql`` says of itself, and the pages of its form; queries are answered by ``endpoint``."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.model.errors import QueryError
from koinon.publish.credits import Credit, credits_of, graphs_naming
from koinon.publish.description import service_description
from koinon.query.job import BINDING_TYPES, Answer, Job
from koinon.query.limits import Limits
from koinon.release.current import Release
from koinon.web.door import Door, PageFrame, html, write
from koinon.web.problems import ProblemError, ProblemView
from koinon.web.representations import ALIASES, HTML, PAGE_ALONE, RDF_FORMS, VARY, content_type, negotiate
from koinon.web.results import Table, check_size, named_in, result_table
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

_ROWS_SHOWN: Final = 500
_TEXT_SHOWN: Final = 2**20
_DESCRIPTION_FORMS: Final = (*RDF_FORMS, PAGE_ALONE, *ALIASES)
"""RDF first: who accepts anything gets the description (SPARQL 1.1 Service Description §2), and no page."""
_EXAMPLE: Final = """PREFIX koi: <https://w3id.org/koinon/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?project ?name WHERE {
  ?project a koi:Project ; skos:prefLabel ?name .
}
LIMIT 20
"""


@reads(router, "/sparql")
async def describe(request: Request) -> Response:
    """Answer the ``query`` (SPARQL 1.1 Protocol §2.1.1), or, without one, describe the service or show a form.

    Requests with a query never come here: ``endpoint`` answers them.
    """
    async with Door.of(request).release() as served:
        return await _describe(request, served, served.release, "/sparql")


@router.api_route("/sparql", methods=["POST"], response_class=Response)
async def query_by_post(_: Request) -> Response:
    """Answer a query sent as a form (§2.1.2) or directly (§2.1.3); ``endpoint`` does, so no request comes here."""
    raise ProblemError("bad-request", "A request carries one query.")


@reads(router, "/releases/{release}/sparql")
async def describe_earlier(
    request: Request, release: Annotated[str, Path(description="Id of a release, or how it begins.")]
) -> Response:
    """Answer a query, or describe the service, as of an earlier release."""
    door = Door.of(request)
    found = await door.following.earlier(release)
    async with door.release() as served:
        return await _describe(request, served, found, f"/releases/{found.id}/sparql")


async def page(request: Request, job: Job, ask: Callable[[], Awaitable[Answer]]) -> Response:
    """Answer a query from the form with a page: the form again, and the answer or what is wrong below it."""
    try:
        answer = check_size(await ask())
    except QueryError as error:
        return await _form(request, job.text, problem=ProblemView.of(error))
    if answer.media_type == BINDING_TYPES[0]:
        table = await run_in_threadpool(result_table, answer.body, _ROWS_SHOWN)
        credits = await run_in_threadpool(_credits, request, job, table.things)
        return await _form(request, job.text, table=table, credits=credits, seconds=answer.seconds)
    text = next(answer.chunks(_TEXT_SHOWN)).decode(errors="replace")
    more = "\n# …" if answer.size > _TEXT_SHOWN else ""
    credits = await run_in_threadpool(_credits, request, job, named_in(text))
    return await _form(request, job.text, graph=text + more, credits=credits, seconds=answer.seconds)


def _credits(request: Request, job: Job, things: Iterable[str]) -> tuple[Credit, ...]:
    """Return the sources of what an answer names; those of an earlier release are not looked up."""
    door = Door.of(request)
    served = door.following.now()
    if job.store not in (None, served.release.store):
        return ()
    return credits_of(served.store, graphs_naming(served.store, things), door.reader(request).language)


async def _form(
    request: Request,
    query: str,
    *,
    table: Table | None = None,
    credits: tuple[Credit, ...] = (),
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
        credits=credits,
        graph=graph,
        seconds=seconds,
        problem=problem,
        limits=Limits.of(Door.of(request).settings),
    )


async def _describe(request: Request, served: Served, release: Release, path: str) -> Response:
    form = negotiate(request, _DESCRIPTION_FORMS)
    if form.media_type == HTML:
        return await _form(request, _EXAMPLE)
    door = Door.of(request)
    reader = door.reader(request)
    document = service_description(
        f"{reader.base}{path}", release.manifest, Limits.of(door.settings), f"{reader.base}/.well-known/void"
    )
    body = await run_in_threadpool(write, document, form.media_type, served, reader)
    return Response(body, headers={"Vary": VARY}, media_type=content_type(form.media_type))
