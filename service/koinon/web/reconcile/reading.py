"""Batches of queries as clients send them, in both versions of the API; each fault is told with its place."""

import json
from collections.abc import Iterator
from typing import Any, Final, TypeVar

from koinon.publish.reconcile.asking import LIMIT, TYPES, Condition, Query, Value
from koinon.publish.reconcile.extending import Column
from koinon.publish.reconcile.properties import PROPERTIES
from koinon.web.problems import ProblemError

BATCH: Final = 50
"""Queries of one batch."""
VALUES: Final = 1_000
"""Values of properties that the queries of one batch compare."""
ROWS: Final = 200
"""Entities of one data extension, and at most as many cells in all times the next."""
COLUMNS: Final = 20
_VALUES: Final = 20
_CONDITIONS: Final = 10
_TEXT: Final = 2_000
"""Characters of a name or a value that are read."""
Key = TypeVar("Key")
_QUANTIFIERS: Final = ("any", "all", "none")


def read_json(text: str, what: str) -> Any:
    """Return what a JSON text holds; raises ProblemError with line and column."""
    try:
        return json.loads(text, object_pairs_hook=_named)
    except RecursionError as error:
        raise _wrong(f"{what} is nested too deeply.") from error
    except json.JSONDecodeError as error:
        raise _wrong(f"{what} is no JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except ValueError as error:  # Python reads no integer of thousands of digits
        raise _wrong(f"{what} has a number that is too long.") from error


def batch_of(given: Any, language: str) -> dict[str, Query]:
    """Return the queries of a batch of version 0.1 or 0.2 by their keys. Raises ProblemError."""
    if not isinstance(given, dict):
        raise _wrong('queries takes an object: a key of your choice for each query, such as {"q0": {"query": …}}.')
    _bounded(len(given))
    return _weighed({str(key): _query(value, f"queries.{key}", language) for key, value in given.items()})


def draft_batch_of(given: Any, language: str) -> list[Query]:
    """Return the queries of a batch of the draft of version 1.0. Raises ProblemError."""
    queries = given.get("queries") if isinstance(given, dict) else None
    if not isinstance(queries, list):
        raise _wrong('The body takes an object with the list "queries".')
    _bounded(len(queries))
    read = {place: _draft_query(value, f"queries[{place}]", language) for place, value in enumerate(queries)}
    return list(_weighed(read).values())


def extension_of(given: Any) -> tuple[list[str], list[Column]]:
    """Return the ids and the columns of a data extension query. Raises ProblemError."""
    given = _object(given, "extend")
    ids = [_text(one, f"extend.ids[{place}]") for place, one in enumerate(_list(given.get("ids"), "extend.ids"))]
    asked = _list(given.get("properties"), "extend.properties")
    if len(ids) > ROWS or len(asked) > COLUMNS:
        raise ProblemError(
            "query-too-long",
            f"One request extends at most {ROWS} entities by {COLUMNS} properties; send the rest in further ones.",
        )
    return ids, [_column(one, f"extend.properties[{place}]") for place, one in enumerate(asked)]


def _named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys can be written: JSON can write halves of characters."""
    return {key.encode(errors="ignore").decode(): value for key, value in pairs}


def _query(given: Any, place: str, language: str) -> Query:
    given = _object(given, place)
    for name in given.keys() - {"query", "type", "limit", "properties", "type_strict"}:
        raise _wrong(
            f"{place}.{name} is no field of a query; there are query, type, limit, properties, type_strict."
        )
    name = _text(given["query"], f"{place}.query") if "query" in given else ""
    types = _types(given.get("type", []), f"{place}.type")
    conditions = []
    for number, one in enumerate(_list(given.get("properties", []), f"{place}.properties")):
        here = f"{place}.properties[{number}]"
        one = _object(one, here)
        for field in ("pid", "v"):
            if field not in one:
                raise _wrong(f"{here}.{field} is missing.")
        conditions.append(Condition(_text(one["pid"], f"{here}.pid"), tuple(_values(one["v"], f"{here}.v"))))
    if "query" not in given and not conditions:
        raise _wrong(f"{place} has neither query nor properties, so there is nothing to look for.")
    names = (name,) if name else ()
    return Query(names, types, _conditions(conditions, place), _limit(given, place), language=language)


def _draft_query(given: Any, place: str, language: str) -> Query:
    given = _object(given, place)
    for name in given.keys() - {"type", "limit", "lang", "dir", "conditions"}:
        raise _wrong(f"{place}.{name} is no field of a query; there are conditions, type, limit, lang, dir.")
    asked = _list(given.get("conditions"), f"{place}.conditions")
    if not asked:
        raise _wrong(f"{place}.conditions is empty, so there is nothing to look for.")
    if not isinstance(given.get("type", ""), str):
        raise _wrong(f"{place}.type takes the id of one type.")
    names: list[str] = []
    ids: list[str] = []
    conditions: list[Condition] = []
    for number, one in enumerate(asked):
        here = f"{place}.conditions[{number}]"
        one = _object(one, here)
        values = tuple(_values(one.get("propertyValue"), f"{here}.propertyValue"))
        match one.get("matchType"):
            case "name":
                names += [value.text for value in values]
            case "id":
                ids += [value.entity or value.text for value in values]
            case "property":
                conditions.append(_draft_condition(one, values, here))
            case other:
                raise _wrong(f"{here}.matchType takes name, id or property, not {str(other)[:40]!r}.")
    return Query(
        tuple(names),
        _types(given.get("type", []), f"{place}.type"),
        _conditions(conditions, place),
        _limit(given, place),
        tuple(ids),
        _text(given.get("lang", language), f"{place}.lang"),
    )


def _draft_condition(given: dict[str, Any], values: tuple[Value, ...], place: str) -> Condition:
    required = given.get("required", False)
    quantifier = given.get("matchQuantifier", "any")
    if not isinstance(required, bool):
        raise _wrong(f"{place}.required takes true or false.")
    if quantifier not in _QUANTIFIERS:
        raise _wrong(f"{place}.matchQuantifier takes {', '.join(_QUANTIFIERS)}.")
    return Condition(_text(given.get("propertyId"), f"{place}.propertyId"), values, required, str(quantifier))


def _conditions(conditions: list[Condition], place: str) -> tuple[Condition, ...]:
    if len(conditions) > _CONDITIONS:
        raise _wrong(f"{place} has more than {_CONDITIONS} properties.")
    for condition in conditions:
        if condition.property not in PROPERTIES:
            raise _wrong(
                f"{place}: {condition.property[:60]!r} is no property here. There are {', '.join(PROPERTIES)}."
            )
    return tuple(conditions)


def _column(given: Any, place: str) -> Column:
    given = _object(given, place)
    name = _text(given.get("id"), f"{place}.id")
    if name not in PROPERTIES:
        raise _wrong(f"{place}.id: {name[:60]!r} is no property here. There are {', '.join(PROPERTIES)}.")
    settings = _object(given.get("settings", {}), f"{place}.settings")
    try:
        limit = int(str(settings.get("limit", 0)) or 0)
    except ValueError:
        raise _wrong(f"{place}.settings.limit takes a whole number.") from None
    language = _text(settings.get("language", ""), f"{place}.settings.language")
    return Column(PROPERTIES[name], limit, language.strip().lower(), settings.get("content") == "id")


def _types(given: Any, place: str) -> tuple[str, ...]:
    asked = [given] if isinstance(given, str) else _list(given, place)
    named = [one.get("id") if isinstance(one, dict) else one for one in asked]
    types = tuple(_text(one, place) for one in named if one)
    for one in types:
        if one not in TYPES:
            raise _wrong(f"{place}: {one[:60]!r} is no type here. There are {', '.join(TYPES)}.")
    return types


def _values(given: Any, place: str) -> Iterator[Value]:
    values = given if isinstance(given, list) else [given]
    if len(values) > _VALUES:
        raise _wrong(f"{place} has more than {_VALUES} values.")
    for number, value in enumerate(values):
        here = f"{place}[{number}]" if isinstance(given, list) else place
        match value:
            case {"id": str(entity), **rest}:
                yield Value(_text(rest.get("name", ""), f"{here}.name"), _text(entity, here))
            case bool():
                yield Value("true" if value else "false")
            case str() | int() | float():
                yield Value(_text(str(value), here))
            case _:
                raise _wrong(f"{here} takes a text, a number, true or false, or an entity with its id.")


def _limit(given: dict[str, Any], place: str) -> int:
    limit = given.get("limit", LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 < limit < 1_000_000:
        raise _wrong(f"{place}.limit takes a number above 0.")
    return int(limit) or 1


def _bounded(queries: int) -> None:
    if queries > BATCH:
        detail = f"One batch has at most {BATCH} queries; this one has {queries:,}. Send the rest in further ones."
        raise ProblemError("query-too-long", detail)


def _weighed(queries: dict[Key, Query]) -> dict[Key, Query]:
    """Return the queries of a batch. Raises ProblemError where they compare too many values."""
    values = sum(len(condition.values) for query in queries.values() for condition in query.conditions)
    if values > VALUES:
        raise ProblemError(
            "query-too-long",
            f"One batch compares at most {VALUES:,} values; this one has {values:,}. Send the rest in others.",
        )
    return queries


def _object(given: Any, place: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _wrong(f"{place} takes an object.")
    return given


def _list(given: Any, place: str) -> list[Any]:
    if not isinstance(given, list):
        raise _wrong(f"{place} takes a list.")
    return given


def _text(given: Any, place: str) -> str:
    if not isinstance(given, str):
        raise _wrong(f"{place} takes a text.")
    return given[:_TEXT].encode(errors="ignore").decode()  # JSON can write halves of characters


def _wrong(detail: str) -> ProblemError:
    return ProblemError("bad-request", detail)
