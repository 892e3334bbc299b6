"""A table is checked by its mapping, and every finding names the row, and the column where one is at fault."""

from pathlib import Path

import pytest
from made_up_exports import coops_files

from koinon.build.checking import Checked, check_path
from koinon.build.findings import Severity
from koinon.build.grouping import groups
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
