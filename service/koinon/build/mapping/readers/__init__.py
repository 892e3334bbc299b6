"""Readers: from publishers' files to records, streaming, under limits, nothing fetched and nothing run."""

from koinon.build.mapping.readers.interface import (
    ENCODINGS,
    READERS,
    BadRecord,
    Fault,
    Limits,
    Note,
    OpenTable,
    Wanted,
    WantedTable,
)
from koinon.build.mapping.readers.opening import open_tables

__all__ = [
    "ENCODINGS",
    "READERS",
    "BadRecord",
    "Fault",
    "Limits",
    "Note",
    "OpenTable",
    "Wanted",
    "WantedTable",
    "open_tables",
]
