"""``/actors``, ``/projects`` …: the collections as pages and as data, narrowed by facets, sorted, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from koinon.publish.collection_items import Addresses, as_csv, as_json, fields_of, items_document
from koinon.publish.collections import Asked, Page, page_of
from koinon.publish.credits import credits_of
from koinon.publish.facet_values import written_value
from koinon.publish.naming import Naming
from koinon.query.search import Things
from koinon.release.facets import SECTIONS, Section
from koinon.web.bodies import Body
from koinon.web.collection_asked import parameters_of, read_asked, read_fields, with_value, without_value
from koinon.web.collection_views import collection_view
from koinon.web.door import Door, PageFrame, write
from koinon.web.reader import Reader
from koinon.web.representations import (
    ALIASES,
    CSV,
    HTML,
    JSON_LD,
    MEANT,
    PAGE,
    RDF_FORMS,
    TABLE,
    Form,
    Offer,
    alternates,
    content_type,
    credit_links,
    form_of,
    not_modified,
    search,
)
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

MOST_FOUND: Final = 2_000
"""Things that a text finds in a collection, the best ones."""
FORMS: Final = (PAGE, RDF_FORMS[0], TABLE, *RDF_FORMS[1:], *ALIASES)
_RELATIONS: Final = {"first": "first", "previous": "prev", "next": "next", "last": "last"}
"""Names of the pages around one in Hydra, and as link relations (RFC 8288)."""

Suffix = Annotated[str, Path(description="Suffix of a form: jsonld, csv, ttl, nt, rdf, trig or html.")]


def _register(name: str) -> None:
    """Add the two addresses of one collection."""

    async def collection(request: Request) -> Response:
        return await _answer(request, name, None)

    async def collection_form(request: Request, suffix: Suffix) -> Response:
        return await _answer(request, name, form_of(suffix, FORMS))

    collection.__doc__ = f"List the {name}, narrowed by facets, page by page."
    collection_form.__doc__ = f"List the {name} in the form of the suffix."
    reads(router, f"/{name}", name=name)(collection)
    reads(router, f"/{name}.{{suffix}}", name=f"{name}_form")(collection_form)


for _name in SECTIONS:
    _register(_name)


@dataclass(frozen=True, slots=True)
class _List:
    """One collection as one address asks for it."""

    served: Served
    section: Section
    asked: Asked
    fields: tuple[str, ...]
    reader: Reader
    door: Door
    form: Form
    found: Things | None = None

    def searched(self) -> "_List":
        """Return the same with what its text finds, where it has one."""
        if not self.asked.text:
            return self
        found = self.served.search.things(self.asked.text, (SECTIONS[self.section.name],), MOST_FOUND)
        return replace(self, asked=replace(self.asked, hits=found.iris), found=found)

    @property
    def path(self) -> str:
        return f"/{self.section.name}"

    @property
    def parameters(self) -> dict[str, str]:
        return parameters_of(self.asked, self.fields)

    def around(self, page: Page) -> dict[str, str]:
        """Return the addresses of the pages around one, in its form, by relation."""
        cursors = {"first": "", "previous": page.previous, "next": page.next, "last": page.last}
        return {name: self.address(cursor) for name, cursor in cursors.items() if cursor is not None}

    def address(self, after: str) -> str:
        """Return the address of a page in this form."""
        suffix = f".{self.form.suffix}" if self.form.suffix and self.form.media_type != HTML else ""
        asked = {**self.parameters, "after": after} if after else _without(self.parameters, "after")
        return self.reader.absolute(self.path + suffix) + search(asked | self.language)

    @property
    def language(self) -> dict[str, str]:
        return {"lang": self.reader.asked} if self.reader.asked else {}


async def _answer(request: Request, name: str, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    offer = Offer(f"/{name}", FORMS, parameters=dict(request.query_params), spoken=(HTML, CSV))
    async with door.release() as served:
        chosen = offer.choose(request, reader, served.edition, fixed)
        form, headers = chosen.form, chosen.headers
        if not served.release.manifest.imported:
            headers["Link"] += ", " + credit_links()

        def read() -> _List:
            section = served.facets.section(name)
            asked = read_asked(request.query_params, section, served)
            fields = read_fields(request.query_params, served.context)
            return _List(served, section, asked, fields, reader, door, form)

        if chosen.is_unchanged:
            await door.make(request, read)
            return not_modified(headers)

        def make() -> tuple[Body, dict[str, str]]:
            listed = read().searched()
            page = page_of(listed.section, served.contents, listed.asked, reader.language)
            links = listed.around(page)
            return Body(_body(listed, page, links)), links

        key = (f"{reader.path}?{request.url.query}", headers["ETag"])
        body, links = await door.make(request, make, key)
        around = [f'<{there}>; rel="{_RELATIONS[relation]}"' for relation, there in links.items()]
        headers["Link"] = ", ".join([*around, headers["Link"]])
        return Response(body.content, headers=headers, media_type=content_type(form.media_type))


def _body(listed: _List, page: Page, around: Mapping[str, str]) -> bytes:
    served, reader = listed.served, listed.reader
    naming = served.naming(reader.language)
    if listed.form.media_type == HTML:
        return _page(listed, page, naming)
    fields = fields_of(listed.section.name, served.context, listed.fields)
    filters = _without(listed.parameters, "after", "size", "sort", "fields", "more")
    addresses = Addresses(
        reader.absolute(listed.path) + search(filters), listed.address(listed.asked.after), around
    )
    graphs = served.named_by.graphs(entry.iri for entry in page.entries)
    document = items_document(served.store, page, addresses, fields.values(), graphs)
    if listed.form.media_type == CSV:
        return as_csv(document, page, fields, naming)
    if MEANT.get(listed.form.media_type) == JSON_LD or listed.form.media_type == JSON_LD:
        facets = [_facet(listed, page, number, naming) for number in range(len(page.facets))]
        return as_json(document, served.context, reader.absolute("/context/v1.jsonld"), facets)
    return write(document, listed.form.media_type, served, reader)


def _facet(listed: _List, page: Page, number: int, naming: Naming) -> dict[str, Any]:
    facet = page.facets[number]
    values = []
    for choice in facet.choices:
        change = without_value if choice.chosen else with_value
        there = parameters_of(change(listed.asked, facet.name, choice.value), listed.fields) | listed.language
        label = naming(choice.value)
        values.append(
            {
                "value": written_value(facet.name, choice.value),
                "id": choice.value if "://" in choice.value else None,
                "label": label.text,
                "count": choice.count,
                "chosen": choice.chosen,
                "url": listed.reader.absolute(f"{listed.path}.{listed.form.suffix}") + search(there),
            }
        )
    return {"name": facet.name, "total": facet.total, "values": values}


def _page(listed: _List, page: Page, naming: Naming) -> bytes:
    served, reader = listed.served, listed.reader
    graphs = served.named_by.graphs(entry.iri for entry in page.entries)
    links = alternates(reader, listed.path, FORMS, listed.parameters)
    return listed.door.pages.render(
        "list.html",
        reader,
        frame=PageFrame(links, "", listed.parameters),
        section=listed.section.name,
        page=page,
        view=collection_view(listed.section, listed.asked, page, served.store, naming),
        found=listed.found,
        most=MOST_FOUND,
        credits=credits_of(served.store, graphs, reader.language),
        release=served.release,
    )


def _without(parameters: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if name not in names}
