"""Applying a mapping: from a publisher's files to one graph file and an import report.

Memory is bounded by what is kept for the whole source: 16 bytes for each mention of a thing (places), the values of
``single`` properties, the keys of joined tables, and at most lines.LINES lines at a time; records are streamed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from koinon.build.describe import describe
from koinon.build.graphs import lines_of
from koinon.build.mapping.compiling import Compiler, at
from koinon.build.mapping.concepts import Concepts
from koinon.build.mapping.counting import Counts
from koinon.build.mapping.files import Opened, opened
from koinon.build.mapping.graph import Graph
from koinon.build.mapping.joins import Kept
from koinon.build.mapping.kinds import Kinds, Tables
from koinon.build.mapping.levels import Level
from koinon.build.mapping.lookups import Lookups
from koinon.build.mapping.model import Level as LevelPart
from koinon.build.mapping.model import MappingFile, SourcePart, TablePart, read_mapping
from koinon.build.mapping.places import Places
from koinon.build.mapping.readers import BadRecord, Limits, Note
from koinon.build.mapping.report import ImportReport, import_report
from koinon.build.mapping.terms import Names, node, tagged
from koinon.build.ownership import Mints
from koinon.build.source_manifest import Manifest, home_of
from koinon.model.namespaces import DCT, FOAF, RDF, SHARED, SKOS, THINGS


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that was read and found sound."""

    path: Path
    file: MappingFile

    @property
    def name(self) -> str:
        """The name of the mapping, which is its file's."""
        return self.file.name

    @property
    def version(self) -> str:
        """Its version, raised when the outcome changes."""
        return self.file.version

    @property
    def source(self) -> SourcePart:
        """What it knows of the publisher."""
        return self.file.source

    @property
    def lookups(self) -> frozenset[str]:
        """The names of the tables of codes that it asks."""
        return frozenset(_lookups(self.file.table))


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping made: the graph file with its hash and number of statements, the report, places of things."""

    path: Path
    sha256: str
    triples: int
    report: ImportReport
    places: Places


def load_mapping(path: Path) -> Mapping:
    """Read a mapping and try everything it names; raises MappingError with the file, the key and what is wanted."""
    file = read_mapping(path)
    mapping = Mapping(path, file)
    _Run(mapping, Lookups.of({}), Graph(path, remember=False), None)
    return mapping


def apply(
    mapping: Mapping,
    files: Sequence[Path],
    lookups: Tables,
    out: Path,
    limits: Limits | None = None,
    *,
    manifest: Manifest | None = None,
) -> Mapped:
    """Map the files of a source to the graph file ``out``: sorted unique canonical N-Triples, the same every time.

    ``manifest`` is the source's own, whose description (see describe.py) becomes part of the graph. Raises
    SourceError where a file cannot be read as the mapping says, OSError where the disk refuses.
    """
    graph = Graph(out, remember=_asks_what_is_known(mapping.file.table))
    run = _Run(mapping, lookups, graph, manifest)
    file = mapping.file
    for table in opened(file.table, files, file.source.slug, limits or Limits(), file.aside):
        run.read(table)
    sha256, triples = graph.write(run.last_lines())
    report = import_report(mapping.name, mapping.version, mapping.source.slug, run.counted(), graph, triples)
    return Mapped(out, sha256, triples, report, graph.places)


class _Run:
    """A mapping, compiled, while it is applied."""

    def __init__(self, mapping: Mapping, lookups: Tables, graph: Graph, manifest: Manifest | None) -> None:
        file = mapping.file
        source = manifest.slug if manifest is not None else file.source.slug
        self._file = file
        self._manifest = manifest
        self._graph = graph
        home = home_of(file.source.kind if manifest is None else manifest.kind)
        given_mints = file.source.mints if manifest is None else manifest.mints
        own = Mints((glob.replace("{source}", source) for glob in given_mints), home).own
        self._document = manifest.document.iri if manifest is not None else f"{home}document/{source}"
        names = Names(file.prefixes)
        self._concepts: dict[str, Concepts] = {}
        for name, given in file.concepts.items():
            with at(mapping.path, f"concepts.{name}"):
                self._concepts[name] = Concepts(name, given, source, names, home)
        language = manifest.language if manifest is not None else file.source.language
        kinds = Kinds(names, file.codes, self._concepts, lookups, language)
        compiler = Compiler(
            mapping.path,
            names,
            kinds,
            graph,
            source,
            self._document,
            lambda name: home if own(home + name) else SHARED,
        )
        self._levels: dict[str, Level] = {}
        self._notes: dict[str, list[Note]] = {}
        kept: dict[str, Kept] = {}
        for part in file.table:
            with at(mapping.path, "table"):
                if part.name in self._levels:
                    raise ValueError(f"two tables are named {part.name!r}")
            level = compiler.table(part, kept)
            self._levels[part.name] = level
            self._notes[part.name] = []
            kept[part.name] = Kept(level.slots, part.name)
        for name, keys in kept.items():
            self._levels[name].kept = keys if keys.wanted else None

    def read(self, opened_table: Opened) -> None:
        """Map the records of one table of a file."""
        table, parts = opened_table.table, opened_table.parts
        file = opened_table.file.name
        graph, places = self._graph, self._graph.places
        about = {f"#{name}": value for name, value in table.about.items()}
        levels = [(frozenset(part.keys), self._levels[part.name]) for part in parts]
        for part, (_, level) in zip(parts, levels, strict=True):
            level.counts.files.append(file)
            level.counts.shown = table.shown
            if part.reader not in {"json", "jsonl"}:
                level.open((*table.table.columns, *about))
        _, level = levels[0]
        number = places.table(file, table.table.name)
        for record in table:
            if isinstance(record, BadRecord):
                level.counts.cannot_read(record.rule, record.place, record.detail)
                continue
            values = {**record.values, **about} if about else record.values
            if level.ignores(values):
                level.counts.ignored += 1
                continue
            if len(levels) > 1:
                level = next((each for keys, each in levels if keys <= values.keys()), level)
            level.map(values, record.place, places.pack(number, record.place.row))
            graph.lines.settle()
        self._notes[parts[0].name] += table.notes

    def last_lines(self) -> Iterator[str]:
        """Yield what the graph says beside the records: its lists, its own description, and its document's name."""
        for concepts in self._concepts.values():
            yield from concepts.lines()
        document = node(self._document)
        if self._manifest is None:
            titles = dict(self._file.source.title)
            yield f"{document} <{RDF}type> <{FOAF}Document> ."
        else:
            titles = dict(self._manifest.title)
            for line in lines_of(describe(self._manifest)):
                yield line.decode()
        if self._document.startswith(THINGS):
            for tag, title in titles.items():
                yield f"{document} <{SKOS}prefLabel> {tagged(title, tag)} ."
                yield f"{document} <{DCT}title> {tagged(title, tag)} ."

    def counted(self) -> list[tuple[Counts, Sequence[Note]]]:
        """Return the counts of each table and of each list inside, with the readers' notes."""
        found: list[tuple[Counts, Sequence[Note]]] = []
        for name, level in self._levels.items():
            found.append((level.counts, self._notes[name]))
            found += [(inner.counts, ()) for inner in _inside(level)]
        return found


def _inside(level: Level) -> Iterator[Level]:
    for _, inner in level.lists:
        yield inner
        yield from _inside(inner)


def _parts(parts: Sequence[LevelPart]) -> Iterator[LevelPart]:
    for part in parts:
        yield part
        yield from _parts(part.each)


def _asks_what_is_known(tables: Sequence[TablePart]) -> bool:
    return any(statement.known for part in _parts(tables) for thing in part.things for statement in thing.has)


def _lookups(tables: Sequence[TablePart]) -> Iterator[str]:
    for part in _parts(tables):
        for column in part.columns.values():
            if column.datatype == "lookup" and column.table:
                yield column.table
