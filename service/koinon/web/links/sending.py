"""Reading the small forms and JSON documents by which people judge and dispute."""

import json
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from koinon.web.forms import long_form
from koinon.web.problems import ProblemError
from koinon.web.receiving import whole_body

FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
_LARGEST: Final = 32 * 1024
_FIELDS: Final = 16


async def sent(request: Request) -> dict[str, str]:
    """Return the fields of a form or of a flat JSON object; raises ProblemError for anything else, or too much."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (FORM, JSON):
        raise ProblemError("unsupported-media-type", f"Send a form, or one JSON object as {JSON}.")
    body = await whole_body(request, _LARGEST, "query-too-long")
    try:
        if kind == FORM:
            return dict(long_form(body.decode(), _FIELDS))
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError("bad-request", f"The body is no {kind}: {str(error)[:200]}.") from error
    if not isinstance(document, Mapping):
        raise ProblemError("bad-request", "The body is one JSON object.")
    return {str(name): value if isinstance(value, str) else json.dumps(value) for name, value in document.items()}
