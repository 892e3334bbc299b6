"""``/.well-known/void``: what the served release is as a data set, and what it holds, counted by query workers."""

from typing import Annotated, Final, Never

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from koinon.model.errors import NotFoundError, QueryError
from koinon.publish.documents import Document
from koinon.publish.partitions import Partitions, examples, questions
from koinon.publish.void import void_description
from koinon.query.job import BINDING_TYPES, Job
from koinon.web.door import Door, PageFrame, Resource, answer
from koinon.web.representations import ALIASES, RDF_FORMS, form_of
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

FORMS: Final = (*RDF_FORMS, *ALIASES)
_VOID: Final = "/.well-known/void"


@reads(router, _VOID)
async def void(request: Request) -> Response:
    """Describe the served release as a data set (VoID)."""
    return await _void(request, "")


@reads(router, _VOID + ".{suffix}")
async def void_form(
    request: Request, suffix: Annotated[str, Path(description="Suffix of a form: ttl, jsonld …")]
) -> Response:
    """Describe the served release as a data set, in the form of the suffix."""
    return await _void(request, suffix)


async def _void(request: Request, suffix: str) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    form = form_of(suffix, FORMS) if suffix else None
    async with door.release() as served:
        counted = await counted_of(request, door, served)

        def document() -> Document:
            shown = list(examples(served.contents)) if counted else []
            return void_description(reader.base, served.release.manifest, served.store, counted, shown)

        resource = Resource(_VOID, reader.absolute(_VOID) + "#dataset", FORMS, document, _no_page)
        return await answer(request, served, resource, form)


async def counted_of(request: Request, door: Door, served: Served) -> Partitions | None:
    """Return what the release holds; None where it cannot be counted in time, or is other people's."""
    if served.release.manifest.imported:
        return None
    if served.partitions is None:
        try:
            found = [
                await door.ask(request, served, Job(text, (BINDING_TYPES[0],)), door.settings.query_timeout)
                for text in questions()
            ]
        except QueryError:
            return None
        served.partitions = Partitions.read(*(one.body for one in found))
    return served.partitions


def _no_page(_: PageFrame) -> Never:
    raise NotFoundError("The description has no page.")
