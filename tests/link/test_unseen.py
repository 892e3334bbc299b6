"""Pairs that are left to people however alike their names are, and pairs that nothing speaks against."""

from collections.abc import Callable, Sequence
from importlib.resources import files

import pytest

from koinon.link.deciding import Band
from koinon.link.keys import Keys, keys_of
from koinon.link.lexicon import read_ideas
from koinon.link.matching import Engine, Pair
from koinon.link.mentions import Mention
from koinon.link.pairing import held_back
from koinon.link.sharing import thinly_shared
from koinon.link.towns import two_towns
from koinon.link.unseen import doubtful
from koinon.link.wholes import whole_and_part

Match = Callable[[Sequence[Mention], Sequence[Mention]], dict[tuple[str, str], Pair]]
Known = Callable[..., Keys]

NEIGHBOURS = [
    Mention("o1", "Muzeum Narodowe w Krakowie", country="PL", city="Kraków"),
    Mention("o2", "İstanbul Teknik Üniversitesi", country="TR", city="İstanbul"),
    Mention("o3", "Rīgas Tehniskā universitāte", country="LV", city="Rīga"),
]
ENGLISH = [
    Mention("e1", "National Museum in Krakow", country="PL", city="Krakow"),
    Mention("e2", "Istanbul Technical University", country="TR", city="Istanbul"),
    Mention("e3", "Riga Technical University", country="LV", city="Riga"),
]


@pytest.fixture(scope="module")
def known(engine: Engine) -> Known:
    def keys(name: str, city: str = "", **more: object) -> Keys:
        return keys_of(Mention(name, name, city=city, **more), engine.lexicon, engine.forms)  # type: ignore[arg-type]

    return keys


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ("Gdańsk", "Kraków", True),
        ("Lublin", "Lubin", True),
        ("Catania", "Catanzaro", True),
        ("Novi Sad", "Novi Pazar", True),
        ("San Giovanni in Persiceto", "San Giovanni Rotondo", True),
        ("Frankfurt (Oder)", "Frankfurt am Main", True),
        ("Λάρισα", "Τρίκαλα", True),
        ("Λάρισα", "Larissa", False),
        ("Θεσσαλονίκη", "Thessaloniki", False),
        ("Warszawa", "Warsaw", False),
        ("Torino", "Turyn", False),
        ("Paris", "PARIS CEDEX 15", False),
        ("F-92761 Antony", "Antony", False),
        ("Wiedeń", "Vienna", False),
        ("Bolzano - Bozen", "Bolzano", False),
        ("Praha 1", "Prag", False),
        ("İSTANBUL", "Istanbul", False),
        ("", "Gdańsk", False),
    ],
)
def test_two_towns_are_told_from_one_town_in_two_languages(known: Known, one: str, other: str, two: bool) -> None:
    assert two_towns(known("a", one), known("b", other)) is two
    assert two_towns(known("b", other), known("a", one)) is two


DOUBTFUL = [
    ("Ankara Sanayi Odası", "Ankara Chamber of Commerce", "Ankara"),
    ("Βιοτεχνικό Επιμελητήριο Θεσσαλονίκης", "Thessaloniki Chamber of Commerce and Industry", "Thessaloniki"),
    ("Uludağ Üniversitesi Tıp Fakültesi", "Uludag University", "Bursa"),
    ("Landstinget Dalarna", "Dalarna University", "Falun"),
    ("Passau District", "University of Passau", "Passau"),
    ("Ospedale di San Donà di Piave", "San Donà di Piave", "San Donà di Piave"),
    ("Fundacja Uniwersytetu Gdańskiego", "University of Gdansk", "Gdańsk"),
    ("Ospedale San Paolo", "Ospedale San Giovanni", "Torino"),
    ("Rīgas domes Labklājības departaments", "Riga City Council Education Department", "Riga"),
]


@pytest.mark.parametrize(("here", "there", "town"), DOUBTFUL)
def test_neighbours_of_one_name_are_never_accepted_unseen(
    match: Match, known: Known, here: str, there: str, town: str
) -> None:
    one, other = known(here, town, country="XX"), known(there, town, country="XX")
    assert doubtful(one, other)
    assert doubtful(other, one)
    assert held_back(one, other)
    pair = match([one.mention, *NEIGHBOURS], [other.mention, *ENGLISH]).get((here, there))
    assert pair is None or pair.band is not Band.accept


