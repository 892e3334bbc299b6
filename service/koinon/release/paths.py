"""Where a node keeps what it writes: one home folder, with releases, kept sources and the lock."""

from dataclasses import dataclass
from pathlib import Path

BUILDING = ".building-"
"""How the name of a release folder begins while it is being written."""
REMOVING = ".removing-"
"""How it begins while the release is being removed."""
REPLACING = ".replacing-"
"""How it begins while another folder takes the place of the release."""
PIN = "pinned"
"""Name of the empty file in a release folder that keeps the release, as that of a cited one."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of the setting ``home`` and the names inside it."""

    root: Path

    @property
    def releases(self) -> Path:
        """The folder that holds one folder per release."""
        return self.root / "releases"

    @property
    def current(self) -> Path:
        """The symbolic link to the release that is served."""
        return self.releases / "current"

    @property
    def log(self) -> Path:
        """The append-only log of what was current when."""
        return self.releases / "log.jsonl"

    @property
    def changes(self) -> Path:
        """The folder with one file per entry of the log: what differs from the release before."""
        return self.root / "changes"

    @property
    def dumps(self) -> Path:
        """The folder with one folder of files for download per release."""
        return self.root / "dumps"

    @property
    def sources(self) -> Path:
        """The folder that keeps every source file as it came, by hash, readable by the operator only."""
        return self.root / "sources"

    @property
    def judgements(self) -> Path:
        """The folder of what people said of links and statements: judgements and disputes, append-only."""
        return self.root / "judgements"

    @property
    def lock(self) -> Path:
        """The file that a build locks."""
        return self.root / ".lock"

    def release(self, identifier: str) -> Path:
        """Return the folder of the release ``identifier``, whether or not it exists."""
        return self.releases / identifier
