"""What two regions share, told from a release: true, with ground and source, and in time."""

import csv
import io
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from koinon.build.relating.tables import fill, same_relations, write_relations
from koinon.model.errors import NotFoundError
from koinon.model.namespaces import DCT, DEF, ID, M8G, ORG, RDF, SCHEMA, SKOS
from koinon.publish.bridge.atlas import Atlas
from koinon.publish.bridge.data import as_csv, as_json
from koinon.publish.bridge.partners import PartnersWriter, actor_of
from koinon.publish.bridge.views import BridgeView, Mention, PartnersView, Suggestion
from koinon.publish.bridge.writer import BridgeWriter
from koinon.publish.naming import Naming
from koinon.publish.vocabulary import Vocabulary
from koinon.release.current import Release
from koinon.release.links import FILE as LINKS
from koinon.release.links import Link, Run, link_id, write_links
from koinon.release.relations import EDGES, FILE, Relations, number_of

SHAPES = Path(__file__).resolve().parents[2] / "shapes"
PROMISED = 0.3


def bridge(release: Release, one: str, other: str, language: str = "en") -> BridgeView:
    store = release.open()
    atlas = Atlas(release.path)
    naming = Naming(store, Vocabulary.load(store, SHAPES), language)
    return BridgeWriter(atlas, store, naming).write(atlas.territory(one), atlas.territory(other))


@pytest.fixture(scope="module")
def pomorskie_and_sicily(release: Release) -> BridgeView:
    return bridge(release, "PL63", "ITG1")


def bases(mention: Mention) -> set[str]:
    return {reference.basis for reference in mention.references}


def test_pomorskie_and_sicily_share_a_cluster_model_that_sicily_only_implies(
    pomorskie_and_sicily: BridgeView,
) -> None:
    view = pomorskie_and_sicily
    (model,) = [topic for topic in view.topics if topic.is_model]
    assert model.topic.iri.endswith("/cluster-model/csei")
    assert [(m.thing.iri.rsplit("/")[-1], bases(m)) for m in model.one] == [("resist", {"stated"})]
    assert [(m.thing.iri.rsplit("/")[-1], bases(m)) for m in model.other] == [("sea4neb", {"implied"})]
    (note,) = [view.notes[reference.number] for reference in model.other[0].references]
    assert "only as the title of a policy document" in note.comment
    assert note.ranges


def test_what_is_not_there_is_not_said(pomorskie_and_sicily: BridgeView) -> None:
    view = pomorskie_and_sicily
    assert (view.all_projects, view.all_actors) == (0, 0)
    assert not [t for t in view.topics if t.topic.iri.endswith("/social-economy-cluster")], "the root is no match"


def test_every_statement_names_who_says_it(pomorskie_and_sicily: BridgeView) -> None:
    view = pomorskie_and_sicily
    for topic in view.topics:
        assert all(mention.references for mention in (*topic.one, *topic.other)), topic.topic.label
    for pair in view.suggestions:
        for ground in (pair.one_ground, pair.other_ground):
            assert ground is not None
            assert ground.references, pair
        for bond in pair.bonds:
            assert all(shared.references for shared in bond.shared)
            assert all(way.references for way in (bond.one, bond.other) if way.via), (pair.one, pair.other)
    assert all(step.references for step in view.path[1:])
    cited = {reference.number for pair in view.suggestions for reference in pair.references}
    assert cited <= view.notes.keys()


def ends(pair: Suggestion) -> tuple[str, str]:
    return pair.one.iri.rsplit("/", 1)[-1], pair.other.iri.rsplit("/", 1)[-1]


def test_partners_of_the_two_projects_should_meet_first(pomorskie_and_sicily: BridgeView) -> None:
    first = pomorskie_and_sicily.suggestions[:4]
    assert {ends(pair) for pair in first} == {
        (one, other)
        for one in ("marshals-office-pomorskie", "pscop")
        for other in ("horcynus-orca-foundation", "municipality-of-roccavaldina")
    }
    assert all(pair.topics[0].iri.endswith("/csei") for pair in first)
    assert {thing.iri.rsplit("/", 1)[-1] for thing in first[0].through} == {"resist", "sea4neb"}


def test_nobody_without_a_name_is_introduced(release: Release, pomorskie_and_sicily: BridgeView) -> None:
    store = release.open()
    unnamed = {s.value for s, _, o in store.triples(None, NamedNode(DEF + "nameUnknown")) if o.value == "true"}
    assert unnamed
    assert not unnamed & {side.iri for p in pomorskie_and_sicily.suggestions for side in (p.one, p.other)}


