"""``koinon release import``: a release of any RDF files, as they are.

hash → (known already? then only make it current) → read, dump and store in one pass → count → write → publish.
Nothing is judged, derived or added: the default graph is that of the files and not a union, blank nodes stay.

What is kept and what is not. ``dump.nq`` holds the statements as the files state them, in their order, repeated
ones included; names of blank nodes are new ones, and language tags are in lower case, as RDF 1.2 compares them. The
store, and with it every page and answer, holds each statement once and writes literals of these datatypes by their
value (XSD 1.1; a lexical form that is none of the datatype stays as it is):

* integers: ``01`` and ``+1`` become ``1``; ``xsd:int``, ``long``, ``short``, ``byte``, ``nonNegativeInteger``,
  ``unsignedInt`` and all their kin become ``xsd:integer``;
* decimals: ``1.50`` and ``+1.5`` become ``1.5``, ``1.0`` becomes ``1``;
* floats and doubles: ``1.0`` and ``1e0`` become ``1``, ``+INF`` becomes ``INF``, a float gets its nearest 32 bits;
* booleans: ``1`` becomes ``true``, ``0`` becomes ``false``;
* dates and times: ``+00:00`` becomes ``Z``, zeros that end a fraction go, hour 24 becomes hour 0 of the next day,
  ``xsd:dateTimeStamp`` becomes ``xsd:dateTime``;
* durations: ``P12M`` becomes ``P1Y``, ``PT60S`` becomes ``PT1M``.

So two literals of one value become one, and a query meets only the second form; both are equal in SPARQL's ``=``.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final

from pyoxigraph import BlankNode, NamedNode, Quad, QuerySolutions, Store

from koinon import __version__
from koinon.build.facets import add_facets
from koinon.build.indexing.writing import write_index
from koinon.build.progress import Progress, Silent
from koinon.build.statements import Input, quads_of_file
from koinon.build.workspace import whole_release, workspace
from koinon.model.errors import ConfigurationError, ReleaseError
from koinon.model.settings import Settings
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import write_contents
from koinon.release.imported import ImportedFile, Origin, graph_slug, import_id
from koinon.release.manifest import IMPORTED, GraphEntry, Manifest
from koinon.release.paths import Home
from koinon.release.publishing import make_current, publish
from koinon.release.retention import collect, make_room
from koinon.release.search_index import FOLDER as SEARCH

MOST_GRAPHS: Final = 50_000
"""Named graphs that a release may have: the manifest names each."""
_BATCH: Final = 250_000
"""Quads that are given to the store at once. More would be no faster, and take memory."""
_MEGABYTE: Final = 1_000_000
_COUNTS: Final = "SELECT ?graph (COUNT(*) AS ?count) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; ``published`` tells whether ``current`` changed, ``known`` that the release was there.

    ``triples`` are the statements in all graphs, ``default_triples`` those of the default graph.
    """

    release: str
    published: bool
    known: bool
    triples: int
    default_triples: int
    graphs: int
    files: tuple[ImportedFile, ...]

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """Yield the report for people, line by line."""
        state = "is current now" if self.published else "was current already; nothing changed"
        yield (
            f"Release {self.release} {state}: {self.triples} statements as they are in {len(self.files)} files, "
            f"{self.default_triples} of them in the default graph, {self.graphs} named graphs."
        )


def import_files(
    settings: Settings,
    inputs: Sequence[Input],
    progress: Progress | None = None,
    *,
    wait: bool = False,
    allow_empty: bool = False,
) -> ImportReport:
    """Make a release of the files and make it current; the same files make the same release, once.

    Raises ConfigurationError (a file is missing, cannot be read or has an unknown suffix; no file states anything
    and ``allow_empty`` is false), SourceError (a file is wrong: which, where, why), BuildLockedError (a build is at
    work and ``wait`` is false), StorageError (the disk is full, over its quota or cannot be written); in each case
    the current release stays as it was.
    """
    if not inputs:
        raise ConfigurationError("Name the RDF files to import.")
    home = Home(settings.home.absolute())
    files = [given.identify() for given in inputs]
    identifier = import_id(files)
    with workspace(home, wait=wait) as work:
        existing = whole_release(home, identifier)
        if existing is not None:
            published = make_current(home, identifier)
            return _report(existing.manifest, files, published=published, known=True)
        manifest = _Import(work, progress or Silent()).write(identifier, inputs, files)
        if not manifest.total and not allow_empty:
            raise ConfigurationError("The files state nothing, so there is nothing to import. Look into them.")
        make_room(home, work, settings.keep_releases, settings.disk_quota)
        publish(home, work, manifest)
        collect(home, settings.keep_releases, settings.disk_quota)
        return _report(manifest, files, published=True, known=False)


