"""The documentation of the ontology, from ontology and shapes: a page per class, the data model as diagrams.

``python -m koinon.publish.ontology_docs`` writes ``docs/ontology/*.md`` and ``docs/data-model.md`` of a checkout;
with ``--check`` it writes nothing and exits with 1 where a page differs from what the ontology says now.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import CODE, PREFIXES, SCHEMA, XSD
from koinon.model.namespaces import RDF as RDF_NAMESPACE
from koinon.model.settings import Settings
from koinon.publish.ontology.cardinality import Asked, how_many

MODULES: Final = ("core", "place", "funding", "cluster", "practice", "activity", "provenance", "links")
"""The files that declare terms, in the order in which the documentation shows them."""

DOMAIN_HINT: Final = URIRef(SCHEMA + "domainIncludes")
RANGE_HINT: Final = URIRef(SCHEMA + "rangeIncludes")
MAPPINGS: Final = (SKOS.closeMatch, SKOS.narrowMatch, SKOS.broadMatch, SKOS.relatedMatch)
OVERVIEW: Final = re.compile(
    "Organization|Network|Project|Participation|ProjectParticipation|FundingProgramme|Fund|Call|Cluster|ClusterModel"
    "|GoodPractice|Event|Output|Location|Territory|Coverage"
)
"""The classes of the first diagram: few enough to be read at one look."""
GENERATED: Final = (
    "<!-- Written by `python -m koinon.publish.ontology_docs` from the ontology and the shapes: edit those. -->"
)
HOW_MANY: Final = (
    "How many: what the shapes ask of a source that introduces such a thing. "
    "*Wanted*: the build warns where it is missing."
)
CODE_LIST: Final = re.compile(r"/code/([a-z-]+)/")
THINGS: Final = re.compile(r"/id/\(?([a-z|-]+)\)?/")
DATATYPES: Final = (XSD, RDF_NAMESPACE + "langString")
PROPERTY_TYPES: Final = (OWL.ObjectProperty, OWL.DatatypeProperty)


@dataclass(frozen=True, slots=True)
class Edge:
    """A property from one class to another, or to a datatype (``target`` is then an XSD or RDF IRI)."""

    source: URIRef
    name: URIRef
    target: URIRef


@dataclass(frozen=True, slots=True)
class Ontology:
    """All Turtle files of the ontology in one graph, and which term stands in which module."""

    graph: Graph
    module_of: dict[URIRef, str] = field(default_factory=dict)
    shapes: Graph = field(default_factory=Graph)
    file_of: dict[URIRef, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read ``folder/*.ttl``, and the shapes beside it if any; raises ConfigurationError without a module."""
        ontology = cls(Graph())
        for name in MODULES:
            path = folder / f"{name}.ttl"
            if not path.is_file():
                raise ConfigurationError(f"{path} is missing: the ontology has the modules {', '.join(MODULES)}.")
            module = Graph().parse(path)
            for kind in (OWL.Class, *PROPERTY_TYPES):
                ontology.module_of.update({_iri(term): name for term in module.subjects(RDF.type, kind)})
        for path in sorted(folder.glob("*.ttl")):
            ontology.graph.parse(path)
        for path in sorted((folder.parent / "shapes").glob("*.ttl")):
            shapes = Graph().parse(path)
            ontology.file_of.update({_iri(shape): path.name for shape in shapes.subjects(RDF.type, SH.NodeShape)})
            for triple in shapes:
                ontology.shapes.add(triple)
        return ontology

    def checks(self, term: URIRef) -> list[URIRef]:
        """Return the node shapes that check things of a class, those of its wider classes included."""
        classes = set(self.graph.transitive_objects(term, RDFS.subClassOf))
        found = {_iri(shape) for cls in classes for shape in self.shapes.subjects(SH.targetClass, cls)}
        return sorted(found, key=lambda shape: (self.file_of[shape], local(shape)))

    def rules(self, term: URIRef) -> dict[URIRef, list[URIRef]]:
        """Return the property shapes that check things of a class, by their path."""
        found: dict[URIRef, list[URIRef]] = {}
        for shape in self.checks(term):
            for rule in sorted(_iri(node) for node in self.shapes.objects(shape, SH.property)):
                path = self.shapes.value(rule, SH.path)
                if isinstance(path, URIRef):
                    found.setdefault(path, []).append(rule)
        return found

    def declared(self, *kinds: URIRef) -> list[URIRef]:
        """Return the terms of the given kinds, sorted by module and name."""
        found = {_iri(term) for kind in kinds for term in self.graph.subjects(RDF.type, kind)}
        return sorted(found, key=lambda term: (MODULES.index(self.module_of[term]), local(term)))

    def hosts(self) -> list[URIRef]:
        """Return the classes of other vocabularies with which properties are used, sorted by name."""
        hosts = {_iri(value) for value in self.graph.objects(None, DOMAIN_HINT)}
        return sorted((term for term in hosts if term not in self.module_of), key=local)

    def properties(self) -> list[URIRef]:
        """Return every property that is declared or used, ours first."""
        used = {_iri(term) for term in self.graph.subjects(DOMAIN_HINT, None)}
        ours = self.declared(*PROPERTY_TYPES)
        return ours + sorted(used.difference(ours), key=lambda term: (local(term), str(term)))

    def edges(self, name: URIRef) -> Iterator[Edge]:
        """Yield where a property is used and leads: to ``rdfs:Resource`` or a literal where no range is given."""
        targets = self._values(name, (RDFS.range, RANGE_HINT)) or [
            RDFS.Literal if (name, RDF.type, OWL.DatatypeProperty) in self.graph else RDFS.Resource
        ]
        for source in self._values(name, (RDFS.domain, DOMAIN_HINT)):
            for target in targets:
                yield Edge(source, name, target)

    def _values(self, subject: URIRef, predicates: Iterable[URIRef]) -> list[URIRef]:
        found = {_iri(value) for predicate in predicates for value in self.graph.objects(subject, predicate)}
        return sorted(found, key=local)

    def text(self, subject: URIRef, predicate: URIRef, language: str | None = "en") -> str:
        """Return the one text of a predicate in a language (None: untagged), or an empty string."""
        values = (*self.graph.objects(subject, predicate), *self.shapes.objects(subject, predicate))
        return str(next((o for o in values if isinstance(o, Literal) and o.language == language), ""))

    def schemes(self, name: URIRef) -> list[str]:
        """Return the names of the code lists from which a property takes its values."""
        lists = (str(value) for value in self.graph.objects(name, RDFS.seeAlso))
        return sorted(value.removeprefix(CODE) for value in lists if value.startswith(CODE))


