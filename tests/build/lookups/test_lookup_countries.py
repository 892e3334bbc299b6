import pytest
from asked import found, missed

from koinon.build.mapping.lookups import Label, Lookups


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Germany", "DEU"),
        ("  GERMANY ", "DEU"),
        ("Deutschland", "DEU"),
        ("Allemagne", "DEU"),
        ("Γερμανία", "DEU"),
        ("ΓΕΡΜΑΝΙΑ", "DEU"),
        ("Alemanya", "DEU"),
        ("Tyskland", "DEU"),
        ("de", "DEU"),
        ("DEU", "DEU"),
        ("Bundesrepublik Deutschland", "DEU"),
        ("EL", "GRC"),
        ("GR", "GRC"),
        ("Ελλάδα", "GRC"),
        ("Grece", "GRC"),
        ("UK", "GBR"),
        ("GB", "GBR"),
        ("U.K.", "GBR"),
        ("XK", "XKX"),
        ("Turkey", "TUR"),
        ("Türkiye", "TUR"),
        ("DE Germany / DEUTSCHLAND", "DEU"),
        ("RS  / Serbia", "SRB"),
        ("EL Greece / ΕΛΛΑΔΑ (ELLADA)", "GRC"),
    ],
)
def test_a_country_is_known_in_any_spelling_and_language(lookups: Lookups, spelling: str, code: str) -> None:
    country = found(lookups, "countries", spelling)
    assert country.key == code
    assert country.iri == f"http://publications.europa.eu/resource/authority/country/{code}"


def test_a_country_gives_its_codes_its_name_and_our_place(lookups: Lookups) -> None:
    greece, germany = (found(lookups, "country", name).parts for name in ("Greece", "Germany"))
    assert (greece["iso2"], greece["iso3"], greece["eu"], greece["name"]) == ("GR", "GRC", "EL", "Greece")
    assert germany["place"] == "https://w3id.org/koinon/id/place/germany"
    assert greece["place"] == "https://w3id.org/koinon/id/place/country-gr"


def test_a_part_of_a_country_counts_as_it_and_says_so(lookups: Lookups) -> None:
    england = found(lookups, "countries", "ENGLAND")
    assert (england.key, england.rule) == ("GBR", "part-of")
    assert england.note == "England is a part of United Kingdom, which is taken as the country"


@pytest.mark.parametrize(("typo", "meant"), [("Germny", "Germany"), ("Polska1", "Poland"), ("Turkiy", "Türkiye")])
def test_a_typo_is_reported_with_what_may_be_meant_and_never_taken(lookups: Lookups, typo: str, meant: str) -> None:
    answer = missed(lookups, "countries", typo)
    assert answer.rule == "unknown"
    assert meant in answer.candidates
    assert f"did you mean {answer.candidates[0]}" in answer.reason


@pytest.mark.parametrize("text", ["", "  ", "ABERDEEN", "n/a", "12", "Atlantis", "Ж", "ZZ"])
def test_what_is_no_country_is_unknown(lookups: Lookups, text: str) -> None:
    assert missed(lookups, "countries", text).rule == "unknown"


def test_a_name_of_two_countries_is_ambiguous(lookups: Lookups) -> None:
    answer = missed(lookups, "countries", "San Martín")
    assert (answer.rule, answer.candidates) == ("ambiguous", ("Saint Martin", "Sint Maarten"))


def test_sr_is_not_taken_for_suriname(lookups: Lookups) -> None:
    answer = missed(lookups, "countries", "SR")
    assert (answer.rule, answer.candidates) == ("ambiguous", ("Suriname", "Slovakia", "Serbia"))


def test_a_code_that_contradicts_the_name_behind_it_is_ambiguous(lookups: Lookups) -> None:
    answer = missed(lookups, "countries", "DE Poland / POLSKA")
    assert (answer.rule, answer.candidates) == ("ambiguous", ("Germany", "Poland"))


def test_countries_that_a_source_describes_already_are_left_to_it(lookups: Lookups) -> None:
    greece = found(lookups, "country-territory", "GRC")
    assert (greece.key, greece.parts["level"]) == ("gr", 0)
    assert Label("Ελλάδα", "el") in greece.parts["labels"]  # type: ignore[operator]
    assert missed(lookups, "country-territory", "DEU").rule == "kept-elsewhere"


def test_a_file_that_states_iso_codes_is_read_by_them_alone(lookups: Lookups) -> None:
    assert found(lookups, "country-codes", "SR").key == found(lookups, "country-codes", "SUR").key == "SUR"
    assert (
        missed(lookups, "country-codes", "UK").rule == missed(lookups, "country-codes", "Germany").rule == "unknown"
    )
