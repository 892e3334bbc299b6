"""What is written down of a source: which files came when, what was found in them, and what was decided."""

from datetime import date
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from koinon.build.findings import Severity
from koinon.build.source_manifest import FileName, Slug

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Action = Literal["add", "update", "put", "check", "accept", "withdraw", "purge"]
"""``put`` is a contribution over HTTP: handed in, checked and accepted in one line."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeptFile(_Part):
    """A file as it came: its name, where it was fetched from if it was, and the hash under which it is kept.

    ``etag`` is what its host called this state of it, where it is asked again on that condition.
    """

    name: FileName
    sha256: Sha256
    size: int = Field(ge=0)
    address: str | None = None
    etag: str | None = None


class KeptMapping(_Part):
    """The mapping that makes statements of the files, kept like them."""

    name: Slug
    version: str
    sha256: Sha256


class Given(_Part):
    """One version of a source: what was handed in, under which manifest.

    ``options`` are those of the command line; they hold for later versions until others are given. ``same`` is
    equal for two versions that differ in nothing but the day on which they were received.
    """

    version: str
    manifest: Sha256
    files: Annotated[tuple[KeptFile, ...], Field(min_length=1)]
    mapping: KeptMapping | None = None
    licence: str
    rights: str
    override: str | None = None
    received: date
    schedule: str | None = None
    options: dict[str, str | tuple[str, ...]] = {}
    same: Sha256


class Judged(Protocol):
    """What a check found in a source."""

    @property
    def refused(self) -> bool:
        """Tell whether a build would refuse it."""

    @property
    def triples(self) -> int:
        """The number of its statements."""

    def count(self, severity: Severity) -> int:
        """Return the number of findings of one severity."""


class Result(_Part):
    """What a check found in a version."""

    accepted: bool
    triples: int
    refused: int
    warnings: int
    notes: int

    @classmethod
    def of(cls, checked: Judged) -> "Result":
        """Return the figures of a check."""
        refused, warnings, notes = map(checked.count, (Severity.REFUSED, Severity.WARNING, Severity.NOTE))
        return cls(
            accepted=not checked.refused, triples=checked.triples, refused=refused, warnings=warnings, notes=notes
        )

    def __str__(self) -> str:
        """Return the result in words."""
        if not self.accepted:
            return f"refused: {self.refused} faults"
        return f"good: {self.triples} statements, {self.warnings} warnings"


class Entry(_Part):
    """One line of a journal: ``by`` did ``action`` at ``at`` (ISO 8601, UTC), with ``version`` of the source.

    ``token`` is the id of the token that allowed it, where it came over HTTP.
    """

    number: int = Field(ge=1)
    at: str
    by: str
    action: Action
    version: str | None = None
    given: Given | None = None
    result: Result | None = None
    reason: str | None = None
    token: str | None = None
