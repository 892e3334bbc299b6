"""Sources that are as they were when the parent release judged them: neither read nor judged again.

Their graphs are those of the parent, their verdicts stand in it, and what others need to know of them is looked up
in its store. A verdict also rests on what others say; so each change elsewhere is held against what they mention.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Store

from koinon.build.collecting import Findings
from koinon.build.differences import changed_lines
from koinon.build.graphs import TYPE
from koinon.build.ownership import Mints
from koinon.build.settled_types import SettledTypes, types_in, value_of
from koinon.build.sources import Source
from koinon.build.verdicts import Types, Verdict, read_verdicts
from koinon.model.namespaces import GRAPH
from koinon.release.current import Release

REFERENCE: Final = "reference"
_NOTHING: Final[Types] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """What a source, read anew, brings into a build: types when read, when shapes are judged, and in the release.

    ``graph`` is its file in the release, None where it has none; ``absent`` tells that it could not be read, and
    that only an earlier graph stands for it.
    """

    kind: str
    read: Types
    judged: Types
    final: Types
    graph: Path | None
    refused: bool = False
    absent: bool = False
    lost: frozenset[str] = frozenset()

    def kept(self, before: "Part | None") -> "Part":
        """Return the same with the types of the parent's graph, where that graph stays in the release."""
        final = before.final if before is not None and self.graph is not None else _NOTHING
        if self.absent:
            return replace(self, read=final, judged=final, final=final)
        return replace(self, final=final) if self.refused else self


