"""What tests of several folders share: a release built from the repository's own data, and a service on it.

The release is built once for all tests, also when they run in several processes. ``KOINON_TEST_HOME`` may name a
home with a release that is used as it is, to spare the build while working on tests.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from koinon.build.pipeline import build
from koinon.model.assets import Assets
from koinon.model.settings import Settings
from koinon.release.current import Release, current_id, open_current
from koinon.release.paths import Home
from serving import Service, serving

BUILD_SECONDS = 900


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that may wait for the build the time it takes, and those that look at the clock three tries.

    A machine that others use too may stop any process for a while; what is broken stays broken.
    """
    for item in items:
        if "home" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))
        if item.get_closest_marker("clock"):
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=3))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose current release is built from the repository's own data."""
    given = os.environ.get("KOINON_TEST_HOME")
    if given:
        return Path(given)
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    root = shared / "built-home"
    with (shared / "built-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if current_id(Home(root)) is None:
            settings = Settings.from_environment({}, home=root)
            assets = Assets.locate(settings)
            report = build(settings, assets, [assets.data])
            assert not report.refused, report.lines(details=False)
    return root


@pytest.fixture(scope="session")
def release(home: Path) -> Release:
    """The release of ``home``."""
    return open_current(Home(home))


@pytest.fixture(scope="session")
def server(home: Path) -> Iterator[Service]:
    """``koinon serve`` on the release, in a process of its own."""
    with serving(home) as service:
        yield service
