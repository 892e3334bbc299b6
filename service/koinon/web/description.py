"""The description for programs (OpenAPI 3.1), completed with media types, parameters, examples and problems.

https://spec.openapis.org/oas/v3.1.1.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from koinon.web.described_addresses import ANY, TEXT, Described, known_of
from koinon.web.representations import HTML, JSON

_PROBLEM: Final = "application/problem+json"
_BODIES: Final = {
    "/links/review": {
        JSON: {
            "schema": {"type": "object"},
            "example": {"act": "judge", "link": "2a87367fc407", "verdict": "same"},
        },
    },
    "/disputes": {
        JSON: {"schema": {"type": "object"}, "example": {"link": "2a87367fc407", "text": "What is wrong with it."}},
    },
    "/sparql": {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "properties": {"query": TEXT}, "required": ["query"]},
            "example": {"query": "ASK { ?s ?p ?o }"},
        },
        "application/sparql-query": {"schema": TEXT, "example": "ASK { ?s ?p ?o }"},
    },
    "/oai": {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "properties": {"verb": TEXT}, "required": ["verb"]},
            "example": {"verb": "Identify"},
        },
    },
    "/check": {
        "text/turtle": {"schema": TEXT, "example": "<https://example.org/a> a <https://example.org/B> ."},
        "application/ld+json": {"schema": {}, "example": {"@id": "https://example.org/a"}},
        "application/n-triples": {"schema": TEXT, "example": ""},
    },
}


def completed(described: dict[str, Any], schemes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the framework's description with all that is known of the addresses."""
    components = described.setdefault("components", {})
    components["securitySchemes"] = schemes
    components.pop("schemas", None)
    components["schemas"] = {"Problem": _problem_schema()}
    for path, operations in described["paths"].items():
        known = known_of(path)
        for method, operation in operations.items():
            _complete(operation, path, method, known)
            operation["tags"] = [path[1:].split("/")[0].split(".")[0] or "start"]
    return described


def _complete(operation: dict[str, Any], path: str, method: str, known: Described | None) -> None:
    responses = operation["responses"]
    if path.startswith("/sources/"):
        told = responses.get("422", {}).get("content", {})
        told.pop(JSON, None)
    else:
        responses.pop("422", None)
    if known is None:
        responses.setdefault("200", {"description": "The answer"})
        responses["200"].setdefault("content", {ANY: {}})
    elif known.media_types:
        responses["200"] = {
            "description": "The answer, in the form that Accept or the suffix chooses",
            "content": {media_type: {} for media_type in known.media_types},
        }
    if method == "get":
        responses["304"] = {"description": "The reader has it already (If-None-Match, If-Modified-Since)"}
    if (method, path) == ("post", "/disputes"):
        responses["201"] = {"description": "It is kept, and will be reviewed", "content": {JSON: {}}}
    responses.setdefault("3XX", {"description": "The answer is at the address that Location names"})
    problem = {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}, HTML: {}}
    responses.setdefault(
        "4XX", {"description": "The request is wrong: what, and what would be right", "content": problem}
    )
    responses.setdefault("503", {"description": "Busy, or not ready: try again", "content": problem})
    if known is not None:
        operation["parameters"] = list(_parameters(operation.get("parameters", ()), known))
    if method == "post" and path in _BODIES:
        operation["requestBody"] = {"required": True, "content": _BODIES[path]}


def _parameters(given: Sequence[Mapping[str, Any]], known: Described) -> Iterator[dict[str, Any]]:
    names = {each["name"] for each in given}
    for each in given:
        place = known.places.get(each["name"], "") if each["in"] == "path" else ""
        yield {**each, "example": place} if place and "{" not in place else dict(each)
    for parameter in known.parameters:
        if parameter.name not in names:
            yield parameter.as_json()


def _problem_schema() -> dict[str, Any]:
    return {
        "title": "Problem",
        "description": "What went wrong (RFC 9457): type opens a page that explains it.",
        "type": "object",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "instance": TEXT,
        },
        "required": ["type", "title", "status", "detail", "instance"],
    }
