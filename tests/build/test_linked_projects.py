"""Projects of two sources are linked where numbers, or name, programme and dates say so, and only there."""

from pathlib import Path

import pytest

from building import PREFIXES, World, make_world, manifest
from koinon.build.verifying import verify_release
from koinon.model.namespaces import DEF, OWL
from koinon.release.judgements import Verdict, judge
from koinon.release.links import ACCEPTED, PROPOSED, REJECTED, Link, Links

HEAD = PREFIXES + "@prefix frapo: <http://purl.org/cerif/frapo/> .\n@prefix adms: <http://www.w3.org/ns/adms#> .\n"
BASE = "https://w3id.org/koinon/id/"
LIKELY = DEF + "likelySameAs"
PROJECTS = {
    "grant": ("frapo:hasGrantNumber '101074116'", "frapo:hasGrantNumber '101074116'"),
    "other-grant": (
        "frapo:hasAcronym 'SAIL' ; frapo:hasGrantNumber '101'; schema:startDate '2022-05-01'^^xsd:date",
        "frapo:hasAcronym 'SAIL' ; frapo:hasGrantNumber '202'; schema:startDate '2022-05-01'^^xsd:date",
    ),
    "dated": (
        "frapo:hasAcronym '+Save' ; koi:fundedUnder <programme/med> ; schema:startDate '2018-02-01'^^xsd:date",
        "frapo:hasAcronym '+ SAVE' ; koi:fundedUnder <programme/med> ; schema:startDate '2018-02-01'^^xsd:date",
    ),
    "undated": (
        "frapo:hasAcronym 'BRIDGE' ; koi:fundedUnder <programme/med>",
        "frapo:hasAcronym 'Bridge' ; koi:fundedUnder <programme/med> ; schema:startDate '2018-02-01'^^xsd:date",
    ),
    "later": (
        "frapo:hasAcronym 'LAGOON' ; koi:fundedUnder <programme/med> ; schema:startDate '2012-02-01'^^xsd:date",
        "frapo:hasAcronym 'LAGOON' ; koi:fundedUnder <programme/med> ; schema:startDate '2018-02-01'^^xsd:date",
    ),
    "elsewhere": (
        "frapo:hasAcronym 'HARBOUR' ; koi:fundedUnder <programme/med> ; schema:startDate '2018-02-01'^^xsd:date",
        "frapo:hasAcronym 'HARBOUR' ; koi:fundedUnder <programme/baltic> ; schema:startDate '2018-02-01'^^xsd:date",
    ),
    "namesake": ("frapo:hasAcronym 'ATLAS'", "frapo:hasAcronym 'ATLAS'"),
}


def projects(slug: str, place: int) -> dict[str, str | bytes]:
    """Return a source with one project of each sort."""
    lines = [HEAD, f'<document/{slug}> a foaf:Document ; skos:prefLabel "{slug}"@en .']
    for name, sides in PROJECTS.items():
        lines.append(
            f'<project/{slug}-{name}> a koi:Project ; skos:prefLabel "{slug} {name}"@en ; '
            f"dct:type project-type:transnational-project ; {sides[place]} ."
        )
    mints = f'mints = ["document/{slug}", "project/{slug}-*"]'
    return {"source.toml": manifest(slug, lines={"mints": mints}), "graph.ttl": "\n".join(lines)}


def programmes() -> dict[str, str | bytes]:
    """Return a reference source with the two programmes."""
    lines = [HEAD, '<document/reference-programme> a foaf:Document ; skos:prefLabel "Programmes"@en .']
    lines += [
        f'<programme/{name}> a koi:FundingProgramme ; skos:prefLabel "{name}"@en .' for name in ("med", "baltic")
    ]
    mints = 'mints = ["document/reference-programme", "programme/*"]'
    told = manifest("programme", "reference", lines={"mints": mints})
    return {"source.toml": told, "graph.ttl": "\n".join(lines)}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("projects"))
    world.put("programme", programmes())
    for place, slug in enumerate(("north", "south")):
        world.put(slug, projects(slug, place))
    report = world.build()
    assert not report.refused, report.lines(details=True)
    return world


def links_of(world: World) -> dict[str, Link]:
    """Return the links of projects by the sort."""
    links = Links.of(world.current.path)
    found = {link.subject.partition("north-")[2]: link for link in links.page(linkset="links-projects")}
    links.close()
    return found


def test_a_number_makes_projects_one_and_acronym_programme_and_start_make_it_likely(world: World) -> None:
    found = links_of(world)
    assert {name: (link.state, link.predicate) for name, link in found.items()} == {
        "grant": (ACCEPTED, OWL + "sameAs"),
        "dated": (ACCEPTED, LIKELY),
        "undated": (PROPOSED, LIKELY),
    }
    assert all(link.object == link.subject.replace("north-", "south-") for link in found.values())
    assert found["dated"].probability > 0.9
    assert {reason.feature for reason in found["dated"].reasons} == {"acronym", "programme", "start", "prior"}
    assert verify_release(world.current, world.assets) == []


def test_people_judge_projects_as_they_judge_organisations(world: World) -> None:
    for name, verdict in (("undated", Verdict.SAME), ("dated", Verdict.DIFFERENT), ("namesake", Verdict.SAME)):
        judge(world.home, "desk", f"{BASE}project/north-{name}", f"{BASE}project/south-{name}", verdict)
    world.build()
    found = links_of(world)
    assert {name: link.state for name, link in found.items()} == {
        "grant": ACCEPTED,
        "dated": REJECTED,
        "undated": ACCEPTED,
        "namesake": ACCEPTED,
    }
    assert found["undated"].reviewers == ("desk",)
    assert verify_release(world.current, world.assets) == []


def test_a_source_that_goes_takes_the_links_of_its_projects_along(world: World, tmp_path: Path) -> None:
    assert "links-projects" in world.hashes()
    (world.sources / "south").rename(tmp_path / "south")
    world.build()
    assert "links-projects" not in world.hashes()
    assert links_of(world) == {}
    assert verify_release(world.current, world.assets) == []
