"""The states of a thing over time (RFC 7089): which there were, since when, and where each is still to be had.

A state begins with the release that made it and lasts until the next one that changed the thing. It is shown by a
release of that time, as long as one is kept, and by the version object of the change log for ever.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from koinon.publish.changes import time_of
from koinon.release.changelog import Change, ChangeLog, Member
from koinon.release.log import LogEntry


@dataclass(frozen=True, slots=True)
class Memento:
    """One state: since when it held, and its path; it is a whole page where ``release`` is kept."""

    since: datetime
    path: str
    sequence: int
    release: str | None

    @property
    def http_date(self) -> str:
        """Return its time as headers write it (RFC 7089 §2.1.1.1)."""
        return http_date(self.since)


def mementos(
    changes: ChangeLog, log: Sequence[LogEntry], kept: Iterable[str], thing: str, path: str
) -> list[Memento]:
    """Return the states of a thing, oldest first; ``path`` is that of its document, ``kept`` are releases that are.

    Times at which it was gone are no states. Empty where the change log does not know it.
    """
    there = set(kept)
    history = changes.history(thing)[::-1]
    found = []
    for number, member in enumerate(history):
        if member.change is Change.REMOVED:
            continue
        end = history[number + 1].sequence if number + 1 < len(history) else len(log) + 1
        its = (entry.id for entry in reversed(log) if member.sequence <= entry.sequence < end)
        release = next((identifier for identifier in its if identifier in there), None)
        address = _address(member, release, path)
        found.append(Memento(time_of(member.published_at), address, member.sequence, release))
    return found


def _address(member: Member, release: str | None, path: str) -> str:
    return f"/releases/{release}{path}" if release else f"/version/{member.sequence}/{member.number}"


def nearest(found: Sequence[Memento], moment: datetime) -> Memento:
    """Return the state that held at a time: before the first one that one, after the last one the last."""
    before = [memento for memento in found if memento.since <= moment]
    return before[-1] if before else found[0]


def in_release(found: Sequence[Memento], log: Sequence[LogEntry], release: str) -> Memento | None:
    """Return the state that a release shows, or None where it shows none."""
    first = next((entry.sequence for entry in log if entry.id == release), None)
    if first is None:
        return None
    shown = [memento for memento in found if memento.sequence <= first]
    return shown[-1] if shown else None


def time_map(found: Sequence[Memento], base: str, path: str) -> list[tuple[str, dict[str, str]]]:
    """Return the links of a TimeMap (RFC 7089 §5): addresses with their parameters, in the order of their times."""
    links: list[tuple[str, dict[str, str]]] = [
        (base + path, {"rel": "original timegate"}),
        (f"{base}/timemap{path}", {"rel": "self", "type": "application/link-format"}),
    ]
    if found:
        links[1][1].update({"from": found[0].http_date, "until": found[-1].http_date})
    for number, memento in enumerate(found):
        relation = " ".join([*["first"] * (number == 0), *["last"] * (number == len(found) - 1), "memento"])
        links.append((base + memento.path, {"rel": relation, "datetime": memento.http_date}))
    return links


def around(found: Sequence[Memento], shown: Memento) -> list[tuple[str, Memento]]:
    """Return the states around one, with what they are to it: first, prev, next, last."""
    place = found.index(shown)
    wanted = {"first": 0, "prev": place - 1, "next": place + 1, "last": len(found) - 1}
    return [(name, found[at]) for name, at in wanted.items() if 0 <= at < len(found)]


def written(links: Iterable[tuple[str, dict[str, str]]], separator: str = ", ") -> str:
    """Return links as a Link header or, by lines, as application/link-format (RFC 6690)."""
    return separator.join(
        f"<{address}>; " + "; ".join(f'{name}="{value}"' for name, value in parameters.items())
        for address, parameters in links
    )


def http_date(moment: datetime) -> str:
    """Return a time as ``Sun, 22 Nov 2026 08:00:00 GMT``."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def read_http_date(text: str) -> datetime:
    """Return the time that Accept-Datetime names; raises ValueError for anything that is no such date."""
    try:
        moment = parsedate_to_datetime(text.strip())
    except (TypeError, OverflowError) as error:
        raise ValueError(text) from error
    if moment.tzinfo is None or not text.strip().endswith(("GMT", "UTC", "+0000")):
        raise ValueError(text)
    return moment
