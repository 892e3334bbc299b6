from pathlib import Path

import pytest
from made_up_lists import made_up

from koinon.build.mapping.lookups import Lookups


@pytest.fixture(scope="session")
def lookups(tmp_path_factory: pytest.TempPathFactory) -> Lookups:
    return made_up(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
