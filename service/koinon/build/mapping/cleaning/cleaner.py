"""Cleaning: from a publisher's RDF files to one graph file, and a report of every statement that was not kept."""

import hashlib
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from koinon.build.describe import describe, graph_iri
from koinon.build.graphs import lines_of
from koinon.build.mapping.cleaning.rules import Cleaning
from koinon.build.mapping.readers import Limits
from koinon.build.mapping.text import clean as clean_text
from koinon.build.reading import FORMATS, read_file
from koinon.build.source_manifest import Manifest, home_of
from koinon.model.errors import SourceError
from koinon.model.namespaces import DCT, FOAF, RDF, SKOS, THINGS, XSD

EXAMPLES: Final = 5
"""Examples that the report gives of each rule; of values that name persons it gives none."""
_TYPE, _LABEL = NamedNode(RDF + "type"), NamedNode(SKOS + "prefLabel")
_ALTERNATIVE = NamedNode(SKOS + "altLabel")
_TEXT: Final = frozenset({XSD + "string", RDF + "langString"})
_NAMES: Final[dict[str, str]] = {"turtle": ".ttl", "rdfxml": ".rdf", "ntriples": ".nt", "jsonld": ".jsonld"}


@dataclass(slots=True)
class CleaningReport:
    """What became of the statements: ``read`` is ``kept`` and all ``dropped``; ``changed`` counts what was mended.

    ``dropped`` maps a rule to properties and counts: ``empty`` (a label without text), ``person``, ``left-out``
    (the mapping says why), ``not-listed``, ``no-class`` (of things of no kept class), ``nameless``, ``second``
    (another value of a single property), ``repeated``.
    """

    source: str
    files: tuple[str, ...] = ()
    read: int = 0
    kept: int = 0
    statements: int = 0
    dropped: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    changed: Counter[str] = field(default_factory=Counter)
    examples: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def drop(self, rule: str, triple: Triple) -> None:
        """Count a statement that is left out."""
        self.dropped[rule][triple.predicate.value] += 1
        if rule != "person" and len(self.examples[rule]) < EXAMPLES:
            self.examples[rule].append(str(triple))

    def as_json(self) -> dict[str, object]:
        """Return the report as JSON."""
        return {
            "source": self.source,
            "files": list(self.files),
            "read": self.read,
            "kept": self.kept,
            "statements": self.statements,
            "dropped": {rule: dict(sorted(counts.items())) for rule, counts in sorted(self.dropped.items())},
            "changed": dict(sorted(self.changed.items())),
            "examples": dict(sorted(self.examples.items())),
        }

    def lines(self) -> Iterator[str]:
        """Yield the report for people."""
        yield f"{self.source}: {self.read:,} statements read, {self.kept:,} kept, {self.statements:,} in the graph"
        for rule, counts in sorted(self.dropped.items()):
            yield f"  {rule}: {counts.total():,}"
            yield from (f"    {count:,} {name}" for name, count in counts.most_common())
            yield from (f"    such as {example}" for example in self.examples[rule])
        yield from (f"  changed, {name}: {count:,}" for name, count in sorted(self.changed.items()))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What cleaning made: the graph file with its hash and number of statements, and the report."""

    path: Path
    sha256: str
    triples: int
    report: CleaningReport


def clean(
    rules: Cleaning,
    files: Sequence[Path],
    out: Path,
    limits: Limits | None = None,
    *,
    manifest: Manifest | None = None,
) -> Cleaned:
    """Clean RDF files into the graph file ``out``: sorted unique canonical N-Triples, the same every time.

    ``manifest`` is the source's own, whose description becomes part of the graph. Raises SourceError where a file
    cannot be read, OSError where the disk refuses.
    """
    slug = manifest.slug if manifest is not None else rules.source.slug
    report = CleaningReport(slug, tuple(path.name for path in files))
    cleaner = _Cleaner(rules, report)
    triples = list(cleaner.kept(_read(rules, files, slug, limits or Limits())))
    report.kept = len(triples)
    lines = lines_of([*triples, *_document(rules, slug, manifest)])
    report.statements = len(lines)
    data = b"".join(line + b"\n" for line in lines)
    out.write_bytes(data)
    return Cleaned(out, hashlib.sha256(data).hexdigest(), len(lines), report)


def _read(rules: Cleaning, files: Sequence[Path], slug: str, limits: Limits) -> Iterator[Triple]:
    """Yield the triples of the files in the order of their names, which settles what comes first."""
    with tempfile.TemporaryDirectory(prefix="koinon-rdf-") as folder:
        for path in sorted(files, key=lambda file: file.name):
            suffix = path.suffix.lower()
            if suffix not in FORMATS:
                syntax = rules.file.rdf.suffixes.get(suffix, "")
                if syntax not in _NAMES:
                    detail = f"the mapping does not say which RDF syntax {suffix!r} is (rdf.suffixes)"
                    raise SourceError(slug, "format", path.name, detail)
                link = Path(folder) / f"{path.name}{_NAMES[syntax]}"
                link.symlink_to(path.resolve())
                path = link
            yield from read_file(path, slug, graph_iri(slug), max_bytes=limits.file, max_literal=4 * limits.cell)


def _document(rules: Cleaning, slug: str, manifest: Manifest | None) -> Iterator[Triple]:
    if manifest is not None:
        yield from describe(manifest)
    iri = manifest.document.iri if manifest is not None else f"{home_of(rules.source.kind)}document/{slug}"
    document = NamedNode(iri)
    if manifest is None:
        yield Triple(document, _TYPE, NamedNode(FOAF + "Document"))
    if iri.startswith(THINGS):
        titles = manifest.title if manifest is not None else rules.source.title
        for tag, title in titles.items():
            yield Triple(document, _LABEL, Literal(title, language=tag))
            yield Triple(document, NamedNode(DCT + "title"), Literal(title, language=tag))


class _Cleaner:
    """The rules, while they are applied."""

    def __init__(self, rules: Cleaning, report: CleaningReport) -> None:
        self._rules = rules
        self._report = report
        self._single: dict[tuple[str, str, str], str] = {}

    def kept(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """Yield what is kept; every triple is either yielded or counted as dropped."""
        read = list(triples)
        self._report.read = len(read)
        classes: defaultdict[str, set[str]] = defaultdict(set)
        for triple in read:
            if triple.predicate == _TYPE and isinstance(triple.object, NamedNode):
                classes[str(triple.subject)].add(triple.object.value)
        fitting: list[Triple] = []
        for triple in read:
            rule = self._left_out(triple, classes[str(triple.subject)])
            new = None if rule else self._clean(triple)
            if new is None:
                self._report.drop(rule or "empty", triple)
            else:
                fitting.append(new)
        yield from self._once(list(self._single_values(self._named(fitting))))

    def _left_out(self, triple: Triple, classes: set[str]) -> str:
        """Return the rule by which a triple is left out, or nothing."""
        rules, iri = self._rules, triple.predicate.value
        kept = [rules.keep[each] for each in classes if each in rules.keep]
        if iri in rules.personal:
            return "person"
        if iri in rules.drop:
            return "left-out"
        if not kept or not isinstance(triple.subject, NamedNode):
            return "no-class"
        if triple.predicate == _TYPE:
            known = isinstance(triple.object, NamedNode) and triple.object.value in rules.keep
            return "" if known else "not-listed"
        return "" if any(iri in properties for properties in kept) else "not-listed"

    def _clean(self, triple: Triple) -> Triple | None:
        """Return a triple with its text cleaned, renamed and tagged; None where no text is left."""
        value = triple.object
        if not isinstance(value, Literal) or value.datatype.value not in _TEXT:
            return triple
        text, changes = clean_text(value.value)
        if not text:
            return None
        self._report.changed.update(changes)
        predicate, tag = triple.predicate, value.language
        if predicate.value in self._rules.rename:
            name, given = self._rules.rename[predicate.value]
            predicate, tag = NamedNode(name), tag or given
            self._report.changed["renamed"] += 1
        pattern, becomes = self._rules.codes.get(predicate.value, (None, ""))
        if pattern is not None and pattern.fullmatch(text):
            self._report.changed["code"] += 1
            return Triple(triple.subject, NamedNode(becomes), Literal(text))
        if tag is None and self._rules.file.rdf.untagged:
            tag = self._rules.file.rdf.untagged
            self._report.changed["untagged"] += 1
        return Triple(triple.subject, predicate, Literal(text, language=tag.lower()) if tag else Literal(text))

    def _named(self, triples: Sequence[Triple]) -> Iterator[Triple]:
        """Yield the triples, the texts of ``nameFrom`` as names of things that have none; nameless things go."""
        named = {triple.subject for triple in triples if triple.predicate == _LABEL}
        spare = {t.subject for t in triples if t.predicate.value == self._rules.name_from} - named
        for triple in triples:
            if triple.subject not in named | spare:
                self._report.drop("nameless", triple)
            elif triple.subject in spare and triple.predicate.value == self._rules.name_from:
                self._report.changed["name"] += 1
                yield Triple(triple.subject, _LABEL, triple.object)
            else:
                yield triple

    def _single_values(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """Yield the triples, further values of single properties demoted or dropped."""
        for triple in triples:
            value, rules = triple.object, self._rules
            if isinstance(value, Literal) and triple.predicate.value in rules.single:
                key = (str(triple.subject), triple.predicate.value, value.language or "")
                if self._single.setdefault(key, str(value)) != str(value):
                    if rules.demoted is None:
                        self._report.drop("second", triple)
                        continue
                    self._report.changed["demoted"] += 1
                    triple = Triple(triple.subject, NamedNode(rules.demoted), value)
            yield triple

    def _once(self, triples: Sequence[Triple]) -> Iterator[Triple]:
        """Yield each triple once, other names that equal a name left out."""
        names = {(t.subject, t.object) for t in triples if t.predicate == _LABEL}
        seen: set[Triple] = set()
        for triple in triples:
            if triple in seen or (triple.predicate == _ALTERNATIVE and (triple.subject, triple.object) in names):
                self._report.drop("repeated", triple)
            else:
                seen.add(triple)
                yield triple
