"""Typed parameters of catalogue queries: from what people write to a serialised RDF term."""

import datetime
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Literal, assert_never

from pydantic import BaseModel, ConfigDict
from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from koinon.model.addresses import thing_of
from koinon.model.errors import ParameterError
from koinon.model.namespaces import CANONICAL, XSD

Kind = Literal["iri", "string", "language", "date", "integer"]

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ABSOLUTE: Final = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+")
_RELATIVE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/#._~-]*(?:@[A-Za-z0-9.:~_-]+/[A-Za-z0-9/#._~-]*)?")
_LARGEST: Final = 10_000


class Parameter(BaseModel):
    """One parameter: its kind, its label by language tag, and, for IRIs, the class whose members are offered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    label: dict[str, str]
    of_class: str | None = None


def serialise(query: str, parameters: Mapping[str, Parameter], values: Mapping[str, str]) -> dict[str, str]:
    """Return each given value as a SPARQL term (or, for integers, as digits), by parameter name.

    Raises ParameterError, naming the parameter and the form it takes, for whatever does not fit.
    """
    unknown = sorted(set(values) - set(parameters))
    if unknown:
        raise ParameterError(
            f"The query “{query}” has no parameter {', '.join(unknown)}. It has: {', '.join(parameters) or 'none'}."
        )
    return {name: _term(name, parameters[name].kind, value.strip()) for name, value in values.items()}


def _term(name: str, kind: Kind, value: str) -> str:
    match kind:
        case "iri":
            if _ABSOLUTE.fullmatch(value):
                return str(NamedNode(value))
            with suppress(ValueError):
                if _RELATIVE.fullmatch(value):
                    return str(NamedNode(CANONICAL + value if value.startswith("code/") else thing_of(value)))
            wanted = "an address like project/resist or a full https:// IRI"
        case "language":
            if _LANGUAGE.fullmatch(value):
                return str(RdfLiteral(value.lower()))
            wanted = "a language tag like pl or el-latn"
        case "date":
            try:
                return str(
                    RdfLiteral(datetime.date.fromisoformat(value).isoformat(), datatype=NamedNode(XSD + "date"))
                )
            except ValueError:
                wanted = "a date like 2023-01-15"
        case "integer":
            if value.isascii() and value.isdigit() and int(value[:9]) <= _LARGEST:
                return str(int(value[:9]))
            wanted = f"a whole number from 0 to {_LARGEST:,}"
        case "string":
            return str(RdfLiteral(value))
        case _:
            assert_never(kind)
    raise ParameterError(f"The parameter {name} takes {wanted}; “{value[:80]}” is none.")
