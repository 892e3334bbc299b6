"""What the service says of a source that was handed in: the receipt, and where it stands."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from koinon.build.pending import Status
from koinon.build.registry.contributing import Taken
from koinon.build.registry.registered import Registered, State
from koinon.release.current import Release
from koinon.web.reader import Reader

_SHOWN: Final = 50
"""Findings of a build that are told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The release that is served, what the builder did last, and whether readers do not have all of it yet."""

    release: Release
    build: Status
    pending: bool


def receipt(taken: Taken, status: str, reader: Reader) -> dict[str, Any]:
    """Return the receipt of a contribution or withdrawal: what was kept, under which hashes, and who said so.

    ``audit`` names the last line of the audit log and its SHA-256: the line that has this, or a later one.
    """
    source = taken.source
    entry = source.entries[-1]
    return {
        "source": source.slug,
        "status": status,
        "changed": taken.changed,
        **version_of(source),
        "at": entry.at,
        "by": entry.by,
        "audit": {"line": taken.line, "sha256": taken.head},
        "links": links(source.slug, reader),
    }


def version_of(source: Registered) -> dict[str, Any]:
    """Return what is told of the latest version."""
    latest = source.latest
    result = source.result(latest.version)
    return {
        "version": latest.version,
        "files": [file.model_dump(exclude_none=True) for file in latest.files],
        "mapping": latest.mapping.model_dump(exclude={"sha256"}) if latest.mapping else None,
        "received": latest.received.isoformat(),
        "licence": latest.licence,
        "rights": latest.rights,
        "check": result.model_dump() if result else None,
    }


def links(slug: str, reader: Reader) -> dict[str, str]:
    """Return the addresses of the source's status and of its graph."""
    return {"status": reader.absolute(f"/sources/{slug}"), "graph": reader.absolute(f"/graph/{slug}")}


def public(slug: str, release: Release, reader: Reader) -> dict[str, Any] | None:
    """Return what everybody may know of a source: what the served release says; None where it has it not."""
    graph = release.manifest.graph(slug)
    if graph is None:
        return None
    return {
        "source": slug,
        "release": release.id,
        "graph": {"title": dict(graph.title), "sha256": graph.sha256, "triples": graph.triples},
        "links": links(slug, reader),
    }


def full(source: Registered, standing: Standing, reader: Reader) -> dict[str, Any]:
    """Return what the holder of a token may know: versions, decisions, and what the last build made of them.

    ``state`` is ``pending`` (not decided), ``accepted`` (kept, not yet in a release), ``published``, ``refused``
    (by the build, which keeps the last good graph), ``withdrawn`` or ``purging``.
    """
    outcome = _outcome(source.slug, standing)
    known = public(source.slug, standing.release, reader) or {"source": source.slug, "release": standing.release.id}
    accepted = source.accepted
    return {
        **known,
        "state": _state(source, standing, outcome),
        "accepted": accepted.version if accepted else None,
        **version_of(source),
        "build": {
            "pending": standing.pending,
            "at": standing.build.at or None,
            "outcome": standing.build.outcome,
            "detail": standing.build.detail or None,
            "report": outcome,
        },
        "history": [
            {"at": e.at, "by": e.by, "action": e.action, "version": e.version, "reason": e.reason}
            for e in source.entries[-_SHOWN:]
        ],
        "links": links(source.slug, reader),
    }


def _state(source: Registered, standing: Standing, outcome: dict[str, Any] | None) -> str:
    if source.state is not State.ACCEPTED:
        return source.state.value
    if standing.pending or standing.build.outcome == "failed":
        return "accepted"
    if outcome is not None and outcome["outcome"] in {"kept", "out"}:
        return "refused"
    return "published" if standing.release.manifest.graph(source.slug) else "accepted"


def _outcome(slug: str, standing: Standing) -> dict[str, Any] | None:
    """Return what the build of the served release said of the source."""
    return _outcomes(standing.release.path / "report.json").get(slug)


@lru_cache(maxsize=1)
def _outcomes(path: Path) -> dict[str, dict[str, Any]]:
    """Return what a build said of each source, with the first findings."""
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {
        source["slug"]: {
            **source,
            "findings": source["findings"][:_SHOWN],
            "more": max(0, len(source["findings"]) - _SHOWN),
        }
        for source in report.get("sources", ())
    }
