"""Bodies of one name that are not one: offices of two regions, an authority and its territory."""

from collections.abc import Callable, Sequence
from itertools import combinations

import pytest

from koinon.link.deciding import Band
from koinon.link.keys import keys_of
from koinon.link.matching import Engine, Pair
from koinon.link.mentions import Mention
from koinon.link.territories import regions_of, two_regions
from koinon.model.namespaces import ID
from koinon.release.current import Release
from koinon.release.links import Links

Match = Callable[[Sequence[Mention], Sequence[Mention]], dict[tuple[str, str], Pair]]

OTHERS = [
    Mention("o1", "Muzeum Narodowe w Krakowie", country="PL", city="Kraków"),
    Mention("o2", "Politechnika Gdańska", country="PL", city="Gdańsk"),
    Mention("o3", "Università degli Studi di Torino", country="IT", city="Torino"),
]
ENGLISH = [
    Mention("e1", "National Museum in Krakow", country="PL", city="Kraków"),
    Mention("e2", "Gdańsk University of Technology", country="PL", city="Gdańsk"),
    Mention("e3", "University of Turin", country="IT", city="Torino"),
]


def one(name: str, city: str = "", country: str = "PL") -> Mention:
    return Mention(name, name, country=country, city=city)


MALOPOLSKIE = one("Urząd Marszałkowski Województwa Małopolskiego")
POMORSKIE = one("Urząd Marszałkowski Województwa Pomorskiego")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (MALOPOLSKIE, one("Marshal's Office of the Pomorskie Voivodeship")),
        (MALOPOLSKIE, POMORSKIE),
        (
            one("Urząd Marszałkowski Województwa Małopolskiego", "Kraków"),
            one("Marshal's Office of the Pomeranian Voivodeship", "Gdańsk"),
        ),
        (one("Regione Piemonte", country="IT"), one("Region of Lombardy", country="IT")),
        (one("Περιφέρεια Θεσσαλίας", country="GR"), one("Region of Epirus", country="GR")),
        (one("Government of Catalonia", country="ES"), one("Gobierno de Aragón", country="ES")),
    ],
)
def test_offices_of_two_regions_are_not_even_proposed(match: Match, here: Mention, there: Mention) -> None:
    found = match([here, *OTHERS], [there, *ENGLISH])
    assert (here.id, there.id) not in found
    assert ("o1", "e1") in found, "the others are found as ever"


def test_the_right_office_is_found_beside_its_sister(match: Match) -> None:
    polish = [MALOPOLSKIE, POMORSKIE]
    english = [one(f"Marshal's Office of the {name} Voivodeship") for name in ("Małopolska", "Pomorskie")]
    found = match([*polish, *OTHERS], [*english, *ENGLISH])
    assert {pair for pair in found if pair[0].startswith("Urząd")} == {
        (here.id, there.id) for here, there in zip(polish, english, strict=True)
    }


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (
            one("Regionalny Ośrodek Polityki Społecznej", "Gdańsk"),
            one("Regional Centre for Social Policy", "Kraków"),
        ),
        (one("ROPS", "Gdańsk"), one("ROPS", "Kraków")),
        (one("Województwo Małopolskie"), MALOPOLSKIE),
        (MALOPOLSKIE, one("Regional Centre for Social Policy in Kraków")),
        (one("Agder fylkeskommune", country="NO"), one("University of Agder", country="NO")),
        (one("Agder", country="NO"), one("Agder County Council", country="NO")),
        (one("Commune de Roccavaldina", country="IT"), one("Distretto Sociale Evoluto di Messina", country="IT")),
        (one("Landes", country="FR"), one("Département des Landes", country="FR")),
    ],
)
def test_what_only_shares_a_name_is_never_accepted_unseen(match: Match, here: Mention, there: Mention) -> None:
    pair = match([here, *OTHERS], [there, *ENGLISH]).get((here.id, there.id))
    assert pair is None or pair.band is not Band.accept


@pytest.mark.parametrize(
    ("name", "regions"),
    [
        ("Urząd Marszałkowski Województwa Małopolskiego", {"PL21"}),
        ("Zachodniopomorski Uniwersytet Technologiczny", {"PL42"}),
        ("West Pomeranian University of Technology", {"PL42", "PL61", "PL63"}),
        ("Περιφέρεια Ανατολικής Μακεδονίας και Θράκης", {"EL51", "EL52", "EL53"}),
        ("University of Latgale", {"LV005"}),
        ("Muzeum Narodowe", set()),
    ],
)
def test_a_region_is_read_out_of_a_name(engine: Engine, name: str, regions: set[str]) -> None:
    assert regions_of(keys_of(one(name), engine.lexicon, engine.forms)) == regions


def test_a_region_with_two_names_or_a_name_of_two_regions_keeps_nothing_apart(engine: Engine) -> None:
    names = ["Zachodniopomorski Uniwersytet", "West Pomeranian University", "Uniwersytet Szczeciński"]
    known = [keys_of(one(name), engine.lexicon, engine.forms) for name in names]
    assert not any(two_regions(*pair) for pair in combinations(known, 2))


def test_links_of_the_graph_join_organisations_and_never_a_body_with_a_place_a_cluster_or_a_practice(
    release: Release,
) -> None:
    """PLOUCS is an association, a cluster and a practice; Agder a territory and an authority (DOMAIN.md, 1.3)."""
    kinds = ("place", "cluster", "practice", "project", "programme", "event", "output")
    for link in Links.of(release.path).page(linkset="links-identity", most=1000):
        for end in (link.subject, link.object):
            assert not any(end.startswith(f"{ID}{kind}/") for kind in kinds), end


def test_an_office_its_region_and_its_centre_stay_three_in_the_canonical_view(release: Release) -> None:
    links = Links.of(release.path)
    three = ("malopolska-region", "marshals-office-malopolskie", "rops-krakow")
    for one_, other in combinations(three, 2):
        assert f"{ID}organisation/{other}" not in links.same(f"{ID}organisation/{one_}")
