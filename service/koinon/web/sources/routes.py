"""``/sources/{id}``: hand a source in, ask what became of it, withdraw it.

The steps of handing in are named in ``build.registry.contributing``.
"""

import json
import logging
import time
from collections.abc import Callable
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from koinon.build.pending import is_pending, read_status
from koinon.build.registry.contributing import Prepared, Taken
from koinon.build.registry.entries import Result
from koinon.build.registry.registered import Registered
from koinon.build.registry.registry import Registry
from koinon.build.registry.tokens import Token
from koinon.model.errors import ConfigurationError, KoinonError, NotFoundError, SourceError, StorageError
from koinon.publish.credits import credit_of
from koinon.release.current import current_id
from koinon.web.checking.process import AsSource, Job
from koinon.web.door import Door, html
from koinon.web.graph_list import title_of
from koinon.web.problems import ProblemError, kind_of
from koinon.web.representations import HTML, JSON, Form, negotiate
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.sources import status
from koinon.web.sources.access import authorise, reader_of, still
from koinon.web.sources.conditions import condition_of, entity_tag_of
from koinon.web.sources.described import delete_described, get_described, put_described
from koinon.web.sources.sent import Sent, read_sent

router: Final = APIRouter()

_LOG: Final = logging.getLogger("koinon.sources")
_FORMS: Final = (Form(JSON, "", "JSON"),)
_PUBLIC_FORMS: Final = (*_FORMS, Form(HTML, "", "HTML"))
_HEADERS: Final = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language, Authorization"}
_LONGEST_REASON: Final = 500


@router.api_route("/sources/{slug}", methods=["PUT"], response_class=JSONResponse, openapi_extra=put_described())
async def put(request: Request, slug: str) -> Response:
    """Hand in a source, or its new version: RDF, or a table that a mapping reads, as the body or in a form.

    It is judged as a build would; what is good is on the disk before the answer, and in the next release.
    """
    return await _noted(request, "put", slug, _put)


@router.api_route(
    "/sources/{slug}", methods=["DELETE"], response_class=JSONResponse, openapi_extra=delete_described()
)
async def delete(request: Request, slug: str) -> Response:
    """Withdraw a source: the next release is without it. ``because`` gives the reason."""
    return await _noted(request, "delete", slug, _delete)


@reads(router, "/sources/{slug}", response_class=JSONResponse, openapi_extra=get_described())
async def get(request: Request, slug: str) -> Response:
    """Tell where a source stands: what the release has of it, and with a token also versions and reports."""
    form = negotiate(request, _PUBLIC_FORMS)
    slug = _slug(slug)
    token = reader_of(request, slug)
    if token is not None:
        return await _told(_get, request, token, slug, {})
    async with Door.of(request).release() as served:
        return await _page(request, served, slug) if form.media_type == HTML else _public(request, served, slug)


async def _get(request: Request, _: Token, slug: str, __: dict[str, object]) -> Response:
    door = Door.of(request)
    contributions, reader = door.desk.contributions, door.reader(request)
    async with door.release() as served:

        def look() -> tuple[dict[str, Any] | None, str | None]:
            source = contributions.find(slug)
            if source is None:
                return None, None
            build = read_status(contributions.home)
            behind = current_id(contributions.home) != served.release.id
            standing = status.Standing(served.release, build, behind or is_pending(contributions.home, build))
            return status.full(source, standing, reader), entity_tag_of(source)

        document, tag = await door.desk.work(look)
        if document is None:
            return _public(request, served, slug)
    return JSONResponse(document, headers={**_HEADERS, **({"ETag": tag} if tag else {})})


def _public(request: Request, served: Served, slug: str) -> Response:
    """Answer with what the release alone says: no disk is asked for those who have no token."""
    document = status.public(slug, served.release, Door.of(request).reader(request))
    if document is None:
        raise NotFoundError(f"The release has no source {slug!r}.")
    return JSONResponse(document, headers=_HEADERS)


async def _page(request: Request, served: Served, slug: str) -> Response:
    """Answer with what everybody may know of a source, as a page."""
    entry = served.release.manifest.graph(slug)
    if entry is None:
        raise NotFoundError(f"The release has no source {slug!r}.")
    language = Door.of(request).reader(request).language
    return await html(
        request,
        "source.html",
        headers=_HEADERS,
        entry=entry,
        title=title_of(entry, language),
        credit=credit_of(served.store, entry.name, language),
        release=served.release,
    )


