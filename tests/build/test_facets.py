"""What a build writes down of collections, and that a page counts as counting by hand does."""

import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from building import make_world
from koinon.build.facets.definitions import VERSION
from koinon.build.facets.scanning import PROPERTIES, Scan
from koinon.build.verifying import verify_release
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import DEF, GRAPH, ID, RDF
from koinon.publish.collections import Asked, page_of
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import Contents
from koinon.release.current import Release, open_current
from koinon.release.facets import FILE, SECTIONS, Facet, Facets, Iris, Section, write_facets
from koinon.release.paths import Home


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Release:
    world = make_world(tmp_path_factory.mktemp("facets"))
    world.build()
    return world.current


def facets_of(release: Release) -> Facets:
    return Facets.of(release.path / FILE, Contents.of(release.path / CONTENTS, release.open()))


def valued(section: Section, facet: str, thing: str) -> set[str]:
    """The values of a thing."""
    found = section.facets[facet]
    number = section.iris.number(ID + thing)
    return {value for place, value in enumerate(found.values) if number in found.of(place)}


def test_a_thing_has_the_wider_values_too(made: Release) -> None:
    projects = facets_of(made).section("projects")
    assert valued(projects, "region", "project/patient") == {ID + "place/pomorskie"}
    assert valued(projects, "country", "project/patient") == {ID + "place/poland"}


def test_actors_share_the_projects_that_name_them_and_are_counted(made: Release) -> None:
    actors = facets_of(made).section("actors")
    for name in ("patient-office", "neighbour"):  # one takes part, the other is said to be involved
        assert valued(actors, "project", f"organisation/{name}") == {ID + "project/patient"}
        assert actors.measures["projects"][actors.iris.number(f"{ID}organisation/{name}")] == 1


def test_sources_that_koinon_derives_are_no_facet(made: Release) -> None:
    sources = facets_of(made).section("projects").facets["source"].values
    assert GRAPH + "patient" in sources
    assert GRAPH + "territory" not in sources


