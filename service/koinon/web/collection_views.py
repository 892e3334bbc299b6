"""What the page of a collection shows: facets with their counts as links, what is chosen, and what says more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import DCT, DEF, ORG, SCHEMA, SKOS
from koinon.publish.collections import CHOICES, TEXT, Asked, Chosen, Page
from koinon.publish.naming import Naming
from koinon.publish.narrowing import Choice, Narrowing
from koinon.publish.text import Text
from koinon.release.facets import MISSING, Section
from koinon.web.collection_asked import parameters_of, with_value, without_value

_SAID: Final = 3
"""Values of a property that stand under the name of a thing."""
_SUMMARY: Final = {
    "projects": (DEF + "fundedUnder", SCHEMA + "startDate"),
    "actors": (ORG + "classification", DEF + "locatedIn"),
    "clusters": (DEF + "followsClusterModel", DEF + "locatedIn"),
    "programmes": (DEF + "programmingPeriod",),
    "regions": (DCT + "type", DCT + "isPartOf"),
    "topics": (SKOS + "inScheme",),
}
_ONE_VALUE: Final = 1


@dataclass(frozen=True, slots=True)
class Group:
    """A facet with its values; ``more`` are the parameters of the page that shows the rest, None where none is."""

    name: str
    choices: tuple[Choice, ...]
    total: int
    more: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: its IRI and label, what says more about it, and the number that sorts it (None: by name)."""

    iri: str
    label: Text
    said: tuple[Text, ...]
    number: int | None


@dataclass(frozen=True, slots=True)
class View:
    """The page of a collection: lines, facets, what is chosen, the orders there are, and the pages around it."""

    lines: tuple[Line, ...]
    facets: tuple[Group, ...]
    chosen: tuple[Narrowing, ...]
    orders: tuple[tuple[str, bool, Mapping[str, str]], ...]
    pages: Mapping[str, Mapping[str, str]]
    measure: str


def collection_view(section: Section, asked: Asked, page: Page, store: GraphStore, naming: Naming) -> View:
    """Return what the page shows, in the language of ``naming``."""
    said = tuple(map(NamedNode, _SUMMARY[section.name]))
    numbers = page.measures or (None,) * len(page.entries)
    base = parameters_of(replace(asked, after="", more=""))
    cursors = {"prev": page.previous, "next": page.next}
    return View(
        lines=tuple(
            Line(entry.iri, entry.label, tuple(_said(entry.iri, said, store, naming)), _number(number))
            for entry, number in zip(page.entries, numbers, strict=True)
        ),
        facets=tuple(group for group in (_group(asked, page, n, naming) for n in range(len(page.facets))) if group),
        chosen=tuple(_narrowing(each, asked, naming) for each in page.chosen),
        orders=tuple(_orders(section, asked)),
        pages={
            name: {**base, "after": cursor} if cursor else base
            for name, cursor in cursors.items()
            if cursor is not None
        },
        measure=asked.measure,
    )


def _narrowing(chosen: Chosen, asked: Asked, naming: Naming) -> Narrowing:
    if chosen.facet == TEXT:
        without, label = replace(asked, text="", hits=None, after=""), Text(chosen.value)
    else:
        without, label = without_value(asked, chosen.facet, chosen.value), naming(chosen.value)
    return Narrowing(chosen.facet, label, parameters_of(without), chosen.without)


def _orders(section: Section, asked: Asked) -> list[tuple[str, bool, Mapping[str, str]]]:
    """Return the orders there are: name, whether it is the one of the page, and the parameters of its page."""
    found: list[tuple[str, bool, Mapping[str, str]]] = []
    for name in ("", *section.measures):
        wanted = replace(asked, measure=name, descending=bool(name), after="", more="")
        found.append((name or ("match" if asked.text else "name"), name == asked.measure, parameters_of(wanted)))
    return found


def _group(asked: Asked, page: Page, number: int, naming: Naming) -> Group | None:
    facet = page.facets[number]
    if facet.total <= _ONE_VALUE and not any(choice.chosen for choice in facet.choices):
        only = facet.choices[0]
        if only.count == page.found:
            return None
    choices = tuple(
        Choice(
            naming(choice.value),
            choice.count,
            choice.chosen,
            parameters_of((without_value if choice.chosen else with_value)(asked, facet.name, choice.value)),
        )
        for choice in facet.choices
    )
    more = None
    if facet.total > CHOICES and facet.name != asked.more:
        more = parameters_of(replace(asked, more=facet.name))
    return Group(facet.name, choices, facet.total, more)


def _said(iri: str, properties: tuple[NamedNode, ...], store: GraphStore, naming: Naming) -> list[Text]:
    found: list[Text] = []
    thing = NamedNode(iri)
    for property in properties:
        for _, _, value in islice(store.triples(thing, property), _SAID):
            if isinstance(value, Literal):
                found.append(Text(value.value[:4] if property.value == SCHEMA + "startDate" else value.value))
            else:
                found.append(naming(value.value))
    return list(dict.fromkeys(found))


def _number(number: int | None) -> int | None:
    return None if number in (None, MISSING) else number
