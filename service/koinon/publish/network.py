"""The network around a thing: what it leads to and what leads to it, one step away, as its page draws it."""

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from typing import Final

from koinon.model.namespaces import CODE, DCT, M8G, RDF
from koinon.publish.documents import is_ours
from koinon.publish.text import Text
from koinon.publish.views import Group, Incoming, Neighbour, Network, Property, Value

_SIDE: Final = 7
_LEAST: Final = 3
"""Neighbours on one side at most, and on both sides together at least: fewer are told as well by the facts."""

_ROLE: Final = M8G + "role"
_PARTICIPATION: Final = M8G + "hasParticipation"
_TURNS: Final = 3
"""How many participants are named while other relations name one thing each."""

_DOCUMENT: Final = "/id/document/"
_NO_NEIGHBOURS: Final = {RDF + "type", DCT + "type"}


def network_of(topic: str, groups: Iterable[Group], incoming: Iterable[Incoming]) -> Network | None:
    """Return the network around the topic of a page; None where it has hardly any."""
    right = _distinct(_in_turn(_leading_from(groups)), {topic})
    left = _distinct(_in_turn(_leading_to(incoming)), {topic, *(one.iri for one in right)})
    if len(left) + len(right) < _LEAST:
        return None
    more = max(len(left) - _SIDE, 0) + max(len(right) - _SIDE, 0)
    return Network(tuple(left[:_SIDE]), tuple(right[:_SIDE]), more)


def _leading_from(groups: Iterable[Group]) -> Iterator[list[Neighbour]]:
    properties = [p for group in groups for p in group.properties if p.iri not in _NO_NEIGHBOURS]
    found = [_values(property) for property in properties]
    for property, values in zip(properties, found, strict=True):
        things = [one for one in values if one.kind == "thing"]
        turns = _TURNS if property.iri == _PARTICIPATION else 1
        yield from (things[turn::turns] for turn in range(turns))
    yield [one for values in found for one in values if one.kind == "topic"]


def _values(property: Property) -> list[Neighbour]:
    found: list[Neighbour] = []
    for value in property.values:
        if value.part is None:
            found += _neighbour(value, property.label)
            continue
        roles = [role.text for fact in value.part.properties if fact.iri == _ROLE for role in fact.values]
        for name in value.part.heading:
            found += _neighbour(name, roles[0] if roles else property.label)
    return found


def _neighbour(value: Value, relation: Text) -> Iterator[Neighbour]:
    if "#" not in value.iri and is_ours(value.iri):
        yield Neighbour(value.iri, value.text, relation, "topic" if value.iri.startswith(CODE) else "thing")


def _leading_to(incoming: Iterable[Incoming]) -> Iterator[list[Neighbour]]:
    found = [
        [
            Neighbour(thing.iri, thing.label, role or link.label, "thing")
            for thing, role in link.things
            if is_ours(thing.iri)
        ]
        for link in incoming
    ]
    yield from ([one for one in things if _DOCUMENT not in one.iri] for things in found)
    yield [one for things in found for one in things if _DOCUMENT in one.iri]


def _in_turn(groups: Iterable[list[Neighbour]]) -> Iterator[Neighbour]:
    """Yield the first of each group, then the second of each: no relation crowds out the others."""
    return (one for one in chain.from_iterable(zip_longest(*groups)) if one is not None)


def _distinct(neighbours: Iterable[Neighbour], known: set[str]) -> list[Neighbour]:
    found: dict[str, Neighbour] = {}
    for one in neighbours:
        if one.iri not in known:
            found.setdefault(one.iri, one)
    return list(found.values())
