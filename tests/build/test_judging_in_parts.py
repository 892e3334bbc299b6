"""Shapes find in the parts of a source, each beside what it refers to, what they find in the whole beside all."""

import random
from collections import Counter
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import SH

from building import PREFIXES, World, manifest
from koinon.build import judging
from koinon.build.candidate import Candidate, make_candidate
from koinon.build.chunks import chunks
from koinon.build.context import Context
from koinon.build.graphs import as_text
from koinon.build.judging import rule_of, validate
from koinon.build.normalise import Normaliser
from koinon.build.shacl import Validator
from koinon.build.source_manifest import Manifest
from koinon.build.sources import Source, read_manifest
from koinon.build.vocabulary import Vocabulary, read_vocabulary
from koinon.model.settings import Settings

SEED = 20261122
FAULTS = (
    "<organisation/made-{n}> a org:Organization .",
    '<organisation/made-{n}> a org:Organization ; skos:prefLabel "N{n}"@en ; foaf:homepage "none" .',
    '<organisation/made-{n}> a org:Organization ; skos:prefLabel "N{n}"@en , "O{n}"@en .',
    '<organisation/made-{n}> a org:Organization ; skos:prefLabel "N{n}"@en ; org:classification role:partner .',
    '<project/made-{n}> a koi:Project ; skos:prefLabel "P{n}"@en ; schema:startDate "2024-01-01"^^xsd:date ; '
    'schema:endDate "2023-01-01"^^xsd:date .',
    '<project/made-{n}> a koi:Project ; skos:prefLabel "P{n}"@en ; koi:participantCount 3 ; '
    "m8g:hasParticipation <project/made-{n}#a> , <project/made-{n}-apart> . "
    "<project/made-{n}#a> m8g:role role:partner ; a koi:ProjectParticipation , m8g:Participation ; "
    "m8g:hasParticipant <organisation/made-{m}> . "
    "<project/made-{n}-apart> m8g:hasParticipant <organisation/made-{m}> .",
    '<organisation/made-{n}> a org:Organization ; skos:prefLabel "N{n}"@en ; koi:locatedIn <place/gdansk> ; '
    "koi:cooperatesWith <organisation/made-{m}> .",
    '<place/gdansk> skos:altLabel "Gdańsk {n}"@en , "Gdańsk"@en .',
)


@pytest.fixture
def vocabulary(world: World) -> Vocabulary:
    return read_vocabulary(world.assets)


@pytest.fixture
def candidates(world: World, tmp_path: Path) -> dict[str, Candidate]:
    dice = random.Random(SEED)  # noqa: S311  faults that can be drawn again
    things = (dice.choice(FAULTS).format(n=n, m=dice.randint(1, 299)) for n in range(300))
    globs = ("document/made", "organisation/made-*", "project/made-*")
    graph = PREFIXES + '<document/made> a foaf:Document ; skos:prefLabel "Made"@en .\n' + "\n".join(things)
    world.put("made", {"source.toml": manifest("made", globs=globs), "graph.ttl": graph})
    found = {}
    for slug in ("made", "place"):
        folder = world.sources / slug
        read = read_manifest(folder / "source.toml")
        assert isinstance(read, Manifest)
        source = Source(folder, read, (folder / "graph.ttl",))
        found[slug] = make_candidate(source, tmp_path, Normaliser(), Settings())
    return found


def context_of(vocabulary: Vocabulary, candidates: dict[str, Candidate]) -> Context:
    types = [candidate.index.types for candidate in candidates.values()]
    return Context(as_text(vocabulary.ontology | vocabulary.codes), types, [candidates["place"].graph.path])


def test_parts_beside_what_they_refer_to_give_the_results_of_the_whole(
    vocabulary: Vocabulary, candidates: dict[str, Candidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = candidates["made"]
    validator = Validator(vocabulary.shapes)
    graphs = b"".join(candidate.graph.path.read_bytes() for candidate in candidates.values())
    whole = validator.validate(as_text(vocabulary.ontology | vocabulary.codes) + graphs)
    said = {line.rsplit(b" .", 1)[0].decode() for line in made.graph.path.read_bytes().splitlines()}
    wanted = {
        (r.severity, rule_of(r.shape, r.component), r.focus, r.path, r.value)
        for r in whole
        if made.index.speaks_of(r.focus[1:-1])
        and ("/place/" not in r.focus or f"{r.focus} {r.path} {r.value}" in said)
    }
    parts = 0

    def small(path: Path, triples: int):  # type: ignore[no-untyped-def]
        nonlocal parts
        for part in chunks(path, triples, size=40, share=400):
            parts += 1
            yield part

    monkeypatch.setattr(judging, "chunks", small)
    validate(made, validator, context_of(vocabulary, candidates))
    severities = {"refused": "Violation", "warning": "Warning", "note": "Info"}
    assert {(severities[s], rule): n for (s, rule), n in made.counts.items()} == Counter(key[:2] for key in wanted)
    assert parts > 20
    assert len({key[1] for key in wanted if key[0] == "Violation"}) >= 4


def test_the_reference_engine_finds_the_same_in_a_part(
    vocabulary: Vocabulary, candidates: dict[str, Candidate]
) -> None:
    made = candidates["made"]
    lines = next(chunks(made.graph.path, made.graph.triples, size=200))
    data = b"".join(lines) + context_of(vocabulary, candidates).beside(lines, made.graph.path, [])
    fast = Counter(
        (r.focus, r.path, r.value or "", r.component, r.severity)
        for r in Validator(vocabulary.shapes).validate(data)
    )
    shapes = Graph().parse(data=vocabulary.shapes, format="nt")
    _, report, _ = pyshacl.validate(
        Graph().parse(data=data, format="nt"), shacl_graph=shapes, advanced=True, inference="none"
    )
    assert isinstance(report, Graph)
    slow: Counter[tuple[str, str | None, str, str, str]] = Counter()
    for node in report.objects(None, SH.result):
        path, value, focus = (report.value(node, p) for p in (SH.resultPath, SH.value, SH.focusNode))
        component, severity = (report.value(node, p) for p in (SH.sourceConstraintComponent, SH.resultSeverity))
        slow[
            focus.n3() if focus is not None else "",
            path.n3() if isinstance(path, URIRef) else None,
            value.n3() if value is not None else "",
            str(component),
            str(severity).rpartition("#")[2],
        ] += 1
    assert fast == slow
    assert fast.total() > 20
