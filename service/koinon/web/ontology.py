"""``/def`` and ``/shapes``: the classes and properties of the graph, and what every source is checked for."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CANONICAL, DEF, RDF
from koinon.publish.documents import Document, document_of
from koinon.publish.ontology.counts import Counts
from koinon.publish.ontology.examples import example_of
from koinon.publish.ontology.labels import Labels
from koinon.publish.ontology.overview import overview
from koinon.publish.ontology.shapes import ShapePages
from koinon.publish.ontology.views import TermPages
from koinon.publish.vocabulary import ONTOLOGY_GRAPH, shape_triples, term_iri, term_name
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, Resource, answer
from koinon.web.reader import Reader
from koinon.web.representations import DOCUMENT_FORMS, form_of, split_suffix
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.void import counted_of

router: Final = APIRouter()

_TYPE: Final = NamedNode(RDF + "type")
_CLASSES: Final = 1000
_ASK: Final = 100
"""Classes whose things are counted, and lines of the answer to the query behind a count."""

Name = Annotated[str, Path(description="Name, with or without the suffix of a form.")]
TermName = Annotated[
    str,
    Path(
        description="A term, or a version of the ontology, with or without the suffix of a form: Project.ttl.",
        examples=["Project"],
    ),
]


@reads(router, "/def")
async def ontology(request: Request) -> Response:
    """Answer with the ontology: every class and property, with labels and definitions."""
    return await _ontology(request, "/def", "")


@reads(router, "/def.{suffix}")
async def ontology_form(request: Request, suffix: Name) -> Response:
    """Answer with the ontology in the form of the suffix."""
    return await _ontology(request, "/def", suffix)


@reads(router, "/def/{name}")
async def term(request: Request, name: TermName) -> Response:
    """Answer with one term, ours (``Project``) or of others (``schema:url``), or a version of the ontology."""
    stem, form = split_suffix(name, DOCUMENT_FORMS)
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        current = served.release.manifest.ontology_version
        if stem[:1].isdecimal():
            if stem != current:
                raise NotFoundError(f"There is no version {stem[:40]} of the ontology here. There is {current}.")
            return await _ontology(request, f"/def/{current}", form.suffix if form else "")
        terms = served.terms(door.assets)
        iri = term_iri(stem)
        if iri is None or not (terms.knows(iri) or _is_used(served, iri)):
            raise NotFoundError(f"The ontology has no term {stem[:60]}. All of them are at /def.")
        counts = await _counts(request, door, served)

        def document() -> Document:
            return document_of(terms.said(iri), NamedNode(iri))

        def page(frame: PageFrame) -> Body:
            naming = served.naming(reader.language)
            view = TermPages(terms, Labels(served.vocabulary, naming), counts).term(iri)
            example = example_of(iri, served.store, served.contents, naming, is_class=view.line.is_class)
            values = {"view": view, "example": example, "query": _query(iri, is_class=view.line.is_class)}
            return Body(door.pages.render("term.html", reader, frame=frame, release=served.release, **values))

        return await answer(request, served, Resource(f"/def/{stem}", iri, DOCUMENT_FORMS, document, page), form)


async def _ontology(request: Request, path: str, suffix: str) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    form = form_of(suffix, DOCUMENT_FORMS) if suffix else None
    async with door.release() as served:
        counts = await _counts(request, door, served)

        def document() -> Document:
            return document_of(served.store.triples(graph=ONTOLOGY_GRAPH), NamedNode(CANONICAL + "def"))

        def page(frame: PageFrame) -> Body:
            pages = TermPages(served.terms(door.assets), _labels(served, reader), counts)
            values = {
                "groups": pages.groups(),
                "reused": pages.reused(),
                "drawing": overview(served.vocabulary, reader.language, counts),
            }
            return Body(door.pages.render("terms.html", reader, frame=frame, release=served.release, **values))

        return await answer(
            request, served, Resource(path, CANONICAL + "def", DOCUMENT_FORMS, document, page), form
        )


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
            return document_of(shape_triples(door.assets.shapes, stem or "*"), topic)

        def page(frame: PageFrame) -> Body:
            return Body(_shapes_page(door, served, reader, frame, stem, names))

        return await answer(request, served, Resource(path, topic.value, DOCUMENT_FORMS, document, page), form)


def _shapes_page(
    door: Door, served: Served, reader: Reader, frame: PageFrame, stem: str, names: list[str]
) -> bytes:
    """Return the page of one file, or the one of all (empty ``stem``)."""
    counts = Counts(dict(served.contents.classes(_CLASSES)))
    pages = ShapePages(served.terms(door.assets), _labels(served, reader), counts)
    values = {"frame": frame, "release": served.release, "names": names, "name": stem}
    if not stem:
        return door.pages.render("shapes.html", reader, shapes=pages.checking(), rules=pages.rules(), **values)
    checking, helpers = pages.of_file(stem)
    return door.pages.render("shapes-file.html", reader, shapes=checking, helpers=helpers, **values)


async def _counts(request: Request, door: Door, served: Served) -> Counts:
    """Return how often the release has each term; properties are counted once, where that is done in time."""
    counted = await counted_of(request, door, served)
    classes = dict(served.contents.classes(_CLASSES))
    return Counts(classes, dict(counted.properties) if counted else None)


def _labels(served: Served, reader: Reader) -> Labels:
    return Labels(served.vocabulary, served.naming(reader.language))


def _is_used(served: Served, iri: str) -> bool:
    node = NamedNode(iri)
    found = served.store.triples(None, _TYPE, node), served.store.triples(None, node)
    return any(next(iter(triples), None) is not None for triples in found)


def _query(iri: str, *, is_class: bool) -> str:
    """Return the query for what has a term, as people would write it."""
    name = term_name(iri) or iri
    prefix, colon, _ = name.rpartition(":")
    written = name if colon else f"koi:{name}"
    namespace = iri[: -len(name.rpartition(":")[2])] if colon else DEF
    pattern = f"?thing a {written}" if is_class else f"?thing {written} ?value"
    return f"PREFIX {prefix or 'koi'}: <{namespace}>\nSELECT * WHERE {{ {pattern} }}\nLIMIT {_ASK}"
