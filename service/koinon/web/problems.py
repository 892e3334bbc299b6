"""Errors on the wire: RFC 9457 problems, each with a type that opens a page which explains it."""

import http
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from koinon.model import errors
from koinon.query.limits import Limits
from koinon.query.pool import NotAcceptableError


def _(message: str) -> str:
    """Mark a text for translation; it is translated where a page shows it."""
    return message


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its HTTP status, its title and what a reader can do, in English."""

    status: int
    title: str
    advice: str


KINDS: Final[dict[str, Kind]] = {
    "bad-request": Kind(
        400,
        _("The request cannot be understood"),
        _("A parameter or a header is malformed. Check the address against the description of the service."),
    ),
    "query-syntax": Kind(
        400,
        _("The query is not valid SPARQL"),
        _("The message names the line and the column. Correct the text there and send it again."),
    ),
    "query-parameter": Kind(
        400,
        _("A parameter does not fit"),
        _("The query takes typed parameters. The message names the one that does not fit and the form it takes."),
    ),
    "query-refused": Kind(
        400,
        _("The query is refused"),
        _("This service answers read queries on its own data. It makes no updates and calls no other service."),
    ),
    "not-found": Kind(
        404,
        _("Nothing is known under this address"),
        _("The address may be misspelt, or the thing may be absent from the current release."),
    ),
    "gone": Kind(
        410,
        _("This was withdrawn"),
        _("Its history is kept, and earlier releases have it. What took its place is listed, where data say so."),
    ),
    "method-not-allowed": Kind(
        405,
        _("This method is not possible here"),
        _("Most addresses are only read, with GET or HEAD. Queries may also be sent with POST."),
    ),
    "not-acceptable": Kind(
        406,
        _("No form of this fits the Accept header"),
        _("Ask for one of the listed forms in the Accept header, or add its suffix to the address."),
    ),
    "request-timeout": Kind(
        408,
        _("The request did not arrive in time"),
        _("Its headers and body have to come in within a few seconds. Send it again over a better connection."),
    ),
    "address-too-long": Kind(
        414,
        _("The address is too long"),
        _("Send a long query with POST: its text then stands in the body of the request."),
    ),
    "unsupported-media-type": Kind(
        415,
        _("The request body has a form that is not read here"),
        _("Send a query as a form or as application/sparql-query."),
    ),
    "query-too-long": Kind(
        413,
        _("The request is too long"),
        _("Shorten the query, or download the data and query them on your side."),
    ),
    "check-media-type": Kind(
        415,
        _("Data of this form are not checked here"),
        _("Send RDF under its own media type, or a form with a text or a file."),
    ),
    "check-too-large": Kind(
        413,
        _("These are too many data for one check"),
        _("Check a part of them here, or all of them with koinon check on your own computer."),
    ),
    "check-too-costly": Kind(
        422,
        _("The check took too long or too much memory"),
        _("It was ended, and nothing of it is kept. Hand in less at once."),
    ),
    "contributions-closed": Kind(
        403,
        _("Nothing is handed in here"),
        _("The operator of the service makes tokens for those who hand sources in. Ask there."),
    ),
    "token-wrong": Kind(
        401,
        _("A valid token is needed"),
        _("Send the token that the operator gave you in the Authorization header. Ask for another if it is lost."),
    ),
    "token-scope": Kind(
        403,
        _("The token is not for this"),
        _("It names the sources and acts that it is for. Ask the operator for one that fits."),
    ),
    "source-refused": Kind(
        422,
        _("The source is refused"),
        _("Nothing was changed. The report says what is wrong, where, and how to mend it; then hand it in again."),
    ),
    "source-conflict": Kind(
        409,
        _("The source cannot be handed in under this name"),
        _("The message says why. Nothing was changed."),
    ),
    "source-media-type": Kind(
        415,
        _("A source of this form is not taken"),
        _("Send RDF under its own media type, a table with the name of its mapping, or a form with a file."),
    ),
    "source-too-large": Kind(
        413,
        _("The source is too large to be handed in here"),
        _("Split it into several sources, or ask the operator to take it in."),
    ),
    "precondition-failed": Kind(
        412,
        _("The source was changed meanwhile"),
        _("Nothing was changed by this request. Look at the version in force, then decide and send it again."),
    ),
    "storage": Kind(
        507,
        _("There is no room to keep it"),
        _("Nothing was changed. Send it again later; the operator has to make room."),
    ),
    "query-too-complex": Kind(
        422,
        _("The query is too complex"),
        _("It nests too deeply or has too many parts. Split it into shorter queries."),
    ),
    "result-too-large": Kind(
        422,
        _("The answer is too large"),
        _("Nothing was sent, so that no answer looks complete when it is not. Ask in pages, or download the data."),
    ),
    "worker-lost": Kind(
        422,
        _("The query costs too much"),
        _("It nests too deeply or needs too much memory, and was ended. Split it or narrow it."),
    ),
    "query-timeout": Kind(
        422,
        _("The query took too long"),
        _("It was stopped at its time limit. Name a subject or a graph, or add a LIMIT."),
    ),
    "too-many-requests": Kind(
        429,
        _("You ask for more than your share"),
        _("Every client gets the same share. Wait as long as Retry-After says, or download the data."),
    ),
    "headers-too-large": Kind(
        431,
        _("The headers of the request are too large"),
        _("Send fewer or shorter headers. Accept and cookies are those that grow most."),
    ),
    "internal-error": Kind(
        500,
        _("Something went wrong on our side"),
        _("The service goes on. If it happens again, tell its operator the time and the address."),
    ),
    "busy": Kind(
        503,
        _("The service is busy"),
        _("Too many queries are waiting. Send the request again in a few seconds."),
    ),
    "not-ready": Kind(
        503,
        _("The service is not ready"),
        _("It has no release that it can answer from. Its operator builds one with koinon build."),
    ),
}
"""Every kind of problem by the name under which ``/problems/{name}`` explains it."""

_OF_ERROR: Final[dict[type[errors.KoinonError], str]] = {
    errors.NotFoundError: "not-found",
    errors.QuerySyntaxError: "query-syntax",
    errors.ParameterError: "query-parameter",
    errors.QueryRefusedError: "query-refused",
    errors.QueryTooLongError: "query-too-long",
    errors.QueryTooComplexError: "query-too-complex",
    errors.QueryTimeoutError: "query-timeout",
    errors.TooManyRequestsError: "too-many-requests",
    errors.ResultTooLargeError: "result-too-large",
    errors.WorkerLostError: "worker-lost",
    errors.BusyError: "busy",
    errors.ReleaseError: "not-ready",
    errors.StorageError: "not-ready",
    NotAcceptableError: "not-acceptable",
}
_OF_STATUS: Final = {
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    413: "query-too-long",
    414: "address-too-long",
    415: "unsupported-media-type",
    429: "too-many-requests",
    431: "headers-too-large",
}


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem as a page shows it beside what the reader sent; ``line`` and ``column`` are 0 where unknown."""

    name: str
    kind: Kind
    detail: str
    line: int = 0
    column: int = 0

    @classmethod
    def of(cls, error: errors.KoinonError) -> Self:
        """Return the view of an error."""
        name = kind_of(error)
        if isinstance(error, errors.QuerySyntaxError):
            return cls(name, KINDS[name], str(error), error.line or 0, error.column or 0)
        return cls(name, KINDS[name], str(error))


