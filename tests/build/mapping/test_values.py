"""Values: what is taken comes out canonical, what is not is refused by name; nothing in between."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from koinon.build.iris import iri_problem
from koinon.build.literals import canonicaliser, problem_of
from koinon.build.mapping.dates import date_reader
from koinon.build.mapping.numbers import canonical, number_reader
from koinon.build.mapping.persons import names_person, without_persons
from koinon.build.mapping.terms import SLUG, literal, slug, tagged, typed
from koinon.build.mapping.text import clean, without_markup
from koinon.build.mapping.unfit import Unfit
from koinon.build.mapping.urls import web_address
from koinon.model.namespaces import XSD

TEXTS = st.text(st.characters(codec=None), max_size=60)
NODE = NamedNode("urn:x")


def read_back(term: str) -> Literal:
    (quad,) = parse(f"<urn:x> <urn:x> {term} .".encode(), RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, Literal)
    assert str(Triple(NODE, NODE, quad.object)) == f"<urn:x> <urn:x> {term}"
    return quad.object


@given(TEXTS)
def test_any_text_becomes_a_literal_that_a_graph_may_hold_and_reads_back_the_same(text: str) -> None:
    cleaned, _ = clean(text)
    for found in (read_back(literal(cleaned)), read_back(tagged(cleaned, "el"))):
        assert found.value == cleaned
        assert problem_of(found) is None
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned)[0] == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned", "changes"),
    [
        ("  Ópera\u0301 ", "Óperá", ()),
        ("a\x9cb", "ab", ("control-character",)),
        ("evil\u202egnp.exe", "evilgnp.exe", ("direction",)),
        ("one\r\ntwo\rthree", "one\ntwo\nthree", ()),
        ("Ӧir GmbH", "Ӧir GmbH", ("mixed-scripts",)),
        ("Κέντρο Urban", "Κέντρο Urban", ()),
        ("=SUM(A1)", "=SUM(A1)", ()),
        ("half \ud800 pair", "half  pair", ("control-character",)),
    ],
)
def test_cells_are_cleaned_and_what_was_changed_is_told(text: str, cleaned: str, changes: tuple[str, ...]) -> None:
    assert clean(text) == (cleaned, changes)


def test_markup_goes_and_entities_become_characters() -> None:
    assert without_markup("<p>R&amp;D</p><p>a < b</p><script>x()</script>") == "R&D\na < b"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=4))
def test_numbers_with_separators_come_out_as_the_store_writes_them(number: Decimal) -> None:
    shown = f"{number:,.4f}".translate(str.maketrans(",.", ".,"))
    found = read_back(typed(canonical(number_reader(group=".", point=",")(shown)), "decimal"))
    assert Decimal(found.value) == number
    assert canonicaliser()(found) == found


@pytest.mark.parametrize("text", ["1,23", "1.234,5", "12 000", "1e5", "ten", "", "١٢", "1,234,56", "1_000"])
def test_what_is_no_number_of_the_form_is_refused(text: str) -> None:
    with pytest.raises(Unfit) as refused:
        number_reader(group=",")(text)
    assert refused.value.rule == "number"


def test_numbers_out_of_range_and_beyond_the_store_are_refused() -> None:
    with pytest.raises(Unfit, match="out of range") as refused:
        number_reader(minimum=0)("-5")
    assert refused.value.rule == "range"
    with pytest.raises(Unfit, match="more than 18 digits"):
        number_reader()("1" + "0" * 18)


@given(st.dates())
def test_dates_of_the_declared_forms_are_read(day: date) -> None:
    read = date_reader(["yyyy/MM/dd", "d.M.yyyy"])
    for text in (f"{day.year:04}/{day.month:02}/{day.day:02}", f"{day.day}.{day.month}.{day.year:04}"):
        assert read(text).date() == day


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2021/02/31", "impossible-date"),
        ("2021-02-01", "date"),
        ("1/2/2021", "date"),
        ("2021/2/1", "date"),
        ("", "date"),
    ],
)
def test_other_forms_and_impossible_days_are_refused(text: str, rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        date_reader(["yyyy/MM/dd"])(text)
    assert refused.value.rule == rule


def test_unix_times_are_read_in_their_unit() -> None:
    assert date_reader(["epoch-ms"])("1423526400000").date() == date(2015, 2, 10)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.Example.ORG", "http://www.example.org/"),
        ("HTTPS://Example.org:443/A b?q=[1]#x#y", "https://example.org/A%20b?q=%5B1%5D#x%23y"),
        ("http://straße.example/%c3%a9", "http://xn--strae-oqa.example/%C3%A9"),
        ("example.org:8080/x", "http://example.org:8080/x"),
        ("http://δοκιμή.gr", "http://xn--jxalpdlp.gr/"),
        ("http://a.example/post/x-i-ty,3635.html", "http://a.example/post/x-i-ty,3635.html"),
    ],
)
def test_web_addresses_get_one_form(text: str, address: str) -> None:
    assert web_address(text) == address


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("javascript:alert(1)", "url-scheme"),
        ("data:text/html,x", "url-scheme"),
        ("ftp://a.example", "url-scheme"),
        ("info@a.example", "email"),
        ("mailto:info@a.example", "email"),
        ("www.a.example, www.b.example", "two-urls"),
        ("http://a.example http://b.example", "two-urls"),
        ("http://a.example/http://b.example;https://c.example", "two-urls"),
        ("update6", "url"),
        ("@handle", "url"),
        ("http://user:secret@a.example/", "url"),
        ("http://", "url"),
        ("http://1.2.3.400/", "url"),
        ("http://a.example:99999/", "url"),
    ],
)
def test_what_is_no_web_address_is_refused_by_name(text: str, rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        web_address(text)
    assert refused.value.rule == rule


@given(TEXTS)
def test_any_text_is_a_sound_address_or_refused(text: str) -> None:
    for start in ("", "http://a.example/", "http://"):
        try:
            address = web_address(clean(start + text)[0])
        except Unfit:
            continue
        assert iri_problem(address) is None
        assert web_address(address) == address


@given(st.lists(TEXTS.map(lambda t: clean(t)[0]).filter(bool), min_size=1, max_size=3))
def test_slugs_are_sound_and_keep_keys_apart(parts: list[str]) -> None:
    assert SLUG.match(slug(parts))
    assert slug(parts) == slug(parts)
    assert slug([*parts, "x"]) != slug(parts)


def test_slugs_of_names_in_other_scripts_do_not_collide() -> None:
    names = ["Κέντρο", "Κέντρα", "Център", "center", "Center"]
    assert len({slug([name]) for name in names}) == len(names)
    assert re.fullmatch(r"[0-9a-f]{8}", slug(["Κέντρο"]))


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Anna Muster (mayor)",
        "Prof. Jan Kowalski",
        "c/o Ann Example",
        "c/o. Example, 12 High Street",
        "C/oExample, 12 High Street",
        "care of Ann Example",
        "office@a.example",
        "Ann Example, Rector",
        "1. Dr. Anna Muster, Rector\n2. Bea Beispiel, Chancellor",
    ],
)
def test_persons_are_recognised(text: str) -> None:
    assert names_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Szpital im. dr. Jana Nowaka", "Department of Water", "Institute Dr. Max Muster", "DR Congo Desk",
        "Planning", "They take care of their neighbours", "FAO estimates", "CO/OP House",
    ],
)  # fmt: skip
def test_houses_that_are_named_after_persons_are_no_persons(text: str) -> None:
    assert not names_person(text)


def test_only_the_part_of_an_address_that_names_a_person_goes() -> None:
    assert without_persons("c/o Ann Example, Tax Office Ltd, 12 High Street") == "Tax Office Ltd, 12 High Street"
    assert without_persons("Dr. Karl Muster Straße 8") == "Dr. Karl Muster Straße 8"
    assert without_persons("c/o Ann Example") == ""


def test_typed_values_keep_their_datatype() -> None:
    assert read_back(typed("2021-02-01", "date")).datatype == NamedNode(XSD + "date")
