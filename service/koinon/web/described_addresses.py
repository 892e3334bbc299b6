"""What each address answers with and takes, for the description for programs, with examples.

Routes answer in forms that a request chooses, which the framework doesn't see. An address that is missing here is
described by the framework alone, and answers with anything. A test asks all examples.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import ID
from koinon.publish.collections import LARGEST, PAGE_SIZE
from koinon.release.links import STATES
from koinon.web.representations import HTML, JSON, JSON_LD

_RDF: Final = (
    JSON_LD,
    JSON,
    "text/turtle",
    "text/n3",
    "application/n-triples",
    "text/plain",
    "application/rdf+xml",
    "application/trig",
)
_QUADS: Final = "application/n-quads"
_CSV: Final = "text/csv"
_XML: Final = "application/xml"
_ROWS: Final = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    JSON,
    _XML,
    _CSV,
    "text/tab-separated-values",
)
ANY: Final = "*/*"
TEXT: Final[Mapping[str, Any]] = {"type": "string"}
"""Any media type; the schema of a text."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the address: what it means, its schema, and a value that works."""

    name: str
    about: str
    example: str = ""
    schema: Mapping[str, Any] = field(default_factory=lambda: dict(TEXT))
    required: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the parameter object."""
        told = {
            "name": self.name,
            "in": "query",
            "required": self.required,
            "description": self.about,
            "schema": self.schema,
        }
        return told | ({"example": self.example} if self.example else {})


@dataclass(frozen=True, slots=True)
class Described:
    """What addresses answer with (none: they only lead elsewhere), what they take, and values for their places."""

    media_types: Sequence[str] = ()
    parameters: Sequence[Parameter] = ()
    places: Mapping[str, str] = field(default_factory=dict)


def _number(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}


_LANGUAGE: Final = Parameter(
    "lang",
    "Language of the page, before Accept-Language.",
    "en",
    {"type": "string", "enum": [*INTERFACE_LANGUAGES]},
)
_AFTER: Final = Parameter("after", "Where the page begins: taken from the link to it as it stands.")
_SIZE: Final = Parameter("size", f"Things of a page; {PAGE_SIZE} without it.", "20", _number(1, LARGEST))
_SORT: Final = Parameter(
    "sort", "What sorts: name, or a number of the collection; with a minus, the largest first.", "name"
)
_MORE: Final = Parameter("more", "The facet whose values are listed in full.", "source")
_FIELDS: Final = Parameter(
    "fields", "Properties of each thing by their names in the context, with commas.", "prefLabel"
)
_TEXT: Final = Parameter("q", "Only things whose names this text finds.", "e")
_FACETS: Final = {
    "projects": "country=italy region=pomorskie programme=erasmus-plus theme=social-innovation model=csei "
    "year=2022 type=project-type/transnational-project status= actor=pscop source=respondet-project-page",
    "actors": "country=poland region=PL63 type=actor-type/network theme=social-economy "
    "model=social-economy-cluster status= programme=erasmus-plus project=resist source=respondet-project-page",
    "clusters": "country=france region= model=social-economy-cluster theme= status= member= source=",
    "programmes": "country= region= period=2021-2027 fund=erdf source=",
    "regions": "level=2 country=poland type=place-type/nuts-2 source=",
    "topics": "scheme=theme source=",
}
_SLICE: Final = {"kind": "class", "name": "Project"}
_STEP: Final = {"sequence": "1", "number": "1"}
_RELEASE: Final = {"release": "{release}", "other": "{release}"}


def _collection(name: str) -> Described:
    facets = (facet.partition("=") for facet in _FACETS[name].split())
    given = (Parameter(facet, f"Only things with this {facet}; several with commas.", e) for facet, _, e in facets)
    return Described(
        (HTML, *_RDF, _CSV), (_TEXT, *given, _SORT, _SIZE, _FIELDS, _MORE, _AFTER, _LANGUAGE), {"suffix": "jsonld"}
    )


_ADDRESSES: Final[tuple[tuple[str, Described], ...]] = (
    (r"/(live|ready)", Described((JSON,))),
    (r"/id/.*", Described((), (_LANGUAGE,), {"type": "project", "name": "resist"})),
    (
        r"/(doc|code)/.*/history.*",
        Described(
            (HTML, JSON),
            (Parameter("before", "Where the page begins: taken from the link to it.", ""), _LANGUAGE),
            {"type": "project", "name": "resist", "scheme": "role", "notation": "partner", "suffix": "json"},
        ),
    ),
    (r"/doc/.*", Described((HTML, *_RDF, _CSV), (_AFTER, _LANGUAGE), {"type": "project", "name": "resist"})),
    (r"/code/.*", Described((HTML, *_RDF, _CSV), (_AFTER, _LANGUAGE), {"scheme": "role", "notation": "partner"})),
    (r"/def.*", Described((HTML, *_RDF, _CSV), (_LANGUAGE,), {"suffix": "ttl", "name": "Project"})),
    (r"/context/.*", Described((JSON_LD,), (), {"name": "v1.jsonld"})),
    (r"/shapes.*", Described((HTML, *_RDF, _CSV), (_LANGUAGE,), {"suffix": "ttl", "name": "project"})),
    (
        r"/graph.*",
        Described(
            (HTML, *_RDF, _QUADS),
            (
                Parameter("graph", "The IRI of the graph that is wanted.", ""),
                Parameter("default", "With this, the default graph is wanted.", ""),
                _AFTER,
                _LANGUAGE,
            ),
            {"name": "respondet-project-page", "suffix": "ttl"},
        ),
    ),
    (r"/\.well-known/void.*", Described(_RDF, (), {"suffix": "ttl"})),
    (r"/data/dumps/latest.*", Described((), (), {"name": "index.json"})),
    (r"/data/dumps/.*", Described((ANY,), (), {"name": "index.json", **_RELEASE})),
    (r"/data.*", Described((HTML, *_RDF, _CSV), (_LANGUAGE,), {"suffix": "ttl"})),
    (r"/changes.*", Described((HTML, "application/atom+xml", *_RDF, _CSV), (_LANGUAGE,), {"suffix": "atom"})),
    (
        r"/cite.*",
        Described(
            (HTML, "text/plain", "application/x-bibtex", "application/vnd.citationstyles.csl+json"),
            (_LANGUAGE,),
            {"suffix": "bib"},
        ),
    ),
    (r"/(ldes|version)(/.*)?", Described((*_RDF, _QUADS), (), {**_SLICE, **_STEP, "level": "1", "index": "0"})),
    (r"/releases/\{release\}/diff/\{other\}/\{side\}\.nq", Described((_QUADS,), (), {**_RELEASE, "side": "added"})),
    (r"/releases/\{release\}/diff/.*", Described((HTML, JSON, "application/rdf-patch"), (_LANGUAGE,), _RELEASE)),
    (r"/releases/\{release\}/sparql", Described((HTML, *_ROWS, *_RDF), (), _RELEASE)),
    (r"/releases.*", Described((HTML, JSON), (_LANGUAGE,), {**_RELEASE, "suffix": "json"})),
    (r"/links/review", Described((HTML, JSON), (Parameter("link", "Id of the link to be judged."), _LANGUAGE))),
    (
        r"/links/history(\..*)?",
        Described(
            (HTML, *_RDF, _CSV),
            (
                Parameter("thing", "IRI of the thing of which merges and splits are told.", ""),
                Parameter("limit", "Merges and splits of a page; 50 without it.", "20", _number(1, 500)),
                _AFTER,
                _LANGUAGE,
            ),
            {"suffix": "csv"},
        ),
    ),
    (
        r"/disputes",
        Described(
            (HTML, JSON),
            (
                Parameter("link", "Id of the link that is wrong."),
                Parameter("about", "IRI of the thing about which something wrong is said.", ID + "project/resist"),
                _LANGUAGE,
            ),
        ),
    ),
    (r"/links/.*", Described((HTML, *_RDF, _CSV), (_LANGUAGE,), {"name": "2a87367fc407"})),
    (
        r"/links(\..*)?",
        Described(
            (HTML, *_RDF, _CSV, "text/tab-separated-values"),
            (
                Parameter("state", "Only links in this state.", "accepted", {"type": "string", "enum": [*STATES]}),
                Parameter("band", "Only links that are this sure.", "accept"),
                Parameter("source", "Only links of things of this source.", "code"),
                Parameter("linkset", "Only links of this linkset.", "links-concepts"),
                Parameter("limit", "Links of a page; 50 without it.", "20", _number(1, 500)),
                _AFTER,
                _LANGUAGE,
            ),
            {"suffix": "json"},
        ),
    ),
    (r"/robots\.txt", Described(("text/plain",))),
    (
        r"/oai",
        Described(
            ("text/xml",),
            (
                Parameter("verb", "What is asked (OAI-PMH 2.0 §4).", "ListRecords", required=True),
                Parameter("metadataPrefix", "The form of records.", "oai_dc"),
                Parameter("identifier", "The IRI of a record.", ""),
                Parameter("from", "Only what changed on this day, at this second or later.", "2020-01-01"),
                Parameter("until", "Only what changed on this day, at this second or before."),
                Parameter("set", "Only this set: projects, practices, or one that ListSets names.", "projects"),
                Parameter("resumptionToken", "Where a list goes on, as its page has it; it stands alone."),
            ),
        ),
    ),
    (r"/sitemap.*", Described((_XML,), (), {"number": "1"})),
    (
        r"/linkset/.*",
        Described(("application/linkset+json",), (), {"kind": "doc", "type": "project", "name": "resist"}),
    ),
    (
        r"/sparql",
        Described(
            (HTML, *_ROWS, *_RDF),
            (
                Parameter("query", "The query (SPARQL 1.1 Protocol §2.1).", "SELECT ?s { ?s ?p ?o } LIMIT 3"),
                Parameter("default-graph-uri", "A graph of the dataset."),
                Parameter("named-graph-uri", "A named graph of the dataset."),
                _LANGUAGE,
            ),
        ),
    ),
    (r"/openapi\.json", Described((JSON,))),
    (r"/queries(\.\{suffix\})?", Described((HTML, JSON), (_LANGUAGE,), {"suffix": "json"})),
    (
        r"/queries/.*",
        Described(
            (HTML, *_ROWS, *_RDF),
            (
                Parameter(
                    "project", "A parameter of the question; /queries tells those of each.", "project/resist"
                ),
                _LANGUAGE,
            ),
            {"name": "project-participants"},
        ),
    ),
    (r"/check", Described((HTML, JSON, "text/turtle", JSON_LD, "text/plain"), (_LANGUAGE,))),
    (r"/templates", Described((HTML, JSON), (_LANGUAGE,))),
    (
        r"/templates/.*",
        Described(
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
            (),
            {"name": "members-list.el.xlsx"},
        ),
    ),
    (
        r"/quality.*",
        Described(
            (HTML, *_RDF, _CSV),
            (
                Parameter("sort", "The order of the tables."),
                Parameter("level", "NUTS level of the regions.", "2"),
                Parameter("start", "The first source of the page.", "0"),
                _LANGUAGE,
            ),
            {"suffix": "json", "name": "respondet-project-page"},
        ),
    ),
    (
        r"/(search|suggest).*",
        Described(
            (HTML, JSON, _CSV),
            (
                Parameter(
                    "q",
                    "What is looked for; /suggest calls it prefix.",
                    "resist",
                    {"type": "string", "maxLength": 200},
                ),
                Parameter(
                    "prefix", "What somebody has typed so far.", "resi", {"type": "string", "maxLength": 200}
                ),
                Parameter("type", "Classes, like Project, with commas.", "Project"),
                Parameter("region", "Territories, like greece, with commas."),
                Parameter("start", "How many hits come before the page.", "0", _number(0, 1000)),
                Parameter("size", "Hits of a page.", "10", _number(1, 100)),
                _LANGUAGE,
            ),
            {"suffix": "json"},
        ),
    ),
    *((rf"/{name}(\.\{{suffix\}})?", _collection(name)) for name in _FACETS),
    (
        r"/actors/\{name\}/partners(\.\{suffix\})?",
        Described((HTML, *_RDF, _CSV), (_LANGUAGE,), {"name": "pscop", "suffix": "csv"}),
    ),
    (
        r"/regions/\{name\}/with",
        Described(
            (), (Parameter("region", "The other region.", "EL51", required=True), _LANGUAGE), {"name": "PL63"}
        ),
    ),
    (
        r"/regions/.*",
        Described((HTML, *_RDF, _CSV), (_LANGUAGE,), {"name": "PL63", "one": "PL63", "other": "EL51"}),
    ),
    (
        r"/boundaries",
        Described(
            ("application/geo+json", JSON),
            (Parameter("code", "Codes of NUTS, with commas, 400 at most.", "PL63,EL51", required=True),),
        ),
    ),
    (r"/problems/.*", Described((HTML,), (_LANGUAGE,), {"name": "not-found"})),
    (r"/static/.*", Described((ANY,), (), {"name": "koinon.css"})),
    (r"/", Described((HTML,), (_LANGUAGE,))),
)


def known_of(path: str) -> Described | None:
    """Return what is written here of an address, as the framework spells it (``/doc/{type}/{name}``), or None."""
    return next((known for pattern, known in _ADDRESSES if re.fullmatch(pattern, path)), None)
