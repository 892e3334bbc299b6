"""The release of all eight real sources, registered one after the other, where it is at hand (make test-real)."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from koinon.build.pipeline import build
from koinon.model.assets import Assets
from koinon.model.settings import Settings
from koinon.query.catalogue import CatalogueQuery, load_catalogue
from koinon.release.current import Release
from real_sources import LIMIT, ROOT, SOURCES, real_release

pytestmark = pytest.mark.skipif(
    "KOINON_REAL_HOME" not in os.environ, reason="the release of the real sources is not here (make test-real)"
)
CATALOGUE = load_catalogue(Assets.locate(Settings.from_environment({})).queries)
TRIES = 3


@pytest.fixture(scope="module")
def release() -> Release:
    found = real_release()
    assert found is not None
    return found


def test_all_eight_sources_are_in_the_release_whole(release: Release) -> None:
    report = json.loads((release.path / "report.json").read_text(encoding="utf-8"))
    outcomes = {source["slug"]: source["outcome"] for source in report["sources"]}
    assert {slug: outcomes.get(slug) for slug in SOURCES} == dict.fromkeys(SOURCES, "accepted")
    assert set(outcomes.values()) == {"accepted"}
    assert release.manifest.total > 500_000


@pytest.mark.timeout(LIMIT)
def test_the_kept_files_alone_give_the_same_release(release: Release, tmp_path: Path) -> None:
    settings = Settings.from_environment({}, home=tmp_path, dumps=False)
    kept = Path(os.environ["KOINON_REAL_HOME"]) / "sources"
    shutil.copytree(kept, tmp_path / "sources", ignore=shutil.ignore_patterns(".active", ".lock"))
    assert build(settings, Assets.locate(settings), [ROOT / "data"]).release == release.id


@pytest.mark.parametrize("query", list(CATALOGUE), ids=lambda query: query.name)
def test_every_question_answers_within_its_budget(release: Release, query: CatalogueQuery) -> None:
    store = release.open().raw
    best = float("inf")
    for _ in range(TRIES):
        started = time.process_time()
        for _ in store.query(query.bind()):  # type: ignore[union-attr]
            pass
        best = min(best, time.process_time() - started)
        if best < query.budget:
            break
    assert best < query.budget
