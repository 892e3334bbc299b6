"""The interface is whole in nine languages."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.web.problems import KINDS

WEB = Path(str(files("koinon.web")))
PLACE = re.compile(r"%\(\w+\)s")


def texts_of_the_interface() -> set[str | tuple[str, str]]:
    """Every text that templates, problems and reports of checks ask a translation for; plural ones as pairs."""
    found: set[str | tuple[str, str]] = set()
    for path in sorted((WEB / "templates").glob("*.html")):
        with path.open("rb") as file:
            for _, function, message, _ in babel_extract(file, ["_", "ngettext"], [], {"silent": "false"}):
                if function == "ngettext":
                    found.add((message[0], message[1]))
                elif message is not None:
                    found.add(message if isinstance(message, str) else message[0])
    for path in (*WEB.glob("*.py"), *(WEB / "checking").glob("*.py"), *(WEB / "reconcile").glob("*.py")):
        with path.open("rb") as file:
            for _, function, message, _ in extract_python(file, ["_", "ngettext"], [], {}):
                if isinstance(message, str):
                    found.add(message)
                elif function == "ngettext":
                    found.add((message[0], message[1]))
    return found


def catalogue(language: str) -> Catalog:
    with (WEB / "locale" / language / "LC_MESSAGES" / "koinon.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_no_text_is_missing_fuzzy_or_left_over(language: str) -> None:
    messages = {message.id: message for message in catalogue(language) if message.id}
    assert set(messages) == texts_of_the_interface()
    assert not [message.id for message in messages.values() if message.fuzzy]
    for message in messages.values():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(strings), f"{language}: {message.id} has no translation"


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    found = catalogue(language)
    assert (found.num_plurals, found.plural_expr) == (
        get_plural(language).num_plurals,
        get_plural(language).plural_expr,
    )
    for message in found:
        if isinstance(message.id, tuple):
            assert len(message.string) == found.num_plurals


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_placeholders_stay(language: str) -> None:
    for message in catalogue(language):
        if not message.id:
            continue
        wanted = set(PLACE.findall(message.id if isinstance(message.id, str) else message.id[1]))
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert set(PLACE.findall(string)) == wanted, message.id


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES[1:])
def test_texts_are_translated_and_say_who_checked_them(language: str) -> None:
    found = catalogue(language)
    same = [m.id for m in found if m.id and m.string == m.id]
    assert len(same) < 25, same
    header = (WEB / "locale" / language / "LC_MESSAGES" / "koinon.po").read_text("utf-8")
    assert "not checked by a native speaker" in header


def test_every_problem_has_a_status_and_advice() -> None:
    for name, kind in KINDS.items():
        assert 400 <= kind.status < 600, name
        assert kind.title
        assert kind.advice
