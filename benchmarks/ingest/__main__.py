"""What a build costs at scale: CPU, memory, and the ratio to ``oxigraph load`` of the same statements.

Command: ``.venv/bin/python benchmarks/ingest [--in FOLDER] [--without-dumps] [SIZE…]``: statements of the made-up
source (default 100000 1000000), ``1000x1000`` for 1,000 sources of 1,000, or ``real`` for the publishers' files of
KOINON_SHARED. Each build is a process of its own: from nothing, the same again, and after a small source of 1,000
statements beside it changed. What is written to FOLDER stays there: ``answers.py`` asks it.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generate import write_source
from real import write_sources

from koinon.build import pipeline, workspace, writing
from koinon.build.pipeline import build
from koinon.model.assets import Assets
from koinon.model.settings import Settings

SEED = 20261122
SMALL = 1_000
APART = {
    "reading": [(pipeline, "make_candidate")],
    "shapes": [(pipeline, "judge_shapes")],
    "links": [(writing, "write_links_of")],
    "store": [(writing, "fill_store"), (writing, "change_store")],
    "store, checked": [(writing, "check_store")],
    "territories": [(writing, "derive"), (writing, "change_derived")],
    "contents": [(writing, "write_contents"), (writing, "change_contents")],
    "index": [(writing, "write_index"), (writing, "change_index")],
    "relations": [(writing, "write_relations"), (writing, "change_relations")],
    "facets": [(writing, "write_scan"), (writing, "add_facets")],
    "dump": [(writing, "write_dump"), (writing, "change_dump")],
    "quality": [(pipeline, "write_quality")],
    "change record": [(writing, "_write_changes"), (workspace, "record_changes")],
    "dumps": [(pipeline, "make_dumps")],
}
"""What is measured apart: a name, and the functions that do it, from nothing or from the parent's."""
BESIDE = (
    "links", "contents", "index", "relations", "facets", "dump", "quality", "change record", "dumps",
)  # fmt: skip
"""Of these, what a store does not need to answer queries, and a load does not make."""


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--in", dest="folder", type=Path)
    asked.add_argument("--without-dumps", action="store_true")
    asked.add_argument("--one", nargs=2, type=Path)
    asked.add_argument("sizes", nargs="*", default=["100000", "1000000"])
    given = asked.parse_args()
    if given.one:
        _one(*given.one, dumps=not given.without_dumps)
        return
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as work:
            _measure(size, given.folder or Path(work), ["--without-dumps"] if given.without_dumps else [])


def _measure(size: str, work: Path, options: list[str]) -> None:
    sources, home = work / "sources", work / "home"
    if size == "real":
        write_sources(sources, Assets.locate(Settings()).data / "mappings")
    else:
        number, each = map(int, size.split("x")) if "x" in size else (1, int(size))
        for place in range(number):
            write_source(sources, f"register-{place}" if number > 1 else "register", each, SEED)
    write_source(sources, "small", SMALL, SEED)
    first = _build("from nothing", size, sources, home, options)
    _build("the same again", size, sources, home, options)
    write_source(sources, "small", SMALL, SEED + 1)
    _build("a small source changed", size, sources, home, options)
    load = _load(home / "releases" / first["release"], work)
    served = first["cpu"] - sum(spent for part, (spent, _) in first["parts"].items() if part in BESIDE)
    sys.stdout.write(
        f"{size}: oxigraph load of the dump {load:.1f} s of CPU; ratio {first['cpu'] / load:.1f}, "
        f"{served / load:.1f} without {', '.join(BESIDE)}\n"
    )


def _build(what: str, size: str, sources: Path, home: Path, options: list[str]) -> dict[str, Any]:
    command = [sys.executable, __file__, *options, "--one", str(sources), str(home)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    sys.stdout.write(
        f"{size}, {what}: {found['triples']} statements, {found['cpu']:.1f} s of CPU, {found['wall']:.1f} s, "
        f"{found['memory']:.0f} MB, refused {found['refused']}\n"
    )
    parts = [f"{part} {spent:.1f} ({top:.0f})" for part, (spent, top) in found["parts"].items() if spent > 0.05]
    sys.stdout.write(f"  of which (most MB by the end of it) {', '.join(parts)}\n")
    sys.stdout.flush()
    return found


def _one(sources: Path, home: Path, *, dumps: bool) -> None:
    settings = Settings(home=home, disk_quota=2**40, max_source=2**40, dumps=dumps)
    assets = Assets.locate(settings)
    parts: dict[str, tuple[float, float]] = {}
    for part, functions in APART.items():
        for module, name in functions:
            setattr(module, name, _timed(getattr(module, name), part, parts))
    started, cpu = time.perf_counter(), time.process_time()
    report = build(settings, assets, [assets.data, sources])
    found = {
        "release": report.release,
        "triples": report.triples,
        "refused": [source.slug for source in report.refused],
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - started,
        "parts": parts,
        "memory": _memory(),
    }
    sys.stdout.write(json.dumps(found))


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(function: Callable[..., Any], part: str, parts: dict[str, tuple[float, float]]) -> Callable[..., Any]:
    def call(*arguments: object, **named: object) -> object:
        before = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            parts[part] = parts.get(part, (0.0, 0.0))[0] + time.process_time() - before, _memory()
            if time.process_time() - before > 1:
                sys.stderr.write(f"{part} {parts[part][0]:.1f} s ({parts[part][1]:.0f} MB)\n")

    return call


def _load(release: Path, work: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = Path(sys.executable).with_name("oxigraph")
    command = [str(program), "load", "--location", str(work / "load"), "--file", str(release / "dump.nq")]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
