"""``/search`` and ``/suggest``: things by their names, in any script, as a page and for programs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from koinon.model.namespaces import DCT
from koinon.publish.credits import credits_of, graphs_naming
from koinon.publish.naming import Naming
from koinon.publish.search import (
    PAGE_SIZE,
    Sought,
    View,
    hit_document,
    read_region,
    read_type,
    search_document,
    search_table,
    search_view,
)
from koinon.publish.text import Text
from koinon.query.search import DEEPEST, MOST
from koinon.web.codes import with_code
from koinon.web.door import Door, PageFrame
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    CSV,
    HTML,
    JSON,
    PAGE,
    TABLE,
    VARY,
    Form,
    Offer,
    alternates,
    caching,
    content_type,
    entity_tag,
    form_of,
    is_unchanged,
    negotiate,
    not_modified,
    search,
)
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

FORMS: Final = (PAGE, Form(JSON, "json", "JSON"), TABLE)
_SUGGESTED: Final = 10
_LONGEST: Final = 2_000
_VALUES: Final = 20
_PARTS: Final = 500
_PART_OF: Final = NamedNode(DCT + "isPartOf")


@reads(router, "/search")
async def search_things(request: Request) -> Response:
    """Find things by their names (``?q=``), of some kinds (``type=``) and in some regions (``region=``)."""
    return await _answer(request, None)


@reads(router, "/search.{suffix}")
async def search_form(
    request: Request, suffix: Annotated[str, Path(description="Suffix of a form: json, csv or html.")]
) -> Response:
    """Find things by their names, in the form of the suffix."""
    return await _answer(request, form_of(suffix, FORMS))


@reads(router, "/suggest")
async def suggest(request: Request) -> Response:
    """Return the things that somebody who has typed ``?prefix=`` may mean, as JSON."""
    negotiate(request, FORMS[1:2])
    door = Door.of(request)
    reader = door.reader(request)
    given = request.query_params
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, JSON), reader.language)
        sought = _sought(given, served, given.get("prefix", ""), _number(given, "size", _SUGGESTED, 1, MOST))
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)

        def made() -> list[dict[str, object]]:
            naming = Naming(served.store, served.vocabulary, reader.language)
            hits = served.search.search(sought.text, sought.types, sought.regions, reader.language, sought.size)
            return [
                hit_document(hit, naming(hit.type) if hit.type else Text("")) | {"url": reader.href(hit.iri)}
                for hit in hits.hits
            ]

        found = await door.make(request, made)
        return JSONResponse({"prefix": sought.text, "suggestions": found}, headers=headers)


async def _answer(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    given = request.query_params
    async with door.release() as served:
        sought = _sought(given, served, given.get("q", ""), _number(given, "size", PAGE_SIZE, 1, MOST))
        offer = Offer("/search", FORMS, parameters=sought.parameters, spoken=(HTML, JSON, CSV))
        chosen = offer.choose(request, reader, served.edition, fixed)
        headers = chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)

        def view() -> View:
            naming = Naming(served.store, served.vocabulary, reader.language)
            return search_view(served.search, sought, naming, _within(served, sought.regions))

        if chosen.is_page:

            def page() -> bytes:
                frame = PageFrame(alternates(reader, "/search", FORMS, sought.parameters), "", sought.parameters)
                shown = view()
                graphs = graphs_naming(served.store, (hit.iri for hit in shown.hits.hits))
                return door.pages.render(
                    "search.html",
                    reader,
                    view=shown,
                    frame=frame,
                    release=served.release,
                    deepest=DEEPEST,
                    credits=credits_of(served.store, graphs, reader.language),
                )

            body = await door.make(request, page)
            return Response(body, headers=headers, media_type=content_type(HTML))
        found = await door.make(request, view)
        around = {name: _address(reader, chosen.form, given) for name, given in found.pages.items()}
        for relation, there in around.items():
            headers["Link"] += f', <{there}>; rel="{relation}"'
        if chosen.form.media_type == CSV:
            return Response(search_table(found), headers=headers, media_type=content_type(CSV))
        return JSONResponse(search_document(found, around), headers={**headers, "Vary": VARY})


def _address(reader: Reader, form: Form, parameters: Mapping[str, str]) -> str:
    asked = {**parameters, **({"lang": reader.asked} if reader.asked else {})}
    return reader.absolute(f"/search.{form.suffix}") + search(asked)


def _sought(given: QueryParams, served: Served, text: str, size: int) -> Sought:
    """Return what an address asks for; raises ProblemError ``bad-request``."""
    if len(text) > _LONGEST:
        raise ProblemError("bad-request", f"A text that is looked for has at most {_LONGEST} characters.")

    def known_type(iri: str) -> bool:
        return served.contents.count(iri) > 0

    def known_place(iri: str) -> bool:
        try:
            return served.has_subject(NamedNode(iri))
        except ValueError:
            return False

    def read_place(text: str) -> Iterator[str]:
        yield from read_region(text)
        yield from with_code(served.store, text)

    return Sought(
        text=text.strip(),
        types=_values(given, "type", read_type, known_type, "a class, like Project or Organization"),
        regions=_values(given, "region", read_place, known_place, "a territory, like greece, pomorskie or PL63"),
        start=_number(given, "start", 0, 0, DEEPEST),
        size=size,
    )


def _values(
    given: QueryParams, name: str, read: Callable[[str], Iterable[str]], known: Callable[[str], bool], what: str
) -> tuple[str, ...]:
    texts = [text.strip() for whole in given.getlist(name) for text in whole.split(",") if text.strip()]
    if len(texts) > _VALUES:
        raise ProblemError("bad-request", f"{name} takes at most {_VALUES} values.")
    found = []
    for text in texts:
        iri = next(filter(known, read(text)), None)
        if iri is None:
            raise ProblemError("bad-request", f"{name} takes {what}, or its IRI; {text[:100]!r} is none here.")
        found.append(iri)
    return tuple(dict.fromkeys(found))


def _number(given: QueryParams, name: str, default: int, least: int, most: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        raise ProblemError("bad-request", f"{name} takes a whole number from {least} to {most}.")
    return int(text)


def _within(served: Served, regions: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return what lies directly in each of the regions."""
    found = {}
    for region in regions:
        parts = islice(served.store.triples(None, _PART_OF, NamedNode(region)), _PARTS)
        found[region] = frozenset(part.value for part, _, _ in parts)
    return found
