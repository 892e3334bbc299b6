"""All things that the sources of a release have minted, sorted: what a sitemap lists."""

from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from koinon.release.current import Release

FILE: Final = "owners.tsv"
"""File of a release that names the source which minted each thing; an imported one has none."""


def count_things(release: Release) -> int:
    """Return how many things there are."""
    path = release.path / FILE
    return _count(path) if path.is_file() else 0


def some_things(release: Release, skip: int, most: int) -> list[str]:
    """Return at most ``most`` IRIs after the first ``skip``, in order; raises OSError where they cannot be read."""
    path = release.path / FILE
    if not path.is_file():
        return []
    with path.open(encoding="utf-8") as lines:
        return [line.partition("\t")[0] for line in islice(lines, skip, skip + most)]


@lru_cache(maxsize=8)
def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)
