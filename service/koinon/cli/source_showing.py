"""How ``koinon source`` shows sources, to people and to machines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from koinon.build.registry.audit import AuditReport
from koinon.build.registry.journals import Damaged
from koinon.build.registry.purging import Plan
from koinon.build.registry.registered import Registered, State
from koinon.build.source_manifest import Manifest
from koinon.cli.output import bytes_for_people

_SHOWN = 20
"""Patterns of what a source mints that are shown: a harvested one names each thing."""
_HEAD = ("source", "state", "version", "received", "mapping", "due", "last check")


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def summary(source: Registered | Damaged) -> dict[str, object]:
    """Return what a list says of a source, for machines."""
    if isinstance(source, Damaged):
        return {"slug": source.slug, "state": "damaged", "problem": str(source.error)}
    latest, accepted = source.latest, source.accepted
    result = source.result(latest.version)
    return {
        "slug": source.slug,
        "state": source.state.value,
        "version": latest.version,
        "accepted": accepted.version if accepted else None,
        "received": latest.received.isoformat(),
        "mapping": latest.mapping.model_dump() if latest.mapping else None,
        "licence": latest.licence,
        "rights": latest.rights,
        "override": latest.override,
        "files": [file.model_dump() for file in latest.files],
        "schedule": latest.schedule,
        "due": source.due.isoformat() if source.due else None,
        "overdue": _overdue(source),
        "result": result.model_dump() if result else None,
    }


def describe(source: Registered, manifest: Manifest) -> dict[str, object]:
    """Return all that is known of a source, for machines."""
    return {
        **summary(source),
        "manifest": manifest.model_dump(mode="json", exclude_none=True),
        "history": [entry.model_dump(mode="json", exclude_none=True) for entry in source.entries],
    }


def list_lines(sources: Sequence[Registered | Damaged]) -> Iterable[str]:
    """Return the list of sources for people."""
    if not sources:
        return ["No source is registered. `koinon source add NAME FILE` registers one."]
    rows = [_HEAD]
    for source in sources:
        if isinstance(source, Damaged):
            rows.append((source.slug, "DAMAGED", "", "", "", "", source.error.where))
            continue
        latest = source.latest
        state = source.state.value + ", update pending" * bool(source.accepted and source.waiting)
        mapping = f"{latest.mapping.name} {latest.mapping.version}" if latest.mapping else "-"
        due = f"{source.due}{', DUE' if _overdue(source) else ''}" if source.due else "-"
        result = source.result(latest.version)
        received = latest.received.isoformat()
        rows.append((source.slug, state, latest.version, received, mapping, due, str(result or "-")))
    return table(rows)


def show_lines(source: Registered, manifest: Manifest) -> Iterator[str]:
    """Yield a source for people."""
    latest, accepted = source.latest, source.accepted
    yield f"{source.slug}: {next(iter(manifest.title.values()))}"
    facts = [
        ("state", source.state.value),
        ("version", latest.version),
        ("in builds", accepted.version if accepted else "no version"),
        ("publisher", manifest.publisher or "-"),
        ("homepage", manifest.homepage or "-"),
        ("rights", latest.rights),
        ("override", latest.override or "-"),
        ("licence", latest.licence),
        ("credit", manifest.credit or "-"),
        ("mapping", f"{latest.mapping.name} {latest.mapping.version}" if latest.mapping else "-"),
        ("mints", _some(manifest.mints)),
        ("policy", manifest.policy),
        ("received", latest.received.isoformat()),
        ("due", f"{source.due} ({latest.schedule})" if source.due else "-"),
        ("last check", str(source.result(latest.version) or "-")),
    ]
    yield from ("  " + line for line in table(facts))
    yield "files"
    files = [(file.name, bytes_for_people(file.size), file.sha256, file.address or "") for file in latest.files]
    yield from ("  " + line for line in table(files))
    yield "history"
    history = [(e.at, e.by, e.action, e.version or "", str(e.result or e.reason or "")) for e in source.entries]
    yield from ("  " + line for line in table(history))


def _some(names: Sequence[str]) -> str:
    more = f" … and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return " ".join(names[:_SHOWN]) + more


def change_lines(source: Registered, said: str) -> Iterator[str]:
    """Yield what became of a source, and what to do next."""
    yield f"{source.slug} {said}: version {source.latest.version}."
    if source.state is State.WITHDRAWN:
        yield f"`koinon source accept {source.slug}` brings it back."
        return
    if not source.waiting or source.result(source.latest.version) is not None:
        return
    files = [(file.name, bytes_for_people(file.size), f"sha256 {file.sha256}") for file in source.latest.files]
    yield from ("  " + line for line in table(files))
    yield f"Look at it with `koinon source check {source.slug}`, then `koinon source accept {source.slug}`."


def log_lines(lines: Sequence[Mapping[str, object]], report: AuditReport) -> Iterator[str]:
    """Yield the audit log for people, and whether its chain holds."""
    keys = ("at", "by", "action", "source", "version")
    if lines:
        yield from table([[str(line.get("line"))] + [str(line.get(key, "")) for key in keys] for line in lines])
    if report.problem:
        yield f"The log is NOT whole: {report.problem}."
    else:
        yield f"The log is whole: {len(report.lines)} lines, the last has SHA-256 {report.head}."


def purge_lines(plan: Plan, *, done: bool) -> Iterator[str]:
    """Yield what purging a source takes away, or took."""
    yield f"{plan.slug} {'is purged' if done else 'would be purged'}: {plan.kept} kept files and journals."
    for identifier in plan.removed:
        pinned = ", though it is pinned" if identifier in plan.pinned else ""
        yield f"  release {identifier} {'is gone' if done else 'would go'}{pinned}"
    if not done:
        yield "Releases that stay are written anew, without traces of it. Say --yes to do it: for good."


def _overdue(source: Registered) -> bool:
    return source.due is not None and source.due <= date.today()
