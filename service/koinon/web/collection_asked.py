"""What the address of a collection asks for: read, checked, and written again into other addresses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pyoxigraph import NamedNode
from rapidfuzz import process
from starlette.datastructures import QueryParams

from koinon.publish.collection_items import MOST_FIELDS, fields_of
from koinon.publish.collections import LARGEST, PAGE_SIZE, TEXT, Asked
from koinon.publish.context import Context
from koinon.publish.facet_values import read_value, written_value
from koinon.release.facets import Section
from koinon.web.codes import with_code
from koinon.web.problems import ProblemError
from koinon.web.served import Served

GENERAL: Final = (TEXT, "after", "size", "sort", "fields", "more", "lang")
"""Parameters that every collection takes, beside its facets."""
MOST_VALUES: Final = 50
LONGEST: Final = 500
"""Values that an address may name in all, and characters of each."""
_PLACES: Final = frozenset({"country", "region"})
_CURSOR: Final = re.compile(
    r"(?:(?:-1|\d{1,9})~)?(?:[a-z][a-z-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*){1,3}|[a-z]{2,9}:[^\s<>\"{}|\\^`]{1,500})"
)
_NEAR: Final = 3
_SIMILAR: Final = 60


def read_asked(given: QueryParams, section: Section, served: Served) -> Asked:
    """Return what an address asks for; raises ProblemError ``bad-request``: what is wrong, and what would fit."""
    values: dict[str, list[str]] = {}
    for name, value in given.multi_items():
        values.setdefault(name, []).append(value)
    unknown = [name for name in values if name not in GENERAL and name not in section.facets]
    if unknown:
        there = ", ".join((*section.facets, *GENERAL))
        raise _wrong(f"There is no parameter {unknown[0][:50]!r} here. There are: {there}.")
    filters = {
        name: found for name in section.facets if (found := _chosen(name, values.get(name, ()), section, served))
    }
    if sum(map(len, filters.values())) > MOST_VALUES:
        raise _wrong(f"An address names at most {MOST_VALUES} values of facets.")
    measure, descending = _sort(_one(values, "sort"), section)
    after = _one(values, "after")
    if after and not _CURSOR.fullmatch(after):
        raise _wrong("after is taken from the link to the next page as it stands, like project/resist.")
    more = _one(values, "more")
    if more and more not in section.facets:
        raise _wrong(f"more names a facet: {', '.join(section.facets)}.")
    text = _one(values, TEXT).strip()
    if len(text) > LONGEST:
        raise _wrong(f"{TEXT} has at most {LONGEST} characters.")
    return Asked(section.name, filters, measure, descending, after, _size(_one(values, "size")), more, text)


def read_fields(given: QueryParams, context: Context) -> tuple[str, ...]:
    """Return the names of the fields that are asked for, none where the address names none; raises ProblemError."""
    names = tuple(dict.fromkeys(part for text in given.getlist("fields") for part in text.split(",") if part))
    if len(names) > MOST_FIELDS:
        raise _wrong(f"fields names at most {MOST_FIELDS} properties.")
    try:
        fields_of("", context, names) if names else None
    except KeyError as error:
        near = process.extract(error.args[0], _terms(context), limit=_NEAR, score_cutoff=_SIMILAR)
        hint = f" Did you mean {', '.join(found for found, *_ in near)}?" if near else ""
        raise _wrong(
            f"There is no field {error.args[0][:50]!r}. Fields are the properties of the JSON-LD context "
            f"(/context/v1.jsonld).{hint}"
        ) from error
    return names


def parameters_of(asked: Asked, fields: Sequence[str] = ()) -> dict[str, str]:
    """Return the parameters of the address that asks for this; values of one facet are separated by commas."""
    found = {
        name: ",".join(written_value(name, value).replace(",", "%2C") for value in values)
        for name, values in asked.filters.items()
    }
    sort = ("-" if asked.descending else "") + (asked.measure or "name")
    rest = {
        TEXT: asked.text,
        "sort": sort if sort != "name" else "",
        "size": str(asked.size) if asked.size != PAGE_SIZE else "",
        "fields": ",".join(fields),
        "more": asked.more,
        "after": asked.after,
    }
    return found | {name: value for name, value in rest.items() if value}


def with_value(asked: Asked, facet: str, value: str) -> Asked:
    """Return what is asked for, from its first page on, with one more value of a facet."""
    values = (*asked.filters.get(facet, ()), value)
    return replace(asked, filters={**asked.filters, facet: values}, after="", more="")


def without_value(asked: Asked, facet: str, value: str = "") -> Asked:
    """Return what is asked for, from its first page on, without one value of a facet, or without the facet."""
    values = tuple(each for each in asked.filters.get(facet, ()) if value and each != value)
    others = {name: found for name, found in asked.filters.items() if name != facet}
    return replace(asked, filters={**others, facet: values} if values else others, after="", more="")


def _wrong(detail: str) -> ProblemError:
    return ProblemError("bad-request", detail)


def _one(values: Mapping[str, Sequence[str]], name: str) -> str:
    found = values.get(name, ())
    if len(found) > 1:
        raise _wrong(f"The parameter {name} is given more than once.")
    return found[0] if found else ""


def _size(text: str) -> int:
    if not text:
        return PAGE_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= LARGEST):
        raise _wrong(
            f"size is a number from 1 to {LARGEST}. Pages follow each other: take the link to the next one."
        )
    return int(text)


def _sort(text: str, section: Section) -> tuple[str, bool]:
    name = text.removeprefix("-") or "name"
    if name != "name" and name not in section.measures:
        there = ", ".join(("name", *section.measures))
        raise _wrong(f"sort takes {there}, each also with a minus before it: the largest first.")
    return ("" if name == "name" else name), text.startswith("-")


def _chosen(name: str, given: Sequence[str], section: Section, served: Served) -> tuple[str, ...]:
    found = []
    for text in (part for value in given for part in value.split(",")):
        text = text.replace("%2C", ",").strip()
        if len(text) > LONGEST:
            raise _wrong(f"A value of {name} has at most {LONGEST} characters.")
        if text:
            found.append(_value(name, text, section, served))
    return tuple(dict.fromkeys(found))


def _value(name: str, text: str, section: Section, served: Served) -> str:
    """Return the value that a text stands for: one that things have, or at least something that the graph knows."""
    facet = section.facets[name]
    candidates = list(read_value(name, text))
    if name in _PLACES:
        candidates += with_code(served.store, text)
    for value in candidates:
        if facet.number(value) is not None:
            return value
    for value in candidates:
        if _is_known(value, served):
            return value
    written = [written_value(name, value) for value in facet.values]
    near = process.extract(text, written, limit=_NEAR, score_cutoff=_SIMILAR)
    hint = f" There is {', '.join(found for found, *_ in near)}." if near else ""
    raise _wrong(
        f"Nothing is known of {name} {text[:80]!r}.{hint} The page without this parameter lists all values."
    )


def _is_known(value: str, served: Served) -> bool:
    if "://" not in value:
        return value.isascii() and value.isdigit() and len(value) <= 4
    try:
        return served.has_subject(NamedNode(value))
    except ValueError:
        return False


def _terms(context: Context) -> list[str]:
    return [name for name in context.terms if name[0].islower() and name not in context.prefixes]
