"""A record: what the sources of a graph say of one organisation, and the mentions by which it is compared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from koinon.link.mentions import Mention

MOST_NAMES: Final = 60
"""Names of one record that are compared; who has more is no organisation, or an attack."""


@dataclass(frozen=True)
class Record:
    """One thing of the graph; what is not known is empty.

    ``names`` are pairs of text and language tag, preferred ones first. ``identifiers`` are pairs of scheme and
    value. ``apart`` are things that are said to be others: its parts, wholes, forerunners and successors.
    ``distinct`` tells that its source tells organisations apart, so that no two of its records are the same.
    ``named`` is how often it takes part in something.
    """

    iri: str
    source: str
    names: tuple[tuple[str, str], ...]
    acronyms: tuple[str, ...] = ()
    country: str = ""
    city: str = ""
    year: int | None = None
    website: str = ""
    postcode: str = ""
    street: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    apart: frozenset[str] = frozenset()
    distinct: bool = True
    named: int = 0

    @cached_property
    def compared(self) -> Mapping[str, Any]:
        """What scores depend on."""
        return {
            **{"names": self.names[:MOST_NAMES], "acronyms": self.acronyms, "country": self.country},
            **{"city": self.city, "year": self.year, "website": self.website, "postcode": self.postcode},
            "street": self.street,
        }

    @cached_property
    def key(self) -> int:
        """A number that is the same for records that are compared alike, and for no others: 63 bits of a hash."""
        text = json.dumps(self.compared, ensure_ascii=False, sort_keys=True)
        return int.from_bytes(sha256(text.encode()).digest()[:8], "big") >> 1

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """One mention for each name."""
        return tuple(
            Mention(
                id=str(place),
                name=name,
                language=language,
                country=self.country,
                city=self.city,
                year=self.year,
                website=self.website,
                postcode=self.postcode,
                street=self.street,
                acronyms=self.acronyms,
            )
            for place, (name, language) in enumerate(self.names[:MOST_NAMES])
        )
