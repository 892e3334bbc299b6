"""Recording steps: for each entry of the release log what differs from the release before, in a file of its own.

A step is written beside its place, synced and renamed, so that it is whole or not there; what a crash left out is
recorded by the next build. Times are those of the release log, so that recording again gives the same file.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, RdfFormat, parse

from koinon.build.changelog.grouping import Gatherer, grouped, thing_of
from koinon.build.changelog.slices import Slicer
from koinon.build.graphs import difference, union
from koinon.model.errors import ReleaseError
from koinon.model.namespaces import DCT, DEF, FRAPO, GRAPH, RDF, RDFS, SKOS
from koinon.release.changelog import FORMAT, INDEXES, SCHEMA, Change, ChangeLog, State, file_of, sequences
from koinon.release.current import Release, sync_folder
from koinon.release.log import LogEntry, read_log
from koinon.release.manifest import Manifest
from koinon.release.paths import Home

FEW: Final = 20_000
"""Things up to which a change is looked up in the stores; where more differ, all graph files are read."""
_LABELS: Final = tuple(
    f"<{name}>".encode() for name in (SKOS + "prefLabel", DCT + "title", RDFS + "label", FRAPO + "hasAcronym")
)
_TYPE: Final = f"<{RDF}type>".encode()
_LEVEL: Final = 4
_LABEL_LENGTH: Final = 500


def record_changes(home: Home) -> int:
    """Record every entry of the release log that has no step yet; returns how many. Call it with the lock held.

    Raises OSError where the disk refuses; whatever was recorded stays.
    """
    home.changes.mkdir(parents=True, exist_ok=True)
    for path in home.changes.glob(".step-*"):
        path.unlink()
    done = set(sequences(home.changes))
    log = read_log(home.log)
    written = 0
    for entry in log:
        if entry.sequence not in done:
            _record(home, entry, _baseline(home, log, entry.sequence))
            written += 1
    return written


def _baseline(home: Home, log: list[LogEntry], sequence: int) -> str | None:
    """Return the id of the release that the last recorded step before ``sequence`` led to."""
    changes = ChangeLog(home)
    try:
        steps = {step.sequence: step for step in changes.steps()}
    finally:
        changes.close()
    for entry in reversed(log[: sequence - 1]):
        if entry.sequence in steps and steps[entry.sequence].state is State.RECORDED:
            return entry.id
    return None


@dataclass(slots=True)
class _Found:
    """A thing that differs: what is said of it now, which graphs caused it, and what it was."""

    thing: str
    change: Change
    now: list[bytes]
    before: list[bytes] = field(default_factory=list)
    causes: frozenset[str] | None = None


def _record(home: Home, entry: LogEntry, baseline: str | None) -> None:
    release = _open(home, entry.id)
    state = State.RECORDED
    if release is None:
        state = State.GONE
    elif release.manifest.imported:
        state = State.IMPORTED
    handle, name = tempfile.mkstemp(prefix=".step-", dir=home.changes)
    os.close(handle)
    path = Path(name)
    path.chmod(0o644)  # a service may run under another account than the build
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + SCHEMA)
            counts = dict.fromkeys(Change, 0)
            if release is not None and state is State.RECORDED:
                slicer = Slicer(release.open())
                found = _differing(home, release, _open(home, baseline) if baseline else None)
                _write(connection, found, slicer, counts)
            about = (FORMAT, entry.sequence, entry.id, entry.parent, entry.published_at, state.value)
            totals = tuple(counts[change] for change in Change)
            connection.execute("INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", about + totals)
            connection.executescript(INDEXES)
            connection.commit()
        with path.open("rb") as file:
            os.fsync(file.fileno())
        path.replace(file_of(home.changes, entry.sequence))
        sync_folder(home.changes)
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}") from error
    finally:
        path.unlink(missing_ok=True)


def _open(home: Home, identifier: str | None) -> Release | None:
    with suppress(ReleaseError):
        if identifier is not None:
            path = home.release(identifier)
            return Release(path, Manifest.read(path / "manifest.json"))
    return None


def _differing(home: Home, release: Release, before: Release | None) -> Iterable[_Found]:
    if before is None or before.manifest.imported:
        return _compared(home, release)
    try:
        now, then = Gatherer(release), Gatherer(before)
        touched = _touched(release, before, now, then)
        if touched is not None:
            return list(_looked_up(touched, now, then))
    except (OSError, RuntimeError, ReleaseError):
        pass  # a damaged release before is no reason to stop: the steps say what was in it
    return _compared(home, release)


def _looked_up(touched: dict[str, set[str]], now: Gatherer, then: Gatherer) -> Iterator[_Found]:
    for thing in sorted(touched):
        after, earlier = now.quads(thing), then.quads(thing)
        if after != earlier:
            change = Change.CHANGED if after and earlier else Change.CREATED if after else Change.REMOVED
            yield _Found(thing, change, after, earlier, frozenset(touched[thing]))


def _compared(home: Home, release: Release) -> Iterator[_Found]:
    """Compare all that a release says with all that the steps so far say."""
    changes = ChangeLog(home)
    try:
        state = changes.latest()
        files = [(release.graph_file(entry.slug), entry.name) for entry in release.manifest.graphs]
        for thing, lines in grouped(files, release.manifest.total, home.changes):
            known = state.pop(thing, None)
            if known is None:
                yield _Found(thing, Change.CREATED, lines)
            elif known[2] != digest_of(lines):
                yield _Found(thing, Change.CHANGED, lines, _lines(changes.body(*known[:2])))
        for thing in sorted(state):
            yield _Found(thing, Change.REMOVED, [], _lines(changes.body(*state[thing][:2])))
    finally:
        changes.close()


def _touched(release: Release, before: Release, now: Gatherer, then: Gatherer) -> dict[str, set[str]] | None:
    """Return the things whose statements differ, with the slugs of the graphs; None where they are too many."""
    old = {entry.slug: entry for entry in before.manifest.graphs}
    new = {entry.slug: entry for entry in release.manifest.graphs}
    touched: dict[str, set[str]] = {}
    for slug in sorted(old.keys() | new.keys()):
        if slug in old and slug in new and old[slug].sha256 == new[slug].sha256:
            continue
        files = [[r.graph_file(slug)] if slug in graphs else [] for r, graphs in ((before, old), (release, new))]
        lines = (line for _, line in difference(union(files[0]), union(files[1])))
        for subject, group in groupby(lines, key=lambda line: line[: line.index(b" ")]):
            for thing in _things(subject, group, now, then):
                touched.setdefault(thing, set()).add(slug)
            if len(touched) > FEW:
                return None
    return touched


def _things(subject: bytes, lines: Iterable[bytes], now: Gatherer, then: Gatherer) -> set[str]:
    """Return the things to which a subject belongs, now and then: a receipt's statement may be about another."""
    if b"#" not in subject:
        return {subject[1:-1].decode()}
    found = {thing_of(subject, lines)[1:-1].decode()}
    for gatherer in (now, then):
        found |= gatherer.belongs(subject[1:-1].decode())
    return found


