"""What waits for a reviewer: the link of which a review tells most, and those that need a second word."""

from collections.abc import Callable
from typing import Final

from koinon.release.judgements import Judgements, Standing, pair_of
from koinon.release.links import Link, Links

Allowed = Callable[[Link], bool]
"""Tells whether a reviewer may judge a link."""

_LOOKED_AT: Final = 400
"""Links of the queue that are looked at to find one that a reviewer may judge."""


def next_link(links: Links, judgements: Judgements, reviewer: str, allowed: Allowed) -> Link | None:
    """Return the link that a review of this reviewer would tell most about, None where nothing waits."""
    mine = {pair for pair, opinion in judgements.pairs.items() if reviewer in opinion.reviewers}
    for link in links.queue(_LOOKED_AT + len(mine)):
        if pair_of(link.subject, link.object) not in mine and allowed(link):
            return link
    return None


def second_looks(links: Links, judgements: Judgements, reviewer: str, allowed: Allowed, most: int) -> list[Link]:
    """Return at most ``most`` links that another reviewer accepted: one more word would make them certain."""
    found: list[Link] = []
    for one, other in judgements.with_standing(Standing.SAME):
        if len(found) >= most:
            break
        if reviewer not in judgements.opinion(one, other).reviewers:
            link = link_between(links, one, other)
            found += [link] if link and allowed(link) else []
    return found


def link_between(links: Links, one: str, other: str) -> Link | None:
    """Return the surest link of two things, or None."""
    return next((link for link in links.of_thing(one) if other in (link.subject, link.object)), None)
