"""How quality went from release to release, of those that are kept."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from koinon.model.errors import ReleaseError
from koinon.release.log import read_log
from koinon.release.paths import Home
from koinon.release.quality import FILE, Figures, Quality

MOST: Final = 30
"""Releases of a trend: the last ones."""
_REMEMBERED: Final = 100


@dataclass(frozen=True, slots=True)
class Point:
    """One entry of the release log whose release is kept and was measured; ``sources`` has figures by slug."""

    sequence: int
    release: str
    published: str
    total: Figures
    sources: Mapping[str, Figures]

    def as_json(self, slug: str | None = None) -> dict[str, object]:
        """Return the point as a JSON object: of the release, or of one source in it."""
        figures = self.sources[slug] if slug is not None else self.total
        return {
            "sequence": self.sequence,
            "release": self.release,
            "published": self.published,
            "figures": asdict(figures),
        }


def read_trend(home: Home) -> tuple[Point, ...]:
    """Return what is known of the releases that are kept, oldest first.

    A release whose measures are missing or damaged is passed over. Raises ReleaseError for a damaged release log.
    """
    points = []
    for entry in read_log(home.log)[-MOST:]:
        found = _figures(home.release(entry.id) / FILE)
        if found is not None:
            points.append(Point(entry.sequence, entry.id, entry.published_at, *found))
    return tuple(points)


def quality_of(folder: Path) -> Quality | None:
    """Return the measures of a release folder, read once; None where it has none.

    Raises ReleaseError where the file is damaged.
    """
    stamp = _stamp(folder / FILE)
    return _read(folder, stamp) if stamp is not None else None


def _figures(path: Path) -> tuple[Figures, dict[str, Figures]] | None:
    stamp = _stamp(path)
    return _sums(path, stamp) if stamp is not None else None


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=2)
def _read(folder: Path, _: tuple[int, int]) -> Quality | None:
    return Quality.read(folder)


@lru_cache(maxsize=_REMEMBERED)
def _sums(path: Path, _: tuple[int, int]) -> tuple[Figures, dict[str, Figures]] | None:
    try:
        quality = Quality.read(path.parent)
    except ReleaseError:
        return None
    return (quality.total, {source.slug: source.figures for source in quality.sources}) if quality else None