def _iri(node: Node) -> URIRef:
    if not isinstance(node, URIRef):
        raise ConfigurationError(f"The ontology has {node.n3()} where an IRI is expected.")
    return node


def local(term: URIRef) -> str:
    """Return the last part of an IRI."""
    return str(term).replace("#", "/").rstrip("/").rsplit("/", 1)[-1]


def curie(term: URIRef) -> str:
    """Return an IRI as prefix and local name where the prefix is one of ours, else in angle brackets."""
    for prefix, namespace in PREFIXES.items():
        if str(term).startswith(namespace):
            return f"{prefix}:{str(term).removeprefix(namespace)}"
    return f"<{term}>"


def _link(ontology: Ontology, term: URIRef) -> str:
    if term in ontology.module_of or term in ontology.hosts():
        return f"[{curie(term)}]({local(term)}.md)"
    return "anything" if term == RDFS.Resource else "a value" if term == RDFS.Literal else f"`{curie(term)}`"


def _value(ontology: Ontology, edges: list[Edge], rules: list[URIRef]) -> str:
    value = " or ".join(_link(ontology, target) for target in dict.fromkeys(edge.target for edge in edges))
    patterns = [str(pattern) for rule in rules for pattern in ontology.shapes.objects(rule, SH.pattern)]
    if value in ("", "anything"):
        kinds = sorted({kind for pattern in patterns if (m := THINGS.search(pattern)) for kind in m[1].split("|")})
        value = " or ".join(f"`/id/{kind}/…`" for kind in kinds) or value or "text"
    checked = {match[1] for pattern in patterns if (match := CODE_LIST.search(pattern))}
    schemes = ontology.schemes(edges[0].name) if edges else []
    lists = ", ".join(f"`{name}`" for name in schemes if name in checked or not checked & set(schemes))
    return f"{value}, code list {lists}" if lists else value


def _how_many(ontology: Ontology, rules: list[URIRef]) -> str:
    """Return how many values the shapes ask for (``1``, ``0..1``, ``1..*``, ``0..*``), and what is wished for."""
    found = how_many(_asked(ontology.shapes, rule) for rule in rules)
    return ", ".join([str(found), *["one a language"] * found.one_each, *["wanted"] * found.wanted])


def _asked(shapes: Graph, rule: URIRef) -> Asked:
    most = shapes.value(rule, SH.maxCount)
    return Asked(
        int(str(shapes.value(rule, SH.minCount) or 0)),
        int(str(most)) if most is not None else None,
        shapes.value(rule, SH.severity) in (None, SH.Violation),
        str(shapes.value(rule, SH.uniqueLang)) == "true",
    )


