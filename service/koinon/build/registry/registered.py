"""A registered source as its journal tells it: its versions, its state, and when the next file is due."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from koinon.build.registry.entries import Entry, Given, Result
from koinon.build.registry.schedule import after


class State(StrEnum):
    """Where a source stands: only an ``accepted`` one is in the next build."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    PURGING = "purging"


@dataclass(frozen=True, slots=True)
class Registered:
    """A source with all that happened to it, oldest first."""

    slug: str
    entries: tuple[Entry, ...]

    @property
    def versions(self) -> tuple[Given, ...]:
        """Every version that was handed in, oldest first."""
        return tuple(entry.given for entry in self.entries if entry.given)

    @property
    def latest(self) -> Given:
        """The version that was handed in last."""
        return self.versions[-1]

    @property
    def accepted(self) -> Given | None:
        """The version that the next build takes, or None."""
        for entry in reversed(self.entries):
            if entry.action in {"withdraw", "purge"}:
                return None
            if entry.action in {"accept", "put"}:
                return next(given for given in reversed(self.versions) if given.version == entry.version)
        return None

    @property
    def state(self) -> State:
        """Where the source stands; one with an accepted version and a newer one is accepted."""
        actions = [entry.action for entry in self.entries if entry.action != "check"]
        if "purge" in actions:
            return State.PURGING
        if self.accepted:
            return State.ACCEPTED
        return State.WITHDRAWN if actions[-1] == "withdraw" else State.PENDING

    @property
    def waiting(self) -> bool:
        """Tell whether the latest version is not the accepted one."""
        return self.accepted is None or self.accepted.version != self.latest.version

    @property
    def due(self) -> date | None:
        """The day from which a new file may be expected, or None where there is no schedule."""
        schedule = self.latest.schedule
        return after(self.latest.received, schedule) if schedule else None

    def result(self, version: str) -> Result | None:
        """Return what the last check of a version found, or None where it was not checked."""
        return next((e.result for e in reversed(self.entries) if e.result and e.version == version), None)
