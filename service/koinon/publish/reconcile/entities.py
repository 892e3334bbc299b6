"""One entity as reconciliation shows it: its names, what and where it is; every look-up is bounded."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore
from koinon.model.languages import best_label
from koinon.model.namespaces import DCT, DEF, FRAPO, RDF, RDFS, SCHEMA, SKOS
from koinon.publish.naming import Naming
from koinon.publish.reconcile.asking import TYPES, types_of
from koinon.publish.vocabulary import Vocabulary

_MOST: Final = 200
"""Statements of one property that are read."""
_PLACES: Final = 40
"""Places around a thing that are read, the nearest first."""
_TYPE: Final = NamedNode(RDF + "type")
PREFERRED: Final = tuple(map(NamedNode, (SKOS + "prefLabel", DCT + "title", RDFS + "label")))
OTHERS: Final = tuple(map(NamedNode, (SKOS + "altLabel", SKOS + "hiddenLabel")))
SHORT: Final = tuple(map(NamedNode, (FRAPO + "hasAcronym", SKOS + "notation")))
WHERE: Final = tuple(
    map(
        NamedNode,
        (DEF + "locatedIn", DEF + "worksIn", DEF + "coversTerritory", SCHEMA + "location", DCT + "spatial"),
    )
)
_UP: Final = (NamedNode(DEF + "withinTerritory"), NamedNode(DCT + "isPartOf"))
_LEVEL: Final = NamedNode(DEF + "nutsLevel")
_COUNTRY: Final = NamedNode("https://w3id.org/koinon/code/place-type/country")
_KIND: Final = NamedNode(DCT + "type")
_WHAT: Final = tuple(map(NamedNode, ("http://www.w3.org/ns/org#classification", DCT + "type", SKOS + "inScheme")))
_YEARS: Final = (NamedNode(SCHEMA + "startDate"), NamedNode(SCHEMA + "endDate"))


@dataclass(slots=True)
class Entity:
    """A thing of the release; what is asked of it is looked up then."""

    node: NamedNode
    store: GraphStore
    naming: Naming
    vocabulary: Vocabulary

    @property
    def iri(self) -> str:
        """Its IRI."""
        return self.node.value

    def values(self, *predicates: NamedNode) -> Iterator[NamedNode | Literal]:
        """Yield the values of the properties, each property's sorted: IRIs and literals."""
        for predicate in predicates:
            found = [value for _, _, value in islice(self.store.triples(self.node, predicate), _MOST)]
            yield from sorted((v for v in found if isinstance(v, NamedNode | Literal)), key=str)

    def texts(self, *predicates: NamedNode) -> list[Literal]:
        """Return the texts among the values of the properties."""
        return [value for value in self.values(*predicates) if isinstance(value, Literal)]

    @property
    def classes(self) -> set[str]:
        """The IRIs of its classes."""
        return {value.value for value in self.values(_TYPE)}

    @property
    def types(self) -> tuple[str, ...]:
        """The ids of its types."""
        return types_of(self.classes)

    @property
    def known(self) -> bool:
        """Whether the release says anything of it."""
        return next(iter(self.store.triples(self.node)), None) is not None

    def name(self) -> tuple[str, str]:
        """Return its best name for the reader, with the language tag; its IRI where it has none."""
        labels: dict[str, str] = {}
        for literal in self.texts(*PREFERRED):
            labels.setdefault(literal.language or "", literal.value)
        return best_label(labels, self.naming.language) or (str(self.naming(self.iri)), "")

    def places(self) -> list[NamedNode]:
        """Return the places that it is in, works in or covers, and those around them, the nearest first."""
        found: dict[str, NamedNode] = {}
        edge = [self.node] if TYPES["regions"] in self.classes else []
        edge += [value for value in self.values(*WHERE) if isinstance(value, NamedNode)]
        while edge and len(found) < _PLACES:
            here = edge.pop(0)
            if here.value not in found:
                found[here.value] = here
                for step in _UP:
                    above = (place for _, _, place in islice(self.store.triples(here, step), _MOST))
                    edge += sorted((place for place in above if isinstance(place, NamedNode)), key=str)
        return list(found.values())

    def countries(self) -> list[NamedNode]:
        """Return the countries that it lies or works in."""
        return [place for place in self.places() if self._is_country(place)]

    def _is_country(self, place: NamedNode) -> bool:
        if next(iter(self.store.triples(place, _KIND, _COUNTRY)), None) is not None:
            return True
        levels = self.store.triples(place, _LEVEL)
        return any(isinstance(level, Literal) and level.value == "0" for _, _, level in levels)

    def description(self) -> str:
        """Return what tells it from others of its name: its kind, where it is, its years."""
        kinds = [str(self.naming(value.value)) for value in self.values(*_WHAT) if isinstance(value, NamedNode)]
        if not kinds:
            kinds = [str(self.vocabulary.label(TYPES[name], self.naming.language)) for name in self.types[:1]]
        here = [value for value in self.values(*WHERE[:1]) if isinstance(value, NamedNode)] or [
            value for value in self.values(*WHERE) if isinstance(value, NamedNode)
        ][:3]
        countries = [place for place in self.countries() if place not in here and place != self.node][:2]
        where = [str(self.naming(place.value)) for place in (*here[:3], *countries)]
        years = "–".join(dict.fromkeys(text.value[:4] for text in self.texts(*_YEARS)))
        parts = (", ".join(dict.fromkeys(kinds[:2])), ", ".join(dict.fromkeys(where)), years)
        return " · ".join(part for part in parts if part)
