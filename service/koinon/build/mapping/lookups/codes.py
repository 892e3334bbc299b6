"""Entries of code lists in Genericode, by code or by name in any of their languages."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from babel.core import get_global

from koinon.build.languages import LANGUAGES
from koinon.build.mapping.lookups.folding import Spellings
from koinon.build.mapping.lookups.genericode import CodeList
from koinon.build.mapping.lookups.interface import Found, Label, NotFound, Piece
from koinon.model.namespaces import SHARED

Extra = Callable[[str], Mapping[str, Piece]]

_DATED: Final = "eu-programme"
"""The list whose names end with a programming period, which is the part ``period`` (ours) of an entry."""
_PERIOD: Final = re.compile(r"\((2014/2020|2021/2027)\)$")
_SYMBOLS: Final[Mapping[str, str]] = {"€": "EUR", "zł": "PLN", "Kč": "CZK", "₴": "UAH", "₺": "TRY", "Ft": "HUF"}
"""Signs that one currency has; £, $, kr and the like stand for several, so that they are not here."""


def labels_of(entries: CodeList, code: str) -> tuple[Label, ...]:
    """Return the names of an entry; one of unknown language where all languages repeat the same local name."""
    labels = entries.labels[code]
    if len(set(labels.values())) == 1 and len(labels) > 1 and entries.name.startswith("nuts"):
        return (Label(next(iter(labels.values())), "und"),)
    return tuple(Label(text, tag) for tag, text in sorted(labels.items()))


class Codes:
    """One list: the key is a code, an alias, or a name in any language of the list that no other entry has.

    Parts: ``code``, ``name`` (in English, else as the list has it), ``labels`` (in all languages), ``list``.
    """

    def __init__(
        self, entries: CodeList, aliases: Iterable[tuple[str, str]] = (), extra: Extra = lambda _: {}
    ) -> None:
        """Index a list; ``aliases`` are pairs of another code and a code, ``extra`` gives more parts."""
        self.entries = entries
        self._extra = extra
        self._codes = {code.casefold(): code for code in entries.labels}
        self._codes |= {alias.casefold(): code for alias, code in aliases if code in entries.labels}
        self._names = Spellings(
            (text, code) for code, labels in entries.labels.items() for text in (*labels.values(), self._name(code))
        )

    def find(self, key: str, **_: str) -> Found | NotFound:
        """Return the entry for a code or a name."""
        text = key.strip()
        code = self._codes.get(text.casefold())
        if code:
            return self._found(code)
        codes = self._names.keys(text)
        if len(codes) == 1:
            return self._found(codes[0])
        named = f"the list {self.entries.name}"
        if codes:
            return NotFound("ambiguous", f"{text!r} is the name of several entries of {named}", codes)
        close = self._names.close(text)
        hint = f"; did you mean {' or '.join(f'{self._name(code)} ({code})' for code in close)}?" if close else ""
        return NotFound("unknown", f"{text!r} is no code and no name in {named}{hint}", close)

    def _name(self, code: str) -> str:
        return self.entries.labels[code].get("en") or self.entries.names.get(code, code)

    def _found(self, code: str) -> Found:
        parts: dict[str, Piece] = {"code": code, "name": self._name(code), "list": self.entries.name}
        parts["labels"] = labels_of(self.entries, code)
        return Found(code, self.entries.iri_of(code), parts | dict(self._extra(code)))


class CodeLists:
    """All registered lists by name: the table ``code:eu-programme`` is the list ``eu-programme``."""

    def __init__(self, lists: Sequence[CodeList]) -> None:
        """Take the lists; each is indexed when it is asked for."""
        self._lists = {entries.name: entries for entries in lists}
        self._open: dict[str, Codes] = {}

    def named(self, name: str) -> Codes | None:
        """Return one list, or None where no registered file has it."""
        if name not in self._open and name in self._lists:
            entries = self._lists[name]
            periods = {code: period_of(text) for code, text in entries.names.items()} if name == _DATED else {}
            self._open[name] = Codes(entries, extra=lambda code: periods.get(code, {}))
        return self._open.get(name)


def period_of(name: str) -> Mapping[str, Piece]:
    """Return the programming period that stands at the end of a programme's name, if it is one of the Union's."""
    match = _PERIOD.search(name)
    return {"period": f"{SHARED}period/{match[1].replace('/', '-')}"} if match else {}


def tag_of(code: str) -> str:
    """Return the BCP 47 tag of a language of the authority table (``ELL``: ``el``)."""
    for tag, concept in LANGUAGES.items():
        if concept == code:
            return tag
    alias = str(get_global("language_aliases").get(code.lower(), code.lower()))
    return alias.replace("_", "-")


def languages(entries: CodeList) -> Codes:
    """Return the table ``languages``: by tag (``el``), ISO 639-2 and 639-3 code, or name; part ``tag``."""
    aliases = [(tag_of(code), code) for code in entries.labels]
    by_tag = dict(aliases)
    for old, new in get_global("language_aliases").items():
        if len(old) == 3 and old.upper() not in entries.labels and new in by_tag:
            aliases.append((old, by_tag[new]))
    return Codes(entries, aliases, lambda code: {"tag": tag_of(code)})


def currencies(entries: CodeList) -> Codes:
    """Return the table ``currencies``: by ISO 4217 code, name, or a sign that only one currency has."""
    return Codes(entries, _SYMBOLS.items())
