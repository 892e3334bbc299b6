"""The list of all graphs of the served release: as a page, as JSON and, as part of the VoID description, in RDF."""

from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from koinon.publish.credits import Credit, credit_of
from koinon.publish.text import Text
from koinon.publish.void import void_description
from koinon.release.manifest import GraphEntry
from koinon.web.door import Door, PageFrame, html, write
from koinon.web.problems import ProblemError
from koinon.web.queries import described
from koinon.web.representations import (
    HTML,
    JSON,
    PAGE,
    RDF_FORMS,
    Form,
    Offer,
    alternates,
    content_type,
    not_modified,
)

PAGE_SIZE: Final = 500
LIST_FORMS: Final = (PAGE, Form(JSON, "json", "JSON"), *RDF_FORMS)
_PATH: Final = "/graph"


async def graph_list(request: Request, fixed: Form | None = None) -> Response:
    """List the graphs, 500 at a time (``?after=`` the slug of the last one before); RDF is the VoID description.

    ``fixed`` is the form that a suffix chooses.
    """
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        manifest = served.release.manifest
        start = request.query_params.get("after")
        shown, after = _part(manifest.graphs, start)
        parameters = {"after": start} if start else {}
        chosen = Offer(_PATH, LIST_FORMS, parameters=parameters).choose(request, reader, served.edition, fixed)
        form, headers = chosen.form, chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)
        credits = {entry.name: credit_of(served.store, entry.name, reader.language) for entry in shown}
        if form.media_type == JSON:
            document = {
                "release": manifest.id,
                "kind": manifest.kind,
                "statements": manifest.total,
                "default": {"url": reader.absolute("/graph?default"), "statements": manifest.default_triples},
                "graphs": [
                    _listed(entry, reader.absolute(f"/graph/{entry.slug}"), credits.get(entry.name))
                    for entry in shown
                ],
                "next": reader.absolute(f"{_PATH}{'.json' if fixed else ''}?after={after}") if after else None,
            }
            return JSONResponse(document, headers=headers)
        if form.media_type != HTML:
            description = await run_in_threadpool(void_description, reader.base, manifest, served.store)
            body = await run_in_threadpool(write, description, form.media_type, served, reader)
            return Response(body, headers=headers, media_type=content_type(form.media_type))
        titles = [(entry, title_of(entry, reader.language), credits[entry.name]) for entry in shown]
        return await html(
            request,
            "graphs.html",
            headers=headers,
            frame=PageFrame(alternates(reader, _PATH, LIST_FORMS, parameters), "", parameters),
            graphs=titles,
            after=after,
            release=served.release,
        )


def title_of(entry: GraphEntry, language: str) -> Text:
    """Return the title of a graph for a reader of ``language``; its IRI where it has none."""
    return described(entry.title or {"": entry.name}, language)


def _part(graphs: tuple[GraphEntry, ...], after: str | None) -> tuple[tuple[GraphEntry, ...], str | None]:
    """Return the graphs that follow the slug ``after``, and the slug to go on from where there are more."""
    start = 0
    if after is not None:
        start = next((i + 1 for i, entry in enumerate(graphs) if entry.slug == after), 0)
        if not start:
            raise ProblemError("bad-request", "after takes the name of a graph of this release.")
    shown = graphs[start : start + PAGE_SIZE]
    return shown, shown[-1].slug if start + PAGE_SIZE < len(graphs) else None


def _listed(entry: GraphEntry, address: str, credit: Credit | None) -> dict[str, object]:
    rights = {"licence": credit.licence, "rights": credit.rights.text, "credit": credit.line} if credit else {}
    return {
        "name": entry.name,
        "url": address,
        "kind": entry.kind,
        "statements": entry.triples,
        "title": dict(entry.title),
        **rights,
    }
