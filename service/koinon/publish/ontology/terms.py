"""What ontology and shapes say together about classes and properties, ready to be looked up by term."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Self

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import CODE, DEF, OWL, RDF, RDFS, SCHEMA, SH, SHAPES
from koinon.publish.ontology.cardinality import Asked, HowMany, how_many
from koinon.publish.terms import facts_by_subject
from koinon.publish.vocabulary import ONTOLOGY_GRAPH, local_name, shape_triples, term_name

MODULES: Final = ("core", "place", "funding", "cluster", "practice", "activity", "provenance", "links")
"""The files of the ontology that declare terms, in the order in which pages show them."""

Node = NamedNode | BlankNode
Facts = Mapping[str, list[NamedNode | BlankNode | Literal]]

_CLASSES: Final = {OWL + "Class", RDFS + "Class", RDFS + "Datatype"}
_DOMAINS: Final = (RDFS + "domain", SCHEMA + "domainIncludes")
_RANGES: Final = (RDFS + "range", SCHEMA + "rangeIncludes")
_TARGETS: Final = (SH + "targetClass", SH + "targetSubjectsOf", SH + "targetObjectsOf")
_KINDS: Final = re.compile(r"/id/\(?([a-z|-]+)\)?/")
_ABOUT: Final = (RDF + "subject", RDF + "object")


@dataclass(frozen=True, slots=True)
class Terms:
    """The facts of ontology and shapes by subject, the file of each shape, and the module of each term of ours."""

    facts: Mapping[str, Facts]
    shapes: Mapping[str, Facts]
    file_of: Mapping[str, str]
    module_of: Mapping[str, str]
    _listed: dict[str, list[str]] = field(default_factory=dict)
    """Node shapes by the property shapes that they list."""

    @classmethod
    def read(cls, store: GraphStore, ontology: Path, shapes: Path) -> Self:
        """Read the ontology of the release, the shapes in a folder, and modules from the Turtle of the other."""
        files = _shape_files(shapes)
        by_shape = facts_by_subject(triple for _, triples in files for triple in triples)
        found = cls(
            facts_by_subject(store.triples(graph=ONTOLOGY_GRAPH)),
            by_shape,
            {_key(subject): stem for stem, triples in files for subject, _, _ in triples},
            _modules(ontology),
        )
        for iri, facts in by_shape.items():
            for part in facts.get(SH + "property", ()):
                found._listed.setdefault(_key(part), []).append(iri)
        return found

    def knows(self, iri: str) -> bool:
        """Tell whether the ontology says anything of a term, or a shape is about it."""
        return iri in self.facts or any(True for _ in self.rules_of(iri)) or bool(self.targeting({iri}))

    def is_class(self, iri: str) -> bool:
        """Tell whether a term is a class; of one whose vocabulary is not loaded, its spelling tells."""
        kinds = {value.value for value in self.facts.get(iri, {}).get(RDF + "type", ())}
        return bool(kinds & _CLASSES) or (not kinds and local_name(iri)[:1].isupper())

    def declared(self) -> list[str]:
        """Return the classes and properties that the ontology declares, by IRI."""
        return sorted(iri for iri, facts in self.facts.items() if iri.startswith(DEF) and _is_declared(facts))

    def reused(self) -> list[str]:
        """Return the terms of other vocabularies that the ontology names or says how it uses, by IRI."""
        return sorted(iri for iri in self.facts if not iri.startswith((DEF, "_:")) and term_name(iri))

    def said(self, iri: str) -> list[Triple]:
        """Return what the ontology says of a term, and what it says of its likeness to others."""
        subjects = [iri]
        for other, facts in self.facts.items():
            if any(value.value == iri for value in facts.get(RDF + "subject", ())):
                subjects.append(other)
        return [
            (NamedNode(subject), NamedNode(predicate), value)
            for subject in subjects
            for predicate, values in self.facts.get(subject, {}).items()
            for value in values
            if not isinstance(value, BlankNode)
        ]

    def domains(self, iri: str) -> list[str]:
        """Return the classes with which a property is used."""
        return self._iris(iri, _DOMAINS)

    def ranges(self, iri: str) -> list[str]:
        """Return the classes and datatypes to which a property leads, empty where anything may stand."""
        return self._iris(iri, _RANGES)

    def lists(self, iri: str) -> list[str]:
        """Return the code lists from which a property takes its values."""
        return [value for value in self._iris(iri, (RDFS + "seeAlso",)) if value.startswith(CODE)]

    def objects(self, iri: str, predicate: str) -> list[str]:
        """Return the IRIs to which a predicate of the ontology leads from a term, sorted."""
        return self._iris(iri, (predicate,))

    def subjects(self, predicate: str, iri: str) -> list[str]:
        """Return the terms from which a predicate of the ontology leads to this one, sorted."""
        return sorted(
            other for other, facts in self.facts.items() if any(v.value == iri for v in facts.get(predicate, ()))
        )

    def wider(self, iri: str) -> list[str]:
        """Return a class and all classes that it is a kind of, the nearest first."""
        found = [iri]
        for name in found:
            found += [parent for parent in self.objects(name, RDFS + "subClassOf") if parent not in found]
        return found

    def leaving(self, iri: str) -> list[str]:
        """Return the properties that are used with a class itself, sorted by name."""
        return self._by_name(name for name in self.facts if iri in self.domains(name))

    def arriving(self, iri: str) -> list[str]:
        """Return the properties that lead to a class, sorted by name."""
        return self._by_name(name for name in self.facts if iri in self.ranges(name))

    def targeting(self, classes: set[str]) -> list[str]:
        """Return the node shapes that check things of one of the classes, by file and name."""
        found = (
            iri
            for iri, facts in self.shapes.items()
            if any(value.value in classes for value in facts.get(SH + "targetClass", ()))
        )
        return sorted(found, key=lambda iri: (self.file_of[iri], iri))

    def rules_of(self, path: str) -> Iterator[str]:
        """Yield the property shapes about a property."""
        for iri, facts in self.shapes.items():
            if any(value.value == path for value in facts.get(SH + "path", ())):
                yield iri

    def owners(self, rule: str) -> list[str]:
        """Return the node shapes that list a property shape."""
        return self._listed.get(rule, [])

    def rules_for(self, shapes: Iterable[str]) -> dict[str, list[str]]:
        """Return the property shapes that node shapes list, by the property that they are about."""
        found: dict[str, list[str]] = {}
        for shape in shapes:
            for part in self.shapes[shape].get(SH + "property", ()):
                for path in self.shapes.get(_key(part), {}).get(SH + "path", ()):
                    if isinstance(path, NamedNode):
                        found.setdefault(path.value, []).append(_key(part))
        return found

    def how_many(self, rules: Iterable[str]) -> HowMany:
        """Return how many values property shapes about one property ask for together."""
        return how_many(self._asked(self.shapes.get(rule, {})) for rule in rules)

    def kinds(self, rules: Iterable[str]) -> list[str]:
        """Return the kinds of things that patterns of the rules allow: ``project`` for ``/id/project/…``."""
        found = (
            match[1].split("|")
            for rule in rules
            for pattern in self.shapes.get(rule, {}).get(SH + "pattern", ())
            if (match := _KINDS.search(pattern.value))
        )
        return sorted({kind for kinds in found for kind in kinds})

    def targets(self, shape: str) -> list[str]:
        """Return the classes, or the properties, whose things a node shape checks."""
        facts = self.shapes.get(shape, {})
        return [value.value for name in _TARGETS for value in facts.get(name, ()) if isinstance(value, NamedNode)]

    def in_file(self, stem: str) -> list[str]:
        """Return the shapes of a file of our namespace, by IRI."""
        return sorted(iri for iri, file in self.file_of.items() if file == stem and iri.startswith(SHAPES))

    def _asked(self, facts: Facts) -> Asked:
        def number(name: str) -> int | None:
            return next((int(value.value) for value in facts.get(SH + name, ())), None)

        severity = next((value.value for value in facts.get(SH + "severity", ())), SH + "Violation")
        one_each = any(value.value == "true" for value in facts.get(SH + "uniqueLang", ()))
        return Asked(number("minCount") or 0, number("maxCount"), severity == SH + "Violation", one_each)

    def _iris(self, iri: str, predicates: Iterable[str]) -> list[str]:
        facts = self.facts.get(iri, {})
        found = {v.value for name in predicates for v in facts.get(name, ()) if isinstance(v, NamedNode)}
        return sorted(found, key=local_name)

    @staticmethod
    def _by_name(names: Iterable[str]) -> list[str]:
        return sorted(names, key=lambda iri: (not iri.startswith(DEF), local_name(iri)))


def _is_declared(facts: Facts) -> bool:
    return any(value.value.startswith((OWL, RDFS, RDF)) for value in facts.get(RDF + "type", ())) and not any(
        name in facts for name in _ABOUT
    )


@cache
def _shape_files(folder: Path) -> tuple[tuple[str, tuple[Triple, ...]], ...]:
    """Return the triples of each file of shapes, read once: the folder is as fixed as the software."""
    return tuple((path.stem, tuple(shape_triples(folder, path.stem))) for path in sorted(folder.glob("*.ttl")))


@cache
def _modules(folder: Path) -> dict[str, str]:
    return {
        quad.subject.value: name
        for name in MODULES
        for quad in parse(path=folder / f"{name}.ttl", format=RdfFormat.TURTLE)
        if isinstance(quad.subject, NamedNode) and quad.predicate.value == RDFS + "isDefinedBy"
    }


def _key(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)
