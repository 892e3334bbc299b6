"""``/quality``: how complete the sources of the served release are, and what the checks found in them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from koinon.build.findings import Severity
from koinon.model.errors import NotFoundError
from koinon.publish.credits import credit_of
from koinon.publish.documents import Document
from koinon.publish.naming import Naming
from koinon.publish.quality import views
from koinon.publish.quality.dqv import quality_document, source_document
from koinon.publish.quality.trend import Point, quality_of, read_trend
from koinon.publish.text import Text
from koinon.publish.vocabulary import shape_triples
from koinon.release.paths import Home
from koinon.release.quality import Quality, SourceQuality
from koinon.web.bodies import Body
from koinon.web.checking.explaining import explanation
from koinon.web.door import Door, PageFrame, sent, write
from koinon.web.graph_list import title_of
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    ALIASES,
    JSON,
    PAGE,
    RDF_FORMS,
    TABLE,
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

router: Final = APIRouter()

FORMS: Final = (PAGE, Form(JSON, "json", "JSON"), *RDF_FORMS, TABLE, *ALIASES[1:])
_NUMBER: Final = re.compile(r"\d{1,9}")
PAGE_SIZE: Final = 200
"""Sources of a page."""
Name = Annotated[str, Path(description="Slug of a source, with or without the suffix of a form.")]


@dataclass(frozen=True, slots=True)
class _Measured:
    """What one answer is made from: the measures of the served release, those of earlier ones, and the reader."""

    served: Served
    quality: Quality
    trend: tuple[Point, ...]
    reader: Reader
    door: Door

    @property
    def label(self) -> views.Label:
        """What names graphs, classes and places."""
        titles = {
            entry.name: title_of(entry, self.reader.language) for entry in self.served.release.manifest.graphs
        }
        naming = Naming(self.served.store, self.served.vocabulary, self.reader.language)
        return views.labels(naming, titles)

    @property
    def edition(self) -> str:
        """What the answer is made from, for its ETag: earlier releases too."""
        return f"{self.served.edition} {[(point.sequence, point.release) for point in self.trend]}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address asks for: the order of tables, the level of regions, and the first source of the page."""

    sort: str
    level: int
    start: int

    @property
    def parameters(self) -> dict[str, str]:
        """What the address has to carry for that."""
        said = {"sort": self.sort, "level": str(self.level), "start": str(self.start)}
        usual = {"sort": views.SORTS[0], "level": str(views.LEVELS[0]), "start": "0"}
        return {name: value for name, value in said.items() if value != usual[name]}


@dataclass(frozen=True, slots=True)
class _Answer:
    """One resource of this page: its path, and how to make each of its forms."""

    path: str
    parameters: dict[str, str]
    as_json: Callable[[], dict[str, object]]
    document: Callable[[], Document]
    page: Callable[[PageFrame], bytes]


@reads(router, "/quality")
async def quality(request: Request) -> Response:
    """Tell the quality of the release by source, class and region.

    ``sort`` orders the tables, ``level`` is that of regions (NUTS), ``start`` the first source of the page.
    """
    return await _whole(request, None)


@reads(router, "/quality.{suffix}")
async def quality_form(request: Request, suffix: Annotated[str, Path(description="Suffix of a form.")]) -> Response:
    """Tell the quality of the release in the form of the suffix."""
    return await _whole(request, form_of(suffix, FORMS))


@reads(router, "/quality/{name}")
async def quality_of_source(request: Request, name: Name) -> Response:
    """Tell the quality of one source: what is asked and given, which rules it broke, what its import read."""
    slug, form = split_suffix(name, FORMS)
    async with Door.of(request).release() as served:
        measured = await run_in_threadpool(_measured, request, served)
        source = measured.quality.source(slug)
        if source is None:
            raise NotFoundError("There is no source of this name in this release. /quality lists all.")
        return await _answer(request, measured, _of_source(measured, source), form)


async def _whole(request: Request, form: Form | None) -> Response:
    asked = _asked_for(request)
    async with Door.of(request).release() as served:
        measured = await run_in_threadpool(_measured, request, served)
        if asked.start and asked.start >= len(measured.quality.sources):
            raise ProblemError("bad-request", f"There are {len(measured.quality.sources)} sources.")
        return await _answer(request, measured, _of_release(measured, asked), form)


def _asked_for(request: Request) -> _Asked:
    sort = request.query_params.get("sort", views.SORTS[0])
    level = request.query_params.get("level", str(views.LEVELS[0]))
    start = request.query_params.get("start", "0")
    if sort not in views.SORTS:
        raise ProblemError("bad-request", f"sort is one of {', '.join(views.SORTS)}.")
    if level not in map(str, views.LEVELS):
        raise ProblemError("bad-request", f"level is one of {', '.join(map(str, views.LEVELS))}.")
    if not _NUMBER.fullmatch(start):
        raise ProblemError("bad-request", "start is the number of a source in the list, from 0.")
    return _Asked(sort, int(level), int(start))


