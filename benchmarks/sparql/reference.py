"""The graphs that all sources refer to: code lists, territories, programmes. Their size is fixed."""

from collections.abc import Iterator
from random import Random

from statements import About, Statement, term, text, typed
from territories import KINDS, Place
from words import ENGLISH, LANGUAGES

ROLES = ("lead-partner", "coordinator", "partner", "associated-partner", "host", "organiser", "speaker", "funder")
ACTORS = ("regional-authority", "municipality", "university", "cooperative", "social-enterprise", "network", "ngo")
MODELS = ("svrc", "csei", "wisc", "quadruple-helix", "territorial-pole", "consortium", "district")
BASES = ("stated", "implied", "external", "seat", "event")
OUTPUTS = ("local-action-plan", "policy-guide", "training-programme", "tool", "report", "network", "platform")
PERIODS = ("2007-2013", "2014-2020", "2021-2027")
THEMES, PROGRAMMES = 240, 120


def theme(number: int) -> str:
    """Return the IRI of a theme."""
    return term(f"code:theme/theme-{number:03}")


def programme(number: int) -> str:
    """Return the IRI of a funding programme."""
    return term(f"id:programme/programme-{number:03}")


def place_iri(place: Place) -> str:
    """Return the IRI of a place."""
    return term(f"id:place/{place.slug}")


def code_lists(seed: int) -> Iterator[Statement]:
    """Return the code lists: concepts with labels in all languages, themes in a tree of four levels."""
    rng = Random(f"codes {seed}")  # noqa: S311  data that can be drawn again
    for number in range(THEMES):
        parent = theme((number - 8) // 3) if number >= 8 else ""
        yield from _concept(theme(number), "theme", f"T{number:03}", parent, rng)
    for scheme, names in (
        ("role", ROLES),
        ("actor-type", ACTORS),
        ("cluster-model", MODELS),
        ("basis", BASES),
        ("output-type", OUTPUTS),
        ("place-type", KINDS),
    ):
        for name in names:
            yield from _concept(term(f"code:{scheme}/{name}"), scheme, name, "", rng)


def _concept(subject: str, scheme: str, notation: str, parent: str, rng: Random) -> Iterator[Statement]:
    about = About(term("graph:code"), subject)
    yield from about.types("skos:Concept")
    yield from about("skos:inScheme", term(f"code:{scheme}"))
    yield from about("skos:notation", text(notation))
    if parent:
        yield from about("skos:broader", parent)
    for language in (ENGLISH, *LANGUAGES):
        yield from about("skos:prefLabel", text(f"{language.phrase(rng, 1)} ({notation})", language.tag))
    yield from about("skos:definition", text(f"{ENGLISH.phrase(rng, 4)}: {ENGLISH.phrase(rng, 3)}.", "en"))


def places(found: list[Place]) -> Iterator[Statement]:
    """Return the places, and in the graph of derived territories what each lies within, itself included."""
    for number, place in enumerate(found):
        about = About(term("graph:place"), place_iri(place))
        yield from about.types("dct:Location", *(() if place.level == 4 else ("koi:Territory",)))
        yield from about("dct:type", term(f"code:place-type/{KINDS[place.level]}"))
        yield from about("skos:prefLabel", text(place.english, "en"), text(place.local, place.language.tag))
        if place.level < 4:
            yield from about("koi:nutsLevel", typed(place.level, "integer"))
            yield from about("skos:notation", text(place.code))
        if place.within is not None:
            yield from about("dct:isPartOf", place_iri(place.within))
        yield from about("geo:lat", typed(f"{35 + number % 3001 / 100:.2f}1", "decimal"))
        yield from about("geo:long", typed(f"{number % 2903 / 100 - 9:.2f}1", "decimal"))
        derived = About(term("graph:territory"), place_iri(place))
        yield from derived("koi:withinTerritory", *map(place_iri, place.ancestors()))


def programmes(found: list[Place], seed: int) -> Iterator[Statement]:
    """Return the funding programmes: programmes, parts of them, periods and the funds that they draw on."""
    rng = Random(f"programmes {seed}")  # noqa: S311  data that can be drawn again
    countries = [place for place in found if place.level <= 1]
    for number in range(PROGRAMMES):
        about = About(term("graph:programme"), programme(number))
        language, period = rng.choice(LANGUAGES), rng.choice(PERIODS)
        yield from about.types("koi:FundingProgramme")
        yield from about("skos:prefLabel", text(f"Programme {ENGLISH.place(rng)} {period}", "en"))
        yield from about("skos:prefLabel", text(f"{language.place(rng)} {period}", language.tag))
        yield from about("frapo:hasAcronym", text(f"PR-{number:03}"))
        yield from about("koi:programmingPeriod", term(f"id:period/{period}"))
        yield from about("koi:drawsOnFund", term(f"id:fund/{rng.choice(('erdf', 'esf', 'if', 'horizon'))}"))
        yield from about("koi:coversTerritory", *(place_iri(p) for p in rng.sample(countries, rng.randint(1, 6))))
        if number >= 30:
            yield from about("dct:isPartOf", programme(rng.randrange(number // 3)))
