"""Manifests and answers as the two versions of the Reconciliation API write them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from markupsafe import escape

from koinon import __version__
from koinon.model.errors import NotFoundError
from koinon.model.namespaces import BASE
from koinon.publish.reconcile.asking import TYPES, Candidate, entity_id
from koinon.publish.reconcile.entities import Entity
from koinon.publish.reconcile.extending import Cell, Column
from koinon.publish.reconcile.matching import Matcher
from koinon.publish.reconcile.properties import Property
from koinon.web.reader import Reader
from koinon.web.reconcile.reading import BATCH

OLD: Final = "/reconcile"
DRAFT: Final = "/reconcile/1.0-draft"
"""Where the two versions stand: one endpoint cannot describe itself for both."""
WIDTH, HEIGHT = 420, 280
"""Size of a preview in pixels."""
Json = dict[str, Any]


def _(message: str) -> str:
    """Mark a text for translation; it is translated where a manifest gives it."""
    return message


_LIMIT: Final = _("How many values")
_LIMIT_HELP: Final = _("At most so many values for each row; 0 for all of them.")
_LANGUAGE: Final = _("Language of the values")
_LANGUAGE_HELP: Final = _("A language tag like pl: only texts in that language.")
_CONTENT: Final = _("Names or addresses")
_CONTENT_HELP: Final = _("Whether things are given by their names or by their addresses (IRIs).")
_BY_NAME: Final = _("names")
_BY_ADDRESS: Final = _("addresses")


def manifest(reader: Reader, name: str, types: Mapping[str, str], texts: Mapping[str, str]) -> Json:
    """Return the manifest of version 0.2 (§3.1 of its report); ``texts`` translates the words of settings."""
    base = reader.absolute(OLD)

    def service(kind: str) -> Json:
        found = {"service_url": base, "service_path": f"/suggest/{kind}"}
        return {**found, "flyout_service_path": f"/flyout/{kind}?id=${{id}}"}

    return {
        "versions": ["0.1", "0.2"],
        "name": name,
        "identifierSpace": BASE,
        "schemaSpace": BASE,
        "documentation": reader.absolute("/reconcile/about"),
        "serviceVersion": __version__,
        "view": {"url": f"{base}/view?id={{{{id}}}}"},
        "defaultTypes": [{"id": one, "name": types[one]} for one in TYPES],
        "preview": {"url": f"{base}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {kind: service(kind) for kind in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {"service_url": base, "service_path": "/extend/propose"},
            "property_settings": [
                {**rest, "name": key, "label": label, "help_text": text}
                for key, label, text, rest in _settings(texts)
            ],
        },
        "batchSize": BATCH,
    }


def draft_manifest(reader: Reader, name: str, types: Mapping[str, str], texts: Mapping[str, str]) -> Json:
    """Return the manifest of the draft of version 1.0."""
    return {
        "versions": ["1.0-draft"],
        "name": name,
        "lang": reader.language,
        "documentation": reader.absolute("/reconcile/about"),
        "serviceVersion": __version__,
        "view": {"url": f"{reader.absolute(OLD)}/view?id={{id}}"},
        "defaultTypes": [{"id": one, "name": types[one]} for one in TYPES],
        "preview": {"width": WIDTH, "height": HEIGHT},
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {**rest, "id": key, "name": label, "helpText": text} for key, label, text, rest in _settings(texts)
            ],
        },
        "batchSize": BATCH,
        "standardizedScore": True,
    }


def _settings(texts: Mapping[str, str]) -> list[tuple[str, str, str, Json]]:
    choices = [{"value": "name", "name": texts[_BY_NAME]}, {"value": "id", "name": texts[_BY_ADDRESS]}]
    return [
        ("limit", texts[_LIMIT], texts[_LIMIT_HELP], {"type": "number", "default": 0}),
        ("language", texts[_LANGUAGE], texts[_LANGUAGE_HELP], {"type": "text", "default": ""}),
        (
            "content",
            texts[_CONTENT],
            texts[_CONTENT_HELP],
            {"type": "select", "default": "name", "choices": choices},
        ),
    ]


TEXTS: Final = (*(_LIMIT, _LIMIT_HELP, _LANGUAGE, _LANGUAGE_HELP, _CONTENT, _CONTENT_HELP, _BY_NAME, _BY_ADDRESS),)
"""The words of manifests that are translated."""


def candidate(found: Candidate, types: Mapping[str, str], features: Mapping[str, str]) -> Json:
    """Return a candidate; ``features`` names its features, which 1.0 wants and 0.2 passes over."""
    return {
        "id": entity_id(found.iri),
        "name": found.name,
        "description": found.description,
        "score": found.score,
        "match": found.match,
        "type": [{"id": one, "name": types[one]} for one in found.types],
        "features": [
            {"id": key, "name": features.get(key, key), "value": value} for key, value in found.features.items()
        ],
    }


def draft_candidate(found: Candidate, types: Mapping[str, str], features: Mapping[str, str]) -> Json:
    """Return a candidate with the language of its name."""
    written = candidate(found, types, features)
    return {**written, "lang": found.tag} if found.tag else written


def suggested(matcher: Matcher, iris: Iterable[str], types: Mapping[str, str]) -> list[Json]:
    """Return entities as a suggest service gives them."""
    found = []
    for iri in iris:
        entity = matcher.entity(iri)
        notable = [{"id": one, "name": types[one]} for one in entity.types]
        found.append(
            {
                "id": entity_id(iri),
                "name": entity.name()[0],
                "description": entity.description(),
                "notable": notable,
            }
        )
    return found


def extended(
    columns: Sequence[Column],
    rows: Mapping[str, Sequence[list[Cell]]],
    names: Mapping[str, str],
    types: Mapping[str, str],
) -> Json:
    """Return the answer to a data extension of version 0.2: empty cells hold an empty object."""
    return {
        "meta": _meta(columns, names, types),
        "rows": {
            identifier: {column.property.id: values or [{}] for column, values in zip(columns, row, strict=True)}
            for identifier, row in rows.items()
        },
    }


def draft_extended(
    columns: Sequence[Column],
    rows: Mapping[str, Sequence[list[Cell]]],
    names: Mapping[str, str],
    types: Mapping[str, str],
) -> Json:
    """Return the answer to a data extension of the draft of version 1.0."""
    return {
        "meta": _meta(columns, names, types),
        "rows": [
            {
                "id": identifier,
                "properties": [
                    {"id": column.property.id, "values": values}
                    for column, values in zip(columns, row, strict=True)
                ],
            }
            for identifier, row in rows.items()
        ],
    }


def _meta(columns: Sequence[Column], names: Mapping[str, str], types: Mapping[str, str]) -> list[Json]:
    meta: list[Json] = []
    for column in columns:
        one: Json = {"id": column.property.id, "name": names[column.property.id]}
        if column.property.leads and not column.ids:
            one["type"] = {"id": column.property.leads, "name": types[column.property.leads]}
        meta.append(one)
    return meta


def proposed(properties: Iterable[Property], names: Mapping[str, str], type_id: str, limit: int) -> Json:
    """Return properties as data extension proposes them."""
    listed = [{"id": one.id, "name": names[one.id]} for one in properties]
    return {"properties": listed, **({"type": type_id} if type_id else {}), **({"limit": limit} if limit else {})}


def flyout(identifier: str, entity: Entity) -> Json:
    """Return the flyout of an entity (version 0.1); raises NotFoundError where nothing is known of it."""
    if not entity.known:
        raise NotFoundError("There is no entity with this id.")
    return flyout_of(identifier, entity.name()[0], entity.description())


def flyout_of(identifier: str, name: str, description: str) -> Json:
    """Return a flyout: HTML in JSON, of which labels can never become a part."""
    text = f"<p><b>{escape(name)}</b></p>" + (f"<p>{escape(description)}</p>" if description else "")
    return {"id": identifier, "html": text}
