"""What stands beside a source that is checked: the current release, and what is accepted but in no release yet.

A build reads all sources at once; a check reads one, and of the others only what it needs for the same judgement.
"""

from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from koinon.build.candidate import Candidate
from koinon.build.graphs import TYPE, Index
from koinon.build.mapped import Mapper
from koinon.build.mapping.lookups.named import FORMS, LISTS, NUTS
from koinon.build.reading import FORMATS
from koinon.build.registry.active import lay_out
from koinon.build.registry.journals import Damaged, every
from koinon.build.source_manifest import MANIFEST
from koinon.build.sources import Source, find_sources
from koinon.build.writing import read_owners
from koinon.model.assets import Assets
from koinon.model.errors import SourceError
from koinon.release.current import Release
from koinon.release.manifest import DERIVED
from koinon.release.paths import Home

_LISTS = frozenset({NUTS, LISTS, FORMS})
"""Sources that codes are looked up in."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """What the next build has beside a source: lists to look codes up in, and references that no release has."""

    mapper: Mapper | None = None
    references: tuple[Source, ...] = ()


@contextmanager
def awaiting(home: Home, assets: Assets, source: Source, built: Container[str]) -> Iterator[Awaited]:
    """Give what stands beside a source that comes under a mapping; others look nothing up in lists.

    ``built`` are the slugs of the current release's graphs. Of each list the accepted version stands there, and of
    the source itself the one that is checked.
    """
    if source.manifest.mapping is None:
        yield Awaited()
        return
    with ExitStack() as stack:
        own = find_sources([assets.sources], FORMATS, mapped=True)[0] if any(assets.sources.rglob(MANIFEST)) else []
        lists = [source] if source.slug in _LISTS else []
        references = [other for other in own if other.slug not in built]
        for registered in every(home):
            if isinstance(registered, Damaged) or registered.slug == source.slug or not registered.accepted:
                continue
            if registered.slug in _LISTS or registered.slug not in built:
                with suppress(SourceError):  # what is damaged is told where it is checked itself
                    folder = stack.enter_context(lay_out(home, registered.slug, registered.accepted))
                    found, _ = find_sources([folder], FORMATS, mapped=True)
                    lists += found if registered.slug in _LISTS else []
                    references += found if registered.slug not in built else []
        wanted = (other for other in references if other.manifest.kind == "reference" and other.slug != source.slug)
        yield Awaited(Mapper(assets, [*own, *lists]), tuple(wanted))


class Beside:
    """The release that is the context of checks; ``graphs`` are those of its sources, by name."""

    def __init__(self, release: Release) -> None:
        """Open the release."""
        self.store = release.open().raw
        self.owners = read_owners(release)
        kept = [entry for entry in release.manifest.graphs if entry.kind not in {"vocabulary", DERIVED}]
        self.graphs = {NamedNode(e.name): (e.slug, e.kind, release.graph_file(e.slug)) for e in kept}

    @property
    def slugs(self) -> frozenset[str]:
        """The sources whose graphs the release has."""
        return frozenset(slug for slug, _, _ in self.graphs.values())


class Others(Mapping[str, set[str]]):
    """The types that all sources but one give to things; each is looked up when it is asked for."""

    def __init__(self, release: Beside, slug: str) -> None:
        """Take the release, and the slug of the source that is judged."""
        self._release = release
        self._slug = slug
        self._found: dict[str, dict[str, set[str]]] = {}

    @property
    def references(self) -> list[Path]:
        """The graph files of reference data."""
        graphs = sorted(self._release.graphs.values())
        return [path for slug, kind, path in graphs if kind == "reference" and slug != self._slug]

    def about(self, candidate: Candidate) -> tuple[dict[str, Index], dict[str, str]]:
        """Return the index of each other source, of the things that the candidate names alone, and their owners."""
        index = candidate.index
        named = index.types.keys() | index.things.keys() | index.untyped
        kept = {slug: Index() for slug, _, _ in self._release.graphs.values() if slug != self._slug}
        for iri in named:
            for slug, classes in self._types(iri).items():
                kept[slug].types[iri] |= classes
        owners = self._release.owners
        return kept, {iri: owners[iri] for iri in named if owners.get(iri) in kept}

    def _types(self, iri: str) -> dict[str, set[str]]:
        """Return the classes of a thing by the source that says so."""
        found = self._found.get(iri)
        if found is None:
            found = self._found[iri] = {}
            for quad in self._release.store.quads_for_pattern(NamedNode(iri), TYPE, None, None):
                if not isinstance(quad.graph_name, NamedNode) or not isinstance(quad.object, NamedNode):
                    continue
                source = self._release.graphs.get(quad.graph_name)
                if source is not None and source[0] != self._slug:
                    found.setdefault(source[0], set()).add(quad.object.value)
        return found

    def __getitem__(self, iri: str) -> set[str]:
        """Return the classes of a thing; raises KeyError where no other source gives it any."""
        found = self._types(iri)
        if not found:
            raise KeyError(iri)
        return set().union(*found.values())

    def __iter__(self) -> Iterator[str]:
        """Iterate over the things that were looked up and found."""
        return iter([iri for iri, found in self._found.items() if found])

    def __len__(self) -> int:
        """Return how many were looked up and found."""
        return sum(1 for _ in self)
