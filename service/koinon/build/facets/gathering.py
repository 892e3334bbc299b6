"""The collections of a release, gathered from a scan of each property that leads to a facet.

Each IRI and text is a number while facets are gathered, and each property two columns of them: a million statements
are joined, widened and counted by column, as every build gathers all facets anew.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from koinon.build.facets.definitions import (
    DEFINITIONS,
    SUBJECTS,
    TOPIC_LISTS,
    FacetDefinition,
    MeasureDefinition,
    Path,
    SectionDefinition,
    SharedDefinition,
    Wider,
)
from koinon.build.facets.scanning import BROADER, CONTAINED, LEVEL, SCHEME, WITHIN, Scan
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import CODE
from koinon.release.contents import Contents
from koinon.release.facets import MISSING, SECTIONS, Facet, Iris, Mask, Measure, Numbers, Section
from koinon.release.manifest import DERIVED

_LISTED: Final = 2
"""The NUTS level of the territories that are listed; those of other levels narrow a list all the same."""
_FURTHEST: Final = 20
"""Steps to something wider that are followed: no territory, concept or programme of ours lies deeper."""

Ints: TypeAlias = NDArray[np.int64]
Pairs: TypeAlias = tuple[Ints, Ints]
"""Two columns: things and values, by their numbers among the names."""


def gather(scan: Scan, contents: Contents, kinds: Mapping[str, str]) -> Iterator[Section]:
    """Yield all collections of a release; ``kinds`` tells the kind of each named graph (sources or derived)."""
    found = _Gathering(scan, contents, kinds)
    for definition in DEFINITIONS:
        yield found.section(definition)


class _Names(dict[str, int]):
    """The number of each IRI and text, in the order in which they were first met."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number

    def column(self, texts: Collection[str]) -> Ints:
        return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))

    def placed(self, column: Ints) -> Ints:
        """Return, for each name, its place in a column that has it once at most; -1 where it is not there."""
        places = np.full(len(self), -1, np.int64)
        places[column] = np.arange(len(column))
        return places

    def texts(self, column: Ints) -> list[str]:
        """Return the texts that a column stands for."""
        every = list(self)
        return [every[number] for number in column.tolist()]


