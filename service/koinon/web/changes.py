"""``/changes``: what became of each thing, release by release, for people, for programs and for feed readers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from koinon.build.changelog.slices import KINDS as SLICES
from koinon.model.namespaces import DEF, FOAF, GRAPH
from koinon.publish.changes import (
    ChangesPage,
    Feed,
    atom,
    changes_document,
    changes_page,
    label_of,
    read_place,
    read_since,
)
from koinon.publish.collections import SECTIONS
from koinon.publish.credits import credits_of
from koinon.publish.naming import Naming
from koinon.release.changelog import Change
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, sent, write
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    ALIASES,
    HTML,
    PAGE,
    RDF_FORMS,
    TABLE,
    Form,
    Offer,
    alternates,
    form_of,
    not_modified,
    search,
)
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.translations import translations

router: Final = APIRouter()

ATOM: Final = "application/atom+xml"
FORMS: Final = (PAGE, Form(ATOM, "atom", "Atom"), *RDF_FORMS, TABLE, *ALIASES)
_NEVER: Final = "1970-01-01T00:00:00+00:00"


def _(message: str) -> str:
    """Mark a text for translation; it is translated where a page or a feed shows it."""
    return message


VERBS: Final = {Change.CREATED: _("new"), Change.CHANGED: _("changed"), Change.REMOVED: _("removed")}
"""What became of a thing, in a word that pages translate."""

_CLASSES: Final = {
    iri.replace("#", "/").rsplit("/", 1)[-1]: iri
    for iri in (*SECTIONS.values(), DEF + "GoodPractice", DEF + "Event", FOAF + "Document")
}
"""Classes whose changes the page offers to show alone, by the names of their slices."""

_PARAMETERS: Final = {
    "since": "A date, a time (ISO 8601) or the id of a release: what changed after it.",
    "after": "Where the page begins: taken from the link to the next page.",
    **{kind: f"Only what touches this {kind}, by its name in the addresses of /ldes." for kind in SLICES},
}
_DESCRIBED: Final = {
    "parameters": [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in _PARAMETERS.items()
    ]
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the request asks for; ``parameters`` are those of the address, without the place."""

    name: str
    since: datetime | int | None
    after: str
    parameters: dict[str, str]


@reads(router, "/changes", openapi_extra=_DESCRIBED)
async def changes(request: Request) -> Response:
    """List what was created, changed and removed, the newest first, of all things or of one slice."""
    return await _changes(request, None)


@reads(router, "/changes.{suffix}", openapi_extra=_DESCRIBED)
async def changes_form(
    request: Request, suffix: Annotated[str, Path(description="Suffix of a form: atom, jsonld, ttl …")]
) -> Response:
    """List what changed in the form of the suffix."""
    return await _changes(request, form_of(suffix, FORMS))


async def _changes(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    asked = _asked(request, door)
    parameters = {**asked.parameters, **({"after": asked.after} if asked.after else {})}
    offer = Offer("/changes", FORMS, reader.absolute("/ldes#stream"), parameters, (HTML, ATOM))
    async with door.release() as served:
        steps = door.changes.steps()
        edition = f"{served.edition} {door.changes.state} {sorted(parameters.items())}"
        chosen = offer.choose(request, reader, edition, fixed)
        form, headers = chosen.form, chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)

        def body() -> Body:
            page = changes_page(door.changes, asked.name, asked.since, asked.after)
            if chosen.is_page:
                frame = PageFrame(alternates(reader, "/changes", FORMS, parameters), "", parameters)
                return Body(_page(door, reader, served, asked, page, frame), page.after)
            if form.media_type == ATOM:
                feed = atom(_feed(reader, asked, page), page, steps[0].published_at if steps else _NEVER)
                return Body(feed, page.after)
            address = reader.absolute("/changes") + search(parameters)
            document = changes_document(reader.base, address, page)
            return Body(write(document, form.media_type, served, reader), page.after)

        made = await door.once(request, served, (reader.path, headers["ETag"]), body)
    suffix = f".{form.suffix}" if form.suffix and not chosen.is_page else ""
    following = search({**asked.parameters, "after": made.following})
    return sent(chosen, made, f"{reader.absolute('/changes')}{suffix}{following}")


def _asked(request: Request, door: Door) -> _Asked:
    given = {name: value for name, value in request.query_params.items() if value and name != "lang"}
    slices = [(kind, given[kind]) for kind in SLICES if kind in given]
    if len(slices) > 1:
        raise ProblemError("bad-request", f"Follow one of {', '.join(SLICES)} at a time.")
    since = None
    if "since" in given:
        try:
            since = read_since(door.changes, given["since"])
        except ValueError as error:
            raise ProblemError("bad-request", str(error)) from error
    after = given.get("after", "")
    if after:
        try:
            read_place(after)
        except ValueError as error:
            raise ProblemError(
                "bad-request", "after is taken from the link to the next page as it stands."
            ) from error
    kept = {name: given[name] for name in (*SLICES, "since") if name in given}
    return _Asked("/".join(slices[0]) if slices else "", since, after, kept)


def _page(door: Door, reader: Reader, served: Served, asked: _Asked, page: ChangesPage, frame: PageFrame) -> bytes:
    naming = Naming(served.store, served.vocabulary, reader.language)
    groups: list[tuple[object, list[object]]] = []
    for member in page.members:
        if not groups or groups[-1][0] != page.steps[member.sequence]:
            groups.append((page.steps[member.sequence], []))
        there = member.change is not Change.REMOVED
        groups[-1][1].append(
            {
                "member": member,
                "label": label_of(member, reader.language),
                "address": reader.href(member.thing) if there else None,
                "kind": naming(member.kind) if member.kind else None,
                "verb": VERBS[member.change],
                "sources": [naming(GRAPH + cause) for cause in member.causes],
            }
        )
    causes = (GRAPH + cause for member in page.members for cause in member.causes)
    return door.pages.render(
        "changes.html",
        reader,
        credits=credits_of(served.store, causes, reader.language),
        frame=frame,
        groups=groups,
        after=page.after,
        parameters=asked.parameters,
        slice=asked.name,
        classes=[(name, naming(iri)) for name, iri in _CLASSES.items()],
        release=served.release,
    )


def _feed(reader: Reader, asked: _Asked, page: ChangesPage) -> Feed:
    words = translations(reader.language).gettext
    parameters = {**asked.parameters, **({"after": asked.after} if asked.after else {})}
    following = search({**asked.parameters, "after": page.after}) if page.after else ""
    title = words("What changed")
    return Feed(
        address=f"{reader.absolute('/changes.atom')}{search(parameters)}",
        page=f"{reader.absolute('/changes')}{search(asked.parameters)}",
        following=f"{reader.absolute('/changes.atom')}{following}" if following else "",
        title=f"Koinon: {title}" + (f" ({asked.name})" if asked.name else ""),
        base=reader.base,
        verbs={change: words(verb) for change, verb in VERBS.items()},
        language=reader.language,
    )
