"""Projects and programmes that several sources describe: one by a number, likely one by acronym, programme, dates.

Nothing is guessed: two projects of one acronym are two unless a number, or programme and dates together, say that
they are one. Where one of the two says less, and nothing contradicts, people are asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import log2
from typing import Final

from koinon.link.decisions import BY_NUMBER, BY_PEOPLE, BY_SCORE, LIKELY, SAME_AS
from koinon.link.reasons import said_by
from koinon.link.text import fold
from koinon.release.judgements import Judgements, Opinion, Standing
from koinon.release.mappings import ACCEPTED, DISPUTED, PROPOSED, REJECTED, Link, Reason, link_id

LINKSET: Final = "links-projects"
MOST: Final = 12
"""Undertakings that share a number or an acronym; more of them share a call, or a fashion."""
_SHORTEST: Final = 3
_PRIOR: Final = -4.0
_ACRONYM, _PROGRAMME, _DATE, _TITLE = 2.0, 3.0, 3.0, 3.0
"""Bits that it tells to share each of them; set by hand, as there are too few pairs to learn from."""
_NUMBER: Final = 13.29
_ASKED: Final = 0.2
"""Probability from which on people are asked, where nothing contradicts."""
_SAID, _CONFIRMED = 0.99, 0.999


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What all graphs say of one project or programme; ``source`` is that which defines it, dates are ISO 8601.

    ``numbers`` are pairs of who gives the number and the number.
    """

    iri: str
    source: str
    kind: str
    names: tuple[tuple[str, str], ...] = ()
    acronyms: frozenset[str] = frozenset()
    numbers: frozenset[tuple[str, str]] = frozenset()
    programmes: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()


def acronym_key(text: str) -> str:
    """Return what two spellings of an acronym have in common; empty where that is too short to tell anything."""
    key = "".join(filter(str.isalnum, fold(text)))
    return key if len(key) >= _SHORTEST else ""


def matches(undertakings: Iterable[Undertaking], judgements: Judgements) -> tuple[Link, ...]:
    """Return the links between projects, and between programmes, of different sources, sorted by id."""
    every = sorted(undertakings, key=lambda one: one.iri)
    known = {one.iri: one for one in every}
    pairs = {pair for group in _groups(every) for pair in combinations(group, 2)}
    judged = {(a, b) for a, b in judgements.pairs if a in known and b in known and known[a].kind == known[b].kind}
    found = []
    for one, other in sorted({(a.iri, b.iri) for a, b in pairs if a.source != b.source} | judged):
        link = _link(known[one], known[other])
        opinion = judgements.opinion(one, other)
        if link is None and opinion.standing is not Standing.OPEN:
            link = _made(known[one], known[other], 0.5, BY_PEOPLE, ())
        if link is not None:
            found.append(_judged(link, opinion))
    return tuple(sorted(found, key=lambda link: link.id))


def _groups(every: Sequence[Undertaking]) -> Iterator[list[Undertaking]]:
    """Yield the undertakings of one kind that share a number or an acronym, but for those that many share."""
    groups: dict[tuple[str, ...], list[Undertaking]] = {}
    for one in every:
        keys = {("acronym", key) for key in map(acronym_key, one.acronyms) if key and one.kind == "project"}
        for key in (*keys, *(("number", *number) for number in one.numbers)):
            groups.setdefault((one.kind, *key), []).append(one)
    yield from (group for group in groups.values() if 1 < len(group) <= MOST)


def _link(one: Undertaking, other: Undertaking) -> Link | None:
    """Return the link of two undertakings, None where what is known of them does not ask for one."""
    if shared := one.numbers & other.numbers:
        text = ", ".join(f"{agency} {value}".strip() for agency, value in sorted(shared))
        return _made(one, other, 0.9999, BY_NUMBER, (Reason("identifiers", f"identifier {text}", _NUMBER),))
    agency = {agency for agency, _ in one.numbers} & {agency for agency, _ in other.numbers}
    if one.kind != "project" or agency or _differ(one.programmes, other.programmes):
        return None
    if _differ(one.starts, other.starts) or _differ(one.ends, other.ends):
        return None
    reasons = [Reason("acronym", f"the same acronym {min(one.acronyms, default='')}", _ACRONYM)]
    if one.programmes & other.programmes:
        reasons.append(Reason("programme", "the same programme", _PROGRAMME))
    for name, mine, theirs in (("start", one.starts, other.starts), ("end", one.ends, other.ends)):
        if mine & theirs:
            reasons.append(Reason(name, f"the same {name}, {min(mine & theirs)}", _DATE))
    titles = {fold(text) for text, _ in one.names} & {fold(text) for text, _ in other.names}
    if any(len(title.split()) > _SHORTEST for title in titles):
        reasons.append(Reason("title", "the same title", _TITLE))
    reasons.append(Reason("prior", "how many projects of one acronym are one", _PRIOR))
    sure = _probability(sum(reason.weight for reason in reasons))
    if sure < _ASKED or len(reasons) < _SHORTEST:
        return None
    return _made(one, other, sure, BY_SCORE, tuple(reasons), held=_is_told(one, other))


def _is_told(one: Undertaking, other: Undertaking) -> bool:
    """Tell whether name, programme and a date all agree: less is for people to decide."""
    dated = one.starts & other.starts or one.ends & other.ends
    return bool(one.programmes & other.programmes and dated)


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other and not one & other)


def _made(
    one: Undertaking,
    other: Undertaking,
    probability: float,
    justification: str,
    reasons: tuple[Reason, ...],
    *,
    held: bool = False,
) -> Link:
    by_number = justification == BY_NUMBER
    accepted = by_number or held
    return Link(
        id=link_id(one.iri, other.iri, "identity"),
        subject=one.iri,
        predicate=SAME_AS if by_number else LIKELY,
        object=other.iri,
        probability=round(probability, 6),
        band="accept" if accepted else "review",
        justification=justification,
        reasons=reasons,
        linkset=LINKSET,
        state=ACCEPTED if accepted else PROPOSED,
        priority=0.0 if accepted else round(4 * probability * (1 - probability), 4),
    )


def _judged(link: Link, opinion: Opinion) -> Link:
    """Return a link as those who judged it leave it."""
    link = replace(link, reviewers=opinion.reviewers)
    match opinion.standing:
        case Standing.CONFIRMED | Standing.SAME:
            confirmed = opinion.standing is Standing.CONFIRMED
            sure = max(link.probability, _CONFIRMED if confirmed else _SAID)
            more = log2(sure / (1 - sure)) - sum(reason.weight for reason in link.reasons)
            said = Reason("judgement", said_by(len(link.reviewers)), round(more, 2))
            return replace(
                link,
                predicate=SAME_AS if confirmed else link.predicate,
                probability=sure,
                band="accept",
                justification=link.justification if link.predicate == SAME_AS else BY_PEOPLE,
                reasons=(*link.reasons, said) if link.probability < sure else link.reasons,
                state=ACCEPTED,
                priority=0.0,
            )
        case Standing.DIFFERENT:
            return replace(link, state=REJECTED, justification=BY_PEOPLE, priority=0.0)
        case Standing.CONTRADICTED:
            return replace(link, state=DISPUTED, band="review", priority=1.0)
        case _:
            return link


def _probability(bits: float) -> float:
    return 1 / (1 + 2**-bits)
