"""The figures of the real lists, where they are at hand (``KOINON_SHARED``)."""

import csv
import gzip
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from asked import ask, found, missed, place

from koinon.build.mapping.lookups import Found, Lookups

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("KOINON_SHARED", ROOT.parent / "shared")) / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"the published files are not here: {DATA} is absent (KOINON_SHARED names another place)",
)


@pytest.fixture(scope="module")
def real() -> Lookups:
    return Lookups.of(
        {
            "nuts": sorted((DATA / "nuts").iterdir()),
            "eu-code-lists": sorted((DATA / "eu-code-lists").iterdir()),
            "legal-forms": sorted((DATA / "legal-forms").iterdir()),
            "place": sorted((ROOT / "data" / "reference" / "place").glob("*.ttl")),
        }
    )


@pytest.fixture(scope="module")
def partners() -> list[dict[str, str]]:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(DATA / "keep" / "keep_closed_1420.xlsx", read_only=True)
    rows = book["Partners"].iter_rows(values_only=True)
    head = next(rows)
    found = [{k: str(v or "") for k, v in zip(head, row, strict=True)} for row in rows if any(row)]
    book.close()
    return found


def outcome(answer: object) -> str:
    return (answer.rule or "valid") if isinstance(answer, Found) else "missed"


def test_the_regions_of_interreg_partners_resolve_as_counted_by_hand(
    real: Lookups, partners: list[dict[str, str]]
) -> None:
    codes = [row["NUTS3 (or equivalent)"] for row in partners if row["NUTS3 (or equivalent)"]]
    counts = Counter(outcome(ask(real, "nuts", code)) for code in codes)
    assert len(codes) == 8244
    assert counts == {"valid": 6326, "carried": 1595 + 66, "split": 94, "ended": 163}


def test_every_country_of_interreg_partners_is_known(real: Lookups, partners: list[dict[str, str]]) -> None:
    assert {outcome(ask(real, "countries", row["Country"])) for row in partners} == {"valid"}
    named = [row["Country code"] for row in partners if row["Country code"]]
    assert len(named) == 8620
    assert {outcome(ask(real, "countries", text)) for text in named} == {"valid"}


def test_of_63_spellings_of_countries_on_the_susy_map_five_are_left_to_people(real: Lookups) -> None:
    features = json.loads((DATA / "susy" / "data.json").read_text(encoding="utf-8"))["features"]
    spellings = Counter(text for f in features if (text := f["properties"].get("addr:country")))
    answers = {text: ask(real, "countries", text) for text in spellings}
    assert len(spellings) == 63
    left = {text for text, answer in answers.items() if not isinstance(answer, Found)}
    assert left == {"Frace", "Italu", "Cypres", "ABERDEEN", "SR"}
    assert missed(real, "countries", "Italu").candidates == ("Italy",)
    assert found(real, "countries", "Isle of Man").key == "IMN"


def test_every_row_of_the_list_of_regions_has_a_territory(real: Lookups) -> None:
    with (DATA / "nuts" / "all_nuts_codes.csv").open(encoding="utf-8") as file:
        rows = [(row["code"], row["version"]) for row in csv.DictReader(file)]
    answers = [ask(real, "nuts-territory", code, version=version) for code, version in rows]
    missing = Counter(answer.rule for answer in answers if not isinstance(answer, Found))
    assert len(rows) == 10465
    assert set(missing) == {"pseudo", "kept-elsewhere"}
    assert missing["pseudo"] == 6
    places = {answer.iri for answer in answers if isinstance(answer, Found)}
    codes = {code for code, version in rows if version == "2024"}
    assert len(places) > len(codes) - 48


def test_a_carried_code_has_the_share_that_the_crosswalk_gives(real: Lookups) -> None:
    weights: Counter[str] = Counter()
    with gzip.open(DATA / "nuts" / "cross_walks.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row["from_code"], row["from_version"], row["to_version"]) == ("FI1C4", "2021", "2024"):
                weights[row["to_code"]] += float(row["pop21"])
    share = weights["FI1C7"] / weights.total()
    assert 0.95 <= share < 1
    assert found(real, "nuts", "FI1C4").parts["share"] == f"{share:.3f}"
    assert place(real, "FI1C4") == "place/nuts-fi1c7"


def test_abbreviations_of_several_legal_forms_are_not_decided(real: Lookups) -> None:
    path = next((DATA / "legal-forms").glob("*.csv"))
    with path.open(encoding="utf-8-sig") as file:
        pairs = {
            (text.strip().casefold(), row["Country Code (ISO 3166-1)"])
            for row in csv.DictReader(file)
            for text in row["Abbreviations Local language"].split(";")
            if text.strip()
        }
    decided = sum(isinstance(ask(real, "legal-forms", text, country=country), Found) for text, country in pairs)
    # 172 stand for several forms as written; 6 more are the transliterated abbreviation of another form.
    assert (len(pairs), decided) == (1462, 1462 - 172 - 6)


@pytest.mark.parametrize(
    ("name", "country", "code"),
    [
        ("Muster GmbH", "Deutschland", "2HBR"),
        ("Verband der Beispiele e. V.", "DE", "QZ3L"),
        ("PRZYKŁAD SP. Z O.O.", "PL", "O7XB"),
        ("Eksempel AS", "NO", "YI42"),
    ],
)
def test_legal_forms_are_seen_at_the_end_of_names(real: Lookups, name: str, country: str, code: str) -> None:
    assert found(real, "legal-forms-in-names", name, country=country).key == code


def test_ltd_says_too_little_in_the_united_kingdom(real: Lookups) -> None:
    assert missed(real, "legal-forms-in-names", "Example Ltd", country="UK").rule == "ambiguous"


def test_lists_are_found_by_code_and_by_name_in_any_language(real: Lookups) -> None:
    assert found(real, "code:eu-programme", "ERASMUS_PLUS").parts["list"] == "eu-programme"
    assert found(real, "languages", "Ελληνικά").parts["tag"] == "el"
    assert found(real, "currencies", "złoty").key == "PLN"
    assert len(found(real, "code:country", "AUT").parts["labels"]) == 24  # type: ignore[arg-type]
