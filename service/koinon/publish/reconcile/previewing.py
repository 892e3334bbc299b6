"""What a preview shows of an entity: its names, what and where it is, and a few of its values."""

from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.publish.reconcile.entities import OTHERS, PREFERRED, SHORT, Entity
from koinon.publish.reconcile.properties import PROPERTIES
from koinon.publish.text import Text

_NAMES: Final = 3
_FACTS: Final = 4
_EACH: Final = 3
_SHOWN: Final = (
    *("programme", "lead", "classification", "topic", "cluster-model", "project", "start", "end", "website"),
    *("identifier", "broader", "member-count"),
)
"""The properties that tell most, in this order."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A property and some of its values."""

    name: str
    values: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """An entity at a glance."""

    iri: str
    name: Text
    others: tuple[Text, ...]
    description: str
    facts: tuple[Fact, ...]


def preview_of(entity: Entity) -> Preview:
    """Return what is shown of an entity of the release."""
    name, tag = entity.name()
    names = entity.texts(*PREFERRED, *OTHERS[:1], *SHORT)
    others = {text.value: Text(text.value, text.language or "") for text in reversed(names) if text.value != name}
    facts: list[Fact] = []
    for one in (PROPERTIES[key] for key in _SHOWN):
        if len(facts) < _FACTS and set(entity.types) & one.types and (values := one.values(entity)):
            shown = tuple(_text(entity, value) for value in values[:_EACH])
            facts.append(Fact(one.name(entity.vocabulary, entity.naming, entity.naming.language), shown))
    return Preview(
        iri=entity.iri,
        name=Text(name, tag),
        others=tuple(reversed(others.values()))[:_NAMES],
        description=entity.description(),
        facts=tuple(facts),
    )


def _text(entity: Entity, value: NamedNode | Literal) -> Text:
    return entity.naming(value.value) if isinstance(value, NamedNode) else Text(value.value, value.language or "")
