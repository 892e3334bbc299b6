"""The collections of a release, gathered from a scan of each property that leads to a facet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

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
from koinon.release.facets import MISSING, SECTIONS, Facet, Iris, Measure, Numbers, Section
from koinon.release.manifest import DERIVED

_LISTED: Final = 2
"""The NUTS level of the territories that are listed; those of other levels narrow a list all the same."""
_FURTHEST: Final = 20
"""Steps to something wider that are followed: no territory, concept or programme of ours lies deeper."""

Pairs = Iterable[tuple[str, str]]


def gather(scan: Scan, contents: Contents, kinds: Mapping[str, str]) -> Iterator[Section]:
    """Yield all collections of a release; ``kinds`` tells the kind of each named graph (sources or derived)."""
    found = _Gathering(scan, contents, kinds)
    for definition in DEFINITIONS:
        yield found.section(definition)


class _Gathering:
    def __init__(self, scan: Scan, contents: Contents, kinds: Mapping[str, str]) -> None:
        self._scan = scan
        self._contents = contents
        self._kinds = kinds
        self._sections: dict[str, Section] = {}
        self._scanned: dict[str, list[tuple[str, str]]] = {}
        self._texts: dict[str, str] = {}
        self._levels = {place: int(level) for place, level in self._links(LEVEL) if level.isdigit()}
        self._within = dict(self._links(WITHIN))
        self._up = {
            Wider.BROADER: _lists(self._links(BROADER)),
            Wider.WHOLES: _lists(self._links(CONTAINED)),
        }
        self._wider: dict[tuple[Wider, str], tuple[str, ...]] = {}

    def section(self, definition: SectionDefinition) -> Section:
        """Return one collection."""
        name = SECTIONS[definition.name]
        iris, orders = self._listed(name, self._topics() if definition.name == "topics" else None)
        numbers = {iri: number for number, iri in enumerate(iris)}
        facets: dict[str, Facet] = {}
        for each in definition.facets:
            facet = _facet(self._valued(each, numbers), numbers)
            facets[each.name] = self._comparable(facet) if each.wider is Wider.REGIONS else facet
        for shared in definition.shared:
            facets[shared.name] = _facet(self._shared(shared), numbers)
        facets["source"] = _facet(self._sources(name), numbers)
        measures = {each.name: self._measured(each, facets, numbers) for each in definition.measures}
        section = Section(definition.name, Iris.of(iris), orders, facets, measures)
        self._sections[definition.name] = section
        return section

    def _links(self, property: str) -> list[tuple[str, str]]:
        if property not in self._scanned:
            same = self._texts.setdefault
            self._scanned[property] = [
                (same(one, one), same(other, other)) for one, other in self._scan.links(property)
            ]
        return self._scanned[property]

    def _topics(self) -> set[str]:
        lists = {CODE + name for name in TOPIC_LISTS}
        found = {concept for concept, scheme in self._links(SCHEME) if scheme in lists}
        return found.union(*({value for _, value in self._path(path)} for path in SUBJECTS))

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
        pairs: Pairs = self._links(first)
        for property in others:
            onward = _lists(self._links(property))
            pairs = ((thing, end) for thing, middle in pairs for end in onward.get(middle, ()))
        return pairs

    def _valued(self, definition: FacetDefinition, numbers: Mapping[str, int]) -> Pairs:
        for path in definition.paths:
            for thing, value in self._path(path):
                if thing in numbers:
                    for each in self._widened(definition.wider, value):
                        yield thing, each

    def _widened(self, kind: Wider, value: str) -> tuple[str, ...]:
        if kind is Wider.NOTHING:
            return (value,)
        if kind is Wider.YEAR:
            return (value[:4],) if value[:4].isdigit() else ()
        if (kind, value) not in self._wider:
            self._wider[kind, value] = self._widen(kind, value)
        return self._wider[kind, value]

    def _widen(self, kind: Wider, value: str) -> tuple[str, ...]:
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
        naming = section.facets[definition.by]
        values: dict[int, list[str]] = defaultdict(list)
        if definition.of:
            given = section.facets[definition.of]
            for number, value in enumerate(given.values):
                for thing in given.of(number).tolist():
                    values[thing].append(value)
        for number, named in enumerate(naming.values):
            for thing in naming.of(number).tolist():
                for value in values[thing] if definition.of else (section.iris[thing],):
                    yield named, value

    def _sources(self, name: str) -> Pairs:
        for thing, graph in self._scan.sources(name):
            if self._kinds.get(graph) != DERIVED:
                yield thing, graph

    def _measured(
        self, definition: MeasureDefinition, facets: Mapping[str, Facet], numbers: Mapping[str, int]
    ) -> Measure:
        measure = np.full(len(numbers), MISSING if definition.date else 0, np.int32)
        if definition.date:
            for thing, value in self._links(definition.date):
                digits = value[:10].replace("-", "").ljust(8, "0")
                if thing in numbers and len(digits) == 8 and digits.isdigit():
                    measure[numbers[thing]] = max(measure[numbers[thing]], int(digits))
            return measure
        if not definition.section:
            for name in definition.facets:
                measure += np.bincount(facets[name].things, minlength=len(numbers)).astype(np.int32)
            return measure
        for name in definition.facets:
            facet = self._sections[definition.section].facets[name]
            for value, count in zip(facet.values, facet.counts(None), strict=True):
                if value in numbers:
                    measure[numbers[value]] = max(measure[numbers[value]], count)
        return measure


def _lists(pairs: Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return dict(found)


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


def _facet(pairs: Pairs, numbers: Mapping[str, int]) -> Facet:
    """Return the facet of things with these values, each pair once."""
    by_value: dict[str, set[int]] = defaultdict(set)
    for thing, value in pairs:
        if thing in numbers:
            by_value[value].add(numbers[thing])
    values = sorted(by_value)
    sizes = [len(by_value[value]) for value in values]
    starts = np.concatenate(([0], np.cumsum(sizes, dtype=np.uint32))).astype(np.uint32)
    things = np.fromiter((n for value in values for n in sorted(by_value[value])), np.uint32, sum(sizes))
    return Facet(tuple(values), starts, things)