@dataclass
class ProblemError(errors.KoinonError):
    """A problem that a route raises itself: its kind, what is wrong, and further members (RFC 9457 §3.2)."""

    name: str
    detail: str
    members: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the detail."""
        return self.detail


def kind_of(error: errors.KoinonError) -> str:
    """Return the name of the problem that an error of the tree becomes."""
    if isinstance(error, ProblemError):
        return error.name
    return next((name for cls, name in _OF_ERROR.items() if isinstance(error, cls)), "internal-error")


def kind_of_status(status: int) -> str:
    """Return the name of the problem for a status that the framework raised."""
    return _OF_STATUS.get(status, "bad-request" if status < 500 else "internal-error")


def problem_document(
    name: str, detail: str, base: str, instance: str, members: Mapping[str, object]
) -> dict[str, object]:
    """Return the problem as RFC 9457 §3 members; ``type`` opens its explanation under ``base``."""
    kind = KINDS[name]
    own: dict[str, object] = {
        "type": f"{base}/problems/{name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": instance,
    }
    return {**members, **own}


def limits_document(limits: Limits) -> dict[str, float]:
    """Return the limits of queries as a member of a problem: setting to value."""
    return {limit.setting: limit.value for limit in limits}


def phrase(status: int) -> str:
    """Return the HTTP reason phrase of a status."""
    return http.HTTPStatus(status).phrase
