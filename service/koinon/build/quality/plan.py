"""What the shapes ask of the things of each class, made ready to be looked for in the lines of a graph file.

Looked for is what can be seen at the thing itself: that a property is there (``sh:minCount`` 1), that a text is in
a language (``sh:qualifiedMinCount`` 1 with ``sh:languageIn``), or that one of several such is (``sh:or``).
Everything else that a shape checks is counted by the findings of the build.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.model.namespaces import DCT, DEF, RDF, SCHEMA, SH, SHAPES, SKOS, VOID
from koinon.release.quality import RECOMMENDED, REQUIRED, Check

VERSION: Final = "1"
"""Version of the measures: raise it whenever the same graphs and shapes come to give other numbers."""

AUXILIARY: Final = frozenset(
    {
        RDF + "Statement",
        DEF + "SourceGraph",
        DEF + "SourceRange",
        DEF + "Coverage",
        DEF + "Succession",
        "http://data.europa.eu/m8g/Participation",
        "http://www.w3.org/ns/adms#Identifier",
        DCT + "LinguisticSystem",
        DCT + "PeriodOfTime",
        SKOS + "Concept",
        SKOS + "ConceptScheme",
        "https://w3id.org/sssom/Mapping",
        VOID + "Linkset",
    }
)
"""Classes of what only serves other things: receipts, parts with a single required value, list entries, links."""
LOCATED: Final = (DEF + "locatedIn", SCHEMA + "location")
"""The properties that say where a thing is; those of a project are derived."""
PROJECT: Final = DEF + "Project"

_LEVELS: Final = {SH + "Violation": REQUIRED, SH + "Warning": RECOMMENDED}
_ONLY: Final = frozenset(
    SH + name for name in ("path", "minCount", "severity", "message", "in", "group", "order", "qualifiedMinCount")
) | {SH + "qualifiedValueShape", RDF + "type"}
"""What a property shape may hold that is understood here."""

Facts = Mapping[str, list[object]]
Test = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """One thing to look for: a property, with a value in a language or among ``values`` where these are given."""

    predicate: str
    language: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Demand:
    """A check and the atoms of which one has to be found."""

    shape: str
    level: str
    atoms: tuple[Atom, ...]

    @property
    def check(self) -> Check:
        """The check as it is published."""
        shown = [atom for atom in self.atoms if not atom.values]  # others say when nothing is asked for
        language = shown[0].language or None if len(shown) == 1 else None
        return Check(self.shape, self.level, tuple(atom.predicate for atom in shown), language)


@dataclass(frozen=True)
class Plan:
    """The demands by class, and for each rule of the shapes the classes that it concerns."""

    demands: Mapping[str, tuple[Demand, ...]]
    concerned: Mapping[str, frozenset[str]]

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """All atoms, in order: the place of one is its bit in a mask."""
        classes = {Atom(RDF + "type", values=(f"<{name}>",)) for name in self.demands}
        return tuple(sorted(classes | {a for each in self.demands.values() for d in each for a in d.atoms}))

    @cached_property
    def fingerprint(self) -> str:
        """What the numbers of a graph depend on besides the graph."""
        text = repr((VERSION, self.atoms, sorted(self.demands.items())))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def bits(self) -> Mapping[Atom, int]:
        """The bit of each atom."""
        return {atom: 1 << place for place, atom in enumerate(self.atoms)}

    @cached_property
    def typed(self) -> Mapping[str, int]:
        """The bit of each class."""
        return {name: self.bits[Atom(RDF + "type", values=(f"<{name}>",))] for name in self.demands}

    @cached_property
    def wanted(self) -> Mapping[str, tuple[int, ...]]:
        """For each class the bits of each demand, of which one has to be set."""
        return {
            name: tuple(sum(self.bits[atom] for atom in demand.atoms) for demand in demands)
            for name, demands in self.demands.items()
        }

    @cached_property
    def _needed(self) -> tuple[tuple[int, int], ...]:
        return tuple(
            (self.typed[name], bits)
            for name, demands in self.demands.items()
            for demand, bits in zip(demands, self.wanted[name], strict=True)
            if demand.level == REQUIRED
        )

    def introduces(self, mask: int) -> bool:
        """Tell whether a graph that gives this of a thing introduces it.

        A source may repeat the type of what another source introduces. What is required of a thing it then leaves
        out, and nothing is asked of it: without that, its own things would have been refused.
        """
        return all(not mask & kind or mask & bits for kind, bits in self._needed) and any(
            mask & kind for kind in self.typed.values()
        )

    @cached_property
    def tests(self) -> Mapping[bytes, tuple[int, tuple[tuple[int, Test], ...]]]:
        """For each predicate the bits that its presence sets, and those that a value has to pass a test for."""
        tests: dict[bytes, tuple[int, tuple[tuple[int, Test], ...]]] = {}
        for atom, bit in self.bits.items():
            key = f"<{atom.predicate}>".encode()
            always, some = tests.get(key, (0, ()))
            test = _test(atom)
            tests[key] = (always | bit, some) if test is None else (always, (*some, (bit, test)))
        return tests


def read_plan(shapes: Path) -> Plan:
    """Return the plan of the shapes in a folder."""
    facts: defaultdict[str, defaultdict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(shapes.rglob("*.ttl")):
        for quad in parse(path=path, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            facts[str(quad.subject)][quad.predicate.value].append(quad.object)
    demands: defaultdict[str, set[Demand]] = defaultdict(set)
    concerned: defaultdict[str, set[str]] = defaultdict(set)
    for node, own in list(facts.items()):
        classes = [target.value for target in own.get(SH + "targetClass", ()) if isinstance(target, NamedNode)]
        for name in classes:
            concerned[_rule(node)].add(name)
            for shape in own.get(SH + "property", ()):
                concerned[_rule(str(shape))].add(name)
            if name not in AUXILIARY:
                demands[name].update(_demands(facts, node, own))
    kept = {name: tuple(sorted(each)) for name, each in sorted(demands.items()) if each}
    return Plan(kept, {rule: frozenset(names) for rule, names in concerned.items()})


def _demands(facts: Mapping[str, Facts], node: str, own: Facts) -> Iterator[Demand]:
    for shape in own.get(SH + "property", ()):
        body = facts.get(str(shape), {})
        level = _level(body)
        atom = _atom(facts, body)
        if level and atom:
            yield Demand(_rule(str(shape)), level, (atom,))
    for first in own.get(SH + "or", ()):
        level = _level(own)
        atoms = [_alternative(facts, str(each)) for each in _listed(facts, first)]
        if level and all(atoms):
            yield Demand(_rule(node), level, tuple(atom for atom in atoms if atom))


def _alternative(facts: Mapping[str, Facts], node: str) -> Atom | None:
    """Return what a shape inside ``sh:or`` looks for, or None where that is more than one atom."""
    own = facts.get(node, {})
    parts, classes = own.get(SH + "property", []), own.get(SH + "class", [])
    if len(parts) + len(classes) != 1 or set(own) - {SH + "property", SH + "class", SH + "message", RDF + "type"}:
        return None
    return Atom(RDF + "type", values=(str(classes[0]),)) if classes else _atom(facts, facts.get(str(parts[0]), {}))


def _atom(facts: Mapping[str, Facts], body: Facts) -> Atom | None:
    paths = body.get(SH + "path", [])
    if len(paths) != 1 or not isinstance(paths[0], NamedNode) or set(body) - _ONLY - {SH + "maxCount"}:
        return None
    predicate = paths[0].value
    if _number(body, "qualifiedMinCount") == 1:
        shape = facts.get(str(body[SH + "qualifiedValueShape"][0]), {})
        tags = [tag for first in shape.get(SH + "languageIn", ()) for tag in _listed(facts, first)]
        plain = not set(shape) - {SH + "languageIn", SH + "message", RDF + "type"}
        only = tags[0] if plain and len(tags) == 1 else None
        return Atom(predicate, language=only.value) if isinstance(only, Literal) else None
    if _number(body, "minCount") != 1 or SH + "qualifiedMinCount" in body:
        return None
    values = sorted(str(value) for first in body.get(SH + "in", ()) for value in _listed(facts, first))
    return Atom(predicate, values=tuple(values))


def _level(body: Facts) -> str | None:
    severities = body.get(SH + "severity") or [NamedNode(SH + "Violation")]
    return _LEVELS.get(getattr(severities[0], "value", ""))


def _number(body: Facts, name: str) -> int:
    return next((int(value.value) for value in body.get(SH + name, ()) if isinstance(value, Literal)), 0)


def _listed(facts: Mapping[str, Facts], first: object) -> Iterator[object]:
    while (cell := facts.get(str(first))) is not None and cell.get(RDF + "first"):
        yield cell[RDF + "first"][0]
        first = cell[RDF + "rest"][0]


def _rule(node: str) -> str:
    """Return the name under which the breaking of a shape is found."""
    return node.strip("<>").removeprefix(SHAPES)


def _test(atom: Atom) -> Test | None:
    """Return the test of a value, as it ends a line of N-Triples; None where any value will do."""
    if atom.language:
        return _in_language(atom.language.encode())
    return _among(value.encode() for value in atom.values) if atom.values else None


def _in_language(wanted: bytes) -> Test:
    """Test for ``wanted`` as ``sh:languageIn`` does: with any subtags (RFC 4647, section 3.3.1)."""

    def passes(value: bytes) -> bool:
        tag = value[value.rfind(b'"') + 1 : -3]
        return tag.startswith(b"@") and (tag[1:] == wanted or tag.startswith(b"@" + wanted + b"-"))

    return passes


def _among(terms: Iterable[bytes]) -> Test:
    wanted = frozenset(terms)
    return lambda value: value[:-3] in wanted
