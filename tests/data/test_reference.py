"""The reference sources are what their scripts make from released packages, and are complete."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from curated import DATA, holds, rows

SCRIPTS = sorted((DATA / "reference").rglob("generate.py"))


def module(path: Path) -> ModuleType:
    """The script as a module; it is not run."""
    spec = importlib.util.spec_from_file_location(f"generate_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.parent.name)
def test_generated_files_are_up_to_date(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert module(script).main(["--check"]) == 0, capsys.readouterr().err


def test_every_region_leads_to_a_country_one_level_at_a_time() -> None:
    assert not holds(
        "?place koi:nutsLevel ?level FILTER (?level > 0) FILTER NOT EXISTS { ?place dct:isPartOf ?parent . "
        "?parent koi:nutsLevel ?above FILTER (?above = ?level - 1) }"
    )


def test_every_territory_inside_nuts_names_its_code_and_the_version_of_the_codes() -> None:
    assert (
        rows(
            "SELECT ?place WHERE { ?place koi:nutsLevel ?level ; dct:type ?kind "
            "FILTER (contains(str(?kind), 'nuts-')) "
            "FILTER NOT EXISTS { ?place adms:identifier [ skos:notation ?code ; koi:schemeVersion '2024' ] } }"
        )
        == []
    )


def test_every_town_has_coordinates_and_a_region() -> None:
    assert (
        rows(
            "SELECT ?town WHERE { ?town dct:type ?kind FILTER (?kind IN (place-type:city, place-type:village)) "
            "FILTER NOT EXISTS { ?town geo:lat ?lat ; geo:long ?long ; dct:isPartOf/koi:nutsLevel 3 } }"
        )
        == []
    )


def test_names_of_greek_regions_are_written_in_one_script() -> None:
    mixed = rows(
        "SELECT ?place ?label WHERE { ?place a dct:Location ; skos:prefLabel ?label FILTER (lang(?label) = 'el') "
        "FILTER (regex(?label, '[A-Za-z]')) }"
    )
    assert mixed == []


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("malopolskie", "PL21"), ("pomorskie", "PL63"), ("wielkopolskie", "PL41"), ("miasto-poznan", "PL415"),
        ("east-macedonia-thrace", "EL51"), ("rodopi", "EL513"), ("thasos-kavala", "EL515"), ("catalonia", "ES51"),
        ("wallonia", "BE3"), ("namur-arrondissement", "BE352"), ("torino-province", "ITC11"), ("sicily", "ITG1"),
        ("messina-province", "ITG13"), ("rhone", "FRK26"), ("landes", "FRI13"), ("aquitaine", "FRI1"),
        ("latgale", "LV005"), ("hamburg-nuts-3", "DE600"), ("veneto", "ITH3"), ("splitsko-dalmatinska", "HR035"),
        ("miasto-krakow", "PL213"), ("agder", "NO092"),
    ],
)  # fmt: skip
def test_verified_codes_are_those_of_the_places(place: str, code: str) -> None:
    assert holds(f"<place/{place}> adms:identifier [ skos:notation '{code}' ; adms:schemeAgency 'Eurostat' ]")
