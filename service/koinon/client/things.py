"""One thing, one hit of a search, one question of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


class Thing(Mapping[str, Any]):
    """A thing as compact JSON-LD says it: a mapping from the names of the context to values.

    A property that it doesn't have is None.
    """

    def __init__(self, data: Mapping[str, Any], language: str = "en") -> None:
        """Hold what was read."""
        self._data = dict(data)
        self._language = language

    @property
    def id(self) -> str:
        """The IRI."""
        return str(self._data["id"])

    @property
    def types(self) -> tuple[str, ...]:
        """The names of the classes."""
        found = self._data.get("type", ())
        return (found,) if isinstance(found, str) else tuple(found)

    @property
    def label(self) -> str:
        """What it is called in the language of the client, else in English or any other; its IRI without a name."""
        return _text(self._data.get("prefLabel") or self._data.get("title"), self._language) or self.id

    def __getitem__(self, name: str) -> Any:
        """Return the value of a property, None where it has none."""
        return self._data.get(name)

    def __iter__(self) -> Iterator[str]:
        """Yield the names of its properties."""
        return iter(self._data)

    def __len__(self) -> int:
        """Return how many properties it has."""
        return len(self._data)

    def __repr__(self) -> str:
        """Return label and IRI."""
        return f"Thing({self.label!r}, {self.id})"


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that a search found: its name for the reader, and the name in which the text was found."""

    id: str
    label: str
    type: str
    matched: str
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the catalogue: its name, what it asks, and the default of each parameter by name."""

    name: str
    title: str
    description: str
    form: str
    parameters: Mapping[str, str]


def _text(texts: object, language: str) -> str:
    if isinstance(texts, str):
        return texts
    if not isinstance(texts, Mapping) or not texts:
        return ""
    found = next((texts[tag] for tag in (language, "en") if tag in texts), None) or texts[min(texts)]
    return found if isinstance(found, str) else str(found[0])


def text_of(texts: object, language: str) -> str:
    """Return the text of a language map that suits readers of a language; empty where there is none."""
    return _text(texts, language)
