"""``/regions/{code}``, ``/regions/{a}/with/{b}`` and ``/actors/{x}/partners``: regions, and who works with whom.

A region is named by its NUTS code or by the last part of its address; what has a code answers there, and its other
names lead to it. A bridge is a page, JSON-LD and a table.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import ID
from koinon.publish import rdf
from koinon.publish.bridge.atlas import Atlas
from koinon.publish.bridge.data import as_csv, as_json
from koinon.publish.bridge.partners import KINDS, PartnersWriter, actor_of
from koinon.publish.bridge.picture import WIDTH, picture_of
from koinon.publish.bridge.region import RegionWriter
from koinon.publish.bridge.territories import Territory
from koinon.publish.bridge.views import BridgeView, PartnersView, RegionView
from koinon.publish.bridge.writer import BridgeWriter, things_of
from koinon.publish.credits import credits_of, graphs_naming
from koinon.publish.maps.neighbours import neighbourhood
from koinon.publish.naming import Naming
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, sent
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    ALIASES,
    CSV,
    HTML,
    JSON,
    JSON_LD,
    PAGE,
    RDF_FORMS,
    TABLE,
    VARY,
    Form,
    Offer,
    alternates,
    form_of,
    not_modified,
    search,
    split_suffix,
)
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.withdrawn import refuse_withdrawn, refuse_withdrawn_region

router: Final = APIRouter()

FORMS: Final = (PAGE, RDF_FORMS[0], TABLE, *RDF_FORMS[1:], ALIASES[0])
_LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"

Name = Annotated[str, Path(description="NUTS code, like PL63, or the last part of the region's address.")]
Actor = Annotated[str, Path(description="Last part of the actor's address.")]
Views = BridgeView | RegionView | PartnersView


@reads(router, "/regions/{name}")
async def region(request: Request, name: Name) -> Response:
    """Show what is known of a region of any NUTS level, and with which others it shares what."""
    slug, form = split_suffix(name, FORMS)
    door = Door.of(request)
    async with door.release() as served:
        atlas = await _atlas(request, served)
        found = await _territory(request, served, atlas, slug)
        path = f"/regions/{found.name}"
        if slug != found.name:
            return _redirect(door.reader(request), path + (f".{form.suffix}" if form else ""))

        def made(naming: Naming) -> RegionView:
            return RegionWriter(atlas, served.store, naming).write(found)

        return await _answer(request, served, path, FORMS, form, "region.html", made)


@reads(router, "/regions/{name}/with")
async def choose(request: Request, name: Name) -> Response:
    """Lead to the bridge to the region of ``?region=``, a code or a name."""
    door = Door.of(request)
    async with door.release() as served:
        atlas = await _atlas(request, served)
        one = await _territory(request, served, atlas, name)
        other = await _territory(request, served, atlas, request.query_params.get("region", "").strip())
    return _redirect(door.reader(request), f"/regions/{one.name}/with/{other.name}")


@reads(router, "/regions/{one}/with/{other}")
async def bridge(request: Request, one: Name, other: Name) -> Response:
    """Show what two regions share, on which ground, and who of them should meet."""
    slug, form = split_suffix(other, FORMS)
    door = Door.of(request)
    async with door.release() as served:
        atlas = await _atlas(request, served)
        first, second = [await _territory(request, served, atlas, name) for name in (one, slug)]
        path = f"/regions/{first.name}/with/{second.name}"
        if (one, slug) != (first.name, second.name):
            return _redirect(door.reader(request), path + (f".{form.suffix}" if form else ""))

        def checked(naming: Naming) -> None:
            _refuse_nested(atlas, naming, first, second)

        def made(naming: Naming) -> BridgeView:
            return BridgeWriter(atlas, served.store, naming).write(first, second)

        return await _answer(request, served, path, FORMS, form, "bridge.html", made, checked)


@reads(router, "/actors/{name}/partners")
async def partners(request: Request, name: Actor) -> Response:
    """Show with whom an actor shares projects, and whom it should meet."""
    return await _partners(request, name, None)


@reads(router, "/actors/{name}/partners.{suffix}")
async def partners_form(
    request: Request,
    name: Actor,
    suffix: Annotated[str, Path(description="Suffix of a form: jsonld, csv, ttl … or html.")],
) -> Response:
    """Show the partners of an actor in the form of the suffix."""
    return await _partners(request, name, form_of(suffix, FORMS))


async def _partners(request: Request, name: str, form: Form | None) -> Response:
    door = Door.of(request)
    async with door.release() as served:
        atlas = await _atlas(request, served)
        naming = Naming(served.store, served.vocabulary, door.reader(request).language)
        actor = actor_of(PartnersWriter(atlas, served.store, naming), name)
        if actor is None:
            for kind in KINDS:
                await refuse_withdrawn(request, served, f"{ID}{kind}/{name}")
            raise NotFoundError(f"Nothing is known of what an actor {name[:100]} does, or with whom.")

        def made(naming: Naming) -> PartnersView:
            return PartnersWriter(atlas, served.store, naming).write(actor)

        return await _answer(request, served, f"/actors/{name}/partners", FORMS, form, "partners.html", made)


async def _atlas(request: Request, served: Served) -> Atlas:
    """Return what the release knows of regions; opening it the first time is work for the press."""
    return served.atlas() if served.knows_regions else await Door.of(request).make(request, served.atlas)


async def _territory(request: Request, served: Served, atlas: Atlas, name: str) -> Territory:
    """Return the region of a code or name; raises NotFoundError, or ProblemError for one that went."""
    try:
        return atlas.territory(name)
    except NotFoundError:
        await refuse_withdrawn_region(request, served, name)
        raise


async def _answer(
    request: Request,
    served: Served,
    path: str,
    forms: Sequence[Form],
    fixed: Form | None,
    template: str,
    made: Callable[[Naming], Views],
    checked: Callable[[Naming], None] = lambda _: None,
) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    chosen = Offer(path, forms, spoken=(HTML, CSV)).choose(request, reader, served.edition, fixed)
    form, headers = chosen.form, chosen.headers
    naming = Naming(served.store, served.vocabulary, reader.language)
    if chosen.is_unchanged:
        await door.make(request, lambda: checked(naming))
        return not_modified(headers)

    def write() -> Body:
        checked(naming)
        view = made(naming)
        if form.media_type == CSV:
            return Body(as_csv(view))
        if not chosen.is_page:
            written = as_json(view, reader.absolute(path), _LICENCE)
            is_json = form.media_type in (JSON_LD, JSON)
            return Body(written if is_json else rdf.converted(written, reader.absolute(path), form.media_type))
        return Body(_page(door, served, reader, template, view, PageFrame(alternates(reader, path, forms), "", {})))

    return sent(chosen, await door.once(request, served, (path, reader.release, headers["ETag"]), write))


def _page(door: Door, served: Served, reader: Reader, template: str, view: Views, frame: PageFrame) -> bytes:
    values: dict[str, Any] = {"frame": frame, "view": view, "release": served.release}
    graphs = graphs_naming(served.store, things_of(view)) | {source.graph for source in view.sources}
    values["credits"] = credits_of(served.store, graphs, reader.language)
    if isinstance(view, BridgeView):
        values |= {"picture": picture_of(view), "width": WIDTH}
    if not isinstance(view, PartnersView):
        values["around"] = neighbourhood(view, served.store)
    return door.pages.render(template, reader, **values)


def _refuse_nested(atlas: Atlas, naming: Naming, one: Territory, other: Territory) -> None:
    """Raise ProblemError for two territories of which one is or holds the other: they share all that is in it."""
    if atlas.nested(one, other):
        raise ProblemError(
            "bad-request",
            f"{naming(one.iri)} and {naming(other.iri)} are the same, or one lies in the other. Choose two regions "
            "of which neither holds the other.",
        )


def _redirect(reader: Reader, path: str) -> RedirectResponse:
    parameters = {"lang": reader.asked} if reader.asked else {}
    return RedirectResponse(reader.prefix + path + search(parameters), 303, {"Vary": VARY})
