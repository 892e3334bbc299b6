"""What an operator says of a source beside its files."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Self

FACTS_ONLY = "facts only, text not reproduced"
"""The rights statement of a source from which facts are taken, and no sentence."""


_OF_ONE_VERSION = {"received", "issued", "anew"}


@dataclass(frozen=True, slots=True)
class Options:
    """Each is None where it is not given; all but ``received``, ``issued`` and ``anew`` hold for later versions.

    ``because`` is the reason to take a source whose publisher states no rights. ``harvest`` is the way in which an
    address is harvested, ``graph`` the named graph of an endpoint; ``anew`` forgets what is known of it.
    """

    title: str | None = None
    rights: str | None = None
    licence: str | None = None
    language: str | None = None
    publisher: str | None = None
    homepage: str | None = None
    credit: str | None = None
    schedule: str | None = None
    kind: str | None = None
    policy: str | None = None
    issued: str | None = None
    mints: tuple[str, ...] | None = None
    because: str | None = None
    received: date | None = None
    harvest: str | None = None
    graph: str | None = None
    anew: str | None = None

    @classmethod
    def of(cls, kept: Mapping[str, str | tuple[str, ...]]) -> Self:
        """Return the options that ``kept`` gave; those of another version of Koinon are passed over."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})  # type: ignore[arg-type]  # as they were written

    def over(self, earlier: Self) -> Self:
        """Return these options, and where they are not given the earlier ones."""
        mine, theirs = asdict(self), asdict(earlier)
        return type(self)(**{name: theirs[name] if mine[name] is None else mine[name] for name in mine})

    def kept(self) -> dict[str, str | tuple[str, ...]]:
        """Return what is given and holds for later versions."""
        return {
            name: value for name, value in asdict(self).items() if value is not None and name not in _OF_ONE_VERSION
        }
