"""Texts, numbers and addresses come out of templates escaped, whatever stands in them, the first time and again."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koinon.publish.text import Text
from koinon.web.parameters import encoded
from koinon.web.rendering import Pages, text_markup

MARKUP = "<b onclick='x'>&amp;\u202e"


@given(st.dictionaries(st.text(), st.text()))
def test_parameters_are_written_as_the_standard_library_does(parameters: dict[str, str]) -> None:
    assert encoded(parameters) == encoded(parameters) == urlencode(parameters)


def test_a_text_is_escaped_and_says_its_language() -> None:
    for _ in range(2):
        assert text_markup(Text(MARKUP, "en"), "en") == "&lt;b onclick=&#39;x&#39;&gt;&amp;amp;\u202e"
        marked = text_markup(Text(MARKUP, "ar"), "en")
        assert marked == '<span lang="ar" dir="rtl">&lt;b onclick=&#39;x&#39;&gt;&amp;amp;\u202e</span>'
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
