"""The linker over graphs: what it finds, that a run from what the last one left finds the same, and traps."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from koinon.build.graphs import GraphFile, write_graph
from koinon.build.linking.described import described_in
from koinon.build.linking.finding import Found, Run
from koinon.build.linking.recording import Spoken, records_of
from koinon.build.linking.stage import Linking, write_links_of
from koinon.link.matching import Engine
from koinon.model.assets import Assets
from koinon.model.namespaces import DCT, DEF, GRAPH, ID, ORG, RDF, SKOS
from koinon.model.settings import Settings
from koinon.release.current import Release
from koinon.release.judgements import Judgements
from koinon.release.links import Links
from koinon.release.mappings import ACCEPTED

ASSETS = Assets.locate(Settings())
TOWNS = {"torino": ("Torino", "it"), "krakow": ("Kraków", "pl"), "rodopi": ("Komotini", "gr")}


def graph(folder: Path, slug: str, kind: str, names: dict[str, tuple[str, str]]) -> GraphFile:
    """Write a graph of organisations: a name and a town each."""
    folder.mkdir(parents=True, exist_ok=True)
    triples = []
    for thing, (name, town) in names.items():
        node = NamedNode(f"{ID}organisation/{slug}-{thing}")
        triples += [
            Triple(node, NamedNode(RDF + "type"), NamedNode(ORG + "Organization")),
            Triple(node, NamedNode(SKOS + "prefLabel"), Literal(name, language="und")),
            Triple(node, NamedNode(DEF + "locatedIn"), NamedNode(f"{ID}place/{town}")),
        ]
    for town, (label, country) in TOWNS.items():
        place, land = NamedNode(f"{ID}place/{town}"), NamedNode(f"{ID}place/{country}")
        code = NamedNode(f"{land.value}#iso-3166-1-alpha-2")
        for one in (place, land):
            triples.append(Triple(one, NamedNode(RDF + "type"), NamedNode(DCT + "Location")))
        triples += [
            Triple(place, NamedNode(DCT + "type"), NamedNode("https://w3id.org/koinon/code/place-type/city")),
            Triple(place, NamedNode(SKOS + "prefLabel"), Literal(label, language="und")),
            Triple(place, NamedNode(DCT + "isPartOf"), land),
            Triple(code, NamedNode(SKOS + "notation"), Literal(country.upper())),
        ]
    path = folder / f"{slug}.nt"
    return write_graph(triples, path, slug=slug, name=GRAPH + slug, kind=kind, title={})


REGISTER = {
    "chamber": ("Camera di Commercio di Torino", "torino"),
    "university": ("Università degli Studi di Torino", "torino"),
    "thrace": ("Δημοκρίτειο Πανεπιστήμιο Θράκης", "rodopi"),
    "office": ("Regionalny Ośrodek Polityki Społecznej w Krakowie", "krakow"),
}
OURS = {
    "1": ("Turin Chamber of Commerce", "torino"),
    "2": ("University of Turin", "torino"),
    "3": ("Democritus University of Thrace", "rodopi"),
    "4": ("Muzeum Narodowe w Krakowie", "krakow"),
}


def run(folder: Path, graphs: list[GraphFile], parent: Path | None = None) -> Found:
    folder.mkdir(parents=True, exist_ok=True)
    made = Run(ASSETS, Judgements(), parent)
    made.read(graphs)
    return made.find(folder)


def pairs(found: Found) -> dict[tuple[str, str], float]:
    return {
        (link.subject.rsplit("/")[-1], link.object.rsplit("/")[-1]): link.probability
        for link in found.decisions.links
    }


def test_names_in_two_languages_and_scripts_are_linked_and_say_why(tmp_path: Path) -> None:
    graphs = [graph(tmp_path, "ours", "page", OURS), graph(tmp_path, "register", "reference", REGISTER)]
    found = run(tmp_path / "run", graphs)
    assert pairs(found).keys() == {
        ("ours-1", "register-chamber"),
        ("ours-2", "register-university"),
        ("ours-3", "register-thrace"),
    }
    for link in found.decisions.links:
        told = {reason.feature for reason in link.reasons}
        assert {"city", "second-look", "prior"} <= told, told


def test_a_run_from_what_the_last_one_left_finds_what_a_run_from_nothing_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = graph(tmp_path, "register", "reference", REGISTER)
    run(tmp_path / "before", [graph(tmp_path / "a", "ours", "page", OURS), register])
    later = [graph(tmp_path / "b", "ours", "page", {**OURS, "5": ("Izba Handlowa w Turynie", "torino")}), register]
    asked: list[int] = []
    score = Run._score

    def counted(self: Run, records: object, blocks: object, fresh: dict[object, object]) -> object:
        asked.append(len(fresh))
        return score(self, records, blocks, fresh)  # type: ignore[arg-type]

    monkeypatch.setattr(Run, "_score", counted)
    from_before = run(tmp_path / "next", later, tmp_path / "before")
    from_nothing = run(tmp_path / "anew", later)
    assert from_before.decisions == from_nothing.decisions
    assert 0 < asked[0] < asked[1], "only pairs of the new mention are scored again"
    kept = [(tmp_path / name / "linking.sqlite").read_bytes() for name in ("next", "anew")]
    assert kept[0] == kept[1]


def test_strange_names_pass_through(tmp_path: Path) -> None:
    strange = {
        "long": ("Związek " * 250, "krakow"),
        "form": ("sp. z o.o.", "krakow"),
        "short": ("ANCI", "torino"),
        "hidden": ("Uni\u200bversity \u202eof Tυrin", "torino"),
        "two": ("Università di Torino / University of Turin", "torino"),
        "dotless": ("DIYARBAKIR ılıca", "krakow"),
        "sigma": ("ΔΗΜΟΣ ΚΟΜΟΤΗΝΗΣ", "rodopi"),
        "nowhere": ("University of Turin", "unknown-place"),
        "empty": ("", "torino"),
    }
    graphs = [graph(tmp_path, "ours", "page", strange), graph(tmp_path, "register", "reference", REGISTER)]
    found = run(tmp_path / "run", graphs)
    assert {pair for pair, sure in pairs(found).items() if sure > 0.9 and "hidden" not in pair[0]} <= {
        ("ours-two", "register-university"),
        ("ours-nowhere", "register-university"),
    }
    links = {link.subject.rsplit("-")[-1]: link for link in found.decisions.links}
    assert "nowhere" not in links or links["nowhere"].state != ACCEPTED


def test_hundreds_of_one_name_are_not_compared_all_with_all(tmp_path: Path) -> None:
    many = {str(number): ("Municipality", "torino") for number in range(400)}
    graphs = [graph(tmp_path, "ours", "external", many), graph(tmp_path, "register", "reference", REGISTER)]
    assert len(run(tmp_path / "run", graphs).decisions.links) < 400


def test_the_table_of_links_and_the_graphs_say_the_same(tmp_path: Path) -> None:
    graphs = [graph(tmp_path, "ours", "page", OURS), graph(tmp_path, "register", "reference", REGISTER)]
    folder = tmp_path / "release"
    (folder / "graphs").mkdir(parents=True)
    made = write_links_of(folder, graphs, Linking(ASSETS), None)
    links = Links.of(folder)
    text = (folder / "graphs" / "links-identity.nt").read_text("utf-8")
    accepted = links.page(state=ACCEPTED, linkset="links-identity")
    assert accepted
    for link in accepted:
        assert f"<{link.subject}> <{link.predicate}> <{link.object}> .\n" in text
        assert text.count(f"<{link.iri}#f") >= 2 * len(link.reasons)
    assert {one.slug for one in made} == {"links-identity", "links-concepts", "links-canonical"}
    assert links.same(accepted[0].subject) == sorted({accepted[0].subject, accepted[0].object})


def test_offices_and_regions_of_one_name_are_not_taken_for_one(release: Release) -> None:
    links = Links.of(release.path)
    for link in links.page(linkset="links-identity", state=ACCEPTED, most=1000):
        ends = {link.subject.rsplit("/")[-1], link.object.rsplit("/")[-1]}
        for sisters in (
            {"rops-gdansk", "rops-krakow"},
            {"marshals-office-pomorskie", "marshals-office-malopolskie"},
        ):
            assert ends != sisters


def test_the_partners_of_respondet_are_found_in_both_languages_of_the_page(
    release: Release, engine: Engine
) -> None:
    graph_file = release.graph_file("respondet-project-page")
    places = [described_in(release.graph_file(slug))[1] for slug in ("place", "respondet-project-page")]
    spoken = [
        Spoken("respondet-project-page", "page", described_in(graph_file)[0], places[1]),
        Spoken("place", "reference", (), places[0]),
    ]
    polish, other = [], []
    for record in records_of(spoken):
        both = zip(reversed(record.mentions), reversed(record.names), strict=True)
        by_language = {language == "pl": mention for mention, (_, language) in both}
        if len(by_language) == 2:
            polish.append(replace(by_language[True], id=record.iri))
            other.append(replace(by_language[False], id=record.iri))
    found = {(pair.left.id, pair.right.id) for pair in engine.match(polish, other)}
    sys.stdout.write(f"\n{len(found)} of {len(polish)} partners found in both languages\n")
    assert len(polish) >= 10
    assert found == {(one.id, one.id) for one in polish}
