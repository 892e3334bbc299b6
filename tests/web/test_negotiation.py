"""Readers get the form and the language they ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.web.negotiation import acceptable, choose_language, parse_accept, quality_of

OFFERED = ["text/html", "application/ld+json", "text/turtle", "application/n-triples"]


@pytest.mark.parametrize(
    ("header", "first"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/turtle", "text/turtle"),
        ("text/turtle;q=0.5, application/ld+json", "application/ld+json"),
        ("text/turtle;q=0.5, application/ld+json;q=0.4, */*;q=0.1", "text/turtle"),
        ("application/*, text/turtle;q=0.9", "application/ld+json"),
        ("application/*;q=0.2, application/n-triples;q=0.8", "application/n-triples"),
        ("text/turtle;q=.5, application/ld+json;q=0.4", "text/turtle"),
        ("text/turtle;q=.5, application/ld+json;q=0.6", "application/ld+json"),
        ("TEXT/Turtle", "text/turtle"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x";q=0.9, text/turtle;q=0.8',
         "application/ld+json"),
        ("text/turtle;version=1.2, application/n-triples;q=0.3", "application/n-triples"),
        ("text/turtle;charset=utf-8", "text/turtle"),
        ("*/*, text/html;q=0", "application/ld+json"),
        ("garbage", "text/html"),
    ],
)  # fmt: skip
def test_the_form_with_the_highest_quality_is_sent(header: str | None, first: str) -> None:
    assert acceptable(header, OFFERED)[0] == first


@pytest.mark.parametrize("header", ["image/png", "*/*;q=0", "text/html;q=0, text/*;q=0, application/*;q=0"])
def test_nothing_is_sent_that_the_reader_does_not_take(header: str) -> None:
    assert acceptable(header, OFFERED) == []


def test_an_exclusion_wins_over_a_wildcard() -> None:
    assert "text/turtle" not in acceptable("*/*;q=0.8, text/turtle;q=0", OFFERED)
    assert "text/turtle" not in acceptable("text/*, text/turtle;q=0.000", OFFERED)


types = st.sampled_from([*OFFERED, "*/*", "text/*", "application/*", "image/png"])
qualities = st.one_of(st.none(), st.sampled_from(["0", "0.0", "0.1", "0.5", "0.999", "1", "1.000"]))
elements = st.lists(st.tuples(types, qualities), min_size=1, max_size=8)


def written(ranges: list[tuple[str, str | None]]) -> str:
    return ", ".join(kind if q is None else f"{kind};q={q}" for kind, q in ranges)


@given(elements)
def test_what_is_sent_has_a_quality_above_zero_and_none_better_is_left_out(
    ranges: list[tuple[str, str | None]],
) -> None:
    header = written(ranges)
    chosen = acceptable(header, OFFERED)
    rated = {offer: quality_of(offer, parse_accept(header)) for offer in OFFERED}
    assert set(chosen) == {offer for offer, quality in rated.items() if quality > 0}
    assert [rated[offer] for offer in chosen] == sorted((rated[offer] for offer in chosen), reverse=True)


@given(elements, st.randoms(use_true_random=False))
def test_the_order_of_the_header_does_not_matter(
    ranges: list[tuple[str, str | None]], random: st.DataObject
) -> None:
    shuffled = list(ranges)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert acceptable(written(ranges), OFFERED) == acceptable(written(shuffled), OFFERED)


@given(st.text(max_size=300))
def test_any_header_is_read_without_an_error(header: str) -> None:
    assert set(acceptable(header, OFFERED)) <= set(OFFERED)
    assert choose_language(header, header, INTERFACE_LANGUAGES) in INTERFACE_LANGUAGES


@given(st.text(alphabet='";\\,=q0.5/*a ', max_size=200))
def test_odd_quoting_is_read_without_an_error(header: str) -> None:
    assert set(acceptable(header, OFFERED)) <= set(OFFERED)


@pytest.mark.parametrize(
    ("wanted", "header", "language"),
    [
        (None, None, "en"),
        (None, "pl", "pl"),
        (None, "pl-PL", "pl"),
        (None, "de, el;q=0.5", "el"),
        (None, "de", "en"),
        (None, "no", "nb"),
        (None, "nn-NO", "nb"),
        (None, "en;q=0.1, lv;q=0.9", "lv"),
        (None, "*;q=0.5, en;q=0", "pl"),
        ("it", "pl", "it"),
        ("xx", "pl", "pl"),
        ("EL", None, "el"),
    ],
)
def test_the_language_follows_the_link_and_then_the_browser(
    wanted: str | None, header: str | None, language: str
) -> None:
    assert choose_language(wanted, header, INTERFACE_LANGUAGES) == language