def _report(manifest: Manifest, files: Sequence[ImportedFile], *, published: bool, known: bool) -> ImportReport:
    return ImportReport(
        release=manifest.id,
        published=published,
        known=known,
        triples=manifest.total,
        default_triples=manifest.default_triples or 0,
        graphs=len(manifest.graphs),
        files=tuple(files),
    )


class _Import:
    """Writes one release into ``folder``."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._progress = progress
        self._bytes = 0
        self._lines = 0
        self._digest = hashlib.sha256()

    def write(self, identifier: str, inputs: Sequence[Input], files: Sequence[ImportedFile]) -> Manifest:
        self._progress.stage("MB read", max(sum(file.bytes for file in files) // _MEGABYTE, 1))
        store = Store(self._folder / "store")
        with (self._folder / "dump.nq").open("wb") as dump:
            for given, file in zip(inputs, files, strict=True):
                self._load(store, dump, self._quads(given, file))
        self._progress.stage("settle", 1)
        store.flush()
        store.optimize()
        manifest = _manifest(identifier, store)
        del store
        self._check(manifest)
        write_contents(self._folder / CONTENTS, self._folder / "store")
        write_index(self._folder / SEARCH, self._folder / "store")
        add_facets(self._folder, {entry.name: entry.kind for entry in manifest.graphs})
        Origin(tuple(sorted(files, key=_place)), self._lines, self._digest.hexdigest()).write(self._folder)
        manifest.write(self._folder / "manifest.json")
        self._progress.step(identifier)
        return manifest

    def _quads(self, given: Input, file: ImportedFile) -> Iterator[Quad]:
        def tell(count: int) -> None:
            before = self._bytes // _MEGABYTE
            self._bytes += count
            for _ in range(self._bytes // _MEGABYTE - before):
                self._progress.step(file.name)

        return quads_of_file(given, file.sha256, tell)

    def _load(self, store: Store, dump: IO[bytes], quads: Iterator[Quad]) -> None:
        written = self._written(dump, quads)
        for first in written:
            store.bulk_extend(chain((first,), islice(written, _BATCH - 1)))

    def _written(self, dump: IO[bytes], quads: Iterator[Quad]) -> Iterator[Quad]:
        """Pass the quads on, and write each to the dump."""
        for quad in quads:
            line = f"{quad} .\n".encode()
            dump.write(line)
            self._digest.update(line)
            self._lines += 1
            yield quad

    def _check(self, manifest: Manifest) -> None:
        """Open what was written as a service will; raises ReleaseError where the store is not what was counted."""
        held = len(Store.read_only(str(self._folder / "store")))
        if held != manifest.total or held > self._lines:
            raise ReleaseError(f"The store holds {held} statements instead of {manifest.total}. Import again.")


def _manifest(identifier: str, store: Store) -> Manifest:
    counts = _counts(store)
    named = {term.value: count for term, count in counts.items() if isinstance(term, NamedNode)}
    total = len(store)
    graphs = tuple(
        GraphEntry(name, graph_slug(name), IMPORTED, "", count, {}) for name, count in sorted(named.items())
    )
    return Manifest(
        id=identifier,
        parent=None,
        ontology_version="",
        shapes_version="",
        rules_version="",
        link_model_version="",
        software_version=__version__,
        received=None,
        graphs=graphs,
        total=total,
        kind=IMPORTED,
        default_triples=total - sum(counts.values()),
    )


def _place(file: ImportedFile) -> tuple[str, ...]:
    """Return what files are ordered by; one file may enter several graphs, or one and the default graph."""
    return file.sha256, file.format, file.graph or "", file.base or "", file.name


def _counts(store: Store) -> dict[NamedNode | BlankNode, int]:
    """Return the number of statements of each named graph; raises ConfigurationError where there are too many."""
    solutions = store.query(_COUNTS)
    assert isinstance(solutions, QuerySolutions)  # noqa: S101  # what a SELECT gives
    found: dict[NamedNode | BlankNode, int] = {}
    for solution in solutions:
        graph, count = solution["graph"], solution["count"]
        found[graph] = int(count.value)
        if len(found) > MOST_GRAPHS:
            raise ConfigurationError(
                f"The files name more than {MOST_GRAPHS} graphs, which is more than a release can list. Give one "
                "graph to each file with --graph, in N-Triples or Turtle."
            )
    return found
