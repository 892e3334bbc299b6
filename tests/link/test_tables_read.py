"""Tables as networks have them: columns by their titles, and a clear word for what cannot be read."""

from pathlib import Path

import pytest

from koinon.link.tables import read_table
from koinon.model.errors import ConfigurationError


def table(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_columns_are_recognised_by_their_titles(tmp_path: Path) -> None:
    text = (
        "Organisation ID;Registered Name;Country;Town;Founded;Type;Website;VAT number;Trading Name\n"
        "7;Słońce;pl;Łódź;12/3/1998;association|museum;https://slonce.example;PL 1;Sun\n"
    )
    (mention,) = read_table(table(tmp_path, text))
    assert (mention.id, mention.name, mention.country, mention.city, mention.year) == (
        "7",
        "Słońce",
        "PL",
        "Łódź",
        1998,
    )
    assert mention.types == ("association", "museum")
    assert (mention.identifiers, mention.other_names) == (("PL 1",), ("Sun",))


def test_a_column_may_be_named(tmp_path: Path) -> None:
    (mention,) = read_table(table(tmp_path, "a,b\n1,Sun\n"), {"id": "a", "name": "B"})
    assert (mention.id, mention.name) == ("1", "Sun")


def test_quotes_in_a_tsv_belong_to_names_unless_they_are_around_cells(tmp_path: Path) -> None:
    bare = table(tmp_path, 'id\tname\n1\tHouse "Sun"\n2\t"Sun" House\n', "bare.tsv")
    quoted = table(tmp_path, 'id\tname\n1\t"House ""Sun"""\n2\tMoon\n', "quoted.tsv")
    assert [mention.name for mention in read_table(bare)] == ['House "Sun"', '"Sun" House']
    assert [mention.name for mention in read_table(quoted)] == ['House "Sun"', "Moon"]


def test_utf_16_with_its_mark_is_read(tmp_path: Path) -> None:
    (mention,) = read_table(table(tmp_path, "id\tname\n1\tŁódź\n".encode("utf-16"), "t.tsv"))
    assert mention.name == "Łódź"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("id,name\n", "has titles, but no row"),
        ("key,x\n1,2\n", "no column that looks like the name"),
        ("x,name\n1,2\n", "--column id=TITLE"),
        ("id,name\n1,Sun\n1,Moon\n", "the id 1 stands twice, in rows 2 and 3"),
        ("id,name\n,Sun\n", "row 2 has no id"),
        ("id,name\n1,\u200b\n", "row 2 (1) has no name"),
        ("id,name\n1,Sun,Moon\n", "row 2 has 3 cells"),
        (b"id,name\n1,S\xb3o\xf1ce\n", "line 2 is not UTF-8"),
        (b"id,name\n1,S\0n\n", "null characters"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "of the old kind (.xls). Save the table as .xlsx or as CSV",
        ),
        (b"PK\x03\x04mimetype", "a packed file, as .ods"),
        ('id,name\n1,"Sun\n', "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        list(read_table(table(tmp_path, text)))
    assert words in str(caught.value)
    assert "t.csv" in str(caught.value)


def test_a_field_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such field"):
        list(read_table(table(tmp_path, "id,name\n1,Sun\n"), {"colour": "name"}))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        list(read_table(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Polska", "PL"),
        ("Ελλάδα", "GR"),
        ("el", "GR"),
        ("UK", "GB"),
        ("България", "BG"),
        ("Lettland", "LV"),
        ("Bayern", ""),
    ],
)
def test_a_country_is_known_by_its_name_in_many_languages(tmp_path: Path, written: str, code: str) -> None:
    (mention,) = read_table(table(tmp_path, f"id,name,country\n1,Sun,{written}\n"))
    assert mention.country == code