def _write(
    connection: sqlite3.Connection, found: Iterable[_Found], slicer: Slicer, counts: dict[Change, int]
) -> None:
    positions: dict[str, int] = {}
    for number, one in enumerate(found, start=1):
        counts[one.change] += 1
        every = one.now + one.before
        shown = one.now or one.before
        causes = one.causes if one.causes is not None else _causes(one)
        body = zlib.compress(b"".join(one.now), _LEVEL) if one.now else None
        row = (number, one.thing, _kind(one.thing, shown), one.change.value, labels_of(one.thing, shown))
        connection.execute(
            "INSERT INTO member VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, " ".join(sorted(causes)), digest_of(one.now), body),
        )
        for name in sorted(slicer.slices(one.thing, every)):
            positions[name] = positions.get(name, 0) + 1
            connection.execute("INSERT INTO slice VALUES (?, ?, ?)", (name, positions[name], number))


def _causes(found: _Found) -> frozenset[str]:
    differing = set(found.now) ^ set(found.before)
    prefix = b" <" + GRAPH.encode()
    return frozenset(line[line.rindex(prefix) + len(prefix) : -4].decode() for line in differing if prefix in line)


def _kind(thing: str, lines: list[bytes]) -> str:
    """Return the class of a thing that is shown: the first by name of our own, else of all, else nothing."""
    about = f"<{thing}>".encode()
    types = [
        rest[1 : rest.index(b">")].decode()
        for subject, predicate, rest in (line.split(b" ", 2) for line in lines)
        if subject == about and predicate == _TYPE
    ]
    return min(types, key=lambda iri: (not iri.startswith(DEF), iri), default="")


def labels_of(thing: str, lines: list[bytes]) -> str:
    """Return the labels of a thing as JSON, by language tag: those of the first property that names it."""
    about = f"<{thing}>".encode()
    ranked: dict[bytes, list[bytes]] = {}
    for line in lines:
        subject, predicate, _ = line.split(b" ", 2)
        if subject == about and predicate in _LABELS:
            ranked.setdefault(predicate, []).append(line)
    named = next((ranked[name] for name in _LABELS if name in ranked), [])
    labels: dict[str, str] = {}
    for quad in parse(b"".join(named), RdfFormat.N_QUADS):
        if isinstance(quad.object, Literal):
            labels.setdefault(quad.object.language or "", quad.object.value[:_LABEL_LENGTH])
    return json.dumps(labels, ensure_ascii=False, sort_keys=True)


def digest_of(lines: list[bytes]) -> bytes:
    """Return what tells whether two versions of a thing say the same."""
    return hashlib.sha256(b"".join(lines)).digest()[:16]


def _lines(body: bytes) -> list[bytes]:
    return body.splitlines(keepends=True)
