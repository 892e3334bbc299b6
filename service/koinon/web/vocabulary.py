"""``/context`` and ``/code``: how names are shortened, and the code lists."""

from itertools import islice
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CODE, SKOS
from koinon.publish.credits import credits_of, graphs_shown, with_sources
from koinon.publish.documents import Document
from koinon.publish.pages import thing_view
from koinon.publish.sparql import query_about
from koinon.publish.terms import concept_views
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, Resource, answer
from koinon.web.representations import DOCUMENT_FORMS, JSON_LD, is_unchanged, split_suffix, strong_tag
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.things import named_node, start_of, thing_resource
from koinon.web.withdrawn import refuse_unknown

router: Final = APIRouter()

_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_CONTEXTS: Final = {"v1.jsonld": "public, max-age=3600", "v1.0.jsonld": _FOR_GOOD, "v1.1.jsonld": _FOR_GOOD}
_IN_SCHEME: Final = NamedNode(SKOS + "inScheme")
_COUNTED: Final = 100_000
Name = Annotated[str, Path(description="Name, with or without the suffix of a form.")]


@reads(router, "/context/{name}")
async def context(request: Request, name: Name) -> Response:
    """Answer with the JSON-LD context: ``v1.0.jsonld`` never changes, ``v1.jsonld`` is the newest."""
    if name not in _CONTEXTS:
        raise NotFoundError(f"There is no context of this name. There are: {', '.join(_CONTEXTS)}.")
    body = await run_in_threadpool((Door.of(request).assets.ontology / "context" / name).read_bytes)
    headers = {"Cache-Control": _CONTEXTS[name], "ETag": strong_tag(body.decode())}
    if is_unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON_LD)


@reads(router, "/code/{scheme}")
async def code_list(request: Request, scheme: Name) -> Response:
    """Answer with a whole code list."""
    name, form = split_suffix(scheme, DOCUMENT_FORMS)
    topic = named_node(CODE, name)
    door = Door.of(request)
    reader = door.reader(request)
    start = start_of(request, topic)
    async with door.release() as served:
        _known(served, topic)

        def document() -> Document:
            return with_sources(served.document(topic, start), served.store, reader.absolute(f"/code/{name}"))

        def page(frame: PageFrame) -> Body:
            shown = served.document(topic, start)
            following = shown.next.written(topic) if shown.next else ""
            view = thing_view(shown, served.store, served.vocabulary, reader.language)
            concepts = concept_views(shown, reader.language)
            body = door.pages.render(
                "scheme.html",
                reader,
                frame=frame,
                view=view,
                concepts=concepts,
                total=sum(1 for _ in islice(served.store.triples(None, _IN_SCHEME, topic), _COUNTED)),
                credits=credits_of(served.store, graphs_shown(served.store, shown), reader.language),
                query=query_about(topic),
                path=f"/code/{name}",
                following=following,
                release=served.release,
            )
            return Body(body, following)

        after = start.written(topic) if start else ""
        resource = Resource(f"/code/{name}", topic.value, DOCUMENT_FORMS, document, page, after)
        return await answer(request, served, resource, form)


@reads(router, "/code/{scheme}/{notation}")
async def concept(request: Request, scheme: Name, notation: Name) -> Response:
    """Answer with one concept of a code list."""
    name, form = split_suffix(notation, DOCUMENT_FORMS)
    topic = named_node(CODE, scheme, name)
    async with Door.of(request).release() as served:
        await refuse_unknown(request, served, topic)
        resource = thing_resource(request, served, topic, f"/code/{scheme}/{name}")
        return await answer(request, served, resource, form)


def _known(served: Served, topic: NamedNode) -> None:
    if not served.has_subject(topic):
        raise NotFoundError(f"Nothing is known about {topic.value}.")
