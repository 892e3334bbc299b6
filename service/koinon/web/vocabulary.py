"""``/def``, ``/context``, ``/code`` and ``/shapes``: the words and the rules of the graph."""

from functools import cache
from pathlib import Path as FilePath
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.engine import Triple
from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CANONICAL, CODE
from koinon.publish.credits import credits_of, graphs_shown, with_sources
from koinon.publish.documents import Document, document_of
from koinon.publish.pages import thing_view
from koinon.publish.sparql import query_about
from koinon.publish.terms import concept_views, shape_views, term_views
from koinon.publish.vocabulary import ONTOLOGY_GRAPH, shape_triples
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, Resource, answer
from koinon.web.representations import DOCUMENT_FORMS, JSON_LD, is_unchanged, split_suffix, strong_tag
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.things import WHOLE, named_node, start_of, thing_resource

router: Final = APIRouter()

_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_CONTEXTS: Final = {"v1.jsonld": "public, max-age=3600", "v1.0.jsonld": _FOR_GOOD, "v1.1.jsonld": _FOR_GOOD}
Name = Annotated[str, Path(description="Name, with or without the suffix of a form.")]


@reads(router, "/def")
async def ontology(request: Request) -> Response:
    """Answer with the ontology: every class and property, with labels and definitions."""
    return await _ontology(request, "/def", "")


@reads(router, "/def.{suffix}")
async def ontology_form(request: Request, suffix: Name) -> Response:
    """Answer with the ontology in the form of the suffix."""
    return await _ontology(request, "/def", suffix)


@reads(router, "/def/{version}")
async def ontology_version(request: Request, version: Name) -> Response:
    """Answer with one version of the ontology: the one of the served release."""
    number, form = split_suffix(version, DOCUMENT_FORMS)
    async with Door.of(request).release() as served:
        current = served.release.manifest.ontology_version
    if number != current:
        raise NotFoundError(f"There is no version {number[:40]} of the ontology here. There is {current}.")
    return await _ontology(request, f"/def/{current}", form.suffix if form else "")


async def _ontology(request: Request, path: str, suffix: str) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    _, form = split_suffix(f"def.{suffix}", DOCUMENT_FORMS) if suffix else ("", None)
    if suffix and form is None:
        raise NotFoundError(f"The ontology has no form .{suffix[:20]}.")
    async with door.release() as served:

        def document() -> Document:
            return document_of(served.store.triples(graph=ONTOLOGY_GRAPH), NamedNode(CANONICAL + "def"))

        def page(frame: PageFrame) -> Body:
            terms = term_views(document(), served.vocabulary, reader.language)
            return Body(door.pages.render("terms.html", reader, frame=frame, terms=terms, release=served.release))

        return await answer(
            request, served, Resource(path, CANONICAL + "def", DOCUMENT_FORMS, document, page), form
        )


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
            shown = served.document(topic, start, statements=WHOLE)
            following = shown.next.written(topic) if shown.next else ""
            view = thing_view(shown, served.store, served.vocabulary, reader.language)
            concepts = concept_views(shown, reader.language)
            body = door.pages.render(
                "scheme.html",
                reader,
                frame=frame,
                view=view,
                concepts=concepts,
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
        _known(served, topic)
        resource = thing_resource(request, served, topic, f"/code/{scheme}/{name}")
        return await answer(request, served, resource, form)


@reads(router, "/shapes")
async def shapes(request: Request) -> Response:
    """Answer with all SHACL shapes."""
    return await _shapes(request, "")


@reads(router, "/shapes.{suffix}")
async def shapes_form(request: Request, suffix: Name) -> Response:
    """Answer with all SHACL shapes in the form of the suffix."""
    return await _shapes(request, f".{suffix}")


@reads(router, "/shapes/{name}")
async def shapes_file(request: Request, name: Name) -> Response:
    """Answer with the SHACL shapes of one file."""
    return await _shapes(request, name)


async def _shapes(request: Request, name: str) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    stem, form = split_suffix(name, DOCUMENT_FORMS)
    names = sorted(path.stem for path in door.assets.shapes.glob("*.ttl"))
    if stem and stem not in names:
        raise NotFoundError(f"There are no shapes of this name. There are: {', '.join(names)}.")
    path = f"/shapes/{stem}" if stem else "/shapes"
    topic = NamedNode(CANONICAL + path.removeprefix("/"))
    async with door.release() as served:

        def document() -> Document:
            return document_of(_triples_of(door.assets.shapes, stem or "*"), topic)

        def page(frame: PageFrame) -> Body:
            # A file's rules may stand in another file: the page reads all, and shows the shapes of this one.
            shown = {str(subject) for subject in document().own}
            views = shape_views(_triples_of(door.assets.shapes, "*"), served.vocabulary, reader.language)
            views = [view for view in views if f"<{view.iri}>" in shown]
            values = {"shapes": views, "names": names, "name": stem, "release": served.release}
            return Body(door.pages.render("shapes.html", reader, frame=frame, **values))

        return await answer(request, served, Resource(path, topic.value, DOCUMENT_FORMS, document, page), form)


@cache
def _triples_of(folder: FilePath, stem: str) -> tuple[Triple, ...]:
    """Return the shapes of a file, or of all, read once: the folder is as fixed as the software."""
    return tuple(shape_triples(folder, stem))


def _known(served: Served, topic: NamedNode) -> None:
    if not served.has_subject(topic):
        raise NotFoundError(f"Nothing is known about {topic.value}.")
