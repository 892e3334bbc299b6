"""Lines of a graph, sorted and each once, in bounded memory: what is too much goes to runs on the disk.

Memory: at most LINES lines or BYTES characters at a time (about twice that in bytes), whatever the size of the
graph. Sorted by code points, which for UTF-8 is the order of the bytes.
"""

import hashlib
import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final

LINES: Final = 1_000_000
BYTES: Final = 160 * 2**20
_STEP: Final = 2_000
"""Lines after which the bytes are counted again."""
_LABELS: Final = "<http://www.w3.org/2004/02/skos/core#"
_ALTERNATIVE: Final = f" {_LABELS}altLabel> "
_HIDDEN: Final = f" {_LABELS}hiddenLabel> "
_PREFERRED: Final = f" {_LABELS}prefLabel> "


class Lines:
    """Collects lines; ``add`` may be called any number of times with the same line."""

    def __init__(self, out: Path, *, lines: int = LINES, size: int = BYTES) -> None:
        """Write to ``out``, and runs beside it; ``lines`` and ``size`` (characters) bound what is in memory."""
        self._out = out
        self._most = lines
        self._size = size
        self._next = _STEP
        self._held: set[str] = set()
        self._runs: list[Path] = []
        self.add = self._held.add

    def settle(self) -> None:
        """Write a run where there is too much; to be called between records."""
        held = self._held
        if len(held) >= self._most:
            self._spill()
        elif len(held) >= self._next:
            if sum(map(len, held)) >= self._size:
                self._spill()
            self._next = len(held) + max(_STEP, len(held) // 4)

    def write(self, keep: Iterable[str] = ()) -> tuple[str, int]:
        """Write the graph; return its SHA-256 and number of statements."""
        self._held.update(keep)
        if self._runs:
            self._spill()
        digest = hashlib.sha256()
        count = 0
        with ExitStack() as stack, self._out.open("wb") as file:
            parts: list[str] = []
            for line in _without_repeated_labels(self._merged(stack)):
                parts.append(line)
                count += 1
                if len(parts) == 4096:
                    _flush(parts, file, digest)
            _flush(parts, file, digest)
        for run in self._runs:
            run.unlink()
        self._runs.clear()
        return digest.hexdigest(), count

    def _merged(self, stack: ExitStack) -> Iterator[str]:
        if not self._runs:
            yield from sorted(self._held)
            return
        files = [stack.enter_context(run.open(encoding="utf-8", newline="\n")) for run in self._runs]
        last = ""
        for line in heapq.merge(*files):
            if line != last:
                last = line
                yield line[:-1]

    def _spill(self) -> None:
        run = self._out.with_name(f"{self._out.name}.run-{len(self._runs)}")
        with run.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in sorted(self._held))
        self._runs.append(run)
        self._held.clear()
        self._next = _STEP


def _flush(parts: list[str], file: IO[bytes], digest: "hashlib._Hash") -> None:
    if parts:
        data = ("\n".join(parts) + "\n").encode()
        file.write(data)
        digest.update(data)
        parts.clear()


def _without_repeated_labels(lines: Iterator[str]) -> Iterator[str]:
    """Pass lines on, but no other label that equals a preferred one of the same thing: these sort before it."""
    held: list[str] = []
    subject = ""
    preferred: set[str] = set()
    for line in lines:
        if subject and not line.startswith(subject):
            yield from _chosen(held, preferred)
            held, subject, preferred = [], "", set()
        if (_ALTERNATIVE in line or _HIDDEN in line) and _is_label(line):
            subject = line[: line.index("> ") + 2]
        if not subject:
            yield line
            continue
        held.append(line)
        if line.startswith(_PREFERRED, len(subject) - 1):
            preferred.add(line[len(subject) - 1 + len(_PREFERRED) :])
    yield from _chosen(held, preferred)


def _is_label(line: str) -> bool:
    """Tell whether the property, and not the text, is a label."""
    return line.startswith((_ALTERNATIVE, _HIDDEN), line.index("> ") + 1)


def _chosen(held: list[str], preferred: set[str]) -> Iterator[str]:
    for line in held:
        if preferred and _is_label(line) and line[line.index("Label> ") + 7 :] in preferred:
            continue
        yield line