def test_the_same_collections_are_the_same_bytes(made: Release, tmp_path: Path) -> None:
    sections = [facets_of(made).section(name) for name in ("actors", "projects")]
    for name in ("one", "two"):
        write_facets(tmp_path / name, sections)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_facets_that_are_not_those_of_the_store_are_found(made: Release, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(made.path.parents[1], home, symlinks=True)
    release = open_current(Home(home))
    assert verify_release(release) == []
    sections = [facets_of(release).section(name) for name in SECTIONS if name != "actors"]
    write_facets(release.path / FILE, sections, VERSION)
    assert verify_release(release) == [f"the facets ({FILE}) are not those of the store"]
    write_facets(release.path / FILE, sections, "by other definitions")
    assert verify_release(release) == []


def test_rows_that_follow_changes_are_those_of_the_store(tmp_path: Path) -> None:
    dice = random.Random(5)  # noqa: S311  data that can be drawn again
    store, graphs = Store(), [NamedNode(f"https://e.org/g{n}") for n in range(3)]
    values = [
        NamedNode("https://e.org/v"),
        *map(Literal, (5, "5", "a\tb\\n\nc\\", f" <{RDF}type> <{DEF}Project> .")),
    ]
    stated = [(NamedNode(each), value) for each in PROPERTIES[:4] for value in values]
    stated += [(NamedNode(RDF + "type"), NamedNode(name)) for name in SECTIONS.values()]
    quads = [
        Quad(NamedNode(f"https://e.org/t{n}"), *pair, graph)
        for n in range(3)
        for pair in stated
        for graph in graphs
    ]
    Scan.of(store).write(tmp_path / "rows")
    for _ in range(15):
        before = set(store)
        for quad in dice.sample(quads, 30):
            (store.remove if quad in store else store.add)(quad)
        for quad in quads:  # the default graph holds what any other does
            here = any(Quad(*quad.triple, graph) in store for graph in graphs)
            (store.add if here else store.remove)(Quad(*quad.triple))
        changed = [(quad in store, quad) for quad in before ^ set(store)]
        scan = Scan.read(tmp_path / "rows")
        assert scan is not None
        scan.change(
            [(added, quad.triple) for added, quad in changed if isinstance(quad.graph_name, DefaultGraph)],
            [
                (added, quad.graph_name.value, f"{quad.triple} .\n".encode())
                for added, quad in changed
                if isinstance(quad.graph_name, NamedNode)
            ],
        )
        scan.write(tmp_path / "rows")
        Scan.of(store).write(tmp_path / "fresh")
        assert (tmp_path / "rows").read_bytes() == (tmp_path / "fresh").read_bytes()
        for each in PROPERTIES[:4]:
            found = {
                (q.subject.value, q.object.value) for q in store.quads_for_pattern(None, NamedNode(each), None)
            }
            assert set(zip(*scan.links(each), strict=True)) == found


def test_rows_of_another_version_or_cut_short_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    Scan.of(Store()).write(path)
    text = path.read_text("utf-8")
    for wrong in (f"0{text}", text[: len(text) // 2], "", "\udcff"):
        path.write_bytes(wrong.encode("utf-8", "surrogateescape"))
        assert Scan.read(path) is None


class Named(Contents):
    """A table of contents that knows no names."""

    def __init__(self) -> None:
        """Need no database."""

    def named(self, name, iris, language):  # type: ignore[no-untyped-def]  # none is looked up
        return []


def drawn(dice: random.Random, things: int) -> tuple[Section, dict[str, list[set[str]]]]:
    """A collection with random facets, and the values of each of its things."""
    iris = sorted(f"https://e.org/{number:04}" for number in range(things))
    order = np.array(dice.sample(range(things), things), np.uint32)
    facets, by_thing = {}, {}
    for name in ("colour", "size"):
        values = [f"{name}-{n}" for n in range(6)]
        having = [set(dice.sample(values, dice.randrange(3))) for _ in iris]
        lists = {value: [n for n, has in enumerate(having) if value in has] for value in values}
        there = [value for value in values if lists[value]]
        starts = np.cumsum([0, *(len(lists[value]) for value in there)]).astype(np.uint32)
        facets[name] = Facet(tuple(there), starts, np.array([n for v in there for n in lists[v]], np.uint32))
        by_thing[name] = having
    measures = {"weight": np.array([dice.randrange(-1, 4) for _ in iris], np.int32)}
    orders = dict.fromkeys(INTERFACE_LANGUAGES, order)
    return Section("actors", Iris.of(iris), orders, facets, measures), by_thing


def test_iris_are_found_all_at_once_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    iris = sorted(f"{ID}project/{name}" for name in ("a", "aa", "b", "β", "ż", "zz", "a-1"))
    asked = [iris[4], f"{ID}project/none", iris[0], iris[4], iris[-1], "", iris[2]]
    known = Iris.of(iris)
    expected = [number for iri in asked if (number := known.number(iri)) is not None]
    assert list(known.numbers(asked)) == expected == [4, 0, 4, 6, 2]
    assert list(known.numbers([])) == []
    assert list(Iris.of([]).numbers(asked)) == []
    monkeypatch.setattr("koinon.release.facets.hash", lambda _: 7, raising=False)
    assert list(Iris.of(iris).numbers(asked)) == expected, "names with one hash are told apart"


@pytest.mark.parametrize("seed", range(25))
def test_pages_and_counts_are_those_of_counting_by_hand(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  data that can be drawn again
    section, by_thing = drawn(dice, 80)
    filters = {
        name: tuple(f"{name}-{n}" for n in dice.sample(range(6), dice.randrange(1, 3)))
        for name in dice.sample(("colour", "size"), dice.randrange(3))
    }

    def fits(number: int, but: str = "") -> bool:
        return all(by_thing[name][number] & set(values) for name, values in filters.items() if name != but)

    measure, descending = dice.choice(("", "weight")), dice.random() < 0.5
    order = [int(n) for n in section.order("en", measure, descending=descending)]
    wanted = [number for number in order if fits(number)]
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        asked = Asked("actors", filters, measure, descending, after, 7)
        page = page_of(section, Named(), asked, "en")
        assert page.found == len(wanted)
        assert page.start == len(found)
        if page.start >= 7:
            back = page_of(
                section, Named(), Asked("actors", filters, measure, descending, page.previous or "", 7), "en"
            )
            assert back.start == page.start - 7
        found += [section.iris[number] for number in wanted[page.start : page.start + 7]]
        for facet in page.facets:
            for choice in facet.choices:
                by_hand = [n for n in range(80) if fits(n, facet.name) and choice.value in by_thing[facet.name][n]]
                assert choice.count == len(by_hand)
        after = page.next
    assert found == [section.iris[number] for number in wanted]
    if measure:
        weights = [int(section.measures["weight"][n]) for n in order]
        known = [weight for weight in weights if weight >= 0]
        assert known == sorted(known, reverse=descending)
        assert weights[len(known) :] == [-1] * (80 - len(known))
