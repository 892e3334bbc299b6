"""Places that another source describes already, by the codes that they carry."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.model.errors import SourceError
from koinon.model.namespaces import ADMS, SHARED, SKOS

COUNTRY = SHARED + "place/country-"
"""Countries that the reference source of places doesn't have: with the two letters of ISO 3166-1 behind."""
NUTS = SHARED + "place/nuts-"
"""Territories of NUTS that the reference source of places doesn't have: with the code in lower case behind."""

_IDENTIFIER, _NOTATION, _AGENCY = (ADMS + "identifier", SKOS + "notation", ADMS + "schemeAgency")
_NAMES = (SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel")


@dataclass(frozen=True, slots=True)
class Places:
    """``codes`` maps an agency (``Eurostat``, ``ISO``) and a code to a place, ``names`` a place to its names."""

    codes: Mapping[tuple[str, str], str]
    names: Mapping[str, Sequence[str]]


def read_places(files: Sequence[Path], source: str) -> Places:
    """Read the Turtle files of the reference source of places."""
    owner: dict[str, str] = {}
    notation: dict[str, str] = {}
    agency: dict[str, str] = {}
    names: defaultdict[str, list[str]] = defaultdict(list)
    for path in files:
        try:
            for quad in parse(path=path, format=RdfFormat.TURTLE):
                subject, value = quad.subject, quad.object
                if not isinstance(subject, NamedNode):
                    continue
                if quad.predicate.value == _IDENTIFIER and isinstance(value, NamedNode):
                    owner[value.value] = subject.value
                elif isinstance(value, Literal):
                    if quad.predicate.value == _NOTATION:
                        notation[subject.value] = value.value
                    elif quad.predicate.value == _AGENCY:
                        agency[subject.value] = value.value
                    elif quad.predicate.value in _NAMES:
                        names[subject.value].append(value.value)
        except (SyntaxError, OSError) as error:
            raise SourceError(source, "syntax", path.name, str(error)) from error
    codes = {
        (agency[identifier], notation[identifier]): place
        for identifier, place in owner.items()
        if identifier in agency and identifier in notation
    }
    return Places(codes, dict(names))
