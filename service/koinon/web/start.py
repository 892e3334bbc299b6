"""The start page: search, what is here and where, what is new, and questions to try."""

from collections import OrderedDict
from dataclasses import dataclass
from math import hypot
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from koinon.model.namespaces import DEF, FOAF, ORG
from koinon.publish.changes import label_of
from koinon.publish.maps.regions import RegionDot, region_dots
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.release.changelog import Change, ChangeLog, Member, Step
from koinon.release.manifest import DERIVED, GraphEntry
from koinon.web.door import Door, html
from koinon.web.queries import described
from koinon.web.reader import Reader
from koinon.web.representations import PAGE_ALONE, Offer, not_modified
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

FEATURED: Final = "regions-sharing-a-cluster-model"
CHOSEN: Final = {
    "network": ("regions-with-a-common-project", "clusters-by-model", "themes-across-languages"),
    "researcher": ("project-participants", "territories-of-a-project", "disagreements"),
    "developer": ("everything-about", "external-identifiers", "projects-as-schema-org"),
}
"""The questions that the start page asks, by audience; all others are one step away."""

COUNTED: Final = {
    "projects": DEF + "Project",
    "actors": ORG + "Organization",
    "clusters": DEF + "Cluster",
    "programmes": DEF + "FundingProgramme",
    "regions": DEF + "Territory",
    "practices": DEF + "GoodPractice",
    "events": DEF + "Event",
    "documents": FOAF + "Document",
}
_NEWS: Final = ("class/Project", "class/Cluster", "class/Organization", "class/Event", "class/Document")
_NEW: Final = 6
_NAMED: Final = 8
"""Things that are named as new, and regions that are named beside the map."""

_FAR: Final = 150
"""Units of the map, of 2 km, that the two regions of the example are apart: one must not lie in the other."""

_DOTS: OrderedDict[str, tuple[RegionDot, ...]] = OrderedDict()
_RELEASES: Final = 4
"""Releases whose regions are remembered."""


@dataclass(frozen=True, slots=True)
class News:
    """What became current last: the step of the log, and some of what it created, changed or removed."""

    step: Step
    members: tuple[tuple[Member, Text], ...]


@reads(router, "/")
async def home(request: Request) -> Response:
    """Show what is here: search, counts, regions, news, questions, sources."""
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        chosen = Offer("", (PAGE_ALONE,)).choose(request, reader, f"{served.edition} {door.changes.state}")
        headers = chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)
        if served.release.manifest.imported:
            return await html(request, "home-imported.html", headers=headers, release=served.release)
        dots = await door.make(request, lambda: _dots(served), ("regions", served.release.id))
        naming = Naming(served.store, served.vocabulary, reader.language)
        titles = {query.name: described(query.title, reader.language) for query in served.catalogue}
        return await html(
            request,
            "home.html",
            headers=headers,
            counts={name: served.contents.count(iri) for name, iri in COUNTED.items()},
            questions={
                audience: [(name, titles[name]) for name in names if name in titles]
                for audience, names in CHOSEN.items()
            },
            featured=(FEATURED, titles[FEATURED]) if FEATURED in titles else None,
            sources=_sources(served, reader),
            dots=dots,
            naming=naming,
            largest=[(dot, naming(dot.iri)) for dot in dots[:_NAMED]],
            pair=_apart([(dot, naming(dot.iri)) for dot in dots[:_NAMED]]),
            news=_news(door.changes, served.release.id, reader.language),
            release=served.release,
        )


def _dots(served: Served) -> tuple[RegionDot, ...]:
    """Return the regions of a release; they are looked up once."""
    name = f"{served.release.id} {served.place}"
    found = _DOTS.get(name)
    if found is None:
        found = region_dots(served.store, served.contents)
        _DOTS[name] = found
        if len(_DOTS) > _RELEASES:
            _DOTS.popitem(last=False)
    return found


def _apart(regions: list[tuple[RegionDot, Text]]) -> list[tuple[RegionDot, Text]]:
    """Return the first region and the next that lies far from it; nothing where all are close."""
    far = [one for one in regions[1:] if hypot(one[0].x - regions[0][0].x, one[0].y - regions[0][0].y) > _FAR]
    return [regions[0], far[0]] if far else []


def _news(changes: ChangeLog, release: str, language: str) -> News | None:
    """Return what the step that led to the release brought, things that people look for first."""
    step = next((step for step in reversed(changes.steps()) if step.release == release), None)
    if step is None:
        return None
    found = [member for name in _NEWS for member in changes.members(step.sequence, name, most=_NEW)]
    seen = {member.thing: member for member in found if member.change is not Change.REMOVED}
    return News(step, tuple((member, label_of(member, language)) for member in list(seen.values())[:_NEW]))


def _sources(served: Served, reader: Reader) -> list[tuple[GraphEntry, Text]]:
    entries = (entry for entry in served.release.manifest.graphs if entry.kind != DERIVED)
    return sorted(((entry, described(entry.title, reader.language)) for entry in entries), key=_source_order)


def _source_order(source: tuple[GraphEntry, Text]) -> tuple[int, str]:
    entry, title = source
    return {"page": 0, "external": 1}.get(entry.kind, 2), title.text.casefold()
