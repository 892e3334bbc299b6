"""What is matched and what is not, on small tables that are made up."""

from collections.abc import Callable, Sequence
from math import log2

import pytest

from koinon.link.deciding import Band
from koinon.link.matching import Pair
from koinon.link.mentions import Mention

Match = Callable[[Sequence[Mention], Sequence[Mention]], dict[tuple[str, str], Pair]]


def rows(side: str, country: str, *names: str) -> list[Mention]:
    """Return made-up records of one country, with ids by their place."""
    return [Mention(f"{side}{place}", name, country=country) for place, name in enumerate(names)]


NATIVE = [
    *rows("g", "GR", "Οικονομικό Πανεπιστήμιο Νήσων", "Μουσείο Φυσικής Ιστορίας Αιγαίου", "Δήμος Ορεινών Πηγών"),
    *rows("p", "PL", "Instytut Badań nad Wodą", "Szpital Miejski w Zielonym Gaju", "Muzeum Kolejnictwa Górskiego"),
    *rows("b", "BG", "Съюз на горските музеи", "Университет по земеделие Дунав", "Център за морски изследвания"),
]
ENGLISH = [
    *rows(
        "G",
        "GR",
        "Islands University of Economics",
        "Aegean Natural History Museum",
        "Municipality of Orines Piges",
    ),
    *rows("P", "PL", "Water Research Institute", "Municipal Hospital of Zielony Gaj", "Mountain Railway Museum"),
    *rows("B", "BG", "Union of Forest Museums", "Dunav University of Agriculture", "Centre for Marine Research"),
]


def test_names_are_matched_across_languages_and_scripts(match: Match) -> None:
    found = match(NATIVE, ENGLISH)
    right = {(mention.id, mention.id.upper()) for mention in NATIVE}
    assert len(right & set(found)) >= 8
    assert not set(found) - right


def test_the_order_of_the_tables_does_not_matter(match: Match) -> None:
    turned = {(b, a) for a, b in match(ENGLISH, NATIVE)}
    assert len(turned & set(match(NATIVE, ENGLISH))) >= 8


def test_a_record_has_at_most_one_partner(match: Match) -> None:
    found = match(
        NATIVE, [*ENGLISH, *rows("X", "PL", "Research Institute of Water", "Institute for Water Research")]
    )
    assert len({a for a, _ in found}) == len({b for _, b in found}) == len(found)


def test_the_reasons_add_up_to_the_probability_and_name_words(match: Match) -> None:
    pair = match(NATIVE, ENGLISH)["p0", "P0"]
    odds = sum(reason.weight for reason in pair.reasons)
    assert odds == pytest.approx(log2(pair.probability / (1 - pair.probability)), abs=0.1)
    assert any("badan = research" in reason.text for reason in pair.reasons)


def test_two_rows_that_say_the_same_share_a_partner(match: Match) -> None:
    twice = [*NATIVE, Mention("p0-again", "Instytut Badań nad Wodą", country="PL")]
    found = match(twice, ENGLISH)
    assert {("p0", "P0"), ("p0-again", "P0")} <= set(found)


def test_thousands_with_one_name_are_never_accepted(match: Match) -> None:
    left = [Mention(f"l{place}", "Caritas", country="IT") for place in range(3000)]
    right = [Mention(f"r{place}", "Caritas", country="IT") for place in range(2000)]
    found = match(left, [*right, *ENGLISH])
    assert all(pair.band is Band.review for pair in found.values())
    assert len(found) <= 3000


def test_another_country_is_never_accepted_unseen(match: Match) -> None:
    moved = [Mention(one.id, one.name, country="SI") for one in ENGLISH]
    assert all(pair.band is not Band.accept for pair in match(NATIVE, moved).values())


def test_a_missing_country_is_no_obstacle(match: Match) -> None:
    anywhere = [Mention(one.id, one.name) for one in ENGLISH]
    assert len(set(match(NATIVE, anywhere)) & {(one.id, one.id.upper()) for one in NATIVE}) >= 6