class _Gathering:
    def __init__(self, scan: Scan, contents: Contents, kinds: Mapping[str, str]) -> None:
        self._scan = scan
        self._contents = contents
        self._kinds = kinds
        self._names = _Names()
        self._sections: dict[str, Section] = {}
        self._scanned: dict[str, Pairs] = {}
        self._levels = {place: int(level) for place, level in self._texts(LEVEL) if level.isdigit()}
        self._within = dict(self._texts(WITHIN))
        self._up = {Wider.BROADER: _lists(self._texts(BROADER)), Wider.WHOLES: _lists(self._texts(CONTAINED))}
        self._wider: dict[tuple[Wider, str], list[int]] = {}

    def section(self, definition: SectionDefinition) -> Section:
        """Return one collection."""
        name = SECTIONS[definition.name]
        iris, orders = self._listed(name, self._topics() if definition.name == "topics" else None)
        things = self._names.column(iris)
        facets: dict[str, Facet] = {}
        for each in definition.facets:
            facet = self._facet(self._valued(each, things), things)
            facets[each.name] = self._comparable(facet) if each.wider is Wider.REGIONS else facet
        for shared in definition.shared:
            facets[shared.name] = self._facet(self._shared(shared), things)
        facets["source"] = self._facet(self._sources(name), things)
        measures = {each.name: self._measured(each, facets, things) for each in definition.measures}
        section = Section(definition.name, Iris.of(iris), orders, facets, measures)
        self._sections[definition.name] = section
        return section

    def _texts(self, property: str) -> Iterator[tuple[str, str]]:
        one, other = self._links(property)
        return zip(self._names.texts(one), self._names.texts(other), strict=True)

    def _links(self, property: str) -> Pairs:
        if property not in self._scanned:
            one, other = self._scan.links(property)
            self._scanned[property] = self._names.column(one), self._names.column(other)
        return self._scanned[property]

    def _topics(self) -> set[str]:
        lists = {CODE + name for name in TOPIC_LISTS}
        found = {concept for concept, scheme in self._texts(SCHEME) if scheme in lists}
        values = np.unique(np.concatenate([self._path(path)[1] for path in SUBJECTS]))
        return found.union(self._names.texts(values))

    def _listed(self, name: str, only: set[str] | None) -> tuple[list[str], dict[str, Numbers]]:
        """Return the sorted things of a class, and their order by label in each language."""
        rows = [row for row in self._contents.order(name) if only is None or row[0] in only]
        iris = sorted({iri for iri, _ in rows})
        numbers = {iri: number for number, iri in enumerate(iris)}
        things = np.array([numbers[iri] for iri, _ in rows], np.uint32)
        readers = np.array([languages for _, languages in rows], np.uint32)
        return iris, {
            language: things[(readers >> bit) & 1 == 1] for bit, language in enumerate(INTERFACE_LANGUAGES)
        }

    def _path(self, path: Path) -> Pairs:
        first, *others = path
        pairs = self._links(first)
        for property in others:
            pairs = _joined(pairs, self._links(property))
        return pairs

    def _valued(self, definition: FacetDefinition, things: Ints) -> Pairs:
        found = [self._path(path) for path in definition.paths]
        one, other = (np.concatenate(columns) for columns in zip(*found, strict=True))
        listed = self._names.placed(things)[one] >= 0
        return self._widened(definition.wider, (one[listed], other[listed]))

    def _widened(self, kind: Wider, pairs: Pairs) -> Pairs:
        """Return the pairs with what their values also stand for, or stand for alone."""
        if kind is Wider.NOTHING:
            return pairs
        values = np.unique(pairs[1])
        wider = [self._wider_of(kind, value) for value in self._names.texts(values)]
        sizes = [len(each) for each in wider]
        flat = np.fromiter((each for several in wider for each in several), np.int64, sum(sizes))
        return _joined(pairs, (np.repeat(values, sizes), flat))

    def _wider_of(self, kind: Wider, value: str) -> list[int]:
        if (kind, value) not in self._wider:
            self._wider[kind, value] = [self._names[text] for text in self._widen(kind, value)]
        return self._wider[kind, value]

    def _widen(self, kind: Wider, value: str) -> tuple[str, ...]:
        if kind is Wider.YEAR:
            return (value[:4],) if value[:4].isdigit() else ()
        if kind in self._up:
            return _above(self._up[kind], value)
        territories = _above(self._up[Wider.WHOLES], self._within.get(value, value))
        levels = (0,) if kind is Wider.COUNTRY else (1, 2, 3)
        return tuple(place for place in territories if self._levels.get(place) in levels)

    def _comparable(self, facet: Facet) -> Facet:
        """Return a facet of territories that lists those of one level: wholes and parts side by side mislead."""
        return replace(facet, shown=np.array([self._levels[value] == _LISTED for value in facet.values], np.bool_))

    def _shared(self, definition: SharedDefinition) -> Pairs:
        section = self._sections[definition.section]
        named, things = self._stated(section.facets[definition.by])
        if definition.of:
            values, having = self._stated(section.facets[definition.of])
            return _joined((named, things), (having, values))
        return named, self._names.column(section.iris)[things]

    def _stated(self, facet: Facet) -> Pairs:
        """Return the values of a facet and the things, by their places, that have them."""
        return np.repeat(self._names.column(facet.values), np.diff(facet.starts)), facet.things.astype(np.int64)

    def _sources(self, name: str) -> Pairs:
        one, graphs = map(self._names.column, self._scan.sources(name))
        used = np.unique(graphs)
        derived = [self._kinds.get(graph) == DERIVED for graph in self._names.texts(used)]
        stated = ~np.isin(graphs, used[derived])
        return one[stated], graphs[stated]

    def _measured(self, definition: MeasureDefinition, facets: Mapping[str, Facet], things: Ints) -> Measure:
        measure = np.full(len(things), MISSING if definition.date else 0, np.int32)
        if definition.date:
            dated = [(one, _day(date)) for one, date in self._texts(definition.date)]
            column = self._names.column([one for one, _ in dated])
            days = np.array([day for _, day in dated], np.int32)
        elif not definition.section:
            for name in definition.facets:
                measure += np.bincount(facets[name].things, minlength=len(things)).astype(np.int32)
            return measure
        else:
            counted = [self._sections[definition.section].facets[name] for name in definition.facets]
            column = np.concatenate([self._names.column(facet.values) for facet in counted])
            days = np.concatenate([facet.counts(None) for facet in counted]).astype(np.int32)
        places = self._names.placed(things)[column]
        np.maximum.at(measure, places[places >= 0], days[places >= 0])
        return measure

    def _facet(self, pairs: Pairs, things: Ints) -> Facet:
        """Return the facet of things with these values, each pair once."""
        places = self._names.placed(things)[pairs[0]]
        listed: Mask = places >= 0
        values, which = np.unique(pairs[1][listed], return_inverse=True)
        texts = self._names.texts(values)
        order = sorted(range(len(texts)), key=texts.__getitem__)
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        count = max(1, len(things))
        ranked, numbers = np.divmod(np.unique(ranks[which] * count + places[listed]), count)
        starts = np.searchsorted(ranked, np.arange(len(order) + 1))
        return Facet(tuple(texts[one] for one in order), starts.astype(np.uint32), numbers.astype(np.uint32))


def _joined(pairs: Pairs, onward: Pairs) -> Pairs:
    """Return the first of each pair with all that the second leads to, in any order."""
    order = np.argsort(onward[0], kind="stable")
    leading = onward[0][order]
    first, after = (np.searchsorted(leading, pairs[1], side) for side in ("left", "right"))
    sizes = after - first
    steps = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(pairs[0], sizes), onward[1][order][np.repeat(first, sizes) + steps]


def _day(date: str) -> int:
    """Return a date, or the start of one, as a number (``20220501``; ``20220000`` for a year)."""
    digits = date[:10].replace("-", "").ljust(8, "0")
    return int(digits) if len(digits) == 8 and digits.isdecimal() else MISSING


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, other in pairs:
        found.setdefault(one, []).append(other)
    return found


def _above(up: Mapping[str, Iterable[str]], value: str) -> tuple[str, ...]:
    """Return the value and all that is above it, circles or not."""
    found = {value: None}
    level = [value]
    for _ in range(_FURTHEST):
        level = [each for one in level for each in up.get(one, ()) if each not in found]
        found.update(dict.fromkeys(level))
        if not level:
            break
    return tuple(found)
