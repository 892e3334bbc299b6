"""Candidates for what a client asks for: found by the search index, compared name by name and value by value."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore
from koinon.link.exonyms import town
from koinon.model.namespaces import CODE, FOAF, SKOS
from koinon.publish.naming import Naming
from koinon.publish.reconcile.asking import (
    MOST_CANDIDATES,
    TYPES,
    Candidate,
    Condition,
    Query,
    Value,
    iri_of,
    is_entity,
    node_of,
    registered,
)
from koinon.publish.reconcile.entities import OTHERS, PREFERRED, SHORT, Entity
from koinon.publish.reconcile.properties import PROPERTIES, compared, identifiers_of
from koinon.publish.reconcile.scoring import READ, SAME, code_score, name_score, value_score, written
from koinon.publish.vocabulary import Vocabulary
from koinon.query.search import Index

CLEAR: Final = 5.0
"""How much better than the next one a candidate is that is matched without asking."""
_AGREES, _CONTRADICTS = 85.0, 50.0
"""From which score a value agrees, and below which it contradicts."""
_SEARCHED: Final = 30
"""Things that the search gives at least, as the best name is not always the first hit."""
_PLACES: Final = frozenset({"place", "territory"})
"""Properties whose values may be towns, which have names in other languages than the graph's."""
_NAME, _VALUE = 2.0, 1.0
"""What a name weighs beside a value."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """Matches names with the things of one release, for readers of one language."""

    store: GraphStore
    search: Index
    vocabulary: Vocabulary
    naming: Naming

    def entity(self, iri: str) -> Entity:
        """Return a thing of the release, whatever is known of it."""
        return Entity(node_of(iri), self.store, self.naming, self.vocabulary)

    def candidates(self, query: Query) -> list[Candidate]:
        """Return the candidates of a query, best first; each query costs a bounded number of look-ups."""
        asked = [one for name in query.names[:5] if not (one := written(name)).empty]
        limit = max(1, min(query.limit, MOST_CANDIDATES))
        named = {
            iri_of(text) for text in (*query.ids, *query.names) if "/" in text and not any(map(str.isspace, text))
        }
        codes = {registered(name) or name.strip() for name in query.names if " " not in name.strip()}
        scored: list[tuple[Candidate, bool]] = []
        for entity in self._found(query, named):
            types = entity.types
            if query.types and not set(types) & set(query.types):
                continue
            if not is_entity(entity.iri) or not types:
                continue
            features: dict[str, float] = {}
            clear = True
            if entity.iri in named:
                features["id"] = SAME
            elif asked:
                names = [text.value for text in entity.texts(*PREFERRED, OTHERS[0])]
                hidden = [text.value for text in entity.texts(OTHERS[1])]
                short = [text.value for text in entity.texts(*SHORT)]
                features["name"] = max(name_score(one, names, hidden, short) for one in asked)
                if features["name"] < SAME and codes and identifiers_of(entity) & codes:
                    features["identifier"] = SAME
            else:
                features["name"] = 0.0
            for condition in query.conditions:
                value = self._agreement(entity, condition)
                if value is None:
                    clear = clear and not condition.required
                    if condition.required:
                        break
                    continue
                features[condition.property] = round(value, 1)
                if condition.required and value < _AGREES:
                    clear = False
                    break
                clear = clear and value >= _CONTRADICTS
            else:
                scored.append((self._candidate(entity, types, features, asked=bool(asked)), clear))
        scored.sort(key=lambda pair: (-pair[0].score, not is_ours(pair[0].iri), pair[0].iri))
        return _decided(scored)[:limit]

    def _candidate(
        self, entity: Entity, types: tuple[str, ...], features: dict[str, float], *, asked: bool
    ) -> Candidate:
        base = features.get("id", features.get("name", 0.0))
        if "identifier" in features and base < READ:
            base = features["identifier"]
        others = [value for name, value in features.items() if name not in {"id", "name"}]
        weight = _NAME if asked or "id" in features else 0.0
        total = weight + _VALUE * len(others)
        score = (weight * base + _VALUE * sum(others)) / total if total else 0.0
        name, tag = entity.name()
        rounded = {key: round(value, 1) for key, value in features.items()}
        return Candidate(entity.iri, name, tag, types, "", round(score, 1), match=False, features=rounded)

    def _found(self, query: Query, named: set[str]) -> Iterator[Entity]:
        seen: set[str] = set()
        for iri in (*sorted(named), *self._by_value(query.conditions), *self._by_name(query)):
            if iri not in seen:
                seen.add(iri)
                entity = self.entity(iri)
                if entity.known:
                    yield entity

    def _by_name(self, query: Query) -> Iterator[str]:
        classes = [TYPES[name] for name in query.types if name in TYPES]
        most = max(_SEARCHED, min(query.limit, MOST_CANDIDATES))
        for name in query.names[:5]:
            if " " not in name.strip():
                for text in dict.fromkeys((name.strip(), _code(name))):
                    yield from self._coded(text)
            if name.strip():
                yield from (hit.iri for hit in self.search.search(name, classes, (), query.language, most).hits)

    def _by_value(self, conditions: Iterable[Condition]) -> Iterator[str]:
        """Yield things that have an identifier or a website that is given: values that few things share."""
        for condition in conditions:
            for value in condition.values[:5]:
                if condition.property == "identifier":
                    for text in dict.fromkeys((value.text, _code(value.text))):
                        yield from self._coded(text)
                elif condition.property == "website":
                    for address in _addresses(value.text):
                        found = self.store.triples(None, NamedNode(FOAF + "homepage"), node_of(address))
                        yield from (str(thing.value) for thing, _, _ in islice(found, 20))

    def _coded(self, code: str) -> Iterator[str]:
        """Yield the things that have an identifier, which is a part of them, or are concepts with this notation."""
        found = self.store.triples(None, NamedNode(SKOS + "notation"), Literal(code))
        for part, _, _ in islice(found, 20):
            if isinstance(part, NamedNode):
                yield part.value.partition("#")[0]

    def _agreement(self, entity: Entity, condition: Condition) -> float | None:
        """Return how well an entity fits a condition; None where it says nothing of that property."""
        if condition.property not in PROPERTIES:
            return None
        texts = compared(entity, condition.property)
        if not texts:
            return None
        given = dict.fromkeys(map(_text, condition.values))
        if condition.property == "identifier":
            scores = [code_score(registered(text) or text, texts) for text in given] or [0.0]
        else:
            towns = {town(text) for text in texts} if condition.property in _PLACES else set[str]()
            scores = [
                max(value_score(text, texts), READ if towns and town(text) in towns else 0.0) for text in given
            ] or [0.0]
        if condition.quantifier == "all":
            return min(scores)
        return SAME - max(scores) if condition.quantifier == "none" else max(scores)


def is_ours(iri: str) -> bool:
    """Tell whether a concept stands in one of our code lists: of two of one name, it comes first."""
    return iri.startswith(CODE)


def _decided(scored: list[tuple[Candidate, bool]]) -> list[Candidate]:
    """Return the candidates; the first is matched where its name is the one asked for and no other comes near."""
    found = [candidate for candidate, _ in scored]
    if not found or not scored[0][1]:
        return found
    best = found[0]
    name = best.features.get("id", best.features.get("name", 0.0))
    sure = name >= READ or best.features.get("identifier", 0.0) >= SAME
    near = len(found) > 1 and best.score - found[1].score < CLEAR and "id" not in best.features
    if sure and not near:
        found[0] = Candidate(
            best.iri,
            best.name,
            best.tag,
            best.types,
            best.description,
            best.score,
            match=True,
            features=best.features,
        )
    return found


def _text(value: Value) -> str:
    return iri_of(value.entity) if value.entity else value.text


def _code(text: str) -> str:
    """Return a code without the register that stands before it: ``ROR: 048tbm396``, ``https://ror.org/048tbm396``."""
    return (registered(text) or text).rpartition(":")[2].strip()


def _addresses(text: str) -> list[str]:
    """Return the ways in which the address of a website may be written."""
    rest = text.strip().partition("://")[2] or text.strip()
    rest = rest.removeprefix("www.").rstrip("/")
    if not rest or any(letter in rest for letter in ' <>"{}|\\^`') or len(rest) > 500:
        return []
    return [
        f"{scheme}://{www}{rest}{end}" for scheme in ("https", "http") for www in ("", "www.") for end in ("", "/")
    ]
