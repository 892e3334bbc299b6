"""How fast a build is, and how fast the SHACL engine it uses is against pySHACL, on the real sources times N.

Command: ``.venv/bin/python benchmarks/build.py [COPIES] [SEED]``. The copies are the graphs of pages and external
sources with every thing renamed, in an order drawn by the seed. Both engines get the same N-Triples, vocabulary and
reference graphs included, and must give the same results (focus, path, value, component, severity), or it ends.
"""

import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pyshacl
from rdflib import Graph, URIRef
from rdflib.namespace import SH
from rich.console import Console
from rich.table import Table

from koinon.build.normalise import Normaliser
from koinon.build.pipeline import build
from koinon.build.shacl import Validator
from koinon.build.vocabulary import read_vocabulary
from koinon.model.assets import Assets
from koinon.model.settings import Settings
from koinon.release.current import Release, open_current
from koinon.release.paths import Home

T = TypeVar("T")
Key = tuple[str, str, str, str, str]
RENAMED = re.compile(rb"(/koinon/(?:id/(?!place/|programme/|period/|fund/)[a-z]+|graph)/[a-z0-9-]+)")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that ``work`` took, and what it gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def copies(release: Release, count: int, seed: int) -> bytes:
    """Return the graphs of pages and external sources ``count`` times, each time with other names."""
    files = [release.graph_file(e.slug) for e in release.manifest.graphs if e.kind in {"page", "external"}]
    parts = [
        RENAMED.sub(rb"\1-%d" % number, file.read_bytes()) if number else file.read_bytes()
        for number in range(count)
        for file in files
    ]
    random.Random(seed).shuffle(parts)  # noqa: S311  an order that can be drawn again
    return b"".join(parts)


def fast(validator: Validator, data: bytes) -> Counter[Key]:
    """Return the results of the engine that the build uses."""
    return Counter(
        (r.focus, r.path if r.path and " " not in r.path else "", r.value or "", r.component, r.severity)
        for r in validator.validate(data)
    )


def reference(shapes: Graph, data: bytes) -> Counter[Key]:
    """Return the results of pySHACL."""
    graph = Graph().parse(data=data, format="nt")
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, advanced=True, inference="none")
    assert isinstance(report, Graph)
    found: Counter[Key] = Counter()
    for node in report.objects(None, SH.result):
        path, value = report.value(node, SH.resultPath), report.value(node, SH.value)
        component, severity = (
            report.value(node, SH.sourceConstraintComponent),
            report.value(node, SH.resultSeverity),
        )
        focus = report.value(node, SH.focusNode)
        assert focus is not None
        key = (
            focus.n3(),
            path.n3() if isinstance(path, URIRef) else "",
            value.n3() if value is not None else "",
            str(component),
            str(severity).rpartition("#")[2],
        )
        found[key] += 1
    return found


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261121
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        assets = Assets.locate(settings)
        first, report = timed(lambda: build(settings, assets, [assets.data]))
        again, _ = timed(lambda: build(settings, assets, [assets.data]))
        release = open_current(Home(settings.home))
        size = f"{len(report.sources)} sources, {report.triples} statements"
        console.print(f"{size}: built in {first:.1f} s, again in {again:.1f} s")
        vocabulary = read_vocabulary(assets, Normaliser())
        context = b"".join(
            release.graph_file(e.slug).read_bytes()
            for e in release.manifest.graphs
            if e.kind in {"vocabulary", "reference"}
        )
        shapes = Graph().parse(data=vocabulary.shapes, format="nt")
        table = Table("copies", "triples", "results", "shacl (s)", "pySHACL (s)", "ratio")
        for number in sorted({1, count}):
            data = context + copies(release, number, seed)
            quick, found = timed(lambda data=data: fast(Validator(vocabulary.shapes), data))
            slow, wanted = timed(lambda data=data: reference(shapes, data))
            assert found == wanted, f"the engines disagree: {found - wanted} {wanted - found}"
            row = (number, data.count(b"\n"), found.total(), f"{quick:.2f}", f"{slow:.1f}", f"{slow / quick:.0f}")
            table.add_row(*map(str, row))
        console.print(table)
        console.print(f"seed {seed}")


if __name__ == "__main__":
    main()
