"""What a release says of itself: its id, its parent, the versions it was made with and the hash of every graph.

The release id is a function of its inputs alone, so that the same inputs give the same id on any machine.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from koinon.model.errors import ReleaseError

DERIVED = "derived"
"""Kind of the graphs that a build computes from the others; they don't enter the release id."""
BUILT = "built"
"""Kind of a release that was compiled from sources; its default graph is the union of all graphs."""
IMPORTED = "imported"
"""Kind of a release that holds other people's files as they are, and of its graphs."""


@dataclass(frozen=True, slots=True)
class GraphEntry:
    """One named graph: its IRI, slug and kind, the SHA-256 of its sorted canonical N-Triples, and its size.

    The hash of an imported graph is empty: it may hold blank nodes, which have no canonical names.
    """

    name: str
    slug: str
    kind: str
    sha256: str
    triples: int
    title: dict[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of one release; ``received`` is the latest date on which one of its sources was received.

    ``total`` counts the statements of all graphs; in an imported release ``default_triples`` of them stand in its
    default graph, in a built one that is the union and counted nowhere (None). ``judgements`` is the hash of what
    people had judged of links; None where nobody had.
    """

    id: str
    parent: str | None
    ontology_version: str
    shapes_version: str
    rules_version: str
    link_model_version: str
    software_version: str
    received: str | None
    graphs: tuple[GraphEntry, ...]
    total: int
    kind: str = BUILT
    default_triples: int | None = None
    judgements: str | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read ``manifest.json``; raises ReleaseError where it is missing or not a manifest."""
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            graphs = tuple(GraphEntry(**entry) for entry in fields.pop("graphs"))
            return cls(graphs=graphs, **fields)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(
                f"{path} is not a readable manifest ({error}). Put the file back from a copy, or remove the folder."
            ) from error

    def write(self, path: Path) -> None:
        """Write the manifest as JSON with sorted keys."""
        path.write_text(
            json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )

    @property
    def imported(self) -> bool:
        """Tell whether the release holds imported files instead of judged sources."""
        return self.kind == IMPORTED

    @property
    def base(self) -> str | None:
        """The base of the node that built it, as its graph of the ontology has it; None where it was imported."""
        ontology = self.graph("ontology")
        return None if self.imported or ontology is None else ontology.name.removesuffix("graph/ontology")

    @property
    def derived(self) -> tuple[GraphEntry, ...]:
        """The graphs that were computed from the others."""
        return tuple(entry for entry in self.graphs if entry.kind == DERIVED)

    def graph(self, slug: str) -> GraphEntry | None:
        """Return the entry of the graph ``slug``, or None where the release has none."""
        return next((entry for entry in self.graphs if entry.slug == slug), None)

    def graph_named(self, iri: str) -> GraphEntry | None:
        """Return the entry of the graph with this IRI, or None where the release has none."""
        return next((entry for entry in self.graphs if entry.name == iri), None)


def release_id(graphs: Iterable[GraphEntry], versions: dict[str, str]) -> str:
    """Return the id of the release that holds ``graphs`` and was made with ``versions`` (name to version).

    It is the SHA-256, in hexadecimal, of the sorted lines ``graph name, tab, hash`` of all graphs that are not
    derived, followed by the sorted lines ``version name, tab, version``. Order, locale and machine don't matter.
    """
    lines = sorted(f"graph\t{entry.name}\t{entry.sha256}\n" for entry in graphs if entry.kind != DERIVED)
    lines += sorted(f"version\t{name}\t{version}\n" for name, version in versions.items())
    return hashlib.sha256("".join(lines).encode()).hexdigest()
