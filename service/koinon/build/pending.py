"""What the builder did last, and whether there is something for it to do: for all who only want to know that."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from koinon.build.registry.disk import audit
from koinon.release.current import sync_folder
from koinon.release.paths import Home

LOOK_SECONDS: Final = 0.2
"""How often is looked whether there is something to build."""
LONGEST_WAIT: Final = 300.0
"""Seconds after which a build that failed is tried again, at the most."""
_ABANDONED: Final = 60.0
"""Seconds after which a file that should have been renamed at once counts as left by a crash."""
_DECISIONS: Final = frozenset({"put", "accept", "withdraw"})


@dataclass(frozen=True, slots=True)
class Status:
    """What the builder did last: ``considered`` are the bytes of the audit log whose decisions are built.

    ``outcome`` is ``built`` or ``failed``, with the reason in ``detail``; ``failures`` is how often in a row.
    """

    considered: int = 0
    outcome: str = "built"
    at: str = ""
    seconds: float = 0.0
    release: str | None = None
    refused: tuple[str, ...] = ()
    detail: str = ""
    failures: int = 0


def status_file(home: Home) -> Path:
    """Return the file that says what the builder did last."""
    return home.root / "builder.json"


def read_status(home: Home) -> Status:
    """Return what the builder did last; of a file that cannot be read nothing counts, and all is built anew."""
    try:
        given: dict[str, Any] = json.loads(status_file(home).read_bytes())
        known = {name: given[name] for name in Status.__dataclass_fields__ if name in given}
        return Status(**{**known, "refused": tuple(known.get("refused", ()))})
    except (OSError, ValueError, TypeError):
        return Status()


def write_status(home: Home, status: Status) -> None:
    """Write down what the builder did, in one step."""
    replace_file(status_file(home), asdict(status))


def is_pending(home: Home, status: Status) -> bool:
    """Tell whether something was accepted or withdrawn that no build has considered."""
    try:
        size = audit(home).stat().st_size
    except FileNotFoundError:
        return False
    if size == status.considered:
        return False
    return any(_decides(line) for line in _lines(audit(home), status.considered if size > status.considered else 0))


def replace_file(path: Path, fields: dict[str, Any]) -> None:
    """Write a small file anew, in one step, and wait until it is on the disk; sweep what a crash left of others."""
    for left in path.parent.glob(f".{path.stem}-*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()
    fresh = path.with_name(f".{path.stem}-{os.getpid()}")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps(fields) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def _decides(line: bytes) -> bool:
    try:
        return json.loads(line).get("action") in _DECISIONS
    except (ValueError, AttributeError):
        return False


def _lines(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if line.endswith(b"\n"):
                yield line