def test_clusters_are_met_through_their_members(release: Release) -> None:
    store = release.open()
    naming = Naming(store, Vocabulary.load(store, SHAPES), "en")
    writer = PartnersWriter(Atlas(release.path), store, naming)
    actor = actor_of(writer, "pscop")
    assert actor is not None
    view = writer.write(actor)
    assert view.suggestions
    assert not [pair for pair in view.suggestions if "/id/cluster/" in pair.other.iri], "it builds that one itself"
    partners = {partner.actor.iri for partner in view.partners}
    assert f"{ID}organisation/agder-county" in partners
    assert not partners & {pair.other.iri for pair in view.suggestions}


def test_the_chain_goes_through_the_model_where_no_work_joins_them(pomorskie_and_sicily: BridgeView) -> None:
    view = pomorskie_and_sicily
    assert view.by_topic
    assert [step.thing.label.text for step in view.path][1:4] == [
        "RESIST",
        "cluster of social and ecological innovation",
        "SEA4NEB",
    ]


def test_a_common_project_stands_with_its_ground_on_both_sides(release: Release) -> None:
    view = bridge(release, "PL63", "NO092")
    (shared,) = view.projects
    assert shared.project.label.text == "RESIST"
    assert "Pomeranian Network of NGO Centres" in {g.via.label.text for g in shared.one if g.via}
    assert "Agder region (authority)" in " ".join(g.via.label.text for g in shared.other if g.via)
    assert all(ground.references for ground in (*shared.one, *shared.other))
    assert not view.by_topic
    assert [step.thing.label.text for step in view.path][1:2] == ["RESIST"]


def test_who_already_works_together_is_not_introduced(release: Release) -> None:
    view = bridge(release, "PL63", "NO092")
    assert ("pscop", "agder-county") not in [ends(pair) for pair in view.suggestions]


def test_a_bridge_is_the_same_from_both_ends(release: Release) -> None:
    there, back = bridge(release, "ITG1", "PL63"), bridge(release, "PL63", "ITG1")
    assert there.suggestions
    assert {ends(p)[::-1] for p in there.suggestions} == {ends(p) for p in back.suggestions}
    assert [t.topic.iri for t in there.topics] == [t.topic.iri for t in back.topics]


def test_regions_that_share_nothing_say_so_and_name_neighbours_that_do(release: Release) -> None:
    view = bridge(release, "ES51", "PL41")
    assert view.is_empty
    assert not view.suggestions
    assert [neighbour.name for neighbour in view.near_other] == ["PL21"]


def test_labels_come_in_the_language_of_the_reader(release: Release) -> None:
    view = bridge(release, "PL63", "ITG1", "pl")
    assert view.topics[0].topic.label.text == "klaster innowacji społecznych i ekologicznych"


def test_a_code_that_nobody_has_is_told(release: Release) -> None:
    with pytest.raises(NotFoundError, match="NUTS code"):
        Atlas(release.path).territory("XX99")


def test_a_release_without_the_table_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="imported, or built before"):
        Relations(tmp_path / FILE)


def test_a_table_that_lost_a_row_is_not_that_of_the_store(release: Release, tmp_path: Path) -> None:
    path = tmp_path / FILE
    write_relations(path, release.store)
    store = Store.read_only(str(release.store))
    assert same_relations(path, store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "DELETE FROM edge WHERE rowid IN (SELECT 1)" if False else "DELETE FROM value WHERE p = 0"
        )
        connection.commit()
    assert not same_relations(path, store)
    path.write_bytes(b"nonsense")
    assert not same_relations(path, store)


def crowd(projects: int) -> Iterator[Quad]:
    """Two regions with thousands of projects each, of which a tenth is common, on a hundred themes."""
    kind = NamedNode(RDF + "type")

    def quad(subject: str, predicate: str, value: str | Literal) -> Quad:
        return Quad(NamedNode(subject), NamedNode(predicate), NamedNode(value) if isinstance(value, str) else value)

    for name, code in (("left", "AA11"), ("right", "BB11")):
        place = f"{ID}place/{name}"
        yield quad(place, kind.value, DEF + "Territory")
        yield quad(place, DEF + "nutsLevel", Literal(2))
        yield quad(f"{place}#nuts", SKOS + "notation", Literal(code))
        yield quad(f"{place}#nuts", DEF + "schemeVersion", Literal("2024"))
    for number in range(projects):
        project = f"{ID}project/p{number}"
        yield quad(project, kind.value, DEF + "Project")
        yield quad(project, SCHEMA + "startDate", Literal(f"20{number % 20 + 10}-01-01"))
        yield quad(project, DCT + "subject", f"https://example.org/theme/{number % 97}")
        yield quad(project, DCT + "subject", f"https://example.org/theme/{number % 89}")
        for name in ("left", "right") if number % 10 == 0 else ("left",) if number % 2 else ("right",):
            place = f"{ID}place/{name}"
            yield quad(project, DEF + "coversTerritory", place)
            for part in range(2):
                actor = f"{ID}organisation/{name}{(number * 7 + part * 13) % (projects // 2)}"
                node = f"{project}#{name}{part}"
                yield quad(actor, kind.value, ORG + "Organization")
                yield quad(actor, DEF + "locatedIn", place)
                yield quad(project, M8G + "hasParticipation", node)
                yield quad(node, M8G + "hasParticipant", actor)


