"""The figure that the bridge promises: its ranking against popularity, on projects that came later."""

import sys
from pathlib import Path

import pytest

from koinon.release.relations import FILE, Relations
from real_sources import real_release

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks" / "linking"))

from bridge import TESTED, evaluate, read

RELEASE = real_release()
PROMISED = 2.0


@pytest.mark.skipif(RELEASE is None, reason="needs KOINON_REAL_HOME (make test-real)")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("across", [False, True])
def test_who_should_meet_is_twice_as_good_as_popularity(across: bool) -> None:
    assert RELEASE is not None
    data = read(Relations(RELEASE.path / FILE))
    figures = evaluate(data, *TESTED[0], across=across)
    ours, popular = figures["who should meet"], figures["popularity"]
    sys.stdout.write(
        f"\nMRR {ours.mrr:.3f} against {popular.mrr:.3f}, "
        f"recall@20 {ours.recall:.3f} against {popular.recall:.3f}, {len(ours.ranks)} actors\n"
    )
    assert len(ours.ranks) > 100
    assert ours.mrr >= PROMISED * popular.mrr
    assert ours.recall >= PROMISED * popular.recall
