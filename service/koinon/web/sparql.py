"""What ``/sparql`` says of itself, and the pages of its form; queries are answered by ``endpoint``."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.engine import GraphStore
from koinon.model.errors import QueryError
from koinon.publish.credits import Credit, credits_of, graphs_naming
from koinon.publish.description import service_description
from koinon.publish.naming import Naming
from koinon.query.job import BINDING_TYPES, GRAPH_TYPES, Answer, Job
from koinon.query.limits import Limits
from koinon.release.current import Release
from koinon.web.door import Door, PageFrame, html, write
from koinon.web.endpoint import DOWNLOADS
from koinon.web.problems import ProblemError, ProblemView
from koinon.web.queries import described
from koinon.web.representations import (
    ALIASES,
    HTML,
    PAGE_ALONE,
    RDF_FORMS,
    Form,
    Offer,
    caching,
    content_type,
    entity_tag,
    is_unchanged,
    not_modified,
    search,
)
from koinon.web.result_drawings import Chart, ResultMap, chart_of, map_of
from koinon.web.results import Table, check_size, named_in, result_table
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

_ROWS_SHOWN: Final = 500
_TEXT_SHOWN: Final = 2**20
_RAW_SHOWN: Final = 2**17
_LONGEST_LINK: Final = 4_000
"""Characters of a query that stand in links to its other views and forms."""
_ASKED: Final = frozenset({"default-graph-uri", "named-graph-uri", "lang"})
_DESCRIBED: Final = frozenset({"lang", "example"})
"""What the address takes without a query; else one is missing (SPARQL 1.1 Protocol §2.1)."""
_DOWNLOADED: Final = (
    *(Form(DOWNLOADS[suffix], suffix, suffix.upper()) for suffix in ("csv", "tsv", "json", "xml")),
    *(form for form in RDF_FORMS if form.suffix in DOWNLOADS),
)
_N_QUADS: Final = "application/n-quads"
_DESCRIPTION_FORMS: Final = (*RDF_FORMS, Form(_N_QUADS, "", "N-Quads"), PAGE_ALONE, *ALIASES)
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
    """Answer a query from the form with a page: the form again, and the answer or what is wrong below it.

    ``?view=`` chooses how the answer is shown: ``table``, ``chart``, ``map`` or ``raw``.
    """
    wanted = request.query_params.get("view", "")
    door = Door.of(request)
    served = door.following.now()
    reader = door.reader(request)
    release = job.store.parent.name if job.store else served.release.id
    tag = entity_tag(f"{served.edition} {release} {request.url.query}", reader, HTML)
    headers = caching(tag, reader.language) if request.method in ("GET", "HEAD") else {}
    # A query is only read by who answers it, so "*" cannot be told from the tag of an answer there was.
    if headers and request.headers.get("if-none-match") != "*" and is_unchanged(request, tag):
        return not_modified(headers)
    naming = Naming(served.store, served.vocabulary, reader.language)
    table = None
    try:
        answer = check_size(await ask())
        if answer.media_type == BINDING_TYPES[0]:
            table = await run_in_threadpool(result_table, answer.body, _ROWS_SHOWN)
    except QueryError as error:
        return await _form(request, job.text, problem=ProblemView.of(error))
    if table is not None:
        shown = await run_in_threadpool(_shown, answer, table, wanted, served.store, naming)
        credits = await run_in_threadpool(_credits, request, job, table.things)
    else:
        text = next(answer.chunks(_TEXT_SHOWN)).decode(errors="replace")
        more = "\n# …" if answer.size > _TEXT_SHOWN else ""
        shown = Shown("raw", (), graph=text + more)
        credits = await run_in_threadpool(_credits, request, job, named_in(text))
    return await _form(request, job.text, shown=shown, credits=credits, answer=answer, headers=headers)


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as the page shows it: in one of the ``views`` there are."""

    view: str
    views: tuple[str, ...]
    table: Table | None = None
    chart: Chart | None = None
    map: ResultMap | None = None
    graph: str = ""
    raw: str = ""


def _shown(answer: Answer, table: Table, wanted: str, store: GraphStore, naming: Naming) -> Shown:
    chart = chart_of(table, naming) if table.truth is None else None
    drawn = map_of(table, store, naming) if table.truth is None else None
    there = {"table": True, "chart": chart is not None, "map": drawn is not None, "raw": True}
    views = tuple(name for name, is_there in there.items() if is_there)
    view = wanted if wanted in views else "table"
    raw = ""
    if view == "raw":
        raw = next(answer.chunks(_RAW_SHOWN)).decode(errors="replace")
        raw += "\n…" if answer.size > _RAW_SHOWN else ""
    return Shown(view, views, table, chart if view == "chart" else None, drawn if view == "map" else None, raw=raw)


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
    shown: Shown | None = None,
    credits: tuple[Credit, ...] = (),
    answer: Answer | None = None,
    problem: ProblemView | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Show the form with a query in it, and below it what came of it, if it was asked."""
    door = Door.of(request)
    reader = door.reader(request)
    served = door.following.now()
    examples = [(each.name, described(each.title, reader.language)) for each in served.catalogue]
    downloads: list[tuple[str, Form]] = []
    if answer is not None:
        kinds = BINDING_TYPES if answer.media_type in BINDING_TYPES else GRAPH_TYPES
        forms = [form for form in _DOWNLOADED if DOWNLOADS[form.suffix] in kinds]
        asked = {name: value for name, value in request.query_params.items() if name in _ASKED}
        downloads = [
            (reader.absolute(reader.path) + search({**asked, "query": query, "download": form.suffix}), form)
            for form in forms
        ]
    return await html(
        request,
        "sparql.html",
        status=problem.kind.status if problem else 200,
        headers=headers,
        frame=PageFrame([], "", {"query": query} if shown or problem else {}),
        query=query,
        shown=shown,
        credits=credits,
        downloads=downloads,
        is_short=len(query) <= _LONGEST_LINK,
        seconds=answer.seconds if answer else 0.0,
        problem=problem,
        examples=examples,
        limits=Limits.of(door.settings),
    )


async def _describe(request: Request, served: Served, release: Release, path: str) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    others = sorted(set(request.query_params) - _DESCRIBED)
    if others:
        raise ProblemError(
            "bad-request",
            f"There is no query beside {', '.join(others)[:200]}. It is sent as ?query=…; the address alone "
            "describes the service.",
        )
    name = request.query_params.get("example", "")
    query = served.catalogue[name].bind() if name else _EXAMPLE
    chosen = Offer("", _DESCRIPTION_FORMS).choose(request, reader, f"{served.edition} {path} {name}")
    headers = {name: value for name, value in chosen.headers.items() if name not in ("Link", "Content-Location")}
    if chosen.is_unchanged:
        return not_modified(headers)
    if chosen.is_page:
        return await _form(request, query, headers=headers)
    document = service_description(
        f"{reader.base}{path}", release.manifest, Limits.of(door.settings), f"{reader.base}/.well-known/void"
    )
    syntax = chosen.form.media_type
    if syntax == _N_QUADS:
        syntax = "application/n-triples"  # the same lines: the description is no named graph
    body = await run_in_threadpool(write, document, syntax, served, reader)
    return Response(body, headers=headers, media_type=content_type(chosen.form.media_type))
