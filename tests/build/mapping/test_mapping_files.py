"""A mapping that is wrong says in which file, at which key, and what is wanted."""

from pathlib import Path

import pytest
from made_up_fund import HEAD

from koinon.build.mapping.cleaning import is_cleaning, load_cleaning
from koinon.build.mapping.engine import load_mapping
from koinon.build.mapping.model import MappingError

MAPPINGS = sorted((Path(__file__).parents[3] / "data" / "mappings").glob("*.toml"))
TABLE = """
[[table]]
name = "Projects"
reader = "csv"
columns.acronym = { titles = "Acronym", required = true }
columns.title = { titles = "Title", lang = "en" }
[[table.things]]
name = "project"
id = "project/{source}-{slug(acronym)}"
type = ["koi:Project"]
has = [{ p = "skos:prefLabel", column = "title" }]
"""


@pytest.mark.parametrize(
    ("old", "new", "key", "wanted"),
    [
        ("version = 1\n", "", "version", "Field required"),
        ('licence = "', 'license = "', "source.licence", "Field required"),
        ('reader = "csv"', 'reader = "ods"', "table[Projects].reader", "'xlsx', 'csv'"),
        ("columns.title = { t", "columns.title = { langs = 1, t", "columns.title.langs", "no such key"),
        ('titles = "Title", lang = "en"', 'titles = "Title", datatype = "date"', "columns.title", "needs format"),
        ('titles = "Title"', 'titles = "Title", pattern = "("', "columns.title", "not a regular expression"),
        ('titles = "Title"', 'titles = "Title", datatype = "code", table = "x"', ".title", "no table of codes"),
        ('titles = "Title", lang = "en"', 'datatype = "date", format = "Y-m"', "columns.title", "year (yyyy)"),
        ('titles = "Title"', 'path = "title"', "columns.title", "path is for JSON"),
        ('column = "title"', 'column = "titel"', "things[project]", "no column 'titel'; known are acronym, title"),
        ("skos:prefLabel", "skoss:prefLabel", "things[project]", "no prefixed name"),
        ("slug(acronym)", "slug(acronim)", "things[project]", "no column or thing 'acronim'"),
        ("project/{source}", "Project/{source}", "things[project]", "type/slug in lower-case"),
        ('column = "title" }', 'column = "title", when = "title ~ x" }', "things[project]", "is no condition"),
        ('column = "title" }', 'column = "title", value = "theme:water" }', "has[1]", "give one of"),
        ('has = [', 'of = "programme"\nby = "koi:x"\nhas = [', "things", "no thing 'programme'"),
        ('terms = ["Water"', 'terms = ["water", "Water"', "concepts.theme", "would both be"),
        ('name = "fund"', 'name = "found"', "name", "is not the file's name"),
        ("[[table]]", "[[table", "file", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_names_the_key_and_what_is_wanted(
    tmp_path: Path, old: str, new: str, key: str, wanted: str
) -> None:
    path = tmp_path / "fund.toml"
    text = HEAD + TABLE
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MappingError) as refused:
        load_mapping(path)
    assert refused.value.path == str(path)
    assert key in refused.value.key
    assert wanted in str(refused.value)


def test_things_that_need_each_other_and_columns_that_do_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "fund.toml"
    loop = 'columns.a = { lang = { column = "b" } }\ncolumns.b = { lang = { column = "a" } }\n[[table.things]]'
    path.write_text(HEAD + TABLE.replace("[[table.things]]", loop, 1), encoding="utf-8")
    with pytest.raises(MappingError, match="needs a column that needs it in turn"):
        load_mapping(path)


def test_a_table_below_cannot_be_joined(tmp_path: Path) -> None:
    path = tmp_path / "fund.toml"
    join = '[[table.joins]]\ntable = "Calls"\non = ["acronym"]\n[[table.things]]'
    path.write_text(HEAD + TABLE.replace("[[table.things]]", join, 1), encoding="utf-8")
    with pytest.raises(MappingError, match="no table 'Calls' above"):
        load_mapping(path)


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_the_mappings_of_the_repository_are_sound(path: Path) -> None:
    mapping = load_cleaning(path).file if is_cleaning(path) else load_mapping(path).file
    assert mapping.name == path.stem
    assert mapping.version


def test_the_examples_of_the_documentation_are_sound(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "mappings.md").read_text(encoding="utf-8")
    examples = page.split("## Four examples")[1].split("```toml\n")[1:]
    assert len(examples) == 4
    kinds = '[concepts.type]\ntitle = { en = "Types" }\nlang = "en"\nopen = true\n'
    for example in examples:
        path = tmp_path / "fund.toml"
        path.write_text(HEAD + kinds + example.split("```")[0], encoding="utf-8")
        assert load_mapping(path).name == "fund"
