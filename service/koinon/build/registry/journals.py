"""Reading and writing journals: what a line says counts once it is there, and the audit log repeats every line."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from pydantic import ValidationError

from koinon.build.registry.audit import Chain, announce, append_audit, follow, hold, is_followed, recorded
from koinon.build.registry.disk import audit, journal
from koinon.build.registry.entries import Action, Entry, Given, Result
from koinon.build.registry.registered import Registered
from koinon.build.sources import problems_of
from koinon.model.errors import NotFoundError, SourceError
from koinon.release.lines import DamagedLineError, State, append_line, read_lines, state_of, take_back
from koinon.release.paths import Home


@dataclass(frozen=True, slots=True)
class Damaged:
    """A registered source whose journal cannot be read, and why."""

    slug: str
    error: SourceError


def slugs(home: Home) -> list[str]:
    """Return the slugs of all registered sources, sorted."""
    if not home.sources.is_dir():
        return []
    found = (path.name for path in home.sources.iterdir() if not path.name.startswith("."))
    return sorted(slug for slug in found if journal(home, slug).exists())


_READ: Final[OrderedDict[Path, tuple[State, Registered]]] = OrderedDict()
_KEPT: Final = 64
"""Journals that were read last and are kept, as long as nobody has touched the file."""
_ONE_AT_A_TIME: Final = Lock()


def read_registered(home: Home, slug: str) -> Registered:
    """Return a registered source; raises NotFoundError, or SourceError (``journal``) for a damaged journal."""
    path = journal(home, slug)
    state = state_of(path)
    with _ONE_AT_A_TIME:
        kept = _READ.get(path)
    if kept is not None and kept[0] == state:
        return kept[1]
    source = _read(home, slug)
    _keep(path, state, source)
    return source


def _keep(path: Path, state: State, source: Registered) -> None:
    with _ONE_AT_A_TIME:
        _READ[path] = (state, source)
        _READ.move_to_end(path)
        if len(_READ) > _KEPT:
            _READ.popitem(last=False)


def _read(home: Home, slug: str) -> Registered:
    path = journal(home, slug)
    try:
        entries = tuple(Entry.model_validate(line) for line in read_lines(path))
    except DamagedLineError as error:
        raise _damaged(home, slug, f"line {error.number} is no JSON: {error.reason}") from error
    except ValidationError as error:
        raise _damaged(home, slug, problems_of(error)) from error
    if not entries:
        raise NotFoundError(f"No source {slug!r} is registered. `koinon source list` shows all.")
    versions = {entry.given.version for entry in entries if entry.given}
    if [e.number for e in entries] != list(range(1, len(entries) + 1)) or not entries[0].given:
        raise _damaged(home, slug, "lines are missing, or in another order")
    if not versions.issuperset(entry.version for entry in entries if entry.version):
        raise _damaged(home, slug, "it speaks of a version that never came")
    return Registered(slug, entries)


def every(home: Home) -> Iterator[Registered | Damaged]:
    """Yield all registered sources, sorted by slug; a damaged journal hides no other source."""
    for slug in slugs(home):
        try:
            yield _read(home, slug)
        except SourceError as error:
            yield Damaged(slug, error)
        except NotFoundError:
            continue  # a crash left a journal without a whole line: nothing happened yet


def record(
    home: Home,
    slug: str,
    action: Action,
    by: str,
    *,
    version: str | None = None,
    given: Given | None = None,
    result: Result | None = None,
    reason: str | None = None,
    token: str | None = None,
) -> Registered:
    """Write down what happens to a source and return it; call it with the lock held.

    Raises StorageError where the audit log is broken, before anything is written, and OSError.
    """
    chain = catch_up(home)
    try:
        earlier = read_registered(home, slug).entries
    except NotFoundError:
        earlier = ()
    entry = Entry(
        number=len(earlier) + 1,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        by=by,
        action=action,
        version=version or (given.version if given else None),
        given=given,
        result=result,
        reason=reason,
        token=token,
    )
    announce(audit(home))
    before = append_line(journal(home, slug), entry.model_dump(mode="json", exclude_none=True))
    try:
        append_audit(audit(home), event(slug, entry), chain)
    except OSError:  # whoever is told that it failed must find everything as it was
        take_back(journal(home, slug), before)
        raise
    source = Registered(slug, (*earlier, entry))
    _keep(journal(home, slug), state_of(journal(home, slug)), source)
    return source


def catch_up(home: Home) -> Chain:
    """Add to the audit log what a crash kept out of it, and return its end; call it with the lock held.

    Also who finds that all is so already calls it before saying so: what is answered is in the log. Raises
    StorageError where the log is broken, and OSError.
    """
    chain = follow(audit(home))
    if is_followed(audit(home)):
        return chain
    known = set(recorded(audit(home)))
    for source in every(home):
        for entry in source.entries if isinstance(source, Registered) else ():
            if (source.slug, entry.at, entry.number) not in known:
                chain = append_audit(audit(home), {**event(source.slug, entry), "late": True}, chain)
    hold(audit(home), chain)
    return chain


def event(slug: str, entry: Entry) -> dict[str, object]:
    """Return what the audit log says of a journal's entry."""
    fields = entry.model_dump(mode="json", exclude_none=True)
    given = fields.pop("given", None)
    if given:
        fields |= {key: given[key] for key in ("files", "manifest", "mapping", "licence", "rights") if key in given}
        fields |= {"override": given["override"]} if "override" in given else {}
    return {"source": slug, **fields}


def _damaged(home: Home, slug: str, detail: str) -> SourceError:
    return SourceError(slug, "journal", str(journal(home, slug)), f"{detail}. Put it back from a copy.")
