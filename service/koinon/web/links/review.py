"""``/links/review``: the desk at which links are judged, by people in a form and by programs in JSON.

What is judged here is on the disk before the answer, and in force in the next release.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from koinon.model.errors import ConfigurationError, NotFoundError, StorageError
from koinon.publish.links.queue import link_between, next_link, second_looks
from koinon.publish.links.views import Line, LinkView
from koinon.release.disputes import Dispute, Disputes, State, decide
from koinon.release.judgements import Judgement, Judgements, Verdict, judge, pair_of, undo
from koinon.release.links import DISPUTED, PROPOSED, Link, Links
from koinon.release.paths import Home
from koinon.web.door import Door, PageFrame, html
from koinon.web.links.desk import (
    Kept,
    Reviewer,
    check_word,
    enter,
    leave,
    reviewer_of,
)
from koinon.web.links.listing import plain
from koinon.web.links.sending import sent
from koinon.web.links.shown import find, showing
from koinon.web.problems import ProblemError
from koinon.web.representations import HTML, JSON, PAGE_ALONE, Form, negotiate
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

PATH: Final = "/links/review"
_FORMS: Final = (PAGE_ALONE, Form(JSON, "", "JSON"))
_ANSWERS: Final = _FORMS[::-1]
"""Who sends and asks for no form in particular is a program."""
_KEPT: Final = Kept()
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Vary": "Accept, Accept-Language, Authorization, Cookie",
}
_LATEST: Final = 10
_SECONDS: Final = 20
_VERDICTS: Final = {verdict.value: verdict for verdict in Verdict if verdict is not Verdict.UNDO}


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier judgement of the reviewer, as the page lists it: with names, and whether it is in force yet."""

    judgement: Judgement
    line: Line
    undone: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What the desk shows: the link to be judged, all judgements, open disputes, and how many links wait."""

    link: Link | None
    judgements: Judgements
    disputes: list[Dispute]
    waiting: int


@reads(router, PATH)
async def review(request: Request) -> Response:
    """Show the link that a review would tell most about, or that of ``link``; needs a token that may review."""
    form = negotiate(request, _FORMS)
    door = Door.of(request)
    reader = door.reader(request)
    if reader.release:
        raise NotFoundError("Links are judged in the current release.")
    reviewer = reviewer_of(request)
    if reviewer is None:
        if form.media_type == JSON:
            raise ProblemError("token-wrong", "Send the token as “Authorization: Bearer …”.")
        return await html(request, "review-enter.html", headers=_HEADERS, link=request.query_params.get("link", ""))
    home = Home(door.settings.home)
    async with door.release() as served:
        wanted = request.query_params.get("link", "")
        seen = await door.desk.work(lambda: _look(home, served, reviewer, wanted))
        if form.media_type == JSON:
            return JSONResponse(_document(served, seen.link, seen.judgements, reviewer), headers=_HEADERS)
        return await _page(request, served, reviewer, seen)


@router.api_route(PATH, methods=["POST"], response_class=Response)
async def judged(request: Request) -> Response:
    """Do what a form or a JSON object asks for in ``act``: judge, undo, decide (on a dispute), enter or leave."""
    form = negotiate(request, _ANSWERS)
    fields = await sent(request)
    door = Door.of(request)
    address = door.reader(request).url(PATH)
    act = fields.get("act", "judge")
    if act in ("enter", "leave"):
        response = RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        if act == "enter":
            enter(request, response, fields.get("token", ""))
        else:
            leave(request, response)
        return response
    reviewer = reviewer_of(request)
    if reviewer is None:
        raise ProblemError("token-wrong", "Your visit has ended, or there is no token. Give it again.")
    check_word(reviewer, fields.get("word", ""))
    async with door.release() as served:
        document = await _done(door, served, reviewer, act, fields)
    if form.media_type == HTML:
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    return JSONResponse(document, headers=_HEADERS)


async def _done(
    door: Door, served: Served, reviewer: Reviewer, act: str, fields: Mapping[str, str]
) -> dict[str, Any]:
    home = Home(door.settings.home.absolute())
    reason = fields.get("reason", "")
    door.desk.note("review", act, "", token=reviewer.token.id)
    try:
        if act == "judge":
            link = find(served, fields.get("link", ""))
            verdict = _VERDICTS.get(fields.get("verdict", ""))
            if verdict is None:
                raise ProblemError("bad-request", f"verdict is one of {', '.join(_VERDICTS)}.")
            _check_may(served, reviewer, link)
            made = await door.desk.work(
                lambda: judge(home, reviewer.name, link.subject, link.object, verdict, reason)
            )
            return _judgement(made)
        if act == "undo":
            number = _number(fields, "of")
            return _judgement(await door.desk.work(lambda: undo(home, reviewer.name, number, reason)))
        if act == "decide":
            return await _decided(door, served, reviewer, fields)
    except ConfigurationError as error:
        raise ProblemError("bad-request", str(error)) from error
    except StorageError as error:
        raise ProblemError("storage", "What you judged could not be kept. Nothing was changed.") from error
    raise ProblemError("bad-request", "act is judge, undo, decide, enter or leave.")


async def _decided(door: Door, served: Served, reviewer: Reviewer, fields: Mapping[str, str]) -> dict[str, Any]:
    """Accept or refuse a dispute; an accepted one of a link is a judgement against it."""
    home = Home(door.settings.home.absolute())
    states = {state.value: state for state in State}
    state, number = states.get(fields.get("state", "")), _number(fields, "of")
    if state is None:
        raise ProblemError("bad-request", f"state is one of {', '.join(states)}.")
    if "*" not in reviewer.token.sources:
        raise ProblemError("token-scope", "Disputes are decided with a token for all sources (*).")
    reason = fields.get("reason", "")

    def work() -> Dispute:
        made = decide(home, reviewer.name, number, state, reason)
        link = served.links.get(made.link) if made.link else None
        if link is not None and state is State.ACCEPTED:
            judge(home, reviewer.name, link.subject, link.object, Verdict.DIFFERENT, reason or made.text)
        return made

    made = await door.desk.work(work)
    return {"dispute": made.sequence, "state": made.state, "link": made.link or None}


def _check_may(served: Served, reviewer: Reviewer, link: Link) -> None:
    if not reviewer.may_judge(served.links, link):
        raise ProblemError(
            "token-scope", f"This token is for links of the sources {', '.join(reviewer.token.sources)}."
        )


def _allowed(served: Served, reviewer: Reviewer) -> Callable[[Link], bool]:
    return lambda link: reviewer.may_judge(served.links, link)


def _look(home: Home, served: Served, reviewer: Reviewer, wanted: str) -> Seen:
    judgements = _KEPT.now(home)
    found = (
        find(served, wanted)
        if wanted
        else next_link(served.links, judgements, reviewer.name, _allowed(served, reviewer))
    )
    disputes = Disputes.read(home).waiting()[:_SECONDS]
    return Seen(found, judgements, disputes, _waiting(served.links, judgements, reviewer.name))


def _waiting(links: Links, judgements: Judgements, reviewer: str) -> int:
    """Return how many links of the release wait for anyone and were not judged by this reviewer since."""
    mine = (pair for pair, opinion in judgements.pairs.items() if reviewer in opinion.reviewers)
    done = (link_between(links, one, other) for one, other in mine)
    waiting = sum(links.count(state=state) for state in (PROPOSED, DISPUTED))
    return waiting - sum(link is not None and link.state in (PROPOSED, DISPUTED) for link in done)


async def _page(request: Request, served: Served, reviewer: Reviewer, seen: Seen) -> Response:
    found, judgements = seen.link, seen.judgements
    views = showing(served, Door.of(request).reader(request))
    view: LinkView | None = views.link(found) if found else None
    pair = pair_of(found.subject, found.object) if found else ("", "")
    mine = [line for line in judgements.lines if line.reviewer == reviewer.name and line.of is None]
    undone = judgements.undone()
    own = any(line.sequence not in undone and pair_of(line.subject, line.object) == pair for line in mine)
    seconds = second_looks(served.links, judgements, reviewer.name, _allowed(served, reviewer), _SECONDS)
    return await html(
        request,
        "review.html",
        headers=_HEADERS,
        frame=PageFrame([], "", {"link": found.id} if found and request.query_params.get("link") else {}),
        view=view,
        reviewer=reviewer,
        # What others said would sway who has not judged yet.
        history=judgements.history(*pair) if own else (),
        latest=[
            Said(line, _line(views, served, line), line.sequence in undone) for line in reversed(mine[-_LATEST:])
        ],
        seconds=[views.line(link) for link in seconds],
        disputes=[(one, served.links.get(one.link) if one.link else None) for one in seen.disputes],
        views=views,
        waiting=seen.waiting,
        release=served.release,
    )


def _line(views: Any, served: Served, judgement: Judgement) -> Line:
    link = link_between(served.links, judgement.subject, judgement.object)
    left, right = views.side(judgement.subject), views.side(judgement.object)
    made = Link("", judgement.subject, "", judgement.object, 0.0, "", "", (), "", "")
    return Line(link or made, left, right, "")


def _document(served: Served, found: Link | None, judgements: Judgements, reviewer: Reviewer) -> dict[str, Any]:
    mine = [line for line in judgements.lines if line.reviewer == reviewer.name]
    return {
        "release": served.release.id,
        "reviewer": reviewer.name,
        "link": plain(found) if found else None,
        "judgements": [_judgement(line) for line in mine[-_LATEST:]],
    }


def _judgement(made: Judgement) -> dict[str, Any]:
    return {
        "sequence": made.sequence,
        "at": made.at,
        "reviewer": made.reviewer,
        "subject": made.subject,
        "object": made.object,
        "verdict": made.verdict,
        "reason": made.reason,
        "of": made.of,
    }


def _number(fields: Mapping[str, str], name: str) -> int:
    text = fields.get(name, "")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ProblemError("bad-request", f"{name} is the sequence number of a line.")
    return int(text)
