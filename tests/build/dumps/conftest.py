import pytest

from building import World
from registering import Desk


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
