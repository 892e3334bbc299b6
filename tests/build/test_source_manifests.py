"""What a manifest may say of a source that was handed in: mapping, files, policy, credit, schedule, rights."""

from pathlib import Path

import pytest

from building import NEIGHBOUR, World, manifest
from koinon.build.findings import Finding
from koinon.build.reading import FORMATS
from koinon.build.source_manifest import Manifest, MappingUse
from koinon.build.sources import find_sources, read_manifest

MORE = """
files = ["Members 2026.xlsx", "more.csv"]
policy = "record"
publisher = "A network"
homepage = "https://example.org/"
credit = "© A network, CC BY 4.0"
schedule = "P1Y6M"
mapping = { name = "members", version = "2.1" }
"""
OVERRIDE = '[rights]\noverride = "asked on 2026-11-01, no answer"\nstatement = "none given by the publisher"'


def read(folder: Path, lines: dict[str, str]) -> Manifest:
    found = tried(folder, lines)
    assert isinstance(found, Manifest), found
    return found


def tried(folder: Path, lines: dict[str, str]) -> Manifest | Finding:
    path = folder / "members" / "source.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(manifest("members", lines=lines), "utf-8")
    return read_manifest(path)


def test_a_manifest_names_mapping_files_policy_publisher_credit_and_schedule(tmp_path: Path) -> None:
    given = read(tmp_path, {"slug": 'slug = "members"' + MORE})
    assert given.mapping == MappingUse(name="members", version="2.1")
    assert given.files == ("Members 2026.xlsx", "more.csv")
    assert given.policy == "record"
    assert (given.publisher, given.homepage) == ("A network", "https://example.org/")
    assert (given.credit, given.schedule) == ("© A network, CC BY 4.0", "P1Y6M")


def test_what_a_manifest_leaves_out_is_absent_and_the_policy_is_that_of_a_source(tmp_path: Path) -> None:
    given = read(tmp_path, {})
    assert given.policy == "source"
    assert (given.mapping, given.files, given.publisher, given.homepage) == (None,) * 4
    assert (given.credit, given.schedule, given.rights.override) == (None,) * 3


def test_a_manifest_says_why_a_source_without_rights_is_taken(tmp_path: Path) -> None:
    assert read(tmp_path, {"rights": OVERRIDE}).rights.override == "asked on 2026-11-01, no answer"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('mapping = { name = "members", version = "1" }', "names its files"),
        ('mapping = { name = "members" }\nfiles = ["a.csv"]', "mapping.version"),
        ('mapping = { name = "../members", version = "1" }\nfiles = ["a.csv"]', "mapping.name"),
        ('files = ["../a.csv"]', "files.0"),
        ('files = [".hidden.csv"]', "files.0"),
        ('files = ["a/b.csv"]', "files.0"),
        ("files = []", "files"),
        ('files = ["a.ttl", "a.ttl"]', "each file is named once"),
        ('files = ["source.toml"]', "source.toml not at all"),
        ('policy = "all"', "policy"),
        ('homepage = "javascript:alert(1)"', "homepage"),
        ('schedule = "yearly"', "schedule"),
        ('schedule = "P"', "schedule"),
        ('schedule = "P0Y"', "schedule"),
        ('schedule = "PT5M"', "schedule"),
        ('credit = ""', "credit"),
    ],
)
def test_a_wrong_field_refuses_the_manifest_and_is_named(tmp_path: Path, line: str, wanted: str) -> None:
    found = tried(tmp_path, {"slug": f'slug = "members"\n{line}'})
    assert isinstance(found, Finding)
    assert wanted in found.detail


@pytest.mark.parametrize("schedule", ["P1Y", "P3M", "P2W", "P30D", "P1Y6M"])
def test_a_schedule_is_a_duration(tmp_path: Path, schedule: str) -> None:
    given = read(tmp_path, {"slug": f'slug = "members"\nschedule = "{schedule}"'})
    assert given.schedule == schedule


def test_files_that_are_named_are_read_in_that_order_and_no_others(world: World) -> None:
    named = {"slug": 'slug = "neighbour"\nfiles = ["z.ttl", "graph.ttl"]'}
    world.put(
        "neighbour",
        {
            "source.toml": manifest("neighbour", lines=named),
            "graph.ttl": NEIGHBOUR,
            "z.ttl": "",
            "notes.ttl": "this is no Turtle",
        },
    )
    sources, refused = find_sources([world.sources], FORMATS)
    assert refused == []
    files = {source.slug: [path.name for path in source.files] for source in sources}
    assert files["neighbour"] == ["z.ttl", "graph.ttl"]


@pytest.mark.parametrize(("name", "rule"), [("absent.ttl", "empty"), ("notes.txt", "format")])
def test_a_file_that_is_not_there_or_no_rdf_refuses_its_source(world: World, name: str, rule: str) -> None:
    named = {"slug": f'slug = "neighbour"\nfiles = ["graph.ttl", "{name}"]'}
    world.put("neighbour", {"source.toml": manifest("neighbour", lines=named), "graph.ttl": "", "notes.txt": "x"})
    sources, refused = find_sources([world.sources], FORMATS)
    assert [source.slug for source in sources] == ["patient", "place"]
    assert [(finding.source, finding.rule) for finding in refused] == [("neighbour", rule)]
    assert name in refused[0].where


def test_a_mapped_source_is_found_only_where_mappings_can_be_applied(world: World) -> None:
    mapped = {"slug": 'slug = "neighbour"\nfiles = ["a.xlsx"]\nmapping = { name = "members", version = "1" }'}
    world.put("neighbour", {"source.toml": manifest("neighbour", lines=mapped), "a.xlsx": "PK"})
    _, refused = find_sources([world.sources], FORMATS)
    assert [finding.rule for finding in refused] == ["mapping"]
    sources, refused = find_sources([world.sources], FORMATS, mapped=True)
    assert refused == []
    assert [path.name for path in sources[0].files] == ["a.xlsx"]
