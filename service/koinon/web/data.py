"""``/data``: how to get the data, for people; and the catalogue of this node for data portals (DCAT-AP 3.0.1)."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import CC_BY
from koinon.publish.dcat import DESCRIPTION, KEYWORDS, TITLE, Held, Node, catalogue
from koinon.publish.releases import releases
from koinon.release.dumps import DumpFile, dump_files
from koinon.release.paths import Home
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, sent, write
from koinon.web.reader import Reader
from koinon.web.representations import (
    DOCUMENT_FORMS,
    Form,
    Offer,
    alternates,
    form_of,
    not_modified,
)
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

FORMS: Final = DOCUMENT_FORMS


@reads(router, "/data")
async def data(request: Request) -> Response:
    """Tell how to get the data: as a page, or as a DCAT-AP catalogue of the graph, its sources and releases."""
    return await _data(request, None)


@reads(router, "/data.{suffix}")
async def data_form(
    request: Request, suffix: Annotated[str, Path(description="Suffix of a form: ttl …")]
) -> Response:
    """Answer with the catalogue in the form of the suffix."""
    return await _data(request, form_of(suffix, FORMS))


async def _data(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    offer = Offer("/data", FORMS, reader.absolute("/data#catalogue"))
    home = Home(door.settings.home)
    async with door.release() as served:
        if served.release.manifest.imported:
            raise NotFoundError("An imported data set has no catalogue. /.well-known/void describes it.")
        listed = await run_in_threadpool(releases, home, door.changes)
        dumps = await run_in_threadpool(dump_files, home, served.release.id)
        known = [(entry.id, entry.state) for entry in listed], [dump.sha256 for dump in dumps]
        chosen = offer.choose(request, reader, f"{served.edition} {known}", fixed)
        if chosen.is_unchanged:
            return not_modified(chosen.headers)

        def body() -> Body:
            if chosen.is_page:
                return Body(_page(door, reader, served, dumps))
            node = Node(door.settings.publisher, door.settings.contact)
            held = Held(served.release.manifest, served.store, dumps, listed)
            return Body(write(catalogue(reader.base, node, held), chosen.form.media_type, served, reader))

        return sent(chosen, await door.once(request, served, (reader.path, chosen.headers["ETag"]), body))


def _page(door: Door, reader: Reader, served: Served, dumps: tuple[DumpFile, ...]) -> bytes:
    return door.pages.render(
        "data.html",
        reader,
        frame=PageFrame(alternates(reader, "/data", FORMS), reader.absolute("/data#catalogue"), {}),
        dumps=[dump for dump in dumps if not dump.about],
        tables=[dump for dump in dumps if dump.about.startswith("class/")],
        described=embedded(described(reader, served, door.settings.publisher, dumps)),
        release=served.release,
    )


def described(reader: Reader, served: Served, publisher: str, dumps: tuple[DumpFile, ...]) -> dict[str, Any]:
    """Return the graph as search engines read it: a schema.org Dataset."""
    address = f"{reader.absolute('/data/dumps')}/{served.release.id}"
    files = [("dump.nq", "application/n-quads"), *((d.name, d.media_type) for d in dumps if not d.about)]
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": reader.absolute("/data#graph"),
        "name": TITLE,
        "description": DESCRIPTION,
        "url": reader.absolute("/data"),
        "version": served.release.id,
        "license": CC_BY,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": publisher, "url": reader.absolute("/")},
        "inLanguage": list(INTERFACE_LANGUAGES),
        "keywords": list(KEYWORDS),
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": media, "contentUrl": f"{address}/{name}"}
            for name, media in files
        ],
    }


def embedded(document: dict[str, Any]) -> Markup:
    """Return JSON as it may stand in a script element: nothing in it can end the element (HTML §4.12.1.3)."""
    text = json.dumps(document, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704  # it is escaped
