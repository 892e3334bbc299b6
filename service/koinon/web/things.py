"""``/id/…`` → 303 → ``/doc/…``: things, and the documents about them."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.responses import RedirectResponse, Response

from koinon.model.addresses import thing_of
from koinon.model.errors import NotFoundError
from koinon.model.namespaces import ID
from koinon.publish.credits import credits_of, graphs_shown, with_sources
from koinon.publish.documents import Document, Place
from koinon.publish.links.history import History
from koinon.publish.links.history_forms import with_history
from koinon.publish.pages import thing_view
from koinon.publish.sparql import query_about
from koinon.publish.topics import speakers
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, Resource, answer
from koinon.web.links.past import history_below, history_of_thing, shown_history
from koinon.web.links.shown import linked_of
from koinon.web.problems import ProblemError
from koinon.web.representations import DOCUMENT_FORMS, VARY, split_suffix
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.withdrawn import refuse_unknown

router: Final = APIRouter()
WHOLE: Final = 1200
PAGED: Final = 250
"""Statements up to which a thing is shown on one HTML page, and those of each page about a larger one (0.1 s)."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,200}")

Type = Annotated[str, Path(description="Kind of thing: project, organisation, place …")]
Name = Annotated[str, Path(description="Name of the thing, with or without the suffix of a form.")]


def named_node(namespace: str, *parts: str) -> NamedNode:
    """Return the IRI of checked parts; raises NotFoundError for parts that no address of ours has."""
    kind, at, _ = parts[0].partition("@")
    if not all(_NAME.fullmatch(part) for part in (kind, *parts[1:])) or (at and namespace != ID):
        raise NotFoundError("No address of this service looks like this.")
    try:
        return NamedNode(thing_of("/".join(parts)) if at else namespace + "/".join(parts))
    except ValueError as error:
        raise NotFoundError(f"No address of this service looks like this: {error}.") from error


@reads(router, "/id/{type}/{name}", status_code=303, response_class=RedirectResponse)
async def thing(request: Request, type: Type, name: Name) -> Response:
    """Send the reader from a thing to the document about it (303: the thing itself cannot be sent)."""
    door = Door.of(request)
    slug, form = split_suffix(name, DOCUMENT_FORMS)
    topic = named_node(ID, type, slug)
    async with door.release() as served:
        await refuse_unknown(request, served, topic)
    suffix = f".{form.suffix}" if form else ""
    address = door.reader(request).url(f"/doc/{type}/{slug}{suffix}")
    return RedirectResponse(address, 303, {"Vary": VARY})


@reads(router, "/doc/{type}/{name}")
async def document(request: Request, type: Type, name: Name) -> Response:
    """Answer with the document about a thing, in the form that Accept or the suffix chooses."""
    door = Door.of(request)
    slug, form = split_suffix(name, DOCUMENT_FORMS)
    topic = named_node(ID, type, slug)
    async with door.release() as served:
        await refuse_unknown(request, served, topic)
        path = f"/doc/{type}/{slug}"
        history = await history_below(request, served)
        return await answer(request, served, thing_resource(request, served, topic, path, history), form)


def start_of(request: Request, topic: NamedNode) -> Place | None:
    """Return where the page of ``?after=`` begins, None for the first; raises ProblemError for nonsense."""
    after = request.query_params.get("after")
    if not after:
        return None
    try:
        return Place.read(after, topic)
    except ValueError as error:
        raise ProblemError("bad-request", "after is taken from the link to the next page as it stands.") from error


def thing_resource(
    request: Request, served: Served, topic: NamedNode, path: str, history: History | None = None
) -> Resource:
    """Return the resource of a thing or concept: its document, and its page in the reader's language.

    On its first page stands what ``history`` knows of it: the merges and splits of the canonical view.
    """
    door = Door.of(request)
    reader = door.reader(request)

    start = start_of(request, topic)
    ended = history.about(topic.value) if history and not start else []

    def document() -> Document:
        found = with_sources(served.document(topic, start), served.store, reader.absolute(path))
        if not history or not ended:
            return found
        more = reader.absolute(history_of_thing(topic.value))
        return with_history(found, history, served.store, reader.absolute(path), more)

    def page(frame: PageFrame) -> Body:
        shown = None if start else served.document(topic, statements=WHOLE, ranges=False)
        if shown is None or shown.next:
            shown = served.document(topic, start, statements=PAGED, ranges=False)
        following = shown.next.written(topic) if shown.next else ""
        body = door.pages.render(
            "thing.html",
            reader,
            frame=frame,
            view=thing_view(shown, served.store, served.vocabulary, reader.language),
            linked=linked_of(served, reader, topic.value),
            past=shown_history(door, served, reader, history, ended),
            past_address=history_of_thing(topic.value),
            speakers=speakers(served.store, served.vocabulary, reader.language, topic.value),
            credits=credits_of(served.store, graphs_shown(served.store, shown), reader.language),
            query=query_about(topic),
            path=path,
            following=following,
            release=served.release,
        )
        return Body(body, following)

    beside = f" {door.changes.state}" if ended else ""
    after = start.written(topic) if start else ""
    return Resource(path, topic.value, DOCUMENT_FORMS, document, page, after, beside)
