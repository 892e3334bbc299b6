"""The version of the ontology is one and the same wherever it stands."""

import re
from pathlib import Path

from rdflib import DCTERMS, OWL, Graph, URIRef

ONTOLOGY = URIRef("https://w3id.org/koinon/def")


def version(ontology: Graph) -> str:
    (found,) = ontology.objects(ONTOLOGY, OWL.versionInfo)
    return str(found)


def test_the_version_is_semantic_and_its_address_agrees(ontology: Graph) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", version(ontology))
    assert list(ontology.objects(ONTOLOGY, OWL.versionIRI)) == [URIRef(f"{ONTOLOGY}/{version(ontology)}")]


def test_the_changelog_begins_with_the_version_and_its_date(ontology: Graph, root: Path) -> None:
    text = (root / "ontology/CHANGELOG.md").read_text("utf-8")
    top = re.search(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})$", text, re.MULTILINE)
    assert top, "the changelog has no entry of the form '## [1.0.0] - 2026-11-21'"
    assert top[1] == version(ontology)
    assert top[2] == str(ontology.value(ONTOLOGY, DCTERMS.modified))


def test_the_context_carries_the_major_version(ontology: Graph, root: Path) -> None:
    major = version(ontology).split(".")[0]
    folder = root / "ontology/context"
    newest = (folder / f"v{major}.jsonld").read_bytes()
    kept = sorted(folder.glob(f"v{major}.*.jsonld"), key=lambda path: int(path.stem.split(".")[1]))
    assert kept, "no kept copy of the context of this major version"
    assert kept[-1].read_bytes() == newest, f"v{major}.jsonld differs from its newest kept copy {kept[-1].name}"


def test_the_header_stands_in_the_core_module_only(modules: dict[str, Graph]) -> None:
    headed = {name for name, graph in modules.items() if (ONTOLOGY, None, None) in graph}
    assert headed == {"core"}
    for name, graph in modules.items():
        assert (URIRef(f"{ONTOLOGY}#module-{name}"), DCTERMS.isPartOf, ONTOLOGY) in graph
