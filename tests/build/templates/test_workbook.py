"""Templates are whole in nine languages, ask for no contact details, and offer what the code lists hold."""

import io
import re
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from filling import FIRST, Form, assets, choices, made

from koinon.build.mapping.model import read_mapping
from koinon.build.templates.forms import SHEETS, Kind
from koinon.build.templates.texts import LANGUAGES, texts
from koinon.build.templates.words import MAPPING, with_words
from koinon.build.templates.workbook import HIDDEN, template

READ = {table.name: table for table in read_mapping(assets().data / MAPPING).table}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_whole_and_fit_into_a_spreadsheet(language: str) -> None:
    found, english = texts(language), texts("en")
    assert {name: set(section) for name, section in found.items()} == {n: set(s) for n, s in english.items()}
    assert all(text.strip() for section in found.values() for text in section.values())
    for section, keys in found.items():
        for key, text in keys.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[section][key])), key
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in found["sheets"].values())
    assert len(found["checks"]["title"]) <= 32
    assert all(len(text.format(n=1000)) <= 255 for text in found["checks"].values())


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_texts_say_who_checked_them(language: str) -> None:
    path = Path(str(files("koinon.build.templates"))) / "texts" / f"{language}.toml"
    assert "not checked by a native speaker" in path.read_text("utf-8").split("\n")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_has_the_same_bytes_each_time(language: str) -> None:
    assert template(choices(), language) == made(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_see_their_language_and_programs_the_names_of_the_mapping(language: str) -> None:
    book: Any = openpyxl.load_workbook(io.BytesIO(made(language)))
    words = texts(language)
    assert book.sheetnames == [*words["sheets"].values(), "lists"]
    assert book["lists"].sheet_state == "hidden"
    for sheet in SHEETS:
        page = book[words["sheets"][sheet.name]]
        assert page.row_dimensions[HIDDEN].hidden
        assert [cell.value for cell in page[HIDDEN]] == list(READ[sheet.name].columns)
        shown = [cell.value.removesuffix(" *") for cell in page[HIDDEN - 1]]
        assert shown == [words["columns"][c.key].format(n=c.n) for c in sheet.columns]
        assert len(set(shown)) == len(shown)
        assert [c.required for c in sheet.columns] == [c.required for c in READ[sheet.name].columns.values()]
        assert all(cell.comment is not None for cell in page[HIDDEN - 1])
        assert page.freeze_panes == f"C{HIDDEN + 1}"
        assert page.protection.sheet
        assert page.cell(HIDDEN - 1, 1).protection.locked
        assert not page.cell(FIRST - 1, 1).protection.locked
        assert (page.page_setup.orientation, page.print_title_rows) == ("landscape", "$1:$2")


def test_every_column_has_its_check() -> None:
    book: Any = openpyxl.load_workbook(io.BytesIO(made("el")))
    for sheet in SHEETS:
        page = book[texts("el")["sheets"][sheet.name]]
        checks = {
            str(rule.sqref).split(":")[0].rstrip("0123456789"): rule
            for rule in page.data_validations.dataValidation
        }
        for index, column in enumerate(sheet.columns):
            rule = checks[page.cell(1, index + 1).column_letter]
            assert rule.error, column.name
            if column.kind is Kind.CHOICE:
                assert rule.formula1 == f"list_{column.of.replace('-', '_')}"
            elif column.kind is Kind.REFERENCE:
                assert rule.formula1 == f"ids_{column.of}"
        red = [rule.formula[0] for rules in page.conditional_formatting for rule in rules.rules]
        needed = [column for column in sheet.columns if column.required]
        assert sum("COUNTA(" in formula for formula in red) == len(needed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_drop_downs_offer_the_words_that_the_mapping_knows(language: str) -> None:
    book: Any = openpyxl.load_workbook(io.BytesIO(made(language)))
    codes = read_mapping(assets().data / MAPPING).codes
    for column in book["lists"].iter_cols():
        name, *words = [cell.value for cell in column if cell.value]
        assert words, name
        assert book.defined_names[f"list_{name.replace('-', '_')}"].attr_text.endswith(f"${len(words) + 1}")
        if name in codes:
            assert {word for word in words if word not in codes[name]} == set()


def test_the_words_of_the_mapping_are_those_of_the_code_lists() -> None:
    text = (assets().data / MAPPING).read_text("utf-8")
    assert with_words(text, choices()) == text, "run python -m koinon.build.templates"


def test_no_column_asks_for_a_person() -> None:
    names = {column.name for sheet in SHEETS for column in sheet.columns}
    assert not [
        name for name in names if re.search(r"mail|phone|tel|fax|contact|person|director|street|address", name)
    ]
    for language in LANGUAGES:
        assert len(texts(language)["readme"]["private"]) > 100


def test_nothing_in_a_template_leads_to_another_host() -> None:
    with zipfile.ZipFile(io.BytesIO(made("en"))) as file:
        for name in file.namelist():
            text = file.read(name).decode("utf-8", "replace")
            assert 'TargetMode="External"' not in text, name
            assert "vbaProject" not in name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_marked_and_ignored(tmp_path: Path, language: str) -> None:
    form = Form(tmp_path, language)
    for sheet in SHEETS:
        marked = form.sheet(sheet.name).cell(FIRST - 1, 1).value
        assert marked == texts(language)["words"]["example"]
        assert marked in READ[sheet.name].ignore[sheet.columns[0].name]
