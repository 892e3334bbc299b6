from pathlib import Path

import pytest
from asked import ask, found, missed
from made_up_lists import genericode, made_up, write

from koinon.build.mapping.lookups import Found, Label, Lookups
from koinon.model.errors import ConfigurationError, SourceError


@pytest.mark.parametrize(("key", "code", "tag"), [("el", "ELL", "el"), ("gre", "ELL", "el"), ("ELL", "ELL", "el")])
def test_a_language_is_known_by_tag_and_code(lookups: Lookups, key: str, code: str, tag: str) -> None:
    language = found(lookups, "languages", key)
    assert (language.key, language.parts["tag"]) == (code, tag)


def test_a_language_is_known_by_its_name_in_any_language(lookups: Lookups) -> None:
    assert found(lookups, "languages", "ελληνικα").key == found(lookups, "languages", "Greek").key == "ELL"
    assert found(lookups, "language", "se").parts["name"] == "Northern Sami"
    assert missed(lookups, "languages", "gr").rule == "unknown"


@pytest.mark.parametrize(
    ("key", "code"), [("eur", "EUR"), ("€", "EUR"), ("Euro", "EUR"), ("zł", "PLN"), ("GBP", "GBP")]
)
def test_a_currency_is_known_by_code_name_or_its_own_sign(lookups: Lookups, key: str, code: str) -> None:
    assert found(lookups, "currencies", key).key == code


@pytest.mark.parametrize("sign", ["£", "$", "kr"])
def test_a_sign_of_several_currencies_is_not_taken(lookups: Lookups, sign: str) -> None:
    assert missed(lookups, "currencies", sign).rule == "unknown"


def test_any_list_is_a_table_by_its_name(lookups: Lookups) -> None:
    programme = found(lookups, "code:eu-programme", "le premier programme")
    assert programme.iri == "http://publications.europa.eu/resource/authority/eu-programme/FIRST"
    assert programme.parts["name"] == "The first programme"
    assert programme.parts["labels"] == (Label("The first programme", "en"), Label("Le premier programme", "fr"))


def test_a_near_miss_in_a_list_is_reported(lookups: Lookups) -> None:
    answer = missed(lookups, "code:eu-programme", "The first programm")
    assert answer.candidates == ("FIRST",)
    assert "did you mean The first programme (FIRST)?" in answer.reason


def test_a_list_that_nobody_added_is_named(lookups: Lookups) -> None:
    answer = missed(lookups, "code:nothing", "A")
    assert (answer.rule, "code:nothing" in answer.reason) == ("not-registered", True)


def test_an_unknown_table_is_an_error_of_the_mapping(lookups: Lookups) -> None:
    with pytest.raises(ConfigurationError, match="There is no table 'contries'"):
        lookups.table("contries")


@pytest.mark.parametrize(
    ("table", "source"),
    [("nuts", "nuts"), ("countries", "eu-code-lists"), ("legal-forms", "legal-forms"), ("nuts", "place")],
)
def test_a_missing_reference_source_is_named_in_each_answer(folder: Path, table: str, source: str) -> None:
    answer = missed(made_up(folder, without=[source]), table, "AT", country="AT")
    assert answer.reason == f"the reference source {source} is not registered"


def test_regions_are_found_without_the_lists_of_names(folder: Path) -> None:
    region = found(made_up(folder, without=["eu-code-lists"]), "nuts", "DEX1")
    assert region.parts["label"] == Label("DEX1 (NUTS 2, Germany)", "en")


def test_post_codes_get_back_the_zero_that_a_spreadsheet_took(lookups: Lookups) -> None:
    assert found(lookups, "postcode", "1069", country="Germany").value == "01069"
    assert found(lookups, "postcode", "1069", country="Germany").rule == "padded"
    for text, country in (("01069", "DE"), ("1069", "AT"), ("106", "DE"), ("AB1 2CD", "UK"), ("1069", "")):
        answer = found(lookups, "postcode", text, country=country)
        assert (answer.value, answer.rule) == (text, "")


