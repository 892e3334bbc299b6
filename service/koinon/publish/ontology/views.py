"""View models of the pages about terms: the list of all, and what is known of one, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pyoxigraph import Literal

from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import OWL, RDF, RDFS, SH, SKOS, XSD
from koinon.publish.ontology.cardinality import HowMany
from koinon.publish.ontology.counts import Counts
from koinon.publish.ontology.labels import Labels
from koinon.publish.ontology.terms import MODULES, Facts, Terms
from koinon.publish.ontology.vocabularies import Source, source_of
from koinon.publish.text import Text
from koinon.publish.views import Named, Neighbour, Network
from koinon.publish.vocabulary import local_name

LIKENESSES: Final = (SKOS + "closeMatch", SKOS + "narrowMatch", SKOS + "broadMatch", SKOS + "relatedMatch")
_NO_NEIGHBOURS: Final = (XSD, RDF, RDFS, SKOS)
_SIDE: Final = 12
"""Classes on one side of the drawing; the tables below it have them all."""


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term in a list: what it is called and means, and how often the release has it (None: not counted)."""

    iri: str
    anchor: str
    label: Text
    definition: Text | None
    is_class: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class TermGroup:
    """Terms that stand together: those of a module of ours (its name), or of a vocabulary of others."""

    name: str
    source: Source | None
    classes: tuple[TermLine, ...]
    properties: tuple[TermLine, ...]


