"""``/graph``: the list of graphs, and each of them by SPARQL 1.1 Graph Store HTTP Protocol, for reading.

``/graph/{name}`` identifies a graph directly (§4.1), ``/graph?graph=IRI`` and ``/graph?default`` indirectly (§4.2).
"""

from collections.abc import Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from koinon.model.errors import BusyError, NotFoundError, QueryTimeoutError
from koinon.model.namespaces import GRAPH, THINGS
from koinon.publish.credits import credit_of, credits_of, graphs_shown
from koinon.publish.documents import PREF_LABEL
from koinon.publish.graphs import N_QUADS, N_TRIPLES, TRIG, graph_triples, name_graph, write_graph
from koinon.publish.naming import Naming
from koinon.publish.pages import thing_view
from koinon.publish.sparql import query_for_graph, query_for_some, query_text
from koinon.publish.views import Named
from koinon.query.job import BINDING_TYPES, Job
from koinon.release.manifest import GraphEntry
from koinon.web.answering import AnswerResponse
from koinon.web.door import Door, PageFrame, html
from koinon.web.graph_list import LIST_FORMS, graph_list
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    ALIASES,
    HTML,
    MEANT,
    PAGE,
    RDF_FORMS,
    Form,
    alternates,
    caching,
    content_type,
    entity_tag,
    form_of,
    is_unchanged,
    link_header,
    negotiate,
    not_modified,
    split_suffix,
)
from koinon.web.results import result_table
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.things import named_node
from koinon.web.withdrawn import refuse_unknown

router: Final = APIRouter()

QUADS: Final = Form(N_QUADS, "nq", "N-Quads")
FORMS: Final = (PAGE, *RDF_FORMS, *ALIASES, QUADS)
TRIPLE_FORMS: Final = (RDF_FORMS[1], RDF_FORMS[0], *RDF_FORMS[2:], QUADS, *ALIASES)
"""The forms of a graph that is asked for by name: first Turtle, as programs ask so."""
THINGS_SHOWN: Final = 300
_LABELS_READ: Final = 10 * THINGS_SHOWN
LARGE: Final = 20_000
"""Statements beyond which a graph is written by a query worker, so that it holds up no other request."""
_ROWS_SHOWN: Final = 100
_IN_MEMORY: Final = 2**16
_CHUNK: Final = 2**18
_DATASETS: Final = {TRIG, N_QUADS}

Suffix = Annotated[str, Path(description="Suffix of a form: html, json, jsonld, ttl, nt, rdf or trig.")]
Name = Annotated[str, Path(description="Slug of the graph, with or without the suffix of a form.")]


@reads(router, "/graph")
async def graphs(request: Request) -> Response:
    """Answer with the graph that ``graph`` names, or with the default graph (``default``); else list all graphs."""
    named = request.query_params.getlist("graph")
    default = request.query_params.getlist("default")
    if not named and not default:
        return await graph_list(request)
    if len(named) + len(default) > 1 or any(default):
        raise ProblemError("bad-request", "Name one graph: graph=IRI, or default without a value, and not both.")
    async with Door.of(request).release() as served:
        if default:
            return await _default(request, served)
        entry = _entry(served, named[0], Door.of(request).reader(request))
        return await _graph(request, served, entry, (*TRIPLE_FORMS, PAGE), None)


@reads(router, "/graph.{suffix}")
async def graphs_form(request: Request, suffix: Suffix) -> Response:
    """List all graphs in the form of the suffix."""
    if not {"graph", "default"}.isdisjoint(request.query_params):
        raise ProblemError("bad-request", "A graph is named at /graph?graph=IRI; Accept chooses its form.")
    return await graph_list(request, form_of(suffix, LIST_FORMS))


@reads(router, "/graph/{name}")
async def graph(request: Request, name: Name) -> Response:
    """Answer with one named graph; TriG and N-Quads name it, the other forms are its triples."""
    slug, fixed = split_suffix(name, FORMS)
    named_node(GRAPH, slug)
    async with Door.of(request).release() as served:
        entry = served.release.manifest.graph(slug)
        if entry is None:
            await refuse_unknown(request, served, NamedNode(GRAPH + slug))
            raise NotFoundError(f"There is no graph {slug} in this release. /graph lists all.")
        return await _graph(request, served, entry, FORMS, fixed)


def _entry(served: Served, iri: str, reader: Reader) -> GraphEntry:
    """Return the graph of an IRI, which may also be the address at which this service answers with it."""
    try:
        NamedNode(iri)
    except ValueError as error:
        raise ProblemError("bad-request", "graph takes an absolute IRI.") from error
    here = reader.absolute("/graph/")
    manifest = served.release.manifest
    entry = manifest.graph_named(iri) or (manifest.graph(iri.removeprefix(here)) if iri.startswith(here) else None)
    if entry is None:
        raise NotFoundError("There is no graph of this name in this release. /graph lists all.")
    return entry


