"""The facets and measures of each collection, and where in the graph they come from."""

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import Final

from koinon.model.namespaces import DCT, DEF, M8G, ORG, SCHEMA


class Wider(Enum):
    """What a value also stands for: whoever looks for the wider one finds the things of the narrower."""

    NOTHING = "itself"
    COUNTRY = "the country it lies in"
    REGIONS = "the territories of levels 1 to 3 that it lies in"
    BROADER = "its broader concepts"
    WHOLES = "what it is part of"
    YEAR = "the year of a date"


Path = tuple[str, ...]
"""Properties that lead from a thing to its value, one after the other."""


@dataclass(frozen=True, slots=True)
class FacetDefinition:
    """A facet: its name in addresses, the paths to its values, and what each value also stands for."""

    name: str
    paths: tuple[Path, ...]
    wider: Wider = Wider.NOTHING


@dataclass(frozen=True, slots=True)
class SharedDefinition:
    """A facet whose values are those that things of another collection have which name the thing.

    The programmes of an actor are those of the projects (``section``) whose facet ``by`` names it, read from their
    facet ``of``; empty, the values are these projects themselves.
    """

    name: str
    section: str
    by: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class MeasureDefinition:
    """A whole number of each thing: how many things of ``section`` have it as value of one of the ``facets``;

    without ``section``, how many values it has itself; or the date (``20220501``) at the end of ``date``.
    """

    name: str
    section: str = ""
    facets: tuple[str, ...] = ()
    date: str = ""


@dataclass(frozen=True, slots=True)
class SectionDefinition:
    """The facets and measures of a collection, in the order in which pages show them."""

    name: str
    facets: tuple[FacetDefinition, ...]
    shared: tuple[SharedDefinition, ...] = ()
    measures: tuple[MeasureDefinition, ...] = ()


def _places(*properties: str) -> tuple[FacetDefinition, ...]:
    paths = tuple((property,) for property in properties)
    return FacetDefinition("country", paths, Wider.COUNTRY), FacetDefinition("region", paths, Wider.REGIONS)


_COVERS: Final = DEF + "coversTerritory"
_LOCATED: Final = DEF + "locatedIn"
_WORKS: Final = DEF + "worksIn"
_THEME: Final = FacetDefinition("theme", ((DCT + "subject",), (DEF + "fieldOfWork",)), Wider.BROADER)
_STATUS: Final = FacetDefinition("status", ((DEF + "status",),))
_INVOLVED: Final = ((DEF + "involvesActor",), (M8G + "hasParticipation", M8G + "hasParticipant"))
MODELS: Final = tuple(
    (DEF + name,) for name in ("addressesClusterModel", "followsClusterModel", "embodiesClusterModel")
)
SUBJECTS: Final = (*_THEME.paths, *MODELS)
"""What leads from a thing to a topic."""

DEFINITIONS: Final = (
    SectionDefinition(
        "projects",
        (
            *_places(_COVERS),
            FacetDefinition("programme", ((DEF + "fundedUnder",),), Wider.WHOLES),
            _THEME,
            FacetDefinition("model", MODELS, Wider.BROADER),
            FacetDefinition("year", ((SCHEMA + "startDate",),), Wider.YEAR),
            FacetDefinition("type", ((DCT + "type",),), Wider.BROADER),
            _STATUS,
            FacetDefinition(
                "actor", ((DEF + "involvesActor",), (M8G + "hasParticipation", M8G + "hasParticipant"))
            ),
        ),
        measures=(
            MeasureDefinition("start", date=SCHEMA + "startDate"),
            MeasureDefinition("end", date=SCHEMA + "endDate"),
            MeasureDefinition("actors", facets=("actor",)),
        ),
    ),
    SectionDefinition(
        "actors",
        (
            *_places(_LOCATED, _WORKS, _COVERS),
            FacetDefinition("type", ((ORG + "classification",),), Wider.BROADER),
            _THEME,
            FacetDefinition("model", MODELS, Wider.BROADER),
            _STATUS,
        ),
        (
            SharedDefinition("programme", "projects", "actor", "programme"),
            SharedDefinition("project", "projects", "actor"),
        ),
        (MeasureDefinition("projects", "projects", ("actor",)),),
    ),
    SectionDefinition(
        "clusters",
        (
            *_places(_LOCATED, _WORKS, _COVERS),
            FacetDefinition("model", MODELS, Wider.BROADER),
            _THEME,
            _STATUS,
            FacetDefinition("member", ((ORG + "hasMember",),)),
        ),
        measures=(MeasureDefinition("members", facets=("member",)),),
    ),
    SectionDefinition(
        "programmes",
        (
            *_places(_COVERS),
            FacetDefinition("period", ((DEF + "programmingPeriod",),)),
            FacetDefinition("fund", ((DEF + "drawsOnFund",),)),
        ),
        measures=(MeasureDefinition("projects", "projects", ("programme",)),),
    ),
    SectionDefinition(
        "regions",
        (
            FacetDefinition("level", ((DEF + "nutsLevel",),)),
            FacetDefinition("country", ((DEF + "withinTerritory",),), Wider.COUNTRY),
            FacetDefinition("type", ((DCT + "type",),), Wider.BROADER),
        ),
        measures=(
            MeasureDefinition("projects", "projects", ("country", "region")),
            MeasureDefinition("actors", "actors", ("country", "region")),
        ),
    ),
    SectionDefinition(
        "topics",
        (FacetDefinition("scheme", (("http://www.w3.org/2004/02/skos/core#inScheme",),)),),
        measures=(
            MeasureDefinition("projects", "projects", ("theme", "model")),
            MeasureDefinition("actors", "actors", ("theme", "model")),
        ),
    ),
)
"""All collections; one whose measures or shared facets count another's things follows it."""

VERSION: Final = f"3 {hashlib.sha256(repr(DEFINITIONS).encode()).hexdigest()[:12]}"
"""Names these definitions; raise the number when values are gathered in another way."""

TOPIC_LISTS: Final = ("theme", "cluster-model")
"""Our own code lists whose concepts are all topics; of others, those that something is about."""
