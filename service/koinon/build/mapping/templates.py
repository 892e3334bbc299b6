"""Templates of ids and texts, such as ``project/{source}-{slug(programme, acronym)}``."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from koinon.build.iris import iri_problem
from koinon.build.mapping.terms import BETWEEN, SLUG, escaped, folded, hashed, slug
from koinon.build.mapping.values import Row
from koinon.model.namespaces import SHARED

_HOLE = re.compile(r"\{(?:(?P<call>slug|hash)\((?P<of>[a-z0-9_, ?]+)\)|(?P<name>[a-z][a-z0-9_]*))\}")
_BENEATH = re.compile(r"\{([a-z][a-z0-9_]*)\}(?=#)")
_TYPE = re.compile(r"[a-z]+(?:-[a-z]+)*/")
_FRAGMENT = re.compile(r"[A-Za-z0-9=,.;_-]*\Z")
Part = str | Callable[[Row], str | None]


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template: ``make`` gives the text of a row or None, ``mask`` are the slots of its columns."""

    make: Callable[[Row], str | None]
    mask: int
    fragment: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What a template may name: slots of columns, things, and the slug of the source.

    ``namespace`` tells of the name of a thing below which namespace it stands: the source's own, or the shared one.
    """

    slots: Mapping[str, int]
    things: Collection[str]
    source: str
    namespace: Callable[[str], str]


def thing_before(template: str) -> str | None:
    """Return the thing of which an id is a fragment: ``project`` for ``{project}#lead``."""
    match = _BENEATH.match(template)
    return match[1] if match else None


def columns_in(template: str) -> set[str]:
    """Return the columns that stand in an id as they are, not in slug() or hash()."""
    start = _BENEATH.match(template)
    holes = _HOLE.finditer(template, start.end() if start else 0)
    return {hole["name"] for hole in holes if hole["name"]} - {"source"}


def id_template(text: str, scope: Scope) -> Template:
    """Compile the id of a thing; ValueError where it names nothing known or would make no address."""
    outside = text.startswith(("http://", "https://"))
    parts, mask = _parts(text, scope, _escaped if outside else _identifier)
    constant = "".join(part if isinstance(part, str) else "x" for part in parts)
    above = thing_before(text)
    if outside:
        problem = iri_problem(constant)
        if problem:
            raise ValueError(problem)
    elif above is not None:
        if above not in scope.things:
            raise ValueError(f"there is no thing {above!r} around or beside this one")
        rest = constant[1:]
        if not rest.startswith("#") or not _FRAGMENT.match(rest[1:]):
            raise ValueError(f"{text!r}: what follows a thing is a fragment, such as #address")
    else:
        if not _TYPE.match(constant) or iri_problem(SHARED + constant):
            raise ValueError(f"{text!r} is not of the form type/slug in lower-case ASCII")
        parts.insert(0, scope.namespace(constant))
    return Template(_joined(parts), mask, "#" in constant)


def text_template(text: str, scope: Scope, *, iri: bool) -> Template:
    """Compile a template of text, or of an IRI whose values are percent-encoded."""
    parts, mask = _parts(text, scope, _escaped if iri else _plain)
    if iri:
        problem = iri_problem("".join(part if isinstance(part, str) else "x" for part in parts))
        if problem:
            raise ValueError(problem)
    return Template(_joined(parts), mask)


def _parts(text: str, scope: Scope, column: Callable[[int], Callable[[Row], str | None]]) -> tuple[list[Part], int]:
    parts: list[Part] = []
    mask = 0
    end = 0
    for hole in _HOLE.finditer(text):
        _constant(text[end : hole.start()], text, parts)
        end = hole.end()
        name = hole["name"]
        if name == "source":
            parts.append(scope.source)
        elif name in scope.things and (name not in scope.slots or (not hole.start() and thing_before(text))):
            parts.append(_thing(name))
        elif name is not None:
            slot = _slot(name, scope)
            mask |= 1 << slot
            parts.append(column(slot))
        else:
            slots = [(_slot(name.rstrip("?"), scope), name.endswith("?")) for name in _arguments(hole["of"])]
            mask |= sum(1 << slot for slot, _ in set(slots))
            parts.append(_key(slots, short=hole["call"] == "hash"))
    _constant(text[end:], text, parts)
    return parts, mask


def _constant(piece: str, whole: str, parts: list[Part]) -> None:
    if "{" in piece or "}" in piece:
        raise ValueError(f"{whole!r}: between braces stands a column, a thing, source, slug(a, b) or hash(a, b)")
    if piece:
        parts.append(piece)


def _arguments(text: str) -> list[str]:
    return [argument.strip() for argument in text.split(",") if argument.strip()]


def _slot(name: str, scope: Scope) -> int:
    if name not in scope.slots:
        known = ", ".join(sorted([*scope.slots, *scope.things]))
        raise ValueError(f"there is no column or thing {name!r}; known are {known}")
    return scope.slots[name]


def _thing(name: str) -> Callable[[Row], str | None]:
    return lambda row: row.made.get(name)


def _key(slots: list[tuple[int, bool]], *, short: bool) -> Callable[[Row], str | None]:
    """Return what makes the slug or the hash of columns; those with ``?`` may be missing, but not all of them."""

    def make(row: Row) -> str | None:
        keys: list[str] = []
        for slot, optional in slots:
            values = row.values[slot]
            if values is None and not optional:
                return None
            keys.append(values[0].key if values is not None else "")
        if not any(keys):
            return None
        return hashed(BETWEEN.join(keys)) if short else slug(keys)

    return make


def _identifier(slot: int) -> Callable[[Row], str | None]:
    def make(row: Row) -> str | None:
        values = row.values[slot]
        if values is None:
            return None
        key = values[0].key.lower()
        return key if SLUG.match(key) else folded(key) or None

    return make


def _escaped(slot: int) -> Callable[[Row], str | None]:
    def make(row: Row) -> str | None:
        values = row.values[slot]
        return None if values is None else escaped(values[0].key)

    return make


def _plain(slot: int) -> Callable[[Row], str | None]:
    def make(row: Row) -> str | None:
        values = row.values[slot]
        return None if values is None else values[0].text

    return make


def _joined(parts: list[Part]) -> Callable[[Row], str | None]:
    def make(row: Row) -> str | None:
        texts: list[str] = []
        for part in parts:
            text = part if isinstance(part, str) else part(row)
            if text is None:
                return None
            texts.append(text)
        return "".join(texts)

    return make