def test_without_a_town_a_name_that_many_have_or_of_one_word_is_left_to_people(known: Known) -> None:
    many = known("Regionalny Ośrodek Polityki Społecznej"), known("Regional Centre for Social Policy")
    assert doubtful(*many)
    assert doubtful(known("Spółdzielnia Socjalna Razem"), known("Razem Social Cooperative"))
    assert not doubtful(known(many[0].mention.name, "Kraków"), known(many[1].mention.name, "Cracow"))
    assert not doubtful(known("Περιφέρεια Θεσσαλίας"), known("Region of Thessaly"))


PARTS = [
    ("Region of Lykaonia – Unit for Clusters and Networks", "Region of Lykaonia", "Ikonio"),
    ("Università degli Alpini - Campus Nord", "Università degli Alpini", "Belluno"),
    ("Drava Hydrology Centre/Film Pool", "Drava Hydrology Centre", "Osijek"),
    ("Institute of Management, Technical University of Lykaonia", "Technical University of Lykaonia", "Ikonio"),
    ("XRQC - Universität Seeburg", "Universität Seeburg", "Seeburg"),
    ("Universität Seeburg - Centre for Bees", "Universität Seeburg - Institute for Oats", "Seeburg"),
    ("Fondazione Girasole et Istituto Papavero", "Fondazione Girasole", "Parma"),
    ("Cooperativa Girasole e Cooperativa Papavero", "Cooperativa Girasole", "Parma"),
    ("Seeburg University of Applied Sciences", "University of Seeburg", "Seeburg"),
    ("Fachhochschule Seeburg", "Universität Seeburg", "Seeburg"),
    ("Oakford University Research & Development Ltd.", "Oakford University", "Oakford"),
]


@pytest.mark.parametrize(("here", "there", "town"), PARTS)
def test_a_name_that_holds_another_and_more_is_a_part_or_stands_beside_it(
    known: Known, here: str, there: str, town: str
) -> None:
    one, other = known(here, town, country="XX"), known(there, town, country="XX")
    assert doubtful(one, other)
    assert doubtful(other, one)


@pytest.mark.parametrize(
    ("here", "there", "town"),
    [
        (
            "BREES – Bureau for Rural Energy and Ecological Services",
            "Bureau for Rural Energy and Ecological Services",
            "",
        ),
        (
            "Bureau for Rural Energy and Ecological Services (BREES)",
            "Bureau for Rural Energy and Ecological Services",
            "",
        ),
        ("Nekazari Zientzia Elkartea - Sociedad de Ciencias Nekazari", "Sociedad de Ciencias Nekazari", "Getxo"),
        ("Holzforschung Seeburg GmbH", "Holzforschung Seeburg (Austria)", "Linz"),
        ("Seeburg University of Applied Sciences", "Fachhochschule Seeburg", "Seeburg"),
        ("FH Seeburg", "Fachhochschule Seeburg", "Seeburg"),
        ("Oakford University Ltd.", "Oakford University", "Oakford"),
        ("Ministry of Labour and Social Policy", "Ministerstwo Pracy i Polityki Społecznej", "Warszawa"),
    ],
)
def test_acronyms_translations_and_legal_forms_make_no_part(known: Known, here: str, there: str, town: str) -> None:
    one, other = known(here, town, country="XX"), known(there, town, country="XX")
    assert not whole_and_part(one, other)
    assert not whole_and_part(other, one)
    assert not doubtful(one, other)


@pytest.mark.parametrize(
    ("here", "there", "town"),
    [
        ("Seeburg Businesscenter", "Seeburg Hospital", "Seeburg"),
        ("BusinessFORUM Seeburg", "Universität Seeburg", "Seeburg"),
        ("Δήμος Ικονίου", "Ikonio Trekking", "Ικόνιο"),
        ("Zephyr Systems Ltd", "Zephyr Performance", "London"),
        ("Saltmarsh Bay", "Saltmarsh Bay Institute of Art and Design", "Dublin"),
        ("Quinta Co-op Limited", "Quality Control Office", "London"),
    ],
)
def test_a_town_one_word_or_an_acronym_by_chance_is_too_little_to_share_in_a_graph(
    known: Known, here: str, there: str, town: str
) -> None:
    one, other = known(here, town, country="XX"), known(there, town, country="XX")
    assert held_back(one, other)
    assert held_back(other, one)


