"""What a withdrawn link said, and what there is now in its place, as far as the release says so.

A link goes with one of its things, or as nothing speaks for it any more. In its place stand other links of the same
two things, or of what took their places; and where both are one thing now, that thing.
"""

from collections.abc import Sequence
from itertools import islice

from pyoxigraph import NamedNode, RdfFormat, parse

from koinon.engine import GraphStore
from koinon.model.namespaces import OWL
from koinon.publish.past import last_said, replacements
from koinon.release.changelog import ChangeLog, Member
from koinon.release.links import Links

_MOST = 10
_SIDES = (OWL + "annotatedSource", OWL + "annotatedTarget")


def sides_of(changes: ChangeLog, link: str, steps: Sequence[Member]) -> tuple[str, str] | None:
    """Return the two things of a link by what its last state says of it, or None where that names none."""
    last = last_said(steps)
    body = changes.body(last.sequence, last.number) if last else b""
    found = {
        quad.predicate.value: quad.object.value
        for quad in parse(body, RdfFormat.N_QUADS)
        if quad.subject == NamedNode(link) and isinstance(quad.object, NamedNode)
    }
    one, other = (found.get(name, "") for name in _SIDES)
    return (one, other) if one and other else None


def instead_of(changes: ChangeLog, links: Links, store: GraphStore, sides: tuple[str, str]) -> list[str]:
    """Return the IRIs of what stands now in the place of a link of two things: links, or the one thing they are."""
    one, other = (_now(changes, store, side) for side in sides)
    if both := [thing for thing in one if thing in other]:
        return both[:1]
    found = (link for thing in one for link in links.of_thing(thing))
    across = (link.iri for link in found if link.subject in other or link.object in other)
    return list(islice(dict.fromkeys(across), _MOST))


def _now(changes: ChangeLog, store: GraphStore, thing: str) -> list[str]:
    """Return a thing that the release knows, or what took the place of one that it does not."""
    if next(iter(store.triples(NamedNode(thing))), None) is not None:
        return [thing]
    return replacements(changes, thing, changes.history(thing), store)
