"""``/templates``: the workbook in which a network or a cluster hands in its members, in nine languages."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from koinon.build.templates.choices import Choices
from koinon.build.templates.forms import NAME, SHEETS, VERSION
from koinon.build.templates.texts import LANGUAGES, texts
from koinon.build.templates.workbook import template, title_of
from koinon.model.assets import Assets
from koinon.model.errors import NotFoundError
from koinon.web.door import Door, PageFrame, html
from koinon.web.reader import Reader
from koinon.web.representations import (
    HTML,
    JSON,
    PAGE_ALONE,
    Form,
    caching,
    entity_tag,
    is_unchanged,
    negotiate,
    not_modified,
)
from koinon.web.routing import reads

router: Final = APIRouter()

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The media type of a workbook."""
_FORMS: Final = (PAGE_ALONE, Form(JSON, "", "JSON"))
_FILES: Final = {f"{NAME}.{language}.xlsx": language for language in LANGUAGES}


@dataclass(frozen=True, slots=True)
class Row:
    """A column of a template as the page shows it."""

    title: str
    note: str
    required: bool


@reads(router, "/templates")
async def templates(request: Request) -> Response:
    """Explain the members' list, and list its workbooks: one in each language."""
    form = negotiate(request, _FORMS)
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        language = reader.language if form.media_type == HTML else None
        headers = caching(entity_tag(served.edition, reader, form.media_type), language)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        if form.media_type == JSON:
            return JSONResponse({"templates": [_listed(file, reader) for file in _FILES]}, headers=headers)
        words = texts(reader.language)
        sheets = [
            (words["sheets"][sheet.name], words["intros"][sheet.name], _rows(sheet.name, reader))
            for sheet in SHEETS
        ]
        return await html(
            request,
            "templates.html",
            headers=headers,
            frame=PageFrame([], "", {}),
            words=words,
            steps=[_filled(words["readme"][f"step{number}"], reader) for number in range(1, 8)],
            sheets=sheets,
            file=f"{NAME}.{reader.language}.xlsx",
            files=_FILES,
            mapping=NAME,
        )


@reads(router, "/templates/{name}")
async def workbook(
    request: Request, name: Annotated[str, Path(description="members-list.{language}.xlsx")]
) -> Response:
    """Answer with an empty workbook; the same bytes each time."""
    if name not in _FILES:
        raise NotFoundError(f"There is no template of this name. There are {', '.join(_FILES)}.")
    door, language = Door.of(request), _FILES[name]
    content = await door.make(request, lambda: _made(door.assets, language), ("template", name))
    headers = {
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:24]}"',
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    if is_unchanged(request, headers["ETag"]):
        return not_modified(headers)
    return Response(content, headers=headers, media_type=XLSX)


@lru_cache(maxsize=1)
def _choices(assets: Assets) -> Choices:
    return Choices(assets)


@lru_cache(maxsize=len(LANGUAGES))
def _made(assets: Assets, language: str) -> bytes:
    return template(_choices(assets), language)


def _listed(file: str, reader: Reader) -> dict[str, str]:
    return {
        "name": NAME,
        "version": VERSION,
        "language": _FILES[file],
        "title": texts(_FILES[file])["readme"]["title"],
        "url": reader.absolute(f"/templates/{file}"),
        "mapping": NAME,
    }


def _rows(name: str, reader: Reader) -> list[Row]:
    words = texts(reader.language)
    (sheet,) = (sheet for sheet in SHEETS if sheet.name == name)
    return [
        Row(title_of(column, words).removesuffix(" *"), words["notes"][column.key], column.required)
        for column in sheet.columns
    ]


def _filled(text: str, reader: Reader) -> str:
    words = texts(reader.language)
    return text.format(example=words["words"]["example"], **words["sheets"])
