"""Readers: from publishers' files to records, streaming, under limits, nothing fetched and nothing run."""

from koinon.build.mapping.readers.interface import (
    READERS,
    BadRecord,
    Fault,
    Limits,
    Note,
    OpenTable,
    Wanted,
    WantedTable,
)

__all__ = ["READERS", "BadRecord", "Fault", "Limits", "Note", "OpenTable", "Wanted", "WantedTable"]
