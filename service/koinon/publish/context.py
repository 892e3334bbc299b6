"""The JSON-LD context, read for writing: which key a predicate and its value get (JSON-LD 1.1 API §4.2, §6).

The context file is ours, so only what it uses is understood: prefixes, aliases of ``@id`` and ``@type``, and terms
with ``@id``, ``@type`` and the containers ``@language`` and ``@set``. Anything else is refused when it is read, so
that a document can never disagree with its context unnoticed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from koinon.model.errors import ConfigurationError

_KEYWORDS: Final = {"@version", "@protected", "@vocab"}
_UNDERSTOOD: Final = {"@id", "@type", "@container", "@prefix", "@protected"}
_CONTAINERS: Final = {"@language", "@set"}
_GEN_DELIMS: Final = tuple(":/?#[]@")


@dataclass(frozen=True, slots=True)
class TermDefinition:
    """One term: the predicate it stands for, the type its values get (``@id``, ``@vocab`` or a datatype IRI)."""

    term: str
    iri: str
    type: str | None
    language_map: bool
    always_list: bool


@dataclass(frozen=True, slots=True)
class Context:
    """A context. ``terms`` is by term, ``by_iri`` by predicate, ``prefixes`` from prefix to namespace IRI."""

    terms: Mapping[str, TermDefinition]
    prefixes: Mapping[str, str]
    id_key: str
    type_key: str
    vocab: str | None
    by_iri: Mapping[str, tuple[TermDefinition, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a context file; raises ConfigurationError where it uses what this writer doesn't understand."""
        try:
            loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))["@context"]
            return cls._of(loaded)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(f"{path} is not a context that koinon can write: {error!r}") from error

    @classmethod
    def _of(cls, source: Mapping[str, Any]) -> Self:
        aliases = {str(value): key for key, value in source.items() if value in ("@id", "@type")}
        definitions = {
            key: value if isinstance(value, dict) else {"@id": value}
            for key, value in source.items()
            if not key.startswith("@") and not str(value).startswith("@")
        }
        unknown = {key for key in source if key.startswith("@")} - _KEYWORDS
        unknown |= {f"{term} {key}" for term, body in definitions.items() for key in set(body) - _UNDERSTOOD}
        if unknown:
            raise ValueError(f"not understood: {', '.join(sorted(unknown))}")
        vocab = source.get("@vocab")
        expand = _Expansion(definitions, vocab)
        terms: dict[str, TermDefinition] = {}
        prefixes: dict[str, str] = {}
        for term, body in definitions.items():
            iri = expand(term)
            container = body.get("@container", ())
            containers = {container} if isinstance(container, str) else set(container)
            if containers - _CONTAINERS:
                raise ValueError(f"not understood: the container of {term}")
            kind = body.get("@type")
            terms[term] = TermDefinition(
                term=term,
                iri=iri,
                type=kind if kind is None or kind.startswith("@") else expand.iri(kind),
                language_map="@language" in containers,
                always_list="@set" in containers,
            )
            if body.get("@prefix", isinstance(source[term], str) and iri.endswith(_GEN_DELIMS)):
                prefixes[term] = iri
        by_iri: dict[str, tuple[TermDefinition, ...]] = {}
        for definition in terms.values():
            by_iri[definition.iri] = (*by_iri.get(definition.iri, ()), definition)
        return cls(terms, prefixes, aliases.get("@id", "@id"), aliases.get("@type", "@type"), vocab, by_iri)

    def vocabulary_name(self, iri: str) -> str:
        """Return the shortest name of a predicate, class or datatype: a term, a compact IRI, or the IRI itself."""
        for definition in self.by_iri.get(iri, ()):
            return definition.term
        return self.compact_iri(iri)

    def compact_iri(self, iri: str) -> str:
        """Return ``prefix:rest`` for the longest namespace that fits and no term is named so, else the IRI."""
        fitting = [(len(ns), prefix) for prefix, ns in self.prefixes.items() if iri.startswith(ns) and iri != ns]
        if fitting:
            length, prefix = max(fitting)
            name = f"{prefix}:{iri[length:]}"
            if name not in self.terms and not iri[length:].startswith("//"):
                return name
        return iri


class _Expansion:
    """Expands the names on the right side of term definitions (JSON-LD 1.1 API §5.2, for contexts like ours)."""

    def __init__(self, definitions: Mapping[str, Mapping[str, Any]], vocab: str | None) -> None:
        self._definitions = definitions
        self._vocab = vocab

    def __call__(self, term: str) -> str:
        written = self._definitions[term].get("@id", term)
        if written == term and ":" not in term:
            if self._vocab is None:
                raise ValueError(f"the term {term} has no @id")
            return self._vocab + term
        return self.iri(written)

    def iri(self, name: str) -> str:
        prefix, colon, rest = name.partition(":")
        if colon and not rest.startswith("//") and prefix in self._definitions:
            return self(prefix) + rest
        if not colon and name in self._definitions:
            return self(name)
        if not colon and self._vocab is not None:
            return self._vocab + name
        return name
