"""The pages about the ontology say what the ontology says."""

from pathlib import Path

import pytest

from koinon.model.errors import ConfigurationError
from koinon.publish import ontology_docs


def test_the_pages_are_as_the_ontology_would_write_them(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = ontology_docs.main(["--check", "--root", str(root)])
    assert code == 0, capsys.readouterr().out + "run: python -m koinon.publish.ontology_docs"


def test_a_changed_page_is_found_and_written_again(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ontology").symlink_to(root / "ontology")
    assert ontology_docs.main(["--root", str(tmp_path)]) == 0
    page = tmp_path / "docs/ontology/Project.md"
    page.write_text("something else", "utf-8")
    (tmp_path / "docs/ontology/Gone.md").write_text("a page of a class that is no more", "utf-8")
    assert ontology_docs.main(["--check", "--root", str(tmp_path)]) == 1
    assert "Project.md" in capsys.readouterr().out
    assert ontology_docs.main(["--root", str(tmp_path)]) == 0
    assert ontology_docs.main(["--check", "--root", str(tmp_path)]) == 0
    assert not (tmp_path / "docs/ontology/Gone.md").exists()


def test_a_missing_module_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"core\.ttl is missing"):
        ontology_docs.Ontology.read(tmp_path)


def test_every_class_has_a_page_with_its_definition(root: Path, declared: set[str]) -> None:
    ontology = ontology_docs.Ontology.read(root / "ontology")
    pages = ontology_docs.pages(ontology)
    classes = {name for name in declared if name[0].isupper()}
    assert {f"ontology/{name}.md" for name in classes} <= pages.keys()
    assert "classDiagram" in pages["data-model.md"]


def test_a_page_says_how_many_values_the_shapes_ask_for_and_where(root: Path) -> None:
    page = ontology_docs.pages(ontology_docs.Ontology.read(root / "ontology"))["ontology/Project.md"]
    (name,) = [row for row in page.splitlines() if row.startswith("| `skos:prefLabel`")]
    assert "| 1..*, one a language |" in name
    (start,) = [row for row in page.splitlines() if row.startswith("| `schema:startDate`")]
    assert "| 0..1, wanted |" in start
    (kind,) = [row for row in page.splitlines() if row.startswith("| `dct:type`")]
    assert "`project-type`" in kind
    assert "`event-type`" not in kind
    assert "[project.ttl](../../shapes/project.ttl), `shape:ProjectShape`" in page
