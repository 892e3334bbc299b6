"""What is kept of the sources is enough: from it alone, a node comes to the same release."""

import shutil
from pathlib import Path

from building import World
from koinon.build.pipeline import build
from koinon.build.registry.options import Options
from koinon.model.settings import Settings
from registering import Desk, members


def register_all(desk: Desk) -> None:
    """Hand the three sources of the world in and accept them, so that no folder is needed."""
    for slug in ("place", "patient", "neighbour"):
        desk.registry().add(slug, [str(desk.world.sources / slug)], Options())
        desk.registry().accept(slug)


def built(world: World, home: Path) -> str:
    return build(Settings.from_environment({}, home=home), world.assets, []).release


def test_the_kept_files_alone_give_the_same_release(desk: Desk, tmp_path: Path) -> None:
    register_all(desk)
    desk.add("Ada")
    desk.registry().accept("members")
    built(desk.world, desk.world.home.root)
    desk.registry().update("members", [desk.file("members.ttl", members("Ada", "Eve"))], Options())
    desk.registry().accept("members")
    release = built(desk.world, desk.world.home.root)
    elsewhere = tmp_path / "restored"
    for path in desk.world.home.sources.glob("[!.]*"):
        if path.is_dir():
            shutil.copytree(path, elsewhere / "sources" / path.name)
    shutil.rmtree(desk.world.sources)
    shutil.rmtree(tmp_path / "inbox")
    assert built(desk.world, elsewhere) == release
    restored = desk.world.home.__class__(elsewhere)
    for entry in desk.world.current.manifest.graphs:
        copy = restored.release(release) / "graphs" / f"{entry.slug}.nt"
        assert copy.read_bytes() == desk.world.current.graph_file(entry.slug).read_bytes()


def test_registering_gives_the_same_release_as_a_folder(desk: Desk, tmp_path: Path) -> None:
    folders = desk.world.build().release
    other = Desk(World(desk.world.root / "other"))
    other.world.root.mkdir()
    for part in ("assets", "sources"):
        (other.world.root / part).symlink_to(desk.world.root / part)
    register_all(other)
    assert built(other.world, other.world.home.root) == folders


def test_a_release_does_not_depend_on_the_order_in_which_sources_came(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    register_all(desk)
    one = built(desk.world, desk.world.home.root)
    desk.registry().withdraw("place", None)
    desk.registry().accept("place")
    assert built(desk.world, desk.world.home.root) == one


TABLE = """
[[table]]
name = "members"
reader = "csv"
columns.number = { required = true, pattern = '[0-9]+' }
columns.name = { required = true, lang = "en" }
columns.since = { datatype = "gYear" }
[[table.things]]
name = "organisation"
id = "organisation/register-{number}"
type = ["org:Organization"]
has = [
  { p = "skos:prefLabel", column = "name" },
  { p = "org:classification", value = "actor-type:association" },
  { p = "schema:foundingDate", column = "since" },
]
"""
ROWS = "number,name,since\n1,Ada,1998\n2,Eve,19x8\n"


def test_tables_are_restored_with_the_mapping_that_they_were_read_by(desk: Desk, tmp_path: Path) -> None:
    register_all(desk)
    desk.mapping("register", more=TABLE)
    desk.registry().add("register", [desk.file("register.csv", ROWS)], Options())
    desk.registry().accept("register")
    release = built(desk.world, desk.world.home.root)
    graph = desk.world.current.graph_file("register").read_text("utf-8")
    assert "register-2" in graph, "the record stays, its bad year is left out"
    elsewhere = tmp_path / "restored"
    shutil.copytree(desk.world.home.sources, elsewhere / "sources", ignore=shutil.ignore_patterns(".*"))
    shutil.rmtree(desk.world.sources)
    shutil.rmtree(tmp_path / "inbox")
    desk.mapping("register", version=2, more=TABLE.replace("prefLabel", "altLabel"))
    assert built(desk.world, elsewhere) == release
    restored = desk.world.home.__class__(elsewhere).release(release)
    assert (restored / "graphs" / "register.nt").read_text("utf-8") == graph