def _measured(request: Request, served: Served) -> _Measured:
    door = Door.of(request)
    found = quality_of(served.release.path)
    if found is None:
        raise NotFoundError("This release was not measured: it was imported, or built by an earlier version.")
    trend = read_trend(Home(door.settings.home))
    return _Measured(served, found, trend, door.reader(request), door)


def _of_release(measured: _Measured, wanted: _Asked) -> _Answer:
    quality, served, language = measured.quality, measured.served, measured.reader.language
    after = wanted.start + PAGE_SIZE

    def page(frame: PageFrame) -> bytes:
        label = measured.label
        broken = _broken(measured, quality.sources)
        tallies = {name: each.tally for name, each in quality.classes.items()}
        return measured.door.pages.render(
            "quality.html",
            measured.reader,
            frame=frame,
            total=quality.total,
            completeness=views.Share(quality.total.given, quality.total.asked),
            whole=views.Share(quality.total.whole, quality.total.things),
            trend=[(point, point.total) for point in measured.trend],
            sources=views.source_rows(quality, label, measured.trend, wanted.sort)[wanted.start : after],
            following=after if after < len(quality.sources) else None,
            classes=views.class_rows(quality, label, wanted.sort),
            regions=views.region_rows(quality, label, wanted.level, wanted.sort),
            unplaced=views.region_row(quality.unplaced, label),
            asked=views.asked_of(quality.checks, tallies, served.vocabulary, language),
            broken=broken,
            titles=_titles(broken),
            sort=wanted.sort,
            level=wanted.level,
            parameters={name: value for name, value in wanted.parameters.items() if name != "start"},
            release=served.release,
        )

    return _Answer(
        "/quality",
        wanted.parameters,
        lambda: quality.as_json() | {"trend": [point.as_json() for point in measured.trend]},
        lambda: quality_document(measured.reader.base, quality),
        page,
    )


def _of_source(measured: _Measured, source: SourceQuality) -> _Answer:
    quality, served, reader = measured.quality, measured.served, measured.reader
    past = [point for point in measured.trend if source.slug in point.sources]

    def page(frame: PageFrame) -> bytes:
        broken = _broken(measured, [source])
        return measured.door.pages.render(
            "quality-source.html",
            reader,
            credit=credit_of(served.store, source.graph, reader.language) if source.graph else None,
            frame=frame,
            source=source,
            name=measured.label(source.graph) if source.graph else Text(source.slug),
            completeness=views.Share(source.figures.given, source.figures.asked),
            whole=views.Share(source.figures.whole, source.figures.things),
            trend=[(point, point.sources[source.slug]) for point in past],
            asked=views.asked_of(quality.checks, source.classes, served.vocabulary, reader.language),
            broken=broken,
            titles=_titles(broken),
            taken=views.rows_share(source.rows) if source.rows else None,
            release=served.release,
        )

    def as_json() -> dict[str, object]:
        found = quality.as_json()
        sources: list[dict[str, object]] = found["sources"]  # type: ignore[assignment]  # a list of sources
        mine = next(each for each in sources if each["slug"] == source.slug)
        checks: dict[str, object] = found["checks"]  # type: ignore[assignment]  # by class
        return {
            "release": quality.release,
            **mine,
            "checks": {name: checks[name] for name in source.classes},
            "trend": [point.as_json(source.slug) for point in past],
        }

    return _Answer(
        f"/quality/{source.slug}", {}, as_json, lambda: source_document(reader.base, quality, source), page
    )


def _broken(measured: _Measured, sources: Iterable[SourceQuality]) -> list[views.Broken]:
    said = _said(measured.door.assets.shapes)
    return views.broken_rules(sources, said, measured.served.vocabulary, measured.reader.language)


def _titles(broken: Iterable[views.Broken]) -> dict[str, str]:
    """Return what rules that are no shapes are called, in English: the page translates it."""
    return {each.rule: explanation(each.rule, Severity.WARNING).title for each in broken}


async def _answer(request: Request, measured: _Measured, answer: _Answer, fixed: Form | None) -> Response:
    reader, served = measured.reader, measured.served
    offer = Offer(answer.path, FORMS, reader.absolute(answer.path), answer.parameters)
    chosen = offer.choose(request, reader, measured.edition, fixed)
    form, headers = chosen.form, chosen.headers
    if chosen.is_unchanged:
        return not_modified(headers)
    if form.media_type == JSON:
        return JSONResponse(await run_in_threadpool(answer.as_json), headers=headers)

    def body() -> Body:
        if chosen.is_page:
            return Body(answer.page(PageFrame(alternates(reader, answer.path, FORMS), "", answer.parameters)))
        return Body(write(answer.document(), form.media_type, served, reader))

    key = (reader.path, search(answer.parameters), headers["ETag"])
    return sent(chosen, await measured.door.once(request, served, key, body))


@cache
def _said(shapes: FilePath) -> dict[str, views.Said]:
    """Return what each shape says, read once: the folder is as fixed as the software."""
    return views.said_by_shapes(shape_triples(shapes))
