"""The stage of links by itself: what it would link in a release, with what people have judged since.

Nothing is published: the release stays as it is, and what is found is compared with its links.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from koinon.build.graphs import GraphFile
from koinon.build.linking.stage import Linking, write_links_of
from koinon.build.sealing import is_sealed
from koinon.model.errors import ReleaseError
from koinon.release.current import Release
from koinon.release.links import Link, Links, Run
from koinon.release.manifest import DERIVED


@dataclass(frozen=True, slots=True)
class Change:
    """A link that would come, go or change state or predicate, as it is and as it would be (None: not there)."""

    before: Link | None
    after: Link | None

    @property
    def link(self) -> Link:
        """The link as it would be, or as it is where it would go."""
        found = self.after or self.before
        assert found is not None  # noqa: S101  # one of the two is always there
        return found


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run found: how many links of each linkset, state and band, and what differs from the release."""

    run: Run
    counts: dict[tuple[str, str, str], int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def turns(self) -> Counter[tuple[str, str]]:
        """How many links would turn from one state into another; the empty state is not to be there."""
        return Counter(
            (change.before.state if change.before else "", change.after.state if change.after else "")
            for change in self.changes
        )


def try_links(release: Release, linking: Linking, folder: Path, *, anew: bool = False) -> Trial:
    """Run the stage on the data graphs of a release; what it writes goes to ``folder``, which is empty.

    With ``anew`` nothing that the release's own run left is used. Raises ReleaseError for an imported release,
    OSError where the disk refuses, VocabularyError where a table of matches is broken.
    """
    if release.manifest.imported:
        raise ReleaseError(f"{release.path} was imported as it is: the linker has no sources to compare in it.")
    (folder / "graphs").mkdir()
    goes_on = not anew and is_sealed(release.path)
    write_links_of(folder, _graphs(release), linking, release.path if goes_on else None)
    before, after = Links.of(release.path), Links.of(folder)
    try:
        return Trial(after.run(), after.counts(), tuple(_changes(before, after)))
    finally:
        before.close()
        after.close()


def _graphs(release: Release) -> list[GraphFile]:
    return [
        GraphFile(e.slug, e.name, e.kind, dict(e.title), release.graph_file(e.slug), e.sha256, e.triples)
        for e in release.manifest.graphs
        if e.kind != DERIVED
    ]


def _changes(before: Links, after: Links) -> Iterator[Change]:
    old = {link.id: link for link in before.everything()}
    new = {link.id: link for link in after.everything()}
    for identifier in sorted(old.keys() | new.keys()):
        was, now = old.get(identifier), new.get(identifier)
        if was is None or now is None or (was.state, was.predicate) != (now.state, now.predicate):
            yield Change(was, now)
