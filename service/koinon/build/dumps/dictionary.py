"""The dictionary of all tables: one CSVW document (Metadata Vocabulary for Tabular Data, W3C 2015) beside them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from koinon.build.dumps.columns import Column, Kind, Table
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import CC_BY, XSD

FILE: Final = "csv-metadata.json"
"""The name under which readers of CSVW look for it (Model for Tabular Data, section 5.3)."""

_NOTES: Final = (
    "A row is a thing, and id its address; it has a row in the table of each of its classes. Columns stay the same "
    "from release to release: they follow from the shapes of the class. Cells that hold JSON are lists, texts by "
    "language, or, in the column more, N-Triples terms that found no place in their column. Text that begins with "
    "one of = + - @ has an apostrophe before it, so that no spreadsheet calculates it. The Parquet files have the "
    "same columns without that apostrophe, with lists as lists; texts by language are JSON there too."
)
_ABOUT: Final = {
    "id": "Address of the thing.",
    "types": "All classes of the thing.",
    "sources": "Short names of the graphs that say something of it; sources/{name}.ttl.gz is such a graph.",
    "more": "What found no place in its column: a second value where one is due, a value of another type.",
}
_HOW: Final = {
    Kind.LIST: "Several values: a JSON list.",
    Kind.TEXTS: "Texts by language: a JSON object with a list per language tag.",
}
_DATATYPES: Final = {
    Kind.IRI: "anyURI",
    Kind.TEXT: "string",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "decimal",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.LIST: "json",
    Kind.TEXTS: "json",
    Kind.REST: "json",
}


def dictionary(tables: Iterable[Table], labels: Mapping[str, Mapping[str, str]]) -> bytes:
    """Return the document about ``tables``; ``labels`` are those of classes and properties, by language."""
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": INTERFACE_LANGUAGES[0]}],
        "dc:title": "Koinon: tables of one release, by class",
        "dc:description": _NOTES,
        "dc:license": {"@id": CC_BY},
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": ["\n"]},
        "tables": [_table(table, labels) for table in tables],
    }
    # A column stands on a line, for people who look something up in it.
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return (text.replace('{"name":', '\n{"name":').replace('{"url":', '\n{"url":') + "\n").encode()


def _table(table: Table, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "url": f"{table.name}.csv",
        "dc:title": _titles(labels.get(table.about, {}), table.name),
        "dc:subject": {"@id": table.about},
        "tableSchema": {
            "aboutUrl": "{+id}",
            "primaryKey": "id",
            "columns": [_column(column, labels) for column in table.columns],
        },
    }


def _column(column: Column, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    named = labels.get(column.property, {})
    described: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "datatype": _DATATYPES[column.kind],
    }
    if named and not column.language:
        described["rdfs:label"] = _titles(named, column.name)
    about = _ABOUT.get(column.name) or _HOW.get(column.kind)
    if about:
        described["dc:description"] = about
    if column.name == "id":
        described["required"] = True
    if column.language:
        described["lang"] = column.language
    if column.kind in _HOW or not column.property:
        described["suppressOutput"] = True  # a list as one JSON text is no statement
        if column.property:
            described["dc:subject"] = {"@id": column.property}
        if column.datatype:
            described["dc:type"] = {"@id": XSD + "anyURI" if column.datatype == "anyURI" else column.datatype}
    else:
        described["propertyUrl"] = column.property
        if column.kind is Kind.IRI:
            described["valueUrl"] = f"{{+{column.name}}}"
    return described


def _titles(labels: Mapping[str, str], otherwise: str) -> list[dict[str, str]]:
    found = [{"@value": labels[tag], "@language": tag} for tag in INTERFACE_LANGUAGES if tag in labels]
    return found or [{"@value": otherwise}]
