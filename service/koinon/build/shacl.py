"""SHACL validation with the fast engine, as plain frozen results.

The engine is given N-Triples text, never a store: a store rewrites strings on which ``sh:in`` and
``sh:hasValue`` rely.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import shacl
from pyoxigraph import Literal, RdfFormat, parse

from koinon.engine import Term
from koinon.model.errors import VocabularyError
from koinon.model.namespaces import SH


@dataclass(frozen=True, slots=True)
class Result:
    """One validation result (SHACL, section 3.6.2); terms in N-Triples, ``path`` as SPARQL property path.

    ``shape`` is the nearest shape with an IRI; ``messages`` maps language tags (``""`` for none) to texts.
    """

    focus: str
    path: str | None
    value: str | None
    component: str
    severity: str
    messages: dict[str, str]
    shape: str

    def message(self, language: str = "en") -> str:
        """Return the message in ``language``, else in English, else any, else the component's name."""
        for tag in (language, "en", *sorted(self.messages)):
            if tag in self.messages:
                return self.messages[tag]
        return self.component.rpartition("#")[2]


class Validator:
    """Compiled shapes."""

    def __init__(self, shapes: str) -> None:
        """Compile ``shapes`` (N-Triples text); raises VocabularyError where they are broken."""
        try:
            self._shapes = shacl.Shapes.from_text(shapes, format="ntriples") if shapes.strip() else None
        except ValueError as error:
            raise VocabularyError(
                f"The shapes cannot be compiled: {error}. Mend them, then build again."
            ) from error
        self._messages = _messages(shapes)

    def validate(self, data: bytes) -> list[Result]:
        """Validate ``data`` (N-Triples), context included; returns every result, sorted."""
        found = map(self.result, self.run(data))
        return sorted(found, key=lambda r: (r.focus, r.path or "", r.value or "", r.component, r.shape))

    def run(self, data: bytes) -> list[shacl.Result]:
        """Validate ``data`` (N-Triples), context included; returns what the engine finds, as it comes.

        Raises VocabularyError where the shapes cannot be applied.
        """
        if self._shapes is None:
            return []
        try:
            return self._shapes.validate_text(data.decode(), format="ntriples").results
        except ValueError as error:
            raise VocabularyError(f"The shapes cannot be applied: {error}. Mend them, then build again.") from error

    def result(self, raw: shacl.Result) -> Result:
        """Return one result of the engine, with its messages by language, which the engine's own list has lost."""
        texts = tuple(sorted(raw.messages))
        return Result(
            focus=raw.focus_node,
            path=raw.path,
            value=raw.value,
            component=raw.component_iri,
            severity=raw.severity,
            messages=self._messages.get(texts) or ({"": texts[0]} if texts else {}),
            shape=raw.root_shape or raw.source_shape or "",
        )


def _messages(shapes: str) -> dict[tuple[str, ...], dict[str, str]]:
    """Return the messages of the shapes by their texts: language tag to text."""
    said: defaultdict[Term, list[Literal]] = defaultdict(list)
    for quad in parse(shapes, RdfFormat.N_TRIPLES):
        if quad.predicate.value == SH + "message" and isinstance(quad.object, Literal):
            said[quad.subject].append(quad.object)
    return {
        tuple(sorted(message.value for message in messages)): {
            message.language or "": message.value for message in sorted(messages, key=_tag)
        }
        for messages in said.values()
    }


def _tag(message: Literal) -> tuple[str, str]:
    return message.language or "", message.value


@lru_cache
def _literal(text: str, tag: str) -> str:
    return str(Literal(text, language=tag) if tag else Literal(text))


def report_triples(results: Iterable[Result]) -> Iterator[str]:
    """Yield a SHACL validation report of ``results``, as Turtle."""
    results = list(results)
    yield f"@prefix sh: <{SH}> .\n\n[] a sh:ValidationReport ;\n"
    conforms = "false" if any(result.severity == "Violation" for result in results) else "true"
    yield f"    sh:conforms {conforms}"
    for result in results:
        yield " ;\n    sh:result [ a sh:ValidationResult ;\n"
        yield f"        sh:focusNode {result.focus} ; sh:resultSeverity sh:{result.severity} ;\n"
        if result.path is not None and result.path.startswith("<") and result.path.count("<") == 1:
            yield f"        sh:resultPath {result.path} ;\n"
        if result.value is not None:
            yield f"        sh:value {result.value} ;\n"
        for tag in sorted(result.messages):
            yield f"        sh:resultMessage {_literal(result.messages[tag], tag)} ;\n"
        if not result.shape.startswith("_:"):
            yield f"        sh:sourceShape {result.shape} ;\n"
        yield f"        sh:sourceConstraintComponent <{result.component}> ]"
    yield " .\n"