def test_numbers_and_places_tell_sisters_apart(match: Match) -> None:
    left = rows("l", "PL", "Szkoła Podstawowa nr 7 w Lesie", "Szkoła Podstawowa nr 9 w Lesie")
    right = rows("r", "PL", "Primary School No. 9 in Las", "Primary School No. 7 in Las")
    found = match([*left, *NATIVE], [*right, *ENGLISH])
    assert ("l0", "r0") not in found
    assert ("l1", "r1") not in found


@pytest.mark.parametrize(
    "name",
    [
        "S.r.l.",
        "ZAZ",
        "ANCI",
        "Κοιν.Σ.Επ.",
        "Muzeum Wody / Museo dell'Acqua / Μουσείο Νερού",
        "Institute of Water; Museum of Fire",
        "\u202eretaW fo etutitsnI\u202c",
        "Іnstіtute of Wаter",
        "ΙΝΣΤΙΤΟΥΤΟ ΥΔΑΤΩΝ",
        "ılık su enstitüsü",
        "institute " * 200,
        "🏛",
        "!!!",
        "中央研究院",
        "١٢٣",
    ],
)
def test_any_name_is_compared_without_a_fault_and_is_no_match_by_chance(match: Match, name: str) -> None:
    odd = [Mention("odd", name, country="PL"), *rows("x", "PL", "Kino Zorza", "Teatr Kukiełka")]
    found = match(odd, rows("y", "PL", "Bank of Sand", "Salt Theatre Company", "Kindergarten of Hope"))
    assert "odd" not in {a for a, _ in found}


@pytest.mark.parametrize(
    ("name", "country", "english"),
    [
        (
            "Università del Mare Tirreno / University of the Tyrrhenian Sea",
            "IT",
            "University of the Tyrrhenian Sea",
        ),
        ("ΣΥΛΛΟΓΟΣ ΦΙΛΩΝ ΤΗΣ ΓΗΣ", "GR", "Σύλλογος Φίλων της Γης"),
        ("ISTANBUL KIRSAL KALKINMA VAKFI", "TR", "Istanbul Kırsal Kalkınma Vakfı"),
    ],
)
def test_two_languages_in_one_name_final_sigmas_and_dotless_letters_hide_nothing(
    match: Match, name: str, country: str, english: str
) -> None:
    left, right = Mention("l", name, country=country), Mention("r", english, country=country)
    assert ("l", "r") in match([left, *NATIVE], [right, *ENGLISH])


def test_two_organisations_in_one_row_are_never_accepted_as_one_of_them(match: Match) -> None:
    both = Mention("both", "Instytut Badań nad Wodą; Muzeum Kolejnictwa Górskiego", country="PL")
    found = match([both, *NATIVE[:3]], ENGLISH)
    assert all(pair.band is not Band.accept for (one, _), pair in found.items() if one == "both")


@pytest.mark.parametrize(
    "name", ["Іnstіtute оf Wаter Rights", "In\u200bstitute of Wa\u00adter Rights", "INSTITUTE OF WATER RIGHTS"]
)
def test_disguised_letters_do_not_hide_a_name(match: Match, name: str) -> None:
    left = [Mention("l", name, country="PL", city="Kraków"), *NATIVE]
    right = [Mention("r", "Institute of Water Rights", country="PL", city="Krakow"), *ENGLISH]
    assert ("l", "r") in match(left, right)


def test_an_identifier_that_agrees_is_enough(match: Match) -> None:
    left = [Mention("l", "Stary Młyn", country="PL", identifiers=("KRS 0000123456",)), *NATIVE]
    right = [Mention("r", "Art Studio Mill", country="PL", identifiers=("krs0000123456",)), *ENGLISH]
    assert match(left, right)["l", "r"].probability > 0.9


def test_one_row_against_one_row_works(match: Match) -> None:
    assert list(match(NATIVE[3:4], ENGLISH[3:4]))[:1] in ([], [("p0", "P0")])
    assert match(NATIVE[:1], ENGLISH[5:6]) == {}


def test_nothing_against_something_is_nothing(match: Match) -> None:
    assert match([], ENGLISH) == {}
    assert match(NATIVE, []) == {}
