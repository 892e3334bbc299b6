"""What a request hands in: the bytes of a file, or a form with files, and what is said of them."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from starlette.requests import Request

from koinon.build.registry.contributing import Offer
from koinon.build.registry.options import FACTS_ONLY, Options
from koinon.build.telling import MEDIA_TYPES, VAGUE, suffix_named, suffix_of
from koinon.model.settings import Settings
from koinon.web.checking.handed_in import MULTIPART, TABLES, BodyError, HandedIn, media_type_of, read_parts
from koinon.web.incoming import PATIENCE
from koinon.web.problems import ProblemError
from koinon.web.receiving import whole_body

TAKEN: Final = (*MEDIA_TYPES, *VAGUE, *TABLES, MULTIPART)
"""The media types that are taken."""
FIELDS: Final = (
    "title", "publisher", "rights", "licence", "language", "credit", "homepage", "schedule", "policy", "issued",
)  # fmt: skip
"""What can be said of a source, in the address or in a form."""
OTHERS: Final = ("facts-only", "mapping", "format", "filename", "dry-run", "lang")
_SUFFIXES: Final = {
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/geo+json": ".geojson",
    "application/x-ndjson": ".ndjson",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
}
"""Media types of tables to the suffix of their files."""
_NO: Final = frozenset({"0", "false", "no"})
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/=]*):")
_HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Sent:
    """A contribution as it came: what is offered, and whether it is only a trial."""

    offer: Offer
    dry_run: bool


async def read_sent(request: Request, slug: str, settings: Settings) -> Callable[[], Sent]:
    """Read a request to its end; what is returned makes of it what it hands in, which takes a while.

    Both raise ProblemError, and the first ClientGoneError. What is not whole (the client left, or its digest is
    another) is nothing.
    """
    said = _said(request.query_params.multi_items())
    content_type = request.headers.get("content-type", "")
    _check_type(request, content_type)
    patience = request.scope.get("extensions", {}).get(PATIENCE)
    if patience is not None:
        patience(settings.upload_timeout)
    body = await whole_body(request, settings.check_max_bytes, "source-too-large")
    return lambda: _sent(request, slug, body, content_type, said)


def _sent(request: Request, slug: str, body: bytes, content_type: str, said: dict[str, str]) -> Sent:
    _check_digest(request, body)
    if media_type_of(content_type) == MULTIPART:
        files, fields = _form(body, content_type)
        said = {**_said(list(fields.items())), **said}
    else:
        files = [HandedIn(body, said.get("filename", ""))]
    mapping = said.get("mapping", "")
    named = tuple((_name(slug, file, said, content_type, mapping), file.content) for file in files)
    dry_run = "dry-run" in said and said["dry-run"].lower() not in _NO
    return Sent(Offer(slug, named, mapping, _options(said)), dry_run)


def _check_type(request: Request, sent: str) -> None:
    encoded = request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")
    if encoded or media_type_of(sent) not in TAKEN:
        raise ProblemError(
            "source-media-type",
            f"{media_type_of(sent)[:80] or 'A body without Content-Type'} is not taken here. Send one of "
            f"{', '.join(TAKEN)}, without Content-Encoding.",
            {"available": list(TAKEN)},
            {"Accept": ", ".join(TAKEN)},
        )
    if "content-range" in request.headers:  # RFC 9110 §14.4: a part is never taken for the whole
        raise ProblemError("bad-request", "A source is sent whole, without Content-Range.")


def _check_digest(request: Request, body: bytes) -> None:
    """Compare the body with its digest, where the client sends one (RFC 9530)."""
    for name in ("content-digest", "repr-digest"):
        stated = _DIGEST.search(request.headers.get(name, ""))
        if stated is None:
            continue
        try:
            same = base64.b64decode(stated[1], validate=True) == hashlib.sha256(body).digest()
        except binascii.Error:
            same = False
        if not same:
            raise ProblemError("bad-request", f"The body is not the one that {name.title()} speaks of.")


def _said(items: list[tuple[str, str]]) -> dict[str, str]:
    said: dict[str, str] = {}
    for name, value in items:
        if name not in FIELDS and name not in OTHERS:
            raise ProblemError(
                "bad-request",
                f"{name[:40]!r} is nothing that can be said of a source. There is {', '.join((*FIELDS, *OTHERS))}.",
            )
        if name in said:
            raise ProblemError("bad-request", f"{name} is given twice.")
        if len(value) > _LONGEST:
            raise ProblemError("bad-request", f"{name} has more than {_LONGEST:,} characters.")
        if _HIDDEN.search(value):
            raise ProblemError("bad-request", f"{name} has characters that show nothing, or turn the text around.")
        said[name] = value.strip()
    return said


def _form(body: bytes, content_type: str) -> tuple[list[HandedIn], dict[str, str]]:
    try:
        parts = read_parts(body, content_type)
    except BodyError as error:
        raise ProblemError("bad-request", str(error)) from error
    files = [part for name, part in parts if name == "file"]
    if not files:
        raise ProblemError("bad-request", "The form has no field “file”.")
    fields: dict[str, str] = {}
    for name, part in parts:
        if name == "file":
            continue
        if name in fields:
            raise ProblemError("bad-request", f"{name[:40]} is given twice.")
        try:
            fields[name] = part.content.decode()
        except UnicodeDecodeError as error:
            raise ProblemError("bad-request", f"{name[:40]} is not UTF-8.") from error
    return files, fields


def _name(slug: str, file: HandedIn, said: Mapping[str, str], content_type: str, mapping: str) -> str:
    """Return the name under which a file is kept: its own, else that of the source with a fitting suffix."""
    media_type = media_type_of(content_type)
    if said.get("format"):
        suffix = suffix_named(said["format"])
        if suffix is None:
            raise ProblemError("bad-request", f"{said['format'][:40]!r} is no format of RDF.")
        return f"{slug}{suffix}"
    if file.name:
        return file.name.replace("\\", "/").rpartition("/")[2]
    if mapping or media_type in TABLES:
        return slug + _SUFFIXES.get(media_type, ".csv")
    return slug + (MEDIA_TYPES.get(media_type) or VAGUE.get(media_type) or suffix_of(file.content) or ".bin")


def _options(said: Mapping[str, str]) -> Options:
    facts_only = "facts-only" in said and said["facts-only"].lower() not in _NO
    if facts_only and said.get("rights"):
        raise ProblemError("bad-request", "Give either rights or facts-only.")
    if "policy" in said and said["policy"] not in {"source", "record"}:
        raise ProblemError("bad-request", "policy is source or record.")
    if "issued" in said and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", said["issued"]):
        raise ProblemError("bad-request", f"issued is a date such as {date.today()}.")
    given = {name: said[name] for name in FIELDS if said.get(name)}
    if facts_only:
        given["rights"] = FACTS_ONLY
    return Options(**given)  # type: ignore[arg-type]  # FIELDS are names of texts
