"""Regions that the release no longer has: which thing a code or name meant, by what the change log knows."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from pyoxigraph import RdfFormat, parse

from koinon.model.namespaces import DEF, SHARED, SKOS
from koinon.publish.bridge.territories import CODE, IDENTIFIERS, SLUG
from koinon.publish.past import last_said, steps_of
from koinon.release.changelog import Change, ChangeLog, Member

_TERRITORY: Final = DEF + "Territory"
_SLICE: Final = "class/Territory"
_LOOKED_AT: Final = 2_000
"""Withdrawn regions, the latest first, whose codes are looked at."""


def withdrawn_region(changes: ChangeLog, name: str, last: int | None) -> list[Member]:
    """Return the steps, latest first, of the region that had a code or slug and went by the step ``last``.

    There are none where no release had one, or where the thing goes on as a region. The first step is that with
    which the region went.
    """
    if SLUG.fullmatch(name) and (steps := _gone(changes, f"{SHARED}place/{name}", last)):
        return steps
    code = name.upper()
    if not CODE.fullmatch(code):
        return []
    for thing in islice(_removed(changes, last), _LOOKED_AT):
        steps = _gone(changes, thing, last)
        if steps and code in _codes(changes, thing, steps):
            return steps
    return []


def _gone(changes: ChangeLog, thing: str, last: int | None) -> list[Member]:
    """Return the steps since a thing was a region, that with which it ceased first; none for any other thing."""
    steps = steps_of(changes, thing, last)
    was = next((n for n, step in enumerate(steps) if step.change is not Change.REMOVED and _is_region(step)), 0)
    return steps[was - 1 :] if was else []


def _is_region(member: Member) -> bool:
    return member.kind == _TERRITORY


def _removed(changes: ChangeLog, last: int | None) -> Iterator[str]:
    for step in reversed(changes.steps()):
        if step.removed and (last is None or step.sequence <= last):
            for member in changes.members(step.sequence, _SLICE, most=_LOOKED_AT):
                if member.change is Change.REMOVED:
                    yield member.thing


def _codes(changes: ChangeLog, thing: str, steps: list[Member]) -> set[str]:
    member = last_said(steps)
    body = changes.body(member.sequence, member.number) if member else b""
    return {
        quad.object.value
        for quad in parse(body, RdfFormat.N_QUADS)
        if quad.predicate.value == SKOS + "notation"
        and str(quad.subject)[1:].startswith(tuple(f"{thing}#{name}" for name in IDENTIFIERS))
    }
