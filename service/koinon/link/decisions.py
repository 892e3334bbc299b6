"""Decisions on all scored pairs of a graph: one to one, bands, judgements of people, clusters, links.

What is decided here depends on the whole graph, costs little, and is decided anew in every build.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from koinon.link.clusters import Clusters, certain, conflict, conflicting
from koinon.link.deciding import OTHER_COUNTRY, Band
from koinon.link.pairmodel import PairModel, leads_of
from koinon.link.reasons import remaining_reasons, said_by
from koinon.link.records import Record
from koinon.link.scored import PLACED, Pair, Scored, ScoredPairs
from koinon.model.namespaces import DEF, OWL
from koinon.release.judgements import Judgements, Standing
from koinon.release.links import SEMAPV
from koinon.release.mappings import ACCEPTED, DISPUTED, PROPOSED, REJECTED, Link, Reason, link_id

LINKSET: Final = "links-identity"
SAME_AS: Final = OWL + "sameAs"
LIKELY: Final = DEF + "likelySameAs"
BY_SCORE: Final = SEMAPV + "CompositeMatching"
BY_NUMBER: Final = SEMAPV + "BackgroundKnowledgeBasedMatching"
BY_PEOPLE: Final = SEMAPV + "ManualMappingCuration"
NOT_EXCLUSIVE: Final = 0.0
"""Lead of two records whose rivals may all be the same organisation once more."""
_DIGITS: Final = 6
"""Digits of a probability that are told."""
_SURE: Final = 0.9999
_SAID, _CONFIRMED = 0.99, 0.999
"""Probability of what one reviewer, and of what two, say is the same."""

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decisions:
    """The links of a graph, by id, and for each member of a cluster the record that stands for it."""

    links: tuple[Link, ...]
    canonical: Mapping[str, str]


def decide(
    records: Sequence[Record],
    scored: ScoredPairs,
    model: PairModel,
    prior: float,
    judgements: Judgements,
) -> Decisions:
    """Decide on pairs of records, which are sorted by IRI; a pair has their places, the smaller one first."""
    place = {record.iri: number for number, record in enumerate(records)}
    judged = {
        (place[one], place[other]): opinion.standing
        for (one, other), opinion in judgements.pairs.items()
        if one in place and other in place
    }
    possible = ~conflicting(records, scored.pairs)
    seen = scored.rows_of(np.array([*judged], np.int64).reshape(-1, 2))
    possible[seen[seen >= 0]] = True
    rows = np.flatnonzero(possible)
    found = _weighed(records, scored.at(rows, scored.pairs[rows]), model, prior)
    for pair in _numbered(records):
        if pair in judged or not conflict(records[pair[0]], records[pair[1]]):
            found[pair] = _by_number(records, pair)
    for pair, standing in judged.items():
        link = found.get(pair) or _unseen(records, pair)
        found[pair] = _by_people(link, standing, judgements.opinion(link.subject, link.object).reviewers)
    bound = [pair for pair, standing in judged.items() if standing is Standing.DIFFERENT]
    clusters = Clusters(records, scored.odds_of, bound)
    for pair in sorted(found, key=lambda pair: _order(found[pair], pair)):
        link = found[pair]
        by_people = link.justification == BY_PEOPLE
        if link.state == ACCEPTED and not clusters.merge(*pair, judged=by_people):
            found[pair] = _held_up(link, by_people=by_people)
    degree = [_weight(record) for record in records]
    links = [
        replace(link, priority=_priority(link, degree[pair[0]] + degree[pair[1]])) for pair, link in found.items()
    ]
    return Decisions(tuple(sorted(links, key=lambda link: link.id)), clusters.canonical())


def _weighed(records: Sequence[Record], scored: ScoredPairs, model: PairModel, prior: float) -> dict[Pair, Link]:
    """Return the links that scores make, one to one where a source has each organisation once."""
    if not len(scored):
        return {}
    left, right = scored.pairs.T
    sources = {slug: number for number, slug in enumerate(sorted({record.source for record in records}))}
    source = np.array([sources[record.source] for record in records], np.int64)
    once = np.array([record.distinct for record in records])
    odds = scored.odds + OTHER_COUNTRY * _abroad(records, left, right)
    # A record stands on the left of some pairs and on the right of others: its rivals are in both.
    groups = np.concatenate([left * len(sources) + source[right], right * len(sources) + source[left]])
    lead = leads_of(groups, np.concatenate([odds, odds]))
    leads = _leads(lead[: len(scored)], lead[len(scored) :], once[right], once[left])
    chance = model.sureness.probability(odds, leads, (scored.flags & PLACED > 0).astype(np.float64))
    found: dict[Pair, Link] = {}
    for row in _chosen(left, right, source, once, chance, model.sureness.review):
        pair, seen = (int(left[row]), int(right[row])), scored[row]
        sure = float(round(chance[row], _DIGITS))
        band = model.sureness.band(sure, bare=seen.bare)
        if band is Band.accept and not _may_be_accepted(records, pair, seen):
            band = Band.review
        if band is not Band.drop:
            reasons = (*seen.why, *remaining_reasons(seen.why, sure, prior))
            state = ACCEPTED if band is Band.accept else PROPOSED
            found[pair] = _link(records, pair, LIKELY, sure, band, BY_SCORE, reasons, state)
    return found


def _leads(one: Floats, other: Floats, one_once: Booleans, other_once: Booleans) -> tuple[Floats, Floats]:
    """Return the leads that count: a rival is none where its source may have the same organisation once more.

    Then the lead on the other side counts for both; without one, there is none.
    """
    first = np.where(one_once, one, np.where(other_once, other, NOT_EXCLUSIVE))
    second = np.where(other_once, other, np.where(one_once, one, NOT_EXCLUSIVE))
    return first, second


def _chosen(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    source: NDArray[np.int64],
    once: NDArray[np.bool_],
    chance: NDArray[np.float64],
    least: float,
) -> Iterator[int]:
    """Yield the likeliest pairs, so that a record has one partner in a source that has each organisation once.

    Pairs less likely than ``least`` take no other's place, and are passed over.
    """
    taken: set[tuple[int, int]] = set()
    likely = np.flatnonzero(chance > least - 10**-_DIGITS)
    for row in likely[np.argsort(-chance[likely], kind="stable")].tolist():
        a, b = int(left[row]), int(right[row])
        sides = [(one, int(source[other])) for one, other in ((a, b), (b, a)) if once[other]]
        if taken.isdisjoint(sides):
            taken.update(sides)
            yield row


def _may_be_accepted(records: Sequence[Record], pair: Pair, seen: Scored) -> bool:
    """Tell whether a pair may be accepted unseen: of one known country, and with names of more than a word."""
    one, other = (records[place] for place in pair)
    return bool(one.country) and one.country == other.country and not seen.thin


def _abroad(records: Sequence[Record], left: NDArray[np.int64], right: NDArray[np.int64]) -> Booleans:
    """Tell of each pair whether its countries are known and differ."""
    numbers = {country: number for number, country in enumerate(sorted({"", *(one.country for one in records)}))}
    country = np.array([numbers[record.country] for record in records], np.int64)
    one, other = country[left], country[right]
    abroad: Booleans = (one > 0) & (other > 0) & (one != other)
    return abroad


def _numbered(records: Sequence[Record]) -> Iterator[Pair]:
    """Yield the pairs that share a number nobody else has; of many with one number, those next to each other."""
    holders: dict[tuple[str, str], list[int]] = {}
    for place, record in enumerate(records):
        for number in set(certain(record)):
            holders.setdefault(number, []).append(place)
    for places in holders.values():
        yield from pairwise(places)


def _by_number(records: Sequence[Record], pair: Pair) -> Link:
    shared = sorted(set(certain(records[pair[0]])) & set(certain(records[pair[1]])))
    text = ", ".join(f"{scheme} {value}" for scheme, value in shared)
    reasons = (Reason("identifiers", f"identifier {text}", round(log2(_SURE / (1 - _SURE)), 2)),)
    return _link(records, pair, SAME_AS, _SURE, Band.accept, BY_NUMBER, reasons, ACCEPTED)


def _unseen(records: Sequence[Record], pair: Pair) -> Link:
    """Return the link of a pair that only people thought of."""
    return _link(records, pair, LIKELY, 0.5, Band.review, BY_PEOPLE, (), PROPOSED)


def _by_people(link: Link, standing: Standing, reviewers: tuple[str, ...]) -> Link:
    """Return a link as judgements leave it."""
    link = replace(link, reviewers=reviewers)
    match standing:
        case Standing.CONFIRMED | Standing.SAME:
            confirmed = standing is Standing.CONFIRMED
            sure = max(link.probability, _CONFIRMED if confirmed else _SAID)
            more = _bits(sure) - sum(reason.weight for reason in link.reasons)
            said = Reason("judgement", said_by(len(reviewers)), round(more, 2))
            predicate = SAME_AS if confirmed else link.predicate
            return replace(
                link,
                predicate=predicate,
                probability=sure,
                band=Band.accept.value,
                justification=link.justification if link.predicate == SAME_AS else BY_PEOPLE,
                reasons=(*link.reasons, said) if abs(more) > 0.01 else link.reasons,
                state=ACCEPTED,
            )
        case Standing.DIFFERENT:
            return replace(link, state=REJECTED, justification=BY_PEOPLE)
        case Standing.CONTRADICTED:
            return replace(link, state=DISPUTED, band=Band.review.value)
        case _:
            return link


def _held_up(link: Link, *, by_people: bool) -> Link:
    """Return an accepted link that would put two organisations into one cluster, for people to look at."""
    state = DISPUTED if by_people or link.predicate == SAME_AS else PROPOSED
    held = Reason("constraint", "accepted links would put two organisations into one", 0.0)
    return replace(link, state=state, band=Band.review.value, predicate=LIKELY, reasons=(*link.reasons, held))


def _link(
    records: Sequence[Record],
    pair: Pair,
    predicate: str,
    probability: float,
    band: Band,
    justification: str,
    reasons: tuple[Reason, ...],
    state: str,
) -> Link:
    one, other = (records[place].iri for place in pair)
    return Link(
        id=link_id(one, other, "identity"),
        subject=one,
        predicate=predicate,
        object=other,
        probability=probability,
        band=band.value,
        justification=justification,
        reasons=reasons,
        linkset=LINKSET,
        state=state,
    )


def _order(link: Link, pair: Pair) -> tuple[int, float, Pair]:
    """Return what sorts links by how firmly they hold: judgements, numbers, then scores."""
    firm = {BY_PEOPLE: 0, BY_NUMBER: 1}.get(link.justification, 2)
    return firm, -link.probability, pair


def _weight(record: Record) -> float:
    return log2(1 + record.named)


def _priority(link: Link, hanging: float) -> float:
    uncertainty = 4 * link.probability * (1 - link.probability)
    return float(round(uncertainty * (1 + hanging), 4))


def _bits(probability: float) -> float:
    return log2(probability / (1 - probability))
