"""A small world to build: three sound sources, the real ontology and shapes, and only the code lists they need."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from koinon.build.pipeline import build
from koinon.build.report import BuildReport
from koinon.cli.app import app
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError
from koinon.model.settings import Settings
from koinon.release.current import Release, open_current
from koinon.release.paths import Home

ROOT = Path(__file__).resolve().parents[1]
CODE_LISTS = (
    "actor-type", "basis", "cluster-model", "event-type", "place-type", "project-type", "reading-method", "role",
    "statement-origin", "territory-basis",
)  # fmt: skip

PREFIXES = """@base <https://w3id.org/koinon/id/> .
@prefix actor-type: <https://w3id.org/koinon/code/actor-type/> .
@prefix basis: <https://w3id.org/koinon/code/basis/> .
@prefix c: <https://w3id.org/koinon/id/document/patient#char=> .
@prefix cluster-model: <https://w3id.org/koinon/code/cluster-model/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix event-type: <https://w3id.org/koinon/code/event-type/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix koi: <https://w3id.org/koinon/def#> .
@prefix m8g: <http://data.europa.eu/m8g/> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix place-type: <https://w3id.org/koinon/code/place-type/> .
@prefix project-type: <https://w3id.org/koinon/code/project-type/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix role: <https://w3id.org/koinon/code/role/> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

PLACE = (
    PREFIXES
    + """
<document/reference-place> a foaf:Document ; skos:prefLabel "Places"@en .
<place/poland> a koi:Territory , dct:Location ; skos:prefLabel "Poland"@en ; koi:nutsLevel 0 ;
    dct:type place-type:country .
<place/pomorskie> a koi:Territory , dct:Location ; skos:prefLabel "Pomorskie"@en ; koi:nutsLevel 2 ;
    dct:type place-type:nuts-2 ; dct:isPartOf <place/poland> .
<place/gdansk> a dct:Location ; skos:prefLabel "Gdańsk"@en ; dct:type place-type:city ;
    dct:isPartOf <place/pomorskie> .
"""
)

PATIENT = (
    PREFIXES
    + """
<document/patient> a foaf:Document ~ c:0\\,10 ; skos:prefLabel "Strona"@pl ~ c:0\\,10 ; skos:prefLabel "Page"@en .
<project/patient> a koi:Project ~ c:0\\,10 ; skos:prefLabel "Projekt"@pl ~ c:12\\,20 ~ c:40\\,47 ;
    skos:prefLabel "Project"@en ;
    dct:type project-type:transnational-project ~ c:20\\,30 ;
    m8g:hasParticipation <project/patient#coordinator> .
<project/patient#coordinator> a koi:ProjectParticipation , m8g:Participation ;
    m8g:hasParticipant <organisation/patient-office> ~ c:50\\,60 ; m8g:role role:coordinator ~ c:50\\,60 .
<organisation/patient-office> a org:Organization ~ c:50\\,60 ; skos:prefLabel "Biuro"@pl ~ c:50\\,60 ;
    skos:prefLabel "Office"@en ; org:classification actor-type:association ~ c:50\\,60 .
<organisation/patient-office> koi:locatedIn <place/gdansk>
    {| koi:basis basis:implied ; koi:sourceRange c:70\\,80 ; rdfs:comment "The article was written there."@en |} .
<event/patient-meeting> a koi:Event ~ c:90\\,99 ; skos:prefLabel "Spotkanie"@pl ~ c:90\\,99 ;
    skos:prefLabel "Meeting"@en ;
    dct:type event-type:partner-meeting ~ c:90\\,99 ; koi:partOfProject <project/patient> ~ c:90\\,99 ;
    schema:location <place/gdansk> ~ c:90\\,99 ; schema:startDate "2024-06-10"^^xsd:date ~ c:90\\,99 .
"""
)

NEIGHBOUR = (
    PREFIXES
    + """
<document/neighbour> a foaf:Document ; skos:prefLabel "Neighbour"@en .
<organisation/neighbour> a org:Organization ; skos:prefLabel "Neighbour"@en ;
    org:classification actor-type:association .
<project/patient> a koi:Project ; skos:altLabel "The patient"@en ; koi:involvesActor <organisation/neighbour> .
"""
)