def test_one_site_of_both_settles_that_names_share_little(known: Known) -> None:
    names, site = ("Zephyr Systems Ltd", "Zephyr Performance"), "https://zephyr.example"
    assert thinly_shared(*(known(name, "London") for name in names))
    assert not thinly_shared(*(known(name, "London", website=site) for name in names))


def test_a_word_more_beside_a_kind_and_a_town_is_left_to_people_in_a_graph_alone(known: Known) -> None:
    one, other = known("Universidad Obrera de Soria", "Soria"), known("Universidad de Soria", "Soria")
    assert held_back(one, other)
    assert not doubtful(one, other)
    assert not held_back(known("University of Soria", "Soria"), other)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Szkoła Podstawowa nr 5", "Primary School No 6"),
        ("Liceum nr 12", "High School"),
        ("12345", "12346"),
        ("Ospedale Giovanni Paolo II", "Hospital John Paul I"),
        ("Gmina Kielce; Gmina Chęciny", "Commune of Kielce"),
        ("Ayuntamiento de Bilbao y Ayuntamiento de Getxo", "Bilbao City Council and Municipality"),
        ("University of Gdańsk, Medical University of Gdańsk", "Uniwersytet Gdański"),
        ("Sp. z o.o.", "Sp. z o.o."),
        ("Κοιν.Σ.Επ.", "ΚΟΙΝΣΕΠ"),
        ("Società Cooperativa Sociale ONLUS", "Social Cooperative"),
        ("🌻🌻🌻", "🌻🌻🌻"),
        ("---", "Dash"),
        ("QXZV", "Quality Xylophone Zither Viola"),
    ],
)
def test_names_that_do_not_say_of_which_body_they_are_are_left_to_people(
    known: Known, here: str, there: str
) -> None:
    one, other = known(here, "Town", country="XX"), known(there, "Town", country="XX")
    assert doubtful(one, other)
    assert doubtful(other, one)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Università di Bologna / University of Bologna", "University of Bologna"),
        ("Πανεπιστήμιο Θεσσαλίας - University of Thessaly", "University of Thessaly"),
        ("Univerza v Mariboru", "University of Maribor"),
        ("Ministerstwo Pracy i Polityki Społecznej", "Ministry of Labour and Social Policy"),
        ("Fundacja Krakus 2000", "Krakus Foundation"),
        ("Liceum nr 12", "High School 12"),
    ],
)
def test_two_languages_in_one_cell_small_words_and_years_raise_no_doubt(
    known: Known, here: str, there: str
) -> None:
    assert not doubtful(known(here, "Town"), known(there, "Town"))


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("Politechnika Gdańska", "Gdańsk University of Technology"),
        ("Εμπορικό και Βιομηχανικό Επιμελητήριο Αθηνών", "Athens Chamber of Commerce and Industry"),
        ("Krajowa Izba Gospodarcza", "Polish Chamber of Commerce"),
        ("Labklājības ministrija", "Ministry of Welfare"),
        ("Ayuntamiento de Bilbao", "Bilbao City Council"),
        ("Πανεπιστήμιο Θεσσαλίας", "University of Thessaly"),
        ("Sağlık Bakanlığı", "Ministry of Health"),
    ],
)
def test_translators_who_choose_another_word_raise_no_doubt(known: Known, here: str, there: str) -> None:
    assert not doubtful(known(here, "Town"), known(there, "Town"))


def test_a_number_that_both_have_settles_every_doubt(known: Known) -> None:
    one, other = (
        known(name, town, identifiers=("PL5250007313",))
        for name, town in (("ROPS", "Gdańsk"), ("Regional Centre", "Kraków"))
    )
    assert not doubtful(one, other)


def test_every_idea_of_the_kinds_is_one_of_the_words() -> None:
    ideas = {idea for found in read_ideas().values() for idea in found} | {"branch", "unit", "section"}
    lines = (files("koinon.link") / "lexicon" / "kinds.txt").read_text("utf-8").splitlines()
    used = {idea for line in lines if line and not line.startswith("#") for idea in line.split()[1:]}
    assert used <= ideas
