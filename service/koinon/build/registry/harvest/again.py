"""Harvesting again: every source that is due, one after another, whatever one of the peers does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from koinon.build.registry.journals import every
from koinon.build.registry.options import Options
from koinon.build.registry.registered import Registered, State
from koinon.build.registry.registry import Change, Registry
from koinon.model.errors import SourceError
from koinon.release.paths import Home


@dataclass(frozen=True, slots=True)
class Turn:
    """What became of one source: its change, or why there is none."""

    slug: str
    change: Change | None
    problem: str | None

    @property
    def told(self) -> list[str]:
        """What came of asking the peer."""
        return list(self.change.told) if self.change else []

    @property
    def line(self) -> str:
        """The same in one line for people."""
        if self.change is None:
            return self.problem or ""
        new = "has a new version" if self.change.changed else "has nothing new"
        return f"{self.slug} {new}: version {self.change.source.latest.version}, {self.change.source.state}"


def harvest_again(registry: Registry, *, accept: bool, scheduled: bool = False) -> Iterator[Turn]:
    """Ask the peer of each source that is ``due``; with ``accept``, what is good goes into the next build.

    Raises StorageError, and ConfigurationError for a wrong setting.
    """
    for slug in due(registry.home, date.today(), scheduled=scheduled):
        try:
            change = registry.update(slug, [], Options())
            if accept and change.source.waiting:
                change = Change(registry.accept(slug).source, changed=True, told=change.told)
            yield Turn(slug, change, None)
        except SourceError as error:
            yield Turn(slug, None, str(error))


def due(home: Home, day: date, *, scheduled: bool = False) -> list[str]:
    """Return the slugs of the sources that may have something new by ``day`` at the address that they came from.

    A harvested source without a schedule is always due, but not where only those that are ``scheduled`` are asked;
    of these, only those that somebody accepted.
    """
    return [
        source.slug
        for source in every(home)
        if isinstance(source, Registered)
        and any(file.address for file in source.latest.files)
        and source.state not in {State.WITHDRAWN, State.PURGING}
        and _may_have_more(source, day, scheduled=scheduled)
    ]


def _may_have_more(source: Registered, day: date, *, scheduled: bool) -> bool:
    if source.due is None:
        return bool(source.latest.options.get("harvest")) and not scheduled
    return source.due <= day and not (scheduled and source.state is not State.ACCEPTED)
