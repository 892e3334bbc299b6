"""Applying one of the repository's mappings to files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from facts import ROOT, SHARED
from pyoxigraph import RdfFormat, Store, Triple, parse

from koinon.build.mapping.engine import apply, load_mapping
from koinon.build.mapping.lookups import Found, Lookup, Lookups, NotFound
from koinon.build.mapping.readers import Limits
from koinon.build.mapping.report import ImportReport

PLACE = "https://w3id.org/koinon/id/place/"


@dataclass(frozen=True)
class Outcome:
    """The graph file that a mapping made, and its import report."""

    path: Path
    report: ImportReport

    def store(self) -> Store:
        store = Store()
        store.bulk_load(path=self.path, format=RdfFormat.N_TRIPLES)
        return store

    def triples(self) -> set[Triple]:
        return {quad.triple for quad in parse(path=self.path, format=RdfFormat.N_TRIPLES)}

    def rules(self) -> dict[tuple[str, str], Mapping[str, int]]:
        """Return why cells were rejected or unknown, by table and column."""
        return {
            (table.name, column.title): column.rules
            for table in self.report.tables
            for column in table.columns
            if column.rejected or column.unknown
        }

    def unbalanced(self) -> list[str]:
        """Return the columns whose counts don't add up to the records that could be read."""
        return [
            f"{table.name}, {column.title}"
            for table in self.report.tables
            for column in table.columns
            if sum((column.mapped, column.missing, column.rejected, column.unknown, column.unused))
            != table.read - table.unreadable
        ]


def golden(name: str) -> set[Triple]:
    """Return what a made-up file has to say."""
    path = Path(__file__).parent / "golden" / f"{name}.ttl"
    return {quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)}


def mapped(name: str, files: Sequence[Path], lookups: Lookups, folder: Path) -> Outcome:
    """Apply ``data/mappings/{name}.toml``."""
    out = folder / "graph.nt"
    made = apply(load_mapping(ROOT / "data" / "mappings" / f"{name}.toml"), files, lookups, out, Limits())
    return Outcome(out, made.report)


def real_lookups() -> Lookups:
    """Return the tables of the published lists."""
    return Lookups.of(
        {
            "nuts": sorted((SHARED / "nuts").iterdir()),
            "eu-code-lists": sorted((SHARED / "eu-code-lists").iterdir()),
            "place": sorted((ROOT / "data" / "reference" / "place").glob("*.ttl")),
        }
    )


@dataclass(frozen=True)
class FewCodes:
    """A table with a few codes; spellings are compared in lower case."""

    found: Mapping[str, Found]

    def find(self, key: str, **_: str) -> Found | NotFound:
        return self.found.get(key.lower()) or NotFound("unknown", f"{key!r} is not known")


class PostCodes:
    """German post codes have five digits."""

    def find(self, key: str, country: str = "", **_: str) -> Found | NotFound:
        return Found(key.zfill(5) if country == "DE" else key)


def few_lookups() -> Lookups:
    """Return tables with the codes that the made-up files use."""
    lookups = Lookups.of({})
    countries = {
        "germany": "de", "de": "de", "france": "fr", "fr": "fr", "serbia": "rs", "rs": "rs", "ireland": "ie",
        "uk": "gb", "gb": "gb", "england": "gb", "wales": "gb",
    }  # fmt: skip
    authority = "http://publications.europa.eu/resource/authority/country/"
    tables: Mapping[str, Lookup] = {
        "countries": FewCodes(
            {
                spelling: Found(code, authority + code, {"place": f"{PLACE}country-{code}"})
                for spelling, code in countries.items()
            }
        ),
        "nuts": FewCodes({code: Found(code, f"{PLACE}nuts-{code}") for code in ("ded21", "ukn04")}),
        "postcode": PostCodes(),
    }
    lookups._tables.update(tables)
    return lookups