@dataclass(slots=True)
class Settled:
    """The settled sources of a build, and what the parent release knows of all its sources."""

    parent: Release | None
    sources: dict[str, Source] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    _store: Store | None = None
    _mints: dict[str, Mints] = field(default_factory=dict)

    @classmethod
    def of(cls, parent: Release | None, sources: Iterable[Source], keys: Mapping[str, str | None]) -> "Settled":
        """Find the sources whose key is that of an accepted one of ``parent``, a release that nobody touched."""
        verdicts = read_verdicts(parent.path) if parent is not None else None
        if parent is None or not verdicts:
            return cls(None)
        entries = {entry.slug: entry for entry in parent.manifest.graphs}
        same = {}
        for source in sources:
            verdict, entry = verdicts.get(source.slug), entries.get(source.slug)
            key = keys.get(source.slug)
            if verdict and entry and key is not None and verdict.key == key and verdict.sha256 == entry.sha256:
                same[source.slug] = source
        return cls(parent, same, verdicts, Store.read_only(str(parent.store)))

    def __contains__(self, slug: object) -> bool:
        """Tell whether the source is settled."""
        return slug in self.sources

    def without(self, slugs: Iterable[str]) -> "Settled":
        """Return the same with some sources to be judged again."""
        gone = set(slugs)
        stay = {slug: source for slug, source in self.sources.items() if slug not in gone}
        return Settled(self.parent, stay, self.verdicts, self._store, self._mints)

    @property
    def names(self) -> frozenset[str]:
        """The names of the settled graphs."""
        return frozenset(GRAPH + slug for slug in self.sources)

    @property
    def references(self) -> dict[str, Path]:
        """The files of the settled reference graphs, by slug."""
        return {slug: self._file(slug) for slug, s in self.sources.items() if s.manifest.kind == REFERENCE}

    def types(self, stage: str = "final") -> Types:
        """Return the types in the settled graphs, and what stood there at the stage ``read`` or ``judged``."""
        if self._store is None or not self.sources:
            return _NOTHING
        beside = [getattr(self.verdicts[slug], stage) for slug in self.sources] if stage != "final" else []
        return SettledTypes(self._store, self.names, beside)

    def found(self) -> dict[str, tuple[Findings, int]]:
        """Return the findings on each settled source, and how many statements its graph has."""
        entries = {entry.slug: entry for entry in self.parent.manifest.graphs} if self.parent else {}
        return {slug: (self.verdicts[slug].found, entries[slug].triples) for slug in self.sources}

    def own(self, slug: str, iri: str) -> bool:
        """Tell whether a thing is the settled source's own."""
        if slug not in self._mints:
            manifest = self.sources[slug].manifest
            self._mints[slug] = Mints(manifest.mints, manifest.home)
        return self._mints[slug].own(iri)

    def left_out(self) -> dict[str, set[str]]:
        """Return the things that settled sources would have minted, had they not been left out."""
        found = {
            slug: {iri for iri in self.verdicts[slug].read if "#" not in iri and self.own(slug, iri)}
            for slug in self.sources
        }
        return {slug: things for slug, things in found.items() if things}

    def touched_by_reading(self, read: Mapping[str, tuple[str, Types]]) -> set[str]:
        """Return settled sources that mention things whose types are others, as ``read`` (with the kind)."""
        parts = {slug: Part(kind, types, _NOTHING, _NOTHING, None) for slug, (kind, types) in read.items()}
        return self._touched({slug: (self._before(slug), part) for slug, part in parts.items()}, only_read=True)

    def touched(self, parts: Mapping[str, Part]) -> set[str]:
        """Return the settled sources on which the ``parts``, with whatever is gone, may shed another light."""
        if self.parent is None or not self.sources:
            return set()
        present = {entry.slug for entry in self.parent.manifest.graphs if entry.name.startswith(GRAPH)}
        before = (self.verdicts.keys() | present) - self.sources.keys() - {"ontology", "code", *self._derived}
        both = {}
        for slug in sorted(before | parts.keys()):
            old, new = self._before(slug), parts.get(slug)
            both[slug] = (old, new.kept(old) if new is not None else None)
        return self._touched(both) | self._touched_by_references(both)

    @property
    def _derived(self) -> set[str]:
        return {entry.slug for entry in self.parent.manifest.derived} if self.parent else set()

    def _file(self, slug: str) -> Path:
        assert self.parent is not None  # noqa: S101  there is no settled source without it
        return self.parent.graph_file(slug)

    def _before(self, slug: str) -> Part | None:
        """Return what a source brought into the parent."""
        verdict = self.verdicts.get(slug)
        entry = self.parent.manifest.graph(slug) if self.parent else None
        final = types_in(self._file(slug)) if entry else _NOTHING
        path = self._file(slug) if entry else None
        if verdict is None:
            return Part(entry.kind, final, final, final, path, absent=True) if entry else None
        if verdict.sha256 is None:
            return Part(verdict.kind, verdict.read, verdict.judged, final, path, refused=True)
        read, judged = (_both(final, beside) for beside in (verdict.read, verdict.judged))
        return Part(verdict.kind, read, judged, final, path, lost=verdict.lost)

    def _touched(
        self, parts: Mapping[str, tuple[Part | None, Part | None]], *, only_read: bool = False
    ) -> set[str]:
        touched: set[str] = set()
        for old, new in parts.values():
            differing = _differing(old, new, only_read=only_read)
            flipped = not only_read and (old is not None and old.absent) != (new is not None and new.absent)
            if flipped:
                for part in (old, new):
                    differing.update((iri, set(classes)) for iri, classes in (part.final if part else {}).items())
            for iri, classes in differing.items():
                touched |= self._affected(iri, classes, always=flipped)
            touched |= self._that_lost(differing)
        return touched

    def _affected(self, iri: str, classes: set[str], *, always: bool) -> set[str]:
        """Return the settled sources that mention a thing of which other graphs now state other ``classes``."""
        assert self._store is not None  # noqa: S101  there is no settled source without it
        node = NamedNode(iri)
        about = [
            (quad.predicate, value_of(quad.object), self._slug(quad.graph_name))
            for quad in self._store.quads_for_pattern(node, None, None, None)
        ]
        typed = {(value, slug) for predicate, value, slug in about if predicate == TYPE and slug}
        found = {slug for _, slug in typed if not self.own(slug, iri)}
        if always or not classes <= {value for value, _ in typed}:
            found |= {slug for _, _, slug in about if slug}
            naming = self._store.quads_for_pattern(None, None, node, None)
            found |= {slug for quad in naming if (slug := self._slug(quad.graph_name))}
        return found

    def _slug(self, name: object) -> str:
        slug = value_of(name).removeprefix(GRAPH)
        return slug if slug in self.sources else ""

    def _that_lost(self, iris: Iterable[str]) -> set[str]:
        wanted = set(iris)
        return {slug for slug in self.sources if not wanted.isdisjoint(self.verdicts[slug].lost)}

    def _touched_by_references(self, parts: Mapping[str, tuple[Part | None, Part | None]]) -> set[str]:
        """Return who speaks of a thing of which a reference graph says something else."""
        touched: set[str] = set()
        for old, new in parts.values():
            if REFERENCE not in {part.kind for part in (old, new) if part}:
                continue
            # Reference graphs are judged one after the other, beside what the later ones handed in.
            one_refused = any(part.refused for part in (old, new) if part)
            touched |= {slug for slug in self.references if one_refused or self.verdicts[slug].lost}
            subjects = _changed_subjects(old.graph if old else None, new.graph if new else None)
            for part in (old, new):
                subjects |= part.lost if part else frozenset()
            for iri in subjects:
                touched |= self._speaking_of(iri)
            touched |= self._that_lost(subjects)
        return touched

    def _speaking_of(self, iri: str) -> set[str]:
        assert self._store is not None  # noqa: S101  there is no settled source without it
        quads = self._store.quads_for_pattern(NamedNode(iri), None, None, None)
        slugs = {self._slug(quad.graph_name) for quad in quads} - {""}
        return {slug for slug in slugs if not self.own(slug, iri)}


NOTHING_SETTLED: Final = Settled(None)


def _both(one: Types, other: Types) -> Types:
    return {**one, **{iri: one.get(iri, set()) | classes for iri, classes in other.items()}} if other else one


def _differing(old: Part | None, new: Part | None, *, only_read: bool) -> dict[str, set[str]]:
    """Return the things whose types differ, at any stage, with the classes that only one of the two states."""
    differing: dict[str, set[str]] = {}
    for stage in ("read",) if only_read else ("read", "judged", "final"):
        before: Types = getattr(old, stage) if old else _NOTHING
        after: Types = getattr(new, stage) if new else _NOTHING
        if before is after:
            continue
        for iri in before.keys() | after.keys():
            classes = before.get(iri, set()) ^ after.get(iri, set())
            if classes:
                differing.setdefault(iri, set()).update(classes)
    return differing


def _changed_subjects(old: Path | None, new: Path | None) -> set[str]:
    lines = (line for _, line in changed_lines(old, new))
    return {line[1 : line.index(b"> ")].decode() for line in lines if line.startswith(b"<")}