def manifest(
    slug: str,
    kind: str = "external",
    /,
    *,
    globs: tuple[str, ...] | None = None,
    lines: dict[str, str] | None = None,
) -> str:
    """Return a source.toml; ``lines`` maps a key to the whole line that stands in its place (empty: left out)."""
    mints = globs or (f"document/{slug}", f"project/{slug}", f"organisation/{slug}*", f"event/{slug}*")
    page = kind == "page"
    given = lines or {}
    lines = {
        "slug": f'slug = "{slug}"',
        "title": f'title = {{ en = "{slug}" }}',
        "kind": f'kind = "{kind}"',
        "language": f'language = "{"pl" if page else "en"}"',
        "mints": f"mints = {json.dumps(mints)}",
        "document": "[document]",
        "iri": f'iri = "https://w3id.org/koinon/id/document/{"reference-" if kind == "reference" else ""}{slug}"',
        "sha256": f'sha256 = "{"0" * 64}"' if page else 'not_held = "not received"',
        "length": "length = 1000" if page else "",
        "issued": 'issued_absent = "no date"',
        "rights": '[rights]\nstatement = "facts only"',
        "licence": 'licence = "https://creativecommons.org/licenses/by/4.0/"',
        "reading": "[reading]",
        "received": "received = 2026-11-21",
        "method": 'method = "declared"',
        "by": 'by = "Koinon editors"\nreview = "none"',
        "basis": f'basis = "{"stated" if page else "external"}"',
        "receipts": f'receipts = "{"every" if page else "annotated"}"',
    }
    lines.update(given)
    return "\n".join(line for line in lines.values() if line) + "\n"


@dataclass
class World:
    """A folder with assets, sources and a home."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> Path:
        """The folder of the sources."""
        return self.root / "sources"

    @property
    def home(self) -> Home:
        """The home of the node."""
        return Home(self.root / "home")

    @property
    def assets(self) -> Assets:
        """The assets: real ontology, shapes and rules, few code lists."""
        parts = self.root / "assets"
        return Assets(parts / "ontology", parts / "shapes", parts / "data", parts / "queries")

    def put(self, slug: str, files: dict[str, str | bytes]) -> None:
        """Replace the files of the source ``slug``."""
        folder = self.sources / slug
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def build(self, **settings: object) -> BuildReport:
        """Build in this process, without dumps unless these are asked for."""
        given = Settings.from_environment({}, home=self.home.root, **{"dumps": False, **settings})
        return build(given, self.assets, [self.sources])

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run ``koinon build`` with ``arguments`` through the command line; returns exit code and output."""
        command = ["build", "--only", "--data", str(self.sources), "--home", str(self.home.root), *arguments]
        given = {"KOINON_ASSETS": str(self.root / "assets"), "KOINON_DUMPS": "false", **self.env}
        result = CliRunner().invoke(app, command, env=given)
        if isinstance(result.exception, KoinonError):
            return result.exception.exit_code, str(result.exception)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout

    @property
    def current(self) -> Release:
        """The current release."""
        return open_current(self.home)

    def hashes(self) -> dict[str, str]:
        """Return the hash of every graph of the current release."""
        return {entry.slug: entry.sha256 for entry in self.current.manifest.graphs}


def make_world(root: Path) -> World:
    """Make a world with the three sound sources ``place``, ``patient`` and ``neighbour``; nothing is built."""
    assets = root / "assets"
    (assets / "ontology" / "code").mkdir(parents=True)
    (assets / "data").mkdir()
    for path in (ROOT / "ontology").glob("*.ttl"):
        (assets / "ontology" / path.name).symlink_to(path)
    for name in CODE_LISTS:
        (assets / "ontology" / "code" / f"{name}.ttl").symlink_to(ROOT / "ontology" / "code" / f"{name}.ttl")
    (assets / "ontology" / "definitions").symlink_to(ROOT / "ontology" / "definitions")
    (assets / "ontology" / "context").symlink_to(ROOT / "ontology" / "context")
    (assets / "shapes").symlink_to(ROOT / "shapes")
    (assets / "queries").symlink_to(ROOT / "queries")
    world = World(root)
    place = manifest("place", "reference", globs=("place/*", "document/reference-place"))
    world.put("place", {"source.toml": place, "graph.ttl": PLACE})
    world.put("patient", {"source.toml": manifest("patient", "page"), "graph.ttl": PATIENT})
    world.put("neighbour", {"source.toml": manifest("neighbour"), "graph.ttl": NEIGHBOUR})
    return world
