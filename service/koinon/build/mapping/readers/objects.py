"""JSON objects as records: strictly read, each key once, numbers as they are written."""

import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final

_TOKEN: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_DIGITS: Final = 400
_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_LONE: Final = re.compile("[\ud800-\udfff]")


class BadObjectError(ValueError):
    """What is wrong with a JSON text: a rule, what to do, and where in it, from 1."""

    def __init__(self, rule: str, detail: str, line: int = 1, column: int | None = None) -> None:
        """Keep them."""
        super().__init__(detail)
        self.rule = rule
        self.detail = detail
        self.line = line
        self.column = column


def read_object(raw: bytes, nesting: int) -> dict[str, object]:
    """Return the object that ``raw`` (UTF-8) is.

    Raises BadObjectError with one of the rules of ``read_value`` or ``not-an-object``.
    """
    value = read_value(raw, nesting)
    if not isinstance(value, dict):
        raise BadObjectError("not-an-object", "this is no object in braces, so it has no keys")
    return value


def read_value(raw: bytes, nesting: int) -> object:
    """Return what ``raw`` (UTF-8) says; ``nesting`` is how deep brackets may stand.

    Raises BadObjectError with the rule ``encoding``, ``nesting``, ``syntax``, ``duplicate-key``, ``number`` or
    ``surrogate``.
    """
    if raw.count(b"[") + raw.count(b"{") > nesting and _depth(raw) > nesting:
        raise BadObjectError("nesting", f"the JSON is nested more than {nesting} deep")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise BadObjectError("encoding", "the JSON is not UTF-8; save it as UTF-8", line, column) from error
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadObjectError("syntax", f"not JSON: {error.msg}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise BadObjectError("nesting", "the JSON is nested too deeply") from error
    if _SURROGATE.search(raw) and _LONE.search(json.dumps(value, ensure_ascii=False, default=str)):
        raise BadObjectError("surrogate", r"half of a character is written (\ud800…\udfff alone); write it whole")
    return value


def _depth(raw: bytes) -> int:
    depth = deepest = 0
    for match in _TOKEN.finditer(raw):
        token = match[0]
        if token in {b"[", b"{"}:
            depth += 1
            deepest = max(deepest, depth)
        elif token in {b"]", b"}"}:
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise BadObjectError("duplicate-key", f"the key {twice[:80]!r} stands twice in one object; remove one")
    return found


def _number(make: Callable[[str], object]) -> Callable[[str], object]:
    def read(text: str) -> object:
        try:
            if len(text) <= _DIGITS:
                value = make(text)
                if not isinstance(value, Decimal) or abs(value.adjusted()) <= _DIGITS:
                    return value
        except InvalidOperation:
            pass
        raise BadObjectError("number", f"the number {text[:20]}… is longer or larger than any measure")

    return read


def _constant(text: str) -> object:
    raise BadObjectError("number", f"{text} is no JSON; leave the key out or write null")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_number(Decimal), parse_int=_number(int), parse_constant=_constant
)
