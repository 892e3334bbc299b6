"""The data on disk: generated once for a size and seed, and loaded once for each server."""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generate import generate
from peers import BIN

_SOURCES = ("generate.py", "reference.py", "sources.py", "statements.py", "territories.py", "words.py")


@dataclass(frozen=True, slots=True)
class Prepared:
    """The generated file, and what was made of it."""

    triples: int
    seed: int
    data: Path
    oxigraph: Path
    home: Path


def prepare(work: Path, triples: int, seed: int, say: Callable[[str], None]) -> Prepared:
    """Return the data of a size and seed; what an earlier run left under ``work`` is used again.

    The folder's name has a hash of the generator's code in it, so that no old data are taken for new ones.
    """
    code = b"".join(Path(__file__).with_name(name).read_bytes() for name in _SOURCES)
    folder = work / f"{triples}-{seed}-{hashlib.sha256(code).hexdigest()[:8]}"
    folder.mkdir(parents=True, exist_ok=True)
    found = Prepared(triples, seed, folder / "data.nq", folder / "oxigraph", folder / "koinon")
    _make(found.data, lambda path: _generate(path, triples, seed), say)
    _make(found.oxigraph, lambda path: _load(path, found.data), say)
    _make(found.home, lambda path: _import(path, found.data), say)
    return found


def _make(path: Path, make: Callable[[Path], None], say: Callable[[str], None]) -> None:
    """Make a file or folder under another name and rename it, so that one which exists is whole."""
    if path.exists():
        return
    begun = path.with_name(path.name + ".part")
    if begun.is_dir():
        shutil.rmtree(begun)
    started = time.perf_counter()
    make(begun)
    begun.rename(path)
    say(f"made {path.parent.name}/{path.name} in {time.perf_counter() - started:.1f} s")


def _generate(path: Path, triples: int, seed: int) -> None:
    with path.open("wb") as out:
        generate(out, triples, seed)


def _load(path: Path, data: Path) -> None:
    program = str(BIN / "oxigraph")
    subprocess.run([program, "load", "-l", str(path), "-f", str(data)], check=True, capture_output=True)
    subprocess.run([program, "optimize", "-l", str(path)], check=True, capture_output=True)


def _import(path: Path, data: Path) -> None:
    command = [str(BIN / "koinon"), "release", "import", str(data), "--home", str(path)]
    subprocess.run(command, check=True, capture_output=True)
