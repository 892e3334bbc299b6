"""What became of each test, and the exceptions that are known and argued."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from conformance.manifests import Entry

_LIST: Final = Path(__file__).with_name("exceptions.toml")


class Outcome(Enum):
    """How a test ended."""

    PASSED = "passed"
    READ = "the reading part passed, writes are refused"
    REFUSED = "refused by design"
    FAILED = "failed"


class Remark(Enum):
    """What is worth saying of a test that passes."""

    NONE = "none"
    BY_VALUE = "literals are spelled differently"
    UNPLACED = "the error names no place in the text"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a test; ``detail`` says what was wrong."""

    entry: Entry
    outcome: Outcome
    detail: str = ""
    remark: Remark = Remark.NONE


@dataclass(frozen=True, slots=True)
class Excepted:
    """Tests that don't pass, the cause (``design`` or ``engine``) and the argument."""

    tests: tuple[str, ...]
    cause: str
    argument: str

    def covers(self, identifier: str) -> bool:
        """Tell whether a test is among them."""
        return any(fnmatchcase(identifier, pattern) for pattern in self.tests)


def read_exceptions() -> list[Excepted]:
    """Return the list of exceptions."""
    document = tomllib.loads(_LIST.read_text("utf-8"))
    return [Excepted(tuple(e["tests"]), e["cause"], " ".join(e["argument"].split())) for e in document["exception"]]


def disagreement(verdict: Verdict, exceptions: Iterable[Excepted]) -> str:
    """Return what is wrong with a verdict in the light of the exceptions, or an empty string."""
    covering = [exception for exception in exceptions if exception.covers(verdict.entry.id)]
    if verdict.outcome is Outcome.PASSED:
        return "it passes, but is listed as an exception" if covering else ""
    if len(covering) != 1:
        return f"{verdict.outcome.value}, with {len(covering)} entries in {_LIST.name}: {verdict.detail}"
    by_design = verdict.outcome in (Outcome.READ, Outcome.REFUSED)
    if by_design != (covering[0].cause == "design"):
        return f"{verdict.outcome.value}, but listed with the cause {covering[0].cause!r}: {verdict.detail}"
    return ""
