"""Paths into JSON: ``country.code``, ``geometry.coordinates[1]``, ``.`` for the element itself."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from koinon.build.mapping.readers import Fault

Step = str | int
_POSITION = re.compile(r"(.+?)((?:\[\d+\])+)\Z")
_EMPTY: Final[tuple[object, ...]] = (None, "", [], {})


def steps(path: str | tuple[str, ...]) -> tuple[Step, ...]:
    """Return the keys and positions of a path; a path that is a list gives keys as they are, dots and all."""
    if path == ".":
        return ()
    found: list[Step] = []
    for key in path.split(".") if isinstance(path, str) else path:
        match = _POSITION.match(key)
        if match is None:
            found.append(key)
        else:
            found.append(match[1])
            found += [int(position) for position in match[2][1:-1].split("][")]
    return tuple(found)


def shown(path: Iterable[Step]) -> str:
    """Return a path as the report shows it."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "."


def getter(path: tuple[Step, ...]) -> Callable[[Any], Any]:
    """Return what follows the path: it gives None where nothing is, a Fault where a value has no such parts."""

    def get(value: Any) -> Any:
        for step in path:
            if isinstance(step, str):
                if not isinstance(value, dict):
                    return misfit(value, "an object")
                value = value.get(step)
            else:
                if not isinstance(value, list):
                    return misfit(value, "a list")
                if step >= len(value):
                    return None
                value = value[step]
        return value

    return get


def value_getter(path: tuple[Step, ...]) -> Callable[[Any], Any]:
    """Return what follows the path to a value; a list in a position is a Fault: which value is meant is open."""
    get = getter(path)
    if not path or isinstance(path[-1], str):
        return get

    def one(value: Any) -> Any:
        found = get(value)
        return misfit(found, "one value") if isinstance(found, list) else found

    return one


def misfit(value: object, expected: str) -> Fault | None:
    """Return what stands for a value in which something else was expected; None where there is no value."""
    if value in _EMPTY:
        return None
    if isinstance(value, Fault):
        return value
    kind, text = ("an object", "{…}") if isinstance(value, dict) else ("a list", "[…]")
    if not isinstance(value, dict | list):
        kind, text = ("a text", value) if isinstance(value, str) else ("a single value", str(value))
    return Fault(text, "shape", f"{kind} stands where the mapping expects {expected}")


class Reach:
    """The keys that a mapping reads of a record, as a tree; whatever else a record holds is unused."""

    def __init__(self, paths: Iterable[tuple[Step, ...]]) -> None:
        """Build the tree."""
        self._tree: dict[Step, Any] = {}
        for path in paths:
            here = self._tree
            for step in path[:-1]:
                here = here.setdefault(step, {})
                if here is None:
                    break
            else:
                if path:
                    here[path[-1]] = None

    def unused(self, value: object) -> list[str]:
        """Return the paths of the filled keys that nothing reads."""
        found: list[str] = []
        if isinstance(value, dict):
            _look(value, self._tree, "", found)
        return found


def _look(value: Mapping[str, Any], tree: Mapping[Step, Any], before: str, found: list[str]) -> None:
    for key, below in value.items():
        if key not in tree:
            if below not in _EMPTY:
                found.append(before + key)
            continue
        branch = tree[key]
        if branch is None:
            continue
        if isinstance(below, dict):
            _look(below, branch, f"{before}{key}.", found)
        elif isinstance(below, list):
            for position, element in enumerate(below):
                if position not in branch:
                    found.append(f"{before}{key}[{len(branch)}]")
                    break
                if isinstance(branch[position], dict) and isinstance(element, dict):
                    _look(element, branch[position], f"{before}{key}[{position}].", found)
