"""What stood for others and does so no longer says what does now, whatever became of releases and sources since."""

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from pyoxigraph import DefaultGraph, Quad, RdfFormat, Store, parse

from building import PREFIXES, World, make_world, manifest
from html_check import check_html
from koinon.build.registry.purging import purge
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.publish.links.history import History, history_of
from koinon.release.changelog import ChangeLog
from koinon.release.judgements import Verdict, judge
from small_release import service_on

THING = "https://w3id.org/koinon/id/organisation/"
TOWNS = {"south": "Vejle", "north": "Sopot", "east": "Rovinj"}
HEAD = "PREFIX dct: <http://purl.org/dc/terms/> PREFIX koi: <https://w3id.org/koinon/def#>\n"
CHAIN = """SELECT DISTINCT ?thing {
  ?stood koi:representedBy <%s> ; dct:isReplacedBy+ ?now . ?now koi:representedBy ?thing .
  FILTER NOT EXISTS { ?now dct:isReplacedBy ?later }
} ORDER BY ?thing"""
EVERY = ("ttl", "nt", "rdf", "trig", "jsonld")


def source(slug: str, town: str) -> str:
    return PREFIXES + (
        f'<document/{slug}> a foaf:Document ; skos:prefLabel "{slug}"@en .\n'
        f"<organisation/{slug}-bakery> a org:Organization ; org:classification actor-type:cooperative ; "
        f'skos:prefLabel "Social Bakery of {town}"@en .\n'
        f"<organisation/{slug}-choir> a org:Organization ; org:classification actor-type:association ; "
        f'skos:prefLabel "Choir {town}"@en .\n'
    )


@dataclass
class Told:
    """A home and the releases that it went through, in order."""

    world: World
    releases: list[str] = field(default_factory=list)

    def build(self, **settings: object) -> None:
        report = self.world.build(**settings)
        assert not report.refused, report.lines(details=True)
        self.releases.append(report.release)

    def say(self, one: str, other: str, verdict: Verdict) -> None:
        judge(self.world.home, "desk", f"{THING}{one}-bakery", f"{THING}{other}-bakery", verdict, "seen")
        self.build()

    @property
    def history(self) -> History:
        changes = ChangeLog(self.world.home)
        found = history_of(changes, 10**6)
        changes.close()
        return found


def begun(root: Path) -> Told:
    told = Told(make_world(root))
    for slug, town in TOWNS.items():
        told.world.put(slug, {"source.toml": manifest(slug), "graph.ttl": source(slug, town)})
    told.build()
    return told


def joined(root: Path) -> Told:
    """South is joined to north, both to east, and south is taken out again: four releases."""
    told = begun(root)
    told.say("south", "north", Verdict.SAME)
    told.say("north", "east", Verdict.SAME)
    told.say("south", "north", Verdict.DIFFERENT)
    assert len(set(told.releases)) == 4
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return joined(tmp_path_factory.mktemp("merges"))


@pytest.fixture(scope="module")
def client(told: Told) -> Iterator[httpx.Client]:
    with service_on(told.world.home) as client:
        yield client


def short(history: History) -> list[tuple[int, str, str, dict[str, str], list[str]]]:
    def name(iri: str) -> str:
        return iri.removeprefix(THING).removesuffix("-bakery")

    return [
        (
            one.sequence,
            one.change,
            name(one.standing.thing),
            {name(thing): name(after) for thing, after in one.things.items()},
            [name(standing.thing) for standing in one.successors],
        )
        for one in history.ended
    ]


MERGED = [
    (2, "merge", "south", {"south": "north"}, ["north"]),
    (3, "merge", "north", {"north": "east", "south": "east"}, ["east"]),
]
SPLIT = (4, "split", "east", {"east": "east", "north": "east", "south": "south"}, ["east", "south"])


def asked(text: str, question: str) -> list[str]:
    store = Store()
    store.extend(Quad(q.subject, q.predicate, q.object, DefaultGraph()) for q in parse(text, RdfFormat.TURTLE))
    return [row["thing"].value.removeprefix(THING) for row in store.query(HEAD + question)]  # type: ignore[union-attr]


def test_merges_and_splits_are_told_with_the_release_and_what_takes_the_place(told: Told) -> None:
    history = told.history
    assert short(history) == [*MERGED, SPLIT]
    assert [one.release for one in history.ended] == told.releases[1:]
    names = [one.standing.iri for one in history.ended]
    names += [standing.iri for standing in history.ended[-1].successors]
    assert len(set(names)) == len(names), "a name never means another standing"
    assert history.now(f"{THING}north-bakery") == f"{THING}east-bakery"


