"""What is offered to a reader who asked for a thing that is not there: things with names like it."""

import re
from typing import Final

from fastapi import Request

from koinon.model.errors import BusyError, TooManyRequestsError
from koinon.publish.text import Text
from koinon.query.hits import Hit
from koinon.web.door import Door

_THING: Final = re.compile(
    r"/(?:id|doc|regions|actors)/(?:[a-z-]{1,40}/)?([a-z0-9][a-z0-9-]{1,80})(?:/.*|\.[a-z]+)?"
)
_MOST: Final = 5


async def near(request: Request) -> tuple[Hit, ...]:
    """Return a few things whose names are like the last part of the address; none where there is no time for it."""
    door = Door.of(request)
    reader = door.reader(request)
    found = _THING.fullmatch(reader.path)
    if found is None:
        return ()
    words = found[1].replace("-", " ")
    try:
        async with door.release() as served:
            return await door.make(
                request,
                lambda: served.search.search(words, language=reader.language, most=_MOST).hits,
                ("near", served.release.id, reader.language, words),
            )
    except (BusyError, TooManyRequestsError):
        return ()


def named(hits: tuple[Hit, ...]) -> list[tuple[str, Text]]:
    """Return the addresses of the things and what they are called."""
    return [(hit.iri, Text(hit.label, hit.tag)) for hit in hits]
