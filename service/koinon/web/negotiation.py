"""Content negotiation: which media type and which language a reader gets (RFC 9110 §12, RFC 4647 §3.4)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE: Final = re.compile(rf"\s*({_NAME})/({_NAME})\s*")
_PARAMETER: Final = re.compile(rf'\s*({_NAME})\s*=\s*({_NAME}|"(?:[^"\\]|\\.)*")\s*')
_LANGUAGE: Final = re.compile(r"(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)")
_QUALITY: Final = re.compile(r"(0?\.\d{1,3}|0\.?|1(\.0{0,3})?)")
"""As §12.4.2 has it, and ``.2``, as Java has sent it for decades."""
_LONGEST: Final = 4096
_TOLERATED: Final = {"charset", "profile"}
_SAME: Final = {"no": "nb", "nn": "nb"}


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One element of an Accept header; ``parameters`` are those that narrow it, lower case, without ``q``."""

    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...]
    quality: float

    def specificity(self, media_type: str) -> int | None:
        """Return how exactly the range names the media type (0 to 2), or None where it doesn't."""
        offered, _, offered_sub = media_type.partition("/")
        if self.parameters or (self.type not in ("*", offered)):
            return None
        if self.type == "*":
            return 0 if self.subtype == "*" else None
        if self.subtype == "*":
            return 1
        return 2 if self.subtype == offered_sub else None


def combined(headers: Headers, name: str) -> str | None:
    """Return a header whose value is a list; sent on several lines it is one list all the same (RFC 9110 §5.3)."""
    lines = headers.getlist(name)
    return ", ".join(lines) if lines else None


def parse_accept(header: str) -> list[MediaRange]:
    """Return the media ranges of an Accept header (§12.5.1); elements that are none are left out.

    A charset or profile is a wish we can't vary and is passed over; a range with another parameter, such as
    ``version=1.2``, names a form we don't offer.
    """
    ranges = []
    for element in _split(header[:_LONGEST], ","):
        match = _RANGE.match(element)
        if match is None:
            continue
        parameters, quality = [], 1.0
        for piece in _split(element[match.end() :], ";"):
            parameter = _PARAMETER.fullmatch(piece)
            if parameter is None:
                continue
            name, value = parameter[1].lower(), parameter[2]
            if name == "q":
                quality = float(value) if _QUALITY.fullmatch(value) else 0.0
                break
            if name not in _TOLERATED:
                parameters.append((name, value.lower()))
        ranges.append(MediaRange(match[1].lower(), match[2].lower(), tuple(parameters), quality))
    return ranges


def quality_of(media_type: str, ranges: Sequence[MediaRange]) -> float:
    """Return the quality that the most exact range gives the media type; 0 where none names it."""
    best, quality = -1, 0.0
    for candidate in ranges:
        exactness = candidate.specificity(media_type)
        if exactness is not None and (exactness > best or (exactness == best and candidate.quality > quality)):
            best, quality = exactness, candidate.quality
    return quality


def acceptable(header: str | None, offered: Sequence[str]) -> list[str]:
    """Return the offered media types that the reader takes, best first; ties keep the order of ``offered``.

    No header, or one without a single media range, accepts everything (§12.5.1).
    """
    ranges = parse_accept(header or "")
    if not ranges:
        return list(offered)
    rated = [(quality_of(media_type, ranges), media_type) for media_type in offered]
    return [media_type for quality, media_type in sorted(rated, key=lambda pair: -pair[0]) if quality > 0]


def choose_language(wanted: str | None, header: str | None, offered: Sequence[str]) -> str:
    """Return the interface language: the ``wanted`` one of a link, else by Accept-Language, else the first offered.

    Lookup (RFC 4647 §3.4): a range is shortened from its end until it names an offered language.
    """
    chosen = _lookup((wanted or "").lower(), offered)
    if chosen:
        return chosen
    rated: list[tuple[float, str]] = []
    refused: set[str] = set()
    for element in (header or "")[:_LONGEST].split(","):
        tag, _, rest = element.strip().partition(";")
        if not _LANGUAGE.fullmatch(tag.strip()):
            continue
        name, _, value = rest.strip().partition("=")
        quality = 1.0
        if name.strip().lower() == "q":
            quality = float(value) if _QUALITY.fullmatch(value.strip()) else 0.0
        if quality > 0:
            rated.append((quality, tag.strip().lower()))
        else:
            refused.add(tag.strip().lower())
    for _, tag in sorted(rated, key=lambda pair: -pair[0]):
        found = _first(offered, refused) if tag == "*" else _lookup(tag, offered)
        if found:
            return found
    return _first(offered, refused) or offered[0]


def _lookup(tag: str, offered: Iterable[str]) -> str | None:
    while tag:
        known = _SAME.get(tag, tag)
        if known in offered:
            return known
        tag = tag.rpartition("-")[0]
    return None


def _first(offered: Iterable[str], refused: set[str]) -> str | None:
    return next((tag for tag in offered if tag not in refused), None)


def _split(text: str, separator: str) -> list[str]:
    """Split at separators outside quoted strings."""
    pieces, start, quoted, escaped = [], 0, False, False
    for position, char in enumerate(text):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            pieces.append(text[start:position])
            start = position + 1
    return [*pieces, text[start:]]
