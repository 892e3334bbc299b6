"""The graphs that a build computes from all others: territories by the published rules, and the catalogue."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import Store, Triple

from koinon.build.catalogue import SLUG, TITLE, catalogue
from koinon.build.graphs import GraphFile, write_graph
from koinon.build.territory import territories
from koinon.model.namespaces import GRAPH
from koinon.release.manifest import DERIVED

DERIVATION: Final = "3"
"""Version of the code that derives. It enters the release id beside the rules: raise it whenever the same sources
and rules come to give other derived graphs, or old releases would be taken for new ones."""


def derive(
    folder: Path,
    store: Store,
    graphs: Sequence[GraphFile],
    rules: Iterable[Path],
    *,
    release: str,
    received: str | None,
    versions: dict[str, str],
) -> list[GraphFile]:
    """Write the derived graphs of the release ``release`` into ``folder`` and return their entries.

    ``store`` holds ``graphs`` and is as before afterwards. Raises VocabularyError where a rule is broken.
    """
    territory = _write(folder, "territory", "Territories, derived by rule", territories(store, rules))
    described = catalogue((*graphs, territory), release, received, versions)
    return [territory, _write(folder, SLUG, TITLE, described)]


def _write(folder: Path, slug: str, title: str, triples: Iterable[Triple]) -> GraphFile:
    path = folder / f"{slug}.nt"
    return write_graph(triples, path, slug=slug, name=GRAPH + slug, kind=DERIVED, title={"en": title})
