"""Purging: a source goes from what was handed in, from every release, and from what later ones have of it.

A release that never had the source can still have traces of it: a store that was copied from an earlier one keeps
its texts, and ``changes/`` says what was taken away. So the releases that stay are written anew, with the same id.
Whatever step a crash interrupts, purging again finishes it.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime

from koinon.build.changelog.forgetting import forget
from koinon.build.dumps.making import dumps_lock, make_dumps, sweep
from koinon.build.registry.audit import append_audit, read_audit
from koinon.build.registry.disk import audit, journal, registry_lock
from koinon.build.registry.journals import catch_up, read_registered, record
from koinon.build.registry.registered import State
from koinon.build.registry.rewriting import rewrite
from koinon.build.workspace import workspace
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, NotFoundError, SourceError
from koinon.release.current import Release, current_id, release_folders, sync_folder
from koinon.release.dumps import remove_dumps
from koinon.release.manifest import Manifest
from koinon.release.paths import PIN, REMOVING, Home

CACHES = (".active",)
"""Folders beside the sources that hold nothing of their own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What purging a source takes away: ``removed`` releases, ``pinned`` ones among them, and ``kept`` files."""

    slug: str
    removed: tuple[str, ...]
    pinned: tuple[str, ...]
    kept: int


def plan_purge(home: Home, slug: str) -> Plan:
    """Return what purging ``slug`` takes away.

    Raises NotFoundError where nothing is known of it, ConfigurationError where the current release still has it.
    """
    having = [release for release in _built(home) if release.manifest.graph(slug)]
    kept = [path for path in (home.sources / slug).rglob("*") if path.is_file()]
    if not having and not kept and not _under_way(home, slug):
        raise NotFoundError(f"Nothing of a source {slug!r} is kept here. `koinon source list` shows all.")
    if any(release.id == current_id(home) for release in having):
        raise ConfigurationError(
            f"The current release has {slug}. Leave it out first: `koinon source withdraw {slug}` (or take its "
            "folder away), then `koinon build`. Purge it after that."
        )
    removed = tuple(release.id for release in having)
    pinned = tuple(release.id for release in having if (release.path / PIN).exists())
    return Plan(slug, removed, pinned, len(kept))


def purge(home: Home, slug: str, by: str, reason: str | None, *, wait: bool, assets: Assets | None = None) -> Plan:
    """Purge a source and return what went; raises as ``plan_purge``, and BuildLockedError or StorageError.

    All dumps go; with ``assets`` those of the releases that stay are made again.
    """
    with workspace(home, wait=wait) as work:
        plan = plan_purge(home, slug)
        with registry_lock(home):
            _announce(home, slug, by, reason)
        for identifier in plan.removed:
            gone = home.releases / f"{REMOVING}{identifier}"
            home.release(identifier).rename(gone)
            sync_folder(home.releases)  # else a cut of power may give half a folder its name back
            shutil.rmtree(gone)
        dumped = _without_dumps(home, plan)
        for release in _built(home):
            rewrite(release, slug, work)
        forget(home, slug, {entry.slug for release in _built(home) for entry in release.manifest.derived})
        with registry_lock(home):
            _forget(home, slug)
            counts = {"releases": list(plan.removed), "files": plan.kept}
            append_audit(audit(home), {**_event(slug, by, "purged"), **counts})
    for release in _built(home):
        if assets is not None and release.id in dumped:
            make_dumps(home, assets, release)
    return plan


def _without_dumps(home: Home, plan: Plan) -> set[str]:
    """Remove all dumps, also those that are just made, and return the releases that had some."""
    with dumps_lock(home):
        releases = (*plan.removed, *(release.id for release in _built(home)))
        dumped = {identifier for identifier in releases if remove_dumps(home, identifier)}
        sweep(home)
    return dumped


def _announce(home: Home, slug: str, by: str, reason: str | None) -> None:
    catch_up(home)  # the journal goes, and with it what a crash kept out of the audit log
    if not journal(home, slug).exists():
        if not _under_way(home, slug):
            said = {"reason": reason} if reason else {}
            append_audit(audit(home), {**_event(slug, by, "purge"), **said})
        return
    try:
        if read_registered(home, slug).state is not State.PURGING:
            record(home, slug, "purge", by, reason=reason)
    except (
        SourceError,
        NotFoundError,
    ):  # nobody can read any more what happened to it: that is no reason to keep it
        append_audit(audit(home), _event(slug, by, "purge"))


def _forget(home: Home, slug: str) -> None:
    folder = home.sources / slug
    if folder.exists():
        folder.rename(home.sources / f"{REMOVING}{slug}")
        sync_folder(home.sources)
    for path in (*home.sources.glob(f"{REMOVING}*"), *(home.sources / name for name in CACHES)):
        if path.exists():
            shutil.rmtree(path)


def _under_way(home: Home, slug: str) -> bool:
    acts = [line.get("action") for line in read_audit(audit(home)).lines if line.get("source") == slug]
    return bool(acts) and acts[-1] == "purge"


def _built(home: Home) -> list[Release]:
    found = (Release(path, Manifest.read(path / "manifest.json")) for path in release_folders(home))
    return [release for release in found if not release.manifest.imported]


def _event(slug: str, by: str, action: str) -> dict[str, object]:
    return {"source": slug, "by": by, "action": action, "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
