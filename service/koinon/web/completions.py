"""``/completions``: the words of this graph that an editor of queries offers, as JSON."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from koinon.model.namespaces import OWL, PREFIXES, RDF
from koinon.publish.vocabulary import short_name
from koinon.web.door import Door
from koinon.web.representations import JSON, Form, caching, entity_tag, is_unchanged, negotiate, not_modified
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

_FORMS: Final = (Form(JSON, "json", "JSON"),)
_MOST: Final = 2_000
"""Terms of a kind that are told: a data set that is imported may have any number."""
_PROPERTIES: Final = frozenset(
    {OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty", RDF + "Property"}
)


@reads(router, "/completions")
async def completions(request: Request) -> Response:
    """Return the prefixes, and the classes and properties by their prefixed names, each with its label."""
    negotiate(request, _FORMS)
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, JSON), reader.language)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        found = await door.make(request, lambda: _terms(served, reader.language), (reader.path, headers["ETag"]))
        return JSONResponse(found, headers=headers)


def _terms(served: Served, language: str) -> dict[str, object]:
    counts = served.contents.classes(_MOST)
    vocabulary = served.vocabulary
    classes: list[dict[str, object]] = [
        {"name": name, "label": vocabulary.label(iri, language).text, "count": number}
        for iri, number in counts
        if (name := short_name(iri)) != iri
    ]
    properties: list[dict[str, object]] = [
        {"name": name, "label": vocabulary.label(iri, language).text}
        for iri, term in sorted(vocabulary.terms.items())
        if term.types & _PROPERTIES and (name := short_name(iri)) != iri
    ]
    used = {str(term["name"]).partition(":")[0] for term in [*classes, *properties]}
    prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if prefix in used or prefix == "xsd"}
    return {"prefixes": prefixes, "classes": classes, "properties": properties[:_MOST]}