@pytest.mark.parametrize("form", EVERY)
def test_an_old_address_answers_as_what_it_was_and_tells_what_stands_now(client: httpx.Client, form: str) -> None:
    answer = client.get(f"/doc/organisation/south-bakery.{form}")
    assert answer.status_code == 200
    assert "Social Bakery of Vejle" in answer.text
    assert "isReplacedBy" in answer.text
    assert "links/history#organisation/south-bakery/0" in answer.text
    assert "isReplacedBy" not in client.get(f"/doc/organisation/south-choir.{form}").text


def test_a_chain_over_releases_leads_to_what_stands_now(client: httpx.Client, told: Told) -> None:
    text = client.get("/links/history.ttl").text
    assert asked(text, CHAIN % f"{THING}north-bakery") == ["east-bakery", "south-bakery"]
    assert asked(text, CHAIN % f"{THING}south-bakery") == ["east-bakery", "south-bakery"]
    before = client.get(f"/releases/{told.releases[2]}/links/history.ttl").text
    assert asked(before, CHAIN % f"{THING}south-bakery") == ["east-bakery"], "before the split"
    document = client.get(f"/releases/{told.releases[1]}/doc/organisation/south-bakery.ttl").text
    assert asked(document, CHAIN % f"{THING}south-bakery") == ["north-bakery"], "with the first merge"
    assert "isReplacedBy" not in client.get(f"/releases/{told.releases[0]}/doc/organisation/south-bakery.ttl").text


def test_nothing_is_said_to_be_replaced_that_is_what_it_was(client: httpx.Client) -> None:
    for name in ("south", "north", "east"):
        text = client.get(f"/doc/organisation/{name}-bakery.nt").text
        for term in ("isReplacedBy", "replaces"):
            assert f"<{THING}{name}-bakery> <http://purl.org/dc/terms/{term}>" not in text


