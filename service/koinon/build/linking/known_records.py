"""Records from those of the run before: only what a changed graph says of an organisation is put together anew.

Putting the records of 40,000 organisations together takes two seconds; a change concerns a few. The result is that
of ``records_of``: where a change may reach further (places, the kind of a graph, much at once), all is done anew.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

from koinon.build.linking.described import Described
from koinon.build.linking.recording import Spoken, records_of, tells_apart
from koinon.build.linking.remembered import Said
from koinon.link.records import Record

MOST: Final = 2_000
"""Organisations that are put together anew; where more changed, all are."""
_NEXT: Final = '}],["'
"""What stands between two things of what a graph says: no text in it has a quotation mark that is not escaped."""
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Known:
    """All records, sorted by IRI, with each as a line of JSON; what graphs said, their kinds, who tells apart."""

    records: Sequence[Record] = ()
    lines: Sequence[str] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    distinct: Mapping[str, bool] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what ``text`` wrote; None where it is empty or nothing of the kind."""
        head, _, rest = text.partition("\n")
        lines = rest.splitlines()
        try:
            kinds, distinct = json.loads(head)
            rows = json.loads(f"[{','.join(lines)}]")
            return cls([_record(row) for row in rows], lines, kinds, distinct)
        except (ValueError, TypeError):
            return None

    @property
    def text(self) -> str:
        """All of it as text, a line for each record."""
        return "\n".join((json.dumps([dict(self.kinds), dict(self.distinct)], sort_keys=True), *self.lines))


def known_records(
    said: Mapping[str, Said], kinds: Mapping[str, str], before: Mapping[str, Said], known: Known | None
) -> Known:
    """Return the records of what graphs say now; ``before`` is what they said when ``known`` was made."""
    found = _changed(said, kinds, before, known) if known is not None else None
    if found is not None:
        return found
    spoken = [Spoken(slug, kinds[slug], *said[slug].described()) for slug in sorted(said)]
    records = records_of(spoken)
    return Known(records, list(map(_line, records)), dict(kinds), {one.slug: tells_apart(one) for one in spoken})


def _changed(
    said: Mapping[str, Said], kinds: Mapping[str, str], before: Mapping[str, Said], known: Known
) -> Known | None:
    if {slug: kinds[slug] for slug in said.keys() & before.keys()} != {
        slug: known.kinds.get(slug) for slug in said.keys() & before.keys()
    } or known.kinds.keys() != before.keys():
        return None
    differing = {
        slug
        for slug in said.keys() | before.keys()
        if slug not in said or slug not in before or said[slug].digest != before[slug].digest
    }
    parts = {slug: sections(one.text) for slug, one in said.items()}
    distinct = {slug: flag for slug, flag in known.distinct.items() if slug in said}
    organisations: dict[str, dict[str, Described]] = {}
    concerned: set[str] = set()
    for slug in sorted(differing):
        old = sections(before[slug].text) if slug in before else ("[]", "[]")
        new = parts.get(slug, ("[]", "[]"))
        if old[1] != new[1]:
            return None
        were, are = (dict(json.loads(one)) for one in (old[0], new[0]))
        things = {iri: Described(iri, values) for iri, values in are.items()}
        concerned |= {iri for iri in were.keys() | are.keys() if were.get(iri) != are.get(iri)}
        organisations[slug] = things
        if slug in said:
            distinct[slug] = tells_apart(Spoken(slug, kinds[slug], list(things.values()), ()))
            if slug in known.distinct and distinct[slug] != known.distinct[slug]:
                concerned |= were.keys() | are.keys()
    if len(concerned) > MOST:
        return None
    spoken = [
        Spoken(
            slug,
            kinds[slug],
            _of(concerned, organisations.get(slug), parts[slug][0]),
            [Described(iri, values) for iri, values in json.loads(parts[slug][1])],
        )
        for slug in sorted(said)
    ]
    fresh = records_of(spoken, distinct)
    pairs = [(r, line) for r, line in zip(known.records, known.lines, strict=True) if r.iri not in concerned]
    pairs += [(record, _line(record)) for record in fresh]
    pairs.sort(key=lambda pair: pair[0].iri)
    return Known([record for record, _ in pairs], [line for _, line in pairs], dict(kinds), distinct)


def _of(iris: Iterable[str], parsed: Mapping[str, Described] | None, text: str) -> list[Described]:
    """Return what a graph says of some organisations."""
    if parsed is not None:
        return [parsed[iri] for iri in sorted(iris) if iri in parsed]
    found = ((iri, look_up(text, iri)) for iri in sorted(iris))
    return [Described(iri, values) for iri, values in found if values is not None]


def sections(text: str) -> tuple[str, str]:
    """Return the organisations and the places of what a graph says, each as the text of a list."""
    if text.startswith("[[],"):
        return "[]", text[4:-1]
    if text.endswith(",[]]"):
        return text[1:-4], "[]"
    place = text.index('}]],[["') + 3
    return text[1:place], text[place + 1 : -1]


def look_up(text: str, iri: str) -> dict[str, list[Any]] | None:
    """Return what a list of things, sorted by IRI, says of one; None where it does not name it."""
    low, high = 1, len(text) - 1
    while low < high:
        at = text.rfind(_NEXT, low, (low + high) // 2)
        start = low if at < 0 else at + 3
        name, _ = _DECODER.raw_decode(text, start + 1)
        end = text.find(_NEXT, start, high)
        end = high if end < 0 else end + 2
        if name == iri:
            values: dict[str, list[Any]] = json.loads(text[start:end])[1]
            return values
        if name < iri:
            low = end + 1
        else:
            high = start - 1
    return None


def _line(record: Record) -> str:
    """Return a record as a line of JSON: no character in it ends a line."""
    row: list[object] = [record.iri, record.source, record.names, record.acronyms, record.country, record.city]
    row += [record.year, record.website, record.postcode, record.street, record.identifiers, sorted(record.apart)]
    return json.dumps([*row, record.distinct, record.named, record.key], separators=(",", ":"))


def _record(row: list[Any]) -> Record:
    iri, source, names, acronyms, country, city, year, website, postcode, street, numbers, apart, *rest = row
    distinct, named, key = rest
    record = Record(
        iri=iri,
        source=source,
        names=tuple((text, tag) for text, tag in names),
        acronyms=tuple(acronyms),
        country=country,
        city=city,
        year=year,
        website=website,
        postcode=postcode,
        street=street,
        identifiers=tuple((scheme, value) for scheme, value in numbers),
        apart=frozenset(apart),
        distinct=distinct,
        named=named,
    )
    record.__dict__["key"] = key  # worked out once; it is the same for the same record
    return record
