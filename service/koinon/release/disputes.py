"""What somebody says is wrong: of a link, or of a statement about a thing. Append-only, beside the judgements.

``judgements/disputes.jsonl`` has a line for each dispute and for each decision on one; the last decision counts.
Anybody may dispute, so nothing is shown before a reviewer accepted it. Then the next release has it: a dispute of a
statement stands beside the statement, in words of the one who disputes; that of a link is a judgement against it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from koinon.model.errors import BusyError, ConfigurationError, NotFoundError, StorageError
from koinon.release.chained import START, Chained, held, read_chained
from koinon.release.paths import Home

FILE: Final = "disputes.jsonl"
ACCEPTED_FILE: Final = "disputes.json"
"""Name of the file in a release with the disputes of statements that were accepted when it was built."""
MAX_TEXT: Final = 1000
"""Characters of a dispute."""
MOST_OPEN: Final = 1000
"""Disputes that may wait for a reviewer; more are refused until some are decided."""


class State(StrEnum):
    """Where a dispute stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Dispute:
    """One dispute: of the link with the id ``link``, or of a statement (``object`` in N-Triples).

    ``at`` is ISO 8601 in UTC. ``by_subject`` tells that whoever wrote says to speak for the thing itself, which
    nobody has checked. ``reviewer`` and ``note`` are those of the last decision.
    """

    sequence: int
    at: str
    text: str
    link: str = ""
    subject: str = ""
    predicate: str = ""
    object: str = ""
    by_subject: bool = False
    state: State = State.OPEN
    reviewer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Disputes:
    """All disputes of a home by their sequence; ``head`` names everything that was said and decided."""

    all: Mapping[int, Dispute]
    head: str = START

    @classmethod
    def read(cls, home: Home) -> Self:
        """Read the disputes of a home; raises StorageError where the file is damaged."""
        path = file_of(home)
        return cls.of(read_chained(path), path)

    @classmethod
    def of(cls, chained: Chained, path: Path) -> Self:
        """Return the disputes of lines that were read from ``path``; raises StorageError for what is none."""
        found: dict[int, Dispute] = {}
        for line in chained.lines:
            fields = {name: value for name, value in line.items() if name != "before"}
            try:
                if "of" in fields:
                    of = int(str(fields["of"]))
                    found[of] = replace(
                        found[of],
                        state=State(str(fields["state"])),
                        reviewer=str(fields["reviewer"]),
                        note=str(fields.get("note", "")),
                    )
                else:
                    dispute = Dispute(**fields)  # type: ignore[arg-type]  # as written
                    found[dispute.sequence] = dispute
            except (TypeError, ValueError, KeyError) as error:
                number = fields.get("sequence")
                raise StorageError(
                    f"Line {number} of {path} is no dispute ({error}). Put the file back from a copy."
                ) from error
        return cls(found, chained.head)

    def waiting(self) -> list[Dispute]:
        """Return the disputes that wait for a reviewer, oldest first."""
        return [dispute for dispute in self.all.values() if dispute.state is State.OPEN]

    def accepted(self) -> list[Dispute]:
        """Return the disputes of statements that were accepted, by what they are about."""
        found = [one for one in self.all.values() if one.state is State.ACCEPTED and not one.link]
        return sorted(found, key=lambda one: (one.subject, one.predicate, one.object, one.sequence))


def dispute(
    home: Home,
    text: str,
    *,
    link: str = "",
    statement: tuple[str, str, str] | None = None,
    by_subject: bool = False,
) -> Dispute:
    """Keep a dispute of a link (by its id) or of a statement, and return it once it is on the disk.

    Raises ConfigurationError for a text that is none, BusyError where too many wait, StorageError.
    """
    subject, predicate, value = statement or ("", "", "")
    fields = asdict(
        Dispute(0, _now(), text_of(text, MAX_TEXT), link, subject, predicate, value, by_subject=by_subject)
    )
    path = file_of(home)
    with held(home.judgements):
        chained = read_chained(path)
        kept = Disputes.of(chained, path)
        if len(kept.waiting()) >= MOST_OPEN:
            raise BusyError("Too many disputes wait for a reviewer. Try again in some days.")
        return _last(chained.with_line(path, _written(fields)), path)


def decide(home: Home, reviewer: str, sequence: int, state: State, note: str = "") -> Dispute:
    """Accept or refuse a dispute, or open it again; returns it. Raises NotFoundError and StorageError."""
    path = file_of(home)
    with held(home.judgements):
        chained = read_chained(path)
        if sequence not in Disputes.of(chained, path).all:
            raise NotFoundError(f"There is no dispute {sequence}.")
        line = {"at": _now(), "of": sequence, "state": state.value, "reviewer": reviewer}
        note = text_of(note, MAX_TEXT) if note.strip() else ""
        longer = chained.with_line(path, {**line, **({"note": note} if note else {})})
        return Disputes.of(longer, path).all[sequence]


def file_of(home: Home) -> Path:
    """Return the file of the disputes of a home."""
    return home.judgements / FILE


def write_accepted(path: Path, disputes: Iterable[Dispute]) -> None:
    """Write the accepted disputes of statements for a release, one JSON object by subject; raises OSError."""
    by_subject: dict[str, list[dict[str, object]]] = {}
    for one in disputes:
        shown = {"predicate": one.predicate, "object": one.object, "text": one.text, "at": one.at[:10]}
        by_subject.setdefault(one.subject, []).append({**shown, "by_subject": one.by_subject})
    path.write_text(json.dumps(by_subject, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def text_of(text: str, most: int) -> str:
    """Return a text in one line; raises ConfigurationError where nothing is left, or too much."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not text:
        raise ConfigurationError("Say in a sentence what is wrong and how you know.")
    if len(text) > most:
        raise ConfigurationError(f"At most {most:,} characters are kept; these are {len(text):,}.")
    return text


def _written(fields: Mapping[str, object]) -> dict[str, object]:
    left_out = {"sequence", "state", "reviewer", "note"}
    return {name: value for name, value in fields.items() if name not in left_out and value not in ("", False)}


def _last(chained: Chained, path: Path) -> Dispute:
    return Disputes.of(chained, path).all[len(chained.lines)]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
