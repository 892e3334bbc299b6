"""Data extension: the values of properties of entities, as a client asks for them column by column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.model.languages import fallback_chain
from koinon.model.namespaces import CODE, THINGS, XSD
from koinon.publish.reconcile.asking import entity_id, is_entity
from koinon.publish.reconcile.entities import Entity
from koinon.publish.reconcile.properties import PROPERTIES, Property

Cell = dict[str, str | int | float]
"""One value as the API writes it: ``{"str": …}``, ``{"id": …, "name": …}``, ``{"int": …}``, ``{"date": …}`` …"""

MOST_VALUES: Final = 100
_DATE: Final = re.compile(r"\d{4}-(?:1[0-2]|0[1-9])-(?:3[01]|0[1-9]|[12]\d)")
_WHOLE: Final = frozenset(
    XSD + name for name in ("integer", "int", "long", "nonNegativeInteger", "positiveInteger")
)
_BROKEN: Final = frozenset(XSD + name for name in ("decimal", "double", "float"))


@dataclass(frozen=True, slots=True)
class Column:
    """A property that is asked for: how many values (0: all), in which language (empty: all), as ids or names."""

    property: Property
    limit: int = 0
    language: str = ""
    ids: bool = False


def cells(entity: Entity, column: Column) -> list[Cell]:
    """Return the values of a property of an entity, those in the wanted or the reader's language first."""
    values = column.property.values(entity)
    texts = [value for value in values if isinstance(value, Literal) and value.language]
    tags = fallback_chain(column.language or entity.naming.language, {text.language or "" for text in texts})
    if column.language:
        texts = [text for text in texts if text.language == column.language]
    texts.sort(key=lambda text: (tags.index(text.language or ""), text.value))
    rest = [value for value in values if not (isinstance(value, Literal) and value.language)]
    found = [*(_cell(entity, value, column) for value in texts), *(_cell(entity, value, column) for value in rest)]
    most = min(column.limit, MOST_VALUES) if column.limit > 0 else MOST_VALUES
    return found[:most]


def _cell(entity: Entity, value: NamedNode | Literal, column: Column) -> Cell:
    if isinstance(value, NamedNode):
        ours = value.value.startswith((*THINGS, CODE))
        if column.ids:
            return {"str": value.value}
        if ours and "#" not in value.value and is_entity(value.value) and column.property.leads:
            return {"id": entity_id(value.value), "name": str(entity.naming(value.value))}
        return {"str": str(entity.naming(value.value)) if ours or column.property.id == "type" else value.value}
    kind = value.datatype.value
    try:
        if kind in _WHOLE:
            return {"int": int(value.value)}
        if kind in _BROKEN:
            return {"float": float(value.value)}
    except ValueError:
        return {"str": value.value}
    if kind == XSD + "date" and _DATE.fullmatch(value.value):
        return {"date": f"{value.value}T00:00:00Z"}
    return {"str": value.value}


def proposals(type_id: str, limit: int) -> Iterator[Property]:
    """Yield the properties that entities of a type have, those that are asked for most first."""
    found = [one for one in PROPERTIES.values() if not type_id or type_id in one.types]
    yield from found[: limit if limit > 0 else None]
