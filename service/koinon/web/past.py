"""``/doc/…/history`` and ``/code/…/history``: what became of a thing, release by release."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from pyoxigraph import Literal, NamedNode
from starlette.responses import JSONResponse, Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CODE, GRAPH, ID
from koinon.publish.changes import label_of
from koinon.publish.credits import credits_of
from koinon.publish.past import Difference, Past, Version, past_of, steps_of
from koinon.publish.text import Text
from koinon.release.changelog import Change, Member
from koinon.web.bodies import Body
from koinon.web.changes import VERBS
from koinon.web.door import Door, PageFrame, sent
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    JSON,
    PAGE,
    Form,
    Offer,
    alternates,
    form_of,
    not_modified,
    search,
)
from koinon.web.routing import reads
from koinon.web.served import Served
from koinon.web.things import named_node
from koinon.web.withdrawn import last_step, release_of, state_of

router: Final = APIRouter()

FORMS: Final = (PAGE, Form(JSON, "json", "JSON"))
_STEP: Final = re.compile(r"[1-9]\d{0,8}")

Type = Annotated[str, Path(description="Kind of thing: project, organisation, place …")]
Name = Annotated[str, Path(description="Name of the thing.")]
Scheme = Annotated[str, Path(description="Name of the code list.")]
Notation = Annotated[str, Path(description="Notation of the concept.")]
Suffix = Annotated[str, Path(description="json or html")]


@reads(router, "/doc/{type}/{name}/history")
async def history(request: Request, type: Type, name: Name) -> Response:
    """Tell what each release changed in what is said of a thing, the latest first; also of one that is gone."""
    return await _history(request, named_node(ID, type, name), f"/doc/{type}/{name}", None)


@reads(router, "/doc/{type}/{name}/history.{suffix}")
async def history_form(request: Request, type: Type, name: Name, suffix: Suffix) -> Response:
    """Tell the history of a thing in the form of the suffix."""
    return await _history(request, named_node(ID, type, name), f"/doc/{type}/{name}", form_of(suffix, FORMS))


@reads(router, "/code/{scheme}/{notation}/history")
async def history_of_concept(request: Request, scheme: Scheme, notation: Notation) -> Response:
    """Tell what each release changed in what is said of a concept, the latest first."""
    return await _history(request, named_node(CODE, scheme, notation), f"/code/{scheme}/{notation}", None)


@reads(router, "/code/{scheme}/{notation}/history.{suffix}")
async def history_of_concept_form(request: Request, scheme: Scheme, notation: Notation, suffix: Suffix) -> Response:
    """Tell the history of a concept in the form of the suffix."""
    form = form_of(suffix, FORMS)
    return await _history(request, named_node(CODE, scheme, notation), f"/code/{scheme}/{notation}", form)


async def _history(request: Request, topic: NamedNode, path: str, fixed: Form | None) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    text = request.query_params.get("before", "")
    if text and not _STEP.fullmatch(text):
        raise ProblemError("bad-request", "before is taken from the link to the next page as it stands.")
    parameters = {"before": text} if text else {}
    async with door.release() as served:
        offer = Offer(f"{path}/history", FORMS, topic.value, parameters)
        chosen = offer.choose(request, reader, f"{served.edition} {door.changes.state}", fixed)
        if chosen.is_unchanged and served.has_subject(topic):
            return not_modified(chosen.headers)

        def made() -> Body:
            steps = steps_of(door.changes, topic.value, last_step(door, served))
            if not steps:
                raise NotFoundError(f"Nothing is known about {topic.value}.")
            past = past_of(door.changes, topic.value, steps, int(text) if text else None)
            following = str(past.following or "")

            def address(member: Member) -> str:
                return state_of(door, member, path)

            if chosen.is_page:
                frame = PageFrame(alternates(reader, f"{path}/history", FORMS, parameters), "", parameters)
                return Body(_page(door, served, reader, topic, past, path, frame, address), following)
            return Body(_document(door, reader, topic, past, address, f"{path}/history.json"), following)

        body = await door.once(request, served, (reader.path, text, chosen.headers["ETag"]), made)
    suffix = "" if chosen.is_page else ".json"
    return sent(chosen, body, f"{reader.absolute(path)}/history{suffix}{search({'before': body.following})}")


def _page(
    door: Door,
    served: Served,
    reader: Reader,
    topic: NamedNode,
    past: Past,
    path: str,
    frame: PageFrame,
    address: Callable[[Member], str],
) -> bytes:
    naming = served.naming(reader.language)

    def word(term: NamedNode | Literal) -> Text:
        return Text(term.value, term.language or "") if isinstance(term, Literal) else naming(term.value)

    def shown(version: Version) -> dict[str, Any]:
        member = version.member
        return {
            "member": member,
            "verb": VERBS[member.change],
            "release": release_of(door, member),
            "address": "" if member.change is Change.REMOVED else address(member),
            "sources": [naming(GRAPH + cause) for cause in member.causes],
            "sides": [("removed", "−", version.removed), ("added", "+", version.added)],
        }

    known = served.has_subject(topic)
    causes = (GRAPH + cause for version in past.versions for cause in version.member.causes)
    return door.pages.render(
        "history.html",
        reader,
        credits=credits_of(served.store, causes, reader.language),
        frame=frame,
        label=naming(topic.value) if known else label_of(past.versions[0].member, reader.language),
        path=path if known else "",
        here=f"{path}/history",
        total=past.total,
        versions=[shown(version) for version in past.versions],
        following=past.following,
        naming=naming,
        word=word,
        release=served.release,
    )


def _document(
    door: Door, reader: Reader, topic: NamedNode, past: Past, address: Callable[[Member], str], own: str
) -> bytes:
    def side(found: Difference) -> dict[str, Any]:
        return {"total": found.total, "statements": [f"{s} {p} {o} ." for s, p, o in found.shown]}

    document: dict[str, Any] = {
        "iri": topic.value,
        "total": past.total,
        "versions": [
            {
                "sequence": version.member.sequence,
                "release": release_of(door, version.member),
                "published_at": version.member.published_at,
                "change": version.member.change.value,
                "label": dict(version.member.labels),
                "sources": [GRAPH + cause for cause in version.member.causes],
                "state": None
                if version.member.change is Change.REMOVED
                else reader.absolute(address(version.member)),
                "added": side(version.added),
                "removed": side(version.removed),
            }
            for version in past.versions
        ],
    }
    if past.following:
        document["next"] = reader.absolute(own) + search({"before": str(past.following)})
    return bytes(JSONResponse(document).body)
