"""What people judged of pairs of things: whether they are the same. Append-only, and an input of every build.

``judgements/judgements.jsonl`` has one line a judgement. A pair has no order. Of each reviewer only the last
judgement of a pair that was not undone is in force; reviewers are the names of tokens, never of persons. What
follows for a pair is one of ``Standing``: nobody's word weighs more than another's, and who contradicts a link
keeps it from being accepted.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from koinon.model.errors import ConfigurationError, NotFoundError, StorageError
from koinon.release.chained import START, Chained, held, read_chained
from koinon.release.disputes import Dispute, Disputes
from koinon.release.paths import Home

FILE: Final = "judgements.jsonl"
ENOUGH: Final = 2
"""How many reviewers have to say that two things are the same before it is ``owl:sameAs``."""
MAX_REASON: Final = 1000
"""Characters of a reason."""


class Verdict(StrEnum):
    """What a line says: of a pair, or (``undo``) that an earlier line, ``of``, is taken back."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    UNDO = "undo"


class Standing(StrEnum):
    """What the judgements in force say together of a pair."""

    CONFIRMED = "confirmed"
    """Two reviewers or more say the same, nobody different: ``owl:sameAs``."""
    SAME = "same"
    """One reviewer says the same: accepted, and no more than likely."""
    DIFFERENT = "different"
    """All who know say different: this binds."""
    CONTRADICTED = "contradicted"
    """Reviewers contradict each other: disputed, and neither is accepted."""
    OPEN = "open"
    """Nobody knows: there is no judgement, or whoever judged was unsure."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line. ``at`` is ISO 8601 in UTC; ``of`` is the sequence of the line that an undo takes back."""

    sequence: int
    at: str
    reviewer: str
    subject: str
    object: str
    verdict: Verdict
    reason: str = ""
    of: int | None = None


Pair = tuple[str, str]
"""Two IRIs, the smaller one first."""


def pair_of(one: str, other: str) -> Pair:
    """Return the pair of two IRIs, which has no order."""
    return (one, other) if one <= other else (other, one)