async def _graph(
    request: Request, served: Served, entry: GraphEntry, forms: tuple[Form, ...], fixed: Form | None
) -> Response:
    reader = Door.of(request).reader(request)
    topic = NamedNode(entry.name)
    path = f"/graph/{entry.slug}"
    form = negotiate(request, forms, fixed)
    language = reader.language if form.media_type == HTML else None
    headers = caching(entity_tag(served.edition, reader, form.media_type), language)
    headers["Link"] = link_header(reader, path, FORMS, topic.value)
    if fixed is None and form.suffix:
        headers["Content-Location"] = f"{reader.prefix}{path}.{form.suffix}"
    if is_unchanged(request, headers["ETag"]):
        return not_modified(headers)
    if form.media_type == HTML:
        return await _page(request, served, entry, headers)
    if served.release.manifest.imported or entry.triples > LARGE:
        return await _asked(request, served, query_for_graph(topic), form.media_type, topic, headers)
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the response closes it
    triples = graph_triples(served.release, served.store, entry.slug, topic)
    address = reader.absolute("/context/v1.jsonld")
    media_type = MEANT.get(form.media_type, form.media_type)
    await run_in_threadpool(write_graph, triples, media_type, topic, served.context, address, file)
    return _sent(file, form.media_type, headers)


async def _default(request: Request, served: Served) -> Response:
    reader = Door.of(request).reader(request)
    form = negotiate(request, TRIPLE_FORMS)
    headers = caching(entity_tag(served.edition, reader, form.media_type), None)
    if is_unchanged(request, headers["ETag"]):
        return not_modified(headers)
    return await _asked(request, served, query_text("default-graph"), form.media_type, None, headers)


async def _asked(
    request: Request,
    served: Served,
    query: str,
    media_type: str,
    graph: NamedNode | None,
    headers: dict[str, str],
) -> Response:
    """Let a query worker write the triples, within the limits of any query.

    Raises BusyError where time is up: nothing is wrong with the address, and nothing could be narrowed.
    """
    wanted = MEANT.get(media_type, media_type)
    named = graph is not None and wanted in _DATASETS
    try:
        answer = await Door.of(request).ask(request, served, Job(query, (N_TRIPLES if named else wanted,)))
    except QueryTimeoutError as error:
        seconds = Door.of(request).settings.query_timeout
        raise BusyError(
            f"The graph could not be written within {seconds:.3g} seconds. Ask for it again when fewer ask, or "
            "download the dump of all graphs: /data/dumps/latest.nq"
        ) from error
    if graph is None or not named:
        return AnswerResponse(answer, media_type, headers)
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the response closes it
    await run_in_threadpool(name_graph, answer.chunks(_CHUNK), graph, wanted, file)
    return _sent(file, media_type, headers)


def _sent(file: IO[bytes], media_type: str, headers: dict[str, str]) -> Response:
    headers["Content-Length"] = str(file.tell())
    return StreamingResponse(_chunks(file), headers=headers, media_type=content_type(media_type))


async def _page(request: Request, served: Served, entry: GraphEntry, headers: dict[str, str]) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    topic = NamedNode(entry.name)
    frame = PageFrame(alternates(reader, f"/graph/{entry.slug}", FORMS), topic.value, {})
    if not served.has_subject(topic) or served.release.manifest.imported:
        answer = await door.ask(request, served, Job(query_for_some(topic), (BINDING_TYPES[0],)))
        table = await run_in_threadpool(result_table, answer.body, _ROWS_SHOWN)
        return await html(
            request,
            "plain-graph.html",
            headers=headers,
            frame=frame,
            entry=entry,
            table=table,
            seconds=answer.seconds,
            query=query_for_graph(topic),
            release=served.release,
        )
    page = await run_in_threadpool(_source_page, door, reader, served, entry, frame)
    return Response(page, headers=headers, media_type=content_type(HTML))


def _source_page(door: Door, reader: Reader, served: Served, entry: GraphEntry, frame: PageFrame) -> bytes:
    topic = NamedNode(entry.name)
    document = served.document(topic)
    return door.pages.render(
        "graph.html",
        reader,
        frame=frame,
        view=thing_view(document, served.store, served.vocabulary, reader.language),
        credit=credit_of(served.store, topic.value, reader.language),
        credits=credits_of(served.store, graphs_shown(served.store, document), reader.language),
        entry=entry,
        things=_things(served, topic, Naming(served.store, served.vocabulary, reader.language)),
        query=query_for_graph(topic),
        release=served.release,
    )


def _things(served: Served, graph: NamedNode, naming: Naming) -> list[Named]:
    """Return the things that the source names, at most THINGS_SHOWN, by label; of a large one, some."""
    labels = islice(served.store.triples(None, PREF_LABEL, None, graph), _LABELS_READ)
    named = (subject.value for subject, _, _ in labels)
    things = dict.fromkeys(iri for iri in named if iri.startswith(THINGS) and "#" not in iri)
    found = [Named(iri, naming(iri)) for iri in islice(things, THINGS_SHOWN)]
    return sorted(found, key=lambda thing: thing.label.text.casefold())


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
