"""The quality of a release is told in numbers that agree with what the checks found, and costs little to keep."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_
from hypothesis import strategies as st

from building import NEIGHBOUR, PATIENT, ROOT, World, make_world, manifest
from koinon.build import pipeline
from koinon.build.findings import Severity
from koinon.build.judging import rule_of
from koinon.build.quality.measuring import FOLDER, LEFT_OUT
from koinon.build.quality.plan import Plan, read_plan
from koinon.build.quality.profile import Profile, tallies
from koinon.build.shacl import Validator
from koinon.build.vocabulary import read_vocabulary
from koinon.model.assets import Assets
from koinon.model.namespaces import DEF, ID, ORG, RDF
from koinon.release.current import Release
from koinon.release.quality import RECOMMENDED, REQUIRED, Quality, Tally

PROJECT = DEF + "Project"
ORGANISATION = ORG + "Organization"
POLAND, POMORSKIE = ID + "place/poland", ID + "place/pomorskie"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def quality_of(world: World) -> Quality:
    found = Quality.read(world.current.path)
    assert found is not None
    return found


def given(quality: Quality, name: str, tally: Tally) -> dict[tuple[str, ...], int]:
    """How many things pass each check of a class, by its properties and language."""
    keys = [(*check.properties, check.language or "") for check in quality.checks[name]]
    return dict(zip(keys, tally.given, strict=True))


def test_each_property_that_a_shape_asks_for_is_counted(world: World) -> None:
    world.build()
    quality = quality_of(world)
    patient = quality.source("patient")
    assert patient is not None
    tally = patient.classes[PROJECT]
    assert (tally.things, tally.whole) == (1, 0)
    found = given(quality, PROJECT, tally)
    assert found["http://www.w3.org/2004/02/skos/core#prefLabel", ""] == 1
    assert found["http://www.w3.org/2004/02/skos/core#prefLabel", "en"] == 1
    assert found["http://data.europa.eu/m8g/hasParticipation", ""] == 1
    assert found["https://schema.org/startDate", ""] == 0
    assert found[DEF + "fundedUnder", DEF + "underCall", ""] == 0
    assert patient.classes[ORGANISATION] == Tally(1, 1, (1, 1, 1))


def test_one_of_several_properties_is_enough(world: World) -> None:
    call = "<project/patient> koi:underCall <call/patient> ; skos:prefLabel"
    mints = ("document/patient", "project/patient", "organisation/patient*", "event/patient*", "call/patient")
    text = PATIENT.replace("<project/patient> a koi:Project", f'{call} "X"@fr ; a koi:Project', 1)
    text += '<call/patient> a koi:Call ; skos:prefLabel "Call"@en .\n'
    world.put("patient", {"source.toml": manifest("patient", "page", globs=mints), "graph.ttl": text})
    world.build()
    quality = quality_of(world)
    assert given(quality, PROJECT, quality.classes[PROJECT].tally)[DEF + "fundedUnder", DEF + "underCall", ""] == 1


def test_nothing_is_asked_of_what_a_source_only_speaks_of(world: World) -> None:
    assert "<project/patient> a koi:Project" in NEIGHBOUR
    world.build()
    neighbour = quality_of(world).source("neighbour")
    assert neighbour is not None
    assert PROJECT not in neighbour.classes


def test_a_thing_counts_in_every_region_that_holds_it(world: World) -> None:
    world.build()
    regions = {region.iri: region for region in quality_of(world).regions}
    assert set(regions) == {POLAND, POMORSKIE}
    assert {region.country for region in regions.values()} == {POLAND}
    assert (regions[POLAND].level, regions[POMORSKIE].level) == (0, 2)
    for region in regions.values():
        assert region.classes[PROJECT].things == 1, "a project lies where its partner has its seat"
        assert region.classes[ORGANISATION].things == 1
        assert region.classes[DEF + "Event"].things == 1
    unplaced = quality_of(world).unplaced.classes
    assert unplaced[ORGANISATION].things == 1, "the neighbour says nothing of its place"
    assert PROJECT not in unplaced


def test_what_lacks_is_what_the_checks_warned_of(release: Release) -> None:
    """The engine of the shapes and the count of properties are two witnesses of the same facts."""
    quality = Quality.read(release.path)
    assert quality is not None
    for source in quality.sources:
        missing: Counter[str] = Counter()
        for name, tally in source.classes.items():
            for check, number in zip(quality.checks[name], tally.given, strict=True):
                if check.level == RECOMMENDED:
                    missing[check.shape] += tally.things - number
                else:
                    assert check.level == REQUIRED
                    assert number == tally.things, "what is required is there, or the source would be refused"
        warned = {rule: n for rule, n in source.rules.get("warning", {}).items() if rule in missing}
        assert warned == {rule: n for rule, n in missing.items() if n}, source.slug


def test_sums_are_sums(release: Release) -> None:
    quality = Quality.read(release.path)
    assert quality is not None
    assert quality.total.things == sum(source.figures.things for source in quality.sources) > 500
    assert quality.total.given < quality.total.asked
    for name, each in quality.classes.items():
        tallies = [source.classes[name] for source in quality.sources if name in source.classes]
        assert each.tally.things == sum(tally.things for tally in tallies)
        assert each.tally.given == tuple(map(sum, zip(*(tally.given for tally in tallies), strict=True)))


def test_what_was_left_out_is_told_apart_from_warnings(world: World) -> None:
    bad = '<organisation/neighbour> foaf:homepage "neighbour.example" .\n'
    source = 'policy = "record"\n' + manifest("neighbour")
    world.put("neighbour", {"source.toml": source, "graph.ttl": NEIGHBOUR + bad})
    report = world.build()
    neighbour = quality_of(world).source("neighbour")
    assert neighbour is not None
    assert neighbour.figures.left_out == sum(neighbour.rules[LEFT_OUT].values()) >= 1
    assert neighbour.figures.warnings == sum(neighbour.rules["warning"].values()) >= 1
    assert not set(neighbour.rules[LEFT_OUT]) & set(neighbour.rules["warning"])
    (told,) = (each for each in report.sources if each.slug == "neighbour")
    assert told.count(Severity.WARNING) == neighbour.figures.warnings + neighbour.figures.left_out


def test_a_refused_source_is_measured_by_the_graph_that_stays(world: World) -> None:
    world.build()
    before = quality_of(world).source("patient")
    broken = PATIENT.replace("event-type:partner-meeting", "event-type:no-such-type")
    world.put("patient", {"source.toml": manifest("patient", "page"), "graph.ttl": broken})
    world.put(
        "neighbour",
        {"source.toml": manifest("neighbour"), "graph.ttl": NEIGHBOUR.replace('"The patient"', '"Patient"')},
    )
    world.build()
    after = quality_of(world).source("patient")
    assert before is not None
    assert after is not None
    assert (before.outcome, after.outcome) == ("accepted", "kept")
    assert before.classes == after.classes
    assert after.figures.refused > 0


def test_only_what_changed_is_measured_again_and_the_numbers_are_those_of_a_build_from_nothing(
    world: World, tmp_path: Path
) -> None:
    world.build()
    first = world.current
    text = NEIGHBOUR.replace("org:classification actor-type:association", 'skos:altLabel "N"@en')
    world.put("neighbour", {"source.toml": manifest("neighbour"), "graph.ttl": text})
    world.build()
    second = world.current
    assert second.id != first.id

    def profile(release: Release, slug: str) -> Path:
        return release.path / FOLDER / f"{slug}.json"

    assert profile(first, "patient").samefile(profile(second, "patient"))
    assert not profile(first, "neighbour").samefile(profile(second, "neighbour"))
    fresh = World(world.root)
    (world.root / "home").rename(tmp_path / "earlier-home")
    fresh.build()
    assert fresh.current.id == second.id
    old = tmp_path / "earlier-home" / "releases" / second.id
    for name in ("quality.json", *(f"{FOLDER}/{path.name}" for path in (old / FOLDER).iterdir())):
        assert (old / name).read_bytes() == (fresh.current.path / name).read_bytes(), name


def test_a_profile_of_other_shapes_is_not_taken_over(world: World) -> None:
    world.build()
    first = world.current.path / FOLDER / "patient.json"
    key = json.loads(first.read_text())["key"]
    shapes = world.root / "assets" / "shapes"
    files = {path.name: path.read_text() for path in shapes.glob("*.ttl")}
    shapes.unlink()
    shapes.mkdir()
    for name, text in files.items():
        (shapes / name).write_text(text)
    old = files["quality.ttl"]
    (shapes / "quality.ttl").write_text(old.replace("sh:path schema:endDate", "sh:path schema:foundingDate", 1))
    world.build()
    second = world.current.path / FOLDER / "patient.json"
    assert second != first
    assert json.loads(second.read_text())["key"] != key
    quality = quality_of(world)
    assert ("https://schema.org/foundingDate",) in {check.properties for check in quality.checks[PROJECT]}


def test_the_release_id_is_made_without_them(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world.build()
    measured = world.current.id
    (world.root / "home").rename(tmp_path / "earlier-home")
    monkeypatch.setattr(pipeline, "write_quality", lambda *_: None)
    world.build()
    assert Quality.read(world.current.path) is None
    assert world.current.id == measured


CLASSES = sorted(read_plan(ROOT / "shapes").demands)
VALUES = (
    '"x"@en',
    '"x"@en-gb',
    '"x"@pl',
    f"<{ID}place/poland>",
    "<https://w3id.org/koinon/code/place-type/country>",
)


@cache
def engine() -> tuple[Plan, Validator]:
    vocabulary = read_vocabulary(Assets(*(ROOT / name for name in ("ontology", "shapes", "data", "queries"))))
    return read_plan(ROOT / "shapes"), Validator(vocabulary.shapes)


@st.composite
def statements(draw: st.DrawFn) -> list[str]:
    """Things of any classes with any of the properties that their shapes ask for."""
    plan, _ = engine()
    lines = set()
    for number in range(draw(st.integers(1, 4))):
        thing = f"<{ID}thing/{number}>"
        classes = draw(st.lists(st.sampled_from(CLASSES), min_size=1, max_size=3, unique=True))
        lines |= {f"{thing} <{RDF}type> <{name}> .\n" for name in classes}
        asked = sorted(
            {a.predicate for name in classes for d in plan.demands[name] for a in d.atoms} - {RDF + "type"}
        )
        for predicate in draw(st.lists(st.sampled_from(asked), unique=True)):
            values = draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True))
            lines |= {f"{thing} <{predicate}> {value} .\n" for value in values}
    return sorted(lines)


@given_(statements())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_things_lack_the_engine_of_the_shapes_warns_of_the_same(tmp_path: Path, lines: list[str]) -> None:
    plan, validator = engine()
    (tmp_path / "graph.nt").write_text("".join(lines))
    masks = Profile.of(tmp_path / "graph.nt", plan).counts
    levels = {demand.shape: demand.level for demands in plan.demands.values() for demand in demands}
    broken: dict[str, set[str]] = {}
    for raw in validator.run("".join(lines).encode()):
        rule = rule_of(raw.root_shape or raw.source_shape or "", raw.component_iri)
        presence = raw.component_iri.endswith(("#MinCountConstraintComponent", "#OrConstraintComponent"))
        if rule in levels and (presence or raw.component_iri.endswith("#QualifiedMinCountConstraintComponent")):
            broken.setdefault(raw.focus_node, set()).add(rule)
    lacking = {thing for thing, rules in broken.items() if any(levels[rule] == REQUIRED for rule in rules)}
    warned = Counter(rule for thing in broken.keys() - lacking for rule in broken[thing])
    missing: Counter[str] = Counter()
    found = tallies(masks, plan)
    for mask, number in masks.items():
        short = {
            demand.shape
            for name in found
            for demand, bits in zip(plan.demands[name], plan.wanted[name], strict=True)
            if mask & plan.typed[name] and not mask & bits
        }
        missing.update(dict.fromkeys(short, number))
    assert missing == warned
    assert sum(masks.values()) == len({line.split()[0] for line in lines} - lacking)
