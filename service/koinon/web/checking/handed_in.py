"""What the body of a request hands in: RDF as it is, or a form with a text or a file (RFC 7578)."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from koinon.build.telling import MEDIA_TYPES, VAGUE, suffix_named
from koinon.web.forms import long_form

FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
TABLES: Final = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/geo+json",
    "application/x-ndjson",
)
"""The media types of tables beside those of ``VAGUE``; which mapping reads one is named."""
TAKEN: Final = (*MEDIA_TYPES, *VAGUE, *TABLES, FORM, MULTIPART)
"""The media types that a check takes."""

_MOST_FIELDS: Final = 20
_LONGEST_HEAD: Final = 4096
_BOUNDARY = re.compile(r"""boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))""", re.IGNORECASE)
_PARAMETER = re.compile(r"""(?:^|[;\s])(name|filename\*?)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))""", re.IGNORECASE)


class BodyError(Exception):
    """The body is not what its Content-Type says; ``str()`` tells in English what is wrong."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What is to be checked; ``suffix`` is that of its format where it was named.

    ``pasted`` is the text of the form's field, to show it again; None where a file or a bare body came. ``mapping``
    is the name of the one by which a table is read, empty for RDF.
    """

    content: bytes
    name: str = ""
    suffix: str | None = None
    pasted: str | None = None
    mapping: str = ""


def media_type_of(content_type: str) -> str:
    """Return the media type of a Content-Type header, in lower case and without parameters."""
    return content_type.partition(";")[0].strip().lower()


def read_body(body: bytes, content_type: str, syntax: str, mapping: str = "") -> HandedIn:
    """Return what a body hands in; ``syntax`` and ``mapping`` are what the address names. Raises BodyError."""
    media_type = media_type_of(content_type)
    if media_type == FORM:
        fields = _form(body)
    elif media_type == MULTIPART:
        fields = _parts(body, content_type)
    else:
        suffix = _suffix(syntax) or MEDIA_TYPES.get(media_type) or VAGUE.get(media_type)
        return HandedIn(body, suffix=suffix, mapping=mapping)
    suffix = _suffix(fields["format"].content.decode("utf-8", "replace") if "format" in fields else syntax)
    mapping = fields["mapping"].content.decode("utf-8", "replace") if "mapping" in fields else mapping
    file, text = fields.get("file"), fields.get("text")
    if file is not None and (file.content or text is None):
        return HandedIn(file.content, file.name, suffix, mapping=mapping)
    if text is None:
        raise BodyError("The form has neither a field “text” nor a field “file”.")
    return HandedIn(text.content, suffix=suffix, pasted=text.content.decode("utf-8", "replace"), mapping=mapping)


def _suffix(named: str) -> str | None:
    if not named.strip():
        return None
    suffix = suffix_named(named)
    if suffix is None:
        raise BodyError(f"{named[:40]!r} is no format of RDF.")
    return suffix


def _form(body: bytes) -> dict[str, HandedIn]:
    try:
        fields = long_form(body.decode(), _MOST_FIELDS)
    except ValueError as error:
        raise BodyError(f"The form cannot be read as UTF-8: {error}.") from error
    return {name: HandedIn(value.encode()) for name, value in fields}


def _parts(body: bytes, content_type: str) -> dict[str, HandedIn]:
    """Return the parts of a form by name, the first of each."""
    fields: dict[str, HandedIn] = {}
    for name, part in read_parts(body, content_type):
        fields.setdefault(name, part)
    return fields


def read_parts(body: bytes, content_type: str) -> list[tuple[str, HandedIn]]:
    """Return the parts of a form with their names, in their order (RFC 7578 §4); raises BodyError."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise BodyError("The Content-Type of the form names no boundary.")
    mark = b"\r\n--" + (found[1] or found[2]).encode("latin-1", "replace")
    pieces = (b"\r\n" + body).split(mark, _MOST_FIELDS + 2)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise BodyError(f"The form is cut off, or has more than {_MOST_FIELDS} fields.")
    parts: list[tuple[str, HandedIn]] = []
    for piece in pieces[1:-1]:
        head, separator, content = piece.partition(b"\r\n\r\n")
        if not separator or len(head) > _LONGEST_HEAD:
            raise BodyError("A part of the form has no head, or one that is too long.")
        names = _names(head.decode("utf-8", "replace"))
        if "name" in names:
            parts.append((names["name"], HandedIn(content, names.get("filename", ""))))
    return parts


def _names(head: str) -> dict[str, str]:
    """Return ``name`` and ``filename`` of a part; ``filename*`` (RFC 8187) is read too."""
    names = {}
    for line in head.split("\r\n"):
        field, _, value = line.partition(":")
        if field.strip().lower() == "content-disposition":
            for key, quoted, bare in _PARAMETER.findall(value):
                text = re.sub(r"\\(.)", r"\1", quoted) or bare
                if key.endswith("*"):
                    text = unquote(text.rpartition("'")[2])
                names[key.rstrip("*").lower()] = text
    return names
