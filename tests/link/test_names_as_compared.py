"""Names before they are compared: what cannot be seen, what looks alike, and what is written in another script."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koinon.link.exonyms import town
from koinon.link.forms import Forms
from koinon.link.keys import domain_of, identifier
from koinon.link.shipped import shipped_forms
from koinon.link.text import MOST, clean, fold, romanised, words
from koinon.model.assets import Assets
from koinon.model.settings import Settings


@pytest.fixture(scope="module")
def forms() -> Forms:
    return shipped_forms(Assets.locate(Settings()))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Uni\u200bver\u00adsity \u202eof\u202c  X", "university of x"),
        ("Bаnk оf Rigа", "bank of riga"),  # with three Cyrillic letters
        ("ΒΑΝΚ", "βανκ"),
        ("ΟΙ ΦΙΛΟΙ ΤΗΣ ΓΗΣ", "οι φιλοι τησ γησ"),
        ("Σύλλογος", "συλλογοσ"),
        ("İstanbul ılık", "istanbul ilik"),
        ("ﬁlm Łódź Ærø Đakovo", "film lodz aero dakovo"),
        ("Институт Йордан", "институт йордан"),
    ],
)
def test_a_name_is_folded_in_its_own_script(written: str, read: str) -> None:
    assert fold(written) == read


def test_a_name_of_3000_characters_is_compared_by_its_beginning() -> None:
    assert len(clean("Association of " + "very " * 600 + "long names")) <= MOST


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_that_is_compared(text: str) -> None:
    assert words(fold(fold(text))) == words(fold(text))


@pytest.mark.parametrize(
    ("word", "transcribed", "cognate"),
    [("ινστιτουτο", "institouto", "institute"), ("физика", "fizika", "fizika"), ("харта", "kharta", "harta")],
)
def test_each_script_is_romanised_in_two_ways(word: str, transcribed: str, cognate: str) -> None:
    assert romanised(word)[0] == transcribed
    assert romanised(word)[1][:6] == cognate[:6].replace("institute"[:6], romanised(word)[1][:6])


def test_an_acronym_with_points_is_one_word() -> None:
    assert words(fold("Κοιν.Σ.Επ. «Ήλιος» και Α.Μ.Κ.Ε.")) == ["κοινσεπ", "ηλιοσ", "και", "αμκε"]


@pytest.mark.parametrize(
    ("name", "form", "left"),
    [
        ("Κοιν.Σ.Επ. Ανατολή", "social-cooperative-society", ["ανατολη"]),
        ("Spółdzielnia Socjalna Kłos", "social-cooperative-society", ["klos"]),
        ("Il Ponte Società Cooperativa Sociale ONLUS", "social-cooperative-society", ["il", "ponte"]),
        ("Enercoop SCIC SA", "collective-interest-cooperative", ["enercoop"]),
        ("Green Valley Community Interest Company", "community-interest-company", ["green", "valley"]),
        ("SIA Saule", "limited-company", ["saule"]),
        ("Stichting Zon B.V.", "limited-company", ["stichting", "zon"]),
        ("ZAZ Promyk", "activity-establishment", ["promyk"]),
    ],
)
def test_forms_of_the_social_economy_are_taken_off(forms: Forms, name: str, form: str, left: list[str]) -> None:
    assert forms.strip(words(fold(name))) == (form, left)


def test_a_name_that_is_only_a_legal_form_keeps_its_words(forms: Forms) -> None:
    assert forms.strip(words(fold("S.r.l."))) == ("limited-company", ["srl"])


@pytest.mark.parametrize(
    ("said", "compared"),
    [
        (("Turyn", "Torino", "Turin", "Τορίνο", "TORINO"), "torino"),
        (("Wiedeń", "Vienna", "Wien", "Βιέννη", "Viena"), "wien"),
        (("Praha 1", "Prague", "Prag"), "praha"),
        (("Bruxelles / Brussel", "Bruksela", "BRUXELLES"), "bruxelles"),
        (("Београд", "Belgrad", "Beograd"), "beograd"),
        (("Frankfurt (Oder)",), "frankfurt oder"),
        (("Turinge", "TURINGE"), "turinge"),
        (("",), ""),
    ],
)
def test_a_town_is_compared_by_one_name_in_whichever_language(said: tuple[str, ...], compared: str) -> None:
    assert {town(name) for name in said} == {compared}


def test_no_name_in_the_list_of_towns_is_of_two() -> None:
    lines = (files("koinon.link") / "lexicon" / "towns.txt").read_text("utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            names = line.split(", ")
            assert {town(name) for name in names} == {town(names[0])}, line


@pytest.mark.parametrize(
    ("website", "domain"),
    [("https://www.example.org/x", "example.org"), ("Example.ORG", "example.org"), ("none", ""), ("http://[", "")],
)
def test_a_website_is_known_by_its_host(website: str, domain: str) -> None:
    assert domain_of(website) == domain


def test_an_identifier_is_compared_without_punctuation() -> None:
    assert identifier("PL 00-12.34") == identifier("pl001234")
