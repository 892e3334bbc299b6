"""``/releases``: what was current when, each release for people, and what differs between any two of them."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import IO, Annotated, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import Literal
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from koinon.model.errors import NotFoundError
from koinon.publish.graphs import N_QUADS
from koinon.publish.naming import Naming
from koinon.publish.releases import RDF_PATCH, differing, rdf_patch, releases
from koinon.publish.text import Text
from koinon.query.budgets import client_key
from koinon.release.changelog import State
from koinon.release.current import Release
from koinon.release.paths import PIN, Home
from koinon.web.door import Door, html
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    JSON,
    PAGE_ALONE,
    Form,
    Offer,
    form_of,
    is_unchanged,
    not_modified,
    split_suffix,
    strong_tag,
)
from koinon.web.routing import reads

router: Final = APIRouter()

_FORMS: Final = (PAGE_ALONE, Form(JSON, "json", "JSON"))
_DIFFERENCE: Final = (*_FORMS, Form(RDF_PATCH, "", "RDF Patch"))
_CHUNK: Final = 2**18

Id = Annotated[str, Path(description="Id of a release, or its first 12 or more digits.")]


@reads(router, "/releases")
async def all_releases(request: Request) -> Response:
    """List every release that was ever current, the newest first: when, what it changed, and whether it is kept."""
    return await _all(request, None)


@reads(router, "/releases.{suffix}")
async def all_releases_form(request: Request, suffix: Annotated[str, Path(description="json")]) -> Response:
    """List every release in the form of the suffix."""
    return await _all(request, form_of(suffix, _FORMS))


async def _all(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    listed = await run_in_threadpool(releases, Home(door.settings.home), door.changes)
    state = "".join(f"{entry.sequence}{entry.id}{entry.state}" for entry in listed)
    async with door.release() as served:
        chosen = Offer("/releases", _FORMS).choose(request, reader, f"{served.edition} {state}", fixed)
        headers = chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)
        if chosen.form.media_type == JSON:
            return JSONResponse(
                {
                    "releases": [
                        {
                            "sequence": entry.sequence,
                            "id": entry.id,
                            "url": reader.absolute(f"/releases/{entry.id}"),
                            "published_at": entry.published_at,
                            "state": entry.state,
                            "changes": {n: getattr(entry.step, n) for n in ("created", "changed", "removed")}
                            if entry.step and entry.step.state is State.RECORDED
                            else None,
                        }
                        for entry in listed
                    ]
                },
                headers=headers,
            )
        return await html(
            request,
            "releases.html",
            headers=headers,
            listed=listed,
            recorded=State.RECORDED,
            release=served.release,
        )


@reads(router, "/releases/{release}")
async def one_release(request: Request, release: Id) -> Response:
    """Tell what a kept release is made of: its graphs and versions, and where its data are."""
    door = Door.of(request)
    reader = door.reader(request)
    name, fixed = split_suffix(release, _FORMS)
    found = await _kept(door, name)
    home = Home(door.settings.home)
    listed = await run_in_threadpool(releases, home, door.changes)
    was = [entry for entry in listed if entry.id == found.id]
    async with door.release() as served:
        pinned = (found.path / PIN).exists()
        edition = f"{served.edition} {found.id}{len(was)}{pinned}{listed[0].id if listed else ''}"
        chosen = Offer(f"/releases/{found.id}", _FORMS).choose(request, reader, edition, fixed)
        headers = chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)
        if chosen.form.media_type == JSON:
            published = [entry.published_at for entry in was]
            return JSONResponse(
                {**asdict(found.manifest), "published_at": published, "pinned": pinned}, headers=headers
            )
        return await html(
            request,
            "release.html",
            headers=headers,
            shown=found,
            was=was,
            pinned=pinned,
            current=found.id == served.release.id,
            titles={entry.slug: _title(entry.title, reader) for entry in found.manifest.graphs},
            release=served.release,
        )


@reads(router, "/releases/{release}/diff/{other}")
async def diff(request: Request, release: Id, other: Id) -> Response:
    """Tell what differs from one release to another: as a page, as JSON (numbers) or as RDF Patch (all of it)."""
    door = Door.of(request)
    reader = door.reader(request)
    name, fixed = split_suffix(other, _DIFFERENCE)
    old, new = await _both(door, release, name)
    path = f"/releases/{old.id}/diff/{new.id}"
    async with door.release() as served:
        chosen = Offer(path, _DIFFERENCE).choose(request, reader, f"{served.edition} {old.id}{new.id}", fixed)
        form, headers = chosen.form, chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)
        if form.media_type == RDF_PATCH:
            return await _sent(request, lambda: rdf_patch(old, new), RDF_PATCH, headers)
        found = await door.differences.between(_client(request), old, new)
        if form.media_type == JSON:
            return JSONResponse(
                {
                    "from": old.id,
                    "to": new.id,
                    "added": {"statements": found.added, "url": reader.absolute(f"{path}/added.nq")},
                    "removed": {"statements": found.removed, "url": reader.absolute(f"{path}/removed.nq")},
                    "subjects": found.subjects,
                },
                headers=headers,
            )
        naming = Naming(served.store, served.vocabulary, reader.language)

        def word(term: object) -> Text:
            if isinstance(term, Literal):
                return Text(term.value, term.language or "")
            return naming(str(term).strip("<>"))

        return await html(
            request,
            "diff.html",
            headers=headers,
            old=old,
            new=new,
            found=found,
            path=path,
            naming=naming,
            word=word,
            release=served.release,
        )


@reads(router, "/releases/{release}/diff/{other}/{side}.nq")
async def diff_quads(
    request: Request, release: Id, other: Id, side: Annotated[str, Path(description="added or removed")]
) -> Response:
    """Answer with all statements that came (added) or went (removed) from one release to another, as N-Quads."""
    if side not in {"added", "removed"}:
        raise NotFoundError("There is added.nq and removed.nq.")
    door = Door.of(request)
    old, new = await _both(door, release, other)
    headers = {
        "ETag": strong_tag(old.id, new.id, side),
        "Cache-Control": "public, max-age=86400",
    }
    if is_unchanged(request, headers["ETag"]):
        return not_modified(headers)

    def lines() -> Iterator[bytes]:
        return (line for added, line in differing(old, new) if added == (side == "added"))

    return await _sent(request, lines, N_QUADS, headers)


async def _both(door: Door, release: str, other: str) -> tuple[Release, Release]:
    old, new = await _kept(door, release), await _kept(door, other)
    if old.manifest.imported or new.manifest.imported:
        raise ProblemError("bad-request", "Only releases that were built from sources can be compared.")
    return old, new


async def _kept(door: Door, identifier: str) -> Release:
    """Return a kept release; raises NotFoundError that says what there is."""
    try:
        return await door.following.earlier(identifier)
    except NotFoundError as error:
        raise NotFoundError(f"{error} /releases lists every release, and which of them are kept.") from error


async def _sent(
    request: Request, lines: Callable[[], Iterator[bytes]], media_type: str, headers: dict[str, str]
) -> Response:
    """Write all of it to a file first: an answer is whole or it is none."""
    file = await Door.of(request).differences.file(_client(request), lines)
    headers["Content-Length"] = str(file.tell())
    return StreamingResponse(_chunks(file), headers=headers, media_type=media_type)


def _client(request: Request) -> str:
    return client_key(request.client.host) if request.client else ""


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _title(title: dict[str, str], reader: Reader) -> Text:
    for tag in (reader.language, "en", *title):
        if tag in title:
            return Text(title[tag], tag)
    return Text("")
