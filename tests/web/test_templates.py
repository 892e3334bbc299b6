"""``/templates``: the page in nine languages leads to the workbook, and one that was filled in is checked."""

import io
import sys
from pathlib import Path

import httpx
import openpyxl
import pytest

from html_check import check_html
from koinon.build.templates.texts import texts
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.web.members import XLSX

sys.path.append(str(Path(__file__).parents[1] / "build" / "templates"))
from filling import Form, fill_in, made


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_the_page_explains_the_list_in_each_language(client: httpx.Client, language: str) -> None:
    answer = client.get("/templates", headers={"Accept": "text/html", "Accept-Language": language})
    check_html(answer.text)
    words = texts(language)
    assert answer.headers["content-language"] == language
    assert words["readme"]["private"] in answer.text
    assert words["readme"]["step1"].split("{")[0] in answer.text
    assert f'href="/templates/members-list.{language}.xlsx"' in answer.text.split("<h2")[0]


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_the_workbook_is_the_template(client: httpx.Client, language: str) -> None:
    address = f"/templates/members-list.{language}.xlsx"
    answer = client.get(address)
    assert answer.content == made(language)
    assert answer.headers["content-type"] == XLSX
    assert f'filename="members-list.{language}.xlsx"' in answer.headers["content-disposition"]
    again = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames[0] == texts(language)["sheets"]["readme"]


def test_programs_find_the_workbooks(client: httpx.Client) -> None:
    listed = client.get("/templates", headers={"Accept": "application/json"}).json()["templates"]
    assert [entry["language"] for entry in listed] == list(INTERFACE_LANGUAGES)
    for entry in listed:
        assert client.head(entry["url"]).status_code == 200


@pytest.mark.parametrize("name", ["members-list.de.xlsx", "members-list.xlsx", "..%2Fpyproject.toml", "x"])
def test_what_is_no_template_is_not_found(client: httpx.Client, name: str) -> None:
    assert client.get(f"/templates/{name}").status_code == 404


def test_every_page_leads_there(client: httpx.Client) -> None:
    for address in ("/", "/check", "/queries"):
        page = client.get(address, headers={"Accept": "text/html"}).text
        assert 'href="/templates"' in page


def test_a_filled_list_is_checked_by_its_mapping(client: httpx.Client, tmp_path: Path) -> None:
    form = fill_in(Form(tmp_path, "el"))
    form.put("members", 7, {"id": "m-9", "name": "Άλλο", "member_of": "7"})
    answer = client.post(
        "/check",
        files={"file": ("κατάλογος.xlsx", form.save().read_bytes(), XLSX)},
        data={"mapping": "members-list"},
        headers={"Accept": "text/plain", "Accept-Language": "el"},
    )
    assert answer.status_code == 200, answer.text
    assert "Μέλη, row 7, Μέλος του *" in answer.text
    assert "not-registered" not in answer.text
