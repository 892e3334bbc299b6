"""A table of a release (SQLite) made from its parent's: a copy that is changed."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from koinon.model.errors import ReleaseError


@contextmanager
def changed_table(old: Path, new: Path, version: str) -> Iterator[sqlite3.Connection]:
    """Give the copy ``new`` of the table ``old`` to be changed; what was done is kept where the block ends well.

    ``version`` is the format that the table ``about`` must give. Raises OSError where the disk refuses,
    ReleaseError where the old table is missing, damaged or of another version.
    """
    try:
        shutil.copyfile(old, new)
        with closing(sqlite3.connect(new)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
            if connection.execute("SELECT format FROM about").fetchone() != (version,):
                raise ReleaseError(f"{old} is of another version.")
            yield connection
            connection.commit()
    except FileNotFoundError as error:
        raise ReleaseError(f"{old} is missing.") from error
    except sqlite3.OperationalError as error:
        raise OSError(f"{new}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise ReleaseError(f"{old} is damaged ({error}).") from error
