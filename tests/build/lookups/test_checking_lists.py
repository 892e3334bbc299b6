"""A list that is handed in is checked with what it will stand beside: itself, and the lists accepted before it."""

from collections.abc import Mapping
from pathlib import Path

from made_up_lists import CODES, COUNTRIES, CROSSWALK, REGIONS, genericode, write

from koinon.build.checking import Checked
from koinon.build.registry.options import Options
from koinon.build.registry.registry import Registry
from koinon.model.assets import Assets
from koinon.model.settings import Settings

LANGUAGES = [
    "bul",
    "ces",
    "dan",
    "deu",
    "ell",
    "eng",
    "est",
    "fin",
    "fra",
    "gle",
    "hrv",
    "hun",
    "ita",
    "lav",
    "lit",
    "mlt",
    "nld",
    "pol",
    "por",
    "ron",
    "slk",
    "slv",
    "spa",
    "swe",
]


def whole(rows: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Give each entry a name in all the languages that the publisher has."""
    return {code: {tag: names.get(tag, names["eng"]) for tag in LANGUAGES} for code, names in rows.items()}


def rules(checked: Checked) -> set[str]:
    assert not checked.refused, checked.findings
    return {finding.rule for finding in checked.findings}


def test_a_list_sees_itself_and_the_lists_accepted_before_it(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, home=tmp_path / "home")
    registry = Registry(settings, Assets.locate(settings), "desk")
    (countries,) = write(tmp_path, {"country.gc": genericode("country", whole(COUNTRIES))})
    registry.add("eu-code-lists", [str(countries)], Options())
    assert "not-registered" not in rules(registry.check("eu-code-lists")[1])

    files = write(
        tmp_path,
        {
            "all_nuts_codes.csv": CODES,
            "cross_walks.csv": CROSSWALK,
            "nuts_nuts-all-lvl3.gc": genericode("nuts", whole(REGIONS)),
        },
    )
    registry.add("nuts", [str(path) for path in files], Options())
    before = rules(registry.check("nuts")[1])
    assert "not-registered" not in before
    assert "PlaceParentShape" in before, "the countries are not accepted yet"
    registry.accept("eu-code-lists")
    assert "PlaceParentShape" not in rules(registry.check("nuts")[1])
