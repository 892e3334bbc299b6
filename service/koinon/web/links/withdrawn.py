"""Links that are not there any more: what an earlier release said of them, and what there is in their place."""

from itertools import pairwise
from typing import Final

from fastapi import Request

from koinon.publish.links.withdrawn import instead_of, sides_of
from koinon.publish.past import steps_of, withdrawn
from koinon.release.links import FILE, LINK, Links
from koinon.release.log import LogEntry, read_log
from koinon.release.paths import Home
from koinon.web.door import Door
from koinon.web.links.shown import is_id
from koinon.web.served import Served
from koinon.web.withdrawn import Gone, last_step, refuse_gone, told

_LOOKED_AT: Final = 50
"""Earlier releases, the newest first, in whose tables a link is looked for."""


async def refuse_withdrawn_link(request: Request, served: Served, identifier: str) -> None:
    """Return where no release before the served one had a link with this id; else raises ProblemError ``gone``.

    Releases that are kept know every link that they had; the change log remembers those that were in force.
    """
    if not is_id(identifier):
        return
    door = Door.of(request)
    language = door.reader(request).language
    iri = LINK + identifier

    def looked() -> Gone | None:
        last = last_step(door, served)
        log = [entry for entry in read_log(Home(door.settings.home).log) if last is None or entry.sequence <= last]
        found = _in_a_release(door, served, log, identifier)
        if found is not None:
            return found
        steps = steps_of(door.changes, iri, last)
        gone = withdrawn(steps)
        if gone is None:
            return None
        sides = sides_of(door.changes, iri, steps)
        instead = instead_of(door.changes, served.links, served.store, sides) if sides else []
        return told(door, iri, gone, steps, language, instead)

    await refuse_gone(request, served, iri, looked)


def _in_a_release(door: Door, served: Served, log: list[LogEntry], identifier: str) -> Gone | None:
    """Return what is told of a link that one of the latest kept releases had."""
    home = Home(door.settings.home)
    for entry, following in list(pairwise(log))[: -_LOOKED_AT - 1 : -1]:
        if entry.id == served.release.id or not (home.release(entry.id) / FILE).is_file():
            continue
        links = Links.of(home.release(entry.id))
        link = links.get(identifier)
        links.close()
        if link is not None:
            instead = instead_of(door.changes, served.links, served.store, (link.subject, link.object))
            state = f"/releases/{entry.id}/links/{identifier}"
            return Gone(f"links/{identifier}", {}, following.published_at, following.id, instead, state=state)
    return None