@pytest.mark.parametrize("key", ["e.V.", "e. V.", "E.V.", "Beispielverein"])
def test_a_legal_form_is_known_by_name_or_abbreviation_and_country(lookups: Lookups, key: str) -> None:
    form = found(lookups, "legal-forms", key, country="Deutschland")
    assert (form.key, form.iri) == ("AAA1", "https://w3id.org/koinon/id/topic/legal-forms-aaa1")


def test_a_legal_form_without_a_country_or_of_several_forms_is_not_decided(lookups: Lookups) -> None:
    assert missed(lookups, "legal-forms", "e.V.").rule == "unknown"
    answer = missed(lookups, "legal-forms", "S. P", country="PL")
    assert (answer.rule, answer.candidates) == ("ambiguous", ("BBB1 Spółka pierwsza", "BBB2 Spółka próbna"))
    assert missed(lookups, "legal-forms", "e.V.", country="PL").rule == "unknown"


def test_the_list_writes_kr_and_means_korean(lookups: Lookups) -> None:
    assert found(lookups, "legal-forms", "회사", country="KR").parts["name"] == Label("회사", "ko")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Freunde der Dörfer e. V.", "AAA1"),
        ("Muster GdB mbH", "AAA2"),
        ("Bank eG", "AAA3"),
        ("BANK EG", "AAA3"),
        ("Bank Eg", None),
        ("eG", None),
        ("Beispiel", None),
    ],
)
def test_a_legal_form_is_seen_at_the_end_of_a_name(lookups: Lookups, name: str, code: str | None) -> None:
    answer = ask(lookups, "legal-forms-in-names", name, country="DE")
    assert (answer.key if isinstance(answer, Found) else None) == code


def test_the_digest_changes_with_the_files_that_the_tables_need_and_with_no_others(folder: Path) -> None:
    before = made_up(folder)
    digests = {table: before.digest([table]) for table in ("nuts", "legal-forms", "code:eu-programme")}
    (folder / "forms.csv").write_text((folder / "forms.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    after = Lookups.of(before.files)
    changed = {table for table in digests if after.digest([table]) != digests[table]}
    assert changed == {"legal-forms"}


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("text", "rule", "says"),
    [
        (DOCTYPE, "syntax", "DOCTYPE"),
        ("<a>" * 50 + "</a>" * 50, "syntax", "nested"),
        ("<a><b></a>", "syntax", "line 1"),
        ("<a/>", "syntax", "listId"),
        (genericode("country", {"DEU": {"eng": "x"}})[:-20], "syntax", "line 1"),
    ],
)
def test_a_broken_code_list_is_refused_with_its_place(folder: Path, text: str, rule: str, says: str) -> None:
    lookups = Lookups.of({"eu-code-lists": write(folder, {"bad.gc": text})})
    with pytest.raises(SourceError) as refused:
        lookups.table("countries")
    assert refused.value.rule == rule
    assert says in str(refused.value)
    assert "bad.gc" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("code;version;country\nAT1;2024;Austria\n", "missing-column"),
        ("code,version,country\nAT1,2024\n", "cells"),
        ("from_code,to_code,from_version,to_version,areaKm,pop21\nA,B,1,2,many,3\n", "number"),
    ],
)
def test_a_broken_list_of_regions_is_refused(folder: Path, text: str, rule: str) -> None:
    lookups = Lookups.of({"nuts": write(folder, {"bad.csv": text}), "place": write(folder, {"p.ttl": ""})})
    with pytest.raises(SourceError) as refused:
        lookups.table("nuts")
    assert refused.value.rule == rule


def test_tables_are_had_by_name_and_an_unknown_name_is_missing(lookups: Lookups) -> None:
    assert "nuts" in lookups
    assert "code:eu-programme" in lookups
    assert "contries" not in lookups
    assert set(lookups) == Lookups.names()


def test_a_programme_has_the_period_that_its_name_ends_with(folder: Path) -> None:
    rows = {"A": {"eng": "First (2014/2020)"}, "B": {"eng": "Second (2019/2020)"}}
    lookups = Lookups.of({"eu-code-lists": write(folder, {"p.gc": genericode("eu-programme", rows)})})
    table = "code:eu-programme"
    assert found(lookups, table, "A").parts["period"] == "https://w3id.org/koinon/id/period/2014-2020"
    assert "period" not in found(lookups, table, "B").parts
