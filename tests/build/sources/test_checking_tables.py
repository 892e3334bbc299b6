"""A table is checked by its mapping, and every finding names the row, and the column where one is at fault."""

from pathlib import Path

import pytest
from made_up_exports import coops_files

from koinon.build.checking import Checked, check_path
from koinon.build.findings import Severity
from koinon.build.grouping import groups
from koinon.build.registry.options import Options
from koinon.build.registry.registry import Registry
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings


def checked(path: Path, home: Path, mapping: str = "coops-uk") -> Checked:
    settings = Settings.from_environment({}, home=home)
    return check_path(path, settings, Assets.locate(settings), mapping=mapping)


def test_findings_name_the_row_and_the_column(tmp_path: Path) -> None:
    _, newer = coops_files(tmp_path)
    found = checked(newer, tmp_path / "home")
    assert not found.refused, found.findings
    assert found.triples > 0
    warnings = [finding for finding in found.findings if finding.severity == Severity.WARNING]
    missing = [finding for finding in warnings if finding.rule == "not-registered"]
    assert missing, "codes are looked up in reference sources, and none is registered here"
    assert all("coops_2023.csv, row " in finding.where for finding in missing)
    nodes = [example for group in groups(found) for example in group.examples if "coops-uk-" in example.spot.iri]
    assert nodes
    assert all(example.spot.file.startswith("coops_2023.csv, row ") for example in nodes)


def test_a_renamed_column_is_one_clear_finding(tmp_path: Path) -> None:
    _, newer = coops_files(tmp_path)
    head, rest = newer.read_text("utf-8").split("\n", 1)
    first = head.split(",")[0]
    newer.write_text(head.replace(first, "Something else", 1) + "\n" + rest, "utf-8")
    found = checked(newer, tmp_path / "home")
    assert found.refused
    assert len(found.findings) == 1
    assert "coops_2023.csv" in found.findings[0].where


def test_a_mapping_that_is_not_there_is_said_with_those_that_are(tmp_path: Path) -> None:
    _, newer = coops_files(tmp_path)
    with pytest.raises(ConfigurationError, match="Known are coops-uk"):
        checked(newer, tmp_path / "home", "nobody")


def concept(name: str) -> str:
    """A list of ESSglobal with one entry, as it is published."""
    kind, _, code = name.partition("/")
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xml:base="http://purl.org/essglobal/standard/{kind}/">'
        f'<skos:ConceptScheme rdf:about=""><dc:title>{kind}</dc:title></skos:ConceptScheme>'
        f'<skos:Concept rdf:about="{code}"><skos:prefLabel xml:lang="EN">An entry</skos:prefLabel>'
        '<skos:inScheme rdf:resource=""/></skos:Concept></rdf:RDF>'
    )


def test_entries_of_a_reference_source_are_known_before_the_first_release(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, home=tmp_path / "home")
    registry = Registry(settings, Assets.locate(settings), "desk")
    _, newer = coops_files(tmp_path)
    registry.add("coops-uk", [str(newer)], Options())
    _, without = registry.check("coops-uk")
    assert "OrganisationShape-type" in {finding.rule for finding in without.findings}
    lists = []
    for name in ("organisational-structure/OS130", "base-membership-type/BMT10", "activities-ica/ICA280"):
        lists.append(tmp_path / f"{name.partition('/')[0]}.skos")
        lists[-1].write_text(concept(name), "utf-8")
    registry.add("essglobal", [str(path) for path in lists], Options())
    registry.accept("essglobal")
    _, beside = registry.check("coops-uk")
    assert "OrganisationShape-type" not in {finding.rule for finding in beside.findings}
