"""Preconditions: a client changes only the version that it knows (RFC 9110 §13.1)."""

import re
from typing import Final

from starlette.requests import Request

from koinon.build.registry.contributing import Condition
from koinon.build.registry.registered import Registered
from koinon.web.negotiation import combined
from koinon.web.problems import ProblemError

_TAGS: Final = re.compile(r'\s*(?:,\s*)*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")\s*(?=,|\Z)')


def entity_tag_of(source: Registered | None) -> str | None:
    """Return the entity tag of a source, that of its version in force; None where none is."""
    accepted = source.accepted if source else None
    return f'"{accepted.version}"' if accepted else None


def condition_of(request: Request) -> Condition:
    """Return the condition that If-Match and If-None-Match state; raises ProblemError where they are malformed."""
    wanted, unwanted = (_tags(request, name) for name in ("if-match", "if-none-match"))

    def judge(source: Registered | None) -> None:
        now = entity_tag_of(source)
        if wanted is not None and (now is None or not (wanted == ["*"] or now in wanted)):
            raise _failed(now)
        if unwanted is not None and now is not None and (unwanted == ["*"] or now in unwanted):
            raise _failed(now)

    return judge


def _tags(request: Request, name: str) -> list[str] | None:
    text = combined(request.headers, name)
    if text is None:
        return None
    if text.strip() == "*":
        return ["*"]
    found = _TAGS.findall(text)
    if not found or _TAGS.sub("", text).strip(", \t"):
        raise ProblemError("bad-request", f"{name.title()} is * or a list of entity tags in quotation marks.")
    return found


def _failed(now: str | None) -> ProblemError:
    if now is None:
        return ProblemError("precondition-failed", "The source has no version in force.")
    return ProblemError("precondition-failed", f"The version in force is {now}.", {}, {"ETag": now})
