"""``/check``: anyone hands in RDF and learns what a build would say of it. Nothing is stored."""

from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from koinon.build.findings import Severity
from koinon.build.telling import TITLES
from koinon.model.addresses import name_of
from koinon.model.assets import Assets
from koinon.model.languages import best_label
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name
from koinon.web.checking.explaining import MEANINGS, RULES, Explanation, explanation
from koinon.web.checking.handed_in import TAKEN, media_type_of
from koinon.web.checking.process import Job
from koinon.web.door import Door, PageFrame, html
from koinon.web.problems import ProblemError
from koinon.web.receiving import whole_body
from koinon.web.representations import HTML, JSON, JSON_LD, PAGE_ALONE, VARY, Form, content_type, negotiate
from koinon.web.routing import reads

router: Final = APIRouter()

_FORMS: Final = (
    Form(JSON, "", "JSON"),
    PAGE_ALONE,
    Form("text/turtle", "", "Turtle"),
    Form(JSON_LD, "", "JSON-LD"),
    Form("text/plain", "", "text"),
)
_ABOUT: Final = (PAGE_ALONE, Form(JSON, "", "JSON"))


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found, as the page shows it; ``title`` is empty where the rule has no words in our texts."""

    rule: str
    severity: str
    count: int
    explained: Explanation
    message: Text | None
    places: tuple["Place", ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One example: a line with column and excerpt, or a node with path and value, or ``text``."""

    text: str
    line: int | None
    column: int | None
    excerpt: tuple[str, ...]
    record: str
    node: str
    path: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the page says of what was handed in."""

    refused: bool
    name: str
    format: str
    triples: int
    counts: dict[str, int]
    found: tuple[Found, ...]


@reads(router, "/check")
async def about(request: Request) -> Response:
    """Show the form; or, as JSON, what a check takes and which rules there are beside those of the shapes."""
    form = negotiate(request, _ABOUT)
    door = Door.of(request)
    if form.media_type == HTML:
        return await _page(request, None, "")
    rules = {name: {"title": rule.title, "why": rule.why, "mend": rule.mend} for name, rule in RULES.items()}
    largest = door.settings.check_max_bytes
    mappings = _mappings(door.assets)
    return JSONResponse(
        {"accepts": TAKEN, "mappings": mappings, "most_bytes": largest, "rules": rules}, headers={"Vary": VARY}
    )


@router.api_route("/check", methods=["POST"], response_class=Response)
async def check(request: Request) -> Response:
    """Check RDF or a table in the body or in a form; ``format`` names its syntax, ``mapping`` that of a table."""
    form = negotiate(request, _FORMS)
    door = Door.of(request)
    reader = door.reader(request)
    sent = request.headers.get("content-type", "")
    _check_type(request, sent)
    client = request.client.host if request.client else ""
    async with door.checks.place(client) as place, door.release() as served:
        body = await whole_body(request, door.settings.check_max_bytes, "check-too-large")
        syntax = request.query_params.get("format", "")
        mapping = request.query_params.get("mapping", "")
        job = Job(body, sent, syntax, form.media_type, reader.language, mapping)
        head, report = await door.checks.run(place, job, served.release.id)
    if form.media_type == HTML:
        return await _page(request, _verdict(head["page"], reader.language), head["page"]["pasted"])
    headers = {"Vary": VARY, "Cache-Control": "no-store"}
    if form.media_type in (JSON, "text/plain"):
        headers["Content-Language"] = reader.language
    return Response(report, headers=headers, media_type=content_type(form.media_type))


def _check_type(request: Request, sent: str) -> None:
    encoded = request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
    if encoded or media_type_of(sent) not in TAKEN:
        raise ProblemError(
            "check-media-type",
            f"{media_type_of(sent)[:80] or 'A body without Content-Type'} is not checked here. Send one of "
            f"{', '.join(TAKEN)}, without Content-Encoding.",
            {"available": list(TAKEN)},
            {"Accept-Post": ", ".join(TAKEN)},
        )


async def _page(request: Request, verdict: Verdict | None, pasted: str) -> Response:
    settings = Door.of(request).settings
    return await html(
        request,
        "check.html",
        headers={"Cache-Control": "no-store"} if verdict else None,
        frame=PageFrame([], "", {}),
        verdict=verdict,
        pasted=pasted,
        formats=TITLES,
        mappings=_mappings(Door.of(request).assets),
        rules=RULES,
        meanings={severity.value: meaning for severity, meaning in MEANINGS.items()},
        megabytes=settings.check_max_bytes / 2**20,
        seconds=settings.check_timeout,
    )


def _mappings(assets: Assets) -> list[str]:
    return sorted(path.stem for path in (assets.data / "mappings").glob("*.toml"))


def _verdict(page: dict[str, Any], language: str) -> Verdict:
    found = tuple(_found(group, language) for group in page["groups"])
    return Verdict(page["refused"], page["name"], page["format"], page["triples"], page["counts"], found)


def _found(group: dict[str, Any], language: str) -> Found:
    message = best_label(group["messages"], language)
    return Found(
        group["rule"],
        group["severity"],
        group["count"],
        explanation(group["rule"], Severity(group["severity"])),
        Text(*message) if message else None,
        tuple(map(_place, group["examples"])),
    )


def _place(example: dict[str, Any]) -> Place:
    iri, path = example["iri"], example["path"]
    plain = path.startswith("<") and path.count("<") == 1
    return Place(
        text="" if example["line"] or example["node"] else example["text"],
        line=example["line"],
        column=example["column"],
        excerpt=tuple(example["excerpt"]),
        record=example["file"] if example["node"] else "",
        node=name_of(iri) or example["node"],
        path=short_name(path[1:-1]) if plain else path,
        value=example["value"],
        detail=example["detail"],
    )
