"""``/graph/{source}``: everything that one source says, with what is known about the source."""

from collections.abc import Iterator
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import GRAPH, ID
from koinon.publish.documents import PREF_LABEL
from koinon.publish.graphs import N_QUADS, graph_triples, write_graph
from koinon.publish.naming import Naming
from koinon.publish.pages import thing_view
from koinon.publish.sparql import query_for_graph
from koinon.publish.views import Named
from koinon.release.manifest import GraphEntry
from koinon.web.door import Door, PageFrame, content_type
from koinon.web.representations import (
    DOCUMENT_FORMS,
    HTML,
    MEANT,
    Form,
    alternates,
    caching,
    entity_tag,
    is_unchanged,
    link_header,
    negotiate,
    not_modified,
    split_suffix,
)
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.things import named_node

router: Final = APIRouter()

FORMS: Final = (*DOCUMENT_FORMS, Form(N_QUADS, "nq", "N-Quads"))
THINGS_SHOWN: Final = 300
_IN_MEMORY: Final = 4 * 2**20
_CHUNK: Final = 2**18

Name = Annotated[str, Path(description="Slug of the source, with or without the suffix of a form.")]


@reads(router, "/graph/{name}")
async def graph(request: Request, name: Name) -> Response:
    """Answer with the named graph of one source; TriG and N-Quads name it, the other forms are its triples."""
    door = Door.of(request)
    reader = door.reader(request)
    slug, fixed = split_suffix(name, FORMS)
    topic = named_node(GRAPH, slug)
    async with door.release() as served:
        entry = served.release.manifest.graph(slug)
        if entry is None:
            raise NotFoundError(f"There is no source {slug} in this release.")
        form = negotiate(request, FORMS, fixed)
        language = reader.language if form.media_type == HTML else None
        headers = caching(entity_tag(served.edition, reader, form.media_type), language)
        headers["Link"] = link_header(reader, f"/graph/{slug}", FORMS, topic.value)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        media_type = content_type(form.media_type)
        if form.media_type == HTML:
            frame = PageFrame(alternates(reader, f"/graph/{slug}", FORMS), topic.value, {})
            page = await run_in_threadpool(_page, request, served, entry, topic, frame)
            return Response(page, headers=headers, media_type=media_type)
        file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the response closes it
        triples = graph_triples(served.release, served.store, slug, topic)
        address = reader.absolute("/context/v1.jsonld")
        await run_in_threadpool(
            write_graph, triples, MEANT.get(form.media_type, form.media_type), topic, served.context, address, file
        )
        headers["Content-Length"] = str(file.tell())
        return StreamingResponse(_chunks(file), headers=headers, media_type=media_type)


def _page(request: Request, served: Served, entry: GraphEntry, topic: NamedNode, frame: PageFrame) -> bytes:
    door = Door.of(request)
    reader = door.reader(request)
    return door.pages.render(
        "graph.html",
        reader,
        frame=frame,
        view=thing_view(served.document(topic), served.store, served.vocabulary, reader.language),
        entry=entry,
        things=_things(served, topic, Naming(served.store, served.vocabulary, reader.language)),
        query=query_for_graph(topic),
        release=served.release,
    )


def _things(served: Served, graph: NamedNode, naming: Naming) -> list[Named]:
    """Return the things that the source names, at most THINGS_SHOWN, by label."""
    named = (subject.value for subject, _, _ in served.store.triples(None, PREF_LABEL, None, graph))
    things = dict.fromkeys(iri for iri in named if iri.startswith(ID) and "#" not in iri)
    found = [Named(iri, naming(iri)) for iri in islice(things, THINGS_SHOWN)]
    return sorted(found, key=lambda thing: thing.label.text.casefold())


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk
