"""The datatypes of columns: from the text of a piece of a cell to a value, or to why there is none."""

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeVar

from koinon.build.iris import iri_problem
from koinon.build.mapping.concepts import Codes, Concepts
from koinon.build.mapping.dates import date_reader
from koinon.build.mapping.lookups.interface import Lookup, NotFound
from koinon.build.mapping.model import Column
from koinon.build.mapping.numbers import canonical, number_reader
from koinon.build.mapping.terms import LANGUAGE_TAG, Names, escaped, literal, tagged, typed
from koinon.build.mapping.unfit import Unfit
from koinon.build.mapping.urls import web_address
from koinon.build.mapping.values import Value

_T = TypeVar("_T")
Context = tuple[str, tuple[tuple[str, str], ...]]
"""What other columns add: the language tag of the text, and the values that help a lookup."""
NO_CONTEXT: Final[Context] = ("", ())
Kind = Callable[[str, Context], Value]
"""Reads one piece of text; raises Unfit, and Unknown for what is in no list."""


class Tables(Protocol):
    """Where lookups come from."""

    def table(self, name: str) -> Lookup:
        """Return the table of this name; ConfigurationError where there is none."""
        ...


class Unknown(Unfit):
    """A code that stands for nothing in its list."""


class Kinds:
    """Makes the functions that read pieces, from the tables and lists that a mapping may name."""

    def __init__(
        self,
        names: Names,
        codes: Mapping[str, Mapping[str, str]],
        concepts: Mapping[str, Concepts],
        lookups: Tables,
        source_language: str = "und",
    ) -> None:
        """Keep what columns refer to, and the language of the source as its manifest states it."""
        self._names = names
        self._codes = codes
        self._concepts = concepts
        self._lookups = lookups
        self.source_language = source_language

    def of(self, column: Column) -> Kind:
        """Return the function for a column; ValueError where it names a table, list or form that is not there."""
        match column.datatype:
            case "text":
                return _text(self._tag(column))
            case "date" | "dateTime":
                return _date(column)
            case "gYear":
                return _year
            case "decimal" | "integer":
                return _number(column)
            case "boolean":
                return _boolean(column.format[0])
            case "url":
                return _url
            case "iri":
                return _iri(column.template or "")
            case "code":
                return self._code(column)
            case "concept":
                return self._concept(column.list or "")
            case "lookup":
                return self._lookup(column.table or "")

    def _tag(self, column: Column) -> str | None:
        return (
            self.source_language
            if column.lang == "source"
            else column.lang
            if isinstance(column.lang, str)
            else None
        )

    def codes(self, table: str) -> Mapping[str, str]:
        """Return a table of codes; ValueError where there is none of the name."""
        return _named(self._codes, table, "table of codes ([codes.…])")

    def _code(self, column: Column) -> Kind:
        tag = self._tag(column)
        values: dict[str, Value] = {}
        for text, meaning in self.codes(column.table or "").items():
            iri = self._names.meaning(meaning)
            if iri is not None:
                values[meaning] = Value(f"<{iri}>", text, _last(iri))
            else:
                values[meaning] = Value(tagged(meaning, tag) if tag else literal(meaning), text, meaning)
        codes = Codes(self.codes(column.table or ""))

        def read(text: str, _: Context) -> Value:
            meaning = codes.find(text)
            if meaning is None:
                raise Unknown("unknown", f"the code is not in the table {column.table!r} of the mapping")
            return values[meaning]._replace(text=text)

        return read

    def _concept(self, name: str) -> Kind:
        concepts = _named(self._concepts, name, "list ([concepts.…])")

        def read(text: str, _: Context) -> Value:
            iri = concepts.find(text)
            if iri is None:
                raise Unknown("unknown", f"the term is not in the list {name!r} of the mapping")
            return Value(f"<{iri}>", text, _last(iri))

        return read

    def _lookup(self, name: str) -> Kind:
        table = self._lookups.table(name)

        def read(text: str, context: Context) -> Value:
            found = table.find(text, **dict(context[1]))
            if isinstance(found, NotFound):
                hint = f" (candidates: {', '.join(found.candidates)})" if found.candidates else ""
                raise Unknown(found.rule, found.reason + hint)
            term = f"<{found.iri}>" if found.iri else literal(found.key)
            return Value(term, text, found.key, None, found)

        return read


def _named(things: Mapping[str, _T], name: str, kind: str) -> _T:
    try:
        return things[name]
    except KeyError as error:
        known = f"; known are {', '.join(sorted(things))}" if things else ""
        raise ValueError(f"there is no {kind} named {name!r}{known}") from error


def _last(iri: str) -> str:
    return iri.rstrip("/").rpartition("/")[2]


def _text(tag: str | None) -> Kind:
    if tag is not None:
        return lambda text, _: Value(tagged(text, tag), text, text)

    def read(text: str, context: Context) -> Value:
        return Value(tagged(text, context[0]) if context[0] else literal(text), text, text)

    return read


def _date(column: Column) -> Kind:
    read_date = date_reader(column.format)
    if column.datatype == "date":

        def read(text: str, _: Context) -> Value:
            day = read_date(text).date().isoformat()
            return Value(typed(day, "date"), day, day)
    else:

        def read(text: str, _: Context) -> Value:
            moment = read_date(text).isoformat() + "Z"
            return Value(typed(moment, "dateTime"), moment, moment)

    return read


def _year(text: str, _: Context) -> Value:
    if not (len(text) == 4 and text.isascii() and text.isdigit() and text != "0000"):
        raise Unfit("year", "this is no year of four digits")
    return Value(typed(text, "gYear"), text, text)


def _number(column: Column) -> Kind:
    whole = column.datatype == "integer"
    read_number = number_reader(
        group=column.group_char,
        point=column.decimal_char,
        minimum=column.minimum,
        maximum=column.maximum,
        whole=whole,
    )

    def read(text: str, _: Context) -> Value:
        number = read_number(text)
        shown = canonical(number)
        return Value(typed(shown, column.datatype), shown, shown, number)

    return read


def _boolean(form: str) -> Kind:
    yes, _, no = form.partition("|")
    if not yes or not no or "|" in no:
        raise ValueError(f'format = {form!r}: write the two words with | between them, such as "Yes|No"')
    words = {yes: "true", no: "false"}

    def read(text: str, _: Context) -> Value:
        word = words.get(text)
        if word is None:
            raise Unfit("boolean", f"this is neither {yes!r} nor {no!r}")
        return Value(typed(word, "boolean"), text, word)

    return read


def _url(text: str, _: Context) -> Value:
    iri = web_address(text)
    return Value(f"<{iri}>", iri, _last(iri))


def _iri(template: str) -> Kind:
    before, place, after = template.partition("{value}")
    problem = iri_problem(f"{before}x{after}")
    if not place or problem:
        raise ValueError(f"template: {problem or 'it has no {value}'}")

    def read(text: str, _: Context) -> Value:
        return Value(f"<{before}{escaped(text)}{after}>", text, text)

    return read


def language(text: str, codes: Mapping[str, str] | None, default: str | None) -> str:
    """Return the language tag that a cell gives, else the default; raises Unfit where there is none."""
    tag = (codes.get(text, "") if codes is not None else text).lower()
    if LANGUAGE_TAG.match(tag):
        return tag
    if default is None:
        raise Unfit("language", f"{text!r} is no language tag (BCP 47)")
    return default
