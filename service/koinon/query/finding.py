"""Finding things in a search index: the terms that a text becomes, and what each is worth.

Each word counts by how it is found, as it is, as the start of a word, or nearly; a name that is the text counts
much, one that begins with it a little. The engine multiplies the sum by the importance of the thing. How often a
word is used plays no part, so a score is the same however the index was made.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Self

from tantivy import DocAddress, Occur, Query, Searcher
from tantivy import Index as Engine

from koinon.model.languages import best_label
from koinon.query.asked import EXACT, INITIAL, NEARLY, START, Asked, matched_name, typos_of
from koinon.query.hits import DEEPEST, MOST, Counts, Hit, Hits, Things
from koinon.release.current import Release
from koinon.release.search_index import (
    CLASS,
    COUNTRY,
    FIRST,
    FOLDER,
    INITIALS,
    IRI,
    KIND,
    REGION,
    START_LETTERS,
    STARTS,
    WEIGHT,
    WHOLE,
    WORDS,
    Body,
    iri_in,
    open_index,
    schema,
)

_FACETS: Final = 500
_INITIALS: Final = range(3, 9)
"""Letters of a word that may be initials."""
_LONG: Final = 8
"""Letters with which a word counts fully where not all have to be found: short ones say less."""
_WHOLE, _FIRST, _FIRST_START = 1.5, 0.2, 0.1
_REMEMBERED: Final = 50_000
"""IRIs of things that were found, some ten megabytes."""


class TermIndex:
    """Finds things in the search index of a release, as ``Index`` says."""

    def __init__(self, engine: Engine) -> None:
        """Search in an open index."""
        self._engine = engine
        self._schema = schema()
        self._iris: dict[tuple[int, int], str] = {}
        # The engine makes its tables for mistakes once in a process, when the first is looked for: 0.2 s.
        for distance in (1, 2):
            self._engine.searcher().search(Query.fuzzy_term_query(self._schema, WORDS, "koinon", distance), 1)

    @classmethod
    def open(cls, release: Release) -> Self:
        """Open the index of a release; raises ReleaseError where there is none that can be read."""
        return cls(open_index(release.path / FOLDER))

    def search(
        self,
        text: str,
        types: Sequence[str] = (),
        regions: Sequence[str] = (),
        language: str = "en",
        most: int = 20,
        offset: int = 0,
    ) -> Hits:
        """Return what ``text`` names, as ``Index.search`` does."""
        asked = Asked.of(text)
        most, offset = max(0, min(most, MOST)), max(0, min(offset, DEEPEST))
        searcher = self._engine.searcher()
        total, found, how = self._found(searcher, asked, types, regions, most, offset)
        bodies = ((score, Body.read(searcher.doc(address))) for score, address in found)
        return Hits(total, tuple(_hit(body, asked, language, score) for score, body in bodies), how, asked.ignored)

    def things(self, text: str, types: Sequence[str], most: int) -> Things:
        """Return the IRIs of what ``text`` names, as ``Index.things`` does."""
        searcher = self._engine.searcher()
        total, found, how = self._found(searcher, Asked.of(text), types, (), most, 0)
        return Things(total, tuple(self._iri(searcher, address) for _, address in found), how)

    def counts(
        self, text: str, types: Sequence[str] = (), regions: Sequence[str] = (), how: str = "words"
    ) -> Counts:
        """Return how what ``text`` names is spread, as ``Index.counts`` does."""
        query = self._query(Asked.of(text), how, ranked=False)
        searcher = self._engine.searcher()

        def spread(
            fields: Sequence[str], types: Sequence[str], regions: Sequence[str]
        ) -> list[tuple[tuple[str, int], ...]]:
            narrowed = self._filtered(query, types, regions)
            if narrowed is None:
                return [() for _ in fields]
            terms = {field: {"terms": {"field": field, "size": _FACETS}} for field in fields}
            given = searcher.aggregate(narrowed, terms)
            return [_spread(given[field]["buckets"]) for field in fields]

        if not types and not regions:
            kinds, countries = spread((KIND, COUNTRY), (), ())
            return Counts(kinds, countries, ())
        (kinds,) = spread((KIND,), (), regions)
        (countries,) = spread((COUNTRY,), types, ())
        (narrow,) = spread((REGION,), types, regions) if regions else ((),)
        return Counts(kinds, countries, narrow)

    def _iri(self, searcher: Searcher, address: DocAddress) -> str:
        """Return the IRI of what was found; it is remembered: to read two thousand takes 0.05 s."""
        key = (address.segment_ord, address.doc)
        iri = self._iris.get(key)
        if iri is None:
            if len(self._iris) >= _REMEMBERED:
                self._iris.clear()
            iri = self._iris[key] = iri_in(searcher.doc(address))
        return iri

    def _found(
        self,
        searcher: Searcher,
        asked: Asked,
        types: Sequence[str],
        regions: Sequence[str],
        most: int,
        offset: int,
    ) -> tuple[int, list[tuple[float, DocAddress]], str]:
        """Return how many things are found, where some of them are with their scores, and how words were read."""
        for how in asked.ways:
            query = self._filtered(self._query(asked, how), types, regions)
            if query is None:
                break
            found = searcher.search(query, max(most, 1), offset=offset, weight_by_field=WEIGHT)
            total: int = found.count  # type: ignore[attr-defined]  # the stub forgets it
            if total:
                return total, [(float(score), address) for score, address in found.hits[:most]], how
        return 0, [], asked.ways[0]

    def _filtered(self, query: Query | None, types: Sequence[str], regions: Sequence[str]) -> Query | None:
        if query is None:
            return None
        parts = [(Occur.Must, query)]
        for field, values in ((CLASS, types), (REGION, regions)):
            if values:
                any_of = Query.boolean_query(
                    [(Occur.Should, self._term(each, value, 0.0)) for value in values for each in _fields(field)]
                )
                parts.append((Occur.Must, any_of))
        return Query.boolean_query(parts) if len(parts) > 1 else query

    def _query(self, asked: Asked, how: str, *, ranked: bool = True) -> Query | None:
        """Return what finds the things that are asked for; ``ranked`` adds what only tells the better ones."""
        if asked.iri:
            return self._term(IRI, asked.iri, 1.0)
        if not asked.words:
            return None
        long = [min(len(forms[0]), _LONG) if how == "some" else 1 for forms in asked.words]
        shares = [letters / sum(long) for letters in long]
        found = [self._word(forms, share, how) for forms, share in zip(asked.words, shares, strict=True)]
        exact = [self._exactly(forms, share) for forms, share in zip(asked.words, shares, strict=True)]
        if how == "some":
            least = max(1, len(found) - 1 - len(found) // 4)
            some = Query.boolean_query([(Occur.Should, query) for query in found], least)
            parts = [(Occur.Must, some)]
        elif len(found) == 1 and _INITIALS.start <= len(asked.words[0][0]) < _INITIALS.stop:
            initials = [self._term(INITIALS, form, INITIAL) for form in asked.words[0]]
            parts = [(Occur.Must, _any([*found, *initials]))]
        else:
            parts = [(Occur.Must, query) for query in found]
        if ranked:
            parts += [(Occur.Should, query) for query in exact]
            parts.append((Occur.Should, _any([self._term(WHOLE, whole, _WHOLE) for whole in asked.wholes])))
            parts.append((Occur.Should, self._first(asked.words[0], how)))
        return Query.boolean_query(parts)

    def _word(self, forms: tuple[str, ...], share: float, how: str) -> Query:
        """Return what finds words that begin with one in any of its forms, or nearly; the best of these counts."""
        ways = [self._start(WORDS, form, START * share) for form in forms]
        for form in forms:
            if how != "words" and (typos := typos_of(form)):
                fuzzy = Query.fuzzy_term_query(self._schema, WORDS, form, distance=typos)
                ways.append(Query.const_score_query(fuzzy, NEARLY * share / typos))
                if len(form) > START_LETTERS:
                    begun = Query.fuzzy_term_query(self._schema, WORDS, form, distance=1, prefix=True)
                    ways.append(Query.const_score_query(begun, NEARLY * share / 3))
        return _any(ways)

    def _exactly(self, forms: tuple[str, ...], share: float) -> Query:
        """Return what adds to a word that is one of the forms, and does not only begin with it."""
        return _any([self._term(WORDS, form, (EXACT - START) * share) for form in forms])

    def _first(self, forms: tuple[str, ...], how: str) -> Query:
        """Return what adds to names that begin with a word."""
        ways = [self._term(FIRST, form, _FIRST) for form in forms]
        for form in forms:
            if how != "words" and (typos := typos_of(form)):
                fuzzy = Query.fuzzy_term_query(self._schema, FIRST, form, distance=typos)
                ways.append(Query.const_score_query(fuzzy, _FIRST))
            if len(form) > START_LETTERS:
                ways.append(self._start(FIRST, form, _FIRST_START))
        return _any(ways)

    def _start(self, field: str, form: str, score: float) -> Query:
        if len(form) <= START_LETTERS:
            return self._term(STARTS if field == WORDS else field, form, score)
        begun = Query.fuzzy_term_query(self._schema, field, form, distance=0, prefix=True)
        return Query.const_score_query(begun, score)

    def _term(self, field: str, value: str, score: float) -> Query:
        return Query.const_score_query(Query.term_query(self._schema, field, value, "basic"), score)


def _any(ways: list[Query]) -> Query:
    """Return what finds any of these, the best of which counts."""
    return ways[0] if len(ways) == 1 else Query.disjunction_max_query(ways)


def _spread(buckets: Sequence[Mapping[str, object]]) -> tuple[tuple[str, int], ...]:
    found = ((str(each["key"]), int(str(each["doc_count"]))) for each in buckets)
    return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))


def _fields(field: str) -> tuple[str, ...]:
    """Return the fields that a filter looks in: kinds stand for classes too."""
    return (CLASS, KIND) if field == CLASS else (field,)


def _hit(body: Body, asked: Asked, language: str, score: float) -> Hit:
    first = body.names[0].rank
    labels: dict[str, str] = {}
    for name in body.names:
        if name.rank == first:
            labels.setdefault(name.tag, name.text)
    label, tag = best_label(labels, language) or (body.iri, "")
    matched = matched_name(body.names, asked, label, tag)
    return Hit(body.iri, body.kind, label, tag, matched.text, matched.tag, score, body.classes, body.countries)
