import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from building import World, make_world
from harvest.peers import Peer, peering


@pytest.fixture
def peer() -> Iterator[Peer]:
    with peering() as running:
        yield running


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    assert make_world(root).build().published
    return root


@pytest.fixture
def world(built: Path, tmp_path: Path) -> World:
    """A node that has a release of its own."""
    shutil.copytree(built, tmp_path / "node", symlinks=True)
    return World(tmp_path / "node")
