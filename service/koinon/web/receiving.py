"""The whole body of a request, up to a length."""

from starlette.requests import Request

from koinon.web.asking import ClientGoneError
from koinon.web.problems import ProblemError


async def whole_body(request: Request, most: int, problem: str) -> bytes:
    """Return the body; one of more than ``most`` bytes is refused as soon as that is known, as the ``problem``.

    Raises ProblemError, and ClientGoneError where the client left before its end.
    """
    declared = request.headers.get("content-length", "")
    too_long = ProblemError(problem, f"At most {most:,} bytes are taken at once.", {"most": most})
    if declared.isdecimal() and int(declared) > most:
        raise too_long
    body = bytearray()
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += message.get("body", b"")
        if len(body) > most:
            raise too_long
        more = message.get("more_body", False)
    return bytes(body)
