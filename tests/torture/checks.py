"""What has to hold after every kill: the current release is whole, and nothing that was answered is lost."""

import hashlib
import json
import os
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from building import World
from koinon.build.registry.audit import read_audit
from koinon.build.registry.disk import audit, incoming, raw
from koinon.build.registry.journals import every
from koinon.build.registry.registered import Registered
from koinon.build.sealing import is_sealed
from koinon.build.verifying import verify_release
from koinon.release.current import Release, current_id, open_current, release_folders
from koinon.release.log import read_log
from koinon.release.manifest import Manifest

_STANDING = {".lock", ".incoming", ".active", ".managed.json"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the registry knows of a source: its acts, and its latest and its accepted version."""

    acts: tuple[str, ...]
    latest: str
    accepted: str | None


def registry_of(world: World) -> dict[str, Known]:
    """Return what the registry knows, with every kept file read again."""
    found = {}
    for source in every(world.home):
        assert isinstance(source, Registered), f"torn: {source}"
        for version in source.versions:
            wanted = [version.manifest, *(file.sha256 for file in version.files)]
            wanted += [version.mapping.sha256] if version.mapping else []
            for sha256 in wanted:
                content = (raw(world.home, source.slug) / sha256).read_bytes()
                assert hashlib.sha256(content).hexdigest() == sha256, f"torn: a kept file of {source.slug}"
        acts = tuple(entry.action for entry in source.entries)
        accepted = source.accepted
        found[source.slug] = Known(acts, source.latest.version, accepted.version if accepted else None)
    return found


def assert_chain(world: World, *, late: int = 0) -> int:
    """The audit log is one chain, and at most ``late`` entries of journals are not in it yet; returns how many."""
    report = read_audit(audit(world.home))
    assert report.problem is None, f"torn: {report.problem}"
    lines = {(line.get("source"), line.get("at"), line.get("number")) for line in report.lines}
    missing = [
        (source.slug, entry.number)
        for source in every(world.home)
        if isinstance(source, Registered)
        for entry in source.entries
        if (source.slug, entry.at, entry.number) not in lines
    ]
    assert len(missing) <= late, f"lost in the audit log: {missing}"
    return len(missing)


def assert_current(world: World, *, fully: bool) -> str:
    """The current release is whole, and so is every other folder of one, as far as seals tell; returns its id."""
    identifier = current_id(world.home)
    assert identifier is not None, "torn: there is no current release"
    release = open_current(world.home)
    assert release.manifest.id == identifier
    for folder in release_folders(world.home):
        assert Manifest.read(folder / "manifest.json").id == folder.name
        assert is_sealed(folder), f"torn: {folder.name} is not as it was published"
    if fully:
        assert verify_release(release) == []
    log = read_log(world.home.log)
    assert [entry.sequence for entry in log] == list(range(1, len(log) + 1))
    assert all(a.id == b.parent for a, b in pairwise(log))
    return identifier


def assert_in_release(release: Release, labels: dict[str, str]) -> None:
    """The release has, for each accepted source, the words of its accepted version, and no other source's."""
    graphs = {entry.slug for entry in release.manifest.graphs if entry.slug.startswith("members-")}
    assert graphs == set(labels), f"lost or too many: {graphs ^ set(labels)}"
    for slug, label in labels.items():
        content = release.graph_file(slug).read_text()
        assert f'"{label}"@en' in content, f"lost: {label} in {slug}"


def age(world: World) -> None:
    """Let two days pass for all that lies about."""
    home = world.home.root
    for folder in (incoming(world.home), world.root / "tmp", home):
        for path in folder.glob(".*") if folder == home else (folder, *folder.rglob("*")):
            if path.exists() and not path.is_symlink():
                os.utime(path, (path.stat().st_atime - 172_800, path.stat().st_mtime - 172_800))


def litter(world: World) -> list[str]:
    """Return all that a command has left which is neither kept nor released."""
    home = world.home.root
    found = [path for path in home.rglob(".*") if path.name not in _STANDING]
    found += incoming(world.home).glob("*")
    found += (path for path in (world.root / "tmp").iterdir() if not _is_probe(path) and not _is_view(path))
    return sorted(str(path.relative_to(world.root)) for path in found)


def _is_probe(path: Path) -> bool:
    """Tell whether Python made this file to see if it can write temporary files there, and was killed then."""
    named = re.fullmatch(r"[a-z0-9_]{8}", path.name) is not None
    return named and path.is_file() and path.read_bytes() in {b"", b"blat"}


def _is_view(path: Path) -> bool:
    """Tell whether a process opened a search index through this folder of links, and was killed then."""
    return path.name.startswith("koinon-search-") and all(entry.is_symlink() for entry in path.iterdir())


def assert_log_ends_with_current(world: World) -> None:
    log = read_log(world.home.log)
    assert log[-1].id == current_id(world.home)


def releases_published(world: World) -> list[str]:
    return [json.loads(line)["id"] for line in world.home.log.read_text().splitlines()]
