from pathlib import Path

import pytest

from building import World, make_world
from registering import Desk


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
