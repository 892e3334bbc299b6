"""The collections: all things of a class, narrowed by facets, sorted, and page by page.

A page begins after the thing that its address names (keyset paging): whatever comes or goes before it, nothing is
shown twice or passed over. Facets count what each further choice would leave: a value counts the things that have
it and all that is chosen in *other* facets, since two values of one facet mean either of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from koinon.publish.facet_values import iris_of, written_cursor
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name
from koinon.release.contents import Contents
from koinon.release.facets import MISSING, SECTIONS, Facet, Mask, Numbers, Section

__all__ = ["SECTIONS", "Asked", "Choice", "Chosen", "Entry", "FacetView", "Page", "entries", "page_of"]

PAGE_SIZE: Final = 50
LARGEST: Final = 200
"""Things of a page, by default and at most."""
CHOICES: Final = 7
ALL_CHOICES: Final = 500
"""Values of a facet that a page shows, and those of the one facet that it is asked to show in full."""
TEXT: Final = "q"
"""The name under which what is searched for narrows a list, as facets do under theirs."""
_NEAR: Final = 200
_BY_VALUE: Final = frozenset({"year", "level", "period"})
"""Facets whose values have an order of their own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a thing and its label."""

    iri: str
    label: Text


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. ``filters`` are values by facet (any of them), ``after`` the cursor of the page.

    ``measure`` is what sorts (empty: the label), ``more`` the facet to be shown in full; ``text`` is what names
    are searched for, ``hits`` are the things that this found, best first, or None where nothing is searched.
    """

    section: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    measure: str = ""
    descending: bool = False
    after: str = ""
    size: int = PAGE_SIZE
    more: str = ""
    text: str = ""
    hits: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, how many things it leaves, and whether it is chosen."""

    value: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet with the values that a page shows; ``total`` is how many there are."""

    name: str
    choices: tuple[Choice, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value that narrows the list, and how many things there are without its facet; a text has facet ``q``."""

    facet: str
    value: str
    without: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection.

    ``total`` things are in the collection, ``found`` of them are left by what is chosen, ``start`` of these come
    before the page. The cursors lead to the pages around it: ``next`` and ``last`` are None on the last page,
    ``previous`` on the first; an empty cursor is the first page.
    """

    entries: tuple[Entry, ...]
    measures: tuple[int, ...]
    total: int
    found: int
    start: int
    next: str | None
    previous: str | None
    last: str | None
    facets: tuple[FacetView, ...] = ()
    chosen: tuple[Chosen, ...] = ()


def page_of(section: Section, contents: Contents, asked: Asked, language: str) -> Page:
    """Return the page of a collection that is asked for, for a reader of ``language``.

    Raises KeyError for a measure that the collection doesn't have.
    """
    masks = {name: _any_of(section, section.facets.get(name), values) for name, values in asked.filters.items()}
    found = _found(section, asked.hits)
    order = section.order(language, asked.measure, descending=asked.descending)
    if found is not None and not asked.measure:
        order = found
    everything = None if found is None else _mask(len(section.iris), found)
    left = _all_of((everything, *masks.values()))
    places = np.arange(len(order)) if left is None else np.flatnonzero(left[order])
    start = _start(section, contents, asked, language, order, places) if asked.after else 0
    shown = order[places[start : start + asked.size]].tolist()

    def cursor(place: int) -> str | None:
        return None if place < 0 else written_cursor(section, int(order[places[place]]), asked.measure)

    ends = start + asked.size < len(places)
    whole = len(places) // asked.size * asked.size
    previous = (cursor(start - asked.size - 1) or "") if start else None
    return Page(
        entries=named(section, contents, shown, language),
        measures=tuple(int(section.measures[asked.measure][n]) for n in shown) if asked.measure else (),
        total=len(section.iris),
        found=len(places),
        start=start,
        next=cursor(start + asked.size - 1) if ends else None,
        previous=previous,
        last=cursor((whole if whole < len(places) else whole - asked.size) - 1) if ends else None,
        facets=tuple(_facets(section, asked, masks, everything)),
        chosen=(
            *_sought(asked, masks, len(section.iris)),
            *(
                Chosen(name, value, _count(_all_of((everything, *_others(masks, name))), len(section.iris)))
                for name, values in asked.filters.items()
                for value in values
            ),
        ),
    )


def named(section: Section, contents: Contents, numbers: Sequence[int], language: str) -> tuple[Entry, ...]:
    """Return the entries of things by their numbers."""
    iris = [section.iris[number] for number in numbers]
    found = contents.named(SECTIONS[section.name], iris, language)
    return tuple(Entry(each.iri, _label(each.iri, each.label, each.tag)) for each in found)


def entries(contents: Contents, name: str, language: str, most: int, after: str | None = None) -> tuple[Entry, ...]:
    """Return at most ``most`` things of a class by label in the reader's language, those that follow ``after``."""
    found = contents.entries(name, language, after, most)
    return tuple(Entry(entry.iri, _label(entry.iri, entry.label, entry.tag)) for entry in found)


def _label(iri: str, label: str, tag: str) -> Text:
    return Text(label, tag) if label.strip() and label != iri else Text(short_name(iri))


def _found(section: Section, hits: Sequence[str] | None) -> Numbers | None:
    if hits is None:
        return None
    return np.fromiter(section.iris.numbers(hits), np.uint32)


def _mask(size: int, numbers: Numbers | NDArray[np.int64]) -> Mask:
    mask = np.zeros(size, np.bool_)
    mask[numbers] = True
    return mask


def _any_of(section: Section, facet: Facet | None, values: Sequence[str]) -> Mask:
    mask = np.zeros(len(section.iris), np.bool_)
    for value in values:
        number = facet.number(value) if facet else None
        if facet and number is not None:
            mask[facet.of(number)] = True
    return mask


def _all_of(masks: Sequence[Mask | None]) -> Mask | None:
    given = [mask for mask in masks if mask is not None]
    return np.logical_and.reduce(given) if given else None


def _sought(asked: Asked, masks: Mapping[str, Mask], size: int) -> list[Chosen]:
    return [Chosen(TEXT, asked.text, _count(_all_of(list(masks.values())), size))] if asked.text else []


def _others(masks: Mapping[str, Mask], name: str) -> list[Mask]:
    return [mask for other, mask in masks.items() if other != name]


def _count(mask: Mask | None, size: int) -> int:
    return size if mask is None else int(np.count_nonzero(mask))


def _facets(
    section: Section, asked: Asked, masks: Mapping[str, Mask], everything: Mask | None
) -> Iterator[FacetView]:
    for name, facet in section.facets.items():
        chosen = set(asked.filters.get(name, ()))
        counts = facet.counts(_all_of((everything, *_others(masks, name))))
        worth = counts if facet.shown is None else counts * facet.shown
        there = np.flatnonzero(worth if worth.any() else counts)
        by_count = np.argsort(-counts[there], kind="stable")
        ranked = there[::-1] if name in _BY_VALUE else there[by_count]
        most = ALL_CHOICES if name == asked.more else CHOICES
        shown = [facet.values[number] for number in ranked[:most].tolist()]
        shown += sorted(chosen.difference(shown))
        numbers = {value: facet.number(value) for value in shown}
        choices = tuple(
            Choice(value, int(counts[number]) if (number := numbers[value]) is not None else 0, value in chosen)
            for value in shown
        )
        if choices:
            yield FacetView(name, choices, len(there))


def _start(
    section: Section, contents: Contents, asked: Asked, language: str, order: Numbers, places: NDArray[np.int64]
) -> int:
    """Return how many of the things that are left come up to the cursor; one that is gone is looked for."""
    head, mark, name = asked.after.rpartition("~")
    number = next((n for iri in iris_of(name) if (n := section.iris.number(iri)) is not None), None)
    rank = np.flatnonzero(order == number) if number is not None else np.zeros(0, np.int64)
    if len(rank):
        return int(np.searchsorted(places, rank[0], "right"))
    if mark and asked.measure:
        return _start_by_measure(section.measures[asked.measure][order], head, asked, places)
    thing = next(iris_of(name))
    following = _following(section, contents, thing, language)
    if following is None:
        return 0 if asked.descending else len(places)
    rank = np.flatnonzero(order == following)
    if not len(rank):
        return 0
    return int(np.searchsorted(places, int(rank[0]) + asked.descending, "left"))


def _start_by_measure(values: NDArray[np.int32], head: str, asked: Asked, places: NDArray[np.int64]) -> int:
    """Return where things of the cursor's number begin: some may be shown again, none is passed over."""
    wanted = int(head)
    known = values != MISSING
    reached = known & ((values <= wanted) if asked.descending else (values >= wanted))
    if wanted == MISSING:
        reached = ~known
    first = np.flatnonzero(reached)
    return int(np.searchsorted(places, first[0] if len(first) else len(values), "left"))


def _following(section: Section, contents: Contents, thing: str, language: str) -> int | None:
    """Return the number of the first thing whose label comes after the name of one that is gone."""
    for entry in contents.entries(SECTIONS[section.name], language, thing, _NEAR):
        number = section.iris.number(entry.iri)
        if number is not None:
            return number
    return None
