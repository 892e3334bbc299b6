"""Signposts of a page for machines (FAIR Signposting, level 2): its identifier, metadata and licence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from koinon.model.namespaces import CC_BY

LINKSET: Final = "application/linkset+json"
_PAGE: Final = "https://schema.org/AboutPage"
_DATASET: Final = "https://schema.org/Dataset"


@dataclass(frozen=True, slots=True)
class Signpost:
    """One link of a page: its relation (RFC 8288), target, and media type where that is known."""

    relation: str
    target: str
    media_type: str = ""


def signposts(topic: str, forms: Iterable[tuple[str, str]], *, dataset: bool) -> list[Signpost]:
    """Return the signposts of a landing page about ``topic``; ``forms`` are addresses and types of its metadata."""
    return [
        Signpost("cite-as", topic),
        Signpost("type", _PAGE),
        Signpost("type", _DATASET if dataset else "https://schema.org/Thing"),
        Signpost("license", CC_BY),
        *(Signpost("describedby", address, media_type) for address, media_type in forms),
    ]


def as_header(posts: Iterable[Signpost]) -> str:
    """Return signposts as elements of a Link header; addresses are written as URIs (RFC 3987 §3.1)."""
    return ", ".join(
        f'<{quote(post.target, safe=_SAFE)}>; rel="{post.relation}"'
        + (f'; type="{post.media_type}"' if post.media_type else "")
        for post in posts
    )


_SAFE: Final = "%/:=&?~#+!$,;'@()*[]"


def as_linkset(anchor: str, posts: Iterable[Signpost], describing: Iterable[str]) -> dict[str, object]:
    """Return a linkset (RFC 9264): all signposts of a page, and that each of its metadata describes it."""
    links: dict[str, list[dict[str, str]]] = {}
    for post in posts:
        target = {"href": post.target, **({"type": post.media_type} if post.media_type else {})}
        links.setdefault(post.relation, []).append(target)
    back = [{"anchor": address, "describes": [{"href": anchor, "type": "text/html"}]} for address in describing]
    return {"linkset": [{"anchor": anchor, **links}, *back]}
