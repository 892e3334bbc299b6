"""Dates, numbers and durations are written as people of each language write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import XSD
from koinon.web.formats import duration_text, language_name, locale_of, own_name, value_text


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "10 June 2024"), ("pl", "10 czerwca 2024"), ("el", "10 Ιουνίου 2024"), ("nb", "10. juni 2024")],
)
def test_dates(language: str, written: str) -> None:
    assert value_text("2024-06-10", XSD + "date", locale_of(language)) == written


@pytest.mark.parametrize(
    ("duration", "written"), [("P18M", "18 months"), ("P1Y6M", "1 year, 6 months"), ("P3D", "3 days"), ("PT", "PT")]
)
def test_durations(duration: str, written: str) -> None:
    assert duration_text(duration, locale_of("en")) == written


def test_numbers() -> None:
    assert value_text("3278529.8", XSD + "decimal", locale_of("en")) == "3,278,529.8"
    assert value_text("2017", XSD + "gYear", locale_of("en")) == "2017"


def test_languages_have_names() -> None:
    assert own_name("el") == "Ελληνικά"
    polish = "http://publications.europa.eu/resource/authority/language/POL"
    assert language_name(polish, locale_of("fr")) == "polonais"
    assert language_name("el-latn", locale_of("en")).startswith("Greek")


@pytest.mark.parametrize("text", ["1" + "0" * 25, "9" * 5000, "-" + "8" * 30 + ".5"])
def test_numbers_and_durations_beyond_all_measure_stay_as_they_are(text: str) -> None:
    assert value_text(text, XSD + "integer", locale_of("el")) == text
    assert value_text(f"P{text}Y", XSD + "duration", locale_of("el")) == f"P{text}Y"


@given(st.text(max_size=40), st.sampled_from(["date", "integer", "duration", "decimal", "string"]))
def test_what_is_malformed_stays_as_it_is(text: str, kind: str) -> None:
    for language in INTERFACE_LANGUAGES:
        assert isinstance(value_text(text, XSD + kind, locale_of(language)), str)
