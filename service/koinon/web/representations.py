"""The forms of a resource: which one a request gets, and the headers that belong to it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CC_BY
from koinon.web.negotiation import acceptable, combined
from koinon.web.parameters import encoded
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader

HTML: Final = "text/html"
JSON_LD: Final = "application/ld+json"
JSON: Final = "application/json"
VARY: Final = "Accept, Accept-Language"
NO_PARAMETERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Form:
    """One form: its media type, its suffix (empty where it is reached by ``Accept`` alone) and its name."""

    media_type: str
    suffix: str
    name: str


RDF_FORMS: Final = (
    Form(JSON_LD, "jsonld", "JSON-LD"),
    Form("text/turtle", "ttl", "Turtle"),
    Form("application/n-triples", "nt", "N-Triples"),
    Form("application/rdf+xml", "rdf", "RDF/XML"),
    Form("application/trig", "trig", "TriG"),
)
ALIASES: Final = (Form(JSON, "json", "JSON-LD"), Form("text/n3", "", "Turtle"), Form("text/plain", "", "N-Triples"))
"""Media types by which older clients ask for a form: JSON-LD is JSON, Turtle is N3, N-Triples was plain text."""

PAGE: Final = Form(HTML, "html", "HTML")
PAGE_ALONE: Final = Form(HTML, "", "HTML")
"""A page beside other forms, and a page whose address takes no suffix."""

CSV: Final = "text/csv"
TABLE: Final = Form(CSV, "csv", "CSV")
DOCUMENT_FORMS: Final = (PAGE, *RDF_FORMS, TABLE, *ALIASES)
"""The forms of every document; at equal quality the earlier one is sent."""

MEANT: Final = {
    alias.media_type: form.media_type for alias in ALIASES for form in RDF_FORMS if form.name == alias.name
}
"""Alias to the media type of the form that it means."""


def split_suffix(name: str, forms: Sequence[Form]) -> tuple[str, Form | None]:
    """Split ``resist.ttl`` into the slug and the form its suffix names; a name without known suffix stays whole."""
    stem, dot, suffix = name.rpartition(".")
    if dot:
        for form in forms:
            if form.suffix == suffix:
                return stem, form
    return name, None


def form_of(suffix: str, forms: Sequence[Form]) -> Form:
    """Return the form of a suffix; raises NotFoundError where there is none."""
    for form in forms:
        if form.suffix and form.suffix == suffix:
            return form
    there = ", ".join(f".{form.suffix}" for form in forms if form.suffix)
    raise NotFoundError(f"There is no form .{suffix[:20]} of this. There are {there}.")


def negotiate(request: Request, forms: Sequence[Form], fixed: Form | None = None) -> Form:
    """Return the form of the answer: the ``fixed`` one of a suffix, else by Accept.

    Raises ProblemError ``not-acceptable`` (RFC 9110 §15.5.7) with the list of what there is.
    """
    if fixed is not None:
        return fixed
    chosen = acceptable(combined(request.headers, "accept"), [form.media_type for form in forms])
    if not chosen:
        raise ProblemError(
            "not-acceptable",
            "There is " + ", ".join(form.media_type for form in forms) + ".",
            {"available": [{"type": form.media_type, "suffix": form.suffix or None} for form in forms]},
            {"Vary": VARY},
        )
    return next(form for form in forms if form.media_type == chosen[0])


def strong_tag(*parts: str) -> str:
    """Return the ETag of what is the same byte for byte as long as all parts are (RFC 9110 §8.8.3)."""
    return f'"{hashlib.sha256("|".join(parts).encode(errors="replace")).hexdigest()[:24]}"'


def weak_tag(*parts: str) -> str:
    """Return the ETag of what means the same as long as all parts are."""
    return "W/" + strong_tag(*parts)


def entity_tag(edition: str, reader: Reader, media_type: str) -> str:
    """Return the weak ETag: edition (release, software), language, media type and the address links begin with."""
    return weak_tag(edition, reader.language, reader.asked, media_type, reader.base)


def is_unchanged(request: Request, tag: str) -> bool:
    """Tell whether If-None-Match lists the tag, by weak comparison (RFC 9110 §13.1.2)."""
    header = combined(request.headers, "if-none-match")
    return header is not None and lists_tag(header, tag)


def lists_tag(header: str, tag: str) -> bool:
    """Tell whether the value of If-None-Match lists the tag, by weak comparison (RFC 9110 §13.1.2)."""
    listed = [item.strip() for item in header.split(",")]
    return "*" in listed or _opaque(tag) in {_opaque(item) for item in listed}


def _opaque(tag: str) -> str:
    return tag.removeprefix("W/")


def caching(tag: str, language: str | None) -> dict[str, str]:
    """Return the headers that a negotiated answer and its 304 share."""
    headers = {
        "ETag": tag,
        "Vary": VARY,
        "Cache-Control": "public, max-age=0, must-revalidate",
    }
    return headers | ({"Content-Language": language} if language else {})


def not_modified(headers: Mapping[str, str]) -> Response:
    """Return a 304 with the headers the 200 would have had."""
    return Response(status_code=304, headers=dict(headers))


@dataclass(frozen=True, slots=True)
class Chosen:
    """The form that an answer has, its headers, and whether the reader has it already."""

    form: Form
    headers: dict[str, str]
    is_unchanged: bool

    @property
    def is_page(self) -> bool:
        """Whether it is the page for people."""
        return self.form.media_type == HTML


@dataclass(frozen=True, slots=True)
class Offer:
    """What an address offers: its path without suffix, the forms, the IRI it is about, and its parameters.

    ``spoken`` are the media types of the forms that are written in the reader's language.
    """

    path: str
    forms: Sequence[Form]
    topic: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    spoken: Sequence[str] = (HTML,)

    def choose(self, request: Request, reader: Reader, edition: str, fixed: Form | None = None) -> Chosen:
        """Choose the form, the ``fixed`` one of a suffix or else by Accept, and make the headers of the answer.

        ``edition`` is all that the answer is made from, beside reader and form. Raises ProblemError
        ``not-acceptable``.
        """
        form = negotiate(request, self.forms, fixed)
        language = reader.language if form.media_type in self.spoken else None
        headers = caching(entity_tag(edition, reader, form.media_type), language)
        links = link_header(reader, self.path, self.forms, self.topic, self.parameters)
        if links:
            headers["Link"] = links
        if fixed is None and form.suffix:
            headers["Content-Location"] = f"{reader.prefix}{self.path}.{form.suffix}{search(self.parameters)}"
        return Chosen(form, headers, is_unchanged(request, headers["ETag"]))


def content_type(media_type: str) -> str:
    """Return the Content-Type: text types name their charset, JSON and XML carry it themselves."""
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def search(parameters: Mapping[str, str]) -> str:
    """Return the parameters as the end of an address."""
    return f"?{encoded(parameters)}" if parameters else ""


def alternates(
    reader: Reader, path: str, forms: Sequence[Form], parameters: Mapping[str, str] = NO_PARAMETERS
) -> list[tuple[str, Form]]:
    """Return the address of each form that has a suffix; aliases say nothing new."""
    told = [form for form in forms if form.suffix and form not in ALIASES]
    return [(f"{reader.base}{path}.{form.suffix}{search(parameters)}", form) for form in told]


def link_header(
    reader: Reader, path: str, forms: Sequence[Form], topic: str, parameters: Mapping[str, str] = NO_PARAMETERS
) -> str:
    """Return the Link header (RFC 8288): every other form, and what the document describes, if anything."""
    others = map(alternate_link, alternates(reader, path, forms, parameters))
    described = [f'<{_ascii(topic)}>; rel="describes"'] if topic else []
    return ", ".join([*others, *described])


def credit_links(root: str = "") -> str:
    """Return as a Link header where licence and credit lines of an answer's sources stand.

    ``root`` leads from the answer's address to where ``graph`` is: so it holds at whatever address, and release.
    """
    return f'<{CC_BY}>; rel="license", <{root}graph>; rel="describedby"'


def alternate_link(alternate: tuple[str, Form]) -> str:
    """Return one form as an element of a Link header."""
    address, form = alternate
    return f'<{address}>; rel="alternate"; type="{form.media_type}"'


def _ascii(iri: str) -> str:
    """Return the IRI as a URI that may stand in a header (RFC 3987 §3.1)."""
    return quote(iri, safe="%/:=&?~#+!$,;'@()*[]")
