"""What a build costs at scale: CPU, memory, and the ratio to ``oxigraph load`` of the same statements.

Command: ``.venv/bin/python benchmarks/ingest [SIZE…]``: statements of the made-up source (default 100000 1000000),
``1000x1000`` for 1,000 sources of 1,000, or ``real`` for the publishers' files of KOINON_SHARED. Each build is a
process of its own: from nothing, the same again, and after a small source of 1,000 statements beside it changed.
"""

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
    "reading": (pipeline, "make_candidate"),
    "shapes": (pipeline, "judge_shapes"),
    "store": (writing, "fill_store"),
    "store, checked": (writing, "check_store"),
    "territories": (writing, "derive"),
    "contents": (writing, "write_contents"),
    "dump": (writing, "write_dump"),
    "quality": (pipeline, "write_quality"),
    "change record": (workspace, "record_changes"),
    "dumps": (pipeline, "make_dumps"),
}
"""What is measured apart: a name, and the function that does it."""
BESIDE = ("contents", "dump", "quality", "change record", "dumps")
"""Of these, what a store does not need to answer queries, and a load does not make."""


def main() -> None:
    if sys.argv[1:2] == ["one"]:
        _one(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    for size in sys.argv[1:] or ["100000", "1000000"]:
        with tempfile.TemporaryDirectory() as work:
            _measure(size, Path(work))


def _measure(size: str, work: Path) -> None:
    sources, home = work / "sources", work / "home"
    if size == "real":
        write_sources(sources, Assets.locate(Settings()).data / "mappings")
    else:
        number, each = map(int, size.split("x")) if "x" in size else (1, int(size))
        for place in range(number):
            write_source(sources, f"register-{place}" if number > 1 else "register", each, SEED)
    write_source(sources, "small", SMALL, SEED)
    first = _build("from nothing", size, sources, home)
    _build("the same again", size, sources, home)
    write_source(sources, "small", SMALL, SEED + 1)
    _build("a small source changed", size, sources, home)
    load = _load(next(path for path in (home / "releases").iterdir() if path.name == first["release"]), work)
    served = first["cpu"] - sum(spent for part, (spent, _) in first["parts"].items() if part in BESIDE)
    sys.stdout.write(
        f"{size}: oxigraph load of the dump {load:.1f} s of CPU; ratio {first['cpu'] / load:.1f}, "
        f"{served / load:.1f} without {', '.join(BESIDE)}\n"
    )


def _build(what: str, size: str, sources: Path, home: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "one", str(sources), str(home)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    sys.stdout.write(
        f"{size}, {what}: {found['triples']} statements, {found['cpu']:.1f} s of CPU, {found['wall']:.1f} s, "
        f"{found['memory']:.0f} MB, refused {found['refused']}\n"
    )
    parts = [f"{part} {spent:.1f} ({top:.0f})" for part, (spent, top) in found["parts"].items() if spent > 0.05]
    sys.stdout.write(f"  of which (most MB by the end of it) {', '.join(parts)}\n")
    sys.stdout.flush()
    return found


def _one(sources: Path, home: Path) -> None:
    settings = Settings(home=home, disk_quota=2**40, max_source=2**40)
    assets = Assets.locate(settings)
    parts: dict[str, tuple[float, float]] = {}
    for part, (module, name) in APART.items():
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