@dataclass(frozen=True, slots=True)
class Opinion:
    """The judgements of one pair that are in force, the last of each reviewer, oldest first."""

    judgements: tuple[Judgement, ...] = ()

    @property
    def standing(self) -> Standing:
        """What they say together."""
        said = [judgement.verdict for judgement in self.judgements]
        same, different = said.count(Verdict.SAME), said.count(Verdict.DIFFERENT)
        if same and different:
            return Standing.CONTRADICTED
        if different:
            return Standing.DIFFERENT
        if same:
            return Standing.CONFIRMED if same >= ENOUGH else Standing.SAME
        return Standing.OPEN

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Who judged, sorted."""
        return tuple(sorted(judgement.reviewer for judgement in self.judgements))


_NONE: Final = Opinion()


@dataclass(frozen=True, slots=True)
class Judgements:
    """All judgements of a home as they were at one moment.

    ``head`` names everything that was judged, and enters the release id where it is not ``START``: the hash of the
    last line, or of that and ``disputes``, the disputes of statements that were accepted. ``pairs`` has the pairs
    with at least one judgement in force.
    """

    lines: tuple[Judgement, ...] = ()
    head: str = START
    pairs: Mapping[Pair, Opinion] = field(default_factory=dict)
    disputes: tuple[Dispute, ...] = ()

    @classmethod
    def read(cls, home: Home) -> Self:
        """Read the judgements of a home, none where there is no file. Raises StorageError where it is damaged."""
        path = file_of(home)
        judged = cls.of(read_chained(path), path)
        disputes = tuple(Disputes.read(home).accepted())
        if not disputes:
            return judged
        return replace(judged, disputes=disputes, head=sha256(f"{judged.head} {disputes}".encode()).hexdigest())

    @classmethod
    def of(cls, chained: Chained, path: Path) -> Self:
        """Return the judgements of lines that were read from ``path``; raises StorageError for what is none."""
        lines = tuple(_judgement(line, path) for line in chained.lines)
        return cls(lines, chained.head, _in_force(lines))

    def opinion(self, one: str, other: str) -> Opinion:
        """Return what is in force of a pair, in either order; empty where nobody judged it."""
        return self.pairs.get(pair_of(one, other), _NONE)

    def standing(self, one: str, other: str) -> Standing:
        """Return what the judgements say together of a pair."""
        return self.opinion(one, other).standing

    def with_standing(self, *wanted: Standing) -> Iterator[Pair]:
        """Yield the pairs that stand so, sorted: ``with_standing(Standing.DIFFERENT)`` are those that bind."""
        yield from sorted(pair for pair, opinion in self.pairs.items() if opinion.standing in wanted)

    def history(self, one: str, other: str) -> tuple[Judgement, ...]:
        """Return every line about a pair, those that were undone too, oldest first."""
        pair = pair_of(one, other)
        return tuple(line for line in self.lines if pair_of(line.subject, line.object) == pair)

    def undone(self) -> frozenset[int]:
        """Return the sequences of all lines that were taken back."""
        return frozenset(line.of for line in self.lines if line.of is not None)


def judge(home: Home, reviewer: str, one: str, other: str, verdict: Verdict, reason: str = "") -> Judgement:
    """Append a judgement of a pair and return it once it is on the disk.

    Raises ConfigurationError for what cannot be judged, StorageError where the file is damaged or the disk refuses.
    """
    if verdict is Verdict.UNDO:
        raise ConfigurationError("An undo names the judgement that it takes back.")
    if one == other:
        raise ConfigurationError("A thing is the same as itself: there is nothing to judge.")
    for iri in (one, other):
        if ":" not in iri or any(c in '<>"{}|^`\\' or c <= " " for c in iri) or len(iri) > 2000:
            raise ConfigurationError(f"{iri[:100]!r} is no IRI of a thing.")
    first, second = pair_of(one, other)
    return _append(home, Judgement(0, _now(), reviewer, first, second, verdict, _reason(reason)))


def undo(home: Home, reviewer: str, sequence: int, reason: str = "", *, anyones: bool = False) -> Judgement:
    """Take back a judgement: one's own, or with ``anyones`` (the operator) anybody's; return the line that does it.

    Raises NotFoundError where there is no such judgement of this reviewer, or it was taken back already.
    """
    path = file_of(home)
    with held(home.judgements):
        chained = read_chained(path)
        judgements = Judgements.of(chained, path)
        found = judgements.lines[sequence - 1] if 0 < sequence <= len(judgements.lines) else None
        if found is None or found.verdict is Verdict.UNDO or not (anyones or found.reviewer == reviewer):
            raise NotFoundError(f"There is no judgement {sequence} of {reviewer}.")
        if sequence in judgements.undone():
            raise NotFoundError(f"Judgement {sequence} was taken back already.")
        line = Judgement(0, _now(), reviewer, found.subject, found.object, Verdict.UNDO, _reason(reason), sequence)
        return _judgement(chained.with_line(path, _fields(line)).lines[-1], path)


def file_of(home: Home) -> Path:
    """Return the file of the judgements of a home."""
    return home.judgements / FILE


def _append(home: Home, judgement: Judgement) -> Judgement:
    path = file_of(home)
    with held(home.judgements):
        chained = read_chained(path)
        Judgements.of(chained, path)
        chained = chained.with_line(path, _fields(judgement))
    return _judgement(chained.lines[-1], path)


def _fields(judgement: Judgement) -> dict[str, object]:
    fields = asdict(judgement)
    del fields["sequence"]
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _judgement(line: Mapping[str, object], path: Path) -> Judgement:
    fields = {name: value for name, value in line.items() if name != "before"}
    try:
        return Judgement(**{**fields, "verdict": Verdict(str(fields["verdict"]))})  # type: ignore[arg-type]  # as written
    except (TypeError, ValueError, KeyError) as error:
        number = line.get("sequence")
        raise StorageError(
            f"Line {number} of {path} is no judgement ({error}). Put the file back from a copy."
        ) from error


def _in_force(lines: Iterable[Judgement]) -> dict[Pair, Opinion]:
    """Return what is in force: of each pair and reviewer the last judgement that nobody took back."""
    lines = tuple(lines)
    undone = {line.of for line in lines if line.of is not None}
    last: dict[Pair, dict[str, Judgement]] = {}
    for line in lines:
        if line.verdict is not Verdict.UNDO and line.sequence not in undone:
            said = last.setdefault(pair_of(line.subject, line.object), {})
            said.pop(line.reviewer, None)
            said[line.reviewer] = line
    return {pair: Opinion(tuple(said.values())) for pair, said in last.items()}


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > MAX_REASON:
        raise ConfigurationError(f"A reason has up to {MAX_REASON:,} characters; this one has {len(text):,}.")
    return text


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
