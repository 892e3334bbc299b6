"""``/cite``: how to cite a thing, an answer or a release, with an address that reopens it as it is now."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CODE, ID
from koinon.publish.changes import time_of
from koinon.publish.citing import BIBTEX, CSL, Citation
from koinon.publish.credits import credits_of, graphs_shown
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.release.current import Release
from koinon.release.log import read_log
from koinon.release.paths import PIN, Home
from koinon.release.pinning import pin
from koinon.web.door import Door, html
from koinon.web.problems import ProblemError
from koinon.web.queries import described
from koinon.web.reader import Reader
from koinon.web.representations import HTML, VARY, Form, content_type, negotiate, split_suffix
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.things import named_node

router: Final = APIRouter()

FORMS: Final = (
    Form(HTML, "", "HTML"),
    Form("text/plain", "txt", "text"),
    Form(BIBTEX, "bib", "BibTeX"),
    Form(CSL, "json", "CSL-JSON"),
)
_LONGEST: Final = 4000
_NAMESPACES: Final = {"doc": ID, "code": CODE}
_DESCRIBED: Final = {
    "parameters": [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in {
            "of": "Path of a page of this service, with its parameters: /doc/project/resist, "
            "/queries/project-participants?project=project/resist; empty: the whole release.",
            "release": "Id of the release that is cited, or how it begins; by default the current one.",
            "keep": "Any value: the release is kept for good from now on, if there is room for one more.",
        }.items()
    ]
}


@reads(router, "/cite", openapi_extra=_DESCRIBED)
async def cite(request: Request) -> Response:
    """Tell how to cite a page of this service or a whole release: in words, as BibTeX or as CSL-JSON."""
    return await _cite(request, None)


@reads(router, "/cite.{suffix}", openapi_extra=_DESCRIBED)
async def cite_form(request: Request, suffix: Annotated[str, Path(description="txt, bib or json")]) -> Response:
    """Tell how to cite a page in the form of the suffix."""
    _, form = split_suffix(f"cite.{suffix}", FORMS)
    if form is None:
        raise NotFoundError("A citation has the forms .txt, .bib and .json.")
    return await _cite(request, form)


async def _cite(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    form = negotiate(request, FORMS, fixed)
    path, parameters = _subject(request.query_params.get("of", ""))
    wanted = request.query_params.get("release", "")
    served = await door.following.at(wanted) if wanted else door.following.now()
    home = Home(door.settings.home)
    if request.query_params.get("keep") and request.method == "GET":
        identifier = served.release.id
        await door.make(request, lambda: pin(home, identifier, door.settings.disk_quota), ("keep", identifier))
    citation = await run_in_threadpool(_citation, served, home, door.settings.publisher, reader, path, parameters)
    headers = {"Vary": VARY, "Cache-Control": "public, max-age=0, must-revalidate"}
    if form.media_type != HTML:
        body = {"text/plain": citation.text + "\n", BIBTEX: citation.bibtex, CSL: citation.csl}[form.media_type]
        return Response(body.encode(), headers=headers, media_type=content_type(form.media_type))
    given = {name: request.query_params[name] for name in ("of", "release") if request.query_params.get(name)}
    return await html(
        request,
        "cite.html",
        headers=headers,
        citation=citation,
        credits=await run_in_threadpool(_credits, served, reader, path),
        kept=_is_kept(served.release),
        given=given,
        release=served.release,
    )


def _subject(text: str) -> tuple[str, Mapping[str, str]]:
    """Split the path of a page from its parameters; raises ProblemError for anything but a path of ours."""
    path, _, query = text.partition("?")
    if len(text) > _LONGEST or (path and not path.startswith("/")) or path.startswith("//"):
        raise ProblemError("bad-request", "of takes the path of a page of this service: /doc/project/resist.")
    parameters = {name: value for name, value in parse_qsl(query) if name != "lang"}
    return path.rstrip("/"), parameters


def _citation(
    served: Served, home: Home, publisher: str, reader: Reader, path: str, parameters: Mapping[str, str]
) -> Citation:
    title, kind = _title(served, reader, path, parameters)
    log = [entry for entry in read_log(home.log) if entry.id == served.release.id]
    if not log:
        raise NotFoundError("This release was never current, so it has no date. /releases lists all.")
    search = f"?{urlencode(dict(parameters))}" if parameters else ""
    address = f"{reader.absolute(f'/releases/{served.release.id}')}{path}{search}"
    return Citation(title, kind, publisher, served.release.id, time_of(log[0].published_at), address)


def _title(served: Served, reader: Reader, path: str, parameters: Mapping[str, str]) -> tuple[Text, str]:
    """Return what a page is called, and what it is; raises NotFoundError for a page that cannot be cited."""
    if not path:
        return Text("Koinon", "en"), "dataset"
    parts = path[1:].split("/")
    if parts[0] in _NAMESPACES and len(parts) == 3:
        node = named_node(_NAMESPACES[parts[0]], parts[1], parts[2].partition(".")[0])
        if not served.has_subject(node):
            raise NotFoundError(f"This release knows nothing about {node.value}.")
        return Naming(served.store, served.vocabulary, reader.language)(node.value), "entry"
    if parts[0] == "queries" and len(parts) == 2:
        query = served.catalogue[parts[1].partition(".")[0]]
        query.bind(parameters)
        return described(query.title, reader.language), "query"
    if parts[0] == "graph" and len(parts) == 2:
        entry = served.release.manifest.graph(parts[1].partition(".")[0])
        if entry is not None:
            return described(entry.title or {"": entry.name}, reader.language), "dataset"
    raise NotFoundError("Things (/doc/…), concepts (/code/…), questions (/queries/…) and graphs can be cited.")


def _credits(served: Served, reader: Reader, path: str) -> object:
    """Return the sources that a thing's page rests on; of anything else the page itself names them."""
    parts = path[1:].split("/")
    if not path or parts[0] not in _NAMESPACES:
        return ()
    node = named_node(_NAMESPACES[parts[0]], parts[1], parts[2].partition(".")[0])
    return credits_of(served.store, graphs_shown(served.store, served.document(node)), reader.language)


def _is_kept(release: Release) -> bool:
    return (release.path / PIN).exists()
