"""What clients of ``/reconcile`` look things up with: suggestions, proposals, previews, and a page for people."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from koinon.model.errors import NotFoundError
from koinon.publish.credits import Credit, credits_of, graphs_naming
from koinon.publish.reconcile.asking import TYPES, iri_of, is_entity
from koinon.publish.reconcile.extending import proposals
from koinon.publish.reconcile.previewing import Preview, preview_of
from koinon.publish.reconcile.properties import PROPERTIES
from koinon.publish.reconcile.scoring import written
from koinon.web.door import Door, PageFrame, html
from koinon.web.middleware import SECURITY
from koinon.web.problems import ProblemError
from koinon.web.reader import local_path
from koinon.web.reconcile import writing
from koinon.web.reconcile.answering import Words, answered, number_of
from koinon.web.reconcile.reading import BATCH
from koinon.web.representations import PAGE_ALONE, caching, entity_tag, is_unchanged, negotiate, not_modified
from koinon.web.routing import reads

router: Final = APIRouter()

_SUGGESTED: Final = 20
_DEEPEST: Final = 500
_FRAMED: Final = SECURITY["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors *")
"""Previews are made to be shown in the pages of others: they hold no form, no script and nothing private."""


@reads(router, "/reconcile/about")
async def about(request: Request) -> Response:
    """Explain the service to people."""
    negotiate(request, (PAGE_ALONE,))
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, "text/html"), reader.language)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        words = await door.make(request, lambda: Words(served, reader))
        return await html(
            request,
            "reconcile.html",
            headers=headers,
            release=served.release,
            types=words.types,
            properties=words.properties,
            batch=BATCH,
        )


@reads(router, "/reconcile/extend/propose")
async def propose(request: Request) -> Response:
    """Propose the properties that entities of ``type`` have."""
    kind = request.query_params.get("type", "")
    if kind and kind not in TYPES:
        raise ProblemError("bad-request", f"type: {kind[:60]!r} is no type here. There are {', '.join(TYPES)}.")
    limit = number_of(request, "limit", len(PROPERTIES))
    return await answered(
        request, lambda words: writing.proposed(proposals(kind, limit), words.properties, kind, limit)
    )


@reads(router, "/reconcile/1.0-draft/extend/propose")
async def draft_propose(request: Request) -> Response:
    """Propose the properties that entities of ``type`` have."""
    return await propose(request)


@reads(router, "/reconcile/suggest/entity")
async def suggest_entity(request: Request) -> Response:
    """Suggest entities whose names begin with ``prefix``, those after the first ``cursor``, of ``type``."""
    prefix = request.query_params.get("prefix", "")
    skip = number_of(request, "cursor", _DEEPEST + 1)
    wanted = [TYPES[one] for one in request.query_params.getlist("type") if one in TYPES] or list(TYPES.values())
    async with Door.of(request).release() as served:
        language = Door.of(request).reader(request).language

        def found(words: Words) -> dict[str, Any]:
            if skip > _DEEPEST:
                return {"result": []}  # the end: who asks for page after page has to get there
            named = iri_of(prefix)
            own = [named] if not skip and "/" in prefix and words.matcher.entity(named).known else []
            hits = served.search.search(prefix, wanted, (), language, _SUGGESTED, skip).hits
            iris = dict.fromkeys((*own, *(hit.iri for hit in hits if is_entity(hit.iri))))
            return {"result": writing.suggested(words.matcher, list(iris)[:_SUGGESTED], words.types)}

        return await answered(request, found)


@reads(router, "/reconcile/suggest/property")
async def suggest_property(request: Request) -> Response:
    """Suggest properties whose names begin with ``prefix``."""
    return await _suggest(request, lambda words: words.properties)


@reads(router, "/reconcile/suggest/type")
async def suggest_type(request: Request) -> Response:
    """Suggest types whose names begin with ``prefix``."""
    return await _suggest(request, lambda words: words.types)


@reads(router, "/reconcile/1.0-draft/suggest/entity")
async def draft_suggest_entity(request: Request) -> Response:
    """Suggest entities whose names begin with ``prefix``."""
    return await suggest_entity(request)


@reads(router, "/reconcile/1.0-draft/suggest/property")
async def draft_suggest_property(request: Request) -> Response:
    """Suggest properties whose names begin with ``prefix``."""
    return await suggest_property(request)


@reads(router, "/reconcile/1.0-draft/suggest/type")
async def draft_suggest_type(request: Request) -> Response:
    """Suggest types whose names begin with ``prefix``."""
    return await suggest_type(request)


@reads(router, "/reconcile/flyout/entity")
async def flyout_entity(request: Request) -> Response:
    """Give a little HTML about an entity (version 0.1)."""
    identifier = request.query_params.get("id", "")
    return await answered(
        request, lambda words: writing.flyout(identifier, words.matcher.entity(iri_of(identifier)))
    )


@reads(router, "/reconcile/flyout/property")
async def flyout_property(request: Request) -> Response:
    """Give a little HTML about a property (version 0.1)."""
    return await _flyout(request, lambda words: words.properties)


@reads(router, "/reconcile/flyout/type")
async def flyout_type(request: Request) -> Response:
    """Give a little HTML about a type (version 0.1)."""
    return await _flyout(request, lambda words: words.types)


@reads(router, "/reconcile/view")
async def view(request: Request) -> Response:
    """Lead to the page about the entity with the given ``id``, which may stand in the address as it is.

    What others minted has its page with them: only what the release describes as an entity is led to there.
    """
    iri = iri_of(request.query_params.get("id", ""))
    path = local_path(iri)
    door = Door.of(request)
    reader = door.reader(request)
    if path is not None and not {"", ".", ".."}.intersection(path[1:].split("/")):
        return RedirectResponse(reader.url(path), 303)
    address = reader.href(iri) if path is None else None
    if address is not None:
        async with door.release() as served:
            if await door.make(request, lambda: Words(served, reader).matcher.entity(iri).types):
                return RedirectResponse(address, 303)
    raise NotFoundError("This service has no page about an entity with this id.")


@reads(router, "/reconcile/preview")
async def preview(request: Request) -> Response:
    """Show an entity in a small frame of another page."""
    door = Door.of(request)
    reader = door.reader(request)
    identifier = request.query_params.get("id", "")[:2000]
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, "text/html"), reader.language)
        headers["Content-Security-Policy"] = _FRAMED
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)

        def found() -> tuple[Preview, tuple[Credit, ...]] | None:
            entity = Words(served, reader).matcher.entity(iri_of(identifier))
            if not entity.known:
                return None
            view = preview_of(entity)
            graphs = graphs_naming(served.store, [view.iri])
            return view, credits_of(served.store, graphs, reader.language)

        shown = await door.make(request, found, ("preview", identifier, headers["ETag"]))
        if shown is None:
            raise NotFoundError("There is no entity with this id.")
        frame = PageFrame([], "", {"id": identifier})
        view, credits = shown
        return await html(
            request, "reconcile-preview.html", headers=headers, frame=frame, view=view, credits=credits
        )


@reads(router, "/reconcile/1.0-draft/preview")
async def draft_preview(request: Request) -> Response:
    """Show an entity in a small frame of another page."""
    return await preview(request)


async def _suggest(request: Request, names_of: Callable[[Words], dict[str, str]]) -> Response:
    prefix = written(request.query_params.get("prefix", "")).folded
    skip = number_of(request, "cursor", _DEEPEST + 1)

    def found(words: Words) -> writing.Json:
        fitting = [
            {"id": one, "name": name}
            for one, name in names_of(words).items()
            if not prefix or any(text.startswith(prefix) for text in _beginnings(one, name))
        ]
        return {"result": fitting[skip:]}

    return await answered(request, found)


def _beginnings(identifier: str, name: str) -> list[str]:
    parts = written(name).folded.split()
    return [identifier, written(identifier).folded, *(" ".join(parts[place:]) for place in range(len(parts)))]


async def _flyout(request: Request, names_of: Callable[[Words], dict[str, str]]) -> Response:
    identifier = request.query_params.get("id", "")

    def found(words: Words) -> writing.Json:
        names = names_of(words)
        if identifier not in names:
            raise NotFoundError("There is nothing with this id.")
        return writing.flyout_of(identifier, names[identifier], "")

    return await answered(request, found)
