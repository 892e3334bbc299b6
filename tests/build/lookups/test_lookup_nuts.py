import pytest
from asked import ID, found, missed, place

from koinon.build.mapping.lookups import Label, Lookups


def test_a_code_of_the_newest_version_is_its_territory(lookups: Lookups) -> None:
    region = found(lookups, "nuts", "DEX11")
    assert (region.iri, region.rule) == (f"{ID}place/nuts-dex11", "")
    assert region.parts["level"] == 3
    assert region.parts["version"] == "2024"
    assert region.parts["current"] == "DEX11"
    assert region.parts["label"] == Label("Musterkreis", "de")
    assert region.parts["parent"] == f"{ID}place/nuts-dex1"


@pytest.mark.parametrize("key", ["dex11", " DEX11 ", "DEX11  / Musterkreis", "DEX11 Musterkreis"])
def test_case_and_the_name_behind_a_code_do_not_matter(lookups: Lookups, key: str) -> None:
    assert place(lookups, key) == "place/nuts-dex11"


def test_a_region_without_a_name_in_the_lists_is_called_by_its_code_in_words(lookups: Lookups) -> None:
    region = found(lookups, "nuts", "DEX1")
    assert region.parts["label"] == Label("DEX1 (NUTS 2, Germany)", "en")
    assert "name" not in region.parts


def test_a_territory_that_a_source_describes_already_keeps_its_address(lookups: Lookups) -> None:
    assert place(lookups, "PL21") == "place/malopolskie"
    assert missed(lookups, "nuts-territory", "PL21", version="2024").rule == "kept-elsewhere"


def test_level_one_is_part_of_the_country(lookups: Lookups) -> None:
    assert found(lookups, "nuts", "DEX").parts["parent"] == f"{ID}place/germany"
    assert found(lookups, "nuts", "PL2").parts["parent"] == f"{ID}place/country-pl"
    assert place(lookups, "UK") == "place/country-gb"


def test_an_old_code_is_carried_where_nearly_all_people_went_to_one(lookups: Lookups) -> None:
    region = found(lookups, "nuts", "DEX12")
    assert (region.iri, region.rule) == (f"{ID}place/nuts-dex21", "carried")
    assert (region.parts["version"], region.parts["current"], region.parts["share"]) == ("2021", "DEX21", "0.970")
    assert region.note == "DEX12 of NUTS 2021 is DEX21 of NUTS 2024, with 97.0% of the people"


def test_a_divided_territory_stays_as_it_was(lookups: Lookups) -> None:
    region = found(lookups, "nuts", "DEX13")
    assert (region.iri, region.rule) == (f"{ID}place/nuts-dex13", "split")
    assert "current" not in region.parts
    assert region.note.startswith("DEX13 of NUTS 2021 was divided: DEX21 (50.0%), DEX22 (50.0%)")


def test_a_territory_without_successor_stays(lookups: Lookups) -> None:
    region = found(lookups, "nuts", "UKX")
    assert (region.iri, region.rule) == (f"{ID}place/nuts-ukx", "ended")
    assert region.parts["parent"] == f"{ID}place/country-gb"


def test_a_code_means_what_it_means_in_the_version_that_the_file_states(lookups: Lookups) -> None:
    assert place(lookups, "DEX15") == "place/nuts-dex15"
    assert place(lookups, "DEX15", version="2021") == "place/nuts-dex11"
    answer = missed(lookups, "nuts", "DEX12", version="2024")
    assert (answer.rule, answer.reason) == ("unknown", "NUTS 2024 has no DEX12; it stands in 2021")


def test_greece_is_known_by_both_of_its_prefixes(lookups: Lookups) -> None:
    assert place(lookups, "GR91") == place(lookups, "EL91") == "place/nuts-el91"


def test_a_region_outside_nuts_is_part_of_its_country(lookups: Lookups) -> None:
    region = found(lookups, "nuts", "TRX11")
    assert (region.iri, region.rule) == (f"{ID}place/nuts-trx11", "")
    assert region.parts["parent"] == f"{ID}place/country-tr"
    assert region.parts["label"] == Label("Deneme", "tr")


@pytest.mark.parametrize("code", ["ELZZZ", "TRZZZ", "PTZ", "ptzz"])
def test_pseudo_codes_name_no_territory(lookups: Lookups, code: str) -> None:
    assert missed(lookups, "nuts", code).rule == "pseudo"


@pytest.mark.parametrize("code", ["", "DE-X1", "D", "DEX1111", "ÄX11", "QQ11", "X", "12345"])
def test_what_is_no_code_is_unknown(lookups: Lookups, code: str) -> None:
    assert missed(lookups, "nuts", code).rule == "unknown"


def test_a_letter_for_a_digit_is_reported_and_not_taken(lookups: Lookups) -> None:
    answer = missed(lookups, "nuts", "DEXI1")
    assert (answer.rule, answer.candidates) == ("unknown", ("DEX11",))


def test_the_source_of_regions_has_one_place_for_each_territory(lookups: Lookups) -> None:
    def territory(code: str, version: str) -> str:
        return found(lookups, "nuts-territory", code, version=version).iri.removeprefix(f"{ID}place/")

    assert territory("GR91", "2006") == territory("EL91", "2021") == territory("EL91", "2024") == "nuts-el91"
    assert territory("DEX12", "2021") == "nuts-dex12"
    assert territory("DEX15", "2021") == "nuts-dex15-2021"
    assert territory("DEX15", "2024") == "nuts-dex15"


def test_an_old_territory_says_what_it_went_into_only_where_that_is_one(lookups: Lookups) -> None:
    merged = found(lookups, "nuts-territory", "DEX14", version="2021")
    assert merged.parts["label"] == Label("DEX14 (NUTS 3 of 2021, Germany)", "en")
    assert merged.parts["replaced"] == f"{ID}place/nuts-dex22"
    assert "replaced" not in found(lookups, "nuts-territory", "DEX13", version="2021").parts
    assert "replaced" not in found(lookups, "nuts-territory", "GR91", version="2006").parts


def test_a_territory_has_one_name_whatever_version_speaks_of_it(lookups: Lookups) -> None:
    names = {
        found(lookups, "nuts-territory", code, version=version).parts["label"]
        for code, version in (("GR91", "2006"), ("EL91", "2021"), ("EL91", "2024"))
    }
    assert names == {Label("EL91 (NUTS 2, Greece)", "en")}


def test_a_region_with_its_names_in_two_languages_has_no_language(lookups: Lookups) -> None:
    assert found(lookups, "nuts", "NOX11").parts["label"] == Label("Deneme/Dennem", "und")
    assert found(lookups, "nuts", "NOX12").parts["label"] == Label("Deneme", "nb")