def test_the_table_has_a_row_for_each_thing_with_what_stands_for_it_next_and_now(client: httpx.Client) -> None:
    answer = client.get("/links/history", headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    found = [
        tuple(row[name].removeprefix(THING) for name in ("change", "id", "thing", "replaced_by", "now"))
        for row in rows
    ]
    assert found[0] == ("split", "east-bakery", "east-bakery", "east-bakery", "east-bakery")
    assert found[-1] == ("merge", "south-bakery", "south-bakery", "north-bakery", "south-bakery")
    assert len(found) == sum(len(things) for *_, things, _ in (*MERGED, SPLIT))
    only = client.get("/links/history.csv", params={"thing": f"{THING}south-choir"})
    assert len(only.text.splitlines()) == 1


def test_the_list_comes_in_pages_that_lead_to_each_other(client: httpx.Client) -> None:
    address, seen = "/links/history.ttl?limit=1", []
    for _ in range(9):
        answer = client.get(address)
        seen.append(answer.text.count("invalidatedAtTime"))
        if "next" not in answer.links:
            break
        assert "hydra:next" in answer.text or "hydra/core#next" in answer.text
        address = answer.links["next"]["url"]
    assert seen == [1, 1, 1]
    assert client.get("/links/history?limit=0").status_code == 400
    assert client.get("/links/history?after=x").status_code == 400
    assert client.get("/links/history?thing=<a b>").status_code == 400


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_pages_tell_it_in_every_language(client: httpx.Client, language: str) -> None:
    given = {"Accept": "text/html", "Accept-Language": language}
    for address in (
        "/links/history",
        f"/links/history?thing={THING}south-bakery",
        "/doc/organisation/south-bakery",
    ):
        page = client.get(address, headers=given)
        assert page.status_code == 200
        check_html(page.text)
        assert "Social Bakery of Sopot" in page.text
        assert ("Merges and splits" in page.text) == (language == "en")


def test_a_reader_who_has_a_document_gets_it_again_once_there_is_more_to_tell(tmp_path: Path) -> None:
    told = begun(tmp_path)

    def asked(tags: dict[str, str]) -> dict[str, httpx.Response]:
        with service_on(told.world.home, public_url="http://node.example") as client:
            return {
                name: client.get(f"/doc/organisation/south-{name}.ttl", headers={"If-None-Match": tag})
                for name, tag in tags.items()
            }

    tags = {name: answer.headers["ETag"] for name, answer in asked({"bakery": "none", "choir": "none"}).items()}
    told.say("south", "north", Verdict.SAME)
    told.world.home.judgements.rename(tmp_path / "aside")
    told.build()
    assert told.releases[2] == told.releases[0]
    assert {name: answer.status_code for name, answer in asked(tags).items()} == {"bakery": 200, "choir": 304}


def test_the_history_enters_no_release_and_survives_them(told: Told, tmp_path: Path) -> None:
    anew = Told(make_world(tmp_path))
    shutil.copytree(told.world.sources, anew.world.sources, dirs_exist_ok=True)
    shutil.copytree(told.world.home.judgements, anew.world.home.judgements)
    anew.build()
    assert anew.releases == told.releases[-1:], "built from nothing, and step by step"
    assert anew.world.hashes() == told.world.hashes()
    assert anew.history.ended == [], "nothing happened there"
    anew.say("south", "north", Verdict.SAME)
    anew.build(keep_releases=1)
    changed = anew.world.sources / "neighbour" / "graph.ttl"
    changed.write_text(changed.read_text("utf-8").replace("Neighbour", "Neighbours"), "utf-8")
    anew.build(keep_releases=1)
    kept = [path.name for path in anew.world.home.releases.iterdir() if path.is_dir() and not path.is_symlink()]
    assert anew.releases[0] not in kept
    assert [found[1] for found in short(anew.history)] == ["merge"]


def test_a_withdrawn_address_leads_to_what_stands_for_its_things_now(tmp_path: Path) -> None:
    told = joined(tmp_path)
    shutil.rmtree(told.world.sources / "east")
    told.build()
    assert short(told.history)[-1] == (5, "withdrawn", "east", {"east": "", "north": "north"}, ["north"])
    with service_on(told.world.home) as client:
        gone = client.get("/doc/organisation/east-bakery", headers={"Accept": "application/json"})
        assert gone.status_code == 410
        assert gone.json()["replacedBy"] == [f"{THING}north-bakery"]
        assert "Social Bakery of Rovinj" in client.get("/links/history.html").text, "by the name that it had"
        rows = list(csv.DictReader(io.StringIO(client.get("/links/history.csv").text)))
        assert {row["now"] for row in rows if row["thing"] == f"{THING}east-bakery"} == {""}


def test_the_same_release_again_is_one_more_step(tmp_path: Path) -> None:
    told = begun(tmp_path)
    told.say("south", "north", Verdict.SAME)
    kept = told.world.home.judgements.rename(tmp_path / "aside")
    told.build()
    assert told.releases[2] == told.releases[0]
    assert [found[:3] for found in short(told.history)] == [(2, "merge", "south"), (3, "split", "north")]
    kept.rename(told.world.home.judgements)
    told.build()
    assert short(told.history)[-1][:3] == (4, "merge", "south")
    assert told.history.ended[-1].standing.iri.endswith("south-bakery/3"), "not the one that ended before"


@pytest.mark.parametrize("slug", list(TOWNS))
def test_a_purged_source_is_in_the_history_no_more(tmp_path: Path, slug: str) -> None:
    told = joined(tmp_path)
    shutil.rmtree(told.world.sources / slug)
    told.build()
    with service_on(told.world.home) as client:
        assert f"{slug}-bakery" in client.get("/links/history.nt").text
        purge(told.world.home, slug, "desk", None, wait=False)
        for form in ("nt", "csv", "html"):
            assert f"{slug}-bakery" not in client.get(f"/links/history.{form}").text
        for other in TOWNS.keys() - {slug}:
            assert f"{slug}-bakery" not in client.get(f"/doc/organisation/{other}-bakery.nt").text
    left = [found for found in short(told.history) if slug in {found[2], *found[3], *found[4]}]
    assert left == []
    assert told.history.ended, "what happened to the others is still told"


@pytest.mark.parametrize("slug", list(TOWNS))
def test_no_step_names_what_was_purged(tmp_path: Path, slug: str) -> None:
    told = joined(tmp_path)
    shutil.rmtree(told.world.sources / slug)
    told.build()
    before = said(told.world)
    assert f"{slug}-bakery" in before
    last = latest(told.world)
    purge(told.world.home, slug, "desk", None, wait=False)
    after = said(told.world)
    assert f"{slug}-bakery" not in after
    assert TOWNS[slug] not in after
    for other in TOWNS.keys() - {slug}:
        assert f'"Social Bakery of {TOWNS[other]}"' in after
    assert latest(told.world) == last
    told.build()
    assert said(told.world) == after, "nothing changed, so no step is recorded"


def said(world: World) -> str:
    """All that the change log says: of each thing at each step its lines and labels."""
    changes = ChangeLog(world.home)
    found = [
        f"{member.thing} {dict(member.labels)} {changes.body(member.sequence, member.number).decode()}"
        for step in changes.steps()
        for member in changes.members(step.sequence, most=10**6)
    ]
    changes.close()
    return "\n".join(found)


def latest(world: World) -> dict[str, bytes]:
    """The digest of what the log knows last of each thing that is there."""
    changes = ChangeLog(world.home)
    found = {thing: digest for thing, (_, _, digest) in changes.latest().items()}
    changes.close()
    return found
