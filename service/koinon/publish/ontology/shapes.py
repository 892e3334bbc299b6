"""View models of the pages about shapes: what each file checks, and each rule in the reader's words."""

import re
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from koinon.model.namespaces import CODE, RDF, RDFS, SH, SHAPES
from koinon.publish.ontology.cardinality import HowMany
from koinon.publish.ontology.counts import Counts
from koinon.publish.ontology.labels import Labels
from koinon.publish.ontology.terms import Terms
from koinon.publish.text import Text
from koinon.publish.views import Named
from koinon.publish.vocabulary import local_name

LEVELS: Final = ("Violation", "Warning", "Info")
_LAST: Final = 1e6
_LIST: Final = re.compile(r"/code/[a-z-]+/")


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule: the property it is about (None: the thing as a whole), what it asks, its level and message."""

    iri: str
    file: str
    anchor: str
    path: Named | None
    how_many: HowMany
    values: tuple[Named, ...]
    kinds: tuple[str, ...]
    severity: str
    message: Text | None


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules about facts that stand together on the page of a thing; ``label`` is None for rules that only check."""

    label: Text | None
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class ShapeView:
    """One node shape: what it checks, how many such things the release has, and its rules."""

    iri: str
    file: str
    anchor: str
    targets: tuple[Named, ...]
    count: int | None
    groups: tuple[RuleGroup, ...]
    levels: tuple[int, int, int]


class ShapePages:
    """Makes the view models of the shapes for readers of one language."""

    def __init__(self, terms: Terms, label: Labels, counts: Counts) -> None:
        """Show the shapes of ``terms`` with how many things the release has that they check."""
        self._terms = terms
        self._label = label
        self._counts = counts

    def checking(self) -> list[ShapeView]:
        """Return the node shapes that check things by themselves, by what they check."""
        found = (iri for iri in self._terms.shapes if iri.startswith(SHAPES) and self._terms.targets(iri))
        views = [self.shape(iri) for iri in found]
        return sorted(views, key=lambda view: (view.targets[0].label.text.casefold(), view.anchor))

    def of_file(self, stem: str) -> tuple[list[ShapeView], list[RuleView]]:
        """Return the shapes of a file that check things, and those that others use."""
        shapes = [iri for iri in self._terms.in_file(stem) if self._is_rule(iri)]
        checking = [iri for iri in shapes if self._terms.targets(iri)]
        inside = {rule.iri for iri in checking for group in self.shape(iri).groups for rule in group.rules}
        views = [self.shape(iri) for iri in checking]
        return views, [self.rule(iri) for iri in shapes if iri not in inside and iri not in checking]

    def rules(self) -> list[RuleView]:
        """Return every named rule of every file, by name."""
        found = (iri for iri in self._terms.shapes if iri.startswith(SHAPES) and self._is_rule(iri))
        return [self.rule(iri) for iri in sorted(found)]

    def shape(self, iri: str) -> ShapeView:
        """Return one node shape."""
        facts = self._terms.shapes[iri]
        found: dict[str, list[str]] = {}
        for part in facts.get(SH + "property", ()):
            if isinstance(part, NamedNode):
                group = self._terms.shapes.get(part.value, {}).get(SH + "group", ())
                found.setdefault(group[0].value if group else "", []).append(part.value)
        groups = [
            RuleGroup(self._group_label(group), tuple(map(self.rule, sorted(rules, key=self._order))))
            for group, rules in sorted(found.items(), key=lambda item: self._order(item[0]))
        ]
        if facts.get(SH + "message"):
            groups.insert(0, RuleGroup(None, (self.rule(iri),)))
        rules = [rule.severity for group in groups for rule in group.rules]
        targets = self._label.named(self._terms.targets(iri))
        classes = [value.value for value in facts.get(SH + "targetClass", ())]
        count = sum(self._counts.of(name, is_class=True) or 0 for name in classes) if classes else None
        levels = (rules.count(LEVELS[0]), rules.count(LEVELS[1]), rules.count(LEVELS[2]))
        return ShapeView(iri, self._terms.file_of[iri], local_name(iri), targets, count, tuple(groups), levels)

    def rule(self, iri: str) -> RuleView:
        """Return one rule."""
        facts = self._terms.shapes.get(iri, {})
        path = next((value.value for value in facts.get(SH + "path", ()) if isinstance(value, NamedNode)), None)
        values = [v.value for name in ("class", "datatype") for v in facts.get(SH + name, ())]
        patterns = [value.value for value in facts.get(SH + "pattern", ())]
        values += [CODE + pattern.split("/")[2] for pattern in patterns if _is_list(pattern)]
        severity = next((local_name(value.value) for value in facts.get(SH + "severity", ())), LEVELS[0])
        return RuleView(
            iri,
            self._terms.file_of.get(iri, ""),
            local_name(iri),
            self._label.named([path])[0] if path else None,
            self._terms.how_many([iri]),
            self._label.named(dict.fromkeys(values)),
            tuple(self._terms.kinds([iri])),
            severity,
            self._label.said(facts, SH + "message"),
        )

    def _is_rule(self, iri: str) -> bool:
        kinds = {value.value for value in self._terms.shapes[iri].get(RDF + "type", ())}
        return bool(kinds & {SH + "NodeShape", SH + "PropertyShape"})

    def _group_label(self, iri: str) -> Text | None:
        return self._label.said(self._terms.shapes.get(iri, {}), RDFS + "label")

    def _order(self, iri: str) -> tuple[float, str]:
        orders = self._terms.shapes.get(iri, {}).get(SH + "order", ())
        return min((float(value.value) for value in orders), default=_LAST), iri


def _is_list(pattern: str) -> bool:
    return _LIST.fullmatch(pattern) is not None
