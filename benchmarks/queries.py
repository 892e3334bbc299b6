"""How fast the catalogue is answered: the embedded store against rdflib, query by query, in one process.

Command: ``.venv/bin/python benchmarks/queries.py``. Data: the current release (built when there is none). Each
query runs with its defaults; the figure is the median of the runs, the ratio is rdflib over the store.
Both answers must have the same number of rows, or the benchmark ends.
"""

import statistics
import time
from collections.abc import Callable

from given import current_release
from pyoxigraph import NamedNode, RdfFormat, serialize
from rdflib import Dataset, URIRef
from rich.console import Console
from rich.table import Table

from koinon.model.assets import Assets
from koinon.model.settings import Settings
from koinon.query.catalogue import load_catalogue

RUNS, PATIENCE = 5, 20.0


def median(ask: Callable[[], int]) -> tuple[float, int]:
    """Return the median seconds of up to RUNS runs (fewer when they are slow) and the number of rows."""
    spent, rows = [], 0
    while len(spent) < RUNS and sum(spent) < PATIENCE:
        started = time.perf_counter()
        rows = ask()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent), rows


def main() -> None:
    settings = Settings.from_environment()
    assets = Assets.locate(settings)
    release = current_release(settings, assets)
    store = release.open().raw
    peer = Dataset(default_union=True)
    graphs = {name.value for name in store.named_graphs() if isinstance(name, NamedNode)}
    for name in sorted(graphs):
        quads = store.quads_for_pattern(None, None, None, NamedNode(name))
        peer.graph(URIRef(name)).parse(
            data=serialize((q.triple for q in quads), format=RdfFormat.N_TRIPLES), format="nt"
        )
    table = Table("query", "rows", "store ms", "rdflib ms", "ratio", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    ratios = []
    for query in load_catalogue(assets.queries):
        text = query.bind()

        def ours(text: str = text) -> int:
            return sum(1 for _ in store.query(text))

        def theirs(text: str = text) -> int:
            return sum(1 for _ in peer.query(text))

        fast, rows = median(ours)
        slow, peer_rows = median(theirs)
        assert rows == peer_rows, f"{query.name}: {rows} rows here, {peer_rows} in rdflib"
        ratios.append(slow / fast)
        table.add_row(query.name, str(rows), f"{fast * 1e3:.2f}", f"{slow * 1e3:.1f}", f"{slow / fast:,.0f}")
    console = Console()
    console.print(
        f"release {release.id[:12]}: {len(graphs)} graphs, {len(peer):,} triples; up to {RUNS} runs a query\n"
    )
    console.print(table)
    console.print(f"\nmedian ratio rdflib / store: {statistics.median(ratios):,.0f}; smallest {min(ratios):,.0f}")


if __name__ == "__main__":
    main()
