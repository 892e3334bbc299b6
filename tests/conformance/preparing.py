"""Bring the data of the tests into a home, as releases that ``koinon release import`` makes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

from pyoxigraph import parse

from conformance.graph_store import DEFAULT, steps
from conformance.manifests import Entry, iri_of, protocol_data
from koinon.build.importing import import_files
from koinon.build.statements import Input
from koinon.model.settings import Settings

DataSet: TypeAlias = tuple[tuple[Path, ...], tuple[tuple[str, Path], ...]]

_RELEASES: Final = 10_000
_GSP_BASE: Final = "http://www.example/gsp/"
_UNDECLARED: Final = "http://kasei.us/2009/09/sparql/data/data0.rdf"
"""A graph that tests of the protocol name, but that the suite does not carry; it gets one statement."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A home for the service, and the address at which each data set is asked."""

    home: Path
    addresses: dict[DataSet, str]

    def address(self, entry: Entry) -> str:
        """Return the path, with its query, of the endpoint that holds the data of a test and nothing else."""
        return self.addresses[_data_set(entry)]


def prepare(folder: Path, entries: Iterable[Entry]) -> Prepared:
    """Import the data of all tests.

    A test that knows one graph asks the current release, which has every file as a graph, with
    ``default-graph-uri``. One that knows several, or an empty one, asks a release of its own.
    """
    entries = list(entries)
    home = folder / "home"
    settings = Settings.from_environment({}, home=home, keep_releases=_RELEASES)
    addresses, files = dict[DataSet, str](), list[Path]()
    for asked in dict.fromkeys(_data_set(entry) for entry in entries if entry.text and entry.result):
        data, named = asked
        if len(data) == 1 and not named and _states_anything(data[0]):
            addresses[asked] = f"/sparql?default-graph-uri={quote(iri_of(data[0]), safe='')}"
            files.extend(data)
        else:
            imported = import_files(settings, list(_inputs(asked, folder)), allow_empty=True)
            addresses[asked] = f"/releases/{imported.release}/sparql"
    whole = [Input(path, graph=iri_of(path), base=iri_of(path)) for path in dict.fromkeys(files)]
    import_files(settings, [*whole, *_protocol_inputs(entries, folder)])
    return Prepared(home, addresses)


def _data_set(entry: Entry) -> DataSet:
    return entry.data, entry.named


def _states_anything(path: Path) -> bool:
    return any(parse(path=path, base_iri=iri_of(path)))


def _inputs(asked: DataSet, folder: Path) -> Iterator[Input]:
    data, named = asked
    for path in data:
        yield Input(path, base=iri_of(path))
    for name, path in named:
        yield Input(path, graph=name, base=iri_of(path))
    if not data and not named:
        yield Input(_written(folder, "nothing", b"# no statement\n"))


def _protocol_inputs(entries: Iterable[Entry], folder: Path) -> Iterator[Input]:
    for name, path in protocol_data():
        yield Input(path, graph=name)
    statement = f"<{_UNDECLARED}> a <http://xmlns.com/foaf/0.1/Document> .\n"
    yield Input(_written(folder, "data0", statement.encode()), graph=_UNDECLARED)
    for entry in entries:
        if entry.suite == "graph-store-protocol":
            for number, step in enumerate(steps(entry)):
                for part, document in enumerate(step.documents or ()):
                    path = _written(folder, f"{entry.name}-{number}-{part}", document)
                    yield Input(path, graph=None if step.graph == DEFAULT else step.graph, base=_GSP_BASE)


def _written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / f"{name}.ttl"
    path.write_bytes(content)
    return path
