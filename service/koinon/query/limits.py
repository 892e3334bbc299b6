"""The limits of queries as they are told to readers: on the page, in the service description, to programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Self

from koinon.model.settings import Settings

Unit = Literal["second", "byte", ""]
"""What a limit counts; empty where its name says it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: its name, what it bounds (in English), the most that is allowed, and the setting it comes from."""

    name: str
    text: str
    value: float
    unit: Unit
    setting: str

    @property
    def amount(self) -> str:
        """The value in English, with its unit: ``15 seconds``, ``64 MiB``, ``1,000,000``."""
        if self.unit == "byte":
            return f"{self.value / 2**20:,.6g} MiB"
        number = f"{self.value:,.10g}"
        return f"{number} second{'' if self.value == 1 else 's'}" if self.unit == "second" else number


_ALL: Final[tuple[tuple[str, str, Unit, str], ...]] = (
    ("time", "time, the wait for a worker included", "second", "query_timeout"),
    ("rows", "rows or triples of an answer", "", "query_max_rows"),
    ("size", "size of an answer", "byte", "query_max_bytes"),
    ("length", "characters of a query", "", "query_max_length"),
    ("depth", "brackets of a query that are open at once", "", "query_max_depth"),
    ("operators", "clauses, operators and path steps of a query", "", "query_max_operators"),
    ("work", "work for one client per minute", "second", "client_seconds"),
    ("requests", "queries of one client per minute", "", "client_requests"),
    ("errors", "queries of one client that fail per minute", "", "client_errors"),
    ("pending", "queries of one client that run or wait at once", "", "client_pending"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits that are in force, in the order in which they are told."""

    all: tuple[Limit, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that the settings set; one that is switched off (0) is left out."""
        values = settings.model_dump(include={setting for *_, setting in _ALL})
        limits = (Limit(name, text, values[setting], unit, setting) for name, text, unit, setting in _ALL)
        return cls(tuple(limit for limit in limits if limit.value))

    def __iter__(self) -> Iterator[Limit]:
        """Yield each limit."""
        return iter(self.all)

    @property
    def sentence(self) -> str:
        """One English sentence that says them all."""
        said = "; ".join(f"{limit.text}: {limit.amount}" for limit in self.all)
        return f"An answer is whole or it is an error. The limits are: {said}."