@dataclass(frozen=True, slots=True)
class PropertyLine:
    """A property as a class has it: how many values the shapes ask for, and what they may be."""

    term: TermLine
    how_many: HowMany
    values: tuple[Named, ...]
    lists: tuple[Named, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A shape or rule that checks a term: its file and name, the classes it is for, its level and message."""

    iri: str
    file: str
    anchor: str
    targets: tuple[Named, ...]
    severity: str
    message: Text | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """A term of another vocabulary that means something like it, in which way, and why not the same."""

    how: Text
    iri: str
    note: Text | None


@dataclass(frozen=True, slots=True)
class TermView:
    """All that is known of one term. ``relations`` pair what a relation is called with the terms it leads to."""

    line: TermLine
    source: Source | None
    module: str
    labels: tuple[tuple[str, Text], ...]
    note: Text | None
    example: str
    relations: tuple[tuple[str, tuple[Named, ...]], ...]
    properties: tuple[PropertyLine, ...]
    arriving: tuple[tuple[Named, tuple[Named, ...]], ...]
    checks: tuple[CheckLine, ...]
    likenesses: tuple[Likeness, ...]
    network: Network | None


class TermPages:
    """Makes the view models of one release for readers of one language."""

    def __init__(self, terms: Terms, label: Labels, counts: Counts) -> None:
        """Show ``terms`` with how often the release has them."""
        self._terms = terms
        self._label = label
        self._counts = counts

    def groups(self) -> list[TermGroup]:
        """Return the terms that the ontology declares, by module."""
        module_of = self._terms.module_of
        found = sorted(self._terms.declared(), key=lambda iri: _place(module_of.get(iri, "")))
        return [
            self._group(name, None, terms) for name, terms in groupby(found, lambda iri: module_of.get(iri, ""))
        ]

    def reused(self) -> list[TermGroup]:
        """Return the terms of others that the ontology names, by vocabulary, those with the most terms first."""
        found: dict[Source, list[str]] = {}
        for iri in self._terms.reused():
            source = source_of(iri)
            if source is not None:
                found.setdefault(source, []).append(iri)
        ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0].name))
        return [self._group(source.name, source, terms) for source, terms in ordered]

    def term(self, iri: str) -> TermView:
        """Return what is known of a term."""
        terms = self._terms
        facts = terms.facts.get(iri, {})
        is_class = terms.is_class(iri)
        labels = self._label.in_all(iri)
        arriving = self._arriving(iri) if is_class else ()
        lines = self._properties(iri) if is_class else ()
        return TermView(
            line=self.line(iri),
            source=source_of(iri),
            module=terms.module_of.get(iri, ""),
            labels=tuple((tag, Text(labels[tag], tag)) for tag in INTERFACE_LANGUAGES if tag in labels),
            note=self._label.said(facts, SKOS + "scopeNote"),
            example=next((v.value for v in facts.get(SKOS + "example", ()) if isinstance(v, Literal)), ""),
            relations=tuple((name, found) for name, found in self._relations(iri) if found),
            properties=lines,
            arriving=arriving,
            checks=tuple(self._checks(iri, is_class)),
            likenesses=tuple(self._likenesses(iri)),
            network=self._network(arriving, lines),
        )

    def line(self, iri: str) -> TermLine:
        """Return a term as a list shows it."""
        facts = self._terms.facts.get(iri, {})
        definition = self._label.said(facts, SKOS + "definition")
        is_class = self._terms.is_class(iri)
        count = self._counts.of(iri, is_class=is_class)
        return TermLine(iri, local_name(iri), self._label(iri), definition, is_class, count)

    def _group(self, name: str, source: Source | None, iris: Iterable[str]) -> TermGroup:
        lines = sorted((self.line(iri) for iri in iris), key=lambda line: line.label.text.casefold())
        classes = tuple(line for line in lines if line.is_class)
        return TermGroup(name, source, classes, tuple(line for line in lines if not line.is_class))

    def _relations(self, iri: str) -> Iterable[tuple[str, tuple[Named, ...]]]:
        """Yield relations by the key under which the page has a word for them."""
        terms = self._terms
        yield "wider", self._label.named(terms.objects(iri, RDFS + "subClassOf"))
        yield "narrower", self._label.named(terms.subjects(RDFS + "subClassOf", iri))
        yield "wider", self._label.named(terms.objects(iri, RDFS + "subPropertyOf"))
        yield "narrower", self._label.named(terms.subjects(RDFS + "subPropertyOf", iri))
        other = {*terms.objects(iri, OWL + "inverseOf"), *terms.subjects(OWL + "inverseOf", iri)}
        yield "inverse", self._label.named(sorted(other))
        apart = {*terms.objects(iri, OWL + "disjointWith"), *terms.subjects(OWL + "disjointWith", iri)}
        yield "disjoint", self._label.named(sorted(apart))
        if not terms.is_class(iri):
            yield "domain", self._label.named(terms.domains(iri))
            yield "range", self._label.named(terms.ranges(iri))
            yield "lists", self._label.named(terms.lists(iri))

    def _properties(self, iri: str) -> tuple[PropertyLine, ...]:
        terms = self._terms
        rules = terms.rules_for(terms.targeting({*terms.wider(iri)}))
        wanted = [path for path, found in rules.items() if _asks(terms.how_many(found))]
        names = dict.fromkeys([*terms.leaving(iri), *sorted(wanted, key=local_name)])
        return tuple(self._property(name, rules.get(name, [])) for name in names)

    def _property(self, name: str, rules: list[str]) -> PropertyLine:
        terms = self._terms
        ranges = terms.ranges(name)
        kinds = () if ranges else tuple(terms.kinds(rules))
        many = terms.how_many(rules)
        return PropertyLine(
            self.line(name), many, self._label.named(ranges), self._label.named(terms.lists(name)), kinds
        )

    def _arriving(self, iri: str) -> tuple[tuple[Named, tuple[Named, ...]], ...]:
        return tuple(
            (Named(name, self._label(name)), self._label.named(self._terms.domains(name)))
            for name in self._terms.arriving(iri)
        )

    def _checks(self, iri: str, is_class: bool) -> Iterable[CheckLine]:
        terms = self._terms
        if is_class:
            found = terms.targeting({*terms.wider(iri)})
        else:
            found = sorted(terms.rules_of(iri), key=lambda rule: (terms.file_of[rule], rule))
        for shape in found:
            facts = terms.shapes[shape]
            owners = [shape] if is_class else terms.owners(shape)
            targets = dict.fromkeys(target for owner in owners for target in terms.targets(owner))
            severity = next((local_name(v.value) for v in facts.get(SH + "severity", ())), "Violation")
            message = self._label.said(facts, SH + "message")
            yield CheckLine(
                shape, terms.file_of[shape], local_name(shape), self._label.named(targets), severity, message
            )

    def _likenesses(self, iri: str) -> Iterable[Likeness]:
        terms = self._terms
        for predicate in LIKENESSES:
            for other in terms.objects(iri, predicate):
                notes = [
                    value
                    for facts in terms.facts.values()
                    if _says(facts, iri, predicate, other)
                    for value in facts.get(RDFS + "comment", ())
                ]
                yield Likeness(self._label(predicate), other, self._label.best(notes))

    def _network(
        self, arriving: Iterable[tuple[Named, tuple[Named, ...]]], lines: Iterable[PropertyLine]
    ) -> Network | None:
        """Return what a class hangs together with: classes that lead to it, and those that it leads to."""
        left = self._neighbours((source, name.label) for name, sources in arriving for source in sources)
        right = self._neighbours((value, line.term.label) for line in lines for value in line.values)
        if not left and not right:
            return None
        more = max(len(left) - _SIDE, 0) + max(len(right) - _SIDE, 0)
        return Network(tuple(left[:_SIDE]), tuple(right[:_SIDE]), more)

    def _neighbours(self, found: Iterable[tuple[Named, Text]]) -> list[Neighbour]:
        """Return classes with what leads to them, those first that the release has most things of."""
        by_class: dict[str, tuple[Named, list[Text]]] = {}
        for named, relation in found:
            if not named.iri.startswith(_NO_NEIGHBOURS):
                by_class.setdefault(named.iri, (named, []))[1].append(relation)
        ordered = sorted(by_class, key=lambda iri: (-(self._counts.of(iri, is_class=True) or 0), iri))
        return [
            Neighbour(iri, by_class[iri][0].label.capital(), _joined(by_class[iri][1]), "thing") for iri in ordered
        ]


def _joined(relations: list[Text]) -> Text:
    names = list(dict.fromkeys(text.text for text in relations))
    return Text(", ".join(names), relations[0].lang)


def _asks(many: HowMany) -> bool:
    return many.least > 0 or many.wanted or (many.most or 0) > 0


def _says(facts: Facts, *statement: str) -> bool:
    """Tell whether facts are those of a note on the statement (subject, predicate and object)."""
    parts = zip(("subject", "predicate", "object"), statement, strict=True)
    return all(any(value.value == iri for value in facts.get(RDF + part, ())) for part, iri in parts)


def _place(module: str) -> int:
    return MODULES.index(module) if module in MODULES else len(MODULES)
