"""Conditions of a mapping: ``start <= end and kinds in 'a|b' and !country``, compiled to functions of a row."""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from koinon.build.mapping.values import Row, Value

Condition = Callable[[Row], bool]

_TERM = re.compile(
    r"(?P<not>!)?(?P<left>[a-z][a-z0-9_]*)\s*(?:(?P<op><=|>=|!=|=|<|>|in\b)\s*(?P<right>'[^']*'|-?\d+(?:\.\d+)?|[a-z]\w*))?\Z"
)
_AND = re.compile(r"\s+and\s+(?=(?:[^']*'[^']*')*[^']*\Z)")
_OPERATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def names_in(text: str) -> set[str]:
    """Return the columns that a condition names; ValueError where it is none."""
    found: set[str] = set()
    for term in _terms(text):
        found.add(term["left"])
        if term["right"] and term["right"][0].isalpha():
            found.add(term["right"])
    return found


def condition(text: str, slots: Mapping[str, int], *, vacuous: bool = False) -> Condition:
    """Compile a condition; a comparison with a column that has no value is false, or ``vacuous``.

    ValueError names what is not understood or which column is not there.
    """
    tests = [_test(term, slots, vacuous) for term in _terms(text)]
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _terms(text: str) -> list[re.Match[str]]:
    terms: list[re.Match[str]] = []
    for part in _AND.split(text.strip()):
        match = _TERM.match(part.strip())
        if match is None or (match["not"] and match["op"]):
            raise ValueError(
                f"{part!r} is no condition; write: column, !column, column = 'text', a <= b, a in 'x|y'"
            )
        terms.append(match)
    return terms


def _test(term: re.Match[str], slots: Mapping[str, int], vacuous: bool) -> Condition:
    left = _slot(term["left"], slots)
    if term["op"] is None:
        wanted = term["not"] is None
        return lambda row: (row.values[left] is not None) is wanted
    right = term["right"]
    if term["op"] == "in":
        if right[0] != "'":
            raise ValueError("in wants its texts in quotes: column in 'a|b'")
        texts = frozenset(right[1:-1].split("|"))
        return _any(left, lambda value: value.text in texts, vacuous)
    compare = _OPERATORS[term["op"]]
    if right[0] == "'":
        text = right[1:-1]
        return _any(left, lambda value: compare(value.text, text), vacuous)
    if right[0].isalpha():
        return _between(left, _slot(right, slots), compare, vacuous)
    number = Decimal(right)
    return _any(left, lambda value: compare(_number(value), number), vacuous)


def _any(slot: int, test: Callable[[Value], bool], vacuous: bool) -> Condition:
    def holds(row: Row) -> bool:
        values = row.values[slot]
        return vacuous if values is None else any(map(test, values))

    return holds


def _between(left: int, right: int, compare: Callable[[Any, Any], bool], vacuous: bool) -> Condition:
    def holds(row: Row) -> bool:
        ours, theirs = row.values[left], row.values[right]
        if ours is None or theirs is None:
            return vacuous
        return any(compare(*_pair(a, b)) for a in ours for b in theirs)

    return holds


def _pair(left: Value, right: Value) -> tuple[Any, Any]:
    if left.number is not None and right.number is not None:
        return left.number, right.number
    if left.found is not None and right.found is not None:
        return left.found.value, right.found.value
    return left.text, right.text


def _number(value: Value) -> Decimal:
    if value.number is not None:
        return value.number
    try:
        return Decimal(value.text)
    except InvalidOperation:
        return Decimal("NaN")


def _slot(name: str, slots: Mapping[str, int]) -> int:
    if name not in slots:
        raise ValueError(f"there is no column {name!r}; known are {', '.join(sorted(slots))}")
    return slots[name]
