"""Paths into JSON: ``country.code``, ``geometry.coordinates[1]``, ``.`` for the element itself."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

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
    """Return a function that follows the path; None where it leads nowhere."""

    def get(value: Any) -> Any:
        for step in path:
            if isinstance(step, str):
                if not isinstance(value, dict):
                    return None
                value = value.get(step)
            else:
                if not isinstance(value, list) or step >= len(value):
                    return None
                value = value[step]
        return value

    return get


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
