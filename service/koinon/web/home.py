"""The home page, the explanations of problems, and the static files."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import DEF, FOAF
from koinon.publish.collections import SECTIONS
from koinon.publish.text import Text
from koinon.release.manifest import DERIVED, GraphEntry
from koinon.web.door import Door, html
from koinon.web.problems import KINDS
from koinon.web.queries import described
from koinon.web.rendering import STATIC, static_file
from koinon.web.representations import PAGE_ALONE, caching, entity_tag, is_unchanged, negotiate, not_modified
from koinon.web.routing import reads

router: Final = APIRouter()

FEATURED: Final = "regions-sharing-a-cluster-model"
CHOSEN: Final = {
    "network": ("regions-with-a-common-project", "clusters-by-model", "themes-across-languages"),
    "researcher": ("project-participants", "territories-of-a-project", "disagreements"),
    "developer": ("everything-about", "external-identifiers", "projects-as-schema-org"),
}
"""The questions that the start page asks, by audience; all others are one step away."""

_COUNTED: Final = {
    **SECTIONS,
    "practices": DEF + "GoodPractice",
    "events": DEF + "Event",
    "documents": FOAF + "Document",
}


@reads(router, "/")
async def home(request: Request) -> Response:
    """Show what is here: counts, questions, sources."""
    negotiate(request, (PAGE_ALONE,))
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, "text/html"), reader.language)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        counts = {name: served.contents.count(iri) for name, iri in _COUNTED.items()}
        titles = {query.name: described(query.title, reader.language) for query in served.catalogue}
        questions = {
            audience: [(name, titles[name]) for name in names if name in titles]
            for audience, names in CHOSEN.items()
        }
        sources = sorted(
            (
                (entry, described(entry.title, reader.language))
                for entry in served.release.manifest.graphs
                if entry.kind != DERIVED
            ),
            key=_source_order,
        )
        return await html(
            request,
            "home-imported.html" if served.release.manifest.imported else "home.html",
            headers=headers,
            counts=counts,
            questions=questions,
            featured=(FEATURED, titles[FEATURED]) if FEATURED in titles else None,
            sources=sources,
            release=served.release,
        )


def _source_order(source: tuple[GraphEntry, Text]) -> tuple[int, str]:
    entry, title = source
    return {"page": 0, "external": 1}.get(entry.kind, 2), title.text.casefold()


@reads(router, "/problems/{name}")
async def problem(
    request: Request, name: Annotated[str, Path(description="Name of the kind of problem.")]
) -> Response:
    """Explain one kind of problem."""
    if name not in KINDS:
        raise NotFoundError(f"There is no problem of this name. There are: {', '.join(KINDS)}.")
    return await html(request, "problem.html", kind=KINDS[name], name=name)


@reads(router, "/static/{name}")
async def static(request: Request, name: Annotated[str, Path(description="Name of the file.")]) -> Response:
    """Answer with a style sheet or an image; its address carries its hash, so it may be kept for good."""
    if name not in STATIC:
        raise NotFoundError("There is no such file.")
    tag = f'"{Door.of(request).pages.versions[name]}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=31536000, immutable"}
    if is_unchanged(request, tag):
        return not_modified(headers)
    return Response(static_file(name), headers=headers, media_type=STATIC[name])
