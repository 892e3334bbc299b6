"""The engine that the package carries."""

from collections.abc import Callable, Sequence

import pytest

from koinon.link.matching import Engine, Pair
from koinon.link.mentions import Mention
from koinon.link.shipped import shipped_engine
from koinon.model.assets import Assets
from koinon.model.settings import Settings

Match = Callable[[Sequence[Mention], Sequence[Mention]], dict[tuple[str, str], Pair]]


@pytest.fixture(scope="session")
def engine() -> Engine:
    return shipped_engine(Assets.locate(Settings()))


@pytest.fixture(scope="session")
def match(engine: Engine) -> Match:
    def run(left: Sequence[Mention], right: Sequence[Mention]) -> dict[tuple[str, str], Pair]:
        return {(pair.left.id, pair.right.id): pair for pair in engine.match(left, right)}

    return run
