"""What a link is: two things, what one is to the other, how sure that is and why, and what was known of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NamedTuple

from koinon.model.namespaces import BASE

LINK: Final = BASE + "links/"
"""What the address of every link begins with."""
SSSOM: Final = "https://w3id.org/sssom/"
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
"""The vocabularies of mappings and of what justifies them."""
PROPOSED, ACCEPTED, REJECTED, DISPUTED = "proposed", "accepted", "rejected", "disputed"
"""The states of a link: to be reviewed; in force; judged wrong; judged one way by some and the other by others."""
SAID, CONFIRMED, AGREED = 0.99, 0.999, 2
"""How sure it is what one reviewer says of a link, what several agree on, and how many that takes."""
STATES: Final = (PROPOSED, ACCEPTED, REJECTED, DISPUTED)


class Reason(NamedTuple):
    """One thing that speaks for a link (weight above 0) or against it, in bits: each bit doubles the odds."""

    feature: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Link:
    """Two things, what one is to the other, how sure that is, and why.

    ``predicate`` and ``justification`` are IRIs (the latter of the vocabulary of mapping justifications, SEMAPV),
    ``linkset`` is the slug of the graph, ``band`` is ``accept`` or ``review``; ``reasons`` add up to the log odds
    of ``probability``. ``reviewers`` are the names of those who judged it; ``priority`` is how much a review
    would tell: uncertainty times what hangs on it.
    """

    id: str
    subject: str
    predicate: str
    object: str
    probability: float
    band: str
    justification: str
    reasons: tuple[Reason, ...]
    linkset: str
    state: str
    reviewers: tuple[str, ...] = ()
    priority: float = 0.0

    @property
    def confidence(self) -> float:
        """How sure what the mapping says is, as SSSOM has it: of a rejected link, that the two are not the same.

        ``probability`` is what the linker thought of their being the same; people who reject know better.
        """
        if self.state != REJECTED:
            return self.probability
        return max(1 - self.probability, SAID if len(self.reviewers) < AGREED else CONFIRMED)

    @property
    def iri(self) -> str:
        """The address of the link."""
        return LINK + self.id


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of a thing, as far as the linker compares it: what a reviewer sees of either side."""

    iri: str
    source: str
    name: str
    language: str = ""
    country: str = ""
    city: str = ""
    website: str = ""
    types: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the linker was: its model, the hash of the judgements it knew, the linksets' measures."""

    model: str
    judgements: str
    linksets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def link_id(subject: str, object_: str, kind: str) -> str:
    """Return the id of the link of two things: 12 hexadecimal digits, the same for ever and in either direction.

    ``kind`` is ``identity``, ``concept`` …: what is likely today and certain tomorrow keeps its id.
    """
    first, second = sorted((subject, object_))
    return sha256("\n".join((first, second, kind)).encode()).hexdigest()[:12]
