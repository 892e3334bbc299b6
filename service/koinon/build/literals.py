"""Typed literals: is the text in the lexical space of its datatype, and which form does the store keep.

The lexical spaces are those of XML Schema 1.1 Part 2, section 3. The canonical form is the store's own, asked
of it, so that what is hashed, dumped and served is one and the same.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from koinon.model.namespaces import RDF, XSD

_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DAY = r"(?P<day>0[1-9]|[12]\d|3[01])"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DATE = rf"(?P<year>{_YEAR})-{_MONTH}-{_DAY}"
_DAYS = r"(?:\d+D)?"
_CLOCK = r"(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_FLOAT = r"(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN)"

_INTEGERS: Final[dict[str, tuple[int | None, int | None]]] = {
    "integer": (None, None),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}

_NAMES: Final = {"NMTOKEN": r"[\w.:-]+", "Name": r"[^\W\d][\w.:-]*", "NCName": r"[^\W\d][\w.-]*"}
"""The datatypes whose letters and digits are those of any script; elsewhere only ASCII digits are digits."""

_PATTERNS: Final = {name: re.compile(pattern + r"\Z") for name, pattern in _NAMES.items()} | {
    name: re.compile(pattern + r"\Z", re.ASCII)
    for name, pattern in {
        "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
        "double": _FLOAT,
        "float": _FLOAT,
        "boolean": r"(?:true|false|1|0)",
        "date": _DATE + _ZONE,
        "dateTime": f"{_DATE}T{_TIME}{_ZONE}",
        "dateTimeStamp": f"{_DATE}T{_TIME}(?!\\Z){_ZONE}",
        "time": _TIME + _ZONE,
        "gYear": _YEAR + _ZONE,
        "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
        "gMonth": f"--{_MONTH}{_ZONE}",
        "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}",
        "gDay": f"---{_DAY}{_ZONE}",
        "duration": rf"-?P(?=\d|T)(?:\d+Y)?(?:\d+M)?{_DAYS}{_CLOCK}",
        "dayTimeDuration": rf"-?P(?=\d|T){_DAYS}{_CLOCK}",
        "yearMonthDuration": r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?",
        "hexBinary": r"(?:[0-9a-fA-F]{2})*",
        "base64Binary": r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
        "anyURI": r"[^\s<>\"{}|\\^`]*",
        "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
        "token": r"(?:\S+(?: \S+)*)?",
        "normalizedString": r"[^\r\n\t]*",
        "string": r"(?s:.*)",
    }.items()
}
_INTEGER = re.compile(r"[+-]?\d+\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""What no text needs: control characters, and the direction controls that reorder the text around them."""

_REMEMBERED: Final = 50_000
"""Literals whose canonical form is remembered."""


def forbidden_character(text: str) -> str | None:
    """Return the first character of ``text`` that no text needs, or None."""
    found = _CONTROL.search(text)
    return found[0] if found else None


def problem_of(literal: Literal) -> str | None:
    """Return what is wrong with the literal, in words, or None where it is well-typed.

    Datatypes outside XML Schema are taken as they are.
    """
    text = literal.value
    control = forbidden_character(text)
    if control:
        return f"the literal holds the control character U+{ord(control):04X}"
    if literal.direction is not None:
        return "a base direction (RDF 1.2) is not kept; leave it out"
    iri = literal.datatype.value
    if iri in {XSD + "string", RDF + "langString"} or not iri.startswith(XSD):
        return None
    name = iri.removeprefix(XSD)
    if name in _INTEGERS:
        return _integer_problem(text, name)
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return f"xsd:{name} is not a datatype of XML Schema"
    match = pattern.match(text)
    if match is None:
        return f"{text[:80]!r} is not a value of xsd:{name}"
    return _day_problem(match, name)


def _integer_problem(text: str, name: str) -> str | None:
    if not _INTEGER.match(text):
        return f"{text[:80]!r} is not a value of xsd:{name}"
    low, high = _INTEGERS[name]
    if len(text) < 25:
        number = int(text)
        if (low is not None and number < low) or (high is not None and number > high):
            return f"{text} is out of the range of xsd:{name}"
    elif (low is not None and text.startswith("-")) or (high is not None and not text.startswith("-")):
        return f"{text[:80]} is out of the range of xsd:{name}"
    return None


def _day_problem(match: re.Match[str], name: str) -> str | None:
    parts = match.groupdict()
    if parts.get("day") is None or parts.get("month") is None:
        return None
    year = int(parts["year"]) if parts.get("year") else 2000
    leap_alike = 2000 + year % 400
    if int(parts["day"]) > monthrange(leap_alike, int(parts["month"]))[1]:
        return f"{match[0]} is no day of the calendar (xsd:{name})"
    return None


def canonicaliser() -> Callable[[Literal], Literal]:
    """Return a function that gives each well-typed literal the form in which the store keeps it."""
    store = Store()
    node = NamedNode("urn:x")
    known: dict[Literal, Literal] = {}

    def canonical(literal: Literal) -> Literal:
        if literal.datatype.value in {XSD + "string", RDF + "langString"}:
            return literal
        if literal not in known:
            if len(known) >= _REMEMBERED:
                known.clear()
            store.clear()
            store.add(Quad(node, node, literal))
            kept = next(iter(store)).object
            known[literal] = kept if isinstance(kept, Literal) else literal
        return known[literal]

    return canonical
