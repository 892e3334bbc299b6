"""The quality of a release in numbers: how complete its things are, and what the checks found, as ``quality.json``.

Everything is a count, never a share: counts add up, and two builds of the same sources write the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from koinon.model.errors import ReleaseError

FILE: Final = "quality.json"
"""Name of the measures in a release folder."""
FORMAT: Final = 1

REQUIRED: Final = "required"
RECOMMENDED: Final = "recommended"


@dataclass(frozen=True, slots=True)
class Check:
    """One property that the shape of a class asks for (``required``) or recommends.

    One of ``properties`` is enough; with ``language``, it has to be a text in that language.
    """

    shape: str
    level: str
    properties: tuple[str, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things of a class there are, how many lack nothing (``whole``), and how many pass each check."""

    things: int
    whole: int
    given: tuple[int, ...]

    @property
    def asked(self) -> int:
        """How many values would be there if nothing lacked."""
        return self.things * len(self.given)


@dataclass(frozen=True, slots=True)
class Figures:
    """The sums of a source or a release.

    ``given`` of ``asked`` values are there; ``refused``, ``left_out``, ``warnings`` and ``notes`` count findings;
    ``unknown`` counts codes that no list has.
    """

    statements: int = 0
    things: int = 0
    whole: int = 0
    asked: int = 0
    given: int = 0
    refused: int = 0
    left_out: int = 0
    warnings: int = 0
    notes: int = 0
    unknown: int = 0

    @property
    def completeness(self) -> float | None:
        """The share of values that are there, from 0 to 1; None where none is asked for."""
        return self.given / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Rows:
    """What an import read: records, those that were left out, and cells that were rejected or unknown."""

    read: int
    left_out: int
    rejected: int
    unknown: int


@dataclass(frozen=True, slots=True)
class SourceQuality:
    """One source: ``outcome`` as in the build report, tallies by class, findings by severity and rule.

    ``left-out`` in ``rules`` are the violations whose record or statement was left out.
    """

    slug: str
    graph: str | None
    kind: str | None
    outcome: str
    figures: Figures
    classes: Mapping[str, Tally] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class ClassQuality:
    """All things of a class; ``left_out`` and ``warnings`` are those of rules that concern this class alone."""

    tally: Tally
    left_out: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class RegionQuality:
    """The things in a region of ``level`` 0, 1 or 2, or covering it: all, and by class; ``country`` holds it."""

    iri: str
    level: int
    country: str
    total: "Tallied"
    classes: Mapping[str, "Tallied"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tallied:
    """A tally without its single checks; ``missing`` counts the recommended values that are not there."""

    things: int
    whole: int
    asked: int
    given: int
    missing: int


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of one release; ``unplaced`` tallies what lies in no region, of classes that need one."""

    release: str
    total: Figures
    checks: Mapping[str, tuple[Check, ...]]
    sources: tuple[SourceQuality, ...]
    classes: Mapping[str, ClassQuality]
    regions: tuple[RegionQuality, ...]
    unplaced: RegionQuality

    def source(self, slug: str) -> SourceQuality | None:
        """Return what is known of one source, or None."""
        return next((source for source in self.sources if source.slug == slug), None)

    def as_json(self) -> dict[str, object]:
        """Return the measures as a JSON object."""
        return {"format": FORMAT, **asdict(self)}

    def write(self, folder: Path) -> None:
        """Write the measures into a release folder; raises OSError where the disk refuses."""
        text = json.dumps(self.as_json(), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read the measures of a release folder; None where it was written by an earlier version.

        Raises ReleaseError where the file is damaged.
        """
        path = folder / FILE
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            return cls._of(found) if found["format"] == FORMAT else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(f"{path} is damaged ({error}). Put it back from a copy, or build again.") from error

    @classmethod
    def _of(cls, found: dict[str, Any]) -> Self:
        return cls(
            release=found["release"],
            total=Figures(**found["total"]),
            checks={name: tuple(map(_check, checks)) for name, checks in found["checks"].items()},
            sources=tuple(map(_source, found["sources"])),
            classes={name: _class(each) for name, each in found["classes"].items()},
            regions=tuple(map(_region, found["regions"])),
            unplaced=_region(found["unplaced"]),
        )


def _check(found: dict[str, Any]) -> Check:
    return Check(**{**found, "properties": tuple(found["properties"])})


def _tally(found: dict[str, Any]) -> Tally:
    return Tally(found["things"], found["whole"], tuple(found["given"]))


def _tallied(found: dict[str, Any]) -> dict[str, Tallied]:
    return {name: Tallied(**each) for name, each in found.items()}


def _source(found: dict[str, Any]) -> SourceQuality:
    rows = found["rows"]
    return SourceQuality(
        slug=found["slug"],
        graph=found["graph"],
        kind=found["kind"],
        outcome=found["outcome"],
        figures=Figures(**found["figures"]),
        classes={name: _tally(each) for name, each in found["classes"].items()},
        rules=found["rules"],
        rows=Rows(**rows) if rows else None,
    )


def _class(found: dict[str, Any]) -> ClassQuality:
    return ClassQuality(_tally(found["tally"]), found["left_out"], found["warnings"])


def _region(found: dict[str, Any]) -> RegionQuality:
    total = Tallied(**found["total"])
    return RegionQuality(found["iri"], found["level"], found["country"], total, _tallied(found["classes"]))
