"""Filling a template in as a person does: with a spreadsheet program, in the language that stands on the sheet."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from koinon.build.templates.choices import Choices
from koinon.build.templates.texts import texts
from koinon.build.templates.workbook import HIDDEN, template
from koinon.model.assets import Assets
from koinon.model.settings import Settings

FIRST = 5
"""The row under the example."""


@cache
def assets() -> Assets:
    return Assets.locate(Settings.from_environment({}))


@cache
def choices() -> Choices:
    return Choices(assets())


@cache
def made(language: str) -> bytes:
    return template(choices(), language)


class Form:
    """A template, opened."""

    def __init__(self, folder: Path, language: str) -> None:
        self.path = folder / "list.xlsx"
        self.path.write_bytes(made(language))
        self.book: Any = openpyxl.load_workbook(self.path)
        self.words = texts(language)
        self._entries = {
            name: {choice.meaning: choice.word for choice in entries}
            for name, entries in choices().of(language).items()
        }

    def sheet(self, name: str) -> Any:
        return self.book[self.words["sheets"][name]]

    def columns(self, name: str) -> dict[str, int]:
        sheet = self.sheet(name)
        return {sheet.cell(HIDDEN, at).value: at for at in range(1, sheet.max_column + 1)}

    def word(self, of: str, meaning: str) -> str:
        """The word of a drop-down that stands for something."""
        return self._entries[of][meaning]

    def put(self, name: str, row: int, values: Mapping[str, str | int | float | date]) -> None:
        """Write into the row of a sheet; columns are told by their technical names."""
        columns = self.columns(name)
        for column, value in values.items():
            self.sheet(name).cell(row, columns[column]).value = value

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


def fill_in(form: Form) -> Form:
    """A cluster in Komotini, with two members, a project and a practice."""
    word = form.word
    form.put(
        "networks",
        FIRST,
        {
            "id": "1",
            "kind": word("kind", "cluster"),
            "name": "Σχηματισμός Κοινωνικής Οικονομίας Κομοτηνής",
            "country": word("country", "id:place/greece"),
            "town": "Κομοτηνή",
            "founded": 2021,
            "model": word("cluster-model", "cluster-model:social-economy-cluster"),
            "theme_1": word("theme", "theme:social-economy"),
            "count": 2,
            "description": "Ενώνει συνεταιρισμούς της Ροδόπης.",
        },
    )
    form.put(
        "members",
        FIRST,
        {
            "id": "M-1",
            "name": "Κοιν.Σ.Επ. Ροδόπη",
            "member_of": "1",
            "type": word("actor-type", "actor-type:social-cooperative"),
            "form": word("legal-form", "legal-form:koinsep"),
            "website": "www.rodopi.example",
            "country": word("country", "id:place/greece"),
            "register": "ΓΕΜΗ",
            "register_number": "123456789000",
        },
    )
    form.put(
        "members",
        FIRST + 1,
        {
            "id": "M-2",
            "name": "Lavender Growers",
            "language": word("language", "en"),
            "member_of": 1,
            "type": word("actor-type", "actor-type:cooperative"),
            "country": word("country", "id:place/country-bg"),
        },
    )
    form.put(
        "projects",
        FIRST,
        {
            "id": "p1",
            "name": "Μαζί για την περιφέρεια",
            "start": date(2024, 1, 1),
            "end": date(2026, 12, 31),
            "programme": word("programme", "id:programme/erasmus-plus"),
            "budget": 250000.5,
            "currency": "EUR",
            "theme_1": word("theme", "theme:circular-economy"),
        },
    )
    form.put("partners", FIRST, {"project": "p1", "member": "M-1", "role": word("role", "role:coordinator")})
    form.put("partners", FIRST + 1, {"project": "p1", "network": "1", "role": word("role", "role:partner")})
    form.put(
        "practices",
        FIRST,
        {
            "id": "k1",
            "name": "Καφέ επισκευών",
            "country": word("country", "id:place/greece"),
            "operated_by": "M-1",
            "network": "1",
            "sentence": "Γείτονες επισκευάζουν μαζί πράγματα.",
        },
    )
    return form