def _property_rows(ontology: Ontology, term: URIRef) -> Iterator[str]:
    rules = ontology.rules(term)
    asked = {path for path, checks in rules.items() if _how_many(ontology, checks)[:4] not in ("0..*", "0")}
    for name in dict.fromkeys([*ontology.properties(), *sorted(asked, key=local)]):
        edges = [edge for edge in ontology.edges(name) if edge.source == term]
        if edges or name in asked:
            definition = ontology.text(name, SKOS.definition) or ontology.text(name, RDFS.label).capitalize() + "."
            checks = rules.get(name, [])
            many = _how_many(ontology, checks)
            value = _value(ontology, edges or list(ontology.edges(name)), checks)
            yield f"| `{curie(name)}` | {definition} | {many} | {value} |"


def _checks(ontology: Ontology, term: URIRef) -> Iterator[str]:
    """Yield a line for each node shape that checks the class: its file, and the message of a rule of its own."""
    for shape in ontology.checks(term):
        file = ontology.file_of[shape]
        compares = any(
            (shape, part, None) in ontology.shapes for part in (SH["and"], SH["or"], SH["not"], SH.sparql)
        )
        message = ontology.text(shape, SH.message) if compares else ""
        yield f"* [{file}](../../shapes/{file}), `shape:{local(shape)}`" + (f": {message}" if message else "")


def class_page(ontology: Ontology, term: URIRef) -> str:
    """Return the Markdown page of one class, ours or one of another vocabulary that has properties here."""
    graph = ontology.graph
    lines = [
        GENERATED,
        "",
        f"# {ontology.text(term, RDFS.label).capitalize()}",
        "",
        f"`{curie(term)}` · <{term}>",
        "",
    ]
    if term in ontology.module_of:
        lines += [ontology.text(term, SKOS.definition), "", ontology.text(term, SKOS.scopeNote), ""]
        lines += [f"Declared in `ontology/{ontology.module_of[term]}.ttl`.", ""]
    else:
        lines += ["A class of another vocabulary, used as it is; `ontology/catalog.md` names the release.", ""]
    kinds = [_link(ontology, _iri(parent)) for parent in graph.objects(term, RDFS.subClassOf)]
    narrower = sorted((_iri(child) for child in graph.subjects(RDFS.subClassOf, term)), key=local)
    never = [_link(ontology, _iri(other)) for other in graph.objects(term, OWL.disjointWith)]
    for head, links in (("A kind of", kinds), ("Narrower", [_link(ontology, child) for child in narrower])):
        lines += [f"{head}: {', '.join(sorted(links))}", ""] if links else []
    lines += [f"Never also: {', '.join(sorted(never))}", ""] if never else []
    rows = list(_property_rows(ontology, term))
    if rows:
        lines += ["## Properties", "", HOW_MANY, "", "| property | meaning | how many | value |"]
        lines += ["|---|---|---|---|", *rows, ""]
    checks = list(_checks(ontology, term))
    lines += ["## Checked by", "", *checks, ""] if checks else []
    arriving = [e for name in ontology.properties() for e in ontology.edges(name) if e.target == term]
    if arriving:
        lines += ["## Pointed to by", ""]
        lines += [*sorted({f"* `{curie(e.name)}` of {_link(ontology, e.source)}" for e in arriving}), ""]
    example = ontology.text(term, SKOS.example, None)
    lines += ["## Example", "", "```turtle", example, "```", ""] if example else []
    matches = [
        f"| {local(m)} | <{other}> | {_reason(graph, term, m, other)} |"
        for m in MAPPINGS
        for other in graph.objects(term, m)
    ]
    if matches:
        lines += ["## Elsewhere", "", "| likeness | term | note |", "|---|---|---|", *sorted(matches), ""]
    lines += [
        "## Labels",
        "",
        "| " + " | ".join(INTERFACE_LANGUAGES) + " |",
        "|" + "---|" * len(INTERFACE_LANGUAGES),
    ]
    lines += ["| " + " | ".join(ontology.text(term, RDFS.label, tag) for tag in INTERFACE_LANGUAGES) + " |", ""]
    return "\n".join(lines)


def _reason(graph: Graph, subject: URIRef, predicate: URIRef, value: Node) -> str:
    for statement in graph.subjects(RDF.subject, subject):
        if (statement, RDF.predicate, predicate) in graph and (statement, RDF.object, value) in graph:
            return str(graph.value(statement, RDFS.comment) or "")
    return ""


def index_page(ontology: Ontology) -> str:
    """Return the list of all classes by module, and of the classes of other vocabularies."""
    lines = [GENERATED, "", "# The classes of the ontology", ""]
    lines += [
        "The diagram of them all is in [the data model](../data-model.md); the ontology itself in `ontology/`.",
        "",
    ]
    for module in MODULES:
        terms = [term for term in ontology.declared(OWL.Class) if ontology.module_of[term] == module]
        lines += [f"## {module}", ""]
        lines += [
            f"* [{local(term)}]({local(term)}.md): {ontology.text(term, SKOS.definition)}" for term in terms
        ] + [""]
    lines += ["## Of other vocabularies", ""]
    hosts = ontology.hosts()
    return "\n".join([*lines, *(f"* [{curie(term)}]({local(term)}.md)" for term in hosts), ""])


