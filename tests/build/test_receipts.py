"""Receipts: every statement of a page says by what it is known, in one of three forms."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from building import PATIENT, World, manifest
from koinon.build.graphs import read_graph
from koinon.model.assets import Assets
from koinon.model.namespaces import CODE, DEF, GRAPH, ID, RDF, RDFS, SKOS
from koinon.model.settings import Settings

STATEMENT = NamedNode(RDF + "Statement")
TYPE = NamedNode(RDF + "type")
LABEL = NamedNode(SKOS + "prefLabel")
PROJECT = NamedNode(ID + "project/patient")


class Graph:
    """A graph file, with its receipts by statement."""

    def __init__(self, path: Path) -> None:
        self.triples = set(read_graph(path))
        self.receipts: dict[Triple, list[dict[str, set[str]]]] = {}
        nodes: dict[object, dict[str, set[object]]] = {}
        for triple in self.triples:
            nodes.setdefault(triple.subject, {}).setdefault(triple.predicate.value, set()).add(triple.object)
        self.evidence = set()
        for node, fields in nodes.items():
            kinds = fields.get(TYPE.value, set())
            if kinds & {STATEMENT, NamedNode(DEF + "SourceRange")}:
                self.evidence.add(node)
            if STATEMENT in kinds:
                (s,), (p,), (o,) = (fields[RDF + name] for name in ("subject", "predicate", "object"))
                receipt = {name: {getattr(v, "value", "") for v in values} for name, values in fields.items()}
                self.receipts.setdefault(Triple(s, p, o), []).append(receipt)  # type: ignore[arg-type]

    def facts(self) -> Iterator[Triple]:
        return (triple for triple in self.triples if triple.subject not in self.evidence)


def graph_of(world: World) -> Graph:
    assert not world.build().refused
    return Graph(world.current.graph_file("patient"))


def known(
    graph: Graph, subject: NamedNode, predicate: NamedNode, value: object
) -> tuple[str, str, set[str], set[str]]:
    """Return basis, origin, ranges and comments of the one receipt of a statement."""
    (receipt,) = graph.receipts[Triple(subject, predicate, value)]  # type: ignore[arg-type]
    (basis,), (origin,) = receipt[DEF + "basis"], receipt[DEF + "statementOrigin"]
    ranges = {name.partition("#char=")[2] for name in receipt.get(DEF + "sourceRange", set())}
    return (
        basis.removeprefix(CODE + "basis/"),
        origin.removeprefix(CODE + "statement-origin/"),
        ranges,
        receipt.get(RDFS + "comment", set()),
    )


def test_every_statement_of_a_page_has_a_receipt(world: World) -> None:
    graph = graph_of(world)
    assert set(graph.facts()) == set(graph.receipts)


def test_what_the_page_states_points_at_its_words(world: World) -> None:
    graph = graph_of(world)
    label = Literal("Projekt", language="pl")
    assert known(graph, PROJECT, LABEL, label) == ("stated", "as-written", {"12,20", "40,47"}, set())


def test_what_the_page_implies_says_why(world: World) -> None:
    graph = graph_of(world)
    office = NamedNode(ID + "organisation/patient-office")
    found = known(graph, office, NamedNode(DEF + "locatedIn"), NamedNode(ID + "place/gdansk"))
    assert found == ("implied", "editorial", {"70,80"}, {"The article was written there."})


def test_a_translated_label_points_at_the_words_it_translates(world: World) -> None:
    graph = graph_of(world)
    label = Literal("Project", language="en")
    assert known(graph, PROJECT, LABEL, label) == ("implied", "translated", {"12,20", "40,47"}, set())


def test_glue_points_at_the_label_of_its_subject_or_of_the_owner_of_a_part(world: World) -> None:
    graph = graph_of(world)
    coordinator = NamedNode(ID + "project/patient#coordinator")
    participates = NamedNode("http://data.europa.eu/m8g/hasParticipation")
    assert known(graph, PROJECT, participates, coordinator) == ("implied", "structural", {"12,20", "40,47"}, set())
    kind = NamedNode(DEF + "ProjectParticipation")
    assert known(graph, coordinator, TYPE, kind) == ("implied", "structural", {"50,60"}, set())


def test_what_the_manifest_says_is_editorial(world: World) -> None:
    graph = graph_of(world)
    source = NamedNode(GRAPH + "patient")
    found = known(graph, source, NamedNode(DEF + "readBy"), Literal("Koinon editors"))
    assert found == ("external", "editorial", set(), set())


def test_a_statement_read_at_two_places_in_two_ways_has_two_receipts(world: World) -> None:
    more = """<project/patient> dct:type project-type:transnational-project
        {| koi:basis basis:implied ; koi:sourceRange c:5\\,6 ; rdfs:comment "By its partners."@en |} ."""
    world.put("patient", {"source.toml": manifest("patient", "page"), "graph.ttl": PATIENT + more})
    graph = graph_of(world)
    kind = NamedNode(CODE + "project-type/transnational-project")
    receipts = graph.receipts[Triple(PROJECT, NamedNode("http://purl.org/dc/terms/type"), kind)]
    assert sorted(next(iter(r[DEF + "basis"])).rpartition("/")[2] for r in receipts) == ["implied", "stated"]


def test_an_external_source_has_receipts_only_where_it_is_annotated(world: World) -> None:
    path = world.sources / "neighbour" / "graph.ttl"
    path.write_text(
        path.read_text()
        + """<organisation/neighbour> koi:locatedIn <place/gdansk>
        {| koi:basis basis:external ; rdfs:comment "By its name."@en |} .\n"""
    )
    assert not world.build().refused
    graph = Graph(world.current.graph_file("neighbour"))
    assert [str(triple.object) for triple in graph.receipts] == [f"<{ID}place/gdansk>"]


def test_a_page_that_annotates_nothing_about_a_thing_is_warned_of(world: World) -> None:
    more = '<event/patient-party> a koi:Event ; skos:prefLabel "Zabawa"@pl ; skos:prefLabel "Party"@en .\n'
    world.put("patient", {"source.toml": manifest("patient", "page"), "graph.ttl": PATIENT + more})
    report = world.build()
    (patient,) = (source for source in report.sources if source.slug == "patient")
    warned = [finding for finding in patient.findings if finding.rule == "receipt-missing"]
    assert warned
    assert all("event/patient-party" in finding.where for finding in warned)


PAGES = sorted(
    path.parent.name for path in (Assets.locate(Settings()).data / "pages").glob("*/source.toml")
)  # fmt: skip


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph files of a release of the sources that koinon carries."""
    from koinon.build.pipeline import build

    settings = Settings(home=tmp_path_factory.mktemp("carried"))
    assets = Assets.locate(settings)
    report = build(settings, assets, [assets.data])
    assert [str(finding) for source in report.refused for finding in source.findings] == []
    return settings.home / "releases" / "current" / "graphs"


@pytest.mark.parametrize("slug", PAGES)
def test_every_statement_of_the_real_pages_has_a_receipt_with_a_place(carried: Path, slug: str) -> None:
    graph = Graph(carried / f"{slug}.nt")
    facts = set(graph.facts())
    assert facts == set(graph.receipts)
    for triple, receipts in graph.receipts.items():
        for receipt in receipts:
            assert receipt.get(DEF + "sourceRange") or CODE + "basis/external" in receipt[DEF + "basis"], triple
