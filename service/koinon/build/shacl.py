"""SHACL validation of one source in its context, with the fast engine, as plain frozen results.

The engine is given N-Triples text, never a store: a store rewrites strings on which ``sh:in`` and
``sh:hasValue`` rely.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import shacl
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.engine import Term
from koinon.model.errors import VocabularyError
from koinon.model.namespaces import SH

_Key = tuple[str, str, str, str | None, tuple[str, ...]]


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
    """Compiled shapes with the context that every source shares."""

    def __init__(self, shapes: str, context: bytes = b"") -> None:
        """Compile ``shapes`` (N-Triples text); ``context`` is N-Triples that stands beside every source.

        Raises VocabularyError where the shapes are broken.
        """
        try:
            self._shapes = shacl.Shapes.from_text(shapes, format="ntriples") if shapes.strip() else None
        except ValueError as error:
            raise VocabularyError(
                f"The shapes cannot be compiled: {error}. Mend them, then build again."
            ) from error
        self._context = context

    def with_context(self, context: bytes) -> "Validator":
        """Return a validator with the same compiled shapes and another context."""
        other = Validator("", context)
        other._shapes = self._shapes
        return other

    def validate(self, data: bytes) -> list[Result]:
        """Validate ``data`` (N-Triples) in the context; returns every result, sorted.

        Results for nodes of the context are among them: the caller picks those of its source.
        """
        if self._shapes is None:
            return []
        text = (self._context + data).decode()
        try:
            report = self._shapes.validate_text(text, format="ntriples")
        except ValueError as error:
            raise VocabularyError(f"The shapes cannot be applied: {error}. Mend them, then build again.") from error
        languages = _languages(report)
        found = (_result(raw, languages) for raw in report.results)
        return sorted(found, key=lambda r: (r.focus, r.path or "", r.value or "", r.component, r.shape))


def _result(raw: shacl.Result, languages: dict[_Key, dict[str, str]]) -> Result:
    texts = tuple(sorted(raw.messages))
    key = (raw.focus_node, raw.component_iri, raw.severity_iri, raw.value, texts)
    return Result(
        focus=raw.focus_node,
        path=raw.path,
        value=raw.value,
        component=raw.component_iri,
        severity=raw.severity,
        messages=languages.get(key) or ({"": texts[0]} if texts else {}),
        shape=raw.root_shape or raw.source_shape or "",
    )


def _languages(report: shacl.Report) -> dict[_Key, dict[str, str]]:
    """Return the messages of each result by language; the engine's own list has lost the tags."""
    nodes: defaultdict[Term, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in parse(report.serialize("ntriples").encode(), RdfFormat.N_TRIPLES):
        if quad.predicate.value.startswith(SH):
            nodes[quad.subject][quad.predicate.value.removeprefix(SH)].append(quad.object)
    found: dict[_Key, dict[str, str]] = {}
    for fields in nodes.values():
        focus = fields.get("focusNode")
        if not focus:
            continue
        messages = [m for m in fields["resultMessage"] if isinstance(m, Literal)]
        value = str(fields["value"][0]) if fields.get("value") else None
        texts = tuple(sorted(message.value for message in messages))
        component, severity = fields["sourceConstraintComponent"][0], fields["resultSeverity"][0]
        if isinstance(component, NamedNode) and isinstance(severity, NamedNode):
            key = (str(focus[0]), component.value, severity.value, value, texts)
            found[key] = {message.language or "": message.value for message in sorted(messages, key=_tag)}
    return found


def _tag(message: Literal) -> tuple[str, str]:
    return message.language or "", message.value


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
            text = Literal(result.messages[tag], language=tag) if tag else Literal(result.messages[tag])
            yield f"        sh:resultMessage {text} ;\n"
        if not result.shape.startswith("_:"):
            yield f"        sh:sourceShape {result.shape} ;\n"
        yield f"        sh:sourceConstraintComponent <{result.component}> ]"
    yield " .\n"