def _diagram(ontology: Ontology, edges: Iterable[Edge], classes: Iterable[URIRef]) -> list[str]:
    shown = set(classes)
    lines = ["```mermaid", "classDiagram"]
    drawn: dict[tuple[str, str], list[str]] = {}
    for edge in edges:
        if str(edge.target).startswith(DATATYPES):
            lines.append(f"  {local(edge.source)} : {local(edge.name)} {local(edge.target)}")
        elif edge.target not in (RDFS.Resource, RDFS.Literal):
            drawn.setdefault((local(edge.source), local(edge.target)), []).append(local(edge.name))
            shown |= {edge.source, edge.target}
    for (source, target), names in drawn.items():
        lines.append(f"  {source} --> {target} : {', '.join(dict.fromkeys(names))}")
    for term in sorted(shown, key=local):
        for parent in ontology.graph.objects(term, RDFS.subClassOf):
            if parent in shown:
                lines.append(f"  {local(_iri(parent))} <|-- {local(term)}")
    lines += [f"  class {name}" for name in sorted({local(term) for term in shown}) if not _named(name, lines)]
    return [*lines, "```", ""]


def _named(name: str, lines: list[str]) -> bool:
    return any(name in line.split() for line in lines)


def data_model(ontology: Ontology) -> str:
    """Return the data model: one diagram of how things hang together, then one for each module."""
    edges = [edge for name in ontology.properties() for edge in ontology.edges(name)]
    lines = [GENERATED, "", "# The data model", ""]
    lines += ["Arrows are properties, open arrowheads point to the wider class."]
    lines += [
        "Each class has [a page](ontology/README.md) with its definition, properties and labels.",
        "The page is long because each property is a line of a diagram.",
        "",
        "## Overview",
        "",
        "The classes at the heart; the diagrams below it show the others.",
        "",
    ]
    main = [e for e in edges if OVERVIEW.fullmatch(local(e.source)) and OVERVIEW.fullmatch(local(e.target))]
    main = [e for e in main if not str(e.target).startswith(DATATYPES)]
    lines += _diagram(ontology, main, ())
    for module in MODULES:
        lines += [f"## {module}", ""]
        classes = [term for term in ontology.declared(OWL.Class) if ontology.module_of[term] == module]
        lines += _diagram(ontology, [e for e in edges if ontology.module_of.get(e.name) == module], classes)
    lines += ["## Properties of other vocabularies", ""]
    return "\n".join(lines + _diagram(ontology, [e for e in edges if e.name not in ontology.module_of], ()))


def pages(ontology: Ontology) -> dict[str, str]:
    """Return every page by its path below ``docs/``."""
    terms = ontology.declared(OWL.Class) + ontology.hosts()
    written = {f"ontology/{local(term)}.md": class_page(ontology, term) for term in terms}
    return {"data-model.md": data_model(ontology), "ontology/README.md": index_page(ontology), **written}


def stale(ontology: Ontology, docs: Path) -> list[str]:
    """Return the pages that are missing, different or left over in ``docs``, relative to it."""
    wanted = pages(ontology)
    found = {f"ontology/{path.name}" for path in (docs / "ontology").glob("*.md")}
    differing = {name for name, text in wanted.items() if not _holds(docs / name, text)}
    return sorted(differing | (found - wanted.keys()))


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


def main(arguments: list[str] | None = None) -> int:
    """Write or check the pages; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m koinon.publish.ontology_docs", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 where a page is out of date"
    )
    parser.add_argument(
        "--root", type=Path, help="a checkout of the repository (default: the one around this file)"
    )
    given = parser.parse_args(arguments)
    folder = given.root / "ontology" if given.root else Assets.locate(Settings()).ontology
    docs = folder.parent / "docs"
    if given.root is None and not docs.is_dir():
        parser.error(f"no docs/ beside {folder}: run it in a checkout of the repository, or give --root")
    ontology = Ontology.read(folder)
    outdated = stale(ontology, docs)
    if given.check:
        sys.stdout.writelines(f"out of date: docs/{name}\n" for name in outdated)
        return 1 if outdated else 0
    wanted = pages(ontology)
    (docs / "ontology").mkdir(parents=True, exist_ok=True)
    for name in outdated:
        if name in wanted:
            (docs / name).write_text(wanted[name], "utf-8")
        else:
            (docs / name).unlink()
    sys.stdout.write(f"{len(wanted)} pages, {len(outdated)} changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
