"""The one error tree.

KoinonError                     what a caller of koinon can meet, with a next step in its words
├── ConfigurationError          a setting is wrong or a folder cannot be used
├── ReleaseError                a release is missing, damaged or refused
│   ├── NoReleaseError          nothing has been built yet
│   └── BuildLockedError        another build holds the lock
├── VocabularyError             the ontology, a code list or a shape is broken: nothing can be judged
├── SourceError                 a source is refused: it says which, where and by which rule
├── StorageError                the disk is full or cannot be written
├── NotFoundError               nothing is known under this address
└── QueryError                  a query is refused or failed
    ├── QuerySyntaxError        with line and column
    ├── ParameterError          a parameter is missing or of the wrong kind
    ├── QueryRefusedError       it asks for what the service never does (update, SERVICE, foreign FROM)
    ├── QueryTooLongError       its text has more characters than is allowed
    ├── QueryTooComplexError    its text nests too deeply or has too many operators
    ├── QueryTimeoutError       it ran longer than its deadline
    ├── ResultTooLargeError     its answer is above the cap
    ├── WorkerLostError         the worker process ended under it
    ├── BusyError               too many queries wait
    └── TooManyRequestsError    one client asks for more than its share
"""

from dataclasses import dataclass


class KoinonError(Exception):
    """Whatever koinon refuses or cannot do; ``str()`` says where and what to do next."""

    exit_code = 1


class ConfigurationError(KoinonError):
    """A setting is wrong, or a folder cannot be used."""

    exit_code = 2


class ReleaseError(KoinonError):
    """A release is missing, damaged or refused."""

    exit_code = 3


class NoReleaseError(ReleaseError):
    """Nothing has been built yet."""


class BuildLockedError(ReleaseError):
    """Another build is at work in the same home."""


class VocabularyError(KoinonError):
    """The ontology, a code list, a shape or a rule is broken, so that no source can be judged."""

    exit_code = 7


class StorageError(KoinonError):
    """The disk is full, over its quota, or cannot be written."""

    exit_code = 5


@dataclass
class SourceError(KoinonError):
    """A source is refused.

    ``source`` is its slug, ``rule`` a short stable name (``syntax``, ``encoding``, ``takeover`` …), ``where`` the
    file with line and column, or the node and path, and ``detail`` says what is wrong and how to mend it.
    """

    source: str
    rule: str
    where: str
    detail: str

    exit_code = 4

    def __str__(self) -> str:
        """Return one line for people."""
        return f"{self.source}: {self.where}: {self.detail} [{self.rule}]"


class NotFoundError(KoinonError):
    """Nothing is known under this address."""


class QueryError(KoinonError):
    """A query is refused or failed; ``work`` is the seconds that a worker spent on it."""

    exit_code = 6
    work = 0.0


@dataclass
class QuerySyntaxError(QueryError):
    """The text is not SPARQL; ``line`` and ``column`` count from 1 and are None where the parser gives none."""

    detail: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        """Return one line for people."""
        where = f" at line {self.line}, column {self.column}" if self.line else ""
        return f"The query is not valid SPARQL 1.1{where}: {self.detail}"


class ParameterError(QueryError):
    """A parameter of a catalogue query is missing or of the wrong kind."""


class QueryRefusedError(QueryError):
    """The query asks for what the service never does: an update, SERVICE, or a graph that is not ours."""


class QueryTooLongError(QueryError):
    """The text of the query has more characters than is allowed."""


class QueryTooComplexError(QueryError):
    """The text of the query nests more deeply or has more operators than is allowed."""


class QueryTimeoutError(QueryError):
    """The query ran longer than its deadline and was stopped."""


class ResultTooLargeError(QueryError):
    """The answer is above the cap; nothing of it is sent."""


class WorkerLostError(QueryError):
    """The worker process ended under the query: it cost too much memory or nested too deeply."""


class BusyError(QueryError):
    """Too many queries wait already."""


@dataclass
class TooManyRequestsError(QueryError):
    """One client asks for more than its share; ``retry_after`` is in seconds."""

    detail: str
    retry_after: float

    def __str__(self) -> str:
        """Return one line for people."""
        return self.detail
