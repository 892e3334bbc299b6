from collections.abc import Iterator
from pathlib import Path

import pytest

from building import World, make_world
from harvest.peers import Peer, peering


@pytest.fixture
def peer() -> Iterator[Peer]:
    with peering() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A node that has a release of its own."""
    made = make_world(tmp_path)
    assert made.build().published
    return made
