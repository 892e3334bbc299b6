"""Texts, numbers and addresses come out of templates escaped, whatever stands in them, the first time and again."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal

from koinon.publish.naming import best_text
from koinon.publish.text import Text
from koinon.web.parameters import encoded
from koinon.web.rendering import Pages, text_markup

MARKUP = "<b onclick='x'>&amp;"


@given(st.dictionaries(st.text(), st.text()))
def test_parameters_are_written_as_the_standard_library_does(parameters: dict[str, str]) -> None:
    assert encoded(parameters) == encoded(parameters) == urlencode(parameters)


def test_a_text_is_escaped_and_says_its_language() -> None:
    for _ in range(2):
        assert text_markup(Text(MARKUP, "en"), "en") == "&lt;b onclick=&#39;x&#39;&gt;&amp;amp;"
        marked = text_markup(Text(MARKUP, "ar"), "en")
        assert marked == '<span lang="ar" dir="rtl">&lt;b onclick=&#39;x&#39;&gt;&amp;amp;</span>'
        odd = text_markup(Text("x", '"><script>'), "en")
        assert "<script>" not in odd


@pytest.mark.parametrize(("language", "word"), [("en", "Search"), ("el", "Αναζήτηση")])
def test_words_are_translated_and_what_is_put_into_them_is_escaped(language: str, word: str) -> None:
    environment = Pages()._environments[language]
    words = '{{ _("Search") }}|{{ _("without %(choice)s", choice=name) }}|{{ _("100 %%") }}'
    template = environment.from_string(words)
    for _ in range(2):
        first, second, third = template.render(name=MARKUP).split("|")
        assert first == word
        assert "<b" not in second
        assert "&lt;b" in second
        assert third == "100 %"


@pytest.mark.parametrize("odd", ["\u202eevil", "\u2066open", "a\u0001b", "\ufffe"])
def test_marks_of_direction_end_with_their_text_and_control_characters_are_replaced(odd: str) -> None:
    written = text_markup(Text(f"<i>{odd}", "en"), "en")
    assert written.startswith("<bdi>&lt;i&gt;")
    assert written.endswith("</bdi>")
    assert not {"\u0001", "\ufffe"} & set(written)


def test_a_label_without_a_letter_is_none() -> None:
    assert best_text([Literal("", language="en"), Literal(" \n", language="el")], "en") is None
    assert best_text([Literal("", language="en"), Literal("Ά", language="el")], "en") == Text("Ά", "el")
