"""What all of the registry does with the disk: where things lie, one change at a time, and clear errors."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from koinon.model.errors import StorageError
from koinon.model.refusals import Refusal
from koinon.release.paths import Home

JOURNAL = "journal.jsonl"
MAPPING = "mapping.toml"
"""Name of the kept mapping beside the manifest of a source that a build reads."""


def journal(home: Home, slug: str) -> Path:
    """Return the file that says what happened to a source."""
    return home.sources / slug / JOURNAL


def raw(home: Home, slug: str) -> Path:
    """Return the folder that keeps the files of a source under their hashes."""
    return home.sources / slug / "raw"


def audit(home: Home) -> Path:
    """Return the audit log of all sources."""
    return home.sources / "audit.jsonl"


def tokens(home: Home) -> Path:
    """Return the file of the tokens that may hand sources in, with hashes of their secrets."""
    return home.sources / "tokens.jsonl"


def incoming(home: Home) -> Path:
    """Return the folder of the files that are being received."""
    return home.sources / ".incoming"


@contextmanager
def registry_lock(home: Home) -> Iterator[None]:
    """Hold the lock of the registry, waiting for others: what is done under it takes moments."""
    with storage(home):
        home.sources.mkdir(parents=True, exist_ok=True)
        with (home.sources / ".lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def storage(home: Home) -> Iterator[None]:
    """Turn what the disk refuses into a StorageError."""
    try:
        yield
    except OSError as error:
        refusal = Refusal.of(error, home.root)
        raise StorageError(
            f"{refusal.what}. The sources are as they were before. {refusal.mend}, then try again."
        ) from error