async def _put(request: Request, token: Token, slug: str, facts: dict[str, object]) -> Response:
    door = Door.of(request)
    condition = still(request, token, condition_of(request))
    desk, contributions = door.desk, door.desk.contributions
    client = request.client.host if request.client else ""
    _check_writable(door.following.now())
    with desk.receiving(token.id):
        sent = await desk.work(await read_sent(request, slug, door.settings))
        facts |= {"bytes": sum(len(content) for _, content in sent.offer.files), "dry_run": sent.dry_run}
        prepared = await desk.work(lambda: contributions.prepare(sent.offer, token))
        facts |= {"version": prepared.given.version}
        same = await desk.work(lambda: contributions.unchanged(prepared))
        if same is not None and not sent.dry_run:
            return _answer(request, same, "unchanged")
        if same is None:
            condition(await desk.work(lambda: contributions.find(slug)))
            desk.rates.admit(token.id)
        async with door.checks.place(client) as place, door.release() as served:
            job = _job(prepared, door.reader(request).language)
            head, report = await door.checks.run(place, job, served.release.id)
    result, document = Result.model_validate(head["result"]), json.loads(report)
    facts |= {"triples": result.triples}
    if not result.accepted:
        raise ProblemError(
            "source-refused", f"{result.refused} faults; the member report tells them.", {"report": document}
        )
    if sent.dry_run:
        return _trial(sent, prepared, document, unchanged=same is not None)
    taken = await desk.work(lambda: contributions.take(prepared, result, token, condition))
    if not taken.changed:
        return _answer(request, taken, "unchanged", document)
    desk.rates.charge(token.id)
    before = Registered(slug, taken.source.entries[:-1])
    return _answer(request, taken, "replaced" if before.accepted else "created", document)


async def _delete(request: Request, token: Token, slug: str, facts: dict[str, object]) -> Response:
    door = Door.of(request)
    condition = still(request, token, condition_of(request))
    reason = request.query_params.get("because", "").strip()
    if len(reason) > _LONGEST_REASON or any(ord(character) < 0x20 for character in reason):
        raise ProblemError("bad-request", f"because is a line of at most {_LONGEST_REASON} characters.")
    contributions = door.desk.contributions
    door.desk.rates.admit(token.id)
    taken = await door.desk.work(lambda: contributions.withdraw(slug, token, reason or None, condition))
    if taken.changed:
        door.desk.rates.charge(token.id)
    facts |= {"version": taken.source.latest.version}
    return _answer(request, taken, "withdrawn")


async def _noted(
    request: Request, act: str, slug: str, do: Callable[[Request, Token, str, dict[str, object]], Any]
) -> Response:
    """Do what is asked for, with a line in the log whatever becomes of it."""
    negotiate(request, _FORMS)
    desk = Door.of(request).desk
    began, facts = time.monotonic(), dict[str, object]()
    outcome = "failed"
    try:
        slug = _slug(slug)
        facts["source"] = slug
        token = authorise(request, act, slug)
        facts["token"] = token.id
        response: Response = await _told(do, request, token, slug, facts)
        outcome = "trial" if facts.get("dry_run") else "done"
    except KoinonError as error:
        outcome = kind_of(error)
        if notes := getattr(error, "__notes__", None):  # what the client is not told
            facts["why"] = "; ".join(notes)
        raise
    else:
        return response
    finally:
        facts["seconds"] = round(time.monotonic() - began, 4)
        desk.note(act, outcome, request.client.host if request.client else "", **facts)


async def _told(
    do: Callable[[Request, Token, str, dict[str, object]], Any],
    request: Request,
    token: Token,
    slug: str,
    facts: dict[str, object],
) -> Response:
    """Tell what the registry refuses in the words of HTTP."""
    try:
        response: Response = await do(request, token, slug, facts)
    except SourceError as error:
        members = {"rule": error.rule, "where": error.where}
        raise ProblemError("source-refused", f"{error.where}: {error.detail}", members) from error
    except ConfigurationError as error:
        raise ProblemError("source-conflict", str(error)) from error
    except (StorageError, OSError) as error:
        if request.method in {"GET", "HEAD"}:
            _LOG.error("what is kept of a source could not be read: %s", error)
            raise ProblemError("internal-error", "What is kept of the source cannot be read now.") from error
        _LOG.error("a contribution could not be kept: %s", error)
        raise ProblemError("storage", "The disk of the service does not take it. Nothing was changed.") from error
    return response


def _slug(slug: str) -> str:
    try:
        return Registry.slug(slug)
    except ConfigurationError as error:
        raise ProblemError("bad-request", str(error)) from error


def _check_writable(served: Served) -> None:
    if served.release.manifest.imported:
        raise ProblemError("contributions-closed", "This service shows data that were imported as they are.")


def _job(prepared: Prepared, language: str) -> Job:
    files = prepared.offer.files
    mapping = prepared.mapping
    source = AsSource(
        prepared.offer.slug,
        prepared.manifest.decode(),
        mapping.decode() if mapping is not None else None,
        tuple((name, len(content)) for name, content in files),
    )
    return Job(b"".join(content for _, content in files), "", "", JSON, language, source=source)


def _trial(sent: Sent, prepared: Prepared, report: dict[str, Any], *, unchanged: bool) -> Response:
    document = {
        "source": sent.offer.slug,
        "status": "would be unchanged" if unchanged else "would be accepted",
        "changed": False,
        "version": prepared.given.version,
        "files": [file.model_dump(exclude_none=True) for file in prepared.given.files],
        "report": report,
    }
    return JSONResponse(document, headers=_HEADERS)


def _answer(request: Request, taken: Taken, said: str, report: dict[str, Any] | None = None) -> Response:
    reader = Door.of(request).reader(request)
    document = status.receipt(taken, said, reader)
    if report is not None:
        document["report"] = report
    tag = entity_tag_of(taken.source)
    headers = {**_HEADERS, **({"ETag": tag} if tag else {}), "Location": document["links"]["status"]}
    return JSONResponse(document, 201 if said == "created" else 200, headers)
