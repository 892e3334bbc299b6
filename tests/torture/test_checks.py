"""What counts as litter: all that a command left, but not what Python itself leaves where it is killed."""

from pathlib import Path

from torture.bench import world_at
from torture.checks import litter


def test_what_python_tries_a_folder_with_is_no_litter_and_all_else_is(tmp_path: Path) -> None:
    world = world_at(tmp_path)
    folder = world.root / "tmp"
    (folder / "kuh0gcqh").write_bytes(b"blat")
    (folder / "a_b1c2d3").write_bytes(b"")
    assert litter(world) == []
    (folder / "members1").write_bytes(b"words")
    (folder / "tmp0a1b2c").write_bytes(b"blat")
    (folder / "unpacked").mkdir()
    assert litter(world) == ["tmp/members1", "tmp/tmp0a1b2c", "tmp/unpacked"]
