"""What a build finds in a source: refusals, warnings and notes, each with its rule and place."""

import errno
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from koinon.model.errors import SourceError

OF_THE_SYSTEM: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})
"""Errors that say nothing of a file: the same one can be read once the system has room again."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Severity(StrEnum):
    """How grave a finding is: a source with one ``REFUSED`` stays out of the release."""

    REFUSED = "refused"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in ``source``.

    ``rule`` is a short stable name, or the name of a SHACL shape; ``where`` is the file with line and column,
    or the node and path in N-Triples; ``messages`` holds ``detail`` in other languages (tag to text) where a
    shape has them.
    """

    source: str
    rule: str
    where: str
    detail: str
    severity: Severity = Severity.REFUSED
    messages: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, error: SourceError) -> "Finding":
        """Return the refusal that ``error`` speaks of.

        Raises the OSError behind it where it was not the source's fault: an accepted source must not be left out
        because too many files were open for a moment.
        """
        cause = error.__cause__
        if isinstance(cause, OSError) and cause.errno in OF_THE_SYSTEM:
            raise cause
        return cls(error.source, error.rule, error.where, error.detail)

    def __str__(self) -> str:
        """Return one line for people; what would move a terminal's cursor, as in a file's name, is spelled out."""
        line = f"{self.where}: {self.detail} [{self.rule}]"
        return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), line)