@pytest.mark.clock
def test_regions_with_thousands_of_projects_are_joined_in_the_promised_time(
    tmp_path: Path, release: Release
) -> None:
    store = Store()
    store.bulk_extend(crowd(6_000))
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        fill(connection, store)
    opened = release.open()
    vocabulary = Vocabulary.load(opened, SHAPES)
    taken = []
    for _ in range(3):
        atlas = Atlas(tmp_path)
        assert atlas.topics.counts  # what the service does once for a release
        assert atlas.topics.total
        before = time.process_time()
        view = BridgeWriter(atlas, opened, Naming(opened, vocabulary, "en")).write(
            atlas.territory("AA11"), atlas.territory("BB11")
        )
        taken.append(time.process_time() - before)
    assert (view.all_projects, len(view.projects)) == (600, 12)
    assert view.suggestions
    assert min(taken) <= PROMISED, taken


def organisation(name: str) -> str:
    return f"{ID}organisation/{name}"


def accepted(one: str, other: str, state: str = "accepted") -> Link:
    return Link(
        id=link_id(one, other, "identity"),
        subject=one,
        predicate=DEF + "likelySameAs",
        object=other,
        probability=0.97,
        band="accept",
        justification="https://w3id.org/semapv/vocab/CompositeMatching",
        reasons=(),
        linkset="links-identity",
        state=state,
    )


def linked(release: Release, folder: Path, *links: Link, names: tuple[str, ...]) -> BridgeView:
    """Return the bridge of Pomorskie and Sicily where links say that the names are of one body."""
    shutil.copyfile(release.path / FILE, folder / FILE)
    canonical = {name: min(names) for name in names}
    write_links(folder / LINKS, links, Run("made up", ""), canonical=canonical)
    store = release.open()
    atlas = Atlas(folder)
    naming = Naming(store, Vocabulary.load(store, SHAPES), "en")
    return BridgeWriter(atlas, store, naming).write(atlas.territory("PL63"), atlas.territory("ITG1"))


def test_two_names_of_one_body_are_not_introduced(release: Release, tmp_path: Path) -> None:
    one, other = organisation("pscop"), organisation("horcynus-orca-foundation")
    view = linked(release, tmp_path, accepted(one, other), names=(one, other))
    assert ("marshals-office-pomorskie", "municipality-of-roccavaldina") in [ends(p) for p in view.suggestions]
    assert ("pscop", "horcynus-orca-foundation") not in [ends(pair) for pair in view.suggestions]


def test_a_body_with_another_name_in_either_region_is_in_both_and_names_the_links_that_say_so(
    release: Release, tmp_path: Path
) -> None:
    one, between, other = (organisation(n) for n in ("pscop", "elsewhere", "horcynus-orca-foundation"))
    links = (accepted(one, between), accepted(between, other), accepted(one, other, "proposed"))
    view = linked(release, tmp_path, *links, names=(one, between, other))
    (shared,) = view.actors
    assert view.all_actors == 1
    assert (shared.one.actor.iri, shared.other.actor.iri) == (one, other)
    assert shared.links == tuple((link.id, 0.97) for link in links[:2]), "what is only proposed joins nothing"
    assert shared.one.ground.references
    assert shared.other.ground.references
    rows = list(csv.DictReader(io.StringIO(as_csv(view).decode("utf-8-sig"))))
    assert [row["thing"] for row in rows if row["relation"] == "actor-in-both"] == [one, other]
    assert [row["ground"] for row in rows if row["relation"] == "one-body"] == [link.iri for link in links[:2]]
    (told,) = json.loads(as_json(view, "https://example.org/b", "https://example.org/l"))["actorsInBoth"]
    assert (told["@id"], told["alsoNamed"]["@id"]) == (one, other)
    assert [through["@id"] for through in told["through"]] == [link.iri for link in links[:2]]


