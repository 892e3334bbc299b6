"""Query results as tables for pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from koinon.model.namespaces import BASE
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a result: a text with its language, the IRI it is, or a literal with its datatype."""

    text: Text
    iri: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A result: its variables, its rows (at most as many as asked for) and how many there are in all."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell | None, ...], ...]
    total: int
    truth: bool | None = None


def result_table(result: Mapping[str, Any], limit: int, name: Callable[[str], Text] | None = None) -> Table:
    """Return SPARQL 1.1 Query Results JSON as a table of at most ``limit`` rows; an ASK has its ``truth``.

    ``name`` gives the text that stands for one of our IRIs; for all others it is the IRI, shortened.
    """
    if "boolean" in result:
        return Table((), (), 0, bool(result["boolean"]))
    columns = tuple(result["head"]["vars"])
    bindings = result["results"]["bindings"]
    rows = tuple(tuple(_cell(row.get(column), name) for column in columns) for row in bindings[:limit])
    return Table(columns, rows, len(bindings))


def _cell(term: Mapping[str, Any] | None, name: Callable[[str], Text] | None) -> Cell | None:
    if term is None:
        return None
    match term["type"]:
        case "uri":
            iri = str(term["value"])
            return Cell(name(iri) if name and iri.startswith(BASE) else Text(short_name(iri)), iri=iri)
        case "bnode":
            return Cell(Text(f"_:{term['value']}"))
        case "literal" | "typed-literal":
            return Cell(Text(term["value"], term.get("xml:lang", "")), datatype=term.get("datatype", ""))
        case _:
            return Cell(Text(str(term["value"])))