def partners(release: Release, folder: Path, actor: str, *names: str) -> PartnersView:
    """Return the page about the partners of an actor where links say that the names are of one body."""
    shutil.copyfile(release.path / FILE, folder / FILE)
    links = [accepted(one, other) for one, other in pairwise(names)]
    write_links(folder / LINKS, links, Run("made up", ""), canonical=dict.fromkeys(names, "".join(names[:1])))
    store = release.open()
    writer = PartnersWriter(Atlas(folder), store, Naming(store, Vocabulary.load(store, SHAPES), "en"))
    number = actor_of(writer, actor.rsplit("/", 1)[-1])
    assert number is not None
    return writer.write(number)


def idle(release: Release) -> str:
    """Return an organisation that takes part in nothing."""
    relations = Relations(release.path / FILE)
    organisations = relations.rows(
        "SELECT iri FROM node JOIN edge AS kind ON kind.s = node.id AND kind.p = 0 AND kind.o = ? "
        "WHERE iri LIKE '%/organisation/%' "
        "AND NOT EXISTS (SELECT 1 FROM edge WHERE o = node.id AND p IN (?, ?)) ORDER BY iri",
        number_of(ORG + "Organization"),
        EDGES[M8G + "hasParticipant"],
        EDGES[DEF + "involvesActor"],
    )
    return str(organisations[0][0])


def test_every_record_of_a_body_has_the_partners_of_them_all_and_says_by_which(
    release: Release, tmp_path: Path
) -> None:
    busy, other = organisation("pscop"), idle(release)
    (tmp_path / "alone").mkdir()
    (tmp_path / "linked").mkdir()
    alone = partners(release, tmp_path / "alone", other)
    assert (alone.all_partners, alone.partners, alone.records) == (0, (), ())
    view = partners(release, tmp_path / "linked", other, other, busy)
    found = {partner.actor.iri: partner for partner in view.partners}
    assert organisation("agder-county") in found
    assert not {busy, other} & found.keys(), "a body is no partner of itself"
    for partner in view.partners:
        for joint in partner.projects:
            assert [name.iri for name in joint.names] == [busy]
            assert joint.references
    assert [(record.actor.iri, [link for link, _ in record.links]) for record in view.records] == [
        (busy, [accepted(other, busy).id])
    ]
    assert view.suggestions
    for pair in view.suggestions:
        assert pair.other.iri not in {busy, other, *found}
        assert all(bond.one.name is None or bond.one.name.iri == busy for bond in pair.bonds)
    assert [bond for pair in view.suggestions for bond in pair.bonds if bond.one.name and bond.one.via]
    rows = list(csv.DictReader(io.StringIO(as_csv(view).decode("utf-8-sig"))))
    assert {row["thing"] for row in rows if row["relation"] == "partner"} == {busy}
    assert [row["with"] for row in rows if row["relation"] == "one-body"] == [busy]
    (told,) = json.loads(as_json(view, "https://example.org/p", "https://example.org/l"))["actors"]
    assert (told["@id"], [named["@id"] for named in told["alsoNamed"]]) == (other, [busy])


def test_two_records_of_one_partner_count_once(release: Release, tmp_path: Path) -> None:
    for name in ("alone", "linked"):
        (tmp_path / name).mkdir()
    actor = organisation("pscop")
    alone = partners(release, tmp_path / "alone", actor)
    one, other = [p.actor.iri for p in alone.partners if {j.project for j in p.projects} & {
        j.project for j in alone.partners[0].projects
    }][:2]  # fmt: skip
    view = partners(release, tmp_path / "linked", actor, one, other)
    assert view.all_partners == alone.all_partners - 1
    (both,) = [partner for partner in view.partners if partner.actor.iri in {one, other}]
    assert {one, other} in [{name.iri for name in joint.other_names} for joint in both.projects]


def test_who_shares_a_project_under_another_name_is_not_introduced(release: Release, tmp_path: Path) -> None:
    other, partner = organisation("horcynus-orca-foundation"), organisation("agder-county")
    view = linked(release, tmp_path, accepted(other, partner), names=(other, partner))
    introduced = [ends(pair) for pair in view.suggestions]
    assert ("pscop", "municipality-of-roccavaldina") in introduced
    assert ("pscop", "horcynus-orca-foundation") not in introduced, "agder-county and pscop are both in RESIST"


def test_two_records_of_one_body_are_introduced_as_one(release: Release, tmp_path: Path) -> None:
    one, other = organisation("pscop"), organisation("marshals-office-pomorskie")
    view = linked(release, tmp_path, accepted(one, other), names=(one, other))
    introduced = [ends(pair) for pair in view.suggestions if {pair.one.iri, pair.other.iri} & {one, other}]
    assert 1 <= len(introduced) <= 2
    assert len({end for _, end in introduced}) == len(introduced), "nobody meets the same body twice"
